/**
 * Commands become dispatches of one compute pass, which ends only where something must be copied or asked. Commands
 * without a question to the host are straight: they are recorded whole, and many of them submitted at once.
 */
import type { Memory } from './buffers.js';
import type { Pipelines } from './pipelines.js';
import type { Command, DevicePlan, Slice } from './plan.js';

export function isStraight(commands: readonly Command[]): boolean {
  return commands.every((command) => {
    switch (command.kind) {
      case 'dispatch':
        return true;
      case 'repeat':
        return isStraight(command.body);
      case 'while':
      case 'if':
        return false;
      default:
        return command satisfies never;
    }
  });
}

export class Recorder {
  readonly #memory: Memory;
  readonly #plan: DevicePlan;
  readonly #pipelines: Pipelines;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #bound: GPUComputePipeline | undefined;

  constructor(memory: Memory, plan: DevicePlan, pipelines: Pipelines) {
    this.#memory = memory;
    this.#plan = plan;
    this.#pipelines = pipelines;
  }

  /** Records straight commands. */
  record(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.kind === 'dispatch') this.#dispatch(command.kernel);
      else if (command.kind === 'repeat') {
        for (let turn = 0; turn < command.count; turn += 1) this.record(command.body);
      } else throw new Error('compiler bug: a question to the host among straight commands');
    }
  }

  /** Runs any commands, asking the device where they branch; what is straight at the end is not submitted yet. */
  async run(commands: readonly Command[]): Promise<void> {
    for (const command of commands) await this.#runOne(command);
  }

  async #runOne(command: Command): Promise<void> {
    if (isStraight([command])) return this.record([command]);
    switch (command.kind) {
      case 'dispatch':
        return this.#dispatch(command.kernel);
      case 'repeat':
        for (let turn = 0; turn < command.count; turn += 1) await this.run(command.body);
        return;
      case 'while':
        for (let turn = 0; turn < command.max; turn += 1) {
          await this.run(command.condition);
          if (!(await this.#isSet(command.flag))) return;
          await this.run(command.body);
        }
        return;
      case 'if':
        return this.run((await this.#isSet(command.flag)) ? command.then : command.otherwise);
      default:
        return command satisfies never;
    }
  }

  /** What is recorded next is a pass of its own. */
  endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
    this.#bound = undefined;
  }

  /** For copies, outside of any pass. */
  commands(): GPUCommandEncoder {
    this.endPass();
    return (this.#encoder ??= this.#memory.device.createCommandEncoder());
  }

  submit(): void {
    this.endPass();
    if (this.#encoder !== undefined) this.#memory.device.queue.submit([this.#encoder.finish()]);
    this.#encoder = undefined;
  }

  /** @param timestamps where to note when the next pass begins and ends */
  beginPass(timestamps?: GPUComputePassTimestampWrites): void {
    this.endPass();
    this.#encoder ??= this.#memory.device.createCommandEncoder();
    this.#pass = this.#encoder.beginComputePass(
      timestamps === undefined ? {} : { timestampWrites: timestamps },
    );
    this.#pass.setBindGroup(0, this.#pipelines.bindGroup);
  }

  #dispatch(index: number): void {
    const [kernel, pipeline] = [this.#plan.kernels[index], this.#pipelines.pipelines[index]];
    if (kernel === undefined || pipeline === undefined)
      throw new Error(`compiler bug: there is no kernel ${index}`);
    if (this.#pass === undefined) this.beginPass();
    if (this.#bound !== pipeline) this.#pass?.setPipeline(pipeline);
    this.#bound = pipeline;
    this.#pass?.dispatchWorkgroups(...kernel.groups);
  }

  async #isSet(flag: Slice): Promise<boolean> {
    const fetch = this.#memory.fetch(this.commands(), [{ ...flag, size: 1 }]);
    this.submit();
    const [cells] = await this.#memory.received(fetch);
    return cells?.[0] !== 0;
  }
}
