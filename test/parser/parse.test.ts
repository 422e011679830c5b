import { describe, expect, it } from 'vitest';
import type { Expression } from '../../src/parser/ast.js';
import { validatedParser } from '../../src/parser/grammar.js';
import { parse } from '../../src/parser/parse.js';
import { realSources, sourceOf } from './sources.js';
import { withoutSpans } from './tree.js';

function expressionOf(text: string): Expression {
  const { file, diagnostics } = parse(sourceOf(`let probe = ${text}`));
  expect(diagnostics).toEqual([]);
  const [declaration] = file.declarations;
  if (declaration?.kind !== 'let') throw new Error('the probe is lost');
  const [binding] = declaration.bindings;
  if (binding === undefined) throw new Error('the probe is lost');
  return binding.value.expression;
}

/** An expression with all its parentheses. */
function explicit(expression: Expression): string {
  switch (expression.kind) {
    case 'binary':
      return `(${explicit(expression.left)} ${expression.operator} ${explicit(expression.right)})`;
    case 'unary':
      return `(${expression.operator} ${explicit(expression.operand)})`;
    case 'range':
      return `(${explicit(expression.from)} .. ${explicit(expression.to)})`;
    case 'if':
      return `(if ${explicit(expression.condition)} ${explicit(expression.then)} ${explicit(expression.otherwise)})`;
    case 'name':
      return expression.name;
    case 'number':
      return expression.text;
    default:
      return expression.kind;
  }
}

describe('the grammar', () => {
  it('has no ambiguities', () => {
    expect(() => validatedParser()).not.toThrow();
  });

  it.each(realSources.map((source) => [source.path, source] as const))('accepts %s', (_, source) => {
    expect(parse(source).diagnostics).toEqual([]);
  });
});

describe('precedence', () => {
  it.each([
    ['-x^2', '(- (x ^ 2))'],
    ['2^-3', '(2 ^ (- 3))'],
    ['2^-x^2', '(2 ^ (- (x ^ 2)))'],
    ['a^b^c', '(a ^ (b ^ c))'],
    ['-a @ b', '((- a) @ b)'],
    ['a @ b * c', '((a @ b) * c)'],
    ['a * b @ c', '(a * (b @ c))'],
    ['a - b - c', '((a - b) - c)'],
    ['a / b * c', '((a / b) * c)'],
    ['a + b * c - d', '((a + (b * c)) - d)'],
    ['1..n - 1', '(1 .. (n - 1))'],
    ['a + 1 < b', '((a + 1) < b)'],
    ['not a == b and c', '((not (a == b)) and c)'],
    ['a or b and not c', '(a or (b and (not c)))'],
    ['a and - b < c', '(a and ((- b) < c))'],
    ['(a < b) == c', '((a < b) == c)'],
    ['not not a', '(not (not a))'],
    ['--a', '(- (- a))'],
    ['if a then b else c + d', '(if a b (c + d))'],
    ['1 + if a then b else c', '(1 + (if a b c))'],
    ['if a then b else if c then d else e', '(if a b (if c d e))'],
  ])('reads %s as %s', (text, tree) => {
    expect(explicit(expressionOf(text))).toBe(tree);
  });
});

