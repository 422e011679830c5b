/*
 * examples/own_optimizer.opt: written by argmin; sizes are fixed, and data of other sizes is refused.
 * It minimizes objective using accelerated(lr = 0.3).
 */

/** What the program is trained on: row-major arrays in the order of the source. */
export interface Data {
  /** numbers [569, 30]: columns(all except diagnosis) */
  readonly X: ArrayLike<number>;
  /** integers from 0 to 1, [569]: column(diagnosis) */
  readonly y: ArrayLike<number>;
}

/** The parameters, row-major. */
export interface Params {
  /** [30] */
  readonly w: Float64Array;
  /** a scalar */
  readonly b: Float64Array;
}

/** Values reported at the final parameters. */
export interface Reports {
}

/** How to run. */
export interface Options {
  /** The program's own seed without one. */
  readonly seed?: number;
  /** At most so many steps in each phase. */
  readonly steps?: number;
  /** Called after every step, with the same object each time; `'stop'` ends the run. */
  readonly onStep?: (progress: Progress) => void | 'stop';
  /** Ends the run at the next opportunity, about every 10 ms. */
  readonly signal?: AbortSignal;
}

/** How a run is going. */
export interface Progress {
  /** From 0. */
  readonly phase: number;
  readonly phases: number;
  readonly title: string;
  /** The step within the phase, from 1, and the largest there can be. */
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** At the start of the step, on the rows that the step saw. */
  readonly objective: number;
  /** NaN when the optimizer does not compute it. */
  readonly gradNorm: number;
  readonly seconds: number;
}

/** Each objective, on all training rows. */
export interface Objectives {
  readonly objective: number;
}

/** How a run ended. */
export interface Result {
  readonly status: 'converged' | 'finished' | 'stopped' | 'diverged';
  /** All phases together. */
  readonly steps: number;
  readonly seconds: number;
  /** On all training rows, at the final parameters. */
  readonly objective: number;
  readonly gradNorm: number;
  /** By name, as they are written. */
  readonly objectives: Objectives;
  readonly reports: Reports;
  readonly params: Params;
}

/** A run that the caller advances step by step. */
export interface Trainer {
  /** Views of the parameters, which every step changes. */
  readonly params: Params;
  readonly progress: Progress;
  /** How the run ended, or stands. */
  readonly status: Result['status'];
  /** One step. False when there is none left: the run has converged, finished or diverged. */
  step(): boolean;
  /** Objective, reports and a copy of the parameters as they are now. */
  result(): Result;
}

/** The sizes that the program was compiled for: rows of tables, shapes of arrays. */
export const sizes = {
  N: 569,
  X: [569, 30],
  y: [569],
} as const;
const defaultSeed = 0;
const batchStream = -2;

interface PhaseFacts {
  readonly title: string;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** How many values a step measures, and where the gradient norm and the stop flag stand among them. */
  readonly measures: number;
  readonly gradNorm: number;
  readonly stop: number;
  readonly batch: { readonly start: number; readonly count: number; readonly size: number; readonly inOrder: boolean } | undefined;
}

const phases: readonly PhaseFacts[] = [
  { title: "accelerated(lr = 0.3)", steps: 3000, stepsPerEpoch: 1, measures: 4, gradNorm: 1, stop: 3, batch: undefined },
];

/** The parameters before the first step. */
export function init(data: Data, seed: number = defaultSeed): Params {
  const { params } = createTrainer(data, { seed });
  return params;
}

