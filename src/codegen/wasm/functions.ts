/** Elementary functions as functions of the module, over one number or over lanes, from their one written form. */
import type { ElementwiseName } from '../../ir/graph.js';
import { erfSingle, exp, expm1, log, log1p, tanh } from '../../ir/operators/elementwise/forms/functions.js';
import type { Machine, UnaryForm } from '../../ir/operators/elementwise/forms/machine.js';
import { defineFunction, get, load, newLocal, operateBy, vectorOf, wide } from './code.js';
import type { Code, DefinedFunction, Statement } from './code.js';
import { word } from './integer.js';
import { choose, compareReals, isSimple, keep, realBinary, realConstant, realUnary } from './real.js';
import type { Precision, RealForm } from './real.js';

const forms: Readonly<Partial<Record<ElementwiseName, Partial<Record<Precision, UnaryForm>>>>> = {
  exp: { f64: exp, f32: exp },
  expm1: { f64: expm1, f32: expm1 },
  log: { f64: log, f32: log },
  log1p: { f64: log1p, f32: log1p },
  tanh: { f64: tanh, f32: tanh },
  erf: { f32: erfSingle },
};

export function hasForm(name: ElementwiseName, precision: Precision): boolean {
  return forms[name]?.[precision] !== undefined;
}

export function elementaryFunction(
  name: ElementwiseName,
  form: RealForm,
  context: FunctionContext,
): DefinedFunction {
  const x = newLocal(form.type);
  const made = defineFunction(`${name}_${form.prefix}`, [x], form.type);
  made.result = elementaryValue(name, form, get(x), made.body, context);
  return made;
}

/** The value of the function where it is needed, after statements that are pushed; `x` is computed several times. */
export function elementaryValue(
  name: ElementwiseName,
  form: RealForm,
  x: Code,
  body: Body,
  context: FunctionContext,
): Code {
  const written = forms[name]?.[form.precision];
  if (written === undefined) throw new Error(`compiler bug: ${name} has no form`);
  return written(machineOf(form, body, context), x);
}

export interface FunctionContext {
  /** Whether products and sums may be fused. */
  readonly relaxed: boolean;
  /** Where a number lies in memory, from which it is spread over lanes. */
  readonly constantAt: (value: number) => number;
}

interface Body {
  push(statement: Statement): void;
}

/** A whole number added to this has its value in the low bits. */
const magic = { f64: 6755399441055744, f32: 12582912 } as const;
const layout = {
  f64: { fraction: 52, bias: 1023, root: 0x3fe6a09e667f3bcdn },
  f32: { fraction: 23, bias: 127, root: 0x3f3504f3n },
} as const;

/** Operations on the bits of reals, as integers of their width. */
interface Bits {
  readonly of: (real: Code) => Code;
  readonly real: (bits: Code) => Code;
  readonly constant: (value: bigint) => Code;
  readonly add: (left: Code, right: Code) => Code;
  readonly subtract: (left: Code, right: Code) => Code;
  readonly shiftLeft: (bits: Code, count: number) => Code;
  /** With the sign. */
  readonly shiftRight: (bits: Code, count: number) => Code;
}

function bitsOf({ prefix, type, precision }: RealForm): Bits {
  const lanes = type === 'v128';
  const integers = { f64: 'i64', f32: 'i32', f64x2: 'i64x2', f32x4: 'i32x4' }[prefix];
  const own = lanes ? 'v128' : precision === 'f64' ? 'i64' : 'i32';
  const count = (bits: number): Code => (own === 'i64' ? wide(BigInt(bits)) : word(bits));
  return {
    of: (real) => (lanes ? real : operateBy(own, `${integers}.reinterpret_${precision}`, real)),
    real: (bits) => (lanes ? bits : operateBy(type, `${precision}.reinterpret_${integers}`, bits)),
    constant: (value) => {
      if (own === 'i64') return wide(value);
      if (own === 'i32') return word(Number(value));
      if (precision === 'f64') return vectorOf(BigInt64Array.of(value, value));
      const single = Number(value);
      return vectorOf(Int32Array.of(single, single, single, single));
    },
    add: (left, right) => operateBy(own, `${integers}.add`, left, right),
    subtract: (left, right) => operateBy(own, `${integers}.sub`, left, right),
    shiftLeft: (bits, by) => operateBy(own, `${integers}.shl`, bits, count(by)),
    shiftRight: (bits, by) => operateBy(own, `${integers}.shr_s`, bits, count(by)),
  };
}

function machineOf(
  form: RealForm,
  body: Body,
  { relaxed, constantAt }: FunctionContext,
): Machine<Code, Code> {
  const { precision, lanes } = form;
  const bits = bitsOf(form);
  const { fraction, bias, root } = layout[precision];
  const binary =
    (name: Parameters<typeof realBinary>[1]) =>
    (left: Code, right: Code): Code =>
      realBinary(form, name, left, right);
  const unary =
    (name: Parameters<typeof realUnary>[1]) =>
    (operand: Code): Code =>
      realUnary(form, name, operand);
  /** From memory: to put a vector together from words costs more. */
  const constant = (value: number): Code =>
    lanes === 1 || value === 0
      ? realConstant(form, value)
      : load(lanes === 2 ? 'v128.load64_splat' : 'v128.load32_splat', {
          base: word(0),
          offset: constantAt(value),
        });
  /** The first operand where the second is not beyond it: NaN stays where it is the first. */
  const extreme =
    (name: 'min' | 'max') =>
    (left: Code, right: Code): Code =>
      lanes === 1
        ? realBinary(form, name, left, right)
        : operateBy('v128', `${form.prefix}.p${name}`, left, right);
  /** With one rounding, where that is allowed. */
  const add = (left: Code, right: Code): Code => {
    for (const [product, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const { node } = product;
      if (!relaxed || lanes === 1 || node.kind !== 'operation' || node.name !== `${form.prefix}.mul`)
        continue;
      return operateBy('v128', `${form.prefix}.relaxed_madd`, ...node.operands, other);
    }
    return realBinary(form, 'add', left, right);
  };
  const keepHere = (value: Code): Code => (isSimple(value) ? value : keep(value, body));
  return {
    precision,
    constant,
    add,
    subtract: binary('sub'),
    multiply: binary('mul'),
    divide: binary('div'),
    minimum: extreme('min'),
    maximum: extreme('max'),
    absolute: unary('abs'),
    negate: unary('neg'),
    nearest: unary('nearest'),
    less: (left, right) => compareReals(form, 'lt', left, right),
    equal: (left, right) => compareReals(form, 'eq', left, right),
    choose,
    powerOfTwo: (k) => {
      const whole = bits.of(realBinary(form, 'add', k, constant(magic[precision] + bias)));
      return bits.real(bits.shiftLeft(whole, fraction));
    },
    split: (x) => {
      const pattern = keepHere(bits.of(x));
      const exponent = keepHere(bits.shiftRight(bits.subtract(pattern, bits.constant(root)), fraction));
      const mantissa = bits.real(bits.subtract(pattern, bits.shiftLeft(exponent, fraction)));
      const raised = bits.real(bits.add(exponent, bits.of(constant(magic[precision]))));
      return { exponent: realBinary(form, 'sub', raised, constant(magic[precision])), mantissa };
    },
    keep: keepHere,
  };
}
