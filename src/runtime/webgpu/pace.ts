/**
 * How many steps go to the device at once: as many as keep it busy between two looks at the host, and no more, so that an
 * abort is heard soon and a browser's watchdog is content. It begins with one, because a first step may be slow.
 */

/** A submission lasts about so long, and all that one call of `advance` asks for. */
const submissionSeconds = 0.02;
const blockSeconds = 0.08;
/** From one call to the next. */
const growth = 4;

export class Pace {
  readonly #fixed: number | undefined;
  #perSubmission: number;
  #perBlock: number;

  /** @param fixed steps of each submission, where the host has said */
  constructor(fixed?: number) {
    this.#fixed = fixed;
    this.#perSubmission = fixed ?? 1;
    this.#perBlock = fixed === undefined ? 1 : Infinity;
  }

  /** Of `wanted` steps, those to be taken before the host looks. */
  block(wanted: number): number {
    return Math.min(wanted, this.#perBlock);
  }

  /** @param slots the most that a submission can have */
  submission(wanted: number, slots: number): number {
    return Math.min(wanted, slots, this.#perSubmission);
  }

  observe(steps: number, seconds: number): void {
    if (this.#fixed !== undefined) return;
    const step = Math.max(seconds, 1e-6) / steps;
    const next = (present: number, target: number): number =>
      Math.max(1, Math.floor(Math.min(target / step, present * growth)));
    this.#perSubmission = next(this.#perSubmission, submissionSeconds);
    this.#perBlock = next(this.#perBlock, blockSeconds);
  }
}
