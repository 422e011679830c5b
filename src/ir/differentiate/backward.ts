/** The backward half: runs the linear part of a graph from cotangents of its results to those of its inputs. */
import type { GraphBuilder } from '../builder.js';
import { GraphBuilder as Builder } from '../builder.js';
import type { Node, Operator, Region } from '../graph.js';
import { reachableFrom } from '../traverse.js';
import { at } from '../types.js';
import type { Tangent, TransposeRule } from './rule.js';
import { addTangents } from './rule.js';
import { controlTable, operatorTable } from '../operators/table.js';

/**
 * The cotangents of `sources`, of which `results` (nodes of the builder `b`) are linear functions. What does not depend
 * on a source is a known value. Cotangents of the results that are undefined are zero.
 */
export function transposeLinear(
  b: GraphBuilder,
  sources: readonly Tangent[],
  results: readonly Tangent[],
  cotangents: readonly Tangent[],
): Tangent[] {
  const roots = results.filter((result) => result !== undefined);
  const order = reachableFrom(roots);
  const linear = new Set<Node>(sources.filter((source) => source !== undefined));
  for (const node of order) if (node.inputs.some((input) => linear.has(input))) linear.add(node);

  const gathered = new Map<Node, Tangent[]>();
  const give = (node: Node, cotangent: Tangent): void => {
    if (cotangent === undefined || !linear.has(node)) return;
    const isResult = node.operator.kind === 'result';
    const owner = isResult ? at(node.inputs, 0) : node;
    const index = node.operator.kind === 'result' ? node.operator.index : 0;
    const sums = gathered.get(owner) ?? [];
    sums[index] = addTangents(b, sums[index], cotangent);
    gathered.set(owner, sums);
  };
  results.forEach((result, index) => {
    if (result !== undefined) give(result, cotangents[index]);
  });
  for (const node of order.reverse()) {
    const sums = gathered.get(node);
    if (sums === undefined || node.operator.kind === 'parameter') continue;
    const passed = b.withSpan(node.span, undefined, () => transposeNode(b, node, linear, sums));
    node.inputs.forEach((input, index) => {
      if (linear.has(input)) give(input, passed[index]);
    });
  }
  return sources.map((source) => source && gathered.get(source)?.[0]);
}

function transposeNode(
  b: GraphBuilder,
  node: Node,
  linear: ReadonlySet<Node>,
  sums: readonly Tangent[],
): readonly Tangent[] {
  const { operator, inputs } = node;
  const count = node.results?.length ?? 1;
  if (operator.kind === 'result' || operator.kind === 'parameter') return [];
  const { transpose } =
    operator.kind === 'loop' || operator.kind === 'cond'
      ? controlTable[operator.kind]
      : operatorTable[operator.kind];
  const rule = transpose as TransposeRule<Operator>;
  return rule({
    b,
    operator,
    node,
    inputs,
    linear: inputs.map((input) => linear.has(input)),
    cotangents: Array.from({ length: count }, (_, index) => sums[index]),
    transposeInto,
  });
}

/** Inlines a region that is linear in the parameters without a value, and transposes it. */
function transposeInto(
  b: GraphBuilder,
  region: Region,
  values: readonly (Node | undefined)[],
  cotangents: readonly Tangent[],
): Tangent[] {
  const sources = region.parameters.map((parameter, index) =>
    values[index] === undefined ? placeholder(parameter) : undefined,
  );
  const results = b.inline(
    region,
    region.parameters.map((_, index) => values[index] ?? at(sources as readonly Node[], index)),
  );
  return transposeLinear(b, sources, results, cotangents);
}

/** Stands for a tangent while the linear part is built; nothing of the result depends on it. */
export function placeholder(like: Node): Node {
  const name = like.operator.kind === 'parameter' ? like.operator.name : 'value';
  return new Builder().parameter(like.type, `d_${name}`);
}
