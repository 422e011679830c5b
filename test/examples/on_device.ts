/**
 * An example on a device beside TypeScript in double precision: each of its first steps from the reference's state, and
 * the figure at the end. What a step may differ by comes from the step itself: how far it moves when its state moves by
 * the rounding of single precision, in double and in single precision, which may decide otherwise where values agree to
 * the last digit, as in a line search.
 */
import { compileDeviceProgram } from '../../src/codegen/wgsl/compile_program.js';
import { programPlan } from '../../src/codegen/wgsl/program_plan.js';
import { instantiate } from '../../src/codegen/typescript/instantiate.js';
import type { Compilation } from '../../src/compile.js';
import { rawArrays } from '../../src/compile.js';
import { InterpretedProgram } from '../../src/explain/interpreted.js';
import { at } from '../../src/ir/types.js';
import type { CompiledProgram, Snapshot } from '../../src/runtime/compiled.js';
import { DeviceProgram } from '../../src/runtime/webgpu/index.js';
import { generator } from '../ir/inputs.js';
import type { DawnDriver } from '../support/device.js';
import { halfUnit, roundingErrors } from '../support/rounding.js';

export async function onDevice(
  { program, bound }: Compilation,
  { device }: DawnDriver,
): Promise<DeviceProgram> {
  const compiled = compileDeviceProgram(program);
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join('\n'));
  const opened = await DeviceProgram.create(device, programPlan(program, compiled.value.plan));
  if (!opened.ok) throw new Error(JSON.stringify(opened.faults));
  opened.value.load(rawArrays(program, bound));
  return opened.value;
}

/** One array of the state after a step: how far the device is from the reference, and how far it may be. */
export interface StepDifference {
  readonly step: number;
  /** `x`, or the number of a state. */
  readonly array: string;
  readonly difference: number;
  readonly allowed: number;
}

const perturbations = 4;
/** Perturbations are of this many half units, so that few of them show where a step can go either way. */
const amplification = 4;
const multiple = 4;
/** A line search at the floor of single precision seldom goes astray: so many times perturbations are drawn anew. */
const rounds = 8;

/**
 * The first steps of the first phase, each from the state of the reference, with the same draws and rows.
 *
 * @param device the program on a device; a run that comes after begins anew
 */
export async function firstSteps(
  { program, bound }: Compilation,
  device: DeviceProgram,
  count: number,
): Promise<readonly StepDifference[]> {
  const raw = rawArrays(program, bound);
  const ready = <Made extends CompiledProgram>(made: Made): Made => {
    made.load(raw);
    made.initialize(program.seed);
    made.startPhase(0);
    return made;
  };
  const start = (precision: 'f64' | 'f32'): CompiledProgram => ready(instantiate({ ...program, precision }));
  const [reference, single] = [start('f64'), start('f32')];
  let rounding: InterpretedProgram | undefined;
  const random = generator(1);
  const differences: StepDifference[] = [];
  await device.initialize(program.seed);
  await device.startPhase(0);
  for (let step = 1; step <= count; step += 1) {
    const before = copyOf(reference.saveState());
    const after = (program_: CompiledProgram, from: Snapshot): Snapshot => {
      program_.restoreState(from);
      program_.step(0);
      return copyOf(program_.saveState());
    };
    const nearby = Array.from({ length: perturbations }, () => perturbed(before, random));
    const others = [
      after(single, before),
      ...nearby.flatMap((state) => [after(reference, state), after(single, state)]),
    ];
    const wanted = after(reference, before);
    write(device, before);
    await device.advance(0, 1);
    const found = await device.snapshot();
    let compared = compare(step, wanted, found, others);
    for (let round = 1; round <= rounds && !withinAllowance(compared); round += 1) {
      // Compiled single precision rounds what it stores only, the interpreter every result. In later rounds operations
      // make errors of their own, sums that of their order.
      rounding ??= ready(new InterpretedProgram({ ...program, precision: 'f32' }));
      rounding.disturbance = round === 1 ? undefined : roundingErrors(random);
      const drawn = round === 1 ? [before, ...nearby] : nearby.map(() => perturbed(before, random));
      others.push(...drawn.map((state) => after(rounding!, state)));
      compared = compare(step, wanted, found, others);
    }
    differences.push(...compared);
    const { stops } = at(program.phases, 0);
    if (stops && reference.measures.at(-1) === 1) break;
  }
  return differences;
}

export function withinAllowance(differences: readonly StepDifference[]): boolean {
  return differences.every(({ difference, allowed }) => difference <= allowed);
}

/** Snapshots may be views. */
function copyOf({ parameters, states, step }: Snapshot): Snapshot {
  return {
    parameters: Float64Array.from(parameters),
    states: states.map((phase) => phase.map((state) => Float64Array.from(state))),
    step,
  };
}

function perturbed(snapshot: Snapshot, random: () => number): Snapshot {
  const disturb = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(values, (value) => value * (1 + (2 * random() - 1) * amplification * halfUnit));
  // Counts and indices are whole numbers, and stay what they are.
  const isWhole = (values: ArrayLike<number>): boolean => Array.from(values).every(Number.isInteger);
  return {
    ...snapshot,
    parameters: disturb(snapshot.parameters),
    states: snapshot.states.map((phase) => phase.map((state) => (isWhole(state) ? state : disturb(state)))),
  };
}

function write(device: DeviceProgram, { parameters, states }: Snapshot): void {
  device.memory.write(device.plan.parameters, parameters);
  device.plan.phases.forEach((phase, index) => {
    phase.states.forEach((place, number) => device.memory.write(place, at(at(states, index), number)));
  });
}

function compare(
  step: number,
  wanted: Snapshot,
  found: Snapshot,
  others: readonly Snapshot[],
): readonly StepDifference[] {
  const arrays = (snapshot: Snapshot): readonly ArrayLike<number>[] => [
    snapshot.parameters,
    ...at(snapshot.states, 0),
  ];
  const spreads = others.map(arrays);
  return arrays(wanted).map((values, index) => {
    const spread = Math.max(0, ...spreads.map((other) => distance(at(other, index), values)));
    const size = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return {
      step,
      array: index === 0 ? 'x' : `state ${index}`,
      difference: distance(at(arrays(found), index), values),
      allowed: multiple * spread + 4 * halfUnit * size + 1e-37,
    };
  });
}

/** The largest difference; infinite where only one is not a number. */
function distance(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let most = 0;
  for (let index = 0; index < right.length; index += 1) {
    const [a, b] = [at(left, index), at(right, index)];
    if (Object.is(a, b) || a === b) continue;
    const difference = Math.abs(a - b);
    most = Math.max(most, Number.isNaN(difference) ? Infinity : difference);
  }
  return most;
}
