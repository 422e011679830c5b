import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindProblem } from '../../src/bind/bind.js';
import type { BindOptions, BindResult } from '../../src/bind/bind.js';
import { checkSource } from '../../src/front_end.js';
import { hasErrors } from '../../src/parser/diagnostic.js';
import { parseData } from '../../src/runtime/data/read.js';
import type { DataFormat, DataSource } from '../../src/runtime/data/source.js';

function array(shape: readonly number[], values: readonly number[]): DataSource {
  return { kind: 'array', path: 'given', shape, data: Float64Array.from(values) };
}

function table(text: string, format: DataFormat = 'csv'): DataSource {
  const result = parseData(new TextEncoder().encode(text), format, 'given.csv');
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.value;
}

function bind(
  text: string,
  data: Record<string, DataSource> = {},
  set: BindOptions['set'] = new Map(),
): BindResult {
  const { problem, diagnostics } = checkSource({ path: 'test.opt', text });
  if (problem === undefined || hasErrors(diagnostics))
    throw new Error(JSON.stringify(diagnostics.map((d) => d.message)));
  return bindProblem(problem, { folder: '/nowhere', data: new Map(Object.entries(data)), set });
}

function sizes({ bound }: BindResult): Readonly<Record<string, number>> {
  return Object.fromEntries([...(bound?.sizes ?? [])].map(([symbol, size]) => [symbol.name, size]));
}

const codes = ({ diagnostics }: BindResult): readonly string[] => diagnostics.map(({ code }) => code);

describe('sizes', () => {
  it('come from the shapes of arrays, whatever they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (n, d) => {
        const X = array(
          [n, d],
          Array.from({ length: n * d }, (_, index) => index),
        );
        const result = bind('data { X: real[N, D] }\nparam w: real[D] = 0\nminimize mean(X @ w)', { X });
        expect(sizes(result)).toMatchObject({ N: n, D: d });
        expect(result.bound?.arrays[0]?.shape).toEqual([n, d]);
      }),
    );
  });

  it('solve what is linear in one unknown', () => {
    const X = array([2, 7], new Array<number>(14).fill(1));
    expect(
      sizes(bind('data { X: real[N, 2 * D + 1] }\nparam w: real[D] = 0\nminimize sum(w^2)', { X })),
    ).toMatchObject({ N: 2, D: 3 });
    const odd = array([2, 6], new Array<number>(12).fill(1));
    const result = bind('data { X: real[N, 2 * D + 1] }\nparam w: real[D] = 0\nminimize sum(w^2)', {
      X: odd,
    });
    expect(codes(result)).toEqual(['AM4011']);
    expect(result.diagnostics[0]?.message).toContain('`D`');
  });

  it('that disagree are named with both places', () => {
    const text = 'data { x: real[N]\n y: real[N] }\nparam w: real = 0\nminimize mean(w * x - y)';
    const result = bind(text, { x: array([2], [1, 2]), y: array([3], [1, 2, 3]) });
    expect(codes(result)).toEqual(['AM4011']);
    const [{ labels = [], message }] = result.diagnostics as [(typeof result.diagnostics)[number]];
    expect(message).toBe('`N` is 2, and `y` from "given" says 3');
    expect(labels.map(({ span }) => text.slice(span.start, span.end))).toEqual(
      expect.arrayContaining([expect.stringContaining('y'), expect.stringContaining('x')]),
    );
  });

  it('that disagree with a declaration are named once', () => {
    const result = bind('dim N = 3\ndata { x: real[N] }\nparam w: real = 0\nminimize mean(w * x)', {
      x: array([2], [1, 2]),
    });
    expect(codes(result)).toEqual(['AM4011']);
  });

  it('that nothing says are reported', () => {
    const text = 'dim D\nparam w: real[D] = 0\nminimize sum(w^2)';
    expect(codes(bind(text))).toEqual(['AM4022']);
    expect(sizes(bind(text, {}, new Map([['D', 3]])))).toMatchObject({ D: 3 });
    expect(codes(bind(text, {}, new Map([['D', 0.5]])))).toContain('AM0009');
  });

  it('follow hyperparameters', () => {
    const text = 'hyper n: int in 1..9 = 2\nparam w: real[n] = 0\nminimize sum(w^2)';
    expect(sizes(bind(text))).toMatchObject({ n: 2 });
    expect(sizes(bind(text, {}, new Map([['n', 5]])))).toMatchObject({ n: 5 });
    expect(codes(bind(text, {}, new Map([['n', 10]])))).toEqual(['AM0010']);
    expect(codes(bind(text, {}, new Map([['m', 1]])))).toEqual(['AM0008']);
  });
});

describe('arrays handed in', () => {
  const text = 'data { X: real[N, D] }\nparam w: real[D] = 0\nminimize mean(X @ w)';

  it.each([
    ['nothing', {}, 'AM4016'],
    ['a vector for a matrix', { X: array([2], [1, 2]) }, 'AM4017'],
    ['a NaN', { X: array([1, 2], [1, NaN]) }, 'AM4008'],
    ['a text', { X: table('abc', 'text') }, 'AM4021'],
    ['words', { X: table('a,b\n1,x\n') }, 'AM4006'],
  ] as const)('%s: refused', (_, data, code) => {
    expect(codes(bind(text, data))).toEqual([code]);
  });

  it('under an unknown name are refused with a suggestion', () => {
    const result = bind(text, { X: array([1, 1], [1]), Xx: array([1, 1], [1]) });
    expect(codes(result)).toEqual(['AM0011']);
    expect(result.diagnostics[0]?.notes).toContain('did you mean `X`?');
  });

  it('may be tables', () => {
    const { bound } = bind(text, { X: table('a,b\n1,2\n3,4\n') });
    expect([...(bound?.arrays[0]?.data ?? [])]).toEqual([1, 2, 3, 4]);
  });
});

describe('classes', () => {
  const text =
    'data { y: class(K)[N]\n z: class(K)[M] }\nparam w: real[K] = 0\nminimize mean(w[y]) + mean(w[z])';

  it('over one dimension share their levels', () => {
    const result = bind(text, { y: table('y\nb\na\n'), z: table('z\nc\nb\n') });
    expect(sizes(result)).toMatchObject({ K: 3 });
    expect(result.bound?.arrays.map(({ data }) => [...data])).toEqual([
      [1, 0],
      [2, 1],
    ]);
    expect(result.bound?.arrays[0]?.levels).toEqual(['a', 'b', 'c']);
  });

  it('of arrays are class numbers', () => {
    const result = bind(text, { y: array([2], [0, 4]), z: array([1], [2]) });
    expect(sizes(result)).toMatchObject({ K: 5 });
    expect(result.bound?.arrays.map(({ data }) => [...data])).toEqual([[0, 4], [2]]);
  });

  it.each([
    ['too large', 'class(2)[N]', array([2], [0, 2]), 'AM4009'],
    ['negative', 'class(K)[N]', array([2], [0, -1]), 'AM4009'],
    ['a fraction', 'class(K)[N]', array([2], [0, 0.5]), 'AM4006'],
    ['too many', 'class(2)[N]', table('y\na\nb\nc\n'), 'AM4010'],
  ] as const)('that are %s are refused', (_, type, y, code) => {
    expect(codes(bind(`data { y: ${type} }\nlet a = mean(y == 0)`, { y }))).toEqual([code]);
  });
});
