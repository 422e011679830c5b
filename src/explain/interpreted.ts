/**
 * A program run by the graph interpreter: slow, and every intermediate value can be looked at. The run loop may drive
 * it like any compiled program; after a divergence it replays single steps to find where the first NaN came from.
 */
import type { Node } from '../ir/graph.js';
import { interpret } from '../ir/interpreter.js';
import type { BoundRegion, Phase, Program, RegionInput } from '../ir/program.js';
import { scalar, tensor } from '../ir/tensor.js';
import type { Tensor } from '../ir/tensor.js';
import type { CompiledProgram } from '../runtime/compiled.js';

export type OnNode = (node: Node, value: Tensor) => void;

/** The sampling of rows, which belongs to the runtime. */
export interface Sampling {
  /** Position in the source of each stored row; undefined where rows keep their order. */
  readonly storedOrder: (program: Program, table: number) => ArrayLike<number> | undefined;
  /** The batch of a step, as positions in the stored order. */
  readonly rows: (program: Program, phase: Phase, seed: number, step: number) => ArrayLike<number>;
}

interface State {
  readonly x: Float64Array;
  readonly states: readonly Tensor[];
  readonly step: number;
}

export class InterpretedProgram implements CompiledProgram {
  readonly parameters: Float64Array;
  measures = new Float64Array(0);
  /** Called with every value of a step while it is set. */
  onNode: OnNode | undefined;
  private raw: readonly Tensor[] = [];
  private data: readonly Tensor[] = [];
  private states: readonly Tensor[] = [];
  private seed = 0;
  private stepNumber = 0;

  constructor(
    private readonly program: Program,
    private readonly sampling: Sampling,
  ) {
    this.parameters = new Float64Array(program.size);
  }

  load(raw: readonly ArrayLike<number>[]): void {
    this.raw = this.program.raw.map((input, index) => {
      const values = raw[index];
      if (values === undefined) throw new Error(`compiler bug: no array for ${input.name}`);
      const order =
        input.table === undefined ? undefined : this.sampling.storedOrder(this.program, input.table);
      return tensor(input.type, order === undefined ? values : inOrder(values, order));
    });
  }

  initialize(seed: number): void {
    this.seed = seed;
    this.data = this.evaluateRegion(this.program.prepare);
    const [x] = this.evaluateRegion(this.program.initial);
    if (x !== undefined) this.parameters.set(x.data);
  }

  startPhase(phase: number): void {
    this.stepNumber = 0;
    this.states = this.evaluateRegion(this.phase(phase).start);
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

  report(index: number): Float64Array {
    const report = this.program.reports[index];
    if (report === undefined) throw new Error(`compiler bug: there is no report ${index}`);
    return this.evaluateRegion(report.value)[0]?.data ?? new Float64Array(0);
  }

  evaluate(phase: number): Float64Array {
    return Float64Array.from(
      this.evaluateRegion(this.phase(phase).evaluate),
      (value) => value.data[0] ?? NaN,
    );
  }

  saveState(): State {
    return { x: this.parameters.slice(), states: this.states, step: this.stepNumber };
  }

  restoreState(snapshot: unknown): void {
    const { x, states, step } = snapshot as State;
    this.parameters.set(x);
    this.states = states;
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
    return interpret(bound.region, inputs, onNode === undefined ? { precision } : { precision, onNode });
  }

  private input(input: RegionInput, phase: Phase | undefined): Tensor {
    switch (input.kind) {
      case 'seed':
        return scalar(this.seed, 'int');
      case 'step':
        return scalar(this.stepNumber, 'int');
      case 'rows': {
        if (phase === undefined) throw new Error('compiler bug: rows are sampled only in steps');
        const rows = this.sampling.rows(this.program, phase, this.seed, this.stepNumber);
        return tensor({ dtype: 'int', shape: [rows.length] }, rows);
      }
      case 'parameters':
        return tensor({ dtype: 'real', shape: [this.program.size] }, this.parameters);
      case 'state':
        return known(this.states[input.index]);
      case 'raw':
        return known(this.raw[input.index]);
      case 'data':
        return known(this.data[input.index]);
    }
  }
}

function known(value: Tensor | undefined): Tensor {
  if (value === undefined) throw new Error('compiler bug: storage is read before it is written');
  return value;
}

/** Rows of a row-major array in another order. */
export function inOrder(values: ArrayLike<number>, order: ArrayLike<number>): Float64Array {
  const result = new Float64Array(values.length);
  const width = order.length === 0 ? 0 : values.length / order.length;
  for (let row = 0; row < order.length; row += 1) {
    const from = (order[row] ?? 0) * width;
    for (let column = 0; column < width; column += 1)
      result[row * width + column] = values[from + column] ?? NaN;
  }
  return result;
}
