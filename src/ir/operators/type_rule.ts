/**
 * The type rules of the operators, in a form that both the builder and the verifier use: given the operator and the
 * input types (and the declared type, where the shape is the operator's own choice), a rule answers the result types
 * or throws a `TypeRuleError`. By the time a graph is built the program has been checked, so a failure here is a bug
 * of the compiler and its text is for whoever repairs it.
 */
import type { Operator, TensorType } from '../graph.js';
import { at, showType } from '../types.js';

export class TypeRuleError extends Error {}

export type TypeRule<O extends Operator> = (
  operator: O,
  inputs: readonly TensorType[],
  declared: TensorType | undefined,
) => readonly TensorType[];

export function require(condition: boolean, text: () => string): void {
  if (!condition) throw new TypeRuleError(text());
}

export function requireArity(inputs: readonly TensorType[], count: number): void {
  require(inputs.length === count, () => `takes ${count} inputs, got ${inputs.length}`);
}

export function requireDType(type: TensorType, dtype: TensorType['dtype'], what: string): void {
  require(type.dtype === dtype, () => `${what} must be ${dtype}, got ${showType(type)}`);
}

export function requireDeclared(declared: TensorType | undefined): TensorType {
  if (declared === undefined) throw new TypeRuleError('needs a declared type');
  return declared;
}

export function requireAxis(type: TensorType, axis: number): void {
  require(Number.isInteger(axis) && axis >= 0 && axis < type.shape.length, () =>
    `axis ${axis} is outside ${showType(type)}`);
}

/** Strictly increasing and inside the rank. */
export function requireAxes(rank: number, axes: readonly number[]): void {
  axes.forEach((axis, position) => {
    const increasing = position === 0 || axis > at(axes, position - 1);
    require(Number.isInteger(axis) && axis >= 0 && axis < rank && increasing, () =>
      `axes [${axes.join(', ')}] are not increasing axes of a rank-${rank} array`);
  });
}
