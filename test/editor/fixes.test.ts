/** Every fix that a diagnostic offers: it removes its diagnostic and brings no other. */
import { describe, expect, it } from 'vitest';
import { analysisCodes } from '../../src/check/analysis/codes.js';
import { checkCodes } from '../../src/check/codes.js';
import type { DocumentDiagnostic } from '../../src/editor/diagnostics.js';
import { diagnostics } from '../../src/editor/diagnostics.js';
import { applyEdits, openDocument } from '../../src/editor/document.js';
import { syntaxCodes } from '../../src/parser/codes.js';
import { workspaceOf } from './documents.js';

const workspace = workspaceOf();
const examples = [...syntaxCodes, ...checkCodes, ...analysisCodes].filter(
  ({ example }) => example !== '' && example.length < 5000,
);

/** What a diagnostic says, without the places in it. */
function said({ code, message }: DocumentDiagnostic): string {
  return `${code} ${message}`;
}

interface FixCase {
  readonly code: string;
  readonly title: string;
  readonly text: string;
  readonly found: readonly string[];
  readonly mended: DocumentDiagnostic;
  readonly result: string;
}

const cases: readonly FixCase[] = examples.flatMap(({ example: text }) => {
  const found = diagnostics(openDocument(workspace, 'test.opt', text));
  return found.flatMap((mended) =>
    mended.fixes.map(({ title, edits }) => ({
      code: mended.code,
      title,
      text,
      found: found.map(said),
      mended,
      result: applyEdits(text, edits),
    })),
  );
});

describe('a fix', () => {
  it('is offered by many codes', () => {
    expect(new Set(cases.map(({ code }) => code)).size).toBeGreaterThan(14);
  });

  it.each(cases)('of $code, $title, removes its diagnostic and adds none', ({ found, mended, result }) => {
    const left = [...found];
    left.splice(left.indexOf(said(mended)), 1);
    const after = diagnostics(openDocument(workspace, 'test.opt', result)).map(said);
    for (const each of after) {
      const place = left.indexOf(each);
      expect(place, `${each}\nin\n${result}`).not.toBe(-1);
      left.splice(place, 1);
    }
  });
});
