/** Operations that move elements about, and the few of linear algebra, as textbook loops over scalars. */
import type { StructuralName } from '../typed.js';
import type { ArrayValue } from './array.js';
import {
  arrayOf,
  at,
  buildArray,
  elementAt,
  indicesOf,
  isTrue,
  mapElements,
  mapRows,
  stack,
} from './array.js';
import { factors } from './factorizations.js';
import type { Scalar } from './scalar.js';
import { add, divide, multiply, sqrt, subtract, valueOf } from './scalar.js';

/** `shape` is the result's; `run` the number of leading axes of the first operand that belong to its run. */
type Rule = (operands: readonly ArrayValue[], shape: readonly number[], run: number) => ArrayValue;

const first = (operands: readonly ArrayValue[]): ArrayValue => {
  if (operands[0] === undefined) throw new Error('compiler bug: an operand is missing');
  return operands[0];
};

function concatenate(operands: readonly ArrayValue[], axis: number): ArrayValue {
  const shape = [...first(operands).shape];
  shape[axis] = operands.reduce((total, operand) => total + (operand.shape[axis] as number), 0);
  return buildArray(shape, (index) => {
    let position = index[axis] as number;
    for (const operand of operands) {
      const length = operand.shape[axis] as number;
      if (position < length) return at(operand, index.with(axis, position));
      position -= length;
    }
    throw new Error('compiler bug: a position outside of all parts');
  });
}

/** pick(a[..., K], label[...]); a label outside 0..K-1 gives NaN. */
function pick([a, labels]: readonly ArrayValue[]): ArrayValue {
  if (a === undefined || labels === undefined) throw new Error('compiler bug: pick of nothing');
  const shape = a.shape.length - 1 >= labels.shape.length ? a.shape.slice(0, -1) : labels.shape;
  const classes = a.shape[a.shape.length - 1] as number;
  const rows = a.data.length / classes;
  let row = 0;
  return buildArray(shape, () => {
    const label = valueOf(elementAt(labels, row));
    const base = (row % rows) * classes;
    row += 1;
    return label >= 0 && label < classes ? (a.data[base + label] as Scalar) : NaN;
  });
}

function scan(operation: (a: Scalar, b: Scalar) => Scalar): Rule {
  return (operands) =>
    mapRows(first(operands), (row) => {
      const result: Scalar[] = [];
      for (const scalar of row) {
        const before = result[result.length - 1];
        result.push(before === undefined ? scalar : operation(before, scalar));
      }
      return result;
    });
}

/** The stable order that sorts a row upwards. */
function sortingOrder(row: readonly Scalar[]): number[] {
  return row.map((_, index) => index).sort((a, b) => valueOf(row[a] as Scalar) - valueOf(row[b] as Scalar));
}

/** Applies a rule on [n, m] matrices over any leading axes, which the operands share. */
function overMatrices(operands: readonly ArrayValue[], ranks: readonly number[], rule: Rule): ArrayValue {
  const lead = first(operands).shape.slice(0, first(operands).shape.length - (ranks[0] as number));
  const parts = Array.from(indicesOf(lead), (index) =>
    rule(
      operands.map((operand, position) => {
        const own = operand.shape.slice(operand.shape.length - (ranks[position] as number));
        return operand.shape.length === own.length
          ? operand
          : buildArray(own, (inner) => at(operand, [...index, ...inner]));
      }),
      [],
      0,
    ),
  );
  return stack(lead, parts, () =>
    first(operands).shape.slice(first(operands).shape.length - (ranks[0] as number)),
  );
}

/** Cholesky and Banachiewicz, row by row; NaN where the matrix is not positive definite. */
function cholesky(operands: readonly ArrayValue[]): ArrayValue {
  const matrix = first(operands);
  const n = matrix.shape[0] as number;
  const lower: Scalar[][] = Array.from({ length: n }, () => Array<Scalar>(n).fill(0));
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let rest = at(matrix, [i, j]);
      for (let k = 0; k < j; k += 1) {
        rest = subtract(rest, multiply(lower[i]?.[k] as Scalar, lower[j]?.[k] as Scalar));
      }
      (lower[i] as Scalar[])[j] = i === j ? sqrt(rest) : divide(rest, lower[j]?.[j] as Scalar);
    }
  }
  return arrayOf([n, n], lower.flat());
}

