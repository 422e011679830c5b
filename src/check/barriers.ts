/**
 * A parameter kept by barrier: a weight times the barrier of its set is added to the objective, the weight falling
 * from step to step, and a step that would leave the set is halved until it does not.
 */
import type { Expression } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import type { Context } from './context.js';
import { constant, fit, isError, reference, toReal } from './convert.js';
import { checkExpression } from './expression.js';
import { freshSymbol } from './session.js';
import { boolScalar, intScalar, realScalar } from './type_facts.js';
import type { ApplyName, TypedExpression, TypedSchedule } from './typed.js';
import type { Type } from './types.js';

/** Without a weight in the source: from 1 at the first step to this at the last, geometrically. */
const lastWeight = 1e-10;
const halvings = 60;

function apply(operator: ApplyName, operands: readonly TypedExpression[], type: Type): TypedExpression {
  const [first] = operands;
  if (first === undefined) throw new Error('compiler bug: an operation on nothing');
  return { kind: 'apply', operator, operands, type, span: first.span };
}

/** The weight at the step, a number or a schedule; undefined after a diagnostic. */
export function barrierWeight(
  context: Context,
  how: Expression | undefined,
  span: Span,
): TypedExpression | undefined {
  if (how?.kind !== 'call') return fallingWeight(span);
  const [given, ...more] = how.arguments;
  if (given === undefined || more.length > 0 || given.name !== undefined) {
    context.session.error('AM2632', how.span, '`by barrier` takes one weight', {
      notes: ['a number or a schedule: `by barrier(exponential_decay(1, 0.9))`'],
    });
    return undefined;
  }
  const typed = checkExpression({ ...context, place: 'argument' }, given.value);
  const fitted = isError(typed) ? typed : fit(context, typed, realScalar, 'the weight of a barrier');
  return isError(fitted) ? undefined : fitted;
}

/** `exp(log(last) * (t - 1) / max(T - 1, 1))`. */
function fallingWeight(span: Span): TypedExpression {
  const t = freshSymbol('t', 'implicit', intScalar, span);
  const T = freshSymbol('T', 'implicit', intScalar, span);
  const one = constant(1, intScalar, span);
  const before = (symbol: typeof t): TypedExpression =>
    apply('subtract', [reference(symbol, span), one], intScalar);
  const length = apply('maximum', [before(T), one], intScalar);
  const share = apply('divide', [toReal(before(t)), toReal(length)], realScalar);
  const exponent = apply('multiply', [constant(Math.log(lastWeight), realScalar, span), share], realScalar);
  const schedule: TypedSchedule = {
    name: 'barrier',
    parameters: [],
    implicit: { t, T },
    body: apply('exp', [exponent], realScalar),
    span,
  };
  return { kind: 'schedule_call', schedule, arguments: [], type: realScalar, span };
}

/** `before + s * (after - before)` for the first of s = 1, 1/2, 1/4, .. at which the barrier is finite. */
export function guardedStep(
  before: TypedExpression,
  after: TypedExpression,
  barrier: (candidate: TypedExpression) => TypedExpression,
): TypedExpression {
  const { span, type } = before;
  const share = freshSymbol('share', 'local', realScalar, span);
  const turn = freshSymbol('turn', 'loop', intScalar, span);
  const s = reference(share, span);
  const way = apply('multiply', [s, apply('subtract', [after, before], type)], type);
  const candidate = apply('add', [before, way], type);
  const inside = apply('is_finite', [barrier(candidate)], boolScalar);
  const half = apply('multiply', [s, constant(0.5, realScalar, span)], realScalar);
  return {
    kind: 'block',
    statements: [
      { kind: 'let', symbol: share, value: constant(1, realScalar, span), span },
      {
        kind: 'for',
        symbol: turn,
        from: constant(1, intScalar, span),
        to: constant(halvings, intScalar, span),
        condition: apply('not', [inside], boolScalar),
        body: [{ kind: 'update', symbol: share, indices: [], value: half, span }],
        span,
      },
    ],
    result: candidate,
    type,
    span,
  };
}
