/**
 * Factorizations by plain loops over scalars that may be on a tape: derivatives come from differentiating the
 * iterations themselves. Rotations go on for some sweeps after the values have settled, which settles derivatives.
 */
import type { ArrayValue } from './array.js';
import { arrayOf, at } from './array.js';
import type { Scalar } from './scalar.js';
import { add, divide, multiply, sqrt, subtract, valueOf } from './scalar.js';

type Columns = Scalar[][];

const extraSweeps = 3;
const mostSweeps = 40;

function columnsOf(matrix: ArrayValue): Columns {
  const [rows = 0, columns = 0] = matrix.shape;
  return Array.from({ length: columns }, (_, j) =>
    Array.from({ length: rows }, (_row, i) => at(matrix, [i, j])),
  );
}

function matrixOf(columns: Columns, rows: number): ArrayValue {
  const data = Array.from({ length: rows }, (_, i) => columns.map((column) => column[i] as Scalar)).flat();
  return arrayOf([rows, columns.length], data);
}

const identity = (n: number): Columns =>
  Array.from({ length: n }, (_, j) => Array.from({ length: n }, (_row, i): Scalar => (i === j ? 1 : 0)));

const dot = (a: readonly Scalar[], b: readonly Scalar[]): Scalar =>
  a.reduce((sum, value, i) => add(sum, multiply(value, b[i] as Scalar)), 0 as Scalar);

const scaled = (column: readonly Scalar[], factor: Scalar): Scalar[] =>
  column.map((value) => multiply(value, factor));

/** [cosine, sine] of the rotation that diagonalizes [[first, off], [off, second]], or nothing to turn. */
function rotation(first: Scalar, second: Scalar, off: Scalar): readonly [Scalar, Scalar] | undefined {
  const gap = subtract(second, first);
  if (valueOf(gap) === 0 && valueOf(off) === 0) return undefined;
  const twice = multiply(2, off);
  const root = sqrt(add(multiply(gap, gap), multiply(twice, twice)));
  if (valueOf(root) === 0) return undefined;
  const tangent = divide(twice, valueOf(gap) < 0 ? subtract(gap, root) : add(gap, root));
  const cosine = divide(1, sqrt(add(1, multiply(tangent, tangent))));
  return [cosine, multiply(cosine, tangent)];
}

function rotate(a: Scalar[], b: Scalar[], [cosine, sine]: readonly [Scalar, Scalar]): void {
  a.forEach((x, i) => {
    const y = b[i] as Scalar;
    a[i] = subtract(multiply(cosine, x), multiply(sine, y));
    b[i] = add(multiply(sine, x), multiply(cosine, y));
  });
}

/** Turns every pair of columns until `turn` says that nothing large was left, and some sweeps more. */
function sweeps(n: number, turn: (p: number, q: number) => boolean): void {
  let settled = 0;
  for (let sweep = 0; sweep < mostSweeps && settled < extraSweeps; sweep += 1) {
    let large = false;
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) large = turn(p, q) || large;
    }
    if (!large) settled += 1;
  }
}

/** The first entry of (nearly) the largest magnitude is made positive. */
function sign(vector: readonly Scalar[]): number {
  const magnitudes = vector.map((value) => Math.abs(valueOf(value)));
  const leading = magnitudes.findIndex((magnitude) => magnitude >= 0.999 * Math.max(...magnitudes));
  return valueOf(vector[leading] ?? 1) < 0 ? -1 : 1;
}

function eigen(matrix: ArrayValue): { readonly values: Scalar[]; readonly vectors: Columns } {
  const n = matrix.shape[0] ?? 0;
  const work = columnsOf(matrix);
  for (let j = 0; j < n; j += 1) {
    for (let i = 0; i < j; i += 1) (work[j] as Scalar[])[i] = (work[i] as Scalar[])[j] as Scalar;
  }
  const scale = Math.max(0, ...work.flat().map((value) => Math.abs(valueOf(value))));
  const none = work.map((): Scalar => NaN);
  if (!(scale < Infinity)) return { values: none, vectors: work.map(() => none) };
  const vectors = identity(n);
  sweeps(n, (p, q) => {
    const [left, right] = [work[p] as Scalar[], work[q] as Scalar[]];
    const off = right[p] as Scalar;
    const turned = rotation(left[p] as Scalar, right[q] as Scalar, off);
    if (turned === undefined) return false;
    const large = Math.abs(valueOf(off)) > 1e-17 * scale;
    rotate(left, right, turned);
    for (const column of work) {
      const [above, below] = [[column[p] as Scalar], [column[q] as Scalar]];
      rotate(above, below, turned);
      column[p] = above[0] as Scalar;
      column[q] = below[0] as Scalar;
    }
    rotate(vectors[p] as Scalar[], vectors[q] as Scalar[], turned);
    return large;
  });
  const order = work.map((_, j) => j).sort((i, j) => valueOf(work[i]?.[i] ?? 0) - valueOf(work[j]?.[j] ?? 0));
  return {
    values: order.map((j) => work[j]?.[j] as Scalar),
    vectors: order.map((j) => scaled(vectors[j] as Scalar[], sign(vectors[j] as Scalar[]))),
  };
}

