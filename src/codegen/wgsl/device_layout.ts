/**
 * Where everything lies on a device. An arena that would be larger than a binding may be comes in several, its banks: the
 * layout runs over them as if they were one, and no array lies across a boundary.
 */
import { afterBoundary, arenaOf } from '../../ir/memory.js';
import type { Arena } from '../../ir/memory.js';
import { addressOf, locate } from '../../ir/nest.js';
import type { Buffer, Place } from '../../ir/nest.js';
import type { DType } from '../../ir/graph.js';
import type { Arena as DeviceArena, Literal, Slice } from '../../runtime/webgpu/plan.js';
import { parallel } from '../../ir/fuse.js';
import { Layout } from '../layout.js';
import type { DeviceLimits } from './device_limits.js';
import { roomOfStep } from './print_schedule.js';

/** Arrays begin at multiples of so many elements: what a group of threads reads at once lies in whole lines. */
const alignment = 32;

/** An array that no binding can hold. */
export interface TooLarge {
  readonly label: string;
  readonly bytes: number;
}

export class DeviceLayout extends Layout {
  readonly bank: number;
  private readonly buffers: Buffer[] = [];

  constructor({ maxStorageBufferBindingSize, maxBufferSize }: DeviceLimits) {
    const bytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    const bank = Math.max(alignment, Math.floor(bytes / 4 / alignment) * alignment);
    super(parallel, bank, roomOfStep);
    this.bank = bank;
  }

  override buffer(dtype: DType, size: number, label: string, values?: readonly number[]): Buffer {
    const buffer = super.buffer(dtype, size, label, values);
    this.buffers.push(buffer);
    return buffer;
  }

  protected override reserve(arena: Arena, size: number): number {
    const before = this.sizes[arena];
    const aligned = size < 8 ? before : Math.ceil(before / alignment) * alignment;
    const start = afterBoundary(aligned, size, this.bank);
    this.sizes[arena] = start + size;
    return start;
  }

  /** The arenas, once everything has its place: reals, integers, then what did not fit the first of each. */
  arenas(): readonly DeviceArena[] {
    return this.banks().map(({ arena, bank }) => ({
      type: arena === 'real' ? 'f32' : 'i32',
      size: Math.max(1, Math.min(this.bank, this.sizes[arena] - bank * this.bank)),
    }));
  }

  /** The name of each arena in the code, in the order of the arenas. */
  names(): readonly string[] {
    return this.banks().map(({ arena, bank }) => nameOf(arena, bank));
  }

  /** The arena of a buffer, by name, and where it begins there. */
  home(buffer: Buffer): { readonly name: string; readonly offset: number } {
    const address = addressOf(buffer);
    return { name: nameOf(arenaOf(buffer), Math.floor(address / this.bank)), offset: address % this.bank };
  }

  /** A place that no turn moves. */
  slice(place: Place): Slice {
    const { buffer, base } = locate(place);
    if (base.terms.length > 0) throw new Error(`compiler bug: ${place.label} moves with a turn`);
    const { name, offset } = this.home(buffer);
    return { arena: this.names().indexOf(name), offset: offset + base.constant, size: place.size };
  }

  initialValues(): readonly Literal[] {
    return this.buffers.flatMap((buffer) => {
      if (buffer.values === undefined) return [];
      const { name, offset } = this.home(buffer);
      const place = { arena: this.names().indexOf(name), offset, size: buffer.size };
      return [{ place, values: buffer.values }];
    });
  }

  tooLarge(): readonly TooLarge[] {
    const frames = new Set(this.buffers.flatMap(({ home }) => (home.kind === 'part' ? [home.of] : [])));
    return this.buffers
      .filter((buffer) => buffer.size > this.bank && !frames.has(buffer))
      .map(({ label, size }) => ({ label, bytes: size * 4 }));
  }

  private banks(): readonly { readonly arena: Arena; readonly bank: number }[] {
    const further = (arena: Arena): { arena: Arena; bank: number }[] => {
      const count = Math.ceil(this.sizes[arena] / this.bank);
      return Array.from({ length: Math.max(0, count - 1) }, (_, index) => ({ arena, bank: index + 1 }));
    };
    return [
      { arena: 'real', bank: 0 },
      { arena: 'integer', bank: 0 },
      ...further('real'),
      ...further('integer'),
    ];
  }
}

function nameOf(arena: Arena, bank: number): string {
  const name = arena === 'real' ? 'reals' : 'integers';
  return bank === 0 ? name : `${name}_${bank}`;
}
