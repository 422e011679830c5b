/**
 * The value of a scalar expression that is known before the run: hyperparameters, sizes of dimensions, limits of
 * intervals. Undefined where it depends on something that has no value (yet).
 */
import { evaluateDimension } from '../check/dimension.js';
import type { ApplyName, TypedExpression, ValueSymbol } from '../check/typed.js';
import type { DimensionSymbol } from '../check/types.js';

export interface KnownValues {
  readonly value: (symbol: ValueSymbol) => number | undefined;
  readonly size: (symbol: DimensionSymbol) => number | undefined;
}

const operations: Partial<Record<ApplyName, (a: number, b: number) => number>> = {
  negate: (a) => -a,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  power: (a, b) => a ** b,
  floor_divide: (a, b) => Math.floor(a / b),
  modulo: (a, b) => a - b * Math.floor(a / b),
  maximum: Math.max,
  minimum: Math.min,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
};

export function staticValue(expression: TypedExpression, known: KnownValues): number | undefined {
  if (expression.kind === 'constant') return expression.value;
  if (expression.kind === 'dimension') return evaluateDimension(expression.dimension, known.size);
  if (expression.kind === 'reference') {
    const { symbol } = expression;
    return known.value(symbol) ?? (symbol.dimension === undefined ? undefined : known.size(symbol.dimension));
  }
  if (expression.kind !== 'apply') return undefined;
  const operation = operations[expression.operator];
  const [first, second] = expression.operands.map((operand) => staticValue(operand, known));
  if (operation === undefined || first === undefined) return undefined;
  if (expression.operands.length > 1 && second === undefined) return undefined;
  return operation(first, second ?? 0);
}
