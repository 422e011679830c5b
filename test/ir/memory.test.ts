import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFrame } from '../../src/ir/memory.js';
import type { Lifetime } from '../../src/ir/memory.js';
import type { Buffer } from '../../src/ir/nest.js';

function buffer(id: number, size: number): Buffer {
  return { id, dtype: 'real', size, label: `b${id}`, home: { kind: 'unplaced' }, values: undefined };
}

function offsetOf({ buffer: placed }: Lifetime): number {
  if (placed.home.kind !== 'part') throw new Error('not placed');
  return placed.home.offset;
}

describe('the memory plan of a frame', () => {
  const lifetimes = fc.array(fc.record({ first: fc.nat(30), length: fc.nat(10), size: fc.nat(100) }), {
    maxLength: 60,
  });

  it('never puts two live buffers into the same memory, and stays within its frame and its banks', () => {
    fc.assert(
      fc.property(lifetimes, fc.constantFrom(Infinity, 128, 104), (drawn, bank) => {
        const planned = drawn.map(({ first, length, size }, id): Lifetime => {
          return { buffer: buffer(id, size), first, last: first + length };
        });
        const size = planFrame(planned, buffer(-1, 0), bank);
        planned.forEach((one, index) => {
          const [start, end] = [offsetOf(one), offsetOf(one) + one.buffer.size];
          expect(end).toBeLessThanOrEqual(size);
          if (start < end && bank < Infinity) {
            expect(Math.floor(start / bank)).toBe(Math.floor((end - 1) / bank));
          }
          for (const other of planned.slice(index + 1)) {
            if (other.last < one.first || one.last < other.first) continue;
            const apart = offsetOf(other) >= end || offsetOf(other) + other.buffer.size <= start;
            expect(apart).toBe(true);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it('uses memory again once its content is dead', () => {
    const chain = Array.from({ length: 50 }, (_, id): Lifetime => {
      return { buffer: buffer(id, 64), first: id, last: id + 1 };
    });
    expect(planFrame(chain, buffer(-1, 0))).toBe(128);
  });
});
