/** What a run came to: objectives, constraints, reports and parameters at the end, asked of the program once more. */
import type { RunPhase, RunPlan } from './compiled.js';
import type { DrivenProgram, LastRead, Soon } from './driven.js';
import { hostFailureIn } from './host.js';
import { evaluated as places } from './infeasible.js';
import type {
  ConstraintOutcome,
  Divergence,
  NamedArray,
  NestedOutcome,
  PhaseOutcome,
  RunOutcome,
} from './run.js';

/** Values and multipliers by constraint; `evaluated` holds the former, then the latter, equalities first. */
function constraintsOf(about: RunPhase, evaluated: readonly number[]): readonly ConstraintOutcome[] {
  const sizeOf = (each: RunPhase['constraints'][number]): number => each.size;
  const count = about.constraints.reduce((total, each) => total + sizeOf(each), 0);
  const equalities = about.constraints
    .filter(({ relation }) => relation === 'equal')
    .reduce((total, each) => total + sizeOf(each), 0);
  return about.constraints.map(({ name, relation, shape, offset, size }) => {
    const start = relation === 'equal' ? offset : equalities + offset;
    const data = Float64Array.from(evaluated.slice(start, start + size));
    const multiplier = Float64Array.from(evaluated.slice(count + start, count + start + size));
    const violation = data.reduce(
      (most, value) => Math.max(most, relation === 'equal' ? Math.abs(value) : value),
      0,
    );
    return { name, shape, data, violation, multiplier };
  });
}

/** @param reported whether all reports are asked for, or only those that show parameters; the others are NaN then */
export async function summarize(
  plan: RunPlan,
  program: DrivenProgram,
  phases: readonly PhaseOutcome[],
  before: Divergence | undefined,
  seconds: number,
  reported: 'all' | 'parameters' = 'all',
): Promise<RunOutcome> {
  let divergence = before;
  /** A host that fails on the last question leaves a figure unknown. */
  const asked = async (size: number, ask: () => Soon<ArrayLike<number>>): Promise<Float64Array> => {
    let answer: Float64Array = new Float64Array(size).fill(NaN);
    const failure = await hostFailureIn(async () => {
      answer = Float64Array.from(await ask());
    });
    const step = phases.at(-1)?.steps ?? 0;
    if (failure !== undefined) divergence ??= { phase: Math.max(0, phases.length - 1), step, ...failure };
    return answer;
  };
  const objectives = new Map<string, number>();
  let gradNorm = NaN;
  let objective = NaN;
  let kkt: number | undefined;
  let constraints: readonly ConstraintOutcome[] = [];
  const nested: NestedOutcome[] = [];
  for (const [phase, about] of plan.phases.entries()) {
    if (about.process === true) continue;
    const evaluated = Array.from(await asked(2, () => program.evaluate(phase)));
    const [value, norm] = evaluated;
    if (about.constraints.length > 0) {
      kkt = evaluated[places.kkt];
      constraints = constraintsOf(about, evaluated.slice(places.constraints));
    }
    objective = value ?? NaN;
    if (about.several === undefined) objectives.set(about.objective.name, objective);
    about.several?.forEach(({ name }, index) => objectives.set(name, evaluated[2 + index] ?? NaN));
    gradNorm = norm ?? NaN;
    const inner = about.nested ?? [];
    inner.forEach(({ name }, index) => {
      const [norm = NaN, distance = NaN] = evaluated.slice(evaluated.length - 2 * (inner.length - index));
      nested.push({ phase, index, name, gradNorm: norm, distance });
    });
  }
  const reports: NamedArray[] = [];
  for (const [index, { name, type, parameter }] of plan.reports.entries()) {
    if (reported === 'all' || parameter !== undefined) {
      const data = await asked(sizeOf(type.shape), () => program.report(index));
      reports.push({ name, shape: type.shape, data });
    } else reports.push(unknownArray(name, type.shape));
  }
  const values = [...objectives].map(([name, value]) => ({ name, value }));
  return {
    status: divergence?.failure === undefined ? (phases.at(-1)?.status ?? 'finished') : 'diverged',
    steps: phases.reduce((sum, phase) => sum + phase.steps, 0),
    seconds,
    objectives: values,
    objective,
    gradNorm,
    kkt,
    constraints,
    nested,
    ...shownArrays(plan, reports, await program.readParameters()),
    phases,
    divergence,
  };
}

function shownArrays(
  plan: RunPlan,
  reports: readonly NamedArray[],
  x: Float64Array | Float32Array,
): Pick<RunOutcome, 'reports' | 'parameters'> {
  return {
    reports: reports.filter((_, index) => plan.reports[index]?.parameter === undefined),
    parameters: plan.parameters.map(({ name, shape, offset, size }, index) => {
      const shown = reports[plan.reports.findIndex(({ parameter }) => parameter === index)];
      return shown !== undefined
        ? { ...shown, name }
        : { name, shape, data: Float64Array.from(x.subarray(offset, offset + size)) };
    }),
  };
}

/** A run whose device is gone: the parameters that were read back last, and nothing that would have to be computed. */
export function summarizeLoss(
  plan: RunPlan,
  phases: readonly PhaseOutcome[],
  last: LastRead | undefined,
  message: string,
  seconds: number,
): RunOutcome {
  const [phase, step] = [last?.phase ?? 0, last?.step ?? 0];
  const about = plan.phases[phase];
  const reports = plan.reports.map(({ name, type }) => unknownArray(name, type.shape));
  const x =
    last?.parameters ?? new Float64Array(plan.parameters.reduce((sum, { size }) => sum + size, 0)).fill(NaN);
  const entered: readonly PhaseOutcome[] =
    about === undefined || phases.length > phase
      ? []
      : [{ title: about.title, steps: step, evaluations: 0, status: 'stopped', hasCondition: about.stops }];
  const taken = [...phases, ...entered];
  return {
    status: 'stopped',
    steps: taken.reduce((sum, each) => sum + each.steps, 0),
    seconds,
    objectives: [],
    objective: NaN,
    gradNorm: NaN,
    kkt: undefined,
    constraints: [],
    nested: [],
    ...shownArrays(plan, reports, x),
    phases: taken,
    divergence: undefined,
    loss: { phase, step, message },
  };
}

function unknownArray(name: string, shape: readonly number[]): NamedArray {
  return { name, shape, data: new Float64Array(sizeOf(shape)).fill(NaN) };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
