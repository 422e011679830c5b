/**
 * What a leaf of a schedule takes on one core of a processor, in microseconds: as long as its arithmetic, or as long as
 * its memory takes, whichever is longer. The rates are those of the WebAssembly code on a server of 2020,
 * rounded; a faster machine changes all of them by about the same factor.
 */
import { costOfLeaf } from '../ir/leaf-cost.js';
import type { LeafCost } from '../ir/leaf-cost.js';
import type { Leaf } from '../ir/schedule-leaves.js';
import type { Contraction } from '../ir/nest.js';

export interface LeafTime extends LeafCost {
  readonly microseconds: number;
  /** What it waits for. */
  readonly bound: 'compute' | 'memory';
}

/** A nanosecond each. */
const rates = {
  /** Additions by vector instructions, for each lane. */
  additionsPerLane: 4,
  additionsSingle: 2,
  /** Operations of a contraction whose tiles are full, for each lane. */
  tiledPerLane: 11,
  /** Of one whose output is a few numbers, or whose sums are short. */
  skinny: 12,
} as const;

/** Bytes a nanosecond, for what fits in so many bytes. */
const memoryLevels: readonly (readonly [number, number])[] = [
  [400e3, 60],
  [16e6, 35],
  [Infinity, 20],
];

/** To begin a nest, and a contraction, in microseconds. */
const beginning = { nest: 0.01, contraction: 0.03 } as const;

export function leafTime(leaf: Leaf, precision: 'f32' | 'f64'): LeafTime {
  const lanes = precision === 'f32' ? 4 : 2;
  const cost = costOfLeaf(leaf, precision === 'f32' ? 4 : 8);
  const compute = arithmeticTime(leaf, cost, lanes);
  const [, rate] = memoryLevels.find(([size]) => cost.bytes <= size) ?? [0, 20];
  const memory = cost.bytes / rate;
  return {
    ...cost,
    microseconds:
      beginning[leaf.kind === 'contraction' ? 'contraction' : 'nest'] + Math.max(compute, memory) / 1000,
    bound: memory > compute ? 'memory' : 'compute',
  };
}

/** In nanoseconds. */
function arithmeticTime(leaf: Leaf, cost: LeafCost, lanes: number): number {
  const { operations, additions, single } = cost;
  if (leaf.kind === 'contraction') {
    const rate = isTiled(leaf.contraction, lanes) ? rates.tiledPerLane * lanes : rates.skinny;
    return operations / rate;
  }
  return (additions - single) / (rates.additionsPerLane * lanes) + single / rates.additionsSingle;
}

function isTiled({ left, right }: Contraction, lanes: number): boolean {
  return left.free.extent >= 4 && right.free.extent >= lanes && left.contract.extent >= 4;
}
