import { describe, expect, it } from 'vitest';
import { checkCodes } from '../../src/check/codes.js';
import { libraryLoader } from '../../src/check/library.js';
import { diagnostics, quickDiagnostics } from '../../src/editor/diagnostics.js';
import { openDocument, updateDocument } from '../../src/editor/document.js';
import type { Document } from '../../src/editor/document.js';
import { checkSource } from '../../src/front_end.js';
import { librarySources } from '../../src/package.js';
import { syntaxCodes } from '../../src/parser/codes.js';
import { realSources } from '../parser/sources.js';
import { longText, workspaceOf } from './documents.js';

const workspace = workspaceOf();
const library = libraryLoader(librarySources());

function lines(document: Document, quick = false): readonly string[] {
  return (quick ? quickDiagnostics(document) : diagnostics(document)).map(
    ({ code, range, message }) => `${range.start}-${range.end} ${code} ${message}`,
  );
}

/** As the command line says it. */
function expected(text: string): readonly string[] {
  return checkSource({ path: 'a.opt', text }, { loader: library }).diagnostics.map(
    ({ code, span, message }) => `${span.start}-${span.end} ${code} ${message}`,
  );
}

describe('diagnostics', () => {
  const examples = [...syntaxCodes, ...checkCodes].filter(
    ({ example }) => example !== '' && example.length < 5000,
  );

  it.each(examples)('of the example of $code are those of the command line', ({ example }) => {
    const sorted = (found: readonly string[]): readonly string[] => [...found].sort();
    expect(sorted(lines(openDocument(workspace, 'a.opt', example)))).toEqual(sorted(expected(example)));
  });

  it.each(realSources)('of $path are those of the command line', ({ path, text }) => {
    const own = path.startsWith('std/') ? 'a.opt' : path;
    expect([...lines(openDocument(workspace, own, text))].sort()).toEqual([...expected(text)].sort());
  });

  it('stay with the declarations that an edit leaves alone', () => {
    const text = 'let a = hubr(1)\n\nlet b = 2\n';
    const first = openDocument(workspace, 'a.opt', text);
    expect(lines(first)).toHaveLength(1);
    const second = updateDocument(first, `// one\n// more\n\n${text}let c = b.d\n`);
    const quick = lines(second, true);
    expect(quick[0]).toMatch(/^24-28 AM2001/);
    expect(quick).toEqual(lines(second));
  });

  it('of a declaration that changed are there at once', () => {
    const first = openDocument(workspace, 'a.opt', 'let a = 1\nlet b = a + 1\n');
    diagnostics(first);
    const second = updateDocument(first, 'let a = 1\nlet b = a + c\n');
    expect(lines(second, true).join()).toContain('nothing here is called `c`');
    const third = updateDocument(second, 'let a = 1\nlet b = a + \n');
    expect(lines(third, true).join()).toContain('AM1012');
  });

  it('lead to the import of a file that is broken', () => {
    const files = { 'mine.opt': 'fn f(x: real): real = y' };
    const text = 'let one = 1\nimport { f } from "./mine.opt"\nlet a = f(1)';
    const [found] = diagnostics(openDocument(workspaceOf(files), 'a.opt', text));
    expect(text.slice(found?.range.start, found?.range.end)).toBe('"./mine.opt"');
    expect(found?.message).toContain('in `mine.opt`');
    expect(found?.labels[0]?.location.file?.path).toBe('mine.opt');
  });
});

describe('an edit in a file of two thousand lines', () => {
  it('gives diagnostics quickly', () => {
    const text = longText();
    let document = openDocument(workspace, 'a.opt', text);
    expect(text.split('\n').length).toBeGreaterThan(2000);
    expect(diagnostics(document)).toEqual([]);
    const times: number[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      const place = `let margin${turn * 2} = `;
      const at = text.indexOf(place) + place.length;
      const started = performance.now();
      document = updateDocument(document, `${text.slice(0, at)}nothing + ${text.slice(at)}`);
      const found = quickDiagnostics(document);
      times.push(performance.now() - started);
      expect(found.map(({ code }) => code)).toEqual(['AM2001']);
      document = updateDocument(document, text);
      expect(quickDiagnostics(document)).toEqual([]);
    }
    // What else runs on the machine slows some of them down.
    times.sort((first, second) => first - second);
    expect(times[times.length >> 1]).toBeLessThan(20);
  });
});
