import { describe, expect, it } from 'vitest';
import { compileRegion } from '../../src/codegen/typescript/compile-region.js';
import { GraphBuilder } from '../../src/ir/builder.js';
import type { Region } from '../../src/ir/graph.js';
import type { Tensor } from '../../src/ir/interpreter.js';
import { tensor } from '../../src/ir/tensor.js';
import { bool, real } from '../../src/ir/types.js';
import { randomRegion } from '../codegen/random-region.js';
import { generator, singleInputs } from '../ir/inputs.js';
import { compareResults, expectedInSingle, halfUnit } from './rounding.js';

const only = (region: Region, inputs: readonly Tensor[]) =>
  expectedInSingle(region, inputs, generator(1))[0]!;

describe('what single precision may make of a program', () => {
  it('is a few units for a sum, and many for a sum that cancels', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(4), 'x');
    const region = b.region([x], [b.reduce('sum', x, [0])]);
    const plain = only(region, [tensor(real(4), [1, 2, 3, 4])]);
    expect(plain.allowed[0]).toBeGreaterThan(halfUnit * 10);
    expect(plain.allowed[0]).toBeLessThan(halfUnit * 10 * 40);
    const cancelling = only(region, [tensor(real(4), [1000, 1, -1000, 1])]);
    expect(cancelling.allowed[0]).toBeGreaterThan(halfUnit * 500);
  });

  it('is nothing for what only moves numbers about', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(2, 2), 'x');
    const moved = b.pad(b.reverse(b.transpose(x, [1, 0]), [0]), [0, 1], [1, 0], [0, 0]);
    const { allowed } = only(b.region([x], [moved]), [tensor(real(2, 2), [1, 2, 3, 4])]);
    expect(Math.max(...allowed)).toBeLessThan(1e-30);
  });

  it('leaves open what a comparison of nearly equal values decides', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(2), 'x');
    const third = b.binary('divide', x, b.like(x, 3));
    const same = b.binary('less', b.binary('multiply', third, b.like(third, 3)), x);
    const { allowed, value } = only(b.region([x], [same]), [tensor(real(2), [1, 0])]);
    expect(value.type).toEqual(bool(2));
    expect([...allowed]).toEqual([Infinity, 0]);
  });

  it('covers single precision on the CPU, and does not cover errors a little larger', () => {
    let [elements, open, caught, tried] = [0, 0, 0, 0];
    for (let seed = 0; seed < 60; seed += 1) {
      const region = randomRegion(seed, 4 + (seed % 40));
      const random = generator(seed);
      const inputs = singleInputs(region, random);
      const expected = expectedInSingle(region, inputs, random);
      const compiled = compileRegion(region, 'f32');
      compiled.inputs.forEach((cells, index) => cells.set(inputs[index]!.data));
      compiled.run();
      const comparison = compareResults(compiled.results, expected);
      expect(comparison.disagreements, `seed ${seed}`).toEqual([]);
      elements += comparison.elements;
      open += comparison.open;
      expected.forEach(({ value, allowed }, index) => {
        const wrong = value.data.map((each) => each + 1e-4 * Math.max(1, Math.abs(each)));
        const results = compiled.results.map((cells, other) => (other === index ? wrong : cells));
        const tested = value.data.filter((each, at) => Number.isFinite(each) && allowed[at] !== Infinity);
        tried += tested.length;
        caught += compareResults(results, expected).disagreements.length;
      });
    }
    expect(open / elements).toBeLessThan(0.05);
    expect(caught / tried).toBeGreaterThan(0.95);
  });
});
