/**
 * Several objectives, answered as one: a scalarization of their values, or their sum and the direction that an
 * aggregator makes of their gradients. What the aggregator keeps from step to step moves on by the direction at the
 * start of each step.
 */
import type { TypedAggregation, ValueSymbol } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, elementAt, numbersOf, scalarArray } from './array.js';
import { openCall } from './calls.js';
import type { Environment, Objective } from './environment.js';
import { asArray } from './environment.js';
import { evaluateArray } from './expression.js';
import { widen } from './prepare.js';
import type { Scalar } from './scalar.js';
import { elementwise } from './scalar.js';
import { execute } from './statements.js';

export type AggregatorStates = ReadonlyMap<ValueSymbol, ArrayValue>;

/** What a scalarization makes of the values at a point. */
export function scalarized(
  { value, losses, step }: TypedAggregation,
  values: readonly Scalar[],
  at: { readonly environment: Environment; readonly step: number },
): Scalar {
  const frame = at.environment.inner();
  frame.bind(losses, arrayOf([values.length], values));
  frame.bind(step, scalarArray(at.step));
  return elementAt(evaluateArray(value, frame), 0);
}

/** A direction, and the states after it. */
export function directionOf(
  aggregation: TypedAggregation,
  rows: ArrayValue,
  values: ArrayValue,
  states: AggregatorStates,
  at: { readonly environment: Environment; readonly step: number },
): { readonly direction: ArrayValue; readonly states: AggregatorStates } {
  const { value, jacobian, losses, step, size } = aggregation;
  const outer = at.environment.inner();
  outer.bindSize(size, { size: rows.shape[1] ?? 0 });
  outer.bind(jacobian, rows);
  outer.bind(losses, values);
  outer.bind(step, scalarArray(at.step));
  const frame = openCall(value, outer);
  const { body } = value.function;
  if (body.kind !== 'block') return { direction: evaluateArray(body, frame), states };
  execute(body.statements, frame, {
    state: (symbol, initial, environment) => {
      const shape = symbol.type.kind === 'array' ? environment.shapeOf(symbol.type.shape) : [];
      environment.bind(symbol, states.get(symbol) ?? widen(asArray(initial()), shape));
    },
  });
  const after = aggregation.states.map(({ symbol }): readonly [ValueSymbol, ArrayValue] => {
    const reached = asArray(frame.lookup(symbol));
    return [symbol, arrayOf(reached.shape, numbersOf(reached))];
  });
  return { direction: evaluateArray(body.result, frame), states: new Map(after) };
}

/** Answers an optimizer's questions: values are summed, gradients are the aggregator's rows. */
export function directedObjective(
  each: readonly Objective[],
  aggregation: TypedAggregation,
  states: AggregatorStates,
  environmentAt: (x: ArrayValue, fresh: boolean) => Environment,
  step: number,
): Objective & { readonly turn: (x: ArrayValue) => ReturnType<typeof directionOf> } {
  const turn = (at: ArrayValue, fresh: boolean): ReturnType<typeof directionOf> => {
    const values = each.map((objective) =>
      elementAt(asArray(objective.query('value', at, undefined, fresh)), 0),
    );
    const rows = each.map((objective) => asArray(objective.query('gradient', at, undefined, fresh)));
    return directionOf(
      aggregation,
      arrayOf(
        [each.length, at.data.length],
        rows.flatMap(({ data }) => [...data]),
      ),
      arrayOf([each.length], values),
      states,
      { environment: environmentAt(at, fresh), step },
    );
  };
  return {
    turn: (x) => turn(x, false),
    sets: (operation, vectors) => {
      const [first] = each;
      if (first === undefined) throw new Error('compiler bug: no objectives');
      return first.sets(operation, vectors);
    },
    query: (query, at, direction, fresh) => {
      switch (query) {
        case 'value':
          return scalarArray(
            each
              .map((objective) => elementAt(asArray(objective.query(query, at, direction, fresh)), 0))
              .reduce((sum, value) => elementwise('add', sum, value)),
          );
        case 'gradient':
          return turn(at, fresh).direction;
        default:
          throw new Error('compiler bug: an aggregated direction is asked for its curvature');
      }
    },
  };
}
