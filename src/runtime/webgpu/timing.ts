/** What the device's own clock says, where it has one: the seconds of each kernel of a step. */
import type { Memory } from './buffers.js';
import { copySource, copyTarget } from './buffers.js';
import type { Recorder } from './replay.js';
import type { Command } from './plan.js';
import type { DeviceProgram } from './program.js';

/** WebGPU's flags by number, see `buffers.ts`; reading is the same number as a usage and as a mode. */
const mapRead = 0x1;
const queryResolve = 0x200;

export interface KernelTime {
  readonly kernel: string;
  readonly seconds: number;
}

/** The mean seconds of each dispatch of a step, in order; undefined where the device has no clock. */
export async function timeKernels(
  program: DeviceProgram,
  phase: number,
  repetitions = 10,
): Promise<readonly KernelTime[] | undefined> {
  const kernels = dispatched(program.plan.phases[phase]?.step ?? []);
  const clock = DeviceClock.of(program.memory, kernels.length);
  if (clock === undefined) return undefined;
  const totals = kernels.map(() => 0);
  for (let turn = 0; turn < repetitions; turn += 1) {
    const seconds = await program.measureStep(phase, (recorder) => {
      kernels.forEach((kernel, index) => {
        recorder.beginPass(clock.interval(index));
        recorder.record([{ kind: 'dispatch', kernel }]);
      });
      return clock.seconds(recorder, kernels.length);
    });
    seconds.forEach((each, index) => (totals[index] = (totals[index] ?? 0) + each));
  }
  clock.destroy();
  return kernels.map((kernel, index) => ({
    kernel: program.plan.kernels[kernel]?.name ?? '',
    seconds: (totals[index] ?? 0) / repetitions,
  }));
}

class DeviceClock {
  private readonly marks: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly staging: GPUBuffer;

  static of(memory: Memory, intervals: number): DeviceClock | undefined {
    return memory.device.features.has('timestamp-query') ? new DeviceClock(memory, intervals) : undefined;
  }

  private constructor(
    private readonly memory: Memory,
    readonly intervals: number,
  ) {
    const { device } = memory;
    const size = intervals * 16;
    this.marks = device.createQuerySet({ type: 'timestamp', count: 2 * intervals });
    this.resolved = device.createBuffer({ size, usage: queryResolve | copySource });
    this.staging = device.createBuffer({ size, usage: mapRead | copyTarget });
  }

  /** For a pass that is interval `index`. */
  interval(index: number): GPUComputePassTimestampWrites {
    return {
      querySet: this.marks,
      beginningOfPassWriteIndex: 2 * index,
      endOfPassWriteIndex: 2 * index + 1,
    };
  }

  /** Seconds of each of the first intervals, which `recorder` has recorded and submits. */
  async seconds(recorder: Recorder, intervals: number): Promise<readonly number[]> {
    const encoder = recorder.commands();
    const bytes = intervals * 16;
    encoder.resolveQuerySet(this.marks, 0, 2 * intervals, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.staging, 0, bytes);
    recorder.submit();
    await this.memory.guarded(this.staging.mapAsync(mapRead, 0, bytes));
    const marks = new BigInt64Array(this.staging.getMappedRange(0, bytes).slice(0));
    this.staging.unmap();
    return Array.from({ length: intervals }, (_, index) => {
      const [begin = 0n, end = 0n] = [marks[2 * index], marks[2 * index + 1]];
      return Number(end - begin) * 1e-9;
    });
  }

  destroy(): void {
    this.marks.destroy();
    this.resolved.destroy();
    this.staging.destroy();
  }
}

/** The kernels that straight commands dispatch, in order, a loop's body as often as it runs. */
function dispatched(commands: readonly Command[]): readonly number[] {
  return commands.flatMap((command): readonly number[] => {
    switch (command.kind) {
      case 'dispatch':
        return [command.kernel];
      case 'repeat':
        return Array.from({ length: command.count }, () => dispatched(command.body)).flat();
      case 'while':
      case 'if':
        throw new Error('compiler bug: a question to the host among straight commands');
      default:
        return command satisfies never;
    }
  });
}
