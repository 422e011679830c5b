/** Deterministic inputs for regions, and comparisons of tensors. */
import { expect } from 'vitest';
import type { Tensor } from '../../src/ir/interpreter.js';
import type { Region, TensorType } from '../../src/ir/graph.js';
import { at, sizeOf } from '../../src/ir/types.js';
import type { Case } from './cases.js';

/** A small generator (mulberry32), so that a failing case repeats. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomTensor(type: TensorType, low: number, high: number, random: () => number): Tensor {
  const data = new Float64Array(sizeOf(type.shape)).map(() => {
    const value = low + (high - low) * random();
    return type.dtype === 'real' ? value : type.dtype === 'bool' ? Number(value >= 1) : Math.floor(value);
  });
  return { type, data };
}

export function inputsOf(one: Case, seed = 1): Tensor[] {
  const random = generator(seed);
  return one.region.parameters.map((parameter, index) => {
    const [low, high] = at(one.intervals, index);
    return randomTensor(parameter.type, low, high, random);
  });
}

/** Inputs within [-1, 2] that single precision holds. */
export function singleInputs(region: Region, random: () => number): Tensor[] {
  return region.parameters.map(({ type }) => {
    const { data } = randomTensor(type, -1, 2, random);
    return { type, data: data.map(Math.fround) };
  });
}

export function realParameters(region: Region): number[] {
  return region.parameters.flatMap((parameter, index) => (parameter.type.dtype === 'real' ? [index] : []));
}

export function realResults(region: Region): number[] {
  return region.results.flatMap((result, index) => (result.type.dtype === 'real' ? [index] : []));
}

/** Sum of products of the reals; integers and bools do not count. */
export function innerProduct(left: readonly Tensor[], right: readonly Tensor[]): number {
  let sum = 0;
  left.forEach((tensor, index) => {
    tensor.data.forEach((value, position) => (sum += value * at(at(right, index).data, position)));
  });
  return sum;
}

/** The largest difference, relative to the larger of 1 and the values; NaN only where both are NaN. */
export function expectClose(actual: readonly Tensor[], expected: readonly Tensor[], tolerance: number): void {
  expect(actual.map((tensor) => tensor.type)).toEqual(expected.map((tensor) => tensor.type));
  actual.forEach((tensor, index) => {
    tensor.data.forEach((value, position) => {
      const wanted = at(at(expected, index).data, position);
      if (Object.is(value, wanted) || value === wanted) return;
      const error = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
      if (!(error <= tolerance)) expect.fail(`result ${index}[${position}]: ${value} instead of ${wanted}`);
    });
  });
}
