/**
 * Evaluation of the factorizations with several factors: Jacobi rotations for symmetric matrices, Householder
 * reflections for QR, one-sided Jacobi rotations for singular values (Golub and Van Loan, sections 8.5, 5.2 and 8.6).
 * Matrices are lists of columns here.
 */
import type { Operator } from '../../graph.js';
import type { Tensor } from '../../tensor.js';
import { zeros } from '../../tensor.js';
import { at, range } from '../../types.js';
import type { EvaluationRule } from './rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;
type Columns = Float64Array[];

const mostSweeps = 40;

/** Applies `factorize` to each matrix; it returns the rows of the result. */
function overMatrices(
  input: Tensor,
  result: Tensor,
  factorize: (columns: Columns, rows: number) => readonly (readonly number[])[],
): Tensor[] {
  const [m = 0, n = 0] = input.type.shape.slice(-2);
  const rows = result.type.shape.at(-2) ?? 0;
  const count = m * n === 0 ? 0 : input.data.length / (m * n);
  for (let matrix = 0; matrix < count; matrix += 1) {
    const columns = range(n).map((j) =>
      Float64Array.from(range(m), (i) => at(input.data, (matrix * m + i) * n + j)),
    );
    const factors = factorize(columns, m);
    if (factors.length !== rows) throw new Error('compiler bug: a factorization of the wrong height');
    factors.forEach((row, i) => result.data.set(row, (matrix * rows + i) * n));
  }
  return [result];
}

const identityColumns = (n: number): Columns =>
  range(n).map((j) => Float64Array.from(range(n), (i) => (i === j ? 1 : 0)));

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, index) => sum + value * at(b, index), 0);

const rowsOf = (columns: Columns, height: number): number[][] =>
  range(height).map((i) => columns.map((column) => at(column, i)));

/** Cosine and sine of the rotation that makes `off` zero between the diagonal entries `first` and `second`. */
function rotation(first: number, second: number, off: number): readonly [number, number] {
  const zeta = (second - first) / (2 * off);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  return [cosine, cosine * tangent];
}

function rotate(columns: Columns, p: number, q: number, cosine: number, sine: number): void {
  const [left, right] = [at(columns, p), at(columns, q)];
  left.forEach((x, i) => {
    const y = at(right, i);
    left[i] = cosine * x - sine * y;
    right[i] = sine * x + cosine * y;
  });
}

function rotateRows(columns: Columns, p: number, q: number, cosine: number, sine: number): void {
  for (const column of columns) {
    const [x, y] = [at(column, p), at(column, q)];
    column[p] = cosine * x - sine * y;
    column[q] = sine * x + cosine * y;
  }
}

/** -1 where the first entry of (nearly) the largest magnitude is negative. */
function signOf(vector: Float64Array): number {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const leading = vector.find((value) => Math.abs(value) >= 0.999 * largest) ?? 1;
  return leading < 0 ? -1 : 1;
}

export const evaluateSymmetricEigen: EvaluationRule<Of<'symmetric_eigen'>> = (_operator, inputs, { types }) =>
  overMatrices(at(inputs, 0), zeros(at(types, 0)), (columns, n) => {
    columns.forEach((column, j) => {
      for (let i = 0; i < j; i += 1) column[i] = at(at(columns, i), j);
    });
    const largest = columns
      .flatMap((column) => [...column])
      .reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    if (!(largest < Infinity)) return range(n + 1).map(() => columns.map(() => NaN));
    const vectors = identityColumns(n);
    for (let sweep = 0, turned = true; turned && sweep < mostSweeps; sweep += 1) {
      turned = false;
      for (let p = 0; p < n; p += 1) {
        for (let q = p + 1; q < n; q += 1) {
          const off = at(at(columns, q), p);
          if (!(Math.abs(off) > 1e-18 * largest)) continue;
          turned = true;
          const [cosine, sine] = rotation(at(at(columns, p), p), at(at(columns, q), q), off);
          rotate(columns, p, q, cosine, sine);
          rotateRows(columns, p, q, cosine, sine);
          rotate(vectors, p, q, cosine, sine);
          at(columns, q)[p] = 0;
          at(columns, p)[q] = 0;
        }
      }
    }
    const values = columns.map((column, j) => at(column, j));
    const order = range(n).sort((i, j) => at(values, i) - at(values, j));
    const sorted = order.map((j) => {
      const vector = at(vectors, j);
      const sign = signOf(vector);
      return vector.map((value) => sign * value);
    });
    return [order.map((j) => at(values, j)), ...rowsOf(sorted, n)];
  });

