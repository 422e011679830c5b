/**
 * Instances of optimizers: an optimizer's definition with its arguments, its own state and its own count of steps.
 * `sam(clip_norm(adam(1e-3), 1))` is a tree of three instances.
 */
import type {
  TypedExpression,
  TypedOptimizer,
  TypedOptimizerValue,
  TypedStatement,
  ValueSymbol,
} from '../../check/typed.js';
import { at } from '../types.js';
import type { Cell } from './environment.js';
import { bodiesOf } from '../../check/traverse.js';

export interface StateCell {
  readonly symbol: ValueSymbol;
  /** Set for the state of a `per tensor` block: one for each tensor. */
  readonly tensor: number | undefined;
  readonly value: TypedExpression;
  /** `adam.m`. */
  readonly name: string;
}

export interface OptimizerInstance {
  readonly definition: TypedOptimizer;
  readonly path: string;
  readonly arguments: readonly TypedExpression[];
  /** The optimizer whose argument this one is. */
  readonly outer: OptimizerInstance | undefined;
  /** Wrapped optimizers by the parameter that names them. */
  readonly inner: ReadonlyMap<ValueSymbol, OptimizerInstance>;
  readonly states: readonly StateCell[];
  /** While a step is elaborated: where the states and the count of steps live. */
  readonly cells: Map<string, Cell>;
}

export function instantiateOptimizer(
  value: TypedOptimizerValue,
  outer: OptimizerInstance | undefined,
  tensorCount: number,
  prefix = '',
): OptimizerInstance {
  const { optimizer } = value;
  const before = outer?.path ?? prefix;
  const path = before === '' ? optimizer.name : `${before}.${optimizer.name}`;
  const inner = new Map<ValueSymbol, OptimizerInstance>();
  const instance: OptimizerInstance = {
    definition: optimizer,
    path,
    arguments: value.arguments,
    outer,
    inner,
    states: statesOf(optimizer.statements, path, tensorCount, false),
    cells: new Map(),
  };
  optimizer.parameters.forEach((parameter, index) => {
    if (parameter.type.kind !== 'optimizer') return;
    const argument = at(value.arguments, index);
    if (argument.kind === 'optimizer_value') {
      inner.set(parameter, instantiateOptimizer(argument, instance, tensorCount));
    } else if (argument.kind === 'reference') {
      const passed = outer?.inner.get(argument.symbol);
      if (passed !== undefined) inner.set(parameter, passed);
    }
  });
  return instance;
}

function statesOf(
  statements: readonly TypedStatement[],
  path: string,
  tensorCount: number,
  perTensor: boolean,
): readonly StateCell[] {
  return statements.flatMap((statement): readonly StateCell[] => {
    if (statement.kind === 'state') {
      const { symbol, value } = statement;
      const name = `${path}.${symbol.name}`;
      if (!perTensor) return [{ symbol, tensor: undefined, value, name }];
      return Array.from({ length: tensorCount }, (_, tensor) => ({
        symbol,
        tensor,
        value,
        name: `${name}[${tensor}]`,
      }));
    }
    const inside = perTensor || statement.kind === 'per_tensor';
    return bodiesOf(statement).flatMap((body) => statesOf(body, path, tensorCount, inside));
  });
}

export function stateKey(symbol: ValueSymbol, tensor: number | undefined): string {
  return tensor === undefined ? `${symbol.id}` : `${symbol.id}:${tensor}`;
}

/** The instance and everything it wraps. */
export function allInstances(instance: OptimizerInstance): readonly OptimizerInstance[] {
  return [instance, ...[...new Set(instance.inner.values())].flatMap(allInstances)];
}
