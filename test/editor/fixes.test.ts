/** Every fix that a diagnostic offers: it removes its diagnostic and brings no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analysisCodes } from '../../src/check/analysis/codes.js';
import { checkCodes } from '../../src/check/codes.js';
import type { DocumentDiagnostic } from '../../src/editor/diagnostics.js';
import { diagnostics } from '../../src/editor/diagnostics.js';
import { applyEdits, openDocument } from '../../src/editor/document.js';
import { elaborationCodes } from '../../src/ir/elaborate/codes.js';
import { syntaxCodes } from '../../src/parser/codes.js';
import { runtimeCodes } from '../../src/runtime/codes.js';
import { workspaceOf } from './documents.js';

const workspace = workspaceOf();

/** The examples of all codes whose diagnostics an editor sees, and sources that offer fixes in other ways. */
const examples: readonly string[] = [
  ...[...syntaxCodes, ...checkCodes, ...analysisCodes, ...elaborationCodes, ...runtimeCodes].flatMap(
    ({ example }) => (example !== '' && example.length < 5000 ? [example] : []),
  ),
  '// Notes.\n\nmodel net = linear(1, 2)\nlet y = net([1.0])',
  '/// A layer.\n/// A plain one.\nmodel net = linear(1, 2)\n',
  'import { mlp } from std.nn\nmodel one = linear(1, 2)\n',
  'import { f } from "./mine.opt"\nmodel one = linear(1, 2)\n',
];

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

const cases: readonly FixCase[] = examples.flatMap((text) => {
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

/** The codes whose diagnostics are made with fixes, as the source of the compiler has it. */
function codesWithFixes(): ReadonlySet<string> {
  const folders = ['src/parser', 'src/check', 'src/check/analysis'].map(
    (name) => new URL(`../../${name}/`, import.meta.url),
  );
  const codes = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => {
        const text = readFileSync(new URL(name, folder), 'utf8');
        // An error with its details: the code, then `fixes` before the next code.
        return text
          .split(/(?='AM[0-9]{4}')/)
          .filter((part) => /^'AM\d{4}'/.test(part) && /\bfixes?\b/.test(part.split(/\);\n/, 1)[0] ?? ''))
          .map((part) => part.slice(1, 7));
      }),
  );
  return new Set(codes);
}

describe('a fix', () => {
  it('is tried for every code that offers one', () => {
    const tried = new Set(cases.map(({ code }) => code));
    expect([...codesWithFixes()].filter((code) => !tried.has(code))).toEqual([]);
  });

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
