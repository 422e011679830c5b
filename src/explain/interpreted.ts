/**
 * A program run by the graph interpreter: slow, and every intermediate value can be looked at. The run loop may drive
 * it like any compiled program; after a divergence it replays single steps to find where the first NaN came from.
 */
import type { Node } from '../ir/graph.js';
import { interpret } from '../ir/interpreter.js';
import type { Disturbance, InterpretOptions } from '../ir/interpreter.js';
import type { BoundRegion, Phase, Program, RegionInput } from '../ir/program.js';
import type { HostCaller } from '../ir/operators/evaluation/rule.js';
import { sizeOf } from '../ir/types.js';
import { scalar, tensor } from '../ir/tensor.js';
import type { Tensor } from '../ir/tensor.js';
import type { CompiledProgram, Snapshot } from '../runtime/compiled.js';
import { callHostFunction } from '../runtime/host.js';
import type { Host } from '../runtime/host.js';
import { BatchSampler, storedOrder, writeRows } from '../runtime/sampler.js';

export type OnNode = (node: Node, value: Tensor) => void;

export class InterpretedProgram implements CompiledProgram {
  readonly parameters: Float64Array;
  measures = new Float64Array(0);
  /** Called with every value of a step while it is set. */
  onNode: OnNode | undefined;
  /** Errors of another arithmetic, put into every value while it is set. */
  disturbance: Disturbance | undefined;
  private raw: readonly Tensor[] = [];
  private data: readonly Tensor[] = [];
  private states: readonly Tensor[] = [];
  private seed = 0;
  private stepNumber = 0;
  private started = 0;
  private hypers: readonly number[] = [];

  constructor(
    private readonly program: Program,
    private readonly host: Host = {},
  ) {
    this.parameters = new Float64Array(program.size);
  }

  load(raw: readonly ArrayLike<number>[]): void {
    this.raw = this.program.raw.map((input, index) => {
      const values = raw[index];
      if (values === undefined) throw new Error(`compiler bug: no array for ${input.name}`);
      const table = input.table === undefined ? undefined : this.program.tables[input.table];
      if (table?.shuffleSeed === undefined) return tensor(input.type, values);
      const stored = new Float64Array(values.length);
      writeRows(stored, values, storedOrder(table.rows, table.shuffleSeed));
      return tensor(input.type, stored);
    });
  }

  initialize(seed: number, hypers: ReadonlyMap<string, number> = new Map()): void {
    this.seed = seed;
    const round = this.program.precision === 'f32' ? Math.fround : Number;
    this.hypers = this.program.hypers.map(({ name, value }) => round(hypers.get(name) ?? value));
    this.data = this.evaluateRegion(this.program.prepare);
    const [x] = this.evaluateRegion(this.program.initial);
    if (x !== undefined) this.parameters.set(x.data);
  }

  startPhase(phase: number): void {
    this.stepNumber = 0;
    this.started = phase;
    this.states = this.evaluateRegion(this.phase(phase).start, this.phase(phase));
    this.measures = new Float64Array(this.phase(phase).measures.length);
  }

  step(phase: number): void {
    this.stepNumber += 1;
    const { step, states } = this.phase(phase);
    const [x, ...rest] = this.evaluateRegion(step, this.phase(phase), this.onNode);
    if (x !== undefined) this.parameters.set(x.data);
    this.states = rest.slice(0, states.length);
    rest.slice(states.length).forEach((measure, index) => (this.measures[index] = measure.data[0] ?? NaN));
  }

  get stepsTaken(): number {
    return this.stepNumber;
  }

  report(index: number): Float64Array {
    const report = this.program.reports[index];
    if (report === undefined) throw new Error(`compiler bug: there is no report ${index}`);
    return this.evaluateRegion(report.value)[0]?.data ?? new Float64Array(0);
  }

  evaluate(phase: number): Float64Array {
    const about = this.phase(phase);
    return Float64Array.from(
      this.evaluateRegion(about.evaluate, about).flatMap(({ data }) => Array.from(data)),
    );
  }

  saveState(): Snapshot {
    const states: ArrayLike<number>[][] = [];
    states[this.started] = this.states.map((state) => state.data.slice());
    return { parameters: this.parameters.slice(), states, step: this.stepNumber };
  }

  restoreState({ parameters, states, step }: Snapshot): void {
    this.parameters.set(parameters);
    this.states = this.phase(this.started).states.map(({ type }, index) => {
      const values = states[this.started]?.[index];
      if (values === undefined) throw new Error('compiler bug: a snapshot of another phase');
      return tensor(type, values);
    });
    this.stepNumber = step;
  }

  private phase(index: number): Phase {
    const phase = this.program.phases[index];
    if (phase === undefined) throw new Error(`compiler bug: there is no phase ${index}`);
    return phase;
  }

  private evaluateRegion(bound: BoundRegion, phase?: Phase, onNode?: OnNode): Tensor[] {
    const inputs = bound.inputs.map((input) => this.input(input, phase));
    const { precision } = this.program;
    if (onNode !== undefined)
      bound.region.parameters.forEach((node, index) => onNode(node, known(inputs[index])));
    const host: HostCaller = (name, given, shape) => callHostFunction(this.host, name, given, shape);
    const options: InterpretOptions = {
      precision,
      host,
      ...(onNode === undefined ? {} : { onNode }),
      ...(this.disturbance === undefined ? {} : { disturbance: this.disturbance }),
    };
    return interpret(bound.region, inputs, options);
  }

  private sampleRows(phase: Phase): Int32Array {
    const { sampler, stepsPerEpoch } = phase;
    const table = sampler.kind === 'batch' ? this.program.tables[sampler.table] : undefined;
    const split = table?.splits[0];
    if (sampler.kind !== 'batch' || split === undefined)
      throw new Error('compiler bug: a phase without batches');
    const rows = new Int32Array(sampler.size);
    const { size, inOrder } = sampler;
    // Before the first step there is no batch yet.
    if (this.stepNumber === 0) return rows;
    new BatchSampler({ ...split, size, stepsPerEpoch, inOrder }).sample(rows, this.seed, this.stepNumber);
    return rows;
  }

  private input(input: RegionInput, phase: Phase | undefined): Tensor {
    switch (input.kind) {
      case 'seed':
        return scalar(this.seed, 'int');
      case 'step':
        return scalar(this.stepNumber, 'int');
      case 'hyper':
        return scalar(this.hypers[input.index] ?? NaN, 'real');
      case 'rows': {
        if (phase === undefined) throw new Error('compiler bug: rows are sampled only in steps');
        const rows = this.sampleRows(phase);
        return tensor({ dtype: 'int', shape: [rows.length] }, rows);
      }
      case 'parameters':
        return tensor({ dtype: 'real', shape: [this.program.size] }, this.parameters);
      case 'state':
        // Before a phase starts only what the run has given is read, and a snapshot brings that.
        return this.states[input.index] ?? emptyState(phase, input.index);
      case 'raw':
        return known(this.raw[input.index]);
      case 'data':
        return known(this.data[input.index]);
    }
  }
}

function emptyState(phase: Phase | undefined, index: number): Tensor {
  const type = phase?.states[index]?.type;
  if (type === undefined) throw new Error('compiler bug: a state outside of a phase');
  return tensor(type, new Float64Array(sizeOf(type.shape)));
}

function known(value: Tensor | undefined): Tensor {
  if (value === undefined) throw new Error('compiler bug: storage is read before it is written');
  return value;
}
