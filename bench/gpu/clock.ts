/** The time of dispatches on a device: by its own clock where it has one, else by the host's around a whole submission. */
import { at } from '../../src/ir/types.js';

export interface Work {
  readonly device: GPUDevice;
  readonly code: string;
  /** Elements of each arena, at bindings 0, 1, ... of group 0. */
  readonly arenas: readonly number[];
  readonly dispatches: readonly { readonly entryPoint: string; readonly groups: readonly number[] }[];
}

/** Usages of buffers by number; the names are globals in a browser only. */
const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, storage: 0x80, queryResolve: 0x200 };
const compute = 0x4;
const rounds = 5;
const roundSeconds = 0.1;

/** Seconds of one pass over the dispatches: the fastest of some rounds, each of many passes. */
export async function secondsOf({ device, code, arenas, dispatches }: Work): Promise<number> {
  const module = device.createShaderModule({ code });
  const bindings = device.createBindGroupLayout({
    entries: arenas.map((_, binding) => ({ binding, visibility: compute, buffer: { type: 'storage' } })),
  });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings] });
  const buffers = arenas.map((size) =>
    device.createBuffer({ size: Math.max(4, size * 4), usage: usage.storage | usage.copyTarget }),
  );
  const group = device.createBindGroup({
    layout: bindings,
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const pipelines = dispatches.map(({ entryPoint }) =>
    device.createComputePipeline({ layout, compute: { module, entryPoint } }),
  );
  const seconds = await fastestRound(device, (pass) => {
    pass.setBindGroup(0, group);
    dispatches.forEach(({ groups: [x = 1, y = 1, z = 1] }, index) => {
      pass.setPipeline(at(pipelines, index));
      pass.dispatchWorkgroups(x, y, z);
    });
  });
  for (const buffer of buffers) buffer.destroy();
  return seconds;
}

async function fastestRound(
  device: GPUDevice,
  record: (pass: GPUComputePassEncoder) => void,
): Promise<number> {
  const clock = new Clock(device);
  let [count, best] = [1, Infinity];
  for (let round = 0; round < rounds;) {
    const seconds = await clock.time(count, record);
    // A round is long enough for a clock that is coarse.
    if (seconds < roundSeconds / 4 && count < 4096) {
      count = Math.min(
        4096,
        Math.max(2 * count, Math.ceil((count * roundSeconds) / Math.max(seconds, 1e-5) / 2)),
      );
      continue;
    }
    best = Math.min(best, seconds / count);
    round += 1;
  }
  clock.destroy();
  return best;
}

class Clock {
  private readonly marks: GPUQuerySet | undefined;
  private readonly resolved: GPUBuffer;
  private readonly staging: GPUBuffer;

  constructor(private readonly device: GPUDevice) {
    this.marks = device.features.has('timestamp-query')
      ? device.createQuerySet({ type: 'timestamp', count: 2 })
      : undefined;
    this.resolved = device.createBuffer({ size: 16, usage: usage.queryResolve | usage.copySource });
    this.staging = device.createBuffer({ size: 16, usage: usage.mapRead | usage.copyTarget });
  }

  async time(count: number, record: (pass: GPUComputePassEncoder) => void): Promise<number> {
    const { device, marks } = this;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(
      marks === undefined
        ? {}
        : { timestampWrites: { querySet: marks, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } },
    );
    for (let turn = 0; turn < count; turn += 1) record(pass);
    pass.end();
    if (marks !== undefined) {
      encoder.resolveQuerySet(marks, 0, 2, this.resolved, 0);
      encoder.copyBufferToBuffer(this.resolved, 0, this.staging, 0, 16);
    }
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    const host = (performance.now() - started) / 1000;
    if (marks === undefined) return host;
    await this.staging.mapAsync(usage.mapRead);
    const [begin = 0n, end = 0n] = new BigInt64Array(this.staging.getMappedRange().slice(0));
    this.staging.unmap();
    const own = Number(end - begin) * 1e-9;
    return own > 0 ? own : host;
  }

  destroy(): void {
    this.marks?.destroy();
    this.resolved.destroy();
    this.staging.destroy();
  }
}
