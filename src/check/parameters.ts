/** The starts of parameters, and random draws, which stand where something is drawn once: starts and data. */
import type { Expression, ParamDeclaration } from '../parser/ast.js';
import type { Context } from './context.js';
import { constant, fit, isError, tryFit } from './convert.js';
import { checkExpression } from './expression.js';
import { DrawnNoise } from './noise.js';
import { printType } from './print_type.js';
import { checkSample } from './sampling.js';
import { turnsAround } from './turns.js';
import { realScalar } from './type_facts.js';
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

/** `~ normal(0, 1)` where something is drawn once: for a value of `type`, under the name of its parameter or column. */
export function checkDraw(context: Context, expression: Expression, type: ArrayType): TypedExpression {
  return checkSample(context, expression, type, new DrawnNoise(undefined, turnsAround(context)));
}