/** Checks and loads the data, and stands before the first step. */
export function createTrainer(data: Data, options: Options = {}): Trainer {
  const program = createProgram();
  loadData(program, data);
  program.seed[0] = options.seed ?? defaultSeed;
  program.prepare();
  program.initial();
  const { x, measures } = program;
  const started = performance.now();
  const progress = {
    phase: 0,
    phases: phases.length,
    title: '',
    step: 0,
    steps: 0,
    epoch: 0,
    objective: NaN,
    gradNorm: NaN,
    seconds: 0,
  };
  let status: Result['status'] = 'finished';
  let over = false;
  let entered = -1;
  let total = 0;
  let shuffledEpoch = -1;
  let order = new Int32Array(0);
  let checked = x.slice();
  let unchecked = x.slice();

  function enter(index: number): void {
    const facts = phases[index];
    if (facts === undefined) {
      over = true;
      return;
    }
    entered = index;
    progress.phase = index;
    progress.title = facts.title;
    progress.step = 0;
    progress.steps = Math.min(facts.steps, options.steps ?? Infinity);
    shuffledEpoch = -1;
    order = new Int32Array(facts.batch === undefined ? 0 : facts.batch.count);
    program.step[0] = 0;
    program.phases[index]?.start();
  }

  function sample(step: number, facts: PhaseFacts): void {
    const rows = program.phases[entered]?.rows;
    if (rows === undefined || facts.batch === undefined) return;
    const { start, count, size, inOrder } = facts.batch;
    const epoch = Math.floor((step - 1) / facts.stepsPerEpoch);
    const first = ((step - 1) % facts.stepsPerEpoch) * size;
    if (!inOrder && epoch !== shuffledEpoch) {
      shuffleRows(order, count, program.seed[0] ?? 0, batchStream, epoch);
      shuffledEpoch = epoch;
    }
    for (let row = 0; row < size; row += 1) {
      rows[row] = start + (inOrder ? first + row : (order[first + row] ?? 0));
    }
  }

  function take(facts: PhaseFacts): number {
    const phase = program.phases[entered];
    const next = progress.step + 1;
    program.step[0] = next;
    sample(next, facts);
    phase?.step();
    return 1;
  }

  function step(): boolean {
    if (entered < 0) enter(0);
    while (!over && progress.step >= progress.steps) enter(entered + 1);
    const facts = phases[entered];
    if (over || facts === undefined) return false;
    const isMarked = progress.step % 100 === 0;
    if (isMarked) unchecked.set(x);
    const taken = take(facts);
    const next = progress.step + taken;
    let finite = next < progress.steps || x.every(Number.isFinite);
    for (let index = 0; index < facts.measures; index += 1) finite &&= Number.isFinite(measures[index]);
    if (isMarked && (finite || taken > 1)) [checked, unchecked] = [unchecked, checked];
    progress.objective = measures[0] ?? NaN;
    if (!finite) {
      status = 'diverged';
      over = true;
      x.set(checked);
      total += taken;
      progress.step = next;
      return false;
    }
    progress.gradNorm = facts.gradNorm < 0 ? NaN : (measures[facts.gradNorm] ?? NaN);
    progress.seconds = (performance.now() - started) / 1000;
    const isLast = facts.stop >= 0 && measures[facts.stop] === 1;
    status = isLast ? 'converged' : 'finished';
    progress.step = isLast ? next - 1 : next;
    progress.epoch = progress.step / facts.stepsPerEpoch;
    total += isLast ? taken - 1 : taken;
    if (!isLast) return true;
    progress.steps = progress.step;
    if (entered === phases.length - 1) over = true;
    return !over;
  }

  function result(): Result {
    const objectives = readObjectives(program, entered);
    program.phases[Math.max(0, entered)]?.evaluate();
    return {
      status,
      steps: total,
      seconds: (performance.now() - started) / 1000,
      objective: program.evaluation[0] ?? NaN,
      gradNorm: program.evaluation[1] ?? NaN,
      objectives,
      reports: readReports(program),
      params: readParams(x.slice()),
    };
  }

  return {
    params: readParams(x),
    progress,
    get status() {
      return status;
    },
    step,
    result,
  };
}

/** Runs all phases, in slices of about 10 ms, so that timers, rendering and an abort get their turn. */
export async function train(data: Data, options: Options = {}): Promise<Result> {
  const trainer = createTrainer(data, options);
  const { signal, onStep } = options;
  const stopped = (): Result => ({ ...trainer.result(), status: 'stopped' });
  const isAborted = (): boolean => signal?.aborted === true;
  if (isAborted()) return stopped();
  let sliceEnd = performance.now() + 10;
  while (trainer.step()) {
    if (onStep?.(trainer.progress) === 'stop') return stopped();
    if (performance.now() < sliceEnd) continue;
    await new Promise((resume) => setTimeout(resume, 0));
    if (isAborted()) return stopped();
    sliceEnd = performance.now() + 10;
  }
  return trainer.result();
}

