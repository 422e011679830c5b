/**
 * A program that runs in this process, behind the contract of the run loop: two arenas, and functions over them that
 * some back end has made.
 */
import type { Program } from '../ir/program.js';
import { locate } from '../ir/nest.js';
import type { Place } from '../ir/nest.js';
import { arenaOf } from '../ir/memory.js';
import { at, sizeOf } from '../ir/types.js';
import type { CompiledProgram, StepBlock } from '../runtime/compiled.js';
import type { HostFunction } from '../runtime/host.js';
import { BatchSampler, storedOrder, writeRows } from '../runtime/sampler.js';
import { batchPlan } from './run-plan.js';
import { startOf } from './schedule-program.js';
import type { ProgramPlaces } from './schedule-program.js';

export type Cells = Float64Array | Float32Array | Int32Array;

/** What a back end makes of a program. */
export interface Evaluated {
  /** Where the host's functions belong, if the program calls any. */
  readonly extern: Record<string, HostFunction> | undefined;
  readonly reals: Float64Array | Float32Array;
  readonly integers: Int32Array;
  readonly prepare: () => void;
  readonly initial: () => void;
  readonly phases: readonly {
    readonly start: () => void;
    readonly step: () => void;
    readonly evaluate: () => void;
    /** Takes so many steps, fewer where one of them ends the run, and says how many. */
    readonly several?: (count: number) => number;
  }[];
  readonly reports: readonly (() => void)[];
  /** Of a back end whose phases have `several`. */
  readonly block?: {
    /** The most steps of one call. */
    readonly steps: number;
    readonly measures: Place;
    /** The epoch whose order of rows is in memory. */
    readonly epoch: Place;
  };
}

/** What changes from step to step. */
interface StateCopy {
  readonly parameters: Float64Array | Float32Array;
  readonly states: readonly (readonly Cells[])[];
  step: number;
}

export interface InstantiatedProgram extends CompiledProgram {
  /** The JavaScript that runs. */
  readonly source: string;
}

export class RunningProgram implements InstantiatedProgram {
  readonly measures: Float64Array | Float32Array;
  readonly parameters: Float64Array | Float32Array;
  readonly block: StepBlock | undefined;
  private readonly epoch: Int32Array | undefined;
  private readonly evaluation: Float64Array | Float32Array;
  private readonly seedCell: Int32Array;
  private readonly stepCell: Int32Array;
  private readonly states: readonly (readonly Cells[])[];
  private readonly batches: readonly (
    { readonly sampler: BatchSampler; readonly rows: Int32Array } | undefined
  )[];

  constructor(
    private readonly program: Program,
    private readonly places: ProgramPlaces,
    private readonly code: Evaluated,
    readonly source: string,
  ) {
    this.parameters = this.reals(places.parameters);
    this.measures = this.reals(places.measures);
    this.evaluation = this.reals(places.evaluation);
    this.seedCell = this.integers(places.seed);
    this.stepCell = this.integers(places.step);
    this.states = places.phases.map(({ states }) => states.map((place) => this.cells(place)));
    this.batches = program.phases.map((phase, index) => {
      if (code.block !== undefined) return undefined;
      const { rows } = at(places.phases, index);
      const batch = batchPlan(program, phase);
      if (batch === undefined || rows === undefined) return undefined;
      return { sampler: new BatchSampler(batch), rows: this.integers(rows) };
    });
    const { block } = code;
    if (block === undefined) return;
    this.epoch = this.integers(block.epoch);
    this.block = {
      // A host that fails is to be found by its step.
      steps: code.extern === undefined ? block.steps : 1,
      measures: this.reals(block.measures),
      advance: (phase, count) => code.phases[phase]?.several?.(count) ?? 0,
    };
  }

  load(raw: readonly ArrayLike<number>[]): void {
    this.program.raw.forEach((input, index) => {
      const cells = this.cells(at(this.places.raw, index));
      const values = raw[index];
      if (values?.length !== sizeOf(input.type.shape)) {
        throw new Error(
          `${input.name} has ${values?.length ?? 0} values instead of ${sizeOf(input.type.shape)}`,
        );
      }
      const table = input.table === undefined ? undefined : at(this.program.tables, input.table);
      if (table?.shuffleSeed === undefined) cells.set(values);
      else writeRows(cells, values, storedOrder(table.rows, table.shuffleSeed));
    });
  }

  initialize(seed: number, hypers: ReadonlyMap<string, number> = new Map(), startSeed = seed): void {
    this.seedCell[0] = seed;
    this.epoch?.fill(-1);
    this.program.hypers.forEach(({ name, value }, index) => {
      this.cells(at(this.places.hypers, index))[0] = hypers.get(name) ?? value;
    });
    this.stepCell[0] = 0;
    this.code.prepare();
    this.seedCell[0] = startSeed;
    this.code.initial();
    this.seedCell[0] = seed;
  }

  startPhase(phase: number): void {
    this.stepCell[0] = 0;
    this.epoch?.fill(-1);
    at(this.code.phases, phase).start();
  }

  step(phase: number): void {
    if (this.block !== undefined) {
      this.block.advance(phase, 1);
      return;
    }
    const step = (this.stepCell[0] ?? 0) + 1;
    this.stepCell[0] = step;
    const batch = this.batches[phase];
    if (batch !== undefined) batch.sampler.sample(batch.rows, this.seedCell[0] ?? 0, step);
    this.code.phases[phase]?.step();
  }

  report(index: number): ArrayLike<number> {
    at(this.code.reports, index)();
    return this.cells(at(this.places.reports, index));
  }

  carried(index: number): Cells {
    return at(at(this.states, 0), index);
  }

  evaluate(phase: number): ArrayLike<number> {
    at(this.code.phases, phase).evaluate();
    return this.evaluation;
  }

  saveState(into?: unknown): StateCopy {
    const copy = (into as StateCopy | undefined) ?? this.emptyState();
    copy.parameters.set(this.parameters);
    copyStates(this.states, copy.states);
    copy.step = this.stepCell[0] ?? 0;
    return copy;
  }

  restoreState(snapshot: unknown): void {
    const copy = snapshot as StateCopy;
    this.parameters.set(copy.parameters);
    copyStates(copy.states, this.states);
    this.stepCell[0] = copy.step;
  }

  private emptyState(): StateCopy {
    return {
      parameters: this.parameters.slice(),
      states: this.states.map((cells) => cells.map((each) => each.slice())),
      step: 0,
    };
  }

  private cells(place: Place): Cells {
    const start = startOf(place);
    const arena = arenaOf(locate(place).buffer) === 'real' ? this.code.reals : this.code.integers;
    return arena.subarray(start, start + place.size);
  }

  private reals(place: Place): Float64Array | Float32Array {
    const start = startOf(place);
    return this.code.reals.subarray(start, start + place.size);
  }

  private integers(place: Place): Int32Array {
    const start = startOf(place);
    return this.code.integers.subarray(start, start + place.size);
  }
}

function copyStates(from: readonly (readonly Cells[])[], to: readonly (readonly Cells[])[]): void {
  from.forEach((cells, phase) => cells.forEach((each, index) => to[phase]?.[index]?.set(each)));
}
