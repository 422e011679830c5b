/**
 * A program as a plan for a device: laid out and scheduled over rings, cut into pieces, printed as modules, with the commands
 * of each function. What does not fit is found here, before anything is allocated.
 */
import { costOf } from '../../ir/cost.js';
import type { Place, Schedule } from '../../ir/nest.js';
import { makePlace } from '../../ir/schedule.js';
import type { Phase, Program } from '../../ir/program.js';
import { at } from '../../ir/types.js';
import type { Diagnostic } from '../../parser/diagnostic.js';
import type { Span } from '../../parser/source.js';
import type { Command, DevicePhase, DevicePlan, Kernel, KernelModule } from '../../runtime/webgpu/plan.js';
import { measureCells, scheduleProgram } from '../schedule-program.js';
import type { PhasePlaces, ProgramPlaces } from '../schedule-program.js';
import { cutSchedule } from './cut.js';
import type { Composition, Part } from './cut.js';
import { DeviceLayout } from './device_layout.js';
import type { DeviceCapabilities } from './device_limits.js';
import { leastCapabilities } from './device_limits.js';
import { arraysTooLarge, functionsOfTheHost, tooManyArenas } from './misfits.js';
import { ModuleText } from './module_text.js';
import type { DeviceProfile } from './module_text.js';
import { PiecePrinter } from './print_pieces.js';
import type { StepLoop } from './print_pieces.js';
import { dispatchesOf } from './pieces.js';
import type { Condition, Piece, Write } from './pieces.js';

export interface DeviceOptions {
  readonly capabilities?: DeviceCapabilities;
  readonly composition?: Composition;
  /** Invocations of a workgroup; 64 without. */
  readonly threads?: number;
  /** A CPU plays the device: few workgroups run at once, and waiting for each other costs much. */
  readonly software?: boolean;
  /** The tiles of products hold numbers of 16 bits, where `capabilities` has them. */
  readonly halfTiles?: boolean;
}

/** Workgroups that a CPU runs at once. */
const softwareGroups = 4;

/** How a function came out, for `explain`. */
export interface DeviceFunctionFacts {
  readonly name: string;
  /** Of one step, or one call. */
  readonly dispatches: number;
  /** The whole function runs in one workgroup. */
  readonly whole: boolean;
}

export interface DeviceProgram {
  readonly plan: DevicePlan;
  readonly functions: readonly DeviceFunctionFacts[];
}

export type DeviceCompilation =
  | { readonly ok: true; readonly value: DeviceProgram }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export function compileDeviceProgram(program: Program, options: DeviceOptions = {}): DeviceCompilation {
  const { capabilities = leastCapabilities, composition = 'auto' } = options;
  const refused = functionsOfTheHost(program);
  if (refused.length > 0) return { ok: false, diagnostics: refused };
  const { limits } = capabilities;
  const threads = Math.min(options.threads ?? 64, limits.maxComputeInvocationsPerWorkgroup);
  const layout = new DeviceLayout(limits);
  const slots = program.phases.map((phase) => slotsOf(phase));
  const { places, schedules } = scheduleProgram(program, layout, { slots });
  const tooLarge = layout.tooLarge();
  const span = spanOf(program);
  if (tooLarge.length > 0) return { ok: false, diagnostics: [arraysTooLarge(tooLarge, layout.bank, span)] };
  const cutter = new FunctionCutter(program, places, layout, composition, threads);
  const functions = [...schedules].map(([name, schedule]) => cutter.cut(name, schedule));
  const arenas = layout.arenas();
  if (arenas.length > limits.maxStorageBuffersPerShaderStage) {
    return { ok: false, diagnostics: [tooManyArenas(arenas, limits, span)] };
  }
  const profile: DeviceProfile = {
    threads,
    features: new Set(capabilities.features),
    ...(options.software === true ? { groups: softwareGroups, barriers: 'costly' } : {}),
    ...(options.halfTiles === true ? { halfTiles: true } : {}),
  };
  const kernels: Kernel[] = [];
  const modules: KernelModule[] = [];
  const features = new Set<string>();
  const commands = new Map<string, readonly Command[]>();
  for (const { name, pieces, steps } of functions) {
    const text = new ModuleText(layout, profile);
    const printer = new PiecePrinter(text, modules.length, { layout, limits, kernels });
    const own =
      steps === undefined ? printer.commands(pieces, name) : printer.steps(steps.parts, steps.loop, name);
    commands.set(name, own);
    if (own.length === 0) continue;
    modules.push(text.assemble(name, printer.functions, printer.entries));
    for (const feature of text.enabled) features.add(feature);
  }
  const commandsOf = (name: string): readonly Command[] => commands.get(name) ?? [];
  const plan: DevicePlan = {
    name: program.name,
    arenas,
    literals: layout.initialValues(),
    modules,
    kernels,
    features: [...features],
    workgroupSize: threads,
    seed: layout.slice(places.seed),
    step: layout.slice(places.step),
    hypers: places.hypers.map((place) => layout.slice(place)),
    raw: places.raw.map((place) => layout.slice(place)),
    parameters: layout.slice(places.parameters),
    evaluation: layout.slice(places.evaluation),
    prepare: commandsOf('prepare'),
    initial: commandsOf('initial'),
    phases: program.phases.map((phase, index): DevicePhase => {
      const { states, rows, ring } = at(places.phases, index);
      const number = index + 1;
      return {
        start: commandsOf(`start_${number}`),
        step: commandsOf(`step_${number}`),
        stepsPerReplay: functions.some(({ name, steps }) => name === `step_${number}` && steps)
          ? 'many'
          : 'one',
        evaluate: commandsOf(`evaluate_${number}`),
        slots: at(slots, index),
        control: layout.slice(ringOf(ring).control),
        measures: { ...layout.slice(places.measures), size: at(slots, index) * phase.measures.length },
        rows: rows === undefined ? undefined : layout.slice(rows),
        states: states.map((place) => layout.slice(place)),
      };
    }),
    reports: program.reports.map((report, index) => ({
      commands: commandsOf(`report_${report.name}`),
      value: layout.slice(at(places.reports, index)),
    })),
  };
  const facts = functions.map(({ name, pieces, steps }) => ({
    name,
    dispatches: dispatchesOf(commandsOf(name)),
    whole: steps !== undefined || (pieces.length === 1 && pieces[0]?.kind === 'workgroup'),
  }));
  return { ok: true, value: { plan, functions: facts } };
}

