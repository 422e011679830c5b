/** Fixed addresses in the two arenas: for storage that keeps its content, for literals, and for the frames of regions. */
import { sequential } from '../ir/fuse.js';
import type { FusionPolicy } from '../ir/fuse.js';
import type { DType, Node, TensorType } from '../ir/graph.js';
import { arenaOf } from '../ir/memory.js';
import type { Arena } from '../ir/memory.js';
import { Variables } from '../ir/nest-affine.js';
import type { Buffer, Place } from '../ir/nest.js';
import { makePlace } from '../ir/schedule.js';
import type { ScheduleContext } from '../ir/schedule.js';
import { sizeOf } from '../ir/types.js';

export class Layout {
  readonly sizes: Record<Arena, number> = { real: 0, integer: 0 };
  private readonly literals = new Map<string, Place>();
  private nextBuffer = 0;
  readonly context: ScheduleContext;

  /** @param bank the largest run of elements, where an arena comes in several */
  constructor(fusion: FusionPolicy = sequential, bank?: number, room?: ScheduleContext['room']) {
    this.context = {
      variables: new Variables(),
      makeBuffer: (dtype, size, label) => this.buffer(dtype, size, label),
      literalOf: (literal) => this.literal(literal),
      fusion,
      bank,
      ...(room === undefined ? {} : { room }),
    };
  }

  buffer(dtype: DType, size: number, label: string, values?: readonly number[]): Buffer {
    this.nextBuffer += 1;
    return { id: this.nextBuffer, dtype, size, label, home: { kind: 'unplaced' }, values };
  }

  /** Memory that keeps its content. */
  fixed(type: TensorType, label: string, values?: readonly number[]): Place {
    const size = sizeOf(type.shape);
    const buffer = this.buffer(type.dtype, size, label, values);
    this.settle(buffer, size);
    return makePlace(type.dtype, size, label, buffer);
  }

  /** Frames of regions that never run at once share their memory. */
  settleFrames(frames: readonly Readonly<Record<Arena, Buffer>>[]): void {
    for (const arena of ['real', 'integer'] as const) {
      const start = this.reserve(arena, Math.max(0, ...frames.map((frame) => frame[arena].size)));
      for (const frame of frames) frame[arena].home = { kind: 'fixed', offset: start };
    }
  }

  /** Where the next `size` elements of an arena begin. */
  protected reserve(arena: Arena, size: number): number {
    const start = this.sizes[arena];
    this.sizes[arena] = start + size;
    return start;
  }

  private settle(buffer: Buffer, size: number): void {
    const arena = arenaOf(buffer);
    const room = size < 8 ? size : Math.ceil(size / 8) * 8;
    buffer.home = { kind: 'fixed', offset: this.reserve(arena, room) };
  }

  private literal(node: Node): Place {
    if (node.operator.kind !== 'literal') throw new Error('compiler bug: not a literal');
    const { values } = node.operator;
    const key = `${node.type.dtype} ${values.join()}`;
    let place = this.literals.get(key);
    if (place === undefined) {
      place = this.fixed(node.type, node.label ?? 'literal', values);
      this.literals.set(key, place);
    }
    return place;
  }
}
