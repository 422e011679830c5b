import { describe, expect, it } from 'vitest';
import { generator, randomTensor } from '../ir/inputs.js';
import { expectSame } from './compare.js';
import { randomRegion } from './random-region.js';

describe('random regions', () => {
  const blocks = Array.from({ length: 10 }, (_, index) => index);
  it.each(blocks)('print to code that agrees with the interpreter (block %i)', (block) => {
    for (let seed = block * 60; seed < (block + 1) * 60; seed += 1) {
      const region = randomRegion(seed, 4 + (seed % 40));
      const random = generator(seed);
      const inputs = region.parameters.map((parameter) => randomTensor(parameter.type, -1, 2, random));
      try {
        expectSame(region, inputs);
      } catch (error) {
        expect.fail(
          `seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      }
    }
  });
});
