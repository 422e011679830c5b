/** The promises of `docs/language.md` and of `std/`: examples check, tables are fresh, definitions are documented. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pagePath, withReference } from '../../scripts/generate-reference.js';
import { runTests } from '../../src/check/evaluate/tests.js';
import { checkSource } from '../../src/front_end.js';
import { librarySources } from '../../src/package.js';
import { parse } from '../../src/parser/parse.js';

const page = readFileSync(pagePath, 'utf8');

describe('the language reference', () => {
  const fences = [...page.matchAll(/```opt\n([^]*?)```/g)].map((match) => match[1] ?? '');

  test('has examples', () => {
    expect(fences.length).toBeGreaterThan(7);
  });

  for (const [index, text] of fences.entries()) {
    test(`example ${index + 1} parses and checks`, () => {
      const { diagnostics } = checkSource({ path: `language-${index + 1}.opt`, text });
      expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    });
  }

  test('has fresh tables', async () => {
    expect(await withReference(page)).toBe(page);
  });
});

describe('the library', () => {
  for (const source of librarySources()) {
    test(`${source.path} checks without a diagnostic, and its tests pass`, () => {
      const { problem, diagnostics } = checkSource(source);
      expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
      if (problem === undefined) throw new Error('no problem');
      const failed = runTests(problem).filter(({ passed }) => !passed);
      expect(failed.map(({ name }) => name)).toEqual([]);
    });

    test(`${source.path} documents every definition`, () => {
      const kinds = ['fn', 'module', 'optimizer', 'schedule', 'set', 'distribution'];
      const bare = parse(source).file.declarations.filter(
        (each) => kinds.includes(each.kind) && 'doc' in each && each.doc.trim() === '',
      );
      expect(bare).toEqual([]);
    });
  }
});