/** The reflection that maps column j, from row j on, to a multiple of the first axis: I - scale v v', or nothing. */
function reflector(column: Float64Array, j: number): { readonly v: Float64Array; readonly scale: number } {
  const v = column.map((value, i) => (i < j ? 0 : value));
  const norm = Math.sqrt(dot(v, v));
  v[j] = at(v, j) + (at(v, j) < 0 ? -norm : norm);
  const square = dot(v, v);
  return { v, scale: square === 0 ? 0 : 2 / square };
}

function reflect(column: Float64Array, { v, scale }: ReturnType<typeof reflector>): void {
  const share = scale * dot(v, column);
  v.forEach((value, i) => {
    column[i] = at(column, i) - share * value;
  });
}

export const evaluateQr: EvaluationRule<Of<'qr'>> = (_operator, inputs, { types }) =>
  overMatrices(at(inputs, 0), zeros(at(types, 0)), (columns, m) => {
    const n = columns.length;
    const reflectors = range(n).map((j) => {
      const made = reflector(at(columns, j), j);
      for (const column of columns.slice(j)) reflect(column, made);
      return made;
    });
    const upper = range(n).map((i) => columns.map((column, j) => (i <= j ? at(column, i) : 0)));
    const signs = upper.map((row, i) => (at(row, i) < 0 ? -1 : 1));
    const orthogonal = range(n).map((j) => {
      const column = Float64Array.from(range(m), (i) => (i === j ? at(signs, j) : 0));
      for (const made of [...reflectors].reverse()) reflect(column, made);
      return column;
    });
    return [...rowsOf(orthogonal, m), ...upper.map((row, i) => row.map((value) => at(signs, i) * value))];
  });

export const evaluateSvd: EvaluationRule<Of<'svd'>> = (_operator, inputs, { types }) =>
  overMatrices(at(inputs, 0), zeros(at(types, 0)), (columns, m) => {
    const n = columns.length;
    const vectors = identityColumns(n);
    for (let sweep = 0, turned = true; turned && sweep < mostSweeps; sweep += 1) {
      turned = false;
      for (let p = 0; p < n; p += 1) {
        for (let q = p + 1; q < n; q += 1) {
          const [left, right] = [at(columns, p), at(columns, q)];
          const [first, second, off] = [dot(left, left), dot(right, right), dot(left, right)];
          if (!(Math.abs(off) > 1e-15 * Math.sqrt(first) * Math.sqrt(second))) continue;
          turned = true;
          const [cosine, sine] = rotation(first, second, off);
          rotate(columns, p, q, cosine, sine);
          rotate(vectors, p, q, cosine, sine);
        }
      }
    }
    const values = columns.map((column) => Math.sqrt(dot(column, column)));
    const order = range(n).sort((i, j) => at(values, j) - at(values, i));
    const smallest = m * 2.220446049250313e-16 * at(values, at(order, 0));
    const left: Columns = [];
    const right: Columns = [];
    for (const j of order) {
      const [vector, value] = [at(vectors, j), at(values, j)];
      const sign = signOf(vector);
      right.push(vector.map((entry) => sign * entry));
      left.push(at(columns, j).map((entry) => (value <= smallest ? 0 : (sign * entry) / value)));
    }
    return [...rowsOf(left, m), order.map((j) => at(values, j)), ...rowsOf(right, n)];
  });
