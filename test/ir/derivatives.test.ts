import { describe, expect, it } from 'vitest';
import type { Region } from '../../src/ir/graph.js';
import { jvp, vjp } from '../../src/ir/differentiate/derivatives.js';
import { interpret } from '../../src/ir/interpreter.js';
import type { Tensor } from '../../src/ir/interpreter.js';
import { at } from '../../src/ir/types.js';
import { verifyRegion } from '../../src/ir/verify.js';
import { cases } from './cases.js';
import { expectClose, generator, innerProduct, inputsOf, randomTensor, realParameters } from './inputs.js';
import { realResults } from './inputs.js';

interface Probe {
  readonly wrt: number[];
  readonly directions: Tensor[];
  readonly cotangents: Tensor[];
}

function probeOf(region: Region, seed: number): Probe {
  const random = generator(seed);
  const wrt = realParameters(region);
  const draw = (type: Region['results'][number]['type']): Tensor => randomTensor(type, -1, 1, random);
  return {
    wrt,
    directions: wrt.map((index) => draw(at(region.parameters, index).type)),
    cotangents: realResults(region).map((index) => draw(at(region.results, index).type)),
  };
}

function push(region: Region, inputs: Tensor[], { wrt, directions }: Probe): Tensor[] {
  const forward = jvp(region, wrt);
  verifyRegion(forward);
  return interpret(forward, [...inputs, ...directions]).slice(region.results.length);
}

function pull(region: Region, inputs: Tensor[], { wrt, cotangents }: Probe): Tensor[] {
  const backward = vjp(region, wrt);
  verifyRegion(backward);
  return interpret(backward, [...inputs, ...cotangents]).slice(region.results.length);
}

/** Central differences of the real results along the directions, extrapolated once. */
function differences(region: Region, inputs: Tensor[], { wrt, directions }: Probe): Tensor[] {
  const along = (step: number): Tensor[] => {
    const moved = inputs.map((input, index) => {
      const direction = directions[wrt.indexOf(index)];
      if (direction === undefined) return input;
      return { type: input.type, data: input.data.map((value, i) => value + step * at(direction.data, i)) };
    });
    const results = interpret(region, moved);
    return realResults(region).map((index) => at(results, index));
  };
  const slope = (step: number): Tensor[] => {
    const [up, down] = [along(step), along(-step)];
    return up.map((tensor, index) => ({
      type: tensor.type,
      data: tensor.data.map((value, i) => (value - at(at(down, index).data, i)) / (2 * step)),
    }));
  };
  const [coarse, fine] = [slope(2e-4), slope(1e-4)];
  return fine.map((tensor, index) => ({
    type: tensor.type,
    data: tensor.data.map((value, i) => (4 * value - at(at(coarse, index).data, i)) / 3),
  }));
}

const differentiable = cases.filter(({ region }) => realParameters(region).length > 0);

describe('derivatives of every operator', () => {
  it.each(differentiable)('forward mode agrees with central differences: $name', (one) => {
    const inputs = inputsOf(one);
    const probe = probeOf(one.region, 7);
    expectClose(push(one.region, inputs, probe), differences(one.region, inputs, probe), 1e-8);
  });

  it.each(differentiable)('reverse mode is the adjoint of forward mode: $name', (one) => {
    const inputs = inputsOf(one);
    const probe = probeOf(one.region, 7);
    const forward = innerProduct(push(one.region, inputs, probe), probe.cotangents);
    const backward = innerProduct(pull(one.region, inputs, probe), probe.directions);
    expect(Math.abs(forward - backward)).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(forward)));
  });
});

describe('second derivatives', () => {
  it.each(differentiable)('both modes of both modes agree: $name', (one) => {
    const inputs = inputsOf(one);
    const { wrt, directions } = probeOf(one.region, 7);
    const tangentOf = jvp(one.region, wrt);
    const primals = one.region.results.length;
    const inner = { ...tangentOf, results: tangentOf.results.slice(primals) };
    const point = [...inputs, ...directions];
    const probe = { ...probeOf(inner, 9), wrt };
    const forward = push(inner, point, { ...probe, directions: probe.directions.slice(0, wrt.length) });
    expectClose(
      forward,
      differences(inner, point, { ...probe, directions: probe.directions.slice(0, wrt.length) }),
      1e-7,
    );
    const left = innerProduct(forward, probe.cotangents);
    const right = innerProduct(pull(inner, point, probe), probe.directions.slice(0, wrt.length));
    expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(left)));
    const cotangents = probeOf(one.region, 7).cotangents;
    const gradientOf = vjp(one.region, wrt);
    const outer = { ...gradientOf, results: gradientOf.results.slice(primals) };
    const at2 = [...inputs, ...cotangents];
    const probe2 = { ...probeOf(outer, 11), wrt };
    const shorter = { ...probe2, directions: probe2.directions.slice(0, wrt.length) };
    const curved = push(outer, at2, shorter);
    expectClose(curved, differences(outer, at2, shorter), 1e-7);
    const first = innerProduct(curved, probe2.cotangents);
    const second = innerProduct(pull(outer, at2, shorter), shorter.directions);
    expect(Math.abs(first - second)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(first)));
  });
});