describe('expressions', () => {
  it('keep the text of numbers and know integers', () => {
    expect(expressionOf('1_000')).toMatchObject({
      kind: 'number',
      value: 1000,
      text: '1_000',
      isInteger: true,
    });
    expect(expressionOf('1e3')).toMatchObject({ value: 1000, isInteger: false });
  });

  it('decode the escapes of texts', () => {
    expect(expressionOf('f("a\\"\\\\\\n\\t")')).toMatchObject({
      arguments: [{ value: { kind: 'string', value: 'a"\\\n\t' } }],
    });
  });

  it('are calls with names, dimensions and a split', () => {
    expect(withoutSpans(expressionOf('f(a, scale = 2 over K, M on fresh)'))).toMatchObject({
      kind: 'call',
      callee: { kind: 'name', name: 'f' },
      arguments: [{ value: { name: 'a' } }, { name: { name: 'scale' }, value: { value: 2 } }],
      over: [{ name: 'K' }, { name: 'M' }],
      on: { name: 'fresh' },
    });
  });

  it('are reductions with binders and a guard', () => {
    expect(withoutSpans(expressionOf('mean(i in N, j in 0..3 where i != j: x[i, j])'))).toMatchObject({
      kind: 'binder_call',
      callee: { name: 'mean' },
      binders: [{ name: { name: 'i' } }, { name: { name: 'j' }, domain: { kind: 'range' } }],
      guard: { kind: 'binary', operator: '!=' },
      body: { kind: 'index', indices: [{ name: 'i' }, { name: 'j' }] },
    });
  });

  it('are comprehensions, lists, records, members and column lists', () => {
    expect(expressionOf('[i in N: x[i]]').kind).toBe('comprehension');
    expect(expressionOf('[]')).toMatchObject({ kind: 'list', elements: [] });
    expect(expressionOf('{ a = 1 }.a')).toMatchObject({ kind: 'member', member: { name: 'a' } });
    expect(expressionOf('columns(all except a, "b c", data)')).toMatchObject({
      arguments: [
        { value: { kind: 'all_except', names: [{ name: 'a' }, { name: 'b c' }, { name: 'data' }] } },
      ],
    });
    expect(expressionOf('argmin(x over K)')).toMatchObject({ kind: 'call', callee: { name: 'argmin' } });
  });

  it('span their text, parentheses included', () => {
    const { span } = expressionOf('(a + b) * c');
    expect(span.file.text.slice(span.start, span.end)).toBe('(a + b) * c');
  });
});

describe('declarations', () => {
  it('carry the documentation above them', () => {
    const { file } = parse(
      sourceOf(
        '/// One,\n/// two.\n\n// aside\nlet a = 1 /// not for b\nlet b = 2\ndata {\n  /// X.\n  x: real[N]\n}',
      ),
    );
    const [a, b, data] = file.declarations;
    expect(a?.doc).toBe('One,\ntwo.');
    expect(b?.doc).toBe('');
    expect(data?.kind === 'data' && data.columns[0]?.doc).toBe('X.');
  });

  it('read types', () => {
    const { file } = parse(
      sourceOf('fn f(a: real[..., K], b: class(K)[...], c: fn(real): { d: int }): real = a'),
    );
    const [declaration] = file.declarations;
    const parameters = declaration?.kind === 'fn' ? declaration.parameters : [];
    expect(parameters.map(({ type }) => withoutSpans(type))).toMatchObject([
      { kind: 'array_type', element: 'real', run: true, dimensions: [{ name: 'K' }], hasBrackets: true },
      { kind: 'array_type', element: 'class', classes: { name: 'K' }, run: true, dimensions: [] },
      { kind: 'function_type', parameters: [{ element: 'real' }], result: { kind: 'record_type' } },
    ]);
  });

  it('take the clauses of solve in any order', () => {
    const one = parse(sourceOf('solve a using f() batch 64 in order for 20 epochs until g < 1 seed 7'));
    const other = parse(sourceOf('solve a using f() seed 7 until g < 1 for 20 epochs batch 64 in order'));
    expect(one.diagnostics).toEqual([]);
    expect(withoutSpans(one.file)).toEqual(withoutSpans(other.file));
    expect(one.file.declarations[0]).toMatchObject({
      labels: [{ name: 'a' }],
      batch: { inOrder: true },
      length: { unit: 'epochs' },
    });
  });

  it('import from the library and from files', () => {
    const { file } = parse(sourceOf('import { a as b, c } from std.data import { d } from "./x.opt"'));
    expect(file.declarations).toMatchObject([
      {
        names: [{ name: { name: 'a' }, alias: { name: 'b' } }, { alias: undefined }],
        from: { text: 'std.data' },
      },
      { from: { kind: 'path', text: './x.opt' } },
    ]);
  });
});

describe('speed', () => {
  // On an idle machine it is below 100 ms; processor time is counted because other work may share the machine.
  it('is enough to parse 1000 dense lines in a fraction of a second of processor time', () => {
    const dense = Array.from(
      { length: 1000 },
      (_, index) => `let a${index} = (2 * y - 1) * (X @ w + b) - sum(x[i]^2)`,
    );
    const source = sourceOf(dense.join('\n'));
    const times = Array.from({ length: 8 }, () => {
      const start = process.cpuUsage();
      parse(source);
      return process.cpuUsage(start).user / 1000;
    });
    expect(Math.min(...times)).toBeLessThan(300);
  });
});
