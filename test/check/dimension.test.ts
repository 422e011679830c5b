import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDimensions,
  compareDimensions,
  constantDimension,
  constantValue,
  evaluateDimension,
  floorDivideDimensions,
  multiplyDimensions,
  printDimension,
  scaleDimension,
  substituteDimension,
  subtractDimensions,
  symbolDimension,
} from '../../src/check/dimension.js';
import { freshDimension } from '../../src/check/session.js';
import type { Dimension, DimensionSymbol } from '../../src/check/types.js';

const span = { file: { path: 'test.opt', text: '' }, start: 0, end: 0 };
const symbols = ['N', 'M', 'K'].map((name) => freshDimension(name, span, 'file'));
const [n, m, k] = symbols.map(symbolDimension) as [Dimension, Dimension, Dimension];
const one = constantDimension(1);

/** A dimension together with what it means. */
interface Sample {
  readonly dimension: Dimension;
  readonly value: (sizes: ReadonlyMap<DimensionSymbol, number>) => number;
}

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc
    .integer({ min: -4, max: 9 })
    .map((value) => ({ dimension: constantDimension(value), value: () => value })),
  fc.constantFrom(...symbols).map((symbol) => ({
    dimension: symbolDimension(symbol),
    value: (sizes: ReadonlyMap<DimensionSymbol, number>) => sizes.get(symbol) ?? NaN,
  })),
);

const sample: fc.Arbitrary<Sample> = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc
      .tuple(fc.constantFrom('+', '-', '*'), tie('sample'), tie('sample'))
      .map(([operator, a, b]) => combine(operator, a, b)),
    fc.tuple(tie('sample'), fc.integer({ min: 1, max: 5 })).map(([a, divisor]) => ({
      dimension: floorDivideDimensions(a.dimension, constantDimension(divisor)) ?? one,
      value: (sizes: ReadonlyMap<DimensionSymbol, number>) => Math.floor(a.value(sizes) / divisor),
    })),
  ),
})).sample;

function combine(operator: string, a: Sample, b: Sample): Sample {
  if (operator === '+') {
    return {
      dimension: addDimensions(a.dimension, b.dimension),
      value: (sizes) => a.value(sizes) + b.value(sizes),
    };
  }
  if (operator === '-') {
    return {
      dimension: subtractDimensions(a.dimension, b.dimension),
      value: (sizes) => a.value(sizes) - b.value(sizes),
    };
  }
  return {
    dimension: multiplyDimensions(a.dimension, b.dimension),
    value: (sizes) => a.value(sizes) * b.value(sizes),
  };
}

const sizes: fc.Arbitrary<ReadonlyMap<DimensionSymbol, number>> = fc
  .array(fc.integer({ min: 0, max: 12 }), { minLength: symbols.length, maxLength: symbols.length })
  .map((values) => new Map(symbols.map((symbol, index) => [symbol, values[index] ?? 0])));

describe('dimensions', () => {
  it('mean what they were made of', () => {
    fc.assert(
      fc.property(sample, sizes, ({ dimension, value }, at) => {
        const expected = value(at);
        fc.pre(Math.abs(expected) < 1e9);
        expect(evaluateDimension(dimension, (symbol) => at.get(symbol)) ?? NaN).toBeCloseTo(expected, 6);
      }),
    );
  });

  it('have equal keys whatever the order of a sum or product', () => {
    fc.assert(
      fc.property(sample, sample, sample, (a, b, c) => {
        const [x, y, z] = [a.dimension, b.dimension, c.dimension];
        expect(addDimensions(addDimensions(x, y), z).key).toBe(addDimensions(z, addDimensions(y, x)).key);
        expect(multiplyDimensions(x, addDimensions(y, z)).key).toBe(
          addDimensions(multiplyDimensions(z, x), multiplyDimensions(x, y)).key,
        );
        expect(subtractDimensions(x, x).key).toBe('0');
      }),
    );
  });

  it('substitute as they evaluate', () => {
    fc.assert(
      fc.property(sample, sizes, ({ dimension, value }, at) => {
        const closed = substituteDimension(dimension, (symbol) => constantDimension(at.get(symbol) ?? 0));
        fc.pre(Math.abs(value(at)) < 1e9);
        expect(constantValue(closed) ?? NaN).toBeCloseTo(value(at), 6);
      }),
    );
  });

  it('that are called equal are equal, and different ones differ wherever nothing is empty', () => {
    fc.assert(
      fc.property(sample, sample, sizes, (a, b, at) => {
        fc.pre([...at.values()].every((size) => size > 0) && Math.abs(a.value(at)) < 1e9);
        const difference = a.value(at) - b.value(at);
        if (compareDimensions(a.dimension, b.dimension) === 'equal') expect(Math.abs(difference)).toBe(0);
      }),
    );
  });

  it('compare by name, by constant difference, and not at all where a size decides', () => {
    expect(compareDimensions(n, m)).toBe('different');
    expect(compareDimensions(addDimensions(n, one), n)).toBe('different');
    expect(compareDimensions(n, constantDimension(10))).toBe('unknown');
    expect(compareDimensions(scaleDimension(n, 6), scaleDimension(n, 8))).toBe('different');
    const quantified = symbolDimension(freshDimension('q', span, 'quantified'));
    expect(compareDimensions(quantified, constantDimension(3))).toBe('different');
    const known = symbolDimension(freshDimension('s', span, 'static'));
    expect(compareDimensions(known, quantified)).toBe('unknown');
  });

  it('take whole multiples out of a floor division', () => {
    const half = floorDivideDimensions(addDimensions(scaleDimension(n, 4), one), constantDimension(2));
    expect(half && printDimension(half)).toBe('2*N');
    expect(floorDivideDimensions(n, constantDimension(0))).toBeUndefined();
    expect(floorDivideDimensions(n, n)?.key).toBe(one.key);
  });

  it('print as a person writes them', () => {
    expect(printDimension(addDimensions(scaleDimension(n, 2), one))).toBe('2*N + 1');
    expect(printDimension(subtractDimensions(multiplyDimensions(m, n), k))).toBe('N*M - K');
    expect(printDimension(subtractDimensions(one, one))).toBe('0');
    const floor = floorDivideDimensions(addDimensions(n, one), constantDimension(3)) ?? one;
    expect(printDimension(floor)).toBe('floor_div(N + 1, 3)');
  });
});
