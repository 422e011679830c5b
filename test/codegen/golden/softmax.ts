/*
 * examples/softmax.opt: written by argmin; sizes are fixed, and data of other sizes is refused.
 * It minimizes objective using lbfgs().
 */

/** What the program is trained on: row-major arrays in the order of the source. */
export interface Data {
  /** numbers [150, 4]: columns(all except species) */
  readonly X: ArrayLike<number>;
  /** integers from 0 to 2, [150]: column(species) */
  readonly y: ArrayLike<number>;
}

/** The parameters, row-major. */
export interface Params {
  /** [4, 3] */
  readonly W: Float64Array;
  /** [3] */
  readonly b: Float64Array;
}

/** Values reported at the final parameters. */
export interface Reports {
  readonly accuracy: number;
  /** [3, 3] */
  readonly confusion: Float64Array;
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
  N: 150,
  X: [150, 4],
  y: [150],
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
  { title: "lbfgs()", steps: 500, stepsPerEpoch: 1, measures: 4, gradNorm: 1, stop: 3, batch: undefined },
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
  checkNumbers("X", data.X, 600);
  program.raw0.set(data.X);
  checkIntegers("y", data.y, 150, 0, 2);
  program.raw1.set(data.y);
}

function readParams(x: Float64Array): Params {
  return {
    W: x.subarray(0, 12),
    b: x.subarray(12, 15),
  };
}

