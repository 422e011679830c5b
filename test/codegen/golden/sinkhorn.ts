/*
 * examples/sinkhorn.opt: written by argmin; sizes are fixed, and data of other sizes is refused.
 * It minimizes transport using adam(lr = cosine(0.1)).
 */

/** What the program is trained on: row-major arrays in the order of the source. */
export interface Data {
}

/** The parameters, row-major. */
export interface Params {
  /** [24, 2] */
  readonly point: Float64Array;
}

/** Values reported at the final parameters. */
export interface Reports {
  readonly largest_share: number;
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
  readonly transport: number;
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
  n: 24,
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
  { title: "adam(lr = cosine(0.1))", steps: 150, stepsPerEpoch: 1, measures: 3, gradNorm: 1, stop: -1, batch: undefined },
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
  void program;
  void data;
}

function readParams(x: Float64Array): Params {
  return {
    point: x.subarray(0, 48),
  };
}

function readReports(program: ReturnType<typeof createProgram>): Reports {
  program.report0();
  return {
    largest_share: program.reported0[0] ?? NaN,
  };
}

function readObjectives(program: ReturnType<typeof createProgram>, entered: number): Objectives {
  const values: number[] = [NaN];
  if (entered >= 0) {
    program.phases[0]?.evaluate();
    values[0] = program.evaluation[0] ?? NaN;
  }
  return {
    transport: values[0] ?? NaN,
  };
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
  const reals = new Float64Array(7350);
  const integers = new Int32Array(4);
  const x = reals.subarray(0, 48);
  const target = reals.subarray(149, 197);
  const adam_m_array = reals.subarray(48, 96);
  const adam_v_array = reals.subarray(96, 144);
  const measures = reals.subarray(144, 147);
  const evaluation = reals.subarray(147, 149);
  const seed_value = integers.subarray(0, 1);
  const step_number = integers.subarray(1, 2);
  const reported_largest_share = reals.subarray(197, 198);
  const equal = integers.subarray(2, 4);
  const subtract = reals.subarray(198, 1350);
  const C = reals.subarray(1350, 1926);
  const result = reals.subarray(1926, 1950);
  const result_2 = reals.subarray(1950, 1974);
  const turn = integers.subarray(2, 3);
  const result_3 = reals.subarray(1974, 3174);
  const divide = reals.subarray(3174, 3750);
  const divide_2 = reals.subarray(3174, 3750);
  const plan = reals.subarray(3174, 3750);
  const divide_3 = reals.subarray(3750, 4326);
  const reduce = reals.subarray(4326, 4350);
  const result_4 = reals.subarray(4374, 4950);
  const loop = reals.subarray(4350, 4374);
  const loop_2 = reals.subarray(1926, 1950);
  const turn_2 = integers.subarray(2, 3);
  const divide_4 = reals.subarray(4950, 5526);
  const constant = reals.subarray(5526, 5550);
  const exp = reals.subarray(5550, 6126);
  const reduce_2 = reals.subarray(6126, 6150);
  const subtract_2 = reals.subarray(6150, 6174);
  const divide_5 = reals.subarray(4950, 5526);
  const exp_2 = reals.subarray(6174, 6750);
  const divide_6 = reals.subarray(6750, 7326);
  const reduce_3 = reals.subarray(7326, 7350);
  const add = reals.subarray(1350, 1926);
  const contraction = reals.subarray(1926, 1974);
  const lr = reals.subarray(198, 199);
  const subtract_3 = reals.subarray(199, 200);
  const subtract_4 = reals.subarray(200, 201);
  const reduce_4 = reals.subarray(201, 202);
  const subtract_5 = reals.subarray(198, 1350);
  const C_2 = reals.subarray(1350, 1926);
  const result_5 = reals.subarray(1926, 1950);
  const result_6 = reals.subarray(1950, 1974);
  const turn_3 = integers.subarray(2, 3);
  const divide_7 = reals.subarray(1974, 2550);
  const divide_8 = reals.subarray(1974, 2550);
  const result_7 = reals.subarray(1974, 1998);
  const result_8 = reals.subarray(1998, 2022);
  const turn_4 = integers.subarray(2, 3);
  const result_9 = reals.subarray(2022, 3222);
  const divide_9 = reals.subarray(3222, 3798);
  const divide_10 = reals.subarray(3222, 3798);
  const plan_2 = reals.subarray(3222, 3798);
  const divide_11 = reals.subarray(3798, 4374);
  const reduce_5 = reals.subarray(1926, 1950);
  const result_10 = reals.subarray(4374, 4950);
  const loop_3 = reals.subarray(1950, 1974);
  const loop_4 = reals.subarray(1974, 1998);
  const turn_5 = integers.subarray(2, 3);
  const divide_12 = reals.subarray(4950, 5526);
  const constant_2 = reals.subarray(5526, 5550);
  const exp_3 = reals.subarray(5550, 6126);
  const reduce_6 = reals.subarray(6126, 6150);
  const subtract_6 = reals.subarray(6150, 6174);
  const divide_13 = reals.subarray(4950, 5526);
  const exp_4 = reals.subarray(6174, 6750);
  const divide_14 = reals.subarray(6750, 7326);
  const reduce_7 = reals.subarray(7326, 7350);
  const add_2 = reals.subarray(1350, 1926);
  const contraction_2 = reals.subarray(1926, 1974);
  const reduce_8 = reals.subarray(198, 199);
  const C_3 = reals.subarray(198, 774);
  const result_11 = reals.subarray(774, 798);
  const result_12 = reals.subarray(798, 822);
  const turn_6 = integers.subarray(2, 3);
  const divide_15 = reals.subarray(822, 1398);
  const divide_16 = reals.subarray(822, 1398);
  const reduce_9 = reals.subarray(822, 823);

  function prepare() {
    // examples/sinkhorn.opt:7: target: real[n, 2] = [i in n, k in 2: if k == 0 then cos(2 * p...
    for (let i = 0; i < 2; i += 1) {
      equal[i] = i === 0 ? 1 : 0;
    }
    // examples/sinkhorn.opt:7: target: real[n, 2] = [i in n, k in 2: if k == 0 then cos(2 * p...
    for (let i = 0; i < 24; i += 1) {
      const t1 = 6.283185307179586 * i / 24;
      const t2 = Math.cos(t1);
      const t3 = Math.sin(t1);
      const p4 = i * 2;
      for (let j = 0; j < 2; j += 1) {
        target[p4 + j] = equal[j]! !== 0 ? t2 : t3;
      }
    }
  }
  function initial() {
    {
      const t1 = seed_value[0]!;
      for (let i = 0; i < 48; i += 1) {
        const t2 = Math.sqrt(-2 * Math.log(philoxUniform(t1, 0, i, 2913230185, 0)));
        const t3 = Math.cos(6.283185307179586 * philoxUniform(t1, 0, i, 2913230185, 1));
        x[i] = 0.3 * (t2 * t3);
      }
    }
  }
  function start_1() {
    // std/optimizers.opt:99: state m = 0, v = 0
    for (let i = 0; i < 48; i += 1) {
      adam_m_array[i] = 0;
    }
    for (let i = 0; i < 48; i += 1) adam_v_array[i] = adam_m_array[i]!;
  }
  function step_1() {
    // examples/sinkhorn.opt:14: let f = zeros(a), g = zeros(b)
    for (let i = 0; i < 24; i += 1) {
      const p1 = i * 2;
      const p4 = i * 48;
      const p7 = i * 24;
      for (let j = 0; j < 24; j += 1) {
        const p2 = j * 2;
        const p5 = p4 + j * 2;
        let C_j = 0;
        for (let k = 0; k < 2; k += 1) {
          const t3 = x[p1 + k]! - target[p2 + k]!;
          C_j = C_j + t3 * t3;
          subtract[p5 + k] = t3;
        }
        C[p7 + j] = C_j;
      }
      result[i] = 0;
      result_2[i] = 0;
    }
    for (let r = 0; r < 50; r += 1) {
      turn[0] = r;
      {
        const p1 = turn[0]! * 24;
        for (let i = 0; i < 24; i += 1) {
          result_3[p1 + i] = result_2[i]!;
        }
      }
      // examples/sinkhorn.opt:16: f <- [i in a: -eps * logsumexp(j in b: (g[j] - C[i, j]) / eps...
      {
        const p1 = turn[0]! * 24;
        for (let i = 0; i < 24; i += 1) {
          const p2 = i * 24;
          let t4 = -Infinity;
          for (let j = 0; j < 24; j += 1) {
            const t3 = (result_3[p1 + j]! - C[p2 + j]!) / 0.02;
            t4 = Math.max(t4, t3);
            divide[p2 + j] = t3;
          }
          const t5 = Number.isFinite(t4) ? t4 : 0;
          let t7 = 0;
          for (let j = 0; j < 24; j += 1) {
            const t6 = divide[p2 + j]!;
            t7 = t7 + Math.exp(t6 - t5);
          }
          result[i] = -0.02 * (Math.log(t7) + t5) - 0.06356107660695892;
        }
      }
      // examples/sinkhorn.opt:17: g <- [j in b: -eps * logsumexp(i in a: (f[i] - C[i, j]) / eps...
      for (let i = 0; i < 24; i += 1) {
        const p2 = i * 24;
        let t3 = -Infinity;
        for (let j = 0; j < 24; j += 1) {
          const t1 = (result[j]! - C[i + j * 24]!) / 0.02;
          t3 = Math.max(t3, t1);
          divide_2[p2 + j] = t1;
        }
        const t4 = Number.isFinite(t3) ? t3 : 0;
        let t6 = 0;
        for (let j = 0; j < 24; j += 1) {
          const t5 = divide_2[p2 + j]!;
          t6 = t6 + Math.exp(t5 - t4);
        }
        result_2[i] = -0.02 * (Math.log(t6) + t4) - 0.06356107660695892;
      }
    }
    // examples/sinkhorn.opt:15: for k in 1..iterations {
    {
      let t5 = 0;
      reduce.fill(0);
      for (let i = 0; i < 24; i += 1) {
        const t1 = result[i]!;
        const p2 = i * 24;
        let t7 = 0;
        for (let j = 0; j < 24; j += 1) {
          const t3 = C[p2 + j]!;
          const plan_j = Math.exp((t1 + result_2[j]! - t3) / 0.02);
          t5 = t5 + plan_j * t3;
          const t6 = t3 * plan_j / 0.02;
          reduce[j] = reduce[j]! + t6;
          t7 = t7 + t6;
          plan[p2 + j] = plan_j;
          divide_3[p2 + j] = t6;
          result_4[p2 + j] = 0;
        }
        loop[i] = t7;
      }
      measures[0] = t5;
    }
    // examples/sinkhorn.opt:19: return [i in a, j in b: exp((f[i] + g[j] - C[i, j]) / eps)]
    for (let i = 0; i < 24; i += 1) {
      loop_2[i] = reduce[i]!;
    }
    for (let r = 0; r < 50; r += 1) {
      turn_2[0] = r;
      // examples/sinkhorn.opt:16: f <- [i in a: -eps * logsumexp(j in b: (g[j] - C[i, j]) / eps...
      {
        const t1 = turn_2[0]!;
        const p2 = -t1 * 24 + 1176;
        for (let i = 0; i < 24; i += 1) {
          const p3 = i * 24;
          let t5 = -Infinity;
          for (let j = 0; j < 24; j += 1) {
            const t4 = (result_3[p2 + j]! - C[p3 + j]!) / 0.02;
            t5 = Math.max(t5, t4);
            divide_4[p3 + j] = t4;
          }
          const t6 = Number.isFinite(t5) ? t5 : 0;
          constant[i] = 0;
          let t9 = 0;
          for (let j = 0; j < 24; j += 1) {
            const t7 = divide_4[p3 + j]!;
            const t8 = Math.exp(t7 - t6);
            t9 = t9 + t8;
            exp[p3 + j] = t8;
          }
          reduce_2[i] = t9;
          subtract_2[i] = -0.02 * (Math.log(t9) + t6) - 0.06356107660695892;
        }
      }
      // examples/sinkhorn.opt:17: g <- [j in b: -eps * logsumexp(i in a: (f[i] - C[i, j]) / eps...
      reduce_3.fill(0);
      for (let i = 0; i < 24; i += 1) {
        const p2 = i * 24;
        let t3 = -Infinity;
        for (let j = 0; j < 24; j += 1) {
          const t1 = (subtract_2[j]! - C[i + j * 24]!) / 0.02;
          t3 = Math.max(t3, t1);
          divide_5[p2 + j] = t1;
        }
        const t4 = Number.isFinite(t3) ? t3 : constant[i]!;
        let t7 = 0;
        for (let j = 0; j < 24; j += 1) {
          const t5 = divide_5[p2 + j]!;
          const t6 = Math.exp(t5 - t4);
          t7 = t7 + t6;
          exp_2[p2 + j] = t6;
        }
        const t8 = loop_2[i]! * -0.02 / t7;
        for (let j = 0; j < 24; j += 1) {
          const t9 = exp_2[p2 + j]!;
          const t10 = t8 * t9 / 0.02;
          reduce_3[j] = reduce_3[j]! + t10;
          divide_6[p2 + j] = t10;
        }
      }
      // examples/sinkhorn.opt:16: f <- [i in a: -eps * logsumexp(j in b: (g[j] - C[i, j]) / eps...
      loop_2.fill(0);
      for (let i = 0; i < 24; i += 1) {
        const t1 = (loop[i]! + reduce_3[i]!) * -0.02 / reduce_2[i]!;
        const p2 = i * 24;
        for (let j = 0; j < 24; j += 1) {
          const t3 = t1 * exp[p2 + j]! / 0.02;
          loop_2[j] = loop_2[j]! + t3;
          const t4 = result_4[p2 + j]!;
          result_4[p2 + j] = t4 + (-divide_6[i + j * 24]! - t3);
        }
      }
      for (let i = 0; i < 24; i += 1) loop[i] = constant[i]!;
    }
    for (let j = 0; j < 576; j += 1) {
      add[j] = plan[j]! - divide_3[j]! + result_4[j]!;
    }
    // std/math.opt:15: fn squared_distance(a: real[n], b: real[n]): real = sum((a - b)^2)
    for (let b0 = 0; b0 < 24; b0 += 1) {
      const p0 = 0 + b0 * 48;
      const q0 = 0 + b0 * 24;
      const o0 = 0 + b0 * 2;
      {
        const pi = p0;
        const oi = o0;
        {
          let s00 = 0;
          let s10 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 24; k += 1) {
            const x0 = subtract[p]!;
            const x1 = subtract[p + 1]!;
            const y0 = add[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            p += 2;
            q += 1;
          }
          const o = oi;
          contraction[o] = s00;
          contraction[o + 1] = s10;
        }
      }
    }
    // std/optimizers.opt:102: x <- x - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + ...
    {
      const t1 = step_number[0]!;
      const t2 = t1 - 1;
      const t3 = t2;
      const t4 = 0.1 * (1 + Math.cos(3.141592653589793 * Math.min(t3 / 150, 1)));
      const t5 = t1;
      measures[2] = 1;
      lr[0] = t2 < 0 ? 0.1 * t3 / 0 : t4 / 2;
      subtract_3[0] = 1 - Math.pow(0.9, t5);
      subtract_4[0] = 1 - Math.pow(0.999, t5);
    }
    // std/optimizers.opt:102: x <- x - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + ...
    {
      const t8 = lr[0]!;
      const t9 = subtract_3[0]!;
      const t10 = subtract_4[0]!;
      let t11 = 0;
      for (let i = 0; i < 48; i += 1) {
        const t1 = adam_m_array[i]!;
        const t2 = contraction[i]! * 2;
        const t3 = 0.9 * t1 + 0.09999999999999998 * t2;
        const t4 = adam_v_array[i]!;
        const t5 = t2 * t2;
        const t6 = 0.999 * t4 + 0.0010000000000000009 * t5;
        const t7 = x[i]!;
        t11 = t11 + t5;
        adam_m_array[i] = t3;
        adam_v_array[i] = t6;
        x[i] = t7 - t8 * (t3 / t9) / (Math.sqrt(t6 / t10) + 1e-8);
      }
      reduce_4[0] = t11;
    }
    measures[1] = Math.sqrt(reduce_4[0]!);
  }
  function evaluate_1() {
    // examples/sinkhorn.opt:14: let f = zeros(a), g = zeros(b)
    for (let i = 0; i < 24; i += 1) {
      const p1 = i * 2;
      const p4 = i * 48;
      const p7 = i * 24;
      for (let j = 0; j < 24; j += 1) {
        const p2 = j * 2;
        const p5 = p4 + j * 2;
        let C_j = 0;
        for (let k = 0; k < 2; k += 1) {
          const t3 = x[p1 + k]! - target[p2 + k]!;
          C_j = C_j + t3 * t3;
          subtract_5[p5 + k] = t3;
        }
        C_2[p7 + j] = C_j;
      }
      result_5[i] = 0;
      result_6[i] = 0;
    }
    for (let r = 0; r < 50; r += 1) {
      turn_3[0] = r;
      // examples/sinkhorn.opt:16: f <- [i in a: -eps * logsumexp(j in b: (g[j] - C[i, j]) / eps...
      for (let i = 0; i < 24; i += 1) {
        const p1 = i * 24;
        let t3 = -Infinity;
        for (let j = 0; j < 24; j += 1) {
          const t2 = (result_6[j]! - C_2[p1 + j]!) / 0.02;
          t3 = Math.max(t3, t2);
          divide_7[p1 + j] = t2;
        }
        const t4 = Number.isFinite(t3) ? t3 : 0;
        let t6 = 0;
        for (let j = 0; j < 24; j += 1) {
          const t5 = divide_7[p1 + j]!;
          t6 = t6 + Math.exp(t5 - t4);
        }
        result_5[i] = -0.02 * (Math.log(t6) + t4) - 0.06356107660695892;
      }
      // examples/sinkhorn.opt:17: g <- [j in b: -eps * logsumexp(i in a: (f[i] - C[i, j]) / eps...
      for (let i = 0; i < 24; i += 1) {
        const p2 = i * 24;
        let t3 = -Infinity;
        for (let j = 0; j < 24; j += 1) {
          const t1 = (result_5[j]! - C_2[i + j * 24]!) / 0.02;
          t3 = Math.max(t3, t1);
          divide_8[p2 + j] = t1;
        }
        const t4 = Number.isFinite(t3) ? t3 : 0;
        let t6 = 0;
        for (let j = 0; j < 24; j += 1) {
          const t5 = divide_8[p2 + j]!;
          t6 = t6 + Math.exp(t5 - t4);
        }
        result_6[i] = -0.02 * (Math.log(t6) + t4) - 0.06356107660695892;
      }
    }
    // examples/sinkhorn.opt:14: let f = zeros(a), g = zeros(b)
    {
      let t4 = 0;
      for (let i = 0; i < 24; i += 1) {
        const t1 = result_5[i]!;
        const p2 = i * 24;
        for (let j = 0; j < 24; j += 1) {
          const t3 = C_2[p2 + j]!;
          t4 = t4 + Math.exp((t1 + result_6[j]! - t3) / 0.02) * t3;
        }
        result_7[i] = 0;
        result_8[i] = 0;
      }
      evaluation[0] = t4;
    }
    for (let r = 0; r < 50; r += 1) {
      turn_4[0] = r;
      {
        const p1 = turn_4[0]! * 24;
        for (let i = 0; i < 24; i += 1) {
          result_9[p1 + i] = result_8[i]!;
        }
      }
      // examples/sinkhorn.opt:16: f <- [i in a: -eps * logsumexp(j in b: (g[j] - C[i, j]) / eps...
      {
        const p1 = turn_4[0]! * 24;
        for (let i = 0; i < 24; i += 1) {
          const p2 = i * 24;
          let t4 = -Infinity;
          for (let j = 0; j < 24; j += 1) {
            const t3 = (result_9[p1 + j]! - C_2[p2 + j]!) / 0.02;
            t4 = Math.max(t4, t3);
            divide_9[p2 + j] = t3;
          }
          const t5 = Number.isFinite(t4) ? t4 : 0;
          let t7 = 0;
          for (let j = 0; j < 24; j += 1) {
            const t6 = divide_9[p2 + j]!;
            t7 = t7 + Math.exp(t6 - t5);
          }
          result_7[i] = -0.02 * (Math.log(t7) + t5) - 0.06356107660695892;
        }
      }
      // examples/sinkhorn.opt:17: g <- [j in b: -eps * logsumexp(i in a: (f[i] - C[i, j]) / eps...
      for (let i = 0; i < 24; i += 1) {
        const p2 = i * 24;
        let t3 = -Infinity;
        for (let j = 0; j < 24; j += 1) {
          const t1 = (result_7[j]! - C_2[i + j * 24]!) / 0.02;
          t3 = Math.max(t3, t1);
          divide_10[p2 + j] = t1;
        }
        const t4 = Number.isFinite(t3) ? t3 : 0;
        let t6 = 0;
        for (let j = 0; j < 24; j += 1) {
          const t5 = divide_10[p2 + j]!;
          t6 = t6 + Math.exp(t5 - t4);
        }
        result_8[i] = -0.02 * (Math.log(t6) + t4) - 0.06356107660695892;
      }
    }
    // examples/sinkhorn.opt:15: for k in 1..iterations {
    reduce_5.fill(0);
    for (let i = 0; i < 24; i += 1) {
      const t1 = result_7[i]!;
      const p2 = i * 24;
      let t6 = 0;
      for (let j = 0; j < 24; j += 1) {
        const t3 = C_2[p2 + j]!;
        const plan_j = Math.exp((t1 + result_8[j]! - t3) / 0.02);
        const t5 = t3 * plan_j / 0.02;
        reduce_5[j] = reduce_5[j]! + t5;
        t6 = t6 + t5;
        plan_2[p2 + j] = plan_j;
        divide_11[p2 + j] = t5;
        result_10[p2 + j] = 0;
      }
      loop_3[i] = t6;
    }
    // examples/sinkhorn.opt:19: return [i in a, j in b: exp((f[i] + g[j] - C[i, j]) / eps)]
    for (let i = 0; i < 24; i += 1) {
      loop_4[i] = reduce_5[i]!;
    }
    for (let r = 0; r < 50; r += 1) {
      turn_5[0] = r;
      // examples/sinkhorn.opt:16: f <- [i in a: -eps * logsumexp(j in b: (g[j] - C[i, j]) / eps...
      {
        const t1 = turn_5[0]!;
        const p2 = -t1 * 24 + 1176;
        for (let i = 0; i < 24; i += 1) {
          const p3 = i * 24;
          let t5 = -Infinity;
          for (let j = 0; j < 24; j += 1) {
            const t4 = (result_9[p2 + j]! - C_2[p3 + j]!) / 0.02;
            t5 = Math.max(t5, t4);
            divide_12[p3 + j] = t4;
          }
          const t6 = Number.isFinite(t5) ? t5 : 0;
          constant_2[i] = 0;
          let t9 = 0;
          for (let j = 0; j < 24; j += 1) {
            const t7 = divide_12[p3 + j]!;
            const t8 = Math.exp(t7 - t6);
            t9 = t9 + t8;
            exp_3[p3 + j] = t8;
          }
          reduce_6[i] = t9;
          subtract_6[i] = -0.02 * (Math.log(t9) + t6) - 0.06356107660695892;
        }
      }
      // examples/sinkhorn.opt:17: g <- [j in b: -eps * logsumexp(i in a: (f[i] - C[i, j]) / eps...
      reduce_7.fill(0);
      for (let i = 0; i < 24; i += 1) {
        const p2 = i * 24;
        let t3 = -Infinity;
        for (let j = 0; j < 24; j += 1) {
          const t1 = (subtract_6[j]! - C_2[i + j * 24]!) / 0.02;
          t3 = Math.max(t3, t1);
          divide_13[p2 + j] = t1;
        }
        const t4 = Number.isFinite(t3) ? t3 : constant_2[i]!;
        let t7 = 0;
        for (let j = 0; j < 24; j += 1) {
          const t5 = divide_13[p2 + j]!;
          const t6 = Math.exp(t5 - t4);
          t7 = t7 + t6;
          exp_4[p2 + j] = t6;
        }
        const t8 = loop_4[i]! * -0.02 / t7;
        for (let j = 0; j < 24; j += 1) {
          const t9 = exp_4[p2 + j]!;
          const t10 = t8 * t9 / 0.02;
          reduce_7[j] = reduce_7[j]! + t10;
          divide_14[p2 + j] = t10;
        }
      }
      // examples/sinkhorn.opt:16: f <- [i in a: -eps * logsumexp(j in b: (g[j] - C[i, j]) / eps...
      loop_4.fill(0);
      for (let i = 0; i < 24; i += 1) {
        const t1 = (loop_3[i]! + reduce_7[i]!) * -0.02 / reduce_6[i]!;
        const p2 = i * 24;
        for (let j = 0; j < 24; j += 1) {
          const t3 = t1 * exp_3[p2 + j]! / 0.02;
          loop_4[j] = loop_4[j]! + t3;
          const t4 = result_10[p2 + j]!;
          result_10[p2 + j] = t4 + (-divide_14[i + j * 24]! - t3);
        }
      }
      for (let i = 0; i < 24; i += 1) loop_3[i] = constant_2[i]!;
    }
    for (let j = 0; j < 576; j += 1) {
      add_2[j] = plan_2[j]! - divide_11[j]! + result_10[j]!;
    }
    // std/math.opt:15: fn squared_distance(a: real[n], b: real[n]): real = sum((a - b)^2)
    for (let b0 = 0; b0 < 24; b0 += 1) {
      const p0 = 0 + b0 * 48;
      const q0 = 0 + b0 * 24;
      const o0 = 0 + b0 * 2;
      {
        const pi = p0;
        const oi = o0;
        {
          let s00 = 0;
          let s10 = 0;
          let p = pi;
          let q = q0;
          for (let k = 0; k < 24; k += 1) {
            const x0 = subtract_5[p]!;
            const x1 = subtract_5[p + 1]!;
            const y0 = add_2[q]!;
            s00 += x0 * y0;
            s10 += x1 * y0;
            p += 2;
            q += 1;
          }
          const o = oi;
          contraction_2[o] = s00;
          contraction_2[o + 1] = s10;
        }
      }
    }
    {
      let t2 = 0;
      for (let i = 0; i < 48; i += 1) {
        const t1 = contraction_2[i]! * 2;
        t2 = t2 + t1 * t1;
      }
      reduce_8[0] = t2;
    }
    evaluation[1] = Math.sqrt(reduce_8[0]!);
  }
  function report_largest_share() {
    // examples/sinkhorn.opt:14: let f = zeros(a), g = zeros(b)
    for (let i = 0; i < 24; i += 1) {
      const p1 = i * 2;
      const p5 = i * 24;
      for (let j = 0; j < 24; j += 1) {
        const p2 = j * 2;
        let C_j = 0;
        for (let k = 0; k < 2; k += 1) {
          const t3 = x[p1 + k]! - target[p2 + k]!;
          C_j = C_j + t3 * t3;
        }
        C_3[p5 + j] = C_j;
      }
      result_11[i] = 0;
      result_12[i] = 0;
    }
    for (let r = 0; r < 50; r += 1) {
      turn_6[0] = r;
      // examples/sinkhorn.opt:16: f <- [i in a: -eps * logsumexp(j in b: (g[j] - C[i, j]) / eps...
      for (let i = 0; i < 24; i += 1) {
        const p1 = i * 24;
        let t3 = -Infinity;
        for (let j = 0; j < 24; j += 1) {
          const t2 = (result_12[j]! - C_3[p1 + j]!) / 0.02;
          t3 = Math.max(t3, t2);
          divide_15[p1 + j] = t2;
        }
        const t4 = Number.isFinite(t3) ? t3 : 0;
        let t6 = 0;
        for (let j = 0; j < 24; j += 1) {
          const t5 = divide_15[p1 + j]!;
          t6 = t6 + Math.exp(t5 - t4);
        }
        result_11[i] = -0.02 * (Math.log(t6) + t4) - 0.06356107660695892;
      }
      // examples/sinkhorn.opt:17: g <- [j in b: -eps * logsumexp(i in a: (f[i] - C[i, j]) / eps...
      for (let i = 0; i < 24; i += 1) {
        const p2 = i * 24;
        let t3 = -Infinity;
        for (let j = 0; j < 24; j += 1) {
          const t1 = (result_11[j]! - C_3[i + j * 24]!) / 0.02;
          t3 = Math.max(t3, t1);
          divide_16[p2 + j] = t1;
        }
        const t4 = Number.isFinite(t3) ? t3 : 0;
        let t6 = 0;
        for (let j = 0; j < 24; j += 1) {
          const t5 = divide_16[p2 + j]!;
          t6 = t6 + Math.exp(t5 - t4);
        }
        result_12[i] = -0.02 * (Math.log(t6) + t4) - 0.06356107660695892;
      }
    }
    // examples/sinkhorn.opt:29: report largest_share = max(plan) * n
    {
      let t3 = -Infinity;
      for (let i = 0; i < 24; i += 1) {
        const t1 = result_11[i]!;
        const p2 = i * 24;
        for (let j = 0; j < 24; j += 1) {
          t3 = Math.max(t3, Math.exp((t1 + result_12[j]! - C_3[p2 + j]!) / 0.02));
        }
      }
      reduce_9[0] = t3;
    }
    // examples/sinkhorn.opt:29: report largest_share = max(plan) * n
    reported_largest_share[0] = reduce_9[0]! * 24;
  }

  return {
    x: x,
    measures: measures,
    evaluation: evaluation,
    seed: seed_value,
    step: step_number,
    prepare: prepare,
    initial: initial,
    report0: report_largest_share,
    reported0: reported_largest_share,
    phases: [
      { start: start_1, step: step_1, evaluate: evaluate_1, rows: undefined as Int32Array | undefined },
    ],
  };
}
