/** The arenas on a device: made, filled, written to, and read back through staging buffers that are used again. */
import { deviceLoss } from '../driven.js';
import { arenaBytes, messageOf } from './device.js';
import type { DeviceResult } from './fault.js';
import { failed } from './fault.js';
import type { Arena, DevicePlan, Slice } from './plan.js';

/** Uploads go in pieces of so many bytes: a host copies each of them. */
const pieceBytes = 1 << 24;

export type Cells = Float32Array | Int32Array;

/** WebGPU's flags by number: Node has no `GPUBufferUsage` of its own. */
const mapRead = 0x1;
export const copySource = 0x4;
export const copyTarget = 0x8;
const storage = 0x80;
const mapForReading = 0x1;

export function emptyCells(type: Arena['type'], size: number): Cells {
  return type === 'f32' ? new Float32Array(size) : new Int32Array(size);
}

export async function makeArenas(
  device: GPUDevice,
  arenas: DevicePlan['arenas'],
): Promise<DeviceResult<readonly GPUBuffer[]>> {
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  const buffers = arenas.map((arena, index) =>
    device.createBuffer({
      label: `arena ${index}`,
      size: arenaBytes(arena),
      usage: storage | copySource | copyTarget,
    }),
  );
  const error = (await device.popErrorScope()) ?? (await device.popErrorScope());
  if (error === null) return { ok: true, value: buffers };
  const bytes = arenas.reduce((sum, arena) => sum + arenaBytes(arena), 0);
  return failed({ kind: 'out-of-memory', bytes, message: error.message });
}

/** The numbers of a program, by slice. */
export class Memory {
  readonly #arenas: DevicePlan['arenas'];
  readonly #staging: GPUBuffer[] = [];
  readonly #waiting = new Set<(error: Error) => void>();
  #gone: Error | undefined;

  constructor(
    readonly device: GPUDevice,
    arenas: DevicePlan['arenas'],
    readonly buffers: readonly GPUBuffer[],
  ) {
    this.#arenas = arenas;
    void device.lost.then(({ message, reason }) => {
      this.#abandon(deviceLoss(message === '' ? `the device was lost (${reason ?? 'unknown'})` : message));
    });
    device.addEventListener('uncapturederror', this.#onError);
  }

  /** What the device could not do, and nobody waits for. */
  readonly #onError = (event: GPUUncapturedErrorEvent): void => {
    event.preventDefault();
    const { message, constructor } = event.error;
    const isOurs = constructor.name === 'GPUValidationError';
    this.#abandon(
      isOurs ? new Error(`compiler bug: the device refuses a command: ${message}`) : deviceLoss(message),
    );
  };

  write(place: Slice, values: ArrayLike<number>): void {
    const cells = emptyCells(this.#typeOf(place), Math.min(place.size, values.length));
    // A literal that JSON cannot write is a string there.
    for (let index = 0; index < cells.length; index += 1) cells[index] = Number(values[index]);
    this.upload(place, cells);
  }

  upload({ arena, offset }: Slice, cells: Cells): void {
    const buffer = this.bufferOf(arena);
    const piece = pieceBytes / 4;
    for (let start = 0; start < cells.length; start += piece) {
      const size = Math.min(piece, cells.length - start);
      this.device.queue.writeBuffer(
        buffer,
        (offset + start) * 4,
        cells.buffer,
        (cells.byteOffset / 4 + start) * 4,
        size * 4,
      );
    }
  }

  /** Records copies of slices to a staging buffer, one behind the other; `received` waits for them once they are submitted. */
  fetch(encoder: GPUCommandEncoder, slices: readonly Slice[]): Fetch {
    const bytes = slices.reduce((sum, { size }) => sum + size * 4, 0);
    const staging = this.#stagingOf(bytes);
    let at = 0;
    for (const { arena, offset, size } of slices) {
      if (size > 0) encoder.copyBufferToBuffer(this.bufferOf(arena), offset * 4, staging, at, size * 4);
      at += size * 4;
    }
    return { staging, slices, bytes };
  }

  async received({ staging, slices, bytes }: Fetch): Promise<readonly Cells[]> {
    if (bytes > 0) await this.guarded(staging.mapAsync(mapForReading, 0, bytes));
    else if (this.#gone !== undefined) throw this.#gone;
    const mapped = bytes > 0 ? staging.getMappedRange(0, bytes) : new ArrayBuffer(0);
    let at = 0;
    const copies = slices.map((slice) => {
      const cells = emptyCells(this.#typeOf(slice), slice.size);
      const Elements = this.#typeOf(slice) === 'f32' ? Float32Array : Int32Array;
      cells.set(new Elements(mapped, at, slice.size));
      at += slice.size * 4;
      return cells;
    });
    if (bytes > 0) staging.unmap();
    this.#staging.push(staging);
    return copies;
  }

  async read(...slices: readonly Slice[]): Promise<readonly Cells[]> {
    const encoder = this.device.createCommandEncoder();
    const fetch = this.fetch(encoder, slices);
    this.device.queue.submit([encoder.finish()]);
    return this.received(fetch);
  }

  bufferOf(arena: number): GPUBuffer {
    const buffer = this.buffers[arena];
    if (buffer === undefined) throw new Error(`compiler bug: there is no arena ${arena}`);
    return buffer;
  }

  /** What the device promises, unless it goes away first: some never settle then. */
  guarded<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) {
        promise.catch(() => undefined);
        reject(this.#gone);
        return;
      }
      this.#waiting.add(reject);
      promise
        .finally(() => this.#waiting.delete(reject))
        // Where the device is going away the reason follows at once.
        .then(resolve, (error: unknown) =>
          setTimeout(() => reject(this.#gone ?? deviceLoss(messageOf(error))), 0),
        );
    });
  }

  destroy(): void {
    this.device.removeEventListener('uncapturederror', this.#onError);
    for (const buffer of [...this.buffers, ...this.#staging]) buffer.destroy();
  }

  #abandon(why: Error): void {
    this.#gone ??= why;
    for (const reject of this.#waiting) reject(this.#gone);
    this.#waiting.clear();
  }

  #typeOf({ arena }: Slice): Arena['type'] {
    return this.#arenas[arena]?.type ?? 'f32';
  }

  #stagingOf(bytes: number): GPUBuffer {
    const at = this.#staging.findIndex(({ size }) => size >= bytes);
    const [found] = at < 0 ? [] : this.#staging.splice(at, 1);
    // A power of two serves the next that is not much larger.
    const rounded = 2 ** Math.ceil(Math.log2(Math.max(256, bytes)));
    const size = Math.max(bytes, Math.min(rounded, this.device.limits.maxBufferSize));
    return found ?? this.device.createBuffer({ label: 'staging', size, usage: mapRead | copyTarget });
  }
}

/** Slices on their way to the host. */
export interface Fetch {
  readonly staging: GPUBuffer;
  readonly slices: readonly Slice[];
  readonly bytes: number;
}
