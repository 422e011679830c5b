/** Launches as WGSL: elements of the arenas, `let` and `var`, strict types. */
import type { DType, Monoid } from '../../ir/graph.js';
import { castWgsl } from '../../ir/operators/elementwise/cast.js';
import { precedence, printLowering } from '../../ir/operators/elementwise/lowering.js';
import type { ScalarText } from '../../ir/operators/elementwise/lowering.js';
import { wgslLowering } from '../../ir/operators/elementwise/table.js';
import { wgslConstant, wgslFunction, wgslTypes } from '../../ir/operators/elementwise/wgsl/lowering.js';
import type { WgslHelper, WgslLowering } from '../../ir/operators/elementwise/wgsl/lowering.js';
import { monoidTable } from '../../ir/operators/monoids.js';
import { wgslUniform } from '../../ir/operators/philox.js';
import { parenthesized, primary, repeatsOperand } from '../launch-text.js';
import type { LaunchDialect } from '../launch-text.js';
import type { ModuleText } from './module_text.js';

/** Operations on constants alone would be done by the front end, which refuses those that overflow: 1 / 0. */
const atRunTime: Readonly<Record<string, WgslHelper>> = Object.fromEntries(
  Object.values(wgslTypes).map((type) => {
    const name = `at_run_time_${type}`;
    return [type, wgslFunction(name, [['x', type]], type, '  return x;')];
  }),
);

/** The text of scalars in one module, which gets the helpers that they need. */
export class ScalarPrinter {
  constructor(private readonly module: ModuleText) {}

  constant(value: number, dtype: DType): ScalarText {
    const { text, helpers } = wgslConstant(value, dtype);
    this.module.helpers(helpers);
    return text;
  }

  /** The start of a fold. */
  identity(monoid: Monoid, dtype: DType): string {
    const { identity } = monoidTable[monoid];
    if (dtype !== 'int' || Number.isFinite(identity)) return this.constant(identity, dtype).text;
    return this.constant(identity < 0 ? -2147483648 : 2147483647, dtype).text;
  }

  combine(monoid: Monoid, dtype: DType, left: ScalarText, right: ScalarText): string {
    return this.lower(loweringFor(monoidTable[monoid].wgsl, dtype, monoid), [left, right]).text;
  }

  /** @param types of the operands */
  lower(lowering: WgslLowering, operands: readonly ScalarText[], types?: readonly DType[]): ScalarText {
    this.module.helpers(lowering.helpers);
    const [first, ...others] = operands;
    const [type] = types ?? [];
    if (first === undefined || type === undefined || !operands.every(isLiteral)) {
      return printLowering(lowering, operands);
    }
    const keep = atRunTime[wgslTypes[type]];
    if (keep === undefined) throw new Error(`compiler bug: no ${type}`);
    this.module.helpers([keep]);
    return printLowering(lowering, [primary(`${keep.name}(${first.text})`), ...others]);
  }
}

export function wgslDialect(module: ModuleText): LaunchDialect {
  const scalars = new ScalarPrinter(module);
  return {
    constant: (value, dtype) => scalars.constant(value, dtype),
    apply: (name, types, operands) => scalars.lower(wgslLowering(name, types), operands, types),
    repeatsOperand: (name, types) => repeatsOperand(wgslLowering(name, types)),
    cast: (from, to, operand) => scalars.lower(castWgsl(from, to), [operand], [from]),
    uniform: (seed, step, index, stream, word) =>
      scalars.lower(wgslUniform(stream, word), [seed, step, index].map(primary)),
    identity: (monoid, dtype) => scalars.identity(monoid, dtype),
    combine: (monoid, dtype, accumulator, value) =>
      scalars.combine(monoid, dtype, primary(accumulator), value),
    // A NaN that comes first stays, as nothing compares with it.
    isBetter: (direction, candidate, best, position) =>
      `${position} == 0 || ${candidate} ${direction === 'max' ? '>' : '<'} ${best}`,
    cell: (buffer, index) => `${module.arena(buffer)}[${index}]`,
    startOf: (buffer) => module.startOf(buffer),
    read: (cell, dtype) =>
      dtype === 'bool' ? { text: `${cell} != 0`, precedence: precedence.relational } : primary(cell),
    stored: (value, dtype) =>
      dtype === 'bool' ? `select(0, 1, ${parenthesized(value, precedence.additive)})` : value.text,
    quotient: (dividend, divisor) => ({
      text: `${dividend} / ${divisor}`,
      precedence: precedence.multiplicative,
    }),
    declare: (name, value) => `let ${name} = ${value};`,
    declareVariable: (name, dtype, start) => `var ${name}: ${wgslTypes[dtype]} = ${start};`,
    loop: (name, extent) => `for (var ${name} = 0; ${name} < ${extent}; ${name} += 1)`,
  };
}

function loweringFor(
  rows: Readonly<Partial<Record<DType, WgslLowering>>>,
  dtype: DType,
  name: string,
): WgslLowering {
  const row = rows[dtype];
  if (row === undefined) throw new Error(`compiler bug: no ${name} of ${dtype} in WGSL`);
  return row;
}

function isLiteral({ text }: ScalarText): boolean {
  return /^-?\d[\w.+-]*$/.test(text);
}
