import { describe, expect, it } from 'vitest';
import { format } from '../../src/parser/format.js';
import { parse } from '../../src/parser/parse.js';
import type { Span } from '../../src/parser/source.js';
import { mutateCharacters, mutateTokens, random } from './mutate.js';
import { realSources, sourceOf } from './sources.js';
import { treeOf } from './tree.js';

function isWithin({ start, end }: Span, text: string): boolean {
  return start >= 0 && start <= end && end <= text.length;
}

describe('damaged sources', () => {
  it('are parsed without an exception, quickly, and with a diagnostic or a layout', () => {
    const below = random(20240607);
    let damaged = 0;
    let slowest = 0;
    for (let turn = 0; turn < 10_000; turn += 1) {
      const source = realSources[below(realSources.length)];
      if (source === undefined) continue;
      // A part of the source, so that many can be tried.
      const from = source.text.lastIndexOf('\n\n', below(source.text.length)) + 1;
      let text = source.text.slice(from, from + 500);
      for (let count = below(3); count >= 0; count -= 1) {
        text = below(2) === 0 ? mutateTokens(text, below) : mutateCharacters(text, below);
      }
      const start = performance.now();
      const { diagnostics } = parse(sourceOf(text));
      slowest = Math.max(slowest, performance.now() - start);
      if (diagnostics.length > 0) {
        damaged += 1;
        expect(diagnostics.filter(({ span }) => !isWithin(span, text))).toEqual([]);
      } else if (turn % 5 === 0) {
        expect(treeOf(format(sourceOf(text)).text)).toEqual(treeOf(text));
      }
    }
    expect(damaged).toBeGreaterThan(5000);
    expect(slowest).toBeLessThan(3000);
  }, 240_000);
});

describe('hostile sources', () => {
  const many = 20_000;
  it.each([
    ['open parentheses', '('.repeat(many)],
    ['open parentheses in a declaration', `let a = ${'('.repeat(many)}`],
    ['nested lists', `let a = ${'['.repeat(many)}${']'.repeat(many)}`],
    ['minus signs', `let a = ${'-'.repeat(many)}1`],
    ['a long sum', `let a = 1${'+1'.repeat(many)}`],
    ['a tower of powers', `let a = 2${'^2'.repeat(many)}`],
    ['a chain of members', `let a = b${'.c'.repeat(many)}`],
    ['a chain of calls', `let a = b${'()'.repeat(many)}`],
    ['nested conditionals', `let a = ${'if a then b else '.repeat(many)}1`],
    ['else if without end', `fn f(): real { ${'if a { } else '.repeat(many)}{ } }`],
    ['nested blocks', `fn f(): real ${'{ if a '.repeat(many)}`],
    ['nested types', `let a: ${'fn('.repeat(many)}`],
    ['nested problems', `let a = ${'argmin { let b = '.repeat(many)}`],
    ['heads only', 'let '.repeat(many)],
    ['half functions', 'fn f('.repeat(many)],
    ['names only', 'a '.repeat(many)],
    ['strays in a body', `fn f(): real { ${'foo(x) '.repeat(many)} }`],
    ['two operands again and again', 'let a = 1 2 '.repeat(2000)],
    ['quotes', '"'.repeat(many)],
    ['arrows', 'x <- '.repeat(many)],
    ['slashes', '/'.repeat(many)],
    ['reserved heads', 'set '.repeat(many)],
    ['every character', Array.from({ length: 65536 }, (_, code) => String.fromCharCode(code)).join('')],
  ])('of %s end with a diagnostic, or are a comment', (kind, text) => {
    const { diagnostics } = parse(sourceOf(text));
    if (kind === 'slashes') expect(diagnostics).toEqual([]);
    else expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.length).toBeLessThan(30_000);
  });

  it('of great depth lose only the declaration that is too deep', () => {
    const deep = `let deep = ${'('.repeat(300)}1${')'.repeat(300)}`;
    const { file, diagnostics } = parse(sourceOf(`let a = 1\n${deep}\nlet b = 2\n${deep}\nlet c = 3`));
    expect(diagnostics.map(({ code }) => code)).toEqual(['AM1031', 'AM1031']);
    expect(file.declarations.length).toBe(3);
  });

  it('of 150 levels are fine', () => {
    expect(parse(sourceOf(`let a = ${'('.repeat(150)}1${')'.repeat(150)}`)).diagnostics).toEqual([]);
    expect(parse(sourceOf(`let a = 1${' + 1'.repeat(900)}`)).diagnostics).toEqual([]);
  });
});
