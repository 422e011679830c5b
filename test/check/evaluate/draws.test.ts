import { describe, expect, it } from 'vitest';
import { initialWeights, philox, streamOf, uniform } from '../../../src/check/evaluate/draws.js';
import { numbersOf } from '../../../src/check/evaluate/array.js';

describe('draws', () => {
  // The known answers that come with Random123 (Salmon et al., 2011).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('are the published words of Philox4x32-10', (counter, key, words) => {
    expect(philox(counter, key)).toEqual(words);
  });

  it('hash names over both bytes of each code unit', () => {
    expect(streamOf('')).toBe(0x811c9dc5);
    expect(streamOf('w')).not.toBe(streamOf('b'));
    expect(streamOf('Ā')).not.toBe(streamOf('\u0000'));
  });

  it('lie strictly between 0 and 1', () => {
    const values = Array.from({ length: 1000 }, (_, index) =>
      uniform({ seed: 7, name: 'X', step: 0 }, index, 0),
    );
    expect(values.every((value) => value > 0 && value < 1)).toBe(true);
    expect(values.reduce((a, b) => a + b) / 1000).toBeCloseTo(0.5, 1);
  });

  it('start layers within the bound of Glorot and Bengio', () => {
    const weights = numbersOf(initialWeights('glorot', [3, 5], { seed: 1, name: 'W', step: 0 }));
    expect(Math.max(...weights.map(Math.abs))).toBeLessThan(Math.sqrt(6 / 8));
    expect(new Set(weights).size).toBe(15);
  });
});
