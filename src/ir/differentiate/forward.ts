/** The forward half: values and tangents of a region's body, node by node. */
import type { GraphBuilder } from '../builder.js';
import type { Node, Operator, Region } from '../graph.js';
import { nodesOf } from '../traverse.js';
import { at } from '../types.js';
import type { ControlTangentRule, Differential, LoopForm, Tangent, TangentRule } from './rule.js';
import { controlTable, operatorTable } from '../operators/table.js';

/** Rebuilds the body on these primals; a result without a tangent does not depend on the tangents given. */
export function differentiate(
  b: GraphBuilder,
  region: Region,
  primals: readonly Node[],
  tangents: readonly Tangent[],
  form: LoopForm,
): Differential {
  const values = new Map<Node, readonly Node[]>();
  const changes = new Map<Node, readonly Tangent[]>();
  region.parameters.forEach((parameter, index) => {
    values.set(parameter, [at(primals, index)]);
    changes.set(parameter, [tangents[index]]);
  });
  const resultIndex = (node: Node): number => (node.operator.kind === 'result' ? node.operator.index : 0);
  const owner = (node: Node): Node => (node.operator.kind === 'result' ? at(node.inputs, 0) : node);
  const valueOf = (node: Node): Node => at(values.get(owner(node)) ?? [], resultIndex(node));
  const changeOf = (node: Node): Tangent => changes.get(owner(node))?.[resultIndex(node)];

  for (const node of nodesOf(region)) {
    if (values.has(node) || node.operator.kind === 'result') continue;
    const inputs = node.inputs.map(valueOf);
    const given = node.inputs.map(changeOf);
    const { primals: built, tangents: moved } = b.withSpan(node.span, undefined, () =>
      differentiateNode(b, node, inputs, given, form),
    );
    values.set(node, built);
    changes.set(node, moved);
  }
  return { primals: region.results.map(valueOf), tangents: region.results.map(changeOf) };
}

function differentiateNode(
  b: GraphBuilder,
  node: Node,
  inputs: readonly Node[],
  tangents: readonly Tangent[],
  form: LoopForm,
): Differential {
  const { operator } = node;
  const constant = tangents.every((tangent) => tangent === undefined);
  if (operator.kind === 'loop' || operator.kind === 'cond') {
    if (constant) return withoutTangents(b.resultsOf(b.rebuild(node, inputs)));
    const rule = controlTable[operator.kind].tangent as ControlTangentRule<Operator>;
    return rule({ b, operator, inputs, tangents, form, differentiate });
  }
  const output = b.rebuild(node, inputs);
  if (constant || operator.kind === 'parameter' || operator.kind === 'result')
    return withoutTangents([output]);
  const rule = operatorTable[operator.kind].tangent as TangentRule<Operator>;
  return { primals: [output], tangents: [rule({ b, operator, inputs, tangents, output })] };
}

function withoutTangents(primals: readonly Node[]): Differential {
  return { primals, tangents: primals.map(() => undefined) };
}
