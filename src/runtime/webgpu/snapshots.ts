/** Copies of the state that stay on the device: a buffer for each arena, which is never larger than the arena. */
import type { Memory } from './buffers.js';
import { copySource, copyTarget } from './buffers.js';
import type { Slice } from './plan.js';

/** By arena; those that hold no state have no buffer. */
export type DeviceSnapshot = readonly (GPUBuffer | undefined)[];

export class DeviceState {
  readonly #memory: Memory;
  readonly #runs: readonly Slice[];
  readonly #made: GPUBuffer[] = [];

  /** @param slices what changes from step to step */
  constructor(memory: Memory, slices: readonly Slice[]) {
    this.#memory = memory;
    this.#runs = joined(slices);
  }

  makeSnapshot(): DeviceSnapshot {
    return this.#memory.buffers.map((_, arena) => {
      const size = 4 * this.#runs.reduce((sum, run) => sum + (run.arena === arena ? run.size : 0), 0);
      if (size === 0) return undefined;
      const buffer = this.#memory.device.createBuffer({
        label: 'snapshot',
        size,
        usage: copySource | copyTarget,
      });
      this.#made.push(buffer);
      return buffer;
    });
  }

  copy(encoder: GPUCommandEncoder, snapshot: DeviceSnapshot, direction: 'save' | 'restore'): void {
    const filled = snapshot.map(() => 0);
    for (const { arena, offset, size } of this.#runs) {
      const [kept, start] = [snapshot[arena], filled[arena] ?? 0];
      if (kept === undefined) throw new Error('compiler bug: a snapshot of another program');
      const live = this.#memory.bufferOf(arena);
      if (direction === 'save') encoder.copyBufferToBuffer(live, offset * 4, kept, start, size * 4);
      else encoder.copyBufferToBuffer(kept, start, live, offset * 4, size * 4);
      filled[arena] = start + size * 4;
    }
  }

  destroy(): void {
    for (const buffer of this.#made) buffer.destroy();
  }
}

/** The same numbers in as few slices as possible, none twice. */
function joined(slices: readonly Slice[]): readonly Slice[] {
  const sorted = slices
    .filter(({ size }) => size > 0)
    .sort((a, b) => a.arena - b.arena || a.offset - b.offset);
  const result: Slice[] = [];
  for (const slice of sorted) {
    const before = result.at(-1);
    if (before !== undefined && before.arena === slice.arena && slice.offset <= before.offset + before.size) {
      const size = Math.max(before.size, slice.offset + slice.size - before.offset);
      result[result.length - 1] = { ...before, size };
    } else result.push(slice);
  }
  return result;
}
