/**
 * A program of this process behind the interface of the run loop: every answer comes at once. A block is a step, or as many
 * steps in one call as take a short time, so that progress is shown and an interrupt heard as if they came one by one.
 */
import type { CompiledProgram, Snapshot, StepBlock } from './compiled.js';
import type { DrivenProgram, SavedState } from './driven.js';

/** The same program, as the run loop drives it. */
export function driven(program: CompiledProgram | DrivenProgram): DrivenProgram {
  return 'advance' in program ? program : new SteppedProgram(program);
}

/** Between these a block keeps its length. */
const milliseconds = { least: 1, most: 4 } as const;

class SteppedProgram implements DrivenProgram {
  private readonly block: StepBlock | undefined;
  /** How many steps the next block has. */
  private length = 1;

  constructor(private readonly program: CompiledProgram) {
    this.block = program.block;
  }

  get measures(): ArrayLike<number> {
    return (this.block ?? this.program).measures;
  }

  initialize(seed: number, hypers?: ReadonlyMap<string, number>, startSeed?: number): void {
    this.program.initialize(seed, hypers, startSeed);
  }

  startPhase(phase: number): void {
    this.length = 1;
    this.program.startPhase(phase);
  }

  advance(phase: number, count: number): number {
    const { block } = this;
    if (block === undefined) {
      this.program.step(phase);
      return 1;
    }
    const length = Math.min(count, this.length);
    const begun = performance.now();
    const taken = block.advance(phase, length);
    const passed = performance.now() - begun;
    if (passed > milliseconds.most) this.length = Math.max(1, length >> 1);
    else if (passed < milliseconds.least)
      this.length = Math.max(this.length, Math.min(2 * length, block.steps));
    return taken;
  }

  readParameters(): Float64Array | Float32Array {
    return this.program.parameters;
  }

  report(index: number): ArrayLike<number> {
    return this.program.report(index);
  }

  evaluate(phase: number): ArrayLike<number> {
    return this.program.evaluate(phase);
  }

  writeCarried(index: number, values: ArrayLike<number>): void {
    if (this.program.carried === undefined) throw new Error('compiler bug: a program that carries nothing');
    this.program.carried(index).set(values);
  }

  saveState(into?: SavedState): Snapshot {
    return this.program.saveState(into as Snapshot | undefined);
  }

  restoreState(saved: SavedState): void {
    this.program.restoreState(saved as Snapshot);
  }
}
