/**
 * The part of an emitted module that does not depend on the program: trainer, training loop, checks of the data.
 * It is TypeScript text in which `phases`, `createProgram`, `loadData`, `readParams` and `readReports` are the program's.
 */

export const driverInterfaces = {
  Options: `/** The program's own seed without one. */
readonly seed?: number;
/** At most so many steps in each phase. */
readonly steps?: number;
/** Called after every step, with the same object each time; \`'stop'\` ends the run. */
readonly onStep?: (progress: Progress) => void | 'stop';
/** Ends the run at the next opportunity, about every 10 ms. */
readonly signal?: AbortSignal;`,
  Progress: `/** From 0. */
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
readonly seconds: number;`,
  Result: `readonly status: 'converged' | 'finished' | 'stopped' | 'diverged';
/** All phases together. */
readonly steps: number;
readonly seconds: number;
/** On all training rows, at the final parameters. */
readonly objective: number;
readonly gradNorm: number;
/** By name, as they are written. */
readonly objectives: Objectives;
readonly reports: Reports;
readonly params: Params;`,
  Trainer: `/** Views of the parameters, which every step changes. */
readonly params: Params;
readonly progress: Progress;
/** How the run ended, or stands. */
readonly status: Result['status'];
/** One step. False when there is none left: the run has converged, finished or diverged. */
step(): boolean;
/** Objective, reports and a copy of the parameters as they are now. */
result(): Result;`,
} as const;

/**
 * @param setHypers statements that give the program its hyperparameters
 * @param constrained members of the result that a program with constraints has
 */
export const createTrainerBody = (
  setHypers: string,
  constrained: string,
): string => `const program = createProgram();
loadData(program, data);
${setHypers}program.seed[0] = options.seed ?? defaultSeed;
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

function step(): boolean {
  if (entered < 0) enter(0);
  while (!over && progress.step >= progress.steps) enter(entered + 1);
  const facts = phases[entered];
  if (over || facts === undefined) return false;
  const next = progress.step + 1;
  if ((next - 1) % 100 === 0) unchecked.set(x);
  program.step[0] = next;
  sample(next, facts);
  program.phases[entered]?.step();
  let finite = next < progress.steps || x.every(Number.isFinite);
  for (let index = 0; index < facts.measures; index += 1) finite &&= Number.isFinite(measures[index]);
  if (!finite) {
    status = 'diverged';
    over = true;
    x.set(checked);
    total += 1;
    progress.step = next;
    progress.objective = measures[0] ?? NaN;
    return false;
  }
  if ((next - 1) % 100 === 0) [checked, unchecked] = [unchecked, checked];
  progress.objective = measures[0] ?? NaN;
  progress.gradNorm = facts.gradNorm < 0 ? NaN : (measures[facts.gradNorm] ?? NaN);
  progress.seconds = (performance.now() - started) / 1000;
  if (facts.stop >= 0 && measures[facts.stop] === 1) {
    status = 'converged';
    progress.steps = progress.step;
    if (entered === phases.length - 1) over = true;
    return !over;
  }
  status = 'finished';
  total += 1;
  progress.step = next;
  progress.epoch = next / facts.stepsPerEpoch;
  return true;
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
${constrained}    reports: readReports(program),
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
};`;

export const trainBody = `const trainer = createTrainer(data, options);
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
return trainer.result();`;

export const checkNumbersBody = `if (values === undefined || values === null || values.length !== size) {
  throw new Error(\`\${name} has \${values?.length ?? 0} values instead of \${size}\`);
}
for (let index = 0; index < size; index += 1) {
  const value = values[index];
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new Error(\`\${name}[\${index}] is \${String(value)}, which is not a finite number\`);
  }
}`;

export const checkIntegersBody = `checkNumbers(name, values, size);
for (let index = 0; index < size; index += 1) {
  const value = values[index] ?? NaN;
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new Error(\`\${name}[\${index}] is \${value}, which is not an integer from \${low} to \${high}\`);
  }
}`;

export const setHyperBody = `if (typeof value !== 'number' || !Number.isFinite(value) || value < from || value > to) {
  throw new Error(\`the hyperparameter \${name} is \${String(value)}, which is not a number from \${from} to \${to}\`);
}
cell[0] = value;`;

export const setRowsBody = `const width = order.length === 0 ? 0 : cells.length / order.length;
for (let row = 0; row < order.length; row += 1) {
  const from = (order[row] ?? 0) * width;
  for (let column = 0; column < width; column += 1) {
    cells[row * width + column] = values[from + column] ?? NaN;
  }
}`;
