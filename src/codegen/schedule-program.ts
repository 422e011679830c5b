/**
 * A whole program scheduled over one storage: every input, parameter, state and result has its place, and every region
 * its schedule. Back ends print what stands here and add only the order of calls.
 */
import { GraphBuilder } from '../ir/builder.js';
import type { Region, TensorType } from '../ir/graph.js';
import type { Arena } from '../ir/memory.js';
import { add, constantIndex, scale, variableIndex, zero } from '../ir/nest-affine.js';
import type { Affine } from '../ir/nest-affine.js';
import type { Buffer, Place, Schedule } from '../ir/nest.js';
import { addressOf, locate } from '../ir/nest.js';
import type { BoundRegion, Phase, Program, RegionInput } from '../ir/program.js';
import { makePlace, scheduleRegion } from '../ir/schedule.js';
import { at, sizeOf } from '../ir/types.js';
import type { Layout } from './layout.js';

export interface PhasePlaces {
  readonly states: readonly Place[];
  /** The batch; undefined for full passes. With rings: those of all steps of a submission. */
  readonly rows: Place | undefined;
  readonly ring: PhaseRing | undefined;
}

interface PhaseRing {
  /** The number of the step among those of a submission: the first of the control cells. */
  readonly slot: Affine;
  /** Int [3]: slot, done, asked. */
  readonly control: Place;
}

export interface ProgramPlaces {
  readonly seed: Place;
  readonly step: Place;
  readonly hypers: readonly Place[];
  readonly raw: readonly Place[];
  readonly data: readonly Place[];
  readonly parameters: Place;
  /** Those of the last step. With rings: those of the steps of a submission, one behind the other. */
  readonly measures: Place;
  /** Objective and gradient norm on all rows. */
  readonly evaluation: Place;
  readonly phases: readonly PhasePlaces[];
  readonly reports: readonly Place[];
}

export interface ScheduledProgram {
  readonly places: ProgramPlaces;
  /** What each function does, by name and in the order of a run: `prepare`, `initial`, `start_1`, `step_1`, `evaluate_1`, `report_accuracy`. */
  readonly schedules: ReadonlyMap<string, Schedule>;
}

/**
 * For a machine that makes several steps without a word from the host: rows and measures lie in rings, from which a
 * step takes what its number among them, `slot`, says.
 */
export interface Rings {
  /** For each phase: the most steps of one submission. */
  readonly slots: readonly number[];
}

/** Lays the program's storage out in `layout` and schedules all of its regions over it. */
export function scheduleProgram(program: Program, layout: Layout, rings?: Rings): ScheduledProgram {
  const places = layOut(program, layout, rings);
  const frames: Readonly<Record<Arena, Buffer>>[] = [];
  const schedules = new Map<string, Schedule>();
  const schedule = (name: string, bound: BoundRegion, phase: number, results: readonly Place[]): void => {
    const region = withRealResults(bound.region, results);
    const sources = bound.inputs.map((input) => {
      return { kind: 'place', place: placeOf(input, places, program, phase) } as const;
    });
    const scheduled = scheduleRegion(region, sources, results, layout.context);
    frames.push(scheduled.frames);
    schedules.set(name, scheduled.schedule);
  };
  schedule('prepare', program.prepare, 0, places.data);
  schedule('initial', program.initial, 0, [places.parameters]);
  program.phases.forEach((phase, index) => {
    const { states, ring } = at(places.phases, index);
    const number = index + 1;
    schedule(`start_${number}`, phase.start, index, states);
    const measures = measureCells(places.measures, phase.measures, ring);
    schedule(`step_${number}`, phase.step, index, [places.parameters, ...states, ...measures]);
    const evaluation = parts(places.evaluation, phase.evaluate.region);
    schedule(`evaluate_${number}`, phase.evaluate, index, evaluation);
  });
  program.reports.forEach((report, index) => {
    schedule(`report_${report.name}`, report.value, 0, [at(places.reports, index)]);
  });
  layout.settleFrames(frames);
  return { places, schedules };
}

