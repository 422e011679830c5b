/**
 * Every example typed character by character, and taken apart again by deletions. In the gate as much of it as a budget of time
 * allows, chosen by a seed; all of it with ARGMIN_ALL_KEYSTROKES=1.
 */
import { describe, expect, it } from 'vitest';
import * as service from '../../src/editor/index.js';
import type { Document } from '../../src/editor/document.js';
import { openDocument, updateDocument } from '../../src/editor/document.js';
import { realSources } from '../parser/sources.js';
import { workspaceOf } from './documents.js';

const everything = process.env['ARGMIN_ALL_KEYSTROKES'] === '1';
const seed = Number(process.env['ARGMIN_SEED'] ?? '1');
/** Milliseconds of this process, for typing and for deleting each. */
const budget = 3000;
/** Characters that are typed in a row before another place is chosen. */
const run = 40;

const examples = realSources.filter(({ path }) => path.startsWith('examples/'));
const workspace = workspaceOf({}, ['age']);

/** A small generator of numbers from 0 to 1 (mulberry32). */
function numbers(start: number): () => number {
  let state = start | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function usedTime(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** What an editor asks after every key; a missing answer is a fault. */
function askAfterKey(document: Document, at: number): void {
  const fault = `at ${at} of ${document.source.path}, after ${JSON.stringify(document.text.slice(Math.max(0, at - 60), at))}`;
  try {
    for (const { range } of service.quickDiagnostics(document)) {
      if (!(range.start >= 0 && range.start <= range.end && range.end <= document.text.length)) {
        throw new Error('a diagnostic lies outside');
      }
    }
    const { range } = service.completion(document, at);
    if (range.end < range.start) throw new Error('no answer');
    service.signatureHelp(document, at);
    service.semanticTokens(document, { start: at - 200, end: at + 200 });
  } catch (error) {
    throw new Error(`${String(error)} ${fault}`, { cause: error });
  }
}

/** What it asks when the keys rest. */
function askAtRest(document: Document, at: number): void {
  try {
    service.diagnostics(document);
    service.hover(document, at);
    service.definition(document, at);
    service.references(document, at);
    service.inlayHints(document);
    service.codeLenses(document);
    service.codeActions(document, { start: at, end: at });
    service.gradientFormulas(document, at);
    service.documentSymbols(document);
    service.foldingRanges(document);
    service.selectionRanges(document, at);
    service.formatDocument(document);
  } catch (error) {
    throw new Error(`${String(error)} at ${at} of ${document.source.path}`, { cause: error });
  }
}

/** Types a part of a text whose beginning is there; what follows is not, as when it is written for the first time. */
function type(path: string, text: string, from: number, to: number): void {
  let document = openDocument(workspace, path, text.slice(0, from));
  for (let at = from + 1; at <= to; at += 1) {
    document = updateDocument(document, text.slice(0, at));
    askAfterKey(document, at);
    if (at % run === 0) askAtRest(document, at);
  }
}

describe('every provider answers', () => {
  it('while the examples are typed from the beginning', () => {
    const before = process.cpuUsage();
    const random = numbers(seed);
    if (everything) {
      for (const { path, text } of examples) type(path, text, 0, text.length);
      return;
    }
    let typed = 0;
    while (usedTime(before) < budget) {
      const { path, text } = examples[Math.floor(random() * examples.length)] ?? { path: '', text: '' };
      const from = Math.floor(random() * Math.max(1, text.length - run));
      type(path, text, from, Math.min(text.length, from + run));
      typed += run;
    }
    expect(typed).toBeGreaterThan(100);
  }, 3_600_000);

  it('while parts are deleted at random until little is left', () => {
    const before = process.cpuUsage();
    const random = numbers(seed + 1);
    const remaining = everything ? [...examples] : undefined;
    let deletions = 0;
    for (;;) {
      const source =
        remaining === undefined ? examples[Math.floor(random() * examples.length)] : remaining.pop();
      if (source === undefined || (!everything && usedTime(before) >= budget)) break;
      let document = openDocument(workspace, source.path, source.text);
      for (let turn = 0; turn < 12 && document.text.length > 10; turn += 1) {
        const at = Math.floor(random() * document.text.length);
        const length = 1 + Math.floor(random() ** 3 * 200);
        document = updateDocument(document, document.text.slice(0, at) + document.text.slice(at + length));
        askAfterKey(document, at);
        if (turn % 4 === 3) askAtRest(document, at);
        deletions += 1;
      }
    }
    expect(deletions).toBeGreaterThan(20);
  }, 3_600_000);
});
