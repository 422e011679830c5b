/** Launches as JavaScript: elements of views, `const` and `let`, booleans, loads with the `!` of TypeScript. */
import type { Monoid } from '../../ir/graph.js';
import { castLowering } from '../../ir/operators/elementwise/cast.js';
import { precedence, printLowering } from '../../ir/operators/elementwise/lowering.js';
import type { ScalarLowering, ScalarText } from '../../ir/operators/elementwise/lowering.js';
import { elementwiseTable } from '../../ir/operators/elementwise/table.js';
import { philoxUniform } from '../../ir/operators/philox.js';
import { parenthesized, primary, repeatsOperand } from '../launch-text.js';
import type { LaunchDialect } from '../launch-text.js';
import type { ProgramText } from './program-text.js';
import { numberText } from './text.js';

const identities: Readonly<Record<Monoid, string>> = {
  sum: '0',
  product: '1',
  max: '-Infinity',
  min: 'Infinity',
  and: 'true',
  or: 'false',
};

export function javascriptDialect(program: ProgramText): LaunchDialect {
  const lower = (lowering: ScalarLowering, operands: readonly ScalarText[]): ScalarText => {
    program.helpers(lowering.helpers);
    return printLowering(lowering, operands);
  };
  return {
    constant: (value, dtype) =>
      dtype === 'bool' ? primary(value === 0 ? 'false' : 'true') : numberText(value),
    apply: (name, _types, operands) => lower(elementwiseTable[name].lowering, operands),
    repeatsOperand: (name) => repeatsOperand(elementwiseTable[name].lowering),
    cast: (from, to, operand) => lower(castLowering(from, to), [operand]),
    uniform: (...operands) => {
      program.helpers([philoxUniform]);
      return primary(`${philoxUniform.name}(${operands.join(', ')})`);
    },
    identity: (monoid) => identities[monoid],
    combine: (monoid, _dtype, accumulator, value) => combine(monoid, accumulator, value),
    isBetter: (direction, candidate, best) => `${candidate} ${direction === 'max' ? '>' : '<'} ${best}`,
    cell: (buffer, index) => `${program.view(buffer)}[${index}]`,
    startOf: () => 0,
    read: (cell, dtype) =>
      dtype === 'bool' ? { text: `${cell}! !== 0`, precedence: precedence.equality } : primary(`${cell}!`),
    stored: (value, dtype) => {
      if (dtype !== 'bool') return value.text;
      return `${parenthesized(value, precedence.conditional + 1)} ? 1 : 0`;
    },
    quotient: (dividend, divisor) => ({ text: `(${dividend} / ${divisor}) | 0`, precedence: 1 }),
    declare: (name, value) => `const ${name} = ${value};`,
    declareVariable: (name, _dtype, start) => `let ${name} = ${start};`,
    loop: (name, extent) => `for (let ${name} = 0; ${name} < ${extent}; ${name} += 1)`,
  };
}

function combine(monoid: Monoid, accumulator: string, value: ScalarText): string {
  switch (monoid) {
    case 'sum':
      return `${accumulator} + ${parenthesized(value, precedence.multiplicative)}`;
    case 'product':
      return `${accumulator} * ${parenthesized(value, precedence.unary)}`;
    case 'max':
    case 'min':
      return `Math.${monoid}(${accumulator}, ${value.text})`;
    case 'and':
      return `${accumulator} && ${parenthesized(value, precedence.equality)}`;
    case 'or':
      return `${accumulator} || ${parenthesized(value, precedence.equality)}`;
    default:
      return monoid satisfies never;
  }
}
