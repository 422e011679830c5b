/** Typing and deleting, key by key: every provider answers in every state, and none throws. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as service from '../../src/editor/index.js';
import type { Document } from '../../src/editor/document.js';
import { openDocument, updateDocument } from '../../src/editor/document.js';
import { realSources } from '../parser/sources.js';
import { longText, workspaceOf } from './documents.js';

const workspace = workspaceOf({}, ['age']);

/** All answers at a place; the costly ones, which need the whole file checked, only where asked for. */
function askEverything(document: Document, offset: number, whole: boolean): void {
  const range = { start: offset - 40, end: offset + 40 };
  expect(service.quickDiagnostics(document)).toBeDefined();
  expect(service.completion(document, offset).range.end).toBeGreaterThanOrEqual(0);
  service.signatureHelp(document, offset);
  service.definition(document, offset);
  service.references(document, offset);
  service.prepareRename(document, offset);
  expect(service.selectionRanges(document, offset).length).toBeGreaterThan(0);
  expect(service.documentSymbols(document)).toBeDefined();
  expect(service.foldingRanges(document)).toBeDefined();
  expect(service.semanticTokens(document, range)).toBeDefined();
  service.codeActions(document, range);
  if (!whole) return;
  service.diagnostics(document);
  service.hover(document, offset);
  service.inlayHints(document);
  service.codeLenses(document);
  service.rename(document, offset, 'renamed');
  service.formatDocument(document);
  service.formatRange(document, range);
}

describe('every provider answers', () => {
  it.each(realSources)('while a part of $path is typed anew', ({ path, text }) => {
    const from = (text.length * 7919) % Math.max(1, text.length - 12);
    let document = openDocument(workspace, path, text.slice(0, from) + text.slice(from + 10));
    for (let typed = 1; typed <= 10; typed += 1) {
      document = updateDocument(document, text.slice(0, from + typed) + text.slice(from + 10));
      askEverything(document, from + typed, typed === 5);
    }
    expect(document.text).toBe(text);
    // What is known in the end does not depend on the way there.
    expect(service.diagnostics(document)).toEqual(service.diagnostics(openDocument(workspace, path, text)));
  });

  it('while parts are deleted at random, at places within and outside of the document', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...realSources.filter(({ path }) => path.startsWith('examples/'))),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 60 })), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.integer({ min: -100, max: 5000 }),
        ({ path, text }, deletions, offset) => {
          let document = openDocument(workspace, path, text);
          for (const [place, length] of deletions) {
            const at = Math.floor(place * document.text.length);
            document = updateDocument(
              document,
              document.text.slice(0, at) + document.text.slice(at + length),
            );
            askEverything(document, at, false);
          }
          askEverything(document, offset, true);
        },
      ),
      { numRuns: 15 },
    );
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n\t\r\n'],
    ['bytes', Array.from({ length: 300 }, (_, code) => String.fromCharCode(code)).join('')],
    ['half of a pair of surrogates', 'let a = \uD83D'],
    ['deep brackets', `let a = ${'('.repeat(3000)}`],
    ['a long sum', `let a = ${'1 + '.repeat(3000)}1`],
    ['a circle', 'let a = b\nlet b = a\nimport { c } from "./test.opt"'],
    ['one long line', `let a = [${'1, '.repeat(5000)}1]`],
    ['many heads', 'let\n'.repeat(500)],
    ['a byte order mark', '\uFEFFlet a = 1\n'],
    ['old line ends', 'let a = 1\rlet b = a\r'],
  ])('for a document of %s', (_, text) => {
    const document = openDocument(workspace, 'test.opt', text);
    for (const offset of [-1, 0, 3, 8, text.length, text.length + 10, NaN, Infinity])
      askEverything(document, offset, true);
  });
});

/** On a machine that does something else meanwhile, some rounds are slow. */
const rounds = 6;

describe('typing in a file of two thousand lines', () => {
  it('takes a median under 10 ms, and never as long as 100 ms', () => {
    const text = longText();
    let document = openDocument(workspace, 'long.opt', text);
    service.diagnostics(document);
    const line = 'let added = mean(huber(margin3 + loss5, delta = 2)) + sum(w)\n';
    const measured: { readonly median: number; readonly worst: number }[] = [];
    const good = (): boolean => measured.some(({ median, worst }) => median < 10 && worst < 100);
    for (let round = 0; round < rounds && !good(); round += 1) {
      const times: number[] = [];
      for (const place of [40, 60, 80]) {
        const at = text.indexOf(`/// Huber number ${place}.`);
        for (let key = 1; key <= line.length; key += 1) {
          const started = performance.now();
          document = updateDocument(document, text.slice(0, at) + line.slice(0, key) + text.slice(at));
          service.quickDiagnostics(document);
          service.completion(document, at + key);
          times.push(performance.now() - started);
        }
      }
      times.sort((first, second) => first - second);
      measured.push({ median: times[times.length >> 1] ?? NaN, worst: times.at(-1) ?? NaN });
    }
    expect(measured.filter(() => !good())).toEqual([]);
  });
});
