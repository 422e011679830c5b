/** What the sets of all parameters make of vectors over them, part by part: nearest points, retractions, what is kept. */
import type { SetOperation } from '../set_operations.js';
import { operationsAsked } from '../set_needs.js';
import type { TypedExpression, TypedMembership, TypedOptimizerValue } from '../typed.js';
import { arrayOf, elementAt, numbersOf, sizeOf } from './array.js';
import { evaluateArray } from './expression.js';
import type { PreparedProblem } from './prepare.js';
import { widen } from './prepare.js';
import { openView, type View } from './problem.js';
import { add, type Scalar } from './scalar.js';

function perParameter(
  prepared: PreparedProblem,
  vectors: readonly (readonly number[])[],
  partOf: (membership: TypedMembership) => TypedExpression | undefined,
  free: (parts: readonly (readonly number[])[]) => readonly number[],
): number[] {
  const environment = openView(prepared, { x: vectors[0] ?? [], training: false });
  let offset = 0;
  return prepared.problem.parameters.flatMap(({ membership }, position) => {
    const shape = prepared.shapes[position] as readonly number[];
    const start = offset;
    offset += sizeOf(shape);
    const parts = vectors.map((vector) => vector.slice(start, offset));
    const expression = membership && partOf(membership);
    if (membership === undefined || expression === undefined) return free(parts);
    const frame = environment.inner();
    [membership.point, membership.other].forEach((symbol, index) => {
      const part = parts[index];
      if (part !== undefined) frame.bind(symbol, arrayOf(shape, part));
    });
    return numbersOf(widen(evaluateArray(expression, frame), shape));
  });
}

/** A parameter without a set is its own projection, retraction and mirror image. */
export function setOperation(
  prepared: PreparedProblem,
  operation: SetOperation,
  vectors: readonly (readonly number[])[],
): number[] {
  return perParameter(
    prepared,
    vectors,
    ({ operations }) => operations[operation],
    ([first = [], second]) => {
      if (operation === 'retract' && second !== undefined)
        return first.map((each, index) => each + (second[index] ?? NaN));
      return operation === 'tangent' && second !== undefined ? second : first;
    },
  );
}

/** The nearest point at which every parameter that has one lies in its set. */
export function projected(prepared: PreparedProblem, x: readonly number[]): number[] {
  return setOperation(prepared, 'project', [x]);
}

/** Where parameters are after a step from `before`, when the optimizer put them at `after`. */
export function keptInSets(
  prepared: PreparedProblem,
  optimizer: TypedOptimizerValue,
  before: readonly number[],
  after: readonly number[],
): number[] {
  const retracts = operationsAsked(optimizer).has('retract');
  return perParameter(
    prepared,
    [before, after],
    ({ keeping, keep }) => (keeping === 'retraction' && retracts ? undefined : keep),
    ([, moved = []]) => moved,
  );
}

/** The gradient made tangent to the manifolds that parameters are kept on. */
export function tangentGradient(
  prepared: PreparedProblem,
  x: readonly number[],
  gradient: readonly number[],
): number[] {
  return perParameter(
    prepared,
    [x, gradient],
    ({ keeping, operations }) => (keeping === 'retraction' ? operations.tangent : undefined),
    ([, slope = []]) => slope,
  );
}

export function hasManifolds(prepared: PreparedProblem): boolean {
  return prepared.problem.parameters.some(({ membership }) => membership?.keeping === 'retraction');
}

/** The barriers at a point of a step, each times its weight. */
export function barriersAt(prepared: PreparedProblem, view: View, T: number): Scalar {
  return prepared.problem.parameters.reduce<Scalar>((sum, { membership }) => {
    if (membership?.added === undefined) return sum;
    const frame = openView(prepared, view).within({ schedule: { t: view.step ?? 1, T } });
    return add(sum, elementAt(evaluateArray(membership.added, frame), 0));
  }, 0);
}
