import { describe, expect, it } from 'vitest';
import { jvp, vjp } from '../../src/ir/differentiate/derivatives.js';
import { at } from '../../src/ir/types.js';
import { cases } from '../ir/cases.js';
import { generator, inputsOf, randomTensor, realParameters, realResults } from '../ir/inputs.js';
import { expectSame } from './compare.js';

describe('printed code computes what the interpreter computes', () => {
  it.each(cases)('for $kind ($name)', (one) => {
    expectSame(one.region, inputsOf(one));
    expectSame(one.region, inputsOf(one, 2), 'f32');
  });

  it.each(cases.filter((one) => one.smooth))('for the derivatives of $kind ($name)', (one) => {
    const random = generator(3);
    const wrt = realParameters(one.region);
    const inputs = inputsOf(one);
    const cotangents = realResults(one.region).map((index) =>
      randomTensor(at(one.region.results, index).type, -1, 1, random),
    );
    const backward = vjp(one.region, wrt);
    expectSame(backward, [...inputs, ...cotangents]);
    const directions = wrt.map((index) => randomTensor(at(one.region.parameters, index).type, -1, 1, random));
    const forward = jvp(one.region, wrt);
    expectSame(forward, [...inputs, ...directions]);
    expect(realParameters(backward).length).toBeGreaterThanOrEqual(wrt.length);
  });
});
