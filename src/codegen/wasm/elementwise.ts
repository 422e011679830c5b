/**
 * Every elementwise operator and cast as WebAssembly, over one number or over lanes. Truth values are 0 and 1, or
 * masks of a lane's width; ints are words, in lanes four of them, of which a pair of doubles uses the first two.
 * What has no instruction is a function, which the caller supplies.
 */
import type { DType, ElementwiseName } from '../../ir/graph.js';
import { at } from '../../ir/types.js';
import { constant, operate, operateBy, vectorOf } from './code.js';
import type { Code } from './code.js';
import { choose, compareReals, not, realBinary, realConstant, realForms, realUnary, splat } from './real.js';
import type { RealForm } from './real.js';

export interface ElementwiseContext {
  readonly form: RealForm;
  /** The value in a local, where it is used more than once. */
  readonly keep: (value: Code) => Code;
  /** A function of reals that is no instruction. */
  readonly call: (name: ElementwiseName, operands: readonly Code[]) => Code;
}

type Rule = (context: ElementwiseContext, operands: readonly Code[], types: readonly DType[]) => Code;

/** By the dtype of the first operand. */
function byType(real: Rule, int: Rule): Rule {
  return (context, operands, types) => (types[0] === 'real' ? real : int)(context, operands, types);
}

const unary =
  (name: Parameters<typeof realUnary>[1]): Rule =>
  ({ form }, operands) =>
    realUnary(form, name, at(operands, 0));

const binary =
  (name: Parameters<typeof realBinary>[1]): Rule =>
  ({ form }, operands) =>
    realBinary(form, name, at(operands, 0), at(operands, 1));

const isLanes = (code: Code): boolean => code.type === 'v128';

function intBinary(name: 'add' | 'sub' | 'mul'): Rule {
  return (_context, operands) => {
    const [left, right] = [at(operands, 0), at(operands, 1)];
    return operateBy(left.type, `${isLanes(left) ? 'i32x4' : 'i32'}.${name}`, left, right);
  };
}

function intExtreme(name: 'min' | 'max'): Rule {
  return (context, operands) => {
    if (isLanes(at(operands, 0))) return operateBy('v128', `i32x4.${name}_s`, ...operands);
    const [left, right] = [context.keep(at(operands, 0)), context.keep(at(operands, 1))];
    return choose(operateBy('i32', name === 'min' ? 'i32.lt_s' : 'i32.gt_s', left, right), left, right);
  };
}

type Order = 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge';

function compare(name: Order): Rule {
  return ({ form }, operands, types) => {
    const [left, right] = [at(operands, 0), at(operands, 1)];
    if (types[0] === 'real') return compareReals(form, name, left, right);
    const signed = name === 'eq' || name === 'ne' ? name : `${name}_s`;
    if (!isLanes(left)) return operateBy('i32', `i32.${signed}`, left, right);
    if (types[0] === 'bool') {
      const differ = operateBy('v128', 'v128.xor', left, right);
      return name === 'eq' ? not(differ) : differ;
    }
    return widened(form, operateBy('v128', `i32x4.${signed}`, left, right));
  };
}

/** A mask of four words as a mask over the lanes of reals. */
function widened(form: RealForm, mask: Code): Code {
  return form.lanes === 2 ? operateBy('v128', 'i64x2.extend_low_i32x4_s', mask) : mask;
}

function logic(name: 'and' | 'or'): Rule {
  return (_context, operands) => {
    const [left, right] = [at(operands, 0), at(operands, 1)];
    return operateBy(left.type, `${isLanes(left) ? 'v128' : 'i32'}.${name}`, left, right);
  };
}

const called =
  (name: ElementwiseName): Rule =>
  (context, operands) =>
    context.call(name, operands);

/** On ints by way of doubles, which hold them all. */
const byDoubles =
  (rule: (left: Code, right: Code) => Code): Rule =>
  (context, operands) => {
    const [left, right] = operands.map((operand) =>
      context.keep(operateBy('f64', 'f64.convert_i32_s', operand)),
    );
    return operateBy('i32', 'i32.trunc_sat_f64_s', rule(left ?? at(operands, 0), right ?? at(operands, 1)));
  };

const double = realForms.f64;

function flooredQuotient(form: RealForm, left: Code, right: Code): Code {
  return realUnary(form, 'floor', realBinary(form, 'div', left, right));
}

