/** Statements: bindings, updates, loops and branches, run in order on an environment. */
import type { TypedStatement, ValueSymbol } from '../typed.js';
import type { ArrayValue } from './array.js';
import { elementAt, isTrue, mapElements, scalarArray } from './array.js';
import type { Environment, Value } from './environment.js';
import { asArray } from './environment.js';
import { evaluateArray, evaluateExpression } from './expression.js';
import { replaceIndices } from './indexing.js';
import { valueOf } from './scalar.js';

/** What an optimizer adds to statements; bodies of functions have none of it. */
export interface StatementHandlers {
  readonly state: (symbol: ValueSymbol, initial: () => Value, environment: Environment) => void;
  readonly perTensor: (body: readonly TypedStatement[], environment: Environment) => void;
  /** Told of every name that is updated. */
  readonly updated: (symbol: ValueSymbol) => void;
  readonly assert: (statement: Extract<TypedStatement, { kind: 'assert' }>, environment: Environment) => void;
}

export function execute(
  statements: readonly TypedStatement[],
  environment: Environment,
  handlers?: Partial<StatementHandlers>,
): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'let':
        environment.bind(statement.symbol, evaluateExpression(statement.value, environment));
        break;
      case 'state':
        // Outside of a `solve` an aggregator is called as at its first step.
        if (handlers?.state === undefined)
          environment.bind(statement.symbol, evaluateExpression(statement.value, environment));
        else
          handlers.state(
            statement.symbol,
            () => evaluateExpression(statement.value, environment),
            environment,
          );
        break;
      case 'update':
        update(statement, environment);
        handlers?.updated?.(statement.symbol);
        break;
      case 'for': {
        const first = integer(evaluateArray(statement.from, environment));
        const last = integer(evaluateArray(statement.to, environment));
        for (let turn = first; turn <= last; turn += 1) {
          const frame = environment.inner();
          frame.bind(statement.symbol, scalarArray(turn));
          if (statement.condition !== undefined && !isTrue(evaluateArray(statement.condition, frame))) break;
          execute(statement.body, frame, handlers);
        }
        break;
      }
      case 'if':
        execute(
          isTrue(evaluateArray(statement.condition, environment)) ? statement.then : statement.otherwise,
          environment.inner(),
          handlers,
        );
        break;
      case 'per_tensor':
        if (handlers?.perTensor === undefined)
          throw new Error('compiler bug: `per tensor` outside of an optimizer');
        handlers.perTensor(statement.body, environment);
        break;
      case 'assert':
        if (handlers?.assert === undefined) throw new Error('compiler bug: `assert` outside of a test');
        handlers.assert(statement, environment);
        break;
      default:
        statement satisfies never;
    }
  }
}

function integer(array: ArrayValue): number {
  return valueOf(elementAt(array, 0));
}

/** A scalar given to a name of an array's shape fills it. */
function update(statement: Extract<TypedStatement, { kind: 'update' }>, environment: Environment): void {
  const value = evaluateExpression(statement.value, environment);
  if (value.kind !== 'array') {
    environment.update(statement.symbol, value);
    return;
  }
  const before = asArray(environment.lookup(statement.symbol));
  environment.update(
    statement.symbol,
    statement.indices.length > 0
      ? replaceIndices(before, statement.indices, value, environment)
      : value.shape.length < before.shape.length
        ? mapElements([value], ([scalar = 0]) => scalar, before.shape)
        : value,
  );
}
