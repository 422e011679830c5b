/**
 * Snapshots on the way. A state is known to be good only when a step has measured it, so the snapshot before the
 * last one is kept too: measures that are not finite at step s say that the state before step s is bad already.
 */
import type { DrivenProgram, SavedState } from './driven.js';

interface Mark {
  readonly state: SavedState;
  /** The step that it stands before. */
  readonly step: number;
}

export class Trail {
  /** The number of steps after which a snapshot is due. */
  due = 0;
  private latest: Mark | undefined;
  private previous: Mark | undefined;

  constructor(
    private readonly program: DrivenProgram,
    private readonly every: number,
  ) {}

  async save(taken: number): Promise<void> {
    const reused = this.previous;
    this.previous = this.latest;
    this.latest = { state: await this.program.saveState(reused?.state), step: taken + 1 };
    this.due = taken + this.every;
  }

  /** Puts the program into the state before step `wanted`, or at the phase's start. */
  async rewind(phase: number, step: number): Promise<void> {
    const wanted = Math.max(1, step);
    const from = this.latest !== undefined && this.latest.step <= wanted ? this.latest : this.previous;
    const start = from ?? this.latest;
    if (start === undefined) return;
    await this.program.restoreState(start.state);
    for (let next = start.step; next < wanted;) next += await this.program.advance(phase, wanted - next);
  }
}
