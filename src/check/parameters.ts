/** The starts of parameters, and random draws, which stand where something is drawn once: starts and data. */
import type { Expression, ParamDeclaration } from '../parser/ast.js';
import { bindArguments } from './arguments.js';
import { builtins } from './builtins.js';
import type { DistributionName } from './builtins.js';
import type { Context } from './context.js';
import { constant, errorExpression, fit, isError, tryFit } from './convert.js';
import { checkExpression } from './expression.js';
import { lookupCallable } from './names.js';
import { printType } from './print_type.js';
import { didYouMean } from '../parser/suggest.js';
import { turnsAround } from './turns.js';
import { arrayType, realElement, realScalar } from './type_facts.js';
import type { TypedExpression } from './typed.js';
import type { ArrayType, Type } from './types.js';

/** The start of a parameter, of its shape or a scalar that fills it; undefined after an error. */
export function checkStart(
  context: Context,
  syntax: ParamDeclaration,
  type: Type,
): TypedExpression | undefined {
  const { session } = context;
  const { value, name } = syntax;
  if (type.kind !== 'array' || type.element.kind !== 'real') {
    if (type.kind !== 'error') {
      session.error('AM2602', syntax.type.span, `a parameter is real, and this is ${printType(type)}`, {
        notes: ['what is optimized varies continuously'],
      });
    }
    if (value !== undefined) checkExpression(context, value.expression);
    return undefined;
  }
  if (value === undefined) return constant(0, realScalar, name.span);
  if (value.operator === '~') return checkDraw(context, value.expression, type);
  const typed = checkExpression(context, value.expression, type);
  // A wrong start leaves a right parameter.
  if (isError(typed)) return constant(0, realScalar, name.span);
  const scalar = tryFit(session, typed, realScalar);
  if (scalar !== undefined) return scalar;
  const fitted = fit(context, typed, type, `the start of \`${name.name}\``);
  return isError(fitted) ? constant(0, realScalar, name.span) : fitted;
}

const distributionParameters: Readonly<
  Record<DistributionName, readonly (readonly [string, number | undefined])[]>
> = {
  normal: [
    ['mean', 0],
    ['deviation', 1],
  ],
  uniform: [
    ['low', 0],
    ['high', 1],
  ],
  bernoulli: [['p', undefined]],
  exponential: [['rate', 1]],
  gumbel: [
    ['location', 0],
    ['scale', 1],
  ],
};

/** `~ normal(0, 1)` for a value of `type`; `path` names a draw that is made at every step. */
export function checkDraw(
  context: Context,
  expression: Expression,
  type: ArrayType,
  path?: string,
): TypedExpression {
  const { session } = context;
  const distribution = distributionOf(context, expression);
  if (distribution === undefined || expression.kind !== 'call') return errorExpression(expression.span);
  const table = distributionParameters[distribution];
  const signature = builtins.get(distribution)?.signature ?? distribution;
  const names = table.map(([name, value]) => ({ name, hasDefault: value !== undefined }));
  const bound = bindArguments(context, expression, names, distribution, signature);
  if (bound === undefined) return errorExpression(expression.span);
  const operands = table.map(([name, value], index) => {
    const given = bound[index];
    if (given === undefined) return constant(value ?? NaN, realScalar, expression.span);
    const typed = checkExpression(context, given);
    const array = arrayType(realElement, type.shape);
    return tryFit(session, typed, realScalar) ?? fit(context, typed, array, `\`${name}\` of the draw`);
  });
  if (operands.some(isError)) return errorExpression(expression.span);
  const wanted = distribution === 'bernoulli' || type.element.kind === 'real';
  if (!wanted) {
    session.error(
      'AM2102',
      expression.span,
      `\`${distribution}\` draws reals, and this is ${printType(type)}`,
    );
    return errorExpression(expression.span);
  }
  const fault = impossibleParameter(distribution, operands);
  if (fault !== undefined) {
    session.error('AM2509', expression.span, fault, {
      notes: [`no \`${distribution}\` distribution has such a parameter`],
    });
    return errorExpression(expression.span);
  }
  const turns = turnsAround(context);
  return { kind: 'draw', distribution, operands, type, path, turns, span: expression.span };
}

/** What is wrong with parameters that are written as numbers; others are checked when they have values. */
function impossibleParameter(
  distribution: DistributionName,
  operands: readonly TypedExpression[],
): string | undefined {
  const [a, b] = operands.map(literal);
  const negative = (name: string, value: number | undefined): string | undefined =>
    value !== undefined && value < 0
      ? `the ${name} of a draw is ${value}, and may not be negative`
      : undefined;
  switch (distribution) {
    case 'normal':
      return negative('deviation', b);
    case 'gumbel':
      return negative('scale', b);
    case 'exponential':
      return a !== undefined && a <= 0 ? `the rate of a draw is ${a}, and must be positive` : undefined;
    case 'uniform':
      return a !== undefined && b !== undefined && b < a
        ? `a draw between ${a} and ${b} has its ends in the wrong order`
        : undefined;
    case 'bernoulli':
      return a !== undefined && !(a >= 0 && a <= 1)
        ? `the probability of a draw is ${a}, and must lie in 0..1`
        : undefined;
    default:
      return distribution satisfies never;
  }
}

function literal(typed: TypedExpression): number | undefined {
  if (typed.kind === 'constant') return typed.value;
  if (typed.kind !== 'apply') return undefined;
  const value = typed.operands[0] && literal(typed.operands[0]);
  if (value === undefined) return undefined;
  if (typed.operator === 'negate') return -value;
  return typed.operator === 'to_real' ? value : undefined;
}

function distributionOf(context: Context, expression: Expression): DistributionName | undefined {
  const { session } = context;
  const name =
    expression.kind === 'call' && expression.callee.kind === 'name' ? expression.callee.name : undefined;
  if (name !== undefined) {
    const entity = lookupCallable(context, name);
    if (entity?.kind === 'builtin' && entity.builtin.kind === 'distribution') return entity.builtin.operator;
    const builtin = builtins.get(name);
    if (builtin?.kind === 'distribution') return builtin.operator;
  }
  if (expression.kind !== 'error') {
    const known = Object.keys(distributionParameters);
    session.error('AM2505', expression.span, 'a distribution stands after `~`', {
      notes: [...didYouMean(name ?? '', known), `known are ${known.join(', ')}`],
    });
  }
  return undefined;
}
