/** Evaluation of reductions, scans, sorting, contractions and the two linear solvers. */
import type { Monoid, Operator } from '../../graph.js';
import { zeros } from '../../tensor.js';
import { at, otherAxes, range, sizeOf, stridesOf } from '../../types.js';
import { monoidTable } from '../monoids.js';
import type { EvaluationRule } from './rule.js';
import { offsetsOf } from './rule.js';
import { rowsOf } from './structure.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

const combine: Readonly<Record<Monoid, (left: number, right: number) => number>> = {
  sum: (left, right) => left + right,
  product: (left, right) => left * right,
  max: Math.max,
  min: Math.min,
  and: Math.min,
  or: Math.max,
};

export const evaluateReduce: EvaluationRule<Of<'reduce'>> = (operator, inputs, { types }) => {
  const input = at(inputs, 0);
  const result = zeros(at(types, 0));
  result.data.fill(monoidTable[operator.monoid].identity);
  const kept = otherAxes(input.type.shape.length, operator.axes);
  const strides = new Array<number>(input.type.shape.length).fill(0);
  stridesOf(result.type.shape).forEach((stride, axis) => {
    strides[at(kept, axis)] = stride;
  });
  const accumulate = combine[operator.monoid];
  offsetsOf(input.type.shape, strides).forEach((offset, index) => {
    result.data[offset] = accumulate(at(result.data, offset), at(input.data, index));
  });
  return [result];
};

/** Where each line along `axis` begins, and the distance between its elements. */
function linesAlong(shape: readonly number[], axis: number): { starts: Float64Array; stride: number } {
  const strides = stridesOf(shape);
  const others = otherAxes(shape.length, [axis]);
  const starts = offsetsOf(
    others.map((other) => at(shape, other)),
    others.map((other) => at(strides, other)),
  );
  return { starts, stride: at(strides, axis) };
}

export const evaluateArgreduce: EvaluationRule<Of<'argreduce'>> = (operator, inputs, { types }) => {
  const input = at(inputs, 0);
  const result = zeros(at(types, 0));
  const { starts, stride } = linesAlong(input.type.shape, operator.axis);
  const extent = at(input.type.shape, operator.axis);
  starts.forEach((start, line) => {
    let best = 0;
    let bestValue = at(input.data, start);
    for (let index = 1; index < extent; index += 1) {
      const value = at(input.data, start + index * stride);
      if (operator.direction === 'max' ? value > bestValue : value < bestValue) {
        best = index;
        bestValue = value;
      }
    }
    result.data[line] = best;
  });
  return [result];
};

export const evaluateCumulative: EvaluationRule<Of<'cumulative'>> = (operator, inputs, { types }) => {
  const input = at(inputs, 0);
  const result = zeros(at(types, 0));
  const { starts, stride } = linesAlong(input.type.shape, operator.axis);
  const extent = at(input.type.shape, operator.axis);
  const accumulate = combine[operator.monoid];
  for (const start of starts) {
    let running: number = monoidTable[operator.monoid].identity;
    for (let turn = 0; turn < extent; turn += 1) {
      const offset = start + (operator.reverse ? extent - 1 - turn : turn) * stride;
      running = accumulate(running, at(input.data, offset));
      result.data[offset] = running;
    }
  }
  return [result];
};

export const evaluateArgsort: EvaluationRule<Of<'argsort'>> = (operator, inputs, { types }) => {
  const input = at(inputs, 0);
  const result = zeros(at(types, 0));
  const width = at(input.type.shape, input.type.shape.length - 1);
  for (const start of rowsOf(input)) {
    const value = (index: number): number => at(input.data, start + index);
    const order = range(width).sort((left, right) => {
      const [a, b] = operator.descending ? [value(right), value(left)] : [value(left), value(right)];
      return a < b ? -1 : a > b ? 1 : 0;
    });
    result.data.set(order, start);
  }
  return [result];
};

