/** Small pieces of the text of a launch that are the same in every language, and what each language has to supply. */
import type { DType, ElementwiseName, Monoid } from '../ir/graph.js';
import type { Variable } from '../ir/nest-affine.js';
import type { Buffer } from '../ir/nest.js';
import { precedence } from '../ir/operators/elementwise/lowering.js';
import type { Lowering, ScalarText } from '../ir/operators/elementwise/lowering.js';

/** The language that a launch is printed in. Truth values are 0 and 1 in memory. */
export interface LaunchDialect {
  readonly constant: (value: number, dtype: DType) => ScalarText;
  readonly apply: (
    name: ElementwiseName,
    types: readonly DType[],
    operands: readonly ScalarText[],
  ) => ScalarText;
  /** Whether the text of an operation mentions an operand twice (`a * a`); then the operand must be a name. */
  readonly repeatsOperand: (name: ElementwiseName, types: readonly DType[]) => boolean;
  readonly cast: (from: DType, to: DType, operand: ScalarText) => ScalarText;
  readonly uniform: (seed: string, step: string, index: string, stream: number, word: number) => ScalarText;
  readonly identity: (monoid: Monoid, dtype: DType) => string;
  readonly combine: (monoid: Monoid, dtype: DType, accumulator: string, value: ScalarText) => string;
  /** Whether a candidate takes the place of the best so far; `position` is its index along the axis. */
  readonly isBetter: (direction: 'max' | 'min', candidate: string, best: string, position: string) => string;
  /** The element of a buffer, to be assigned; the index counts from `startOf`. */
  readonly cell: (buffer: Buffer, index: string) => string;
  readonly startOf: (buffer: Buffer) => number;
  /** The value in a cell. */
  readonly read: (cell: string, dtype: DType) => ScalarText;
  /** What is written into a cell. */
  readonly stored: (value: ScalarText, dtype: DType) => string;
  /** The whole part of a quotient that is not negative. */
  readonly quotient: (dividend: string, divisor: number) => ScalarText;
  readonly declare: (name: string, value: string) => string;
  readonly declareVariable: (name: string, dtype: DType, start: string) => string;
  readonly loop: (name: string, extent: number) => string;
}

export const loopLetters = 'ijklmn';

export function loopName(variable: Variable): string {
  if (variable.kind !== 'loop') throw new Error('compiler bug: not a loop');
  return loopLetters[variable.depth] ?? `i${variable.depth}`;
}

export function isName({ text }: ScalarText): boolean {
  return /^-?[\w.]+$/.test(text);
}

export function primary(text: string): ScalarText {
  return { text, precedence: precedence.primary };
}

/** Does the text mention an operand twice (`a * a`)? Then the operand must be a name. */
export function repeatsOperand(lowering: Lowering<unknown>): boolean {
  const text = lowering.print('@0', '@1', '@2');
  return ['@0', '@1', '@2'].some((operand) => text.indexOf(operand) !== text.lastIndexOf(operand));
}

/** An index, a bound or a coefficient. */
export function wholeNumber(value: number): ScalarText {
  const negative = value < 0 || Object.is(value, -0);
  const text = `${negative ? '-' : ''}${Math.abs(value)}`;
  return { text, precedence: negative ? precedence.unary : precedence.primary };
}

/** An operand as it stands in an operation of the given precedence. */
export function parenthesized(value: ScalarText, level: number): string {
  return value.precedence < level ? `(${value.text})` : value.text;
}
