/** Timing on a machine that others use, too: short rounds, of which the fastest counts. */

export interface Timing {
  /** Microseconds of one call in the fastest round. */
  readonly microseconds: number;
}

/** Milliseconds that this process has computed, whatever else the machine did meanwhile. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Repeats rounds of about `roundMilliseconds` for `seconds`, and takes the fastest. */
export function fastest(
  call: () => void,
  seconds = 2,
  roundMilliseconds = 20,
  clock: () => number = () => performance.now(),
): Timing {
  const end = performance.now() + seconds * 1000;
  let count = 1;
  let best = Infinity;
  while (performance.now() < end) {
    const start = clock();
    for (let index = 0; index < count; index += 1) call();
    const elapsed = clock() - start;
    best = Math.min(best, elapsed / count);
    count = Math.max(1, Math.min(100_000, Math.round(roundMilliseconds / Math.max(best, 1e-6))));
  }
  return { microseconds: best * 1000 };
}

/** How long calls take until they are within a quarter of the steady time, from the first one on, in milliseconds. */
export function timeToSteady(call: () => void, steady: Timing, limitMilliseconds = 5000): number {
  const start = performance.now();
  let reached = 0;
  while (performance.now() - start < limitMilliseconds) {
    const before = performance.now();
    for (let index = 0; index < 10; index += 1) call();
    const each = (performance.now() - before) * 100;
    if (each <= steady.microseconds * 1.25) {
      reached += 1;
      if (reached === 3) return performance.now() - start;
    } else {
      reached = 0;
    }
  }
  return Infinity;
}

/** A generator of numbers in (-1, 1), the same every time. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 31 - 1;
  };
}