function readReports(program: ReturnType<typeof createProgram>): Reports {
  program.report0();
  program.report1();
  return {
    accuracy: program.reported0[0] ?? NaN,
    confusion: program.reported1.slice(),
  };
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

function floorModulo(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
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
  const reals = new Float64Array(3453);
  const integers = new Int32Array(1220);
  const x = reals.subarray(0, 15);
  const X = reals.subarray(395, 995);
  const y = integers.subarray(4, 154);
  const lbfgs_S = reals.subarray(16, 166);
  const lbfgs_Y = reals.subarray(168, 318);
  const lbfgs_rho = reals.subarray(320, 330);
  const lbfgs_pairs = integers.subarray(0, 1);
  const lbfgs_scale = reals.subarray(336, 337);
  const lbfgs_base = reals.subarray(337, 352);
  const lbfgs_base_gradient = reals.subarray(353, 368);
  const lbfgs_base_value = reals.subarray(369, 370);
  const lbfgs_direction = reals.subarray(370, 385);
  const lbfgs_length = reals.subarray(386, 387);
  const lbfgs_low = reals.subarray(387, 388);
  const lbfgs_high = reals.subarray(388, 389);
  const lbfgs_trials = integers.subarray(1, 2);
  const measures = reals.subarray(389, 393);
  const evaluation = reals.subarray(393, 395);
  const seed_value = integers.subarray(2, 3);
  const step_number = integers.subarray(3, 4);
  const raw_X = reals.subarray(1012, 1612);
  const reported_accuracy = reals.subarray(995, 996);
  const reported_confusion = reals.subarray(996, 1005);
  const reduce = reals.subarray(1612, 1616);
  const divide = reals.subarray(1616, 1620);
  const reduce_2 = reals.subarray(1612, 1616);
  const select = reals.subarray(1620, 1624);
  const contraction = reals.subarray(1612, 2062);
  const logits = reals.subarray(2068, 2518);
  const exp = reals.subarray(2524, 2974);
  const reduce_3 = reals.subarray(2980, 2981);
  const add = reals.subarray(2981, 3431);
  const b_array = reals.subarray(3437, 3452);
  const reduce_4 = reals.subarray(1612, 1613);
  const contraction_2 = reals.subarray(1612, 1624);
  const contraction_3 = reals.subarray(1612, 1613);
  const contraction_4 = reals.subarray(1613, 1614);
  const descends = integers.subarray(156, 157);
  const or = integers.subarray(157, 158);
  const reshape = reals.subarray(1613, 1628);
  const reshape_2 = reals.subarray(1629, 1644);
  const reshape_3 = reals.subarray(1645, 1660);
  const result = reals.subarray(1661, 1676);
  const contraction_5 = reals.subarray(1677, 1678);
  const contraction_6 = reals.subarray(1613, 1614);
  const and = integers.subarray(158, 159);
  const i_array = integers.subarray(159, 160);
  const select_2 = reals.subarray(1614, 1615);
  const select_3 = integers.subarray(160, 161);
  const add_2 = integers.subarray(161, 162);
  const and_2 = integers.subarray(162, 163);
  const z = reals.subarray(1615, 1616);
  const scatter_set = reals.subarray(1678, 1828);
  const scatter_set_2 = reals.subarray(1830, 1980);
  const scatter_set_3 = reals.subarray(1616, 1626);
  const select_4 = reals.subarray(1982, 2132);
  const select_5 = reals.subarray(2134, 2284);
  const select_6 = reals.subarray(1632, 1642);
  const result_2 = reals.subarray(2286, 2296);
  const turn = integers.subarray(158, 159);
  const i_array_2 = integers.subarray(159, 160);
  const reshape_4 = reals.subarray(1677, 1692);
  const contraction_7 = reals.subarray(1693, 1694);
  const gather = reals.subarray(1677, 1678);
  const result_3 = reals.subarray(1616, 1631);
  const reduce_5 = reals.subarray(1612, 1613);
  const reduce_6 = reals.subarray(1613, 1614);
  const turn_2 = integers.subarray(161, 162);
  const select_7 = integers.subarray(158, 159);
  const reshape_5 = reals.subarray(1648, 1663);
  const contraction_8 = reals.subarray(1664, 1665);
  const subtract = reals.subarray(1648, 1649);
  const greater = integers.subarray(161, 162);
  const select_8 = reals.subarray(1648, 1649);
  const equal = integers.subarray(158, 159);
  const select_9 = reals.subarray(1649, 1664);
  const reduce_7 = reals.subarray(1615, 1616);
  const less = integers.subarray(159, 160);
  const contraction_9 = reals.subarray(1612, 2062);
  const logits_2 = reals.subarray(2068, 2518);
  const exp_2 = reals.subarray(2524, 2974);
  const reduce_8 = reals.subarray(2980, 2981);
  const add_3 = reals.subarray(2981, 3431);
  const concat = reals.subarray(3437, 3452);
  const reduce_9 = reals.subarray(1612, 1613);
  const contraction_10 = reals.subarray(1612, 1624);
  const reduce_10 = reals.subarray(1612, 1613);
  const contraction_11 = reals.subarray(1612, 2062);
  const reduce_11 = reals.subarray(2068, 2069);
  const contraction_12 = reals.subarray(1612, 2062);
  const guess = integers.subarray(156, 306);
  const equal_2 = integers.subarray(308, 758);
  const equal_3 = integers.subarray(764, 1214);

  function prepare() {
    // std/math.opt:137: fn standardize(v: real[n, d]): real[n, d] = (v - mean(v over n)) / no...
    reduce.fill(0);
    for (let i = 0; i < 150; i += 1) {
      const p1 = i * 4;
      for (let j = 0; j < 4; j += 1) {
        reduce[j] = reduce[j]! + raw_X[p1 + j]!;
      }
    }
    // std/math.opt:137: fn standardize(v: real[n, d]): real[n, d] = (v - mean(v over n)) / no...
    for (let i = 0; i < 4; i += 1) {
      divide[i] = reduce[i]! / 150;
    }
    // std/math.opt:137: fn standardize(v: real[n, d]): real[n, d] = (v - mean(v over n)) / no...
    reduce_2.fill(0);
    for (let i = 0; i < 150; i += 1) {
      const p1 = i * 4;
      for (let j = 0; j < 4; j += 1) {
        const t2 = raw_X[p1 + j]! - divide[j]!;
        reduce_2[j] = reduce_2[j]! + t2 * t2;
      }
    }
    // std/math.opt:143: fn nonzero(z: real): real = if z == 0 then 1 else z
    for (let i = 0; i < 4; i += 1) {
      const t1 = reduce_2[i]! / 150;
      const t2 = t1 > 0;
      const z_i = t2 ? Math.sqrt(t2 ? t1 : 1) : 0;
      select[i] = z_i === 0 ? 1 : z_i;
    }
    // std/math.opt:137: fn standardize(v: real[n, d]): real[n, d] = (v - mean(v over n)) / no...
    for (let i = 0; i < 150; i += 1) {
      const p1 = i * 4;
      for (let j = 0; j < 4; j += 1) {
        X[p1 + j] = (raw_X[p1 + j]! - divide[j]!) / select[j]!;
      }
    }
  }
  function initial() {
    for (let i = 0; i < 12; i += 1) {
      x[i] = 0;
    }
    for (let i = 0; i < 3; i += 1) {
      x[i + 12] = 0;
    }
  }
  function start_1() {
    // std/optimizers.opt:327: state base = x, base_gradient = 0, base_value: real = 0, direct...
    for (let i = 0; i < 15; i += 1) {
      lbfgs_base[i] = x[i]!;
      lbfgs_base_gradient[i] = 0;
    }
    // std/optimizers.opt:328: state length: real = 0, low: real = 0, high: real = inf, trials...
    lbfgs_pairs[0] = 0;
    lbfgs_base_value[0] = 0;
    lbfgs_scale[0] = 1;
    lbfgs_high[0] = Infinity;
    // std/optimizers.opt:325: state S: real[memory, P] = 0, Y: real[memory, P] = 0, rho: real...
    for (let i = 0; i < 10; i += 1) {
      const p1 = i * 15;
      for (let j = 0; j < 15; j += 1) {
        lbfgs_S[p1 + j] = 0;
      }
      lbfgs_rho[i] = 0;
    }
    for (let i = 0; i < 150; i += 1) lbfgs_Y[i] = lbfgs_S[i]!;
    for (let i = 0; i < 15; i += 1) lbfgs_direction[i] = lbfgs_base_gradient[i]!;
    for (let i = 0; i < 1; i += 1) lbfgs_length[i] = lbfgs_base_value[i]!;
    for (let i = 0; i < 1; i += 1) lbfgs_low[i] = lbfgs_base_value[i]!;
    for (let i = 0; i < 1; i += 1) lbfgs_trials[i] = lbfgs_pairs[i]!;
  }
  function step_1_part_1() {
    // examples/softmax.opt:11: let logits = X @ W + b
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      for (let i = 0; i < 148; i += 4) {
        const pi = p0 + i * 4;
        const oi = o0 + i * 3;
        {
          let s00 = 0;
          let s01 = 0;
          let s10 = 0;
          let s11 = 0;
          let s20 = 0;
          let s21 = 0;
          let s30 = 0;
          let s31 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const x2 = X[p + 8]!;
            const x3 = X[p + 12]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            const y1 = x[q + 1]!;
            s01 += x0 * y1;
            s11 += x1 * y1;
            s21 += x2 * y1;
            s31 += x3 * y1;
            p += 1;
            q += 3;
          }
          const o = oi;
          contraction[o] = s00;
          contraction[o + 1] = s01;
          contraction[o + 3] = s10;
          contraction[o + 4] = s11;
          contraction[o + 6] = s20;
          contraction[o + 7] = s21;
          contraction[o + 9] = s30;
          contraction[o + 10] = s31;
        }
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let p = pi;
          let q = q0 + 2;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const x2 = X[p + 8]!;
            const x3 = X[p + 12]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            p += 1;
            q += 3;
          }
          const o = oi + 2;
          contraction[o] = s00;
          contraction[o + 3] = s10;
          contraction[o + 6] = s20;
          contraction[o + 9] = s30;
        }
      }
      {
        const pi = p0 + 592;
        const oi = o0 + 444;
        {
          let s00 = 0;
          let s01 = 0;
          let s10 = 0;
          let s11 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            const y1 = x[q + 1]!;
            s01 += x0 * y1;
            s11 += x1 * y1;
            p += 1;
            q += 3;
          }
          const o = oi;
          contraction[o] = s00;
          contraction[o + 1] = s01;
          contraction[o + 3] = s10;
          contraction[o + 4] = s11;
        }
        {
          let s00 = 0;
          let s10 = 0;
          let p = pi;
          let q = q0 + 2;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            p += 1;
            q += 3;
          }
          const o = oi + 2;
          contraction[o] = s00;
          contraction[o + 3] = s10;
        }
      }
    }
    // examples/softmax.opt:11: let logits = X @ W + b
    {
      let t10 = 0;
      b_array.fill(0, 12, 12 + 3);
      for (let i = 0; i < 150; i += 1) {
        const p1 = i * 3;
        let t3 = -Infinity;
        for (let j = 0; j < 3; j += 1) {
          const logits_j = contraction[p1 + j]! + x[j + 12]!;
          t3 = Math.max(t3, logits_j);
          logits[p1 + j] = logits_j;
        }
        const t4 = Number.isFinite(t3) ? t3 : 0;
        let t7 = 0;
        for (let j = 0; j < 3; j += 1) {
          const t5 = logits[p1 + j]!;
          const t6 = Math.exp(t5 - t4);
          t7 = t7 + t6;
          exp[p1 + j] = t6;
        }
        const t8 = y[i]!;
        const t9 = logits[i * 3 + t8]!;
        t10 = t10 + (Math.log(t7) + t4 - t9);
        const t11 = 0.006666666666666667 / t7;
        for (let j = 0; j < 3; j += 1) {
          const t12 = exp[p1 + j]!;
          const t13 = (j === t8 ? -0.006666666666666667 : 0) + t11 * t12;
          b_array[j + 12] = b_array[j + 12]! + t13;
          add[p1 + j] = t13;
        }
      }
      reduce_3[0] = t10;
    }
    // examples/softmax.opt:13: minimize mean(cross_entropy(logits, y)) + 1e-2 * sum(W^2)
    {
      let t2 = 0;
      for (let j = 0; j < 12; j += 1) {
        const t1 = x[j]!;
        t2 = t2 + t1 * t1;
      }
      reduce_4[0] = t2;
    }
    // std/optimizers.opt:333: or (f <= base_value + 1e-12 * abs(base_value) and end_slope <= ...
    measures[0] = reduce_3[0]! / 150 + 0.01 * reduce_4[0]!;
    measures[2] = 1;
    // examples/softmax.opt:11: let logits = X @ W + b
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      {
        const pi = p0;
        const oi = o0;
        {
          let s00 = 0;
          let s01 = 0;
          let s10 = 0;
          let s11 = 0;
          let s20 = 0;
          let s21 = 0;
          let s30 = 0;
          let s31 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 150; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 1]!;
            const x2 = X[p + 2]!;
            const x3 = X[p + 3]!;
            const y0 = add[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            const y1 = add[q + 1]!;
            s01 += x0 * y1;
            s11 += x1 * y1;
            s21 += x2 * y1;
            s31 += x3 * y1;
            p += 4;
            q += 3;
          }
          const o = oi;
          contraction_2[o] = s00;
          contraction_2[o + 1] = s01;
          contraction_2[o + 3] = s10;
          contraction_2[o + 4] = s11;
          contraction_2[o + 6] = s20;
          contraction_2[o + 7] = s21;
          contraction_2[o + 9] = s30;
          contraction_2[o + 10] = s31;
        }
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let p = pi;
          let q = q0 + 2;
          for (let k = 0; k < 150; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 1]!;
            const x2 = X[p + 2]!;
            const x3 = X[p + 3]!;
            const y0 = add[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            p += 4;
            q += 3;
          }
          const o = oi + 2;
          contraction_2[o] = s00;
          contraction_2[o + 3] = s10;
          contraction_2[o + 6] = s20;
          contraction_2[o + 9] = s30;
        }
      }
    }
    for (let j = 0; j < 12; j += 1) {
      b_array[j] = x[j]! * 0.02 + contraction_2[j]!;
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
      for (let k = 0; k < 12; k += 4) {
        s0 += lbfgs_direction[p]! * lbfgs_base_gradient[q]!;
        s1 += lbfgs_direction[p + 1]! * lbfgs_base_gradient[q + 1]!;
        s2 += lbfgs_direction[p + 2]! * lbfgs_base_gradient[q + 2]!;
        s3 += lbfgs_direction[p + 3]! * lbfgs_base_gradient[q + 3]!;
        p += 4;
        q += 4;
      }
      s0 += lbfgs_direction[p]! * lbfgs_base_gradient[q]!;
      s1 += lbfgs_direction[p + 1]! * lbfgs_base_gradient[q + 1]!;
      s2 += lbfgs_direction[p + 2]! * lbfgs_base_gradient[q + 2]!;
      contraction_3[o0] = s0 + s1 + (s2 + s3);
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
      for (let k = 0; k < 12; k += 4) {
        s0 += lbfgs_direction[p]! * b_array[q]!;
        s1 += lbfgs_direction[p + 1]! * b_array[q + 1]!;
        s2 += lbfgs_direction[p + 2]! * b_array[q + 2]!;
        s3 += lbfgs_direction[p + 3]! * b_array[q + 3]!;
        p += 4;
        q += 4;
      }
      s0 += lbfgs_direction[p]! * b_array[q]!;
      s1 += lbfgs_direction[p + 1]! * b_array[q + 1]!;
      s2 += lbfgs_direction[p + 2]! * b_array[q + 2]!;
      contraction_4[o0] = s0 + s1 + (s2 + s3);
    }
    // std/optimizers.opt:334: if t == 1 or (descends and end_slope >= curvature * slope) {
    {
      const t1 = measures[0]!;
      const t2 = lbfgs_base_value[0]!;
      const t3 = contraction_3[0]!;
      const t4 = contraction_4[0]!;
      const t5 = t1 <= t2 + 0.0001 * lbfgs_length[0]! * t3 || t1 <= t2 + 1e-12 * Math.abs(t2) && t4 <= -0.9998 * t3;
      descends[0] = t5 ? 1 : 0;
      or[0] = step_number[0]! === 1 || t5 && t4 >= 0.9 * t3 ? 1 : 0;
    }
    // std/math.opt:6: fn dot(a: real[n], b: real[n]): real = a @ b
    for (let j = 0; j < 15; j += 1) {
      reshape[j] = x[j]! - lbfgs_base[j]!;
      reshape_2[j] = b_array[j]! - lbfgs_base_gradient[j]!;
    }
  }
  function step_1_part_2() {
    // std/optimizers.opt:346: let d = -g, alpha = zeros(memory)
    for (let i = 0; i < 15; i += 1) {
      const t1 = b_array[i]!;
      reshape_3[i] = t1 - lbfgs_base_gradient[i]!;
      result[i] = -t1;
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
      for (let k = 0; k < 12; k += 4) {
        s0 += reshape[p]! * reshape_3[q]!;
        s1 += reshape[p + 1]! * reshape_3[q + 1]!;
        s2 += reshape[p + 2]! * reshape_3[q + 2]!;
        s3 += reshape[p + 3]! * reshape_3[q + 3]!;
        p += 4;
        q += 4;
      }
      s0 += reshape[p]! * reshape_3[q]!;
      s1 += reshape[p + 1]! * reshape_3[q + 1]!;
      s2 += reshape[p + 2]! * reshape_3[q + 2]!;
      contraction_5[o0] = s0 + s1 + (s2 + s3);
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
      for (let k = 0; k < 12; k += 4) {
        s0 += reshape_2[p]! * reshape_3[q]!;
        s1 += reshape_2[p + 1]! * reshape_3[q + 1]!;
        s2 += reshape_2[p + 2]! * reshape_3[q + 2]!;
        s3 += reshape_2[p + 3]! * reshape_3[q + 3]!;
        p += 4;
        q += 4;
      }
      s0 += reshape_2[p]! * reshape_3[q]!;
      s1 += reshape_2[p + 1]! * reshape_3[q + 1]!;
      s2 += reshape_2[p + 2]! * reshape_3[q + 2]!;
      contraction_6[o0] = s0 + s1 + (s2 + s3);
    }
    // std/optimizers.opt:400: if rise - slope > 0 and is_finite(rise) then clamp(-slope / (2 ...
    {
      const t1 = contraction_5[0]!;
      const t2 = contraction_6[0]!;
      const t3 = t1 > Math.max(1e-16 * t2, 1e-37) && t2 > 1e-37;
      const t4 = lbfgs_pairs[0]!;
      const t5 = or[0]! !== 0;
      const t6 = measures[2]!;
      const t7 = t3 ? t4 + 1 : t4;
      const t8 = measures[0]! - lbfgs_base_value[0]!;
      const t9 = contraction_3[0]! * lbfgs_length[0]!;
      const t10 = t8 - t9;
      const t11 = t10 > 0 && Number.isFinite(t8);
      const t12 = !t5 && !(descends[0]! !== 0) && lbfgs_low[0]! === 0 && t11 ? 2 * t10 : t6;
      and[0] = t3 ? 1 : 0;
      i_array[0] = floorModulo(t4, 10);
      select_2[0] = t3 ? t1 / (t5 && t3 ? t2 : t6) : lbfgs_scale[0]!;
      select_3[0] = t7;
      add_2[0] = t7 + 10;
      and_2[0] = t11 ? 1 : 0;
      z[0] = -(t9 / t12);
    }
    for (let i = 0; i < 10; i += 1) {
      const p1 = i * 15;
      for (let j = 0; j < 15; j += 1) {
        scatter_set[p1 + j] = lbfgs_S[p1 + j]!;
        scatter_set_2[p1 + j] = lbfgs_Y[p1 + j]!;
      }
      scatter_set_3[i] = lbfgs_rho[i]!;
    }
    {
      const t1 = i_array[0]!;
      for (let i = 0; i < 15; i += 1) {
        if (t1 >= 0 && t1 < 10) {
          const p2 = t1 * 15;
          scatter_set[p2 + i] = x[i]! - lbfgs_base[i]!;
        }
      }
    }
    {
      const t1 = i_array[0]!;
      for (let i = 0; i < 15; i += 1) {
        if (t1 >= 0 && t1 < 10) {
          const p2 = t1 * 15;
          scatter_set_2[p2 + i] = b_array[i]! - lbfgs_base_gradient[i]!;
        }
      }
    }
    {
      const t1 = or[0]! !== 0 && and[0]! !== 0 ? contraction_5[0]! : measures[2]!;
      const t2 = i_array[0]!;
      if (t2 >= 0 && t2 < 10) {
        scatter_set_3[t2] = 1 / t1;
      }
    }
    // std/optimizers.opt:346: let d = -g, alpha = zeros(memory)
    {
      const t1 = and[0]! !== 0;
      for (let i = 0; i < 10; i += 1) {
        const p2 = i * 15;
        for (let j = 0; j < 15; j += 1) {
          select_4[p2 + j] = t1 ? scatter_set[p2 + j]! : lbfgs_S[p2 + j]!;
          select_5[p2 + j] = t1 ? scatter_set_2[p2 + j]! : lbfgs_Y[p2 + j]!;
        }
        select_6[i] = t1 ? scatter_set_3[i]! : lbfgs_rho[i]!;
        result_2[i] = 0;
      }
    }
    for (let r = 0; r < 10; r += 1) {
      turn[0] = r;
      // std/optimizers.opt:348: let i = mod(pairs + memory - k, memory)
      i_array_2[0] = floorModulo(add_2[0]! - (turn[0]! + 1), 10);
      // std/math.opt:6: fn dot(a: real[n], b: real[n]): real = a @ b
      {
        const t1 = or[0]! !== 0 ? i_array_2[0]! : 0;
        for (let j = 0; j < 15; j += 1) {
          let t2 = NaN;
          if (t1 >= 0 && t1 < 10) {
            const p3 = t1 * 15;
            t2 = select_4[p3 + j]!;
          }
          reshape_4[j] = t2;
        }
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
        for (let k = 0; k < 12; k += 4) {
          s0 += reshape_4[p]! * result[q]!;
          s1 += reshape_4[p + 1]! * result[q + 1]!;
          s2 += reshape_4[p + 2]! * result[q + 2]!;
          s3 += reshape_4[p + 3]! * result[q + 3]!;
          p += 4;
          q += 4;
        }
        s0 += reshape_4[p]! * result[q]!;
        s1 += reshape_4[p + 1]! * result[q + 1]!;
        s2 += reshape_4[p + 2]! * result[q + 2]!;
        contraction_7[o0] = s0 + s1 + (s2 + s3);
      }
      {
        const t1 = i_array_2[0]!;
        const t2 = or[0]! !== 0 ? t1 : 0;
        let t3 = NaN;
        if (t2 >= 0 && t2 < 10) {
          t3 = select_6[t2]!;
        }
        if (t1 >= 0 && t1 < 10) {
          result_2[t1] = t3 * contraction_7[0]!;
        }
      }
      // std/optimizers.opt:350: d <- d - alpha[i] * Y[i]
      {
        const t1 = or[0]! !== 0 ? i_array_2[0]! : 0;
        let t2 = NaN;
        if (t1 >= 0 && t1 < 10) {
          t2 = result_2[t1]!;
        }
        gather[0] = t2;
      }
      // std/optimizers.opt:350: d <- d - alpha[i] * Y[i]
      {
        const t2 = gather[0]!;
        const t3 = or[0]! !== 0 ? i_array_2[0]! : 0;
        for (let i = 0; i < 15; i += 1) {
          const t1 = result[i]!;
          let t4 = NaN;
          if (t3 >= 0 && t3 < 10) {
            const p5 = t3 * 15;
            t4 = select_5[p5 + i]!;
          }
          result[i] = t1 - t2 * t4;
        }
      }
    }
    // std/optimizers.opt:381: length <- 1 / max(1, sum(abs(base_gradient)))
    {
      const t1 = select_2[0]!;
      let t2 = 0;
      let t3 = 0;
      for (let i = 0; i < 15; i += 1) {
        t2 = t2 + Math.abs(b_array[i]!);
        t3 = t3 + Math.abs(lbfgs_base_gradient[i]!);
        result_3[i] = t1 * result[i]!;
      }
      reduce_5[0] = t2;
      reduce_6[0] = t3;
    }
    for (let r = 0; r < 10; r += 1) {
      turn_2[0] = r;
      // std/optimizers.opt:355: d <- d + (alpha[i] - rho[i] * dot(Y[i], d)) * S[i]
      {
        const t1 = or[0]! !== 0 ? floorModulo(select_3[0]! + turn_2[0]!, 10) : 0;
        select_7[0] = t1;
      }
      // std/math.opt:6: fn dot(a: real[n], b: real[n]): real = a @ b
      {
        const t1 = select_7[0]!;
        for (let j = 0; j < 15; j += 1) {
          let t2 = NaN;
          if (t1 >= 0 && t1 < 10) {
            const p3 = t1 * 15;
            t2 = select_5[p3 + j]!;
          }
          reshape_5[j] = t2;
        }
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
        for (let k = 0; k < 12; k += 4) {
          s0 += reshape_5[p]! * result_3[q]!;
          s1 += reshape_5[p + 1]! * result_3[q + 1]!;
          s2 += reshape_5[p + 2]! * result_3[q + 2]!;
          s3 += reshape_5[p + 3]! * result_3[q + 3]!;
          p += 4;
          q += 4;
        }
        s0 += reshape_5[p]! * result_3[q]!;
        s1 += reshape_5[p + 1]! * result_3[q + 1]!;
        s2 += reshape_5[p + 2]! * result_3[q + 2]!;
        contraction_8[o0] = s0 + s1 + (s2 + s3);
      }
      // std/optimizers.opt:355: d <- d + (alpha[i] - rho[i] * dot(Y[i], d)) * S[i]
      {
        const t1 = select_7[0]!;
        let t2 = NaN;
        if (t1 >= 0 && t1 < 10) {
          t2 = result_2[t1]!;
        }
        let t3 = NaN;
        if (t1 >= 0 && t1 < 10) {
          t3 = select_6[t1]!;
        }
        subtract[0] = t2 - t3 * contraction_8[0]!;
      }
      // std/optimizers.opt:355: d <- d + (alpha[i] - rho[i] * dot(Y[i], d)) * S[i]
      {
        const t2 = subtract[0]!;
        const t3 = select_7[0]!;
        for (let i = 0; i < 15; i += 1) {
          const t1 = result_3[i]!;
          let t4 = NaN;
          if (t3 >= 0 && t3 < 10) {
            const p5 = t3 * 15;
            t4 = select_4[p5 + i]!;
          }
          result_3[i] = t1 + t2 * t4;
        }
      }
    }
  }
  function step_1_part_3() {
    // std/optimizers.opt:394: x <- if t == T then base else base + length * direction
    {
      const t1 = lbfgs_trials[0]! + 1 > 30;
      const t2 = or[0]! !== 0;
      const t3 = measures[2]!;
      const t4 = lbfgs_high[0]!;
      const t5 = lbfgs_length[0]!;
      const t6 = lbfgs_low[0]!;
      const t7 = z[0]!;
      const t8 = and_2[0]! !== 0 ? (t7 < 0.1 ? 0.1 : t7 > 0.9 ? 0.9 : t7) : 0.1;
      const t9 = descends[0]! !== 0 ? (t4 < Infinity ? (t5 + t4) / 2 : 2 * t5) : t6 === 0 ? t5 * t8 : (t6 + t5) / 2;
      const t10 = select_3[0]! === 0;
      const t11 = t2 ? (t10 ? 1 / (t2 && t10 ? Math.max(t3, reduce_5[0]!) : t3) : t3) : t1 ? 1 / (!t2 && t1 ? Math.max(t3, reduce_6[0]!) : t3) : t9;
      greater[0] = t1 ? 1 : 0;
      select_8[0] = t11;
      equal[0] = step_number[0]! === 500 ? 1 : 0;
    }
    {
      const t1 = or[0]! !== 0;
      const t2 = greater[0]! !== 0;
      let t5 = 0;
      for (let i = 0; i < 15; i += 1) {
        const t3 = t1 ? result_3[i]! : t2 ? -lbfgs_base_gradient[i]! : lbfgs_direction[i]!;
        const t4 = b_array[i]!;
        t5 = t5 + t4 * t4;
        select_9[i] = t3;
      }
      reduce_7[0] = t5;
    }
    // examples/softmax.opt:15: solve using lbfgs() for 500 steps until grad_norm < 1e-8
    {
      const t1 = Math.sqrt(reduce_7[0]!);
      const t2 = t1 < 1e-8;
      const t3 = lbfgs_pairs[0]!;
      const t4 = or[0]! !== 0;
      const t5 = greater[0]! !== 0;
      const t6 = lbfgs_scale[0]!;
      const t7 = measures[2]!;
      const t8 = lbfgs_base_value[0]!;
      const t9 = measures[0]!;
      const t10 = lbfgs_length[0]!;
      const t11 = lbfgs_low[0]!;
      const t12 = descends[0]! !== 0;
      const t13 = lbfgs_high[0]!;
      const t14 = lbfgs_trials[0]!;
      measures[1] = t1;
      less[0] = t2 ? 1 : 0;
      measures[3] = t2 ? 1 : 0;
      lbfgs_pairs[0] = t2 ? t3 : t4 ? select_3[0]! : t5 ? 0 : t3;
      lbfgs_scale[0] = t2 ? t6 : t4 ? select_2[0]! : t5 ? t7 : t6;
      lbfgs_base_value[0] = t2 ? t8 : t4 ? t9 : t8;
      lbfgs_length[0] = t2 ? t10 : select_8[0]!;
      lbfgs_low[0] = t2 ? t11 : t4 ? 0 : t5 ? 0 : t12 ? t10 : t11;
      lbfgs_high[0] = t2 ? t13 : t4 ? Infinity : t5 ? Infinity : t12 ? t13 : t10;
      lbfgs_trials[0] = t2 ? t14 : t4 ? 0 : t5 ? 0 : t14 + 1;
    }
    {
      const t1 = less[0]! !== 0;
      const t3 = equal[0]! !== 0;
      const t4 = or[0]! !== 0;
      const t7 = select_8[0]!;
      for (let i = 0; i < 15; i += 1) {
        const t2 = x[i]!;
        const t5 = lbfgs_base[i]!;
        const t6 = t4 ? t2 : t5;
        const t8 = select_9[i]!;
        const t9 = lbfgs_base_gradient[i]!;
        const t10 = lbfgs_direction[i]!;
        x[i] = t1 ? t2 : t3 ? t6 : t6 + t7 * t8;
        lbfgs_base[i] = t1 ? t5 : t6;
        lbfgs_base_gradient[i] = t1 ? t9 : t4 ? b_array[i]! : t9;
        lbfgs_direction[i] = t1 ? t10 : t8;
      }
    }
    {
      const t1 = less[0]! !== 0;
      const t4 = or[0]! !== 0;
      const t7 = greater[0]! !== 0;
      for (let i = 0; i < 10; i += 1) {
        const p2 = i * 15;
        for (let j = 0; j < 15; j += 1) {
          const t3 = lbfgs_S[p2 + j]!;
          const t5 = lbfgs_Y[p2 + j]!;
          lbfgs_S[p2 + j] = t1 ? t3 : t4 ? select_4[p2 + j]! : t3;
          lbfgs_Y[p2 + j] = t1 ? t5 : t4 ? select_5[p2 + j]! : t5;
        }
        const t6 = lbfgs_rho[i]!;
        lbfgs_rho[i] = t1 ? t6 : t4 ? select_6[i]! : t7 ? 0 : t6;
      }
    }
  }
  function step_1() {
    step_1_part_1();
    step_1_part_2();
    step_1_part_3();
  }
  function evaluate_1() {
    // examples/softmax.opt:11: let logits = X @ W + b
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      for (let i = 0; i < 148; i += 4) {
        const pi = p0 + i * 4;
        const oi = o0 + i * 3;
        {
          let s00 = 0;
          let s01 = 0;
          let s10 = 0;
          let s11 = 0;
          let s20 = 0;
          let s21 = 0;
          let s30 = 0;
          let s31 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const x2 = X[p + 8]!;
            const x3 = X[p + 12]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            const y1 = x[q + 1]!;
            s01 += x0 * y1;
            s11 += x1 * y1;
            s21 += x2 * y1;
            s31 += x3 * y1;
            p += 1;
            q += 3;
          }
          const o = oi;
          contraction_9[o] = s00;
          contraction_9[o + 1] = s01;
          contraction_9[o + 3] = s10;
          contraction_9[o + 4] = s11;
          contraction_9[o + 6] = s20;
          contraction_9[o + 7] = s21;
          contraction_9[o + 9] = s30;
          contraction_9[o + 10] = s31;
        }
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let p = pi;
          let q = q0 + 2;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const x2 = X[p + 8]!;
            const x3 = X[p + 12]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            p += 1;
            q += 3;
          }
          const o = oi + 2;
          contraction_9[o] = s00;
          contraction_9[o + 3] = s10;
          contraction_9[o + 6] = s20;
          contraction_9[o + 9] = s30;
        }
      }
      {
        const pi = p0 + 592;
        const oi = o0 + 444;
        {
          let s00 = 0;
          let s01 = 0;
          let s10 = 0;
          let s11 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            const y1 = x[q + 1]!;
            s01 += x0 * y1;
            s11 += x1 * y1;
            p += 1;
            q += 3;
          }
          const o = oi;
          contraction_9[o] = s00;
          contraction_9[o + 1] = s01;
          contraction_9[o + 3] = s10;
          contraction_9[o + 4] = s11;
        }
        {
          let s00 = 0;
          let s10 = 0;
          let p = pi;
          let q = q0 + 2;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            p += 1;
            q += 3;
          }
          const o = oi + 2;
          contraction_9[o] = s00;
          contraction_9[o + 3] = s10;
        }
      }
    }
    // examples/softmax.opt:11: let logits = X @ W + b
    {
      let t10 = 0;
      concat.fill(0, 12, 12 + 3);
      for (let i = 0; i < 150; i += 1) {
        const p1 = i * 3;
        let t3 = -Infinity;
        for (let j = 0; j < 3; j += 1) {
          const logits_j = contraction_9[p1 + j]! + x[j + 12]!;
          t3 = Math.max(t3, logits_j);
          logits_2[p1 + j] = logits_j;
        }
        const t4 = Number.isFinite(t3) ? t3 : 0;
        let t7 = 0;
        for (let j = 0; j < 3; j += 1) {
          const t5 = logits_2[p1 + j]!;
          const t6 = Math.exp(t5 - t4);
          t7 = t7 + t6;
          exp_2[p1 + j] = t6;
        }
        const t8 = y[i]!;
        const t9 = logits_2[i * 3 + t8]!;
        t10 = t10 + (Math.log(t7) + t4 - t9);
        const t11 = 0.006666666666666667 / t7;
        for (let j = 0; j < 3; j += 1) {
          const t12 = exp_2[p1 + j]!;
          const t13 = (j === t8 ? -0.006666666666666667 : 0) + t11 * t12;
          concat[j + 12] = concat[j + 12]! + t13;
          add_3[p1 + j] = t13;
        }
      }
      reduce_8[0] = t10;
    }
    // examples/softmax.opt:13: minimize mean(cross_entropy(logits, y)) + 1e-2 * sum(W^2)
    {
      let t2 = 0;
      for (let j = 0; j < 12; j += 1) {
        const t1 = x[j]!;
        t2 = t2 + t1 * t1;
      }
      reduce_9[0] = t2;
    }
    // examples/softmax.opt:13: minimize mean(cross_entropy(logits, y)) + 1e-2 * sum(W^2)
    evaluation[0] = reduce_8[0]! / 150 + 0.01 * reduce_9[0]!;
    // examples/softmax.opt:11: let logits = X @ W + b
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      {
        const pi = p0;
        const oi = o0;
        {
          let s00 = 0;
          let s01 = 0;
          let s10 = 0;
          let s11 = 0;
          let s20 = 0;
          let s21 = 0;
          let s30 = 0;
          let s31 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 150; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 1]!;
            const x2 = X[p + 2]!;
            const x3 = X[p + 3]!;
            const y0 = add_3[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            const y1 = add_3[q + 1]!;
            s01 += x0 * y1;
            s11 += x1 * y1;
            s21 += x2 * y1;
            s31 += x3 * y1;
            p += 4;
            q += 3;
          }
          const o = oi;
          contraction_10[o] = s00;
          contraction_10[o + 1] = s01;
          contraction_10[o + 3] = s10;
          contraction_10[o + 4] = s11;
          contraction_10[o + 6] = s20;
          contraction_10[o + 7] = s21;
          contraction_10[o + 9] = s30;
          contraction_10[o + 10] = s31;
        }
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let p = pi;
          let q = q0 + 2;
          for (let k = 0; k < 150; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 1]!;
            const x2 = X[p + 2]!;
            const x3 = X[p + 3]!;
            const y0 = add_3[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            p += 4;
            q += 3;
          }
          const o = oi + 2;
          contraction_10[o] = s00;
          contraction_10[o + 3] = s10;
          contraction_10[o + 6] = s20;
          contraction_10[o + 9] = s30;
        }
      }
    }
    for (let j = 0; j < 12; j += 1) {
      concat[j] = x[j]! * 0.02 + contraction_10[j]!;
    }
    {
      let t2 = 0;
      for (let i = 0; i < 15; i += 1) {
        const t1 = concat[i]!;
        t2 = t2 + t1 * t1;
      }
      reduce_10[0] = t2;
    }
    evaluation[1] = Math.sqrt(reduce_10[0]!);
  }
  function report_accuracy() {
    // examples/softmax.opt:11: let logits = X @ W + b
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      for (let i = 0; i < 148; i += 4) {
        const pi = p0 + i * 4;
        const oi = o0 + i * 3;
        {
          let s00 = 0;
          let s01 = 0;
          let s10 = 0;
          let s11 = 0;
          let s20 = 0;
          let s21 = 0;
          let s30 = 0;
          let s31 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const x2 = X[p + 8]!;
            const x3 = X[p + 12]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            const y1 = x[q + 1]!;
            s01 += x0 * y1;
            s11 += x1 * y1;
            s21 += x2 * y1;
            s31 += x3 * y1;
            p += 1;
            q += 3;
          }
          const o = oi;
          contraction_11[o] = s00;
          contraction_11[o + 1] = s01;
          contraction_11[o + 3] = s10;
          contraction_11[o + 4] = s11;
          contraction_11[o + 6] = s20;
          contraction_11[o + 7] = s21;
          contraction_11[o + 9] = s30;
          contraction_11[o + 10] = s31;
        }
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let p = pi;
          let q = q0 + 2;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const x2 = X[p + 8]!;
            const x3 = X[p + 12]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            p += 1;
            q += 3;
          }
          const o = oi + 2;
          contraction_11[o] = s00;
          contraction_11[o + 3] = s10;
          contraction_11[o + 6] = s20;
          contraction_11[o + 9] = s30;
        }
      }
      {
        const pi = p0 + 592;
        const oi = o0 + 444;
        {
          let s00 = 0;
          let s01 = 0;
          let s10 = 0;
          let s11 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            const y1 = x[q + 1]!;
            s01 += x0 * y1;
            s11 += x1 * y1;
            p += 1;
            q += 3;
          }
          const o = oi;
          contraction_11[o] = s00;
          contraction_11[o + 1] = s01;
          contraction_11[o + 3] = s10;
          contraction_11[o + 4] = s11;
        }
        {
          let s00 = 0;
          let s10 = 0;
          let p = pi;
          let q = q0 + 2;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            p += 1;
            q += 3;
          }
          const o = oi + 2;
          contraction_11[o] = s00;
          contraction_11[o + 3] = s10;
        }
      }
    }
    // std/metrics.opt:94: fn accuracy(logits: real[n, K], label: class(K)[n]): real = mean(ar...
    {
      let t5 = 0;
      for (let i = 0; i < 150; i += 1) {
        const p1 = i * 3;
        let best_i = -Infinity;
        let index_i = 0;
        for (let j = 0; j < 3; j += 1) {
          const t4 = contraction_11[p1 + j]! + x[j + 12]!;
          if (t4 > best_i) {
            best_i = t4;
            index_i = j;
          }
        }
        t5 = t5 + (index_i === y[i]! ? 1 : 0);
      }
      reduce_11[0] = t5;
    }
    // std/metrics.opt:94: fn accuracy(logits: real[n, K], label: class(K)[n]): real = mean(ar...
    reported_accuracy[0] = reduce_11[0]! / 150;
  }
  function report_confusion() {
    // examples/softmax.opt:11: let logits = X @ W + b
    {
      const p0 = 0;
      const q0 = 0;
      const o0 = 0;
      for (let i = 0; i < 148; i += 4) {
        const pi = p0 + i * 4;
        const oi = o0 + i * 3;
        {
          let s00 = 0;
          let s01 = 0;
          let s10 = 0;
          let s11 = 0;
          let s20 = 0;
          let s21 = 0;
          let s30 = 0;
          let s31 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const x2 = X[p + 8]!;
            const x3 = X[p + 12]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            const y1 = x[q + 1]!;
            s01 += x0 * y1;
            s11 += x1 * y1;
            s21 += x2 * y1;
            s31 += x3 * y1;
            p += 1;
            q += 3;
          }
          const o = oi;
          contraction_12[o] = s00;
          contraction_12[o + 1] = s01;
          contraction_12[o + 3] = s10;
          contraction_12[o + 4] = s11;
          contraction_12[o + 6] = s20;
          contraction_12[o + 7] = s21;
          contraction_12[o + 9] = s30;
          contraction_12[o + 10] = s31;
        }
        {
          let s00 = 0;
          let s10 = 0;
          let s20 = 0;
          let s30 = 0;
          let p = pi;
          let q = q0 + 2;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const x2 = X[p + 8]!;
            const x3 = X[p + 12]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            s20 += x2 * y0;
            s30 += x3 * y0;
            p += 1;
            q += 3;
          }
          const o = oi + 2;
          contraction_12[o] = s00;
          contraction_12[o + 3] = s10;
          contraction_12[o + 6] = s20;
          contraction_12[o + 9] = s30;
        }
      }
      {
        const pi = p0 + 592;
        const oi = o0 + 444;
        {
          let s00 = 0;
          let s01 = 0;
          let s10 = 0;
          let s11 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            const y1 = x[q + 1]!;
            s01 += x0 * y1;
            s11 += x1 * y1;
            p += 1;
            q += 3;
          }
          const o = oi;
          contraction_12[o] = s00;
          contraction_12[o + 1] = s01;
          contraction_12[o + 3] = s10;
          contraction_12[o + 4] = s11;
        }
        {
          let s00 = 0;
          let s10 = 0;
          let p = pi;
          let q = q0 + 2;
          for (let k = 0; k < 4; k += 1) {
            const x0 = X[p]!;
            const x1 = X[p + 4]!;
            const y0 = x[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            p += 1;
            q += 3;
          }
          const o = oi + 2;
          contraction_12[o] = s00;
          contraction_12[o + 3] = s10;
        }
      }
    }
    // std/metrics.opt:106: let guess = argmax(logits over K)
    for (let i = 0; i < 150; i += 1) {
      const p1 = i * 3;
      let best_i = -Infinity;
      let guess_i = 0;
      for (let j = 0; j < 3; j += 1) {
        const t4 = contraction_12[p1 + j]! + x[j + 12]!;
        if (t4 > best_i) {
          best_i = t4;
          guess_i = j;
        }
      }
      guess[i] = guess_i;
    }
    // std/metrics.opt:107: return [i in K, j in K: sum(r in n where label[r] == i and guess[r...
    for (let i = 0; i < 3; i += 1) {
      const p1 = i * 150;
      for (let j = 0; j < 150; j += 1) {
        equal_2[p1 + j] = y[j]! === i ? 1 : 0;
        equal_3[p1 + j] = guess[j]! === i ? 1 : 0;
      }
    }
    // std/metrics.opt:107: return [i in K, j in K: sum(r in n where label[r] == i and guess[r...
    for (let i = 0; i < 3; i += 1) {
      const p1 = i * 150;
      const p4 = i * 3;
      for (let j = 0; j < 3; j += 1) {
        const p2 = j * 150;
        let t3 = 0;
        for (let k = 0; k < 150; k += 1) {
          t3 = t3 + (equal_2[p1 + k]! !== 0 && equal_3[p2 + k]! !== 0 ? 1 : 0);
        }
        reported_confusion[p4 + j] = t3;
      }
    }
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
    report0: report_accuracy,
    report1: report_confusion,
    reported0: reported_accuracy,
    reported1: reported_confusion,
    phases: [
      { start: start_1, step: step_1, evaluate: evaluate_1, rows: undefined as Int32Array | undefined },
    ],
  };
}
