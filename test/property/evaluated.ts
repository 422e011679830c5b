/** What the evaluator says of a random program: value, gradient and Hessian products, and how far rounding may move them. */
import { prepareProblem } from '../../src/check/evaluate/prepare.js';
import type { PreparedProblem } from '../../src/check/evaluate/prepare.js';
import { evaluateHessianProduct, evaluateObjective, objectiveAt } from '../../src/check/evaluate/problem.js';
import { valueOf } from '../../src/check/evaluate/scalar.js';
import type { TypedProblem } from '../../src/check/typed.js';
import { checkSource } from '../../src/front_end.js';
import type { RandomProgram } from './generate.js';
import { rawOf, sourceOf } from './generate.js';

/** The checked program; a diagnostic is a failure, since every random program is well-typed. */
export function typedProblemOf(
  program: RandomProgram,
  options: { readonly solve?: boolean } = {},
): TypedProblem {
  const text = sourceOf(program, options);
  const { problem, diagnostics } = checkSource({ path: '<random>', text });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (problem === undefined || errors.length > 0) {
    const shown = errors.map(
      ({ code, message, span, notes }) =>
        `${code} ${message} at \`${text.slice(span.start, span.end)}\` ${(notes ?? []).join(' ')}`,
    );
    throw new Error(`not well-typed: ${shown.join('\n')}`);
  }
  return problem;
}

export function prepared(program: RandomProgram, problem = typedProblemOf(program)): PreparedProblem {
  const sizes = new Map(
    problem.dimensions.map(({ symbol }) => [
      symbol,
      program.dims.find(({ text }) => text === symbol.name)?.most ?? NaN,
    ]),
  );
  return prepareProblem(problem, { raw: rawOf(program), sizes });
}

export function plainValue(problem: PreparedProblem, x: readonly number[]): number {
  const [objective] = problem.problem.objectives;
  if (objective === undefined) throw new Error('a random program has an objective');
  return valueOf(objectiveAt(problem, objective, { x, training: true }));
}

export interface Evaluated {
  readonly value: number;
  readonly gradient: readonly number[];
  /** The Hessian times x. */
  readonly curvature: readonly number[];
}

export function evaluateAt(problem: PreparedProblem, x: readonly number[]): Evaluated {
  const { value, gradient } = evaluateObjective(problem, x);
  return { value, gradient, curvature: evaluateHessianProduct(problem, x, x) };
}

export const norm = (vector: readonly number[]): number => Math.hypot(...vector);

export const difference = (a: readonly number[], b: readonly number[]): number =>
  norm(a.map((value, index) => value - (b[index] ?? NaN)));

/** How much each answer moves when the point moves by 1e-10: a measure of the problem's condition. */
export function sensitivity(
  problem: PreparedProblem,
  x: readonly number[],
  here: Evaluated,
): { value: number; gradient: number; curvature: number } {
  const moved = evaluateAt(
    problem,
    x.map((value, index) => value + (index % 2 === 0 ? 1e-10 : -1e-10)),
  );
  return {
    value: Math.abs(moved.value - here.value),
    gradient: difference(moved.gradient, here.gradient),
    curvature: difference(moved.curvature, here.curvature),
  };
}
