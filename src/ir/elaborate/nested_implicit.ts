/** Implicit derivatives of nested problems: the solution as the root of the inner gradient. */
import type { TypedDifferentiation } from '../../check/typed.js';
import { GraphBuilder } from '../builder.js';
import { jacobianProduct } from '../differentiate/implicit.js';
import type { LinearSolver, Node, Region } from '../graph.js';
import { at } from '../types.js';
import { fail } from './context.js';
import type { InnerProblem } from './nested.js';
import { gradients, tensorsOf, vectorOf } from './objective.js';
import { normOf } from './queries.js';
import { castTo, constantOf } from './tensor.js';
import type { View } from './view.js';

type Implicit = Extract<TypedDifferentiation, { kind: 'implicit' }>;

/** The solution with its derivative; the norm of the gradient there; how far Newton's method would go from it. */
export function implicitSolution(
  problem: InnerProblem,
  differentiation: Implicit,
  reached: Node,
): readonly Node[] {
  const { view, frame, stored } = problem;
  const { builder } = frame;
  const residual = gradientRegion(problem);
  const x = builder.stopGradient(reached);
  const solver = solverOf(view, differentiation);
  const solution = builder.node({ kind: 'implicit_root', lanes: 0, residual, solver }, [x, ...stored]);
  const gradient = at(builder.inline(residual, [x, ...stored]), 0);
  const newton = builder.node({ kind: 'linear_solve', lanes: 0, apply: jacobianProduct(residual), solver }, [
    gradient,
    x,
    ...stored,
  ]);
  const length = builder.binary('maximum', normOf(builder, x), builder.constant(1e-30));
  return [solution, normOf(builder, gradient), builder.binary('divide', normOf(builder, newton), length)];
}

/** (x, stored..) -> the gradient of the inner objective by x. */
function gradientRegion({ slots, queries, stored }: InnerProblem): Region {
  const { value } = queries.objective;
  const builder = new GraphBuilder();
  const size = slots.reduce((total, slot) => total + slot.size, 0);
  const x = builder.parameter({ dtype: 'real', shape: [size] }, 'x');
  const others = stored.map((node) => builder.parameter(node.type, node.label ?? 'captured'));
  const wrt = slots.map((_, index) => index);
  const slopes = builder.inline(gradients(value, wrt), [...tensorsOf(builder, x, slots), ...others]);
  return builder.region([x, ...others], [vectorOf(builder, slopes, slots)]);
}

function solverOf(view: View, { solver, iterations, tolerance }: Implicit): LinearSolver {
  const number = (part: Implicit['iterations'], what: string, fits: (value: number) => boolean): number => {
    const value = constantOf(castTo(view.frame, view.tensor(part), 'real'));
    if (value !== undefined && fits(value)) return value;
    return fail('AM5045', part.span, `${what} of \`implicit\` is ${value ?? 'not known before the run'}`, [
      'It is a positive number that depends on no data and no parameter.',
    ]);
  };
  const isDefault = iterations.kind === 'constant' && iterations.value === -1;
  return {
    method: solver,
    iterations: isDefault
      ? -1
      : number(
          iterations,
          solver === 'cg' ? 'the number of iterations' : 'the number of terms',
          (value) => value >= 1,
        ),
    tolerance: number(tolerance, solver === 'cg' ? 'the tolerance' : 'the rate', (value) => value > 0),
  };
}
