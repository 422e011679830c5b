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

/** What differs between programs, and between modules with WebAssembly and without. */
export interface DriverParts {
  /** Statements that give the program its hyperparameters. */
  readonly setHypers: string;
  /** Members of the result that a program with constraints has. */
  readonly constrained: string;
  /** Whether phases can have a function that takes several steps. */
  readonly blocks: boolean;
}

/** What makes a trainer; with blocks it has a member `advance` besides, for `train`. */
export const createTrainerBody = ({
  setHypers,
  constrained,
  blocks,
}: DriverParts): string => `const program = createProgram();
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
${blocks ? '  program.epoch[0] = -1;\n' : ''}  program.phases[index]?.start();
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

${takeText(blocks)}

${blocks ? '// One step, or as many of so many as one call can take.\nfunction advance(most: number)' : 'function step()'}: boolean {
  if (entered < 0) enter(0);
  while (!over && progress.step >= progress.steps) enter(entered + 1);
  const facts = phases[entered];
  if (over || facts === undefined) return false;
  const isMarked = progress.step % 100 === 0;
  if (isMarked) unchecked.set(x);
  const taken = take(facts${blocks ? ', most' : ''});
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
  ${blocks ? 'step: () => advance(1),\n  advance' : 'step'},
  result,
};`;

/** The last of the steps that it takes has left its measures. */
const takeText = (
  blocks: boolean,
): string => `function take(facts: PhaseFacts${blocks ? ', most: number' : ''}): number {
  const phase = program.phases[entered];
${
  blocks
    ? `  if (phase?.several !== undefined) {
    program.step[0] = progress.step;
    return phase.several(Math.min(most, progress.steps - progress.step, 100 - (progress.step % 100)));
  }
`
    : ''
}  const next = progress.step + 1;
  program.step[0] = next;
  sample(next, facts);
  phase?.step();
  return 1;
}`;

export const trainBody = (
  blocks: boolean,
): string => `const trainer = ${blocks ? 'createDriver' : 'createTrainer'}(data, options);
const { signal, onStep } = options;
const stopped = (): Result => ({ ...trainer.result(), status: 'stopped' });
const isAborted = (): boolean => signal?.aborted === true;
if (isAborted()) return stopped();
let sliceEnd = performance.now() + 10;
${blocks ? blockLoop : stepLoop}
  await new Promise((resume) => setTimeout(resume, 0));
  if (isAborted()) return stopped();
  sliceEnd = performance.now() + 10;
}
return trainer.result();`;

const stepLoop = `while (trainer.step()) {
  if (onStep?.(trainer.progress) === 'stop') return stopped();
  if (performance.now() < sliceEnd) continue;`;

/** Blocks of a few milliseconds. */
const blockLoop = `let block = 1;
let begun = performance.now();
while (trainer.advance(onStep === undefined ? block : 1)) {
  if (onStep?.(trainer.progress) === 'stop') return stopped();
  const now = performance.now();
  if (now - begun > 4) block = Math.max(1, block >> 1);
  else if (now - begun < 1) block = Math.min(2 * block, 100);
  begun = now;
  if (now < sliceEnd) continue;`;

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