const rules: Readonly<Record<ElementwiseName, Rule>> = {
  negate: byType(unary('neg'), (_context, operands) => {
    const x = at(operands, 0);
    return isLanes(x)
      ? operateBy('v128', 'i32x4.neg', x)
      : operateBy('i32', 'i32.sub', constant('i32', 0), x);
  }),
  abs: byType(unary('abs'), (context, operands) => {
    if (isLanes(at(operands, 0))) return operateBy('v128', 'i32x4.abs', at(operands, 0));
    const x = context.keep(at(operands, 0));
    const zero = constant('i32', 0);
    return choose(operateBy('i32', 'i32.lt_s', x, zero), operateBy('i32', 'i32.sub', zero, x), x);
  }),
  sign: byType(
    ({ form, keep }, operands) => {
      const x = keep(at(operands, 0));
      const zero = realConstant(form, 0);
      const below = choose(compareReals(form, 'lt', x, zero), realConstant(form, -1), x);
      return choose(compareReals(form, 'gt', x, zero), realConstant(form, 1), below);
    },
    ({ keep }, operands) => {
      const x = keep(at(operands, 0));
      const zero = isLanes(x) ? vectorOf(new Int32Array(4)) : constant('i32', 0);
      if (isLanes(x)) {
        const [above, under] = [
          operateBy('v128', 'i32x4.gt_s', x, zero),
          operateBy('v128', 'i32x4.lt_s', x, zero),
        ];
        return operateBy('v128', 'i32x4.sub', under, above);
      }
      return operateBy(
        'i32',
        'i32.sub',
        operateBy('i32', 'i32.gt_s', x, zero),
        operateBy('i32', 'i32.lt_s', x, zero),
      );
    },
  ),
  floor: unary('floor'),
  ceil: unary('ceil'),
  round: unary('nearest'),
  sqrt: unary('sqrt'),
  square: byType(
    ({ form, keep }, operands) => {
      const x = keep(at(operands, 0));
      return realBinary(form, 'mul', x, x);
    },
    (context, operands, types) => {
      const x = context.keep(at(operands, 0));
      return intBinary('mul')(context, [x, x], types);
    },
  ),
  reciprocal: ({ form }, operands) => realBinary(form, 'div', realConstant(form, 1), at(operands, 0)),
  add: byType(binary('add'), intBinary('add')),
  subtract: byType(binary('sub'), intBinary('sub')),
  multiply: byType(binary('mul'), intBinary('mul')),
  divide: binary('div'),
  maximum: byType(binary('max'), intExtreme('max')),
  minimum: byType(binary('min'), intExtreme('min')),
  floor_divide: byType(
    ({ form }, operands) => flooredQuotient(form, at(operands, 0), at(operands, 1)),
    byDoubles((left, right) => flooredQuotient(double, left, right)),
  ),
  modulo: byType(
    called('modulo'),
    byDoubles((left, right) =>
      realBinary(double, 'sub', left, realBinary(double, 'mul', right, flooredQuotient(double, left, right))),
    ),
  ),
  equal: compare('eq'),
  not_equal: compare('ne'),
  less: compare('lt'),
  less_equal: compare('le'),
  greater: compare('gt'),
  greater_equal: compare('ge'),
  and: logic('and'),
  or: logic('or'),
  not: (_context, operands) => not(at(operands, 0)),
  is_finite: ({ form }, operands) =>
    compareReals(form, 'lt', realUnary(form, 'abs', at(operands, 0)), realConstant(form, Infinity)),
  select: (context, operands, types) => {
    const [condition, then, otherwise] = [at(operands, 0), at(operands, 1), at(operands, 2)];
    const narrow = types[1] === 'int' && context.form.lanes === 2;
    return choose(narrow ? narrowed(condition) : condition, then, otherwise);
  },
  exp: called('exp'),
  expm1: called('expm1'),
  log: called('log'),
  log1p: called('log1p'),
  sin: called('sin'),
  cos: called('cos'),
  tan: called('tan'),
  asin: called('asin'),
  acos: called('acos'),
  atan: called('atan'),
  sinh: called('sinh'),
  cosh: called('cosh'),
  tanh: called('tanh'),
  asinh: called('asinh'),
  acosh: called('acosh'),
  atanh: called('atanh'),
  sigmoid: called('sigmoid'),
  softplus: called('softplus'),
  log_sigmoid: called('log_sigmoid'),
  erf: called('erf'),
  erfc: called('erfc'),
  lgamma: called('lgamma'),
  digamma: called('digamma'),
  trigamma: called('trigamma'),
  power: called('power'),
  atan2: called('atan2'),
};

export function lowerElementwise(
  name: ElementwiseName,
  types: readonly DType[],
  operands: readonly Code[],
  context: ElementwiseContext,
): Code {
  return rules[name](context, operands, types);
}

/** A mask over two doubles as a mask over words. */
function narrowed(mask: Code): Code {
  const bytes = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];
  return {
    type: 'v128',
    node: { kind: 'shuffle', left: mask as Code<'v128'>, right: mask as Code<'v128'>, bytes },
  };
}

export function lowerCast(form: RealForm, from: DType, to: DType, operand: Code): Code {
  if (from === to) return operand;
  const lanes = isLanes(operand);
  const { precision, prefix } = form;
  if (from === 'real') {
    if (to === 'bool') return compareReals(form, 'ne', operand, realConstant(form, 0));
    if (!lanes) return operateBy('i32', `i32.trunc_sat_${precision}_s`, operand);
    return operateBy(
      'v128',
      precision === 'f32' ? 'i32x4.trunc_sat_f32x4_s' : 'i32x4.trunc_sat_f64x2_s_zero',
      operand,
    );
  }
  if (to === 'real') {
    if (from === 'bool' && lanes) return operateBy('v128', 'v128.and', operand, realConstant(form, 1));
    if (!lanes) return operateBy(form.type, `${prefix}.convert_i32_s`, operand);
    return operateBy(
      'v128',
      precision === 'f32' ? 'f32x4.convert_i32x4_s' : 'f64x2.convert_low_i32x4_s',
      operand,
    );
  }
  if (to === 'int') {
    if (!lanes) return operand;
    const mask = form.lanes === 2 ? narrowed(operand) : operand;
    return operateBy('v128', 'v128.and', mask, vectorOf(Int32Array.of(1, 1, 1, 1)));
  }
  if (!lanes) return operate('i32.ne', operand as Code<'i32'>, constant('i32', 0));
  return widened(form, operateBy('v128', 'i32x4.ne', operand, vectorOf(new Int32Array(4))));
}

/** The same value in every lane, as lanes of its dtype are kept. */
export function spread(form: RealForm, dtype: DType, value: Code): Code {
  switch (dtype) {
    case 'real':
      return splat(form, value);
    case 'int':
      return operateBy('v128', 'i32x4.splat', value);
    case 'bool':
      return operateBy('v128', 'i32x4.splat', operate('i32.sub', constant('i32', 0), value as Code<'i32'>));
    default:
      return dtype satisfies never;
  }
}
