/**
 * Evaluates a region node by node: the meaning of the graph IR, against which transforms and back ends are tested.
 * Simple loops, no fusion, sequential reductions.
 */
import type { Node, Operator, Region } from './graph.js';
import type { EvaluationRule, HostCaller } from './operators/evaluation/rule.js';
import { controlTable, operatorTable } from './operators/table.js';
import type { Tensor } from './tensor.js';
import { nodesOf } from './traverse.js';
import { at, sameType, showType } from './types.js';

export type { Tensor } from './tensor.js';

export interface InterpretOptions {
  /** `f32` rounds every stored real to single precision. */
  readonly precision?: 'f64' | 'f32';
  /** Calls the functions of the host. */
  readonly host?: HostCaller | undefined;
  /** Sees every computed value, those of nested regions included; used to find the first NaN of a step. */
  readonly onNode?: (node: Node, value: Tensor) => void;
}

export function interpret(
  region: Region,
  inputs: readonly Tensor[],
  options: InterpretOptions = {},
): Tensor[] {
  const orders = new Map<Region, readonly Node[]>();
  const round = options.precision === 'f32' ? roundReals : (value: Tensor): Tensor => value;

  const run = (inner: Region, values: readonly Tensor[]): Tensor[] => {
    const order = orders.get(inner) ?? nodesOf(inner);
    orders.set(inner, order);
    const known = new Map<Node, readonly Tensor[]>();
    inner.parameters.forEach((parameter, index) => {
      known.set(parameter, [checkedInput(parameter, index, values)]);
    });
    for (const node of order) {
      if (known.has(node)) continue;
      const results = evaluateNode(node, known, run, options.host).map(round);
      known.set(node, results);
      if (options.onNode !== undefined && node.results === undefined) options.onNode(node, at(results, 0));
    }
    return inner.results.map((result) => at(known.get(result) ?? [], 0));
  };
  return run(region, inputs.map(round));
}

function evaluateNode(
  node: Node,
  known: ReadonlyMap<Node, readonly Tensor[]>,
  run: (region: Region, inputs: readonly Tensor[]) => Tensor[],
  host: HostCaller | undefined,
): Tensor[] {
  const { operator } = node;
  if (operator.kind === 'parameter') throw new Error(`compiler bug: stray parameter ${operator.name}`);
  const inputs = node.inputs.map((input) => known.get(input) ?? []);
  if (operator.kind === 'result') return [at(at(inputs, 0), operator.index)];
  const { evaluate } =
    operator.kind === 'loop' || operator.kind === 'cond'
      ? controlTable[operator.kind]
      : operatorTable[operator.kind];
  const rule = evaluate as EvaluationRule<Operator>;
  return rule(
    operator,
    inputs.map((values) => at(values, 0)),
    { types: node.results ?? [node.type], run, host },
  );
}

function checkedInput(parameter: Node, index: number, values: readonly Tensor[]): Tensor {
  const value = at(values, index);
  if (!sameType(value.type, parameter.type)) {
    throw new Error(
      `compiler bug: input ${index} is ${showType(value.type)} instead of ${showType(parameter.type)}`,
    );
  }
  return value;
}

function roundReals(value: Tensor): Tensor {
  if (value.type.dtype !== 'real') return value;
  return { type: value.type, data: value.data.map(Math.fround) };
}
