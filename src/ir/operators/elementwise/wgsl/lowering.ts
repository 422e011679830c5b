/**
 * How a scalar operation prints as WGSL. Templates and precedences are those of `../lowering.ts`; what differs is kept
 * here: values are f32, i32 or bool and never mix, a comparison cannot be an operand of another one, `&&` and `||` need
 * parentheses around each other, and what looks like `a < b, c > d` would be read as a template list.
 */
import type { DType } from '../../../graph.js';
import { helpersWithCallees, precedence, template } from '../lowering.js';
import type { Lowering, PlainLowering, ScalarText } from '../lowering.js';

/** The types that values have in expressions. In memory truth values are i32, 0 or 1. */
export type WgslType = 'f32' | 'i32' | 'u32' | 'bool';

export const wgslTypes: Readonly<Record<DType, 'f32' | 'i32' | 'bool'>> = {
  real: 'f32',
  int: 'i32',
  bool: 'bool',
};

/** A declaration that printed code may need; stands once in the module that uses it. */
export type WgslHelper =
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly parameters: readonly (readonly [name: string, type: string])[];
      readonly result: string;
      /** Statements. */
      readonly body: string;
      readonly calls: readonly WgslHelper[];
    }
  /** A private variable or a constant. */
  | {
      readonly kind: 'value';
      readonly name: string;
      /** The whole declaration. */
      readonly text: string;
      readonly calls: readonly WgslHelper[];
    };

export type WgslFunction = Extract<WgslHelper, { kind: 'function' }>;

export type WgslLowering = Lowering<WgslHelper>;

export function wgslFunction(
  name: string,
  parameters: WgslFunction['parameters'],
  result: string,
  body: string,
  calls: readonly WgslHelper[] = [],
): WgslFunction {
  return { kind: 'function', name, parameters, result, body, calls };
}

/** A function of one real. */
export function unaryF32(name: string, body: string, calls: readonly WgslHelper[] = []): WgslFunction {
  return wgslFunction(name, [['x', 'f32']], 'f32', body, calls);
}

/** c0 + x * (c1 + x * (c2 + ...)) as text. */
export function polynomial(variable: string, coefficients: readonly number[]): string {
  return coefficients
    .map((coefficient) => (coefficient < 0 ? `-${shortestF32(-coefficient)}` : shortestF32(coefficient)))
    .reduceRight((inner, outer) => `${outer} + ${variable} * (${inner})`);
}

export function printWgslHelper(helper: WgslHelper): string {
  if (helper.kind === 'value') return helper.text;
  const parameters = helper.parameters.map(([name, type]) => `${name}: ${type}`).join(', ');
  return `fn ${helper.name}(${parameters}) -> ${helper.result} {\n${helper.body}\n}`;
}

/** The declarations of helpers and of all that they call, each once, as they stand in a module. */
export function printWgslHelpers(helpers: readonly WgslHelper[]): string[] {
  return helpersWithCallees(helpers).map(printWgslHelper);
}

/** `name(a, b)` for a builtin; comparisons among the arguments get parentheses. */
export function builtin(name: string, arity: number): PlainLowering {
  const operands = new Array<number>(arity).fill(precedence.additive);
  return template(precedence.primary, operands, (...texts) => `${name}(${texts.join(', ')})`);
}

export function wgslCall(helper: WgslFunction): WgslLowering {
  return { ...builtin(helper.name, helper.parameters.length), helpers: [helper] };
}

/** `a < b`, `a == b`: one level, and neither operand may be a comparison. */
export function comparisonOf(symbol: string): PlainLowering {
  const { relational, additive } = precedence;
  return template(relational, [additive, additive], (left, right) => `${left} ${symbol} ${right}`);
}

/** `a != b` of reals: a device's own may be false where an operand is NaN. */
export const differentReals: PlainLowering = template(
  precedence.unary,
  [precedence.additive, precedence.additive],
  (left, right) => `!(${left} == ${right})`,
);

/** `a && b`, `a || b`: operands are comparisons or tighter, so the two never meet. */
export function logical(symbol: '&&' | '||'): PlainLowering {
  const { or, relational } = precedence;
  return template(or, [relational, relational], (left, right) => `${left} ${symbol} ${right}`);
}

export function onReals<L extends WgslLowering>(lowering: L): { readonly real: L } {
  return { real: lowering };
}

export function onNumbers<L extends WgslLowering>(lowering: L): { readonly real: L; readonly int: L } {
  return { real: lowering, int: lowering };
}

export function onAnything<L extends WgslLowering>(
  lowering: L,
): { readonly real: L; readonly int: L; readonly bool: L } {
  return { real: lowering, int: lowering, bool: lowering };
}

const infinityBits: WgslHelper = {
  kind: 'value',
  name: 'infinity_bits',
  text: 'var<private> infinity_bits: u32 = 0x7f800000u;',
  calls: [],
};

/** No constant expression may be infinite or NaN, so their bits come from a variable. */
export const infinity = wgslFunction('infinity', [], 'f32', '  return bitcast<f32>(infinity_bits);', [
  infinityBits,
]);

export const notANumber = wgslFunction(
  'not_a_number',
  [],
  'f32',
  '  return bitcast<f32>(infinity_bits | 0x00400000u);',
  [infinityBits],
);

/** A constant of a graph as WGSL: reals are rounded to f32 (beyond its range: infinite), ints are below 2^31. */
export function wgslConstant(
  value: number,
  dtype: DType,
): { readonly text: ScalarText; readonly helpers: readonly WgslHelper[] } {
  if (dtype === 'bool') return { text: primary(value === 0 ? 'false' : 'true'), helpers: [] };
  if (dtype === 'int') return { text: intText(value), helpers: [] };
  const rounded = Math.fround(value);
  if (Number.isNaN(rounded)) return { text: primary('not_a_number()'), helpers: [notANumber] };
  const negative = rounded < 0 || Object.is(rounded, -0);
  const finite = Number.isFinite(rounded);
  const magnitude = finite ? `${shortestF32(Math.abs(rounded))}f` : 'infinity()';
  return {
    text: negative ? { text: `-${magnitude}`, precedence: precedence.unary } : primary(magnitude),
    helpers: finite ? [] : [infinity],
  };
}

function intText(value: number): ScalarText {
  const whole = value | 0;
  if (whole === -2147483648) return primary('i32(-2147483648)');
  return whole < 0 ? { text: `-${-whole}i`, precedence: precedence.unary } : primary(`${whole}i`);
}

const largestF32 = (2 - 2 ** -23) * 2 ** 127;

/** The fewest digits that give the same f32 back, without going beyond the largest one: a front end refuses that. */
export function shortestF32(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value && text <= largestF32) return String(text);
  }
  return String(value === largestF32 ? value : Number(value.toPrecision(9)));
}

function primary(text: string): ScalarText {
  return { text, precedence: precedence.primary };
}
