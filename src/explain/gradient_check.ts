/**
 * The compiled gradient against differences of the compiled objective. Each objective is compiled alone, with plain gradient
 * descent of step 1, so that a step from x ends at x - g; the value is what the step measures where it starts.
 */
import type { CompileOptions } from '../compile.js';
import { compileSource, prepareRun } from '../compile.js';
import type { ObjectiveDeclaration } from '../parser/ast.js';
import { parse } from '../parser/parse.js';
import type { SourceFile, Span } from '../parser/source.js';
import type { CompiledProgram, RunPlan } from '../runtime/compiled.js';

export interface ParameterCheck {
  readonly parameter: string;
  /** The largest difference of an element, relative to the largest element of the parameter's gradient. */
  readonly difference: number;
  /** How many elements were compared, and of how many. */
  readonly compared: number;
  readonly size: number;
}

export interface ObjectiveCheck {
  /** The label, or what stands behind `minimize`. */
  readonly objective: string;
  readonly parameters: readonly ParameterCheck[];
}

export type GradientCheck =
  | { readonly ok: true; readonly objectives: readonly ObjectiveCheck[] }
  | { readonly ok: false; readonly reason: string };

/** Elements of one parameter, evenly spread, at most. */
const mostElements = 12;
/** Differences above this are shown as wrong: central differences are good to about 1e-9. */
export const tolerated = 1e-4;

export async function checkGradients(
  source: SourceFile,
  options: CompileOptions = {},
): Promise<GradientCheck> {
  const { file } = parse(source);
  const objectives = file.declarations.filter((each) => each.kind === 'objective');
  if (objectives.length === 0) return { ok: false, reason: 'there is no objective' };
  const checks: ObjectiveCheck[] = [];
  for (const objective of objectives) {
    const text = alone(source, objective);
    const { compilation, diagnostics } = await compileSource({ path: source.path, text }, options);
    if (compilation === undefined) {
      const reason = diagnostics.find(({ severity }) => severity === 'error');
      return { ok: false, reason: reason?.message ?? 'the objective does not compile alone' };
    }
    const compiled = await prepareRun(compilation);
    const name = objective.label?.name ?? textOf(objective.value.span);
    checks.push({ objective: name, parameters: compared(compilation.program, compiled) });
  }
  return { ok: true, objectives: checks };
}

/** The source with one objective, without sets, and with a step that shows the gradient. Lines stay where they are. */
function alone({ text, path }: SourceFile, { value, split }: ObjectiveDeclaration): string {
  const { file } = parse({ path, text });
  let result = text;
  for (const declaration of [...file.declarations].reverse()) {
    switch (declaration.kind) {
      case 'objective':
      case 'constraint':
      case 'solve':
      case 'process':
      case 'report':
      case 'test':
      case 'precision':
        result = blanked(result, declaration.span);
        break;
      case 'param':
        if (declaration.membership !== undefined) result = blanked(result, membershipSpan(text, declaration));
        break;
      default:
    }
  }
  const on = split === undefined ? '' : ` on ${split.name}`;
  const objective = `minimize ${textOf(value.span)}${on}`;
  return `${result}\n${objective}\nsolve using gradient_descent(1) for 1 steps\n`;
}

interface Kept {
  readonly type: { readonly span: Span };
  readonly membership:
    { readonly set: { readonly span: Span }; readonly how: { readonly span: Span } | undefined } | undefined;
}

/** ` in simplex by map`, between the type and the start. */
function membershipSpan(
  text: string,
  { type, membership }: Kept,
): { readonly start: number; readonly end: number } {
  const start = type.span.end;
  return {
    start,
    end: Math.min(text.length, membership?.how?.span.end ?? membership?.set.span.end ?? start),
  };
}

function blanked(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, ' ') + text.slice(end);
}

function textOf({ file, start, end }: Span): string {
  return file.text.slice(start, end);
}

function compared(plan: RunPlan, compiled: CompiledProgram): readonly ParameterCheck[] {
  compiled.initialize(plan.seed);
  compiled.startPhase(0);
  const first = compiled.saveState();
  /** A step from a point: the value there, and the gradient. */
  const stepFrom = (x: Float64Array): { readonly value: number; readonly gradient: Float64Array } => {
    compiled.restoreState({ ...first, parameters: x });
    compiled.step(0);
    const value = compiled.measures[0] ?? NaN;
    return { value, gradient: x.map((each, place) => each - (compiled.parameters[place] ?? NaN)) };
  };
  const start = Float64Array.from(first.parameters);
  // Beside the start, where kinks are likelier: parameters often begin at 0.
  const beside = start.map((each, place) => each + 0.01 * Math.cos(2.4 * place + 1));
  const x = Number.isFinite(stepFrom(beside).value) ? beside : start;
  const { value: here, gradient } = stepFrom(x);
  // A difference cannot tell slopes below this from the rounding of the value.
  const least = 1e-6 * Math.abs(here) + 1e-300;
  return plan.parameters.map(({ name, offset, size }) => {
    const places = spread(size).map((place) => offset + place);
    const scale = Math.max(least, ...gradient.subarray(offset, offset + size).map(Math.abs));
    const differences = places.map((place) => {
      const width = 1e-5 * Math.max(1, Math.abs(x[place] ?? 0));
      const at = (by: number): number => stepFrom(x.with(place, (x[place] ?? 0) + by)).value;
      const slope = (8 * (at(width) - at(-width)) - (at(2 * width) - at(-2 * width))) / (12 * width);
      return Math.abs(slope - (gradient[place] ?? NaN)) / Math.max(scale, Math.abs(slope));
    });
    const difference = differences.reduce((most, each) => (each <= most ? most : each), 0);
    return { parameter: name, difference, compared: places.length, size };
  });
}

function spread(size: number): readonly number[] {
  const count = Math.min(size, mostElements);
  return Array.from({ length: count }, (_, place) => Math.floor((place * size) / count));
}

/** A line for each parameter. */
export function gradientCheckText(objectives: readonly ObjectiveCheck[]): string {
  return objectives
    .map(({ objective, parameters }) => {
      const width = Math.max(...parameters.map(({ parameter }) => parameter.length));
      const rows = parameters.map(({ parameter, difference, compared: count, size }) => {
        const verdict = difference <= tolerated ? '' : '  <- differs';
        const of = count === size ? `${size}` : `${count} of ${size}`;
        return `  ${parameter.padEnd(width)}  ${difference.toExponential(1)}  (${of})${verdict}`;
      });
      return [`${objective}: largest relative difference of each parameter`, ...rows].join('\n');
    })
    .join('\n\n');
}
