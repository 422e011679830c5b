/**
 * How accurate the functions of the language are on a device: units in the last place of f32, as measured on two CPU drivers
 * whose division and square root are correctly rounded. docs/language.md shows this table.
 */
import type { ElementwiseName } from '../../../src/ir/graph.js';

type Sampled = 'anywhere' | 'positive' | 'negative';

export interface Accuracy {
  readonly name: ElementwiseName;
  /** Largest error in units in the last place. */
  readonly units: number;
  readonly where: Sampled;
  /** In place of the result's own unit, that of the largest term which it is the sum of. */
  readonly scale?: (x: number, evaluate: (name: ElementwiseName, x: number) => number) => number;
}

const of = (units: number, ...names: readonly ElementwiseName[]): Accuracy[] =>
  names.map((name) => ({ name, units, where: 'anywhere' }));

export const accuracies: readonly Accuracy[] = [
  ...of(0, 'negate', 'abs', 'sign', 'floor', 'ceil', 'round', 'maximum', 'minimum'),
  ...of(0, 'is_finite', 'equal', 'not_equal', 'less', 'less_equal', 'greater', 'greater_equal'),
  ...of(0.5, 'add', 'subtract', 'multiply', 'square', 'divide', 'reciprocal', 'sqrt', 'modulo'),
  ...of(1, 'log'),
  ...of(2, 'exp', 'expm1', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh', 'erf', 'floor_divide'),
  ...of(3, 'power', 'log1p', 'sigmoid', 'sin', 'cos', 'tan', 'asin', 'asinh', 'acosh', 'atanh'),
  ...of(4, 'softplus', 'log_sigmoid', 'erfc'),
  { name: 'lgamma', units: 3, where: 'positive' },
  { name: 'digamma', units: 3, where: 'positive' },
  { name: 'trigamma', units: 3, where: 'positive' },
  {
    name: 'lgamma',
    units: 6,
    where: 'negative',
    scale: (x, evaluate) => Math.max(1, Math.abs(evaluate('lgamma', -x)), Math.abs(Math.log(-x))),
  },
  {
    name: 'digamma',
    units: 8,
    where: 'negative',
    scale: (x, evaluate) => Math.max(1, Math.abs(evaluate('digamma', 1 - x))),
  },
  { name: 'trigamma', units: 8, where: 'negative' },
];

/** The rows of the table in the documentation, for all operands. */
export function accuracyRows(): string[] {
  const byUnits = new Map<number, string[]>();
  for (const { name, units, where } of accuracies) {
    if (where === 'negative') continue;
    const written = inTheLanguage[name] ?? name;
    const known = byUnits.get(units);
    if (known === undefined) byUnits.set(units, [written]);
    else known.push(written);
  }
  return [...byUnits].map(
    ([units, list]) =>
      `${units} | ${list.map((name) => (/^\w+$/.test(name) ? `\`${name}\`` : name)).join(', ')}`,
  );
}

/** Operators that are not written by their name. */
const inTheLanguage: Partial<Record<ElementwiseName, string>> = {
  negate: '`-x`',
  add: '`+`',
  subtract: '`-`',
  multiply: '`*`',
  divide: '`/`',
  power: '`^`',
  square: '`x^2`',
  reciprocal: '`1 / x`',
  modulo: 'mod',
  floor_divide: 'floor_div',
  equal: '`==`',
  not_equal: '`!=`',
  less: '`<`',
  less_equal: '`<=`',
  greater: '`>`',
  greater_equal: '`>=`',
};
