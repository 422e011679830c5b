/**
 * Guards. An untaken branch or a guarded-out element must contribute neither a value nor a NaN, not even to a
 * derivative. So while a guarded expression is elaborated, every operation that could leave the finite numbers gets a
 * harmless operand wherever the guard is false; what the branch computes there is finite and is then not selected.
 */
import type { ApplyName } from '../../check/typed.js';
import type { Context } from './context.js';
import { constant, constantOf, elementwise } from './tensor.js';
import type { Tensor } from './value.js';

/** For each operand of a risky operation: the harmless value, or undefined where any operand will do. */
const harmless: Readonly<Partial<Record<ApplyName, readonly (number | undefined)[]>>> = {
  log: [1],
  log1p: [0],
  sqrt: [1],
  exp: [0],
  expm1: [0],
  sinh: [0],
  cosh: [0],
  tan: [0],
  asin: [0],
  acos: [0],
  acosh: [2],
  atanh: [0],
  lgamma: [1],
  digamma: [1],
  divide: [undefined, 1],
  power: [1, 1],
  floor_divide: [undefined, 1],
  modulo: [undefined, 1],
};

export function currentGuard(context: Context): Tensor | undefined {
  return context.guards[context.guards.length - 1];
}

/** Elaborates `body` knowing that its result counts only where `condition` holds. */
export function guarded<T>(context: Context, condition: Tensor, body: () => T): T {
  const outer = currentGuard(context);
  const both = outer === undefined ? condition : elementwise(context.frame, 'and', [outer, condition]);
  context.guards.push(both);
  try {
    return body();
  } finally {
    context.guards.pop();
  }
}

export function negated(context: Context, condition: Tensor): Tensor {
  return elementwise(context.frame, 'not', [condition]);
}

/** The operands of an operation, harmless where the current guard is false. */
export function guardedOperands(
  context: Context,
  operator: ApplyName,
  operands: readonly Tensor[],
): readonly Tensor[] {
  const guard = currentGuard(context);
  const safe = harmless[operator];
  if (guard === undefined || safe === undefined) return operands;
  return operands.map((operand, index) => {
    const value = safe[index];
    if (value === undefined || constantOf(operand) !== undefined) return operand;
    return orHarmless(context, operand, value);
  });
}

/** The value where the current guard holds, else a constant. */
export function orHarmless(context: Context, value: Tensor, otherwise: number): Tensor {
  const guard = currentGuard(context);
  if (guard === undefined) return value;
  const filler = constant(context.frame, otherwise, value.node.type.dtype);
  return selectLanes(context, guard, value, filler);
}

/** A condition without own axes chooses whole values, lane by lane. */
export function selectLanes(context: Context, condition: Tensor, then: Tensor, otherwise: Tensor): Tensor {
  return elementwise(context.frame, 'select', [condition, then, otherwise]);
}