export const evaluateContraction: EvaluationRule<Of<'contraction'>> = (operator, inputs, { types }) => {
  const [left, right] = [at(inputs, 0), at(inputs, 1)];
  const pairs = [...operator.batch, ...operator.contract];
  const axesOf = (side: 0 | 1) => ({
    batch: operator.batch.map((pair) => pair[side]),
    free: otherAxes(
      (side === 0 ? left : right).type.shape.length,
      pairs.map((pair) => pair[side]),
    ),
    contract: operator.contract.map((pair) => pair[side]),
  });
  const offsets = (side: 0 | 1, axes: readonly number[]): Float64Array => {
    const { shape } = (side === 0 ? left : right).type;
    const strides = stridesOf(shape);
    return offsetsOf(
      axes.map((axis) => at(shape, axis)),
      axes.map((axis) => at(strides, axis)),
    );
  };
  const [leftAxes, rightAxes] = [axesOf(0), axesOf(1)];
  const leftBatch = offsets(0, leftAxes.batch);
  const rightBatch = offsets(1, rightAxes.batch);
  const leftFree = offsets(0, leftAxes.free);
  const rightFree = offsets(1, rightAxes.free);
  const leftContract = offsets(0, leftAxes.contract);
  const rightContract = offsets(1, rightAxes.contract);
  const result = zeros(at(types, 0));
  let position = 0;
  leftBatch.forEach((leftStart, batch) => {
    const rightStart = at(rightBatch, batch);
    for (const row of leftFree) {
      for (const column of rightFree) {
        let sum = 0;
        for (let k = 0; k < leftContract.length; k += 1) {
          sum +=
            at(left.data, leftStart + row + at(leftContract, k)) *
            at(right.data, rightStart + column + at(rightContract, k));
        }
        result.data[position] = sum;
        position += 1;
      }
    }
  });
  return [result];
};

export const evaluateCholesky: EvaluationRule<Of<'cholesky'>> = (_operator, inputs, { types }) => {
  const input = at(inputs, 0);
  const result = zeros(at(types, 0));
  const n = input.type.shape.at(-1) ?? 0;
  const L = result.data;
  for (let start = 0; start < input.data.length; start += n * n) {
    const index = (row: number, column: number): number => start + row * n + column;
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        let sum = at(input.data, index(i, j));
        for (let k = 0; k < j; k += 1) sum -= at(L, index(i, k)) * at(L, index(j, k));
        // The square root of a negative pivot is NaN; a zero pivot must not pass as infinity.
        const pivot = at(L, index(j, j));
        L[index(i, j)] = i === j ? (sum > 0 ? Math.sqrt(sum) : NaN) : sum / pivot;
      }
    }
  }
  return [result];
};

export const evaluateTriangularSolve: EvaluationRule<Of<'triangular_solve'>> = (
  operator,
  inputs,
  { types },
) => {
  const [matrix, right] = [at(inputs, 0), at(inputs, 1)];
  const result = { type: at(types, 0), data: Float64Array.from(right.data) };
  const n = matrix.type.shape.at(-1) ?? 0;
  const width = right.type.shape.at(-1) ?? 0;
  const batches = sizeOf(matrix.type.shape.slice(0, -2));
  const element = (batch: number, i: number, j: number): number =>
    at(matrix.data, batch * n * n + (operator.transposed ? j * n + i : i * n + j));
  const forwards = operator.lower !== operator.transposed;
  for (let batch = 0; batch < batches; batch += 1) {
    for (let column = 0; column < width; column += 1) {
      const position = (row: number): number => (batch * n + row) * width + column;
      for (let turn = 0; turn < n; turn += 1) {
        const i = forwards ? turn : n - 1 - turn;
        let sum = at(result.data, position(i));
        for (let j = forwards ? 0 : i + 1; j < (forwards ? i : n); j += 1) {
          sum -= element(batch, i, j) * at(result.data, position(j));
        }
        result.data[position(i)] = operator.unitDiagonal ? sum : sum / element(batch, i, i);
      }
    }
  }
  return [result];
};
