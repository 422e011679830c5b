/** How a unit walks through memory: which of its loops moves what it reads by one element. */
import { flatIndex, visitExpressions } from './nest-expressions.js';
import type { Affine, Variable } from './nest-affine.js';
import type { Expression } from './nest.js';

/** Of the elements that a value is read from and that move with `inner`: how many move by one with `loop`. */
export function neighboursAlong(
  value: Expression | undefined,
  loop: Variable | undefined,
  inner = loop,
): number {
  if (value === undefined || loop === undefined || inner === undefined) return 0;
  let count = 0;
  visitExpressions([value], (expression) => {
    const index = indexRead(expression);
    if (index === undefined || coefficient(index, inner) === 0) return;
    if (Math.abs(coefficient(index, loop)) === 1) count += 1;
  });
  return count;
}

/** The loop that turns fastest. */
export function fastest(loops: readonly Variable[]): Variable | undefined {
  return loops.filter(({ extent }) => extent > 1).at(-1);
}

function coefficient(index: Affine, variable: Variable): number {
  return index.terms.find((term) => term.variable === variable)?.coefficient ?? 0;
}

function indexRead(expression: Expression): Affine | undefined {
  if (expression.kind === 'load') return expression.index;
  if (expression.kind !== 'reference') return undefined;
  return flatIndex(expression.index, expression.unit.strides);
}
