/**
 * The identity of nodes for hash-consing. Two nodes are the same if operator, type and inputs are. A nested region is
 * identified by its structure (nodes numbered from its start), so equal loop bodies make equal loops even when
 * they were built apart.
 */
import type { Node, Operator, Region, TensorType } from './graph.js';
import { nodesOf } from './traverse.js';

/** `JSON.stringify` would lose -0, NaN and infinities. */
function numberKey(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function operatorKey(operator: Operator): string {
  switch (operator.kind) {
    case 'constant':
      return `constant ${numberKey(operator.value)}`;
    case 'literal':
      return `literal ${operator.values.map(numberKey).join()}`;
    case 'elementwise':
      return operator.name;
    case 'loop': {
      const { max, carries, invariants, body, condition } = operator;
      const test = condition === undefined ? '' : regionKey(condition);
      return `loop ${max} ${carries} ${invariants} ${regionKey(body)} ${test}`;
    }
    case 'cond':
      return `cond ${regionKey(operator.then)} ${regionKey(operator.otherwise)}`;
    case 'derivative_rule':
      return `rule ${regionKey(operator.rule)}`;
    case 'implicit_root':
      return `root ${operator.lanes} ${JSON.stringify(operator.solver)} ${regionKey(operator.residual)}`;
    case 'linear_solve':
      return `solve ${operator.lanes} ${JSON.stringify(operator.solver)} ${regionKey(operator.apply)}`;
    default:
      return JSON.stringify(operator);
  }
}

function typeKey(type: TensorType): string {
  return `${type.dtype}[${type.shape.join()}]`;
}

/** Rewrites pass operators on as they are, so that the longer keys are asked for again and again. */
const keyOfOperator = new WeakMap<Operator, string>();

function rememberedKey(operator: Operator): string {
  if (operator.kind === 'elementwise' || operator.kind === 'constant') return operatorKey(operator);
  let key = keyOfOperator.get(operator);
  if (key === undefined) {
    key = operatorKey(operator);
    keyOfOperator.set(operator, key);
  }
  return key;
}

export function nodeKey(operator: Operator, type: TensorType, inputs: readonly Node[]): string {
  let key = `${rememberedKey(operator)}|${typeKey(type)}`;
  for (const input of inputs) key += `|${input.id}`;
  return key;
}

const numberOfStructure = new Map<string, string>();
const keyOfRegion = new WeakMap<Region, string>();

/** A short name of the region's structure, the same for equal regions. */
export function regionKey(region: Region): string {
  const known = keyOfRegion.get(region);
  if (known !== undefined) return known;
  const positions = new Map<Node, number>();
  region.parameters.forEach((parameter, index) => positions.set(parameter, index));
  const lines = region.parameters.map((parameter) => typeKey(parameter.type));
  for (const node of nodesOf(region)) {
    if (node.operator.kind === 'parameter') continue;
    const inputs = node.inputs.map((input) => positions.get(input)).join();
    lines.push(`${operatorKey(node.operator)}|${typeKey(node.type)}|${inputs}`);
    positions.set(node, positions.size);
  }
  lines.push(`-> ${region.results.map((result) => positions.get(result)).join()}`);
  const structure = lines.join('\n');
  const key = numberOfStructure.get(structure) ?? `#${numberOfStructure.size}`;
  numberOfStructure.set(structure, key);
  keyOfRegion.set(region, key);
  return key;
}
