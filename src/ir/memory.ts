/**
 * The static memory plan of one region: buffers with known lifetimes (first and last position in the schedule) get
 * offsets in a frame, and memory whose lifetime has ended is used again. Frames nest: the frame of a loop
 * body is one buffer of the region around it.
 */
import type { Buffer } from './nest.js';

export type Arena = 'real' | 'integer';

export function arenaOf(buffer: Buffer): Arena {
  return buffer.dtype === 'real' ? 'real' : 'integer';
}

export interface Lifetime {
  readonly buffer: Buffer;
  first: number;
  last: number;
}

interface Gap {
  start: number;
  size: number;
}

/**
 * Offsets for all buffers, and the size of the frame that holds them. A frame that is larger than a bank begins on a boundary
 * of banks, and no buffer that fits one lies across such a boundary.
 */
export function planFrame(lifetimes: readonly Lifetime[], frame: Buffer, bank = Infinity): number {
  const starting = [...lifetimes].sort((left, right) => left.first - right.first);
  const ending = [...lifetimes].sort((left, right) => left.last - right.last);
  const offsets = new Map<Buffer, number>();
  const gaps: Gap[] = [];
  let size = 0;
  let ended = 0;
  for (const lifetime of starting) {
    for (let over = ending[ended]; over !== undefined && over.last < lifetime.first; over = ending[ended]) {
      release(gaps, offsets.get(over.buffer) ?? 0, roundUp(over.buffer.size));
      ended += 1;
    }
    const needed = roundUp(lifetime.buffer.size);
    let offset = takeFrom(gaps, needed, bank);
    if (offset === undefined) {
      const last = gaps.at(-1);
      if (last !== undefined && last.start + last.size === size) {
        size = last.start;
        gaps.pop();
      }
      offset = afterBoundary(size, needed, bank);
      if (offset > size) release(gaps, size, offset - size);
      size = offset + needed;
    }
    offsets.set(lifetime.buffer, offset);
    lifetime.buffer.home = { kind: 'part', of: frame, offset };
  }
  return size;
}

/** Whole cache lines of doubles for arrays; scalars stay small. */
function roundUp(size: number): number {
  return size < 8 ? Math.max(1, size) : Math.ceil(size / 8) * 8;
}

/** `start`, or the next boundary of banks where a run from there would cross one without need. */
export function afterBoundary(start: number, size: number, bank: number): number {
  if (start % bank === 0 || (start % bank) + size <= bank) return start;
  return Math.ceil(start / bank) * bank;
}

/** The smallest gap that is large enough. */
function takeFrom(gaps: Gap[], needed: number, bank: number): number | undefined {
  let best = -1;
  gaps.forEach((gap, index) => {
    const fits = afterBoundary(gap.start, needed, bank) + needed <= gap.start + gap.size;
    if (fits && (best < 0 || gap.size < (gaps[best]?.size ?? 0))) best = index;
  });
  const gap = gaps[best];
  if (gap === undefined) return undefined;
  const start = afterBoundary(gap.start, needed, bank);
  const before = { start: gap.start, size: start - gap.start };
  gap.size -= before.size + needed;
  gap.start = start + needed;
  if (gap.size === 0) gaps.splice(best, 1);
  if (before.size > 0) gaps.splice(best, 0, before);
  return start;
}

function release(gaps: Gap[], start: number, size: number): void {
  let index = gaps.findIndex((gap) => gap.start > start);
  if (index < 0) index = gaps.length;
  gaps.splice(index, 0, { start, size });
  const next = gaps[index + 1];
  if (next !== undefined && start + size === next.start) {
    size += next.size;
    gaps.splice(index, 2, { start, size });
  }
  const before = gaps[index - 1];
  if (before !== undefined && before.start + before.size === start) {
    gaps.splice(index - 1, 2, { start: before.start, size: before.size + size });
  }
}