function layOut(program: Program, layout: Layout, rings: Rings | undefined): ProgramPlaces {
  const slotsOf = (phase: number): number => rings?.slots[phase] ?? 1;
  const scalar: TensorType = { dtype: 'int', shape: [] };
  const real = (size: number): TensorType => ({ dtype: 'real', shape: [size] });
  const carried: Place[] = [];
  const measureCount = Math.max(
    1,
    ...program.phases.map((phase, index) => phase.measures.length * slotsOf(index)),
  );
  const places = {
    parameters: layout.fixed(real(program.size), 'x'),
    phases: program.phases.map((phase, number) => ({
      states: phase.states.map((state, index) => {
        const place =
          (state.carried === true ? carried[index] : undefined) ?? layout.fixed(state.type, state.name);
        if (state.carried === true) carried[index] = place;
        return place;
      }),
      rows: rowsOf(phase, layout, slotsOf(number)),
      ring: rings === undefined ? undefined : makeRing(layout, slotsOf(number)),
    })),
    measures: layout.fixed(real(measureCount), 'measures'),
    evaluation: layout.fixed(
      real(Math.max(2, ...program.phases.map(({ evaluate }) => lengthOfResults(evaluate.region)))),
      'evaluation',
    ),
    seed: layout.fixed(scalar, 'seed_value'),
    step: layout.fixed(scalar, 'step_number'),
    hypers: program.hypers.map(({ name }) => layout.fixed({ dtype: 'real', shape: [] }, name)),
    data: program.data.map((slot) => layout.fixed(slot.type, slot.name)),
    reports: program.reports.map((report) => layout.fixed(report.type, `reported_${report.name}`)),
  };
  return { ...places, raw: rawPlaces(program, layout, places.data) };
}

/** What the program reads; where nothing is done to it, it is read to the place of the data that it becomes. */
function rawPlaces(program: Program, layout: Layout, data: readonly Place[]): readonly Place[] {
  const { region, inputs } = program.prepare;
  return program.raw.map((input, index) => {
    const parameter = region.parameters.find((_, position) => {
      const given = inputs[position];
      return given?.kind === 'raw' && given.index === index;
    });
    const same = parameter === undefined ? -1 : region.results.indexOf(parameter);
    return data[same] ?? layout.fixed(input.type, `raw_${input.name}`);
  });
}

function rowsOf(phase: Phase, layout: Layout, slots: number): Place | undefined {
  const { sampler } = phase;
  if (sampler.kind === 'full') return undefined;
  return layout.fixed({ dtype: 'int', shape: [slots * sampler.size] }, 'rows');
}

function makeRing(layout: Layout, slots: number): PhaseRing {
  const control = layout.fixed({ dtype: 'int', shape: [3] }, 'control');
  const slot = makePlace('int', 1, 'slot');
  slot.within = { place: control, offset: zero };
  return { control, slot: variableIndex(layout.context.variables.turn(slot, slots)) };
}

/** Everything that keeps its content between calls. */
export function storagePlaces(places: ProgramPlaces): readonly Place[] {
  const { seed, step, hypers, raw, data, parameters, measures, evaluation, phases, reports } = places;
  const ofPhases = phases.flatMap(({ states, rows }) => (rows === undefined ? states : [...states, rows]));
  return [parameters, ...data, ...ofPhases, measures, evaluation, seed, step, ...hypers, ...raw, ...reports];
}

function placeOf(input: RegionInput, places: ProgramPlaces, program: Program, phase: number): Place {
  switch (input.kind) {
    case 'seed':
      return places.seed;
    case 'step':
      return places.step;
    case 'hyper':
      return at(places.hypers, input.index);
    case 'rows': {
      const { rows, ring } = at(places.phases, phase);
      const { sampler } = at(program.phases, phase);
      if (rows === undefined || sampler.kind === 'full') {
        throw new Error('compiler bug: a full pass has no sampled rows');
      }
      return ring === undefined ? rows : part(rows, sampler.size, 'rows', scale(ring.slot, sampler.size));
    }
    case 'parameters':
      return places.parameters;
    case 'state':
      return at(at(places.phases, phase).states, input.index);
    case 'raw':
      return at(places.raw, input.index);
    case 'data':
      return at(places.data, input.index);
    default:
      return input satisfies never;
  }
}

/** One element of an array for each name. */
function lengthOfResults(region: Region): number {
  return region.results.reduce((total, { type }) => total + sizeOf(type.shape), 0);
}

/** A place for each result of a region, one behind the other. */
function parts(array: Place, region: Region): Place[] {
  let offset = 0;
  return region.results.map(({ type }, index) => {
    const size = sizeOf(type.shape);
    const start = constantIndex(offset);
    offset += size;
    return part(array, size, `evaluated_${index}`, start);
  });
}

export function measureCells(array: Place, names: readonly string[], ring: PhaseRing | undefined): Place[] {
  const start = scale(ring?.slot ?? zero, names.length);
  return names.map((name, index) => part(array, 1, name, add(start, constantIndex(index))));
}

function part(array: Place, size: number, label: string, offset: Affine): Place {
  const place = makePlace(array.dtype, size, label);
  place.within = { place: array, offset };
  return place;
}

/** Flags and counts become reals where a real is stored. */
function withRealResults(region: Region, destinations: readonly Place[]): Region {
  const builder = new GraphBuilder();
  return {
    parameters: region.parameters,
    results: region.results.map((node, index) =>
      destinations[index]?.dtype === 'real' && node.type.dtype !== 'real' ? builder.cast(node, 'real') : node,
    ),
  };
}

export function startOf(place: Place): number {
  const { buffer, base } = locate(place);
  return addressOf(buffer) + base.constant;
}