/** Forward (or backward) substitution, one column of the right side at a time. */
function substitute(upper: boolean): Rule {
  return ([matrix, right]) => {
    if (matrix === undefined || right === undefined)
      throw new Error('compiler bug: a triangular solve of nothing');
    const n = matrix.shape[0] as number;
    const columns = right.shape[1] ?? 1;
    const order = Array.from({ length: n }, (_, k) => (upper ? n - 1 - k : k));
    const solution = Array<Scalar>(n * columns).fill(0);
    for (let column = 0; column < columns; column += 1) {
      order.forEach((i, done) => {
        let rest = right.data[i * columns + column] as Scalar;
        for (const j of order.slice(0, done)) {
          rest = subtract(rest, multiply(at(matrix, [i, j]), solution[j * columns + column] as Scalar));
        }
        solution[i * columns + column] = divide(rest, at(matrix, [i, i]));
      });
    }
    return arrayOf(right.shape, solution);
  };
}

function solve(upper: boolean): Rule {
  return (operands, shape) => {
    const [matrix, right] = operands;
    if (matrix === undefined || right === undefined)
      throw new Error('compiler bug: a triangular solve of nothing');
    const rightRank = right.shape.length - (matrix.shape.length - 2);
    const result = overMatrices(operands, [2, Math.max(1, Math.min(2, rightRank))], substitute(upper));
    return arrayOf(shape, result.data);
  };
}

function factor(name: keyof typeof factors): Rule {
  return (operands, shape) =>
    arrayOf(
      shape,
      overMatrices(operands, [2], ([matrix]) => factors[name](first(matrix ? [matrix] : []))).data,
    );
}

type Rules = Exclude<StructuralName, 'training' | 'glorot' | 'he' | 'lecun'>;

export const structuralRules: Readonly<Record<Rules, Rule>> = {
  fill: (operands, shape) => buildArray(shape, () => elementAt(first(operands), 0)),
  identity: (_operands, shape) => buildArray(shape, ([i, j]) => (i === j ? 1 : 0)),
  transpose: (operands) => {
    const { shape } = first(operands);
    const lead = shape.slice(0, -2);
    const [rows, columns] = shape.slice(-2) as [number, number];
    return buildArray([...lead, columns, rows], (index) =>
      at(first(operands), [...index.slice(0, -2), ...index.slice(-2).reverse()]),
    );
  },
  concat: (operands, _shape, run) => concatenate(operands, run),
  reshape: (operands, shape) => arrayOf(shape, first(operands).data),
  pick,
  cumsum: scan(add),
  cumprod: scan(multiply),
  sort: (operands) =>
    mapRows(first(operands), (row) => sortingOrder(row).map((index) => row[index] as Scalar)),
  argsort: (operands) => mapRows(first(operands), sortingOrder),
  reverse: (operands) => mapRows(first(operands), (row) => [...row].reverse()),
  cholesky: (operands) => overMatrices(operands, [2], cholesky),
  solve_lower: solve(false),
  solve_upper: solve(true),
  eigen_values: factor('eigen_values'),
  eigen_vectors: factor('eigen_vectors'),
  qr_q: factor('qr_q'),
  qr_r: factor('qr_r'),
  svd_u: factor('svd_u'),
  svd_s: factor('svd_s'),
  svd_v: factor('svd_v'),
  diag: (operands, shape) =>
    buildArray(shape, (index) => {
      const [i, j] = index.slice(-2) as [number, number];
      return i === j ? at(first(operands), index.slice(0, -1)) : 0;
    }),
  diagonal: (operands, shape) =>
    buildArray(shape, (index) => at(first(operands), [...index, index[index.length - 1] as number])),
  possible: (operands) => {
    const [value, holds] = [first(operands), operands[1]];
    const isPossible = holds !== undefined && isTrue(holds);
    return isPossible ? value : mapElements([value], () => NaN);
  },
  stop: (operands) => arrayOf(first(operands).shape, first(operands).data.map(valueOf)),
};