interface CutFunction {
  readonly name: string;
  readonly pieces: readonly Piece[];
  /** Of a step that one workgroup makes whole, several times in a dispatch. */
  readonly steps: { readonly parts: readonly Part[]; readonly loop: StepLoop } | undefined;
}

class FunctionCutter {
  constructor(
    private readonly program: Program,
    private readonly places: ProgramPlaces,
    private readonly layout: DeviceLayout,
    private readonly composition: Composition,
    private readonly threads: number,
  ) {}

  cut(name: string, schedule: Schedule): CutFunction {
    const { composition, threads, layout } = this;
    const number = /^step_(\d+)$/.exec(name)?.[1];
    const makeCell = (label: string): Place => layout.fixed({ dtype: 'int', shape: [] }, label);
    const options = { composition, threads, makeCell } as const;
    if (number === undefined) {
      return { name, pieces: cutSchedule([schedule], { ...options, runs: 'once' }), steps: undefined };
    }
    const phase = Number(number) - 1;
    const about = at(this.program.phases, phase);
    const ring = ringOf(at(this.places.phases, phase).ring);
    const cell = (index: number): Place => cellOf(ring.control, index);
    const loop: StepLoop = { slots: slotsOf(about), slot: cell(0), done: cell(1), asked: cell(2) };
    const parts: Part[] = [schedule, ...this.advance(about, ring, loop)];
    const conditions: Condition[] = about.stops ? [{ cell: loop.done, is: 'zero' }] : [];
    const pieces = cutSchedule(parts, { ...options, runs: 'often' }, conditions);
    const [only] = pieces;
    const whole = composition !== 'grid' && pieces.length === 1 && only?.kind === 'workgroup';
    return { name, pieces, steps: whole ? { parts: only.parts, loop } : undefined };
  }

  /** The end of a step: is there to be another one, and which. */
  private advance(phase: Phase, ring: NonNullable<PhasePlaces['ring']>, loop: StepLoop): readonly Write[] {
    const stop = measureCells(this.places.measures, phase.measures, ring).at(-1);
    const increment = { kind: 'increment' } as const;
    return [
      ...(phase.stops && stop !== undefined
        ? [{ kind: 'write', to: loop.done, value: { kind: 'one', from: stop } } as const]
        : []),
      { kind: 'write', to: loop.slot, value: increment },
      { kind: 'write', to: this.places.step, value: increment },
    ];
  }
}

function ringOf(ring: PhasePlaces['ring']): NonNullable<PhasePlaces['ring']> {
  if (ring === undefined) throw new Error('compiler bug: a phase without a ring');
  return ring;
}

function cellOf(array: Place, index: number): Place {
  const cell = makePlace(array.dtype, 1, array.label);
  cell.within = { place: array, offset: { constant: index, terms: [] } };
  return cell;
}

/** Operations that a slow device makes in the time that a submission may take, and the most steps and rows of one. */
const submission = { operations: 100e6, steps: 256, rows: 1 << 18 } as const;

/** As many steps as keep a submission short on a slow device: then it answers, and no watchdog ends it. */
function slotsOf({ step, steps, sampler }: Phase): number {
  const { operations } = costOf(step.region);
  const batch = sampler.kind === 'full' ? 1 : sampler.size;
  const most = Math.min(
    submission.steps,
    submission.rows / batch,
    submission.operations / (operations + 1),
    steps,
  );
  return Math.max(1, Math.floor(most));
}

function spanOf(program: Program): Span {
  const [phase] = program.phases;
  if (phase === undefined) throw new Error('compiler bug: a program for a device has nothing to solve');
  return phase.span;
}
