/**
 * Checks that a region is well formed: closed (it reads only its own parameters), typed as the operators' rules say,
 * inputs older than their users, multi-result nodes read through `result` only. Run after every pass in tests.
 */
import type { Node, Region } from './graph.js';
import { resultTypes } from './operators/types_table.js';
import { showOperator } from './print.js';
import { nodesOf, regionsIn } from './traverse.js';
import { at, sameType, showType } from './types.js';

export function verifyRegion(region: Region, name = 'region'): void {
  region.parameters.forEach((parameter, index) => {
    if (parameter.operator.kind !== 'parameter') fail(name, parameter, 'stands among the parameters');
    else if (parameter.operator.index !== index) fail(name, parameter, `is not number ${index}`);
  });
  const own = new Set(region.parameters);
  for (const node of nodesOf(region)) {
    verifyNode(node, own, name);
    for (const nested of regionsIn(node)) verifyRegion(nested, `${name} > ${node.operator.kind} ${node.id}`);
  }
  for (const result of region.results) {
    if (result.results !== undefined) fail(name, result, 'has several results and is returned as one');
  }
}

function verifyNode(node: Node, own: ReadonlySet<Node>, name: string): void {
  const { operator, inputs } = node;
  if (operator.kind === 'parameter') {
    if (!own.has(node)) fail(name, node, 'belongs to another region');
    return;
  }
  for (const input of inputs) {
    if (input.id >= node.id) fail(name, node, `is older than its input ${input.id}`);
    if ((input.results !== undefined) !== (operator.kind === 'result')) {
      fail(name, node, `reads a ${input.operator.kind} in the wrong way`);
    }
  }
  if (operator.kind === 'result') {
    const expected = at(inputs, 0).results?.[operator.index];
    if (expected === undefined || !sameType(expected, node.type))
      fail(name, node, 'is no result of its input');
    return;
  }
  const expected = typesByRule(node, name);
  const actual = node.results ?? [node.type];
  if (
    expected.length !== actual.length ||
    !expected.every((type, index) => sameType(type, at(actual, index)))
  ) {
    fail(name, node, `should be ${expected.map(showType).join(', ')}`);
  }
}

function typesByRule(node: Node, name: string): ReturnType<typeof resultTypes> {
  try {
    return resultTypes(
      node.operator,
      node.inputs.map((input) => input.type),
      node.type,
    );
  } catch (error) {
    return fail(name, node, error instanceof Error ? error.message : String(error));
  }
}

function fail(region: string, node: Node, text: string): never {
  const label = node.label === undefined ? '' : ` "${node.label}"`;
  throw new Error(
    `compiler bug: in ${region}: node ${node.id}${label} (${showOperator(node.operator)}: ${showType(node.type)}) ${text}`,
  );
}