/** Gram and Schmidt's process, each column made orthogonal twice; the diagonal of R is positive by itself. */
function orthonormal(matrix: ArrayValue): { readonly q: Columns; readonly r: Scalar[][] } {
  const [rows = 0, n = 0] = matrix.shape;
  const q: Columns = [];
  const r = Array.from({ length: n }, () => Array<Scalar>(n).fill(rows < n ? NaN : 0));
  columnsOf(matrix).forEach((given, j) => {
    let column = given;
    for (let pass = 0; pass < 2; pass += 1) {
      q.forEach((earlier, i) => {
        const share = dot(earlier, column);
        const row = r[i] as Scalar[];
        row[j] = add(row[j] as Scalar, share);
        column = column.map((value, k) => subtract(value, multiply(share, earlier[k] as Scalar)));
      });
    }
    const length = sqrt(dot(column, column));
    (r[j] as Scalar[])[j] = length;
    q.push(column.map((value) => (rows < n ? NaN : divide(value, length))));
  });
  return { q, r };
}

function singular(matrix: ArrayValue): { readonly u: Columns; readonly s: Scalar[]; readonly v: Columns } {
  const [rows = 0, n = 0] = matrix.shape;
  const work = columnsOf(matrix);
  const vectors = identity(n);
  sweeps(n, (p, q) => {
    const [left, right] = [work[p] as Scalar[], work[q] as Scalar[]];
    const [first, second, off] = [dot(left, left), dot(right, right), dot(left, right)];
    const turned = rotation(first, second, off);
    if (turned === undefined) return false;
    rotate(left, right, turned);
    rotate(vectors[p] as Scalar[], vectors[q] as Scalar[], turned);
    return Math.abs(valueOf(off)) > 1e-15 * Math.sqrt(valueOf(first) * valueOf(second));
  });
  const squares = work.map((column) => dot(column, column));
  const values = squares.map((square) => (valueOf(square) === 0 ? 0 : sqrt(square)));
  const order = values.map((_, j) => j).sort((i, j) => valueOf(values[j] ?? 0) - valueOf(values[i] ?? 0));
  const least = rows * Number.EPSILON * valueOf(values[order[0] ?? 0] ?? 0);
  const signs = vectors.map(sign);
  const wide = rows < n;
  return {
    s: order.map((j) => (wide ? NaN : (values[j] as Scalar))),
    v: order.map((j) => scaled(vectors[j] as Scalar[], wide ? NaN : (signs[j] as number))),
    u: order.map((j) => {
      const value = values[j] as Scalar;
      const none = valueOf(value) <= least;
      return scaled(work[j] as Scalar[], wide ? NaN : none ? 0 : divide(signs[j] as number, value));
    }),
  };
}

/** One entry for each factor; the operand is one matrix. */
export const factors = {
  eigen_values: (matrix: ArrayValue) => arrayOf(matrix.shape.slice(0, 1), eigen(matrix).values),
  eigen_vectors: (matrix: ArrayValue) => matrixOf(eigen(matrix).vectors, matrix.shape[0] ?? 0),
  qr_q: (matrix: ArrayValue) => matrixOf(orthonormal(matrix).q, matrix.shape[0] ?? 0),
  qr_r: (matrix: ArrayValue) => {
    const { r } = orthonormal(matrix);
    return arrayOf([r.length, r.length], r.flat());
  },
  svd_u: (matrix: ArrayValue) => matrixOf(singular(matrix).u, matrix.shape[0] ?? 0),
  svd_s: (matrix: ArrayValue) => arrayOf(matrix.shape.slice(1), singular(matrix).s),
  svd_v: (matrix: ArrayValue) => matrixOf(singular(matrix).v, matrix.shape[1] ?? 0),
} as const;
