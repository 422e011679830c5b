/** A program of this process behind the interface of the run loop: a block is a step, and every answer comes at once. */
import type { CompiledProgram, Snapshot } from './compiled.js';
import type { DrivenProgram, SavedState } from './driven.js';

/** The same program, as the run loop drives it. */
export function driven(program: CompiledProgram | DrivenProgram): DrivenProgram {
  return 'advance' in program ? program : new SteppedProgram(program);
}

class SteppedProgram implements DrivenProgram {
  constructor(private readonly program: CompiledProgram) {}

  get measures(): ArrayLike<number> {
    return this.program.measures;
  }

  initialize(seed: number, hypers?: ReadonlyMap<string, number>, startSeed?: number): void {
    this.program.initialize(seed, hypers, startSeed);
  }

  startPhase(phase: number): void {
    this.program.startPhase(phase);
  }

  advance(phase: number): number {
    this.program.step(phase);
    return 1;
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
