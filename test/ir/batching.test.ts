import { describe, expect, it } from 'vitest';
import { batchRegion } from '../../src/ir/batching/batch.js';
import { jvp, vjp } from '../../src/ir/differentiate/derivatives.js';
import type { Region } from '../../src/ir/graph.js';
import { interpret } from '../../src/ir/interpreter.js';
import type { Tensor } from '../../src/ir/interpreter.js';
import { at, range } from '../../src/ir/types.js';
import { verifyRegion } from '../../src/ir/verify.js';
import { cases } from './cases.js';
import { expectClose, generator, inputsOf, randomTensor, realParameters } from './inputs.js';

const size = 3;

function stack(tensors: readonly Tensor[]): Tensor {
  const { dtype, shape } = at(tensors, 0).type;
  return {
    type: { dtype, shape: [tensors.length, ...shape] },
    data: Float64Array.from(tensors.flatMap((tensor) => [...tensor.data])),
  };
}

/** Runs the region once a lane, lane inputs for the batched parameters and the first lane's for the others. */
function expectBatchingAgrees(region: Region, lanes: readonly Tensor[][], flags: readonly boolean[]): void {
  const inLane = (lane: number): Tensor[] =>
    flags.map((batched, index) => at(at(lanes, batched ? lane : 0), index));
  const expected = range(size).map((lane) => interpret(region, inLane(lane)));
  const batched = batchRegion(region, flags, size);
  verifyRegion(batched.region);
  const inputs = flags.map((flag, index) =>
    flag ? stack(lanes.map((lane) => at(lane, index))) : at(at(lanes, 0), index),
  );
  const actual = interpret(batched.region, inputs);
  const wanted = region.results.map((_, index) => {
    const results = expected.map((lane) => at(lane, index));
    return batched.batched[index] === true ? stack(results) : at(results, 0);
  });
  expectClose(actual, wanted, 1e-12);
  if (!flags.includes(true)) expect(batched.batched).not.toContain(true);
}

/** Every choice of batched parameters. */
function choices(count: number): boolean[][] {
  return range(2 ** count).map((bits) => range(count).map((index) => ((bits >> index) & 1) === 1));
}

function drawLanes(region: Region, base: readonly Tensor[][]): Tensor[][] {
  const random = generator(5);
  return base.map((lane) =>
    region.parameters.map((parameter, index) => lane[index] ?? randomTensor(parameter.type, -1, 1, random)),
  );
}

describe('batching', () => {
  it.each(cases)('agrees with one run a lane, whichever parameters are batched: $name', (one) => {
    const lanes = range(size).map((lane) => inputsOf(one, lane + 1));
    for (const flags of choices(one.region.parameters.length)) expectBatchingAgrees(one.region, lanes, flags);
  });

  it.each(cases.filter(({ region }) => realParameters(region).length > 0))(
    'agrees on derivatives in both modes: $name',
    (one) => {
      const lanes = range(size).map((lane) => inputsOf(one, lane + 1));
      const wrt = realParameters(one.region);
      for (const derived of [jvp(one.region, wrt), vjp(one.region, wrt)]) {
        const all = derived.parameters.map(() => true);
        const some = derived.parameters.map((_, index) => index % 2 === 0);
        for (const flags of [all, some]) expectBatchingAgrees(derived, drawLanes(derived, lanes), flags);
      }
    },
  );

  it.each(cases.filter(({ region }) => realParameters(region).length > 0))(
    'commutes with reverse mode: $name',
    (one) => {
      const lanes = range(size).map((lane) => inputsOf(one, lane + 1));
      const wrt = realParameters(one.region);
      const all = one.region.parameters.map(() => true);
      const batched = batchRegion(one.region, all, size);
      const gradientOfBatch = vjp(batched.region, wrt);
      const gradientOfLane = vjp(one.region, wrt);
      const full = drawLanes(gradientOfLane, lanes);
      const inputs = gradientOfBatch.parameters.map((_, index) => stack(full.map((lane) => at(lane, index))));
      const left = interpret(gradientOfBatch, inputs);
      const perLane = full.map((lane) => interpret(gradientOfLane, lane));
      const right = gradientOfLane.results.map((_, index) => {
        const results = perLane.map((lane) => at(lane, index));
        return batched.batched[index] === false ? at(results, 0) : stack(results);
      });
      expectClose(left, right, 1e-10);
    },
  );
});