function loadData(program: ReturnType<typeof createProgram>, data: Data): void {
  checkNumbers("X", data.X, 17070);
  program.raw0.set(data.X);
  checkIntegers("y", data.y, 569, 0, 1);
  program.raw1.set(data.y);
}

function readParams(x: Float64Array): Params {
  return {
    w: x.subarray(0, 30),
    b: x.subarray(30, 31),
  };
}

function readReports(program: ReturnType<typeof createProgram>): Reports {
  void program;
  return {};
}

function readObjectives(program: ReturnType<typeof createProgram>, entered: number): Objectives {
  const values: number[] = [NaN];
  if (entered >= 0) {
    program.phases[0]?.evaluate();
    values[0] = program.evaluation[0] ?? NaN;
  }
  return {
    objective: values[0] ?? NaN,
  };
}

function checkNumbers(name: string, values: ArrayLike<number> | undefined | null, size: number): asserts values is ArrayLike<number> {
  if (values === undefined || values === null || values.length !== size) {
    throw new Error(`${name} has ${values?.length ?? 0} values instead of ${size}`);
  }
  for (let index = 0; index < size; index += 1) {
    const value = values[index];
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new Error(`${name}[${index}] is ${String(value)}, which is not a finite number`);
    }
  }
}

function checkIntegers(name: string, values: ArrayLike<number>, size: number, low: number, high: number): void {
  checkNumbers(name, values, size);
  for (let index = 0; index < size; index += 1) {
    const value = values[index] ?? NaN;
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new Error(`${name}[${index}] is ${value}, which is not an integer from ${low} to ${high}`);
    }
  }
}

function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const first = aHigh * bLow + ((aLow * bLow) >>> 16);
  const second = aLow * bHigh + (first & 0xffff);
  return (aHigh * bHigh + (first >>> 16) + (second >>> 16)) >>> 0;
}
function philoxUniform(seed: number, step: number, index: number, stream: number, word: number): number {
  let c0 = index >>> 0;
  let c1 = step >>> 0;
  let c2 = 0;
  let c3 = 0;
  let k0 = seed >>> 0;
  let k1 = stream >>> 0;
  for (let round = 0; round < 10; round += 1) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0) >>> 0;
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  const chosen = word === 0 ? c0 : word === 1 ? c1 : word === 2 ? c2 : c3;
  return ((chosen >>> 9) + 0.5) * 1.1920928955078125e-7;
}
function shuffleRows(order: Int32Array, count: number, seed: number, stream: number, epoch: number): void {
  // Fisher and Yates' shuffle of 0 .. count - 1, keyed by seed, stream and epoch.
  for (let i = 0; i < count; i += 1) order[i] = i;
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(philoxUniform(seed, epoch, i, stream, 0) * (i + 1));
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
}

