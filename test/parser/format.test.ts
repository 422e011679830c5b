import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { format, lineWidth } from '../../src/parser/format.js';
import { parse } from '../../src/parser/parse.js';
import { tokenize } from '../../src/parser/tokens.js';
import { expressionText } from './generate.js';
import { everything, realSources, sourceOf } from './sources.js';
import { treeOf } from './tree.js';

function formatted(text: string): string {
  const { text: result, diagnostics } = format(sourceOf(text));
  expect(diagnostics).toEqual([]);
  return result;
}

/** Formatting keeps the tree and the comments, and does nothing the second time. */
function holds(text: string): void {
  const result = formatted(text);
  expect(treeOf(result)).toEqual(treeOf(text));
  expect(formatted(result)).toBe(result);
  for (const comment of tokenize(text).comments) expect(result).toContain(comment.image.trimEnd());
}

describe('the formatter', () => {
  it.each(realSources.map((source) => [source.path, source.text] as const))(
    'keeps tree and comments of %s and is idempotent',
    (_, text) => holds(text),
  );

  it('has one layout, which is kept', async () => {
    await expect(formatted(everything.text)).toMatchFileSnapshot('./golden/everything.formatted.txt');
  });

  it('keeps lines within the width wherever a line can break', () => {
    for (const source of realSources) {
      const lines = formatted(source.text).split('\n');
      const long = lines.filter((line) => line.replace(/ *\/\/.*$/, '').length > lineWidth);
      expect(long).toEqual([]);
    }
  });

  it('gives sources with errors back unchanged, with their diagnostics', () => {
    const text = 'let   a =\nlet b   = 2';
    const result = format(sourceOf(text));
    expect(result.text).toBe(text);
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['AM1012']);
  });

  it('gives every declaration a line and keeps at most one blank line between them', () => {
    expect(formatted('let a = 1 let b = 2\n\n\n\nlet c = 3')).toBe('let a = 1\nlet b = 2\n\nlet c = 3\n');
  });

  it('aligns the columns of data', () => {
    expect(formatted('data { X: real[N, D] = columns(a..d)\ny: class(2)[N] = column(e) free: int[N] }')).toBe(
      'data {\n  X: real[N, D]  = columns(a..d)\n  y: class(2)[N] = column(e)\n  free: int[N]\n}\n',
    );
  });

  it('breaks a long call one argument a line', () => {
    const name = 'a_rather_long_name_of_something';
    expect(formatted(`let x = 1 + f(${name}, ${name}, ${name}, scale = ${name})`)).toBe(
      `let x =\n  1\n  + f(\n    ${name},\n    ${name},\n    ${name},\n    scale = ${name}\n  )\n`,
    );
  });

  it('keeps parentheses and the text of numbers', () => {
    expect(formatted('let a = ((1_000 + 1e-3)) * (0.50)')).toBe('let a = ((1_000 + 1e-3)) * (0.50)\n');
  });

  it('keeps comments wherever they stand', () => {
    holds('// first\n\n/// doc\nlet a = // after equals\n  // above one\n  1 // behind one\n  + 2\n// last');
    holds('fn f(\n  // above x\n  x: real, // behind x\n  y: real // behind y\n): real {\n  // only\n}');
    holds('let // one\n// two\na // three\n= // four\nf( // five\n// six\n) // seven');
    holds('data { // head\n  X: real[N] // no value\n  // between\n  y: real[N] = 1 // value\n  // end\n}');
  });

  it('leaves an empty file empty', () => {
    expect(formatted('')).toBe('');
    expect(formatted('\n\n')).toBe('');
  });

  it('keeps the tree of generated expressions and is idempotent', () => {
    fc.assert(
      fc.property(expressionText, (text) => holds(`let a = ${text}\nreport b = ${text} on test`)),
      { numRuns: 200 },
    );
  });

  it('keeps the tree when white space and comments are scattered between tokens', () => {
    const space = fc.constantFrom(' ', '\n', '\n\n\n', '  // a comment\n', '\n// a line\n', '\n/// a doc\n');
    fc.assert(
      fc.property(
        fc.constantFrom(...realSources.filter(({ text }) => text.length < 5000)),
        fc.array(space, { minLength: 40, maxLength: 40 }),
        fc.nat(),
        (source, spaces, seed) => {
          const scattered = scatter(source.text, spaces, seed);
          // Updates are told from comparisons by line breaks, so some scatterings are damaged sources.
          if (parse(sourceOf(scattered)).diagnostics.length > 0) return;
          holds(scattered);
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** The tokens of a text with other spaces between some of them. */
function scatter(text: string, spaces: readonly string[], seed: number): string {
  const { tokens } = tokenize(text);
  return tokens
    .map((token, index) => {
      const pick = (index * 31 + seed) % 97;
      return token.image + (pick < spaces.length ? (spaces[pick] ?? ' ') : ' ');
    })
    .join('');
}
