/**
 * `history(e)`: in a report, the value of `e` at every step of a phase, as an array with the steps in front. It is kept
 * from step to step beside the states of the problem.
 */
import type { CallExpression } from '../parser/ast.js';
import { positional } from './builtin_calls.js';
import type { Builtin } from './builtins.js';
import type { Context } from './context.js';
import { errorExpression, isError, toElement } from './convert.js';
import { constantDimension, constantValue } from './dimension.js';
import { checkExpression } from './expression.js';
import { printType } from './print_type.js';
import { freshSymbol } from './session.js';
import type { Session } from './session.js';
import { staticInteger } from './static_values.js';
import { arrayType, realElement, realScalar } from './type_facts.js';
import type { TypedExpression } from './typed.js';
import type { PlannedPhase } from './phases.js';
import type { Dimension } from './types.js';

/** Steps of a phase whose length the source does not say. */
const defaultSteps = 1000;

/** The lengths of phases in order; undefined where it is given in epochs. */
export function lengthsOf(
  session: Session,
  phases: readonly PlannedPhase[],
): readonly (Dimension | undefined)[] {
  return phases.map((phase) => {
    if (phase.kind === 'process') return staticInteger(session, phase.of.count);
    const { length } = phase.of;
    if (length === undefined) return constantDimension(defaultSteps);
    return length.unit === 'steps' ? staticInteger(session, length.count) : undefined;
  });
}

export function checkHistory(context: Context, call: CallExpression, builtin: Builtin): TypedExpression {
  const { session } = context;
  const { span } = call;
  if (context.place !== 'report') {
    session.error('AM2715', span, '`history` stands in a report', {
      notes: ['what steps are to see of earlier ones is a `state` of the problem'],
    });
    return errorExpression(span);
  }
  const [first, second] = positional(context, call, builtin, 1, 2) ?? [];
  if (first === undefined) return errorExpression(span);
  const value = checkExpression({ ...context, place: 'problem' }, first);
  if (isError(value)) return value;
  if (value.type.kind !== 'array' || value.type.element.kind === 'class') {
    session.error('AM2715', first.span, `a history is of numbers, and this is ${printType(value.type)}`);
    return errorExpression(span);
  }
  const phase = phaseNumber(context, second);
  if (phase === undefined) return errorExpression(span);
  const length = session.phaseLengths[phase];
  if (length === undefined) {
    session.error('AM2716', span, 'the length of this phase is not given in steps', {
      notes: ['a history has one entry for each step: `for 500 steps` says how many'],
    });
    return errorExpression(span);
  }
  session.useStatically(length);
  const type = arrayType(realElement, {
    run: undefined,
    dimensions: [length, ...value.type.shape.dimensions],
  });
  const symbol = freshSymbol('history', 'state', type, span);
  session.levels.set(symbol, 'parameter');
  const start: TypedExpression = { kind: 'constant', value: NaN, type: realScalar, span };
  const rule = { kind: 'history', value: toElement(value, realElement), phase } as const;
  session.copies.push({ symbol, path: `history.${session.copies.length}`, start, rule, span });
  return { kind: 'reference', symbol, type, span };
}

/** From 0; the last phase where none is named. */
function phaseNumber(
  context: Context,
  second: CallExpression['arguments'][number]['value'] | undefined,
): number | undefined {
  const { session } = context;
  const count = session.phaseLengths.length;
  const known = second && staticInteger(session, checkExpression(context, second));
  const number = second === undefined ? count : known && constantValue(session.expand(known));
  if (number !== undefined && number >= 1 && number <= count) return number - 1;
  if (second === undefined) {
    // Without a phase there is no step, and the file has other troubles.
    return undefined;
  }
  session.error('AM2716', second.span, `there is no such phase: they are 1 to ${count}`, {
    notes: ['phases are counted in the order in which they stand'],
  });
  return undefined;
}
