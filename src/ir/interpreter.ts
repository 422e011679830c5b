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
  /** Errors of another arithmetic, put in on purpose: shows how far they spread. */
  readonly disturbance?: Disturbance;
}

/** What happens to the operands of a node before it is evaluated, and to what comes out. */
export interface Disturbance {
  readonly operands: (node: Node, values: readonly Tensor[]) => readonly Tensor[];
  readonly results: (node: Node, values: readonly Tensor[]) => readonly Tensor[];
}

const undisturbed: Disturbance = { operands: (_, values) => values, results: (_, values) => values };

export function interpret(
  region: Region,
  inputs: readonly Tensor[],
  options: InterpretOptions = {},
): Tensor[] {
  const orders = new Map<Region, readonly Node[]>();
  const { host, disturbance = undisturbed } = options;
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
      const operands = disturbance.operands(node, operandsOf(node, known));
      const results = disturbance.results(node, evaluateNode(node, operands, run, host)).map(round);
      known.set(node, results);
      if (options.onNode !== undefined && node.results === undefined) options.onNode(node, at(results, 0));
    }
    return inner.results.map((result) => at(known.get(result) ?? [], 0));
  };
  return run(region, inputs.map(round));
}

/** For result `index` of a multi-result node, that result. */
function operandsOf(node: Node, known: ReadonlyMap<Node, readonly Tensor[]>): Tensor[] {
  const { operator } = node;
  const index = operator.kind === 'result' ? operator.index : 0;
  return node.inputs.map((input) => at(known.get(input) ?? [], index));
}

function evaluateNode(
  node: Node,
  operands: readonly Tensor[],
  run: (region: Region, inputs: readonly Tensor[]) => Tensor[],
  host: HostCaller | undefined,
): Tensor[] {
  const { operator } = node;
  if (operator.kind === 'parameter') throw new Error(`compiler bug: stray parameter ${operator.name}`);
  if (operator.kind === 'result') return [...operands];
  const { evaluate } =
    operator.kind === 'loop' || operator.kind === 'cond'
      ? controlTable[operator.kind]
      : operatorTable[operator.kind];
  const rule = evaluate as EvaluationRule<Operator>;
  return rule(operator, operands, { types: node.results ?? [node.type], run, host });
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
