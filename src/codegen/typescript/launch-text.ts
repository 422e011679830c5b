/** Small pieces of the text of a launch: names of loops, folds and their starts, what a store writes. */
import type { Monoid } from '../../ir/graph.js';
import type { Variable } from '../../ir/nest-affine.js';
import type { Expression, Unit } from '../../ir/nest.js';
import { precedence } from '../../ir/operators/elementwise/lowering.js';
import type { ScalarLowering, ScalarText } from '../../ir/operators/elementwise/lowering.js';
import { numberText } from './text.js';

export const identities: Readonly<Record<Monoid, string>> = {
  sum: '0',
  product: '1',
  max: '-Infinity',
  min: 'Infinity',
  and: 'true',
  or: 'false',
};

export function combine(monoid: Monoid, accumulator: string, value: ScalarText): string {
  const operand = (level: number): string => (value.precedence < level ? `(${value.text})` : value.text);
  switch (monoid) {
    case 'sum':
      return `${accumulator} + ${operand(precedence.multiplicative)}`;
    case 'product':
      return `${accumulator} * ${operand(precedence.unary)}`;
    case 'max':
    case 'min':
      return `Math.${monoid}(${accumulator}, ${value.text})`;
    case 'and':
      return `${accumulator} && ${operand(precedence.equality)}`;
    case 'or':
      return `${accumulator} || ${operand(precedence.equality)}`;
    default:
      return monoid satisfies never;
  }
}

export const loopLetters = 'ijklmn';

export function loopName(variable: Variable): string {
  if (variable.kind !== 'loop') throw new Error('compiler bug: not a loop');
  return loopLetters[variable.depth] ?? `i${variable.depth}`;
}

/** Does the text mention an operand twice (`a * a`)? Then the operand must be a name. */
export function repeatsOperand(lowering: ScalarLowering): boolean {
  const text = lowering.print('@0', '@1', '@2');
  return ['@0', '@1', '@2'].some((operand) => text.indexOf(operand) !== text.lastIndexOf(operand));
}

export function isName({ text }: ScalarText): boolean {
  return /^-?[\w.]+$/.test(text);
}

export function constantText(expression: Extract<Expression, { kind: 'constant' }>): ScalarText {
  if (expression.dtype === 'bool') return primary(expression.value === 0 ? 'false' : 'true');
  return numberText(expression.value);
}

export function identityNumber(monoid: Monoid): number {
  return { sum: 0, product: 1, max: -Infinity, min: Infinity, and: 1, or: 0 }[monoid];
}

export function storeText(text: ScalarText, unit: Unit): string {
  if (unit.place.dtype !== 'bool') return text.text;
  return text.precedence <= precedence.conditional ? `(${text.text}) ? 1 : 0` : `${text.text} ? 1 : 0`;
}

export function primary(text: string): ScalarText {
  return { text, precedence: precedence.primary };
}
