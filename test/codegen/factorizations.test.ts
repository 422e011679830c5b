/** What factors promise, of printed routines and of the interpreter, on matrices that are ordinary and that are not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRegion } from '../../src/codegen/typescript/compile-region.js';
import { GraphBuilder } from '../../src/ir/builder.js';
import { interpret } from '../../src/ir/interpreter.js';
import { real } from '../../src/ir/types.js';

type Matrix = readonly (readonly number[])[];
type Factorization = 'symmetricEigen' | 'qr' | 'svd';

/** The stacked factors as rows, once from each implementation. */
function factorsOf(kind: Factorization, matrix: Matrix): Matrix[] {
  const [rows, columns] = [matrix.length, matrix[0]?.length ?? 0];
  const b = new GraphBuilder();
  const A = b.parameter(real(rows, columns), 'A');
  const region = b.region([A], [b[kind](A)]);
  const compiled = compileRegion(region, 'f64');
  compiled.inputs[0]?.set(matrix.flat());
  compiled.run();
  const [interpreted] = interpret(region, [{ type: A.type, data: Float64Array.from(matrix.flat()) }]);
  return [compiled.results[0], interpreted?.data].map((cells) => {
    const data = [...(cells ?? [])];
    return Array.from({ length: data.length / columns }, (_, i) =>
      data.slice(i * columns, (i + 1) * columns),
    );
  });
}

const product = (left: Matrix, right: Matrix): number[][] =>
  left.map((row) =>
    (right[0] ?? []).map((_, j) => row.reduce((sum, value, k) => sum + value * (right[k]?.[j] ?? NaN), 0)),
  );
const transpose = (matrix: Matrix): number[][] =>
  (matrix[0] ?? []).map((_, j) => matrix.map((row) => row[j] ?? NaN));
const scaleColumns = (matrix: Matrix, scales: readonly number[]): number[][] =>
  matrix.map((row) => row.map((value, j) => value * (scales[j] ?? NaN)));
const identity = (n: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_column, j) => Number(i === j)));

function expectNear(actual: Matrix, expected: Matrix, scale: number): void {
  const largest = expected.flatMap((row, i) =>
    row.map((value, j) => Math.abs(value - (actual[i]?.[j] ?? NaN))),
  );
  expect(Math.max(0, ...largest)).toBeLessThanOrEqual(2e-14 * scale);
}

const sizeOf = (matrix: Matrix): number => Math.hypot(...matrix.flat());
const isSorted = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value >= (values[index - 1] ?? NaN));

/** Tall matrices; small integers make equal, dependent and zero columns common. */
const tall = fc
  .record({
    n: fc.integer({ min: 1, max: 5 }),
    extra: fc.integer({ min: 0, max: 3 }),
    whole: fc.boolean(),
    scale: fc.constantFrom(1, 1e-80, 1e80),
  })
  .chain(({ n, extra, whole, scale }) => {
    const entry = whole
      ? fc.integer({ min: -2, max: 2 })
      : fc.integer({ min: -3000, max: 3000 }).map((value) => value / 1000);
    const row = fc.array(
      entry.map((value) => value * scale),
      { minLength: n, maxLength: n },
    );
    return fc.array(row, { minLength: n + extra, maxLength: n + extra });
  });

describe('factors', () => {
  test('of eigenvalues multiply to the matrix, with orthonormal vectors and ascending values', () => {
    fc.assert(
      fc.property(tall, (matrix) => {
        const n = matrix[0]?.length ?? 0;
        const square = matrix.slice(0, n);
        const symmetric = square.map((row, i) => row.map((value, j) => value + (square[j]?.[i] ?? NaN)));
        for (const [values = [], ...vectors] of factorsOf('symmetricEigen', symmetric)) {
          expectNear(
            product(scaleColumns(vectors, values), transpose(vectors)),
            symmetric,
            sizeOf(symmetric),
          );
          expectNear(product(transpose(vectors), vectors), identity(n), n);
          expect(isSorted(values)).toBe(true);
        }
      }),
    );
  });

  test('of QR multiply to the matrix, with orthonormal columns and a diagonal that is not negative', () => {
    fc.assert(
      fc.property(tall, (matrix) => {
        const n = matrix[0]?.length ?? 0;
        for (const stack of factorsOf('qr', matrix)) {
          const [q, r] = [stack.slice(0, matrix.length), stack.slice(matrix.length)];
          expectNear(product(q, r), matrix, sizeOf(matrix));
          expectNear(product(transpose(q), q), identity(n), n);
          expect(
            r.every((row, i) => row.every((value, j) => (i > j ? value === 0 : i < j || value >= 0))),
          ).toBe(true);
        }
      }),
    );
  });

  test('of singular values multiply to the matrix, those of zero standing for nothing', () => {
    fc.assert(
      fc.property(tall, (matrix) => {
        const [m, n] = [matrix.length, matrix[0]?.length ?? 0];
        for (const stack of factorsOf('svd', matrix)) {
          const [u, values = [], v] = [stack.slice(0, m), stack[m], stack.slice(m + 1)];
          expectNear(product(scaleColumns(u, values), transpose(v)), matrix, sizeOf(matrix));
          expectNear(product(transpose(v), v), identity(n), n);
          expect(isSorted([...values].reverse())).toBe(true);
          const present = values.map((value) => Number(value > m * 2 ** -52 * (values[0] ?? 0)));
          expectNear(product(transpose(u), u), scaleColumns(identity(n), present), n);
        }
      }),
    );
  });

  test('of a matrix with a NaN are NaN, and are found', () => {
    const broken = [
      [1, 2],
      [NaN, 3],
    ];
    for (const kind of ['symmetricEigen', 'qr', 'svd'] as const) {
      for (const stack of factorsOf(kind, broken)) expect(stack.flat().some(Number.isNaN)).toBe(true);
    }
  });
});