/** The memory of one run and the functions that work on it. Arrays with names of the same range share memory over time. */
function createProgram() {
  const reals = new Float64Array(35369);
  const integers = new Int32Array(579);
  const x = reals.subarray(0, 31);
  const X = reals.subarray(71, 17141);
  const y = integers.subarray(2, 571);
  const accelerated_last = reals.subarray(32, 63);
  const accelerated_age = reals.subarray(64, 65);
  const measures = reals.subarray(65, 69);
  const evaluation = reals.subarray(69, 71);
  const seed_value = integers.subarray(0, 1);
  const step_number = integers.subarray(1, 2);
  const raw_X = reals.subarray(17143, 34213);
  const reduce = reals.subarray(34215, 34245);
  const divide = reals.subarray(34247, 34277);
  const reduce_2 = reals.subarray(34215, 34245);
  const select = reals.subarray(34279, 34309);
  const contraction = reals.subarray(34215, 34784);
  const reduce_3 = reals.subarray(34791, 34792);
  const reduce_4 = reals.subarray(34792, 34793);
  const reshape = reals.subarray(34793, 35362);
  const reduce_5 = reals.subarray(34215, 34216);
  const a = reals.subarray(34216, 34247);
  const contraction_2 = reals.subarray(34248, 34278);
  const b_array = reals.subarray(34248, 34279);
  const reduce_6 = reals.subarray(34215, 34216);
  const reshape_2 = reals.subarray(34280, 34311);
  const contraction_3 = reals.subarray(34312, 34313);
  const divide_2 = reals.subarray(34280, 34281);
  const less = integers.subarray(578, 579);
  const contraction_4 = reals.subarray(34215, 34784);
  const reduce_7 = reals.subarray(34791, 34792);
  const reduce_8 = reals.subarray(34792, 34793);
  const reshape_3 = reals.subarray(34793, 35362);
  const reduce_9 = reals.subarray(34215, 34216);
  const concat = reals.subarray(34216, 34247);
  const contraction_5 = reals.subarray(34248, 34278);
  const reduce_10 = reals.subarray(34215, 34216);

  function prepare() {
    // std/math.opt:137: fn standardize(v: real[n, d]): real[n, d] = (v - mean(v over n)) / no...
    reduce.fill(0);
    for (let i = 0; i < 569; i += 1) {
      const p1 = i * 30;
      for (let j = 0; j < 30; j += 1) {
        reduce[j] = reduce[j]! + raw_X[p1 + j]!;
      }
    }
    // std/math.opt:137: fn standardize(v: real[n, d]): real[n, d] = (v - mean(v over n)) / no...
    for (let i = 0; i < 30; i += 1) {
      divide[i] = reduce[i]! / 569;
    }
    // std/math.opt:137: fn standardize(v: real[n, d]): real[n, d] = (v - mean(v over n)) / no...
    reduce_2.fill(0);
    for (let i = 0; i < 569; i += 1) {
      const p1 = i * 30;
      for (let j = 0; j < 30; j += 1) {
        const t2 = raw_X[p1 + j]! - divide[j]!;
        reduce_2[j] = reduce_2[j]! + t2 * t2;
      }
    }
    // std/math.opt:143: fn nonzero(z: real): real = if z == 0 then 1 else z
    for (let i = 0; i < 30; i += 1) {
      const t1 = reduce_2[i]! / 569;
      const t2 = t1 > 0;
      const z_i = t2 ? Math.sqrt(t2 ? t1 : 1) : 0;
      select[i] = z_i === 0 ? 1 : z_i;
    }
    // std/math.opt:137: fn standardize(v: real[n, d]): real[n, d] = (v - mean(v over n)) / no...
    for (let i = 0; i < 569; i += 1) {
      const p1 = i * 30;
      for (let j = 0; j < 30; j += 1) {
        X[p1 + j] = (raw_X[p1 + j]! - divide[j]!) / select[j]!;
      }
    }
  }
  function initial() {
    for (let i = 0; i < 30; i += 1) {
      x[i] = 0;
    }
    x[30] = 0;
  }
  function start_1() {
    for (let i = 0; i < 31; i += 1) {
      accelerated_last[i] = x[i]!;
    }
    // examples/my_optimizers.opt:4: state last = x, age: real = 0
    accelerated_age[0] = 0;
  }
  function step_1() {
    // examples/own_optimizer.opt:14: minimize mean(logistic((2 * y - 1) * (X @ w + b))) + 1e-...
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      for (let i = 0; i < 568; i += 8) {
        const pi = p0 + i * 30;
        const oi = o0 + i;
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let s40 = 0;
          let s50 = 0;
          let s60 = 0;
          let s70 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 30; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 30]!;
            const x2 = X[p + 60]!;
            const x3 = X[p + 90]!;
            const x4 = X[p + 120]!;
            const x5 = X[p + 150]!;
            const x6 = X[p + 180]!;
            const x7 = X[p + 210]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            s40 += x4 * y0;
            s50 += x5 * y0;
            s60 += x6 * y0;
            s70 += x7 * y0;
            p += 1;
            q += 1;
          }
          const o = oi;
          contraction[o] = s00;
          contraction[o + 1] = s10;
          contraction[o + 2] = s20;
          contraction[o + 3] = s30;
          contraction[o + 4] = s40;
          contraction[o + 5] = s50;
          contraction[o + 6] = s60;
          contraction[o + 7] = s70;
        }
      }
      {
        const pi = p0 + 17040;
        const oi = o0 + 568;
        {
          let s00 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 30; k += 1) {
            const x0 = X[p]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            p += 1;
            q += 1;
          }
          const o = oi;
          contraction[o] = s00;
        }
      }
    }
    // examples/own_optimizer.opt:14: minimize mean(logistic((2 * y - 1) * (X @ w + b))) + 1e-...
    {
      const t2 = x[30]!;
      let t5 = 0;
      let t7 = 0;
      for (let i = 0; i < 569; i += 1) {
        const t1 = (2 * y[i]! - 1);
        const t3 = -(t1 * (contraction[i]! + t2));
        const t4 = Math.exp(-Math.abs(t3));
        t5 = t5 + (Math.max(t3, 0) + Math.log1p(t4));
        const t6 = 0.0017574692442882249 * ((t3 >= 0 ? 1 : t4) / (1 + t4)) * t1;
        t7 = t7 + t6;
        reshape[i] = -t6;
      }
      reduce_3[0] = t5;
      reduce_4[0] = t7;
    }
    // examples/own_optimizer.opt:14: minimize mean(logistic((2 * y - 1) * (X @ w + b))) + 1e-...
    {
      let t2 = 0;
      for (let i = 0; i < 30; i += 1) {
        const t1 = x[i]!;
        t2 = t2 + t1 * t1;
      }
      reduce_5[0] = t2;
    }
    // examples/my_optimizers.opt:6: age <- if dot(g, y - last) > 0 then 0 else age + 1
    measures[0] = reduce_3[0]! / 569 + 0.001 * reduce_5[0]!;
    a[30] = -reduce_4[0]!;
    measures[2] = 1;
    // examples/own_optimizer.opt:14: minimize mean(logistic((2 * y - 1) * (X @ w + b))) + 1e-...
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      for (let i = 0; i < 24; i += 8) {
        const pi = p0 + i;
        const oi = o0 + i;
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let s40 = 0;
          let s50 = 0;
          let s60 = 0;
          let s70 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 569; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 1]!;
            const x2 = X[p + 2]!;
            const x3 = X[p + 3]!;
            const x4 = X[p + 4]!;
            const x5 = X[p + 5]!;
            const x6 = X[p + 6]!;
            const x7 = X[p + 7]!;
            const y0 = reshape[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            s40 += x4 * y0;
            s50 += x5 * y0;
            s60 += x6 * y0;
            s70 += x7 * y0;
            p += 30;
            q += 1;
          }
          const o = oi;
          contraction_2[o] = s00;
          contraction_2[o + 1] = s10;
          contraction_2[o + 2] = s20;
          contraction_2[o + 3] = s30;
          contraction_2[o + 4] = s40;
          contraction_2[o + 5] = s50;
          contraction_2[o + 6] = s60;
          contraction_2[o + 7] = s70;
        }
      }
      {
        const pi = p0 + 24;
        const oi = o0 + 24;
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let s40 = 0;
          let s50 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 569; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 1]!;
            const x2 = X[p + 2]!;
            const x3 = X[p + 3]!;
            const x4 = X[p + 4]!;
            const x5 = X[p + 5]!;
            const y0 = reshape[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            s40 += x4 * y0;
            s50 += x5 * y0;
            p += 30;
            q += 1;
          }
          const o = oi;
          contraction_2[o] = s00;
          contraction_2[o + 1] = s10;
          contraction_2[o + 2] = s20;
          contraction_2[o + 3] = s30;
          contraction_2[o + 4] = s40;
          contraction_2[o + 5] = s50;
        }
      }
    }
    for (let i = 0; i < 30; i += 1) {
      a[i] = x[i]! * 0.002 + contraction_2[i]!;
    }
    // std/math.opt:6: fn dot(a: real[n], b: real[n]): real = a @ b
    {
      let t3 = 0;
      for (let i = 0; i < 31; i += 1) {
        const t1 = a[i]!;
        const b_i = x[i]! - 0.3 * t1 - accelerated_last[i]!;
        t3 = t3 + t1 * t1;
        b_array[i] = b_i;
        reshape_2[i] = b_i;
      }
      reduce_6[0] = t3;
    }
    // std/math.opt:6: fn dot(a: real[n], b: real[n]): real = a @ b
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let p = p0;
      let q = q0;
      for (let k = 0; k < 28; k += 4) {
        s0 += a[p]! * reshape_2[q]!;
        s1 += a[p + 1]! * reshape_2[q + 1]!;
        s2 += a[p + 2]! * reshape_2[q + 2]!;
        s3 += a[p + 3]! * reshape_2[q + 3]!;
        p += 4;
        q += 4;
      }
      s0 += a[p]! * reshape_2[q]!;
      s1 += a[p + 1]! * reshape_2[q + 1]!;
      s2 += a[p + 2]! * reshape_2[q + 2]!;
      contraction_3[o0] = s0 + s1 + (s2 + s3);
    }
    // examples/own_optimizer.opt:16: solve using accelerated(lr = 0.3) for 3000 steps until g...
    {
      const t1 = accelerated_age[0]!;
      const t2 = measures[2]!;
      const t3 = contraction_3[0]! > 0 ? 0 : t1 + t2;
      const t4 = Math.sqrt(reduce_6[0]!);
      const t5 = t4 < 1e-8;
      divide_2[0] = t3 / (t3 + 3);
      measures[1] = t4;
      less[0] = t5 ? 1 : 0;
      measures[3] = t5 ? 1 : 0;
      accelerated_age[0] = t5 ? t1 : t3;
    }
    {
      const t1 = less[0]! !== 0;
      const t4 = divide_2[0]!;
      for (let i = 0; i < 31; i += 1) {
        const t2 = x[i]!;
        const t3 = t2 - 0.3 * a[i]!;
        const t5 = accelerated_last[i]!;
        x[i] = t1 ? t2 : t3 + t4 * b_array[i]!;
        accelerated_last[i] = t1 ? t5 : t3;
      }
    }
  }
  function evaluate_1() {
    // examples/own_optimizer.opt:14: minimize mean(logistic((2 * y - 1) * (X @ w + b))) + 1e-...
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      for (let i = 0; i < 568; i += 8) {
        const pi = p0 + i * 30;
        const oi = o0 + i;
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let s40 = 0;
          let s50 = 0;
          let s60 = 0;
          let s70 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 30; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 30]!;
            const x2 = X[p + 60]!;
            const x3 = X[p + 90]!;
            const x4 = X[p + 120]!;
            const x5 = X[p + 150]!;
            const x6 = X[p + 180]!;
            const x7 = X[p + 210]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            s40 += x4 * y0;
            s50 += x5 * y0;
            s60 += x6 * y0;
            s70 += x7 * y0;
            p += 1;
            q += 1;
          }
          const o = oi;
          contraction_4[o] = s00;
          contraction_4[o + 1] = s10;
          contraction_4[o + 2] = s20;
          contraction_4[o + 3] = s30;
          contraction_4[o + 4] = s40;
          contraction_4[o + 5] = s50;
          contraction_4[o + 6] = s60;
          contraction_4[o + 7] = s70;
        }
      }
      {
        const pi = p0 + 17040;
        const oi = o0 + 568;
        {
          let s00 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 30; k += 1) {
            const x0 = X[p]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            p += 1;
            q += 1;
          }
          const o = oi;
          contraction_4[o] = s00;
        }
      }
    }
    // examples/own_optimizer.opt:14: minimize mean(logistic((2 * y - 1) * (X @ w + b))) + 1e-...
    {
      const t2 = x[30]!;
      let t5 = 0;
      let t7 = 0;
      for (let i = 0; i < 569; i += 1) {
        const t1 = (2 * y[i]! - 1);
        const t3 = -(t1 * (contraction_4[i]! + t2));
        const t4 = Math.exp(-Math.abs(t3));
        t5 = t5 + (Math.max(t3, 0) + Math.log1p(t4));
        const t6 = 0.0017574692442882249 * ((t3 >= 0 ? 1 : t4) / (1 + t4)) * t1;
        t7 = t7 + t6;
        reshape_3[i] = -t6;
      }
      reduce_7[0] = t5;
      reduce_8[0] = t7;
    }
    // examples/own_optimizer.opt:14: minimize mean(logistic((2 * y - 1) * (X @ w + b))) + 1e-...
    {
      let t2 = 0;
      for (let i = 0; i < 30; i += 1) {
        const t1 = x[i]!;
        t2 = t2 + t1 * t1;
      }
      reduce_9[0] = t2;
    }
    // examples/own_optimizer.opt:14: minimize mean(logistic((2 * y - 1) * (X @ w + b))) + 1e-...
    evaluation[0] = reduce_7[0]! / 569 + 0.001 * reduce_9[0]!;
    concat[30] = -reduce_8[0]!;
    // examples/own_optimizer.opt:14: minimize mean(logistic((2 * y - 1) * (X @ w + b))) + 1e-...
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      for (let i = 0; i < 24; i += 8) {
        const pi = p0 + i;
        const oi = o0 + i;
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let s40 = 0;
          let s50 = 0;
          let s60 = 0;
          let s70 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 569; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 1]!;
            const x2 = X[p + 2]!;
            const x3 = X[p + 3]!;
            const x4 = X[p + 4]!;
            const x5 = X[p + 5]!;
            const x6 = X[p + 6]!;
            const x7 = X[p + 7]!;
            const y0 = reshape_3[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            s40 += x4 * y0;
            s50 += x5 * y0;
            s60 += x6 * y0;
            s70 += x7 * y0;
            p += 30;
            q += 1;
          }
          const o = oi;
          contraction_5[o] = s00;
          contraction_5[o + 1] = s10;
          contraction_5[o + 2] = s20;
          contraction_5[o + 3] = s30;
          contraction_5[o + 4] = s40;
          contraction_5[o + 5] = s50;
          contraction_5[o + 6] = s60;
          contraction_5[o + 7] = s70;
        }
      }
      {
        const pi = p0 + 24;
        const oi = o0 + 24;
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let s40 = 0;
          let s50 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 569; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 1]!;
            const x2 = X[p + 2]!;
            const x3 = X[p + 3]!;
            const x4 = X[p + 4]!;
            const x5 = X[p + 5]!;
            const y0 = reshape_3[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            s40 += x4 * y0;
            s50 += x5 * y0;
            p += 30;
            q += 1;
          }
          const o = oi;
          contraction_5[o] = s00;
          contraction_5[o + 1] = s10;
          contraction_5[o + 2] = s20;
          contraction_5[o + 3] = s30;
          contraction_5[o + 4] = s40;
          contraction_5[o + 5] = s50;
        }
      }
    }
    for (let i = 0; i < 30; i += 1) {
      concat[i] = x[i]! * 0.002 + contraction_5[i]!;
    }
    {
      let t2 = 0;
      for (let i = 0; i < 31; i += 1) {
        const t1 = concat[i]!;
        t2 = t2 + t1 * t1;
      }
      reduce_10[0] = t2;
    }
    evaluation[1] = Math.sqrt(reduce_10[0]!);
  }

  return {
    x: x,
    measures: measures,
    evaluation: evaluation,
    seed: seed_value,
    step: step_number,
    prepare: prepare,
    initial: initial,
    raw0: raw_X,
    raw1: y,
    phases: [
      { start: start_1, step: step_1, evaluate: evaluate_1, rows: undefined as Int32Array | undefined },
    ],
  };
}
