/** Runs a plan on a driver of the tests, as the runtime would, in one go: for programs that leave no choice to the host. */
import type { Program } from '../../../src/ir/program.js';
import { batchPlan } from '../../../src/codegen/run-plan.js';
import { BatchSampler } from '../../../src/runtime/sampler.js';
import { at } from '../../../src/ir/types.js';
import type { Command, DevicePlan, Slice } from '../../../src/runtime/webgpu/plan.js';
import type { Driver } from '../../support/device.js';
import type { ArenaValues } from '../../support/kernels.js';

export interface Replayed {
  /** Of each step that was asked for. */
  readonly measures: readonly (readonly number[])[];
  readonly parameters: readonly number[];
  readonly evaluation: readonly number[];
  /** How many steps the device made. */
  readonly steps: number;
  readonly isDone: boolean;
}

/** Prepares, starts the first phase, makes `steps` steps of it, and evaluates. */
export async function replay(
  driver: Driver,
  program: Program,
  plan: DevicePlan,
  steps: number,
  raw: readonly ArrayLike<number>[] = [],
): Promise<Replayed> {
  const arenas = plan.arenas.map(({ type, size }): ArenaValues =>
    type === 'f32' ? new Float32Array(size) : new Int32Array(size),
  );
  const cells = ({ arena, offset, size }: Slice): ArenaValues =>
    at(arenas, arena).subarray(offset, offset + size);
  for (const { place, values } of plan.literals) cells(place).set(values);
  const phase = at(plan.phases, 0);
  const about = at(program.phases, 0);
  cells(plan.seed)[0] = program.seed;
  cells(plan.step)[0] = 1;
  plan.raw.forEach((place, index) => cells(place).set(at(raw, index)));
  program.hypers.forEach(({ value }, index) => (cells(at(plan.hypers, index))[0] = value));
  cells(phase.control).set([0, 0, steps]);
  const batches = batchPlan(program, about);
  const sampler = batches === undefined ? undefined : new BatchSampler(batches);
  for (let slot = 0; slot < steps && sampler !== undefined && phase.rows !== undefined; slot += 1) {
    const batch = phase.rows.size / phase.slots;
    const rows = { ...phase.rows, offset: phase.rows.offset + slot * batch, size: batch };
    sampler.sample(cells(rows) as Int32Array, program.seed, slot + 1);
  }
  const replays = phase.stepsPerReplay === 'many' ? 1 : steps;
  const commands = [
    ...[plan.prepare, plan.initial, phase.start].flat(),
    ...Array.from({ length: replays }, () => phase.step).flat(),
    ...phase.evaluate,
  ];
  const outcome = await driver.runKernels({
    arenas,
    modules: plan.modules,
    dispatches: kernelsOf(commands).map((kernel) => at(plan.kernels, kernel)),
  });
  if (outcome.kind === 'refused') {
    const [first] = outcome.messages;
    throw new Error(`${first?.module}:${first?.line}: ${first?.text}`);
  }
  const read = ({ arena, offset, size }: Slice): readonly number[] =>
    Array.from(at(outcome.arenas, arena).subarray(offset, offset + size));
  const [made = 0, done = 0] = read(phase.control);
  const width = about.measures.length;
  const measures = read(phase.measures);
  return {
    measures: Array.from({ length: made }, (_, slot) => measures.slice(slot * width, (slot + 1) * width)),
    parameters: read(plan.parameters),
    evaluation: read(plan.evaluation),
    steps: made,
    isDone: done !== 0,
  };
}

/** Turns after the end of a loop do nothing, so that all of them may run. */
export function kernelsOf(commands: readonly Command[]): readonly number[] {
  return commands.flatMap((command) => {
    switch (command.kind) {
      case 'dispatch':
        return [command.kernel];
      case 'repeat':
        return times(command.count, kernelsOf(command.body));
      case 'while':
        return times(command.max, [...kernelsOf(command.condition), ...kernelsOf(command.body)]);
      case 'if':
        throw new Error('a choice needs a value that is read back');
    }
  });
}

function times(count: number, kernels: readonly number[]): readonly number[] {
  return Array.from({ length: count }, () => kernels).flat();
}
