/**
 * Rewrite passes as data: named rules, each looking at one node whose inputs are already rewritten. A pass rebuilds the
 * region with its rules until none fires, nested regions included, and reports what it did.
 */
import type { Span } from '../../parser/source.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Operator, OperatorKind, Region } from '../graph.js';
import { nodesOf } from '../traverse.js';
import { at } from '../types.js';

export interface Rewrite {
  /** What `explain` calls it. */
  readonly name: string;
  /** The kind of the node that it looks at. */
  readonly kind: OperatorKind;
  /** An equal node, or undefined where the rule does not fit. */
  readonly apply: (b: GraphBuilder, node: Node) => Node | undefined;
}

export interface RewritePass {
  readonly name: string;
  readonly rewrites: readonly Rewrite[];
}

/** A rule that fired. */
export interface Applied {
  readonly name: string;
  readonly span: Span | undefined;
}

export type Report = (applied: Applied) => void;

const maximalRounds = 12;
const maximalStepsPerNode = 32;

/** Applies the pass until nothing changes (or, as a safeguard against rules that undo each other, long enough). */
export function rewriteRegion(region: Region, pass: RewritePass, report: Report = () => undefined): Region {
  const rules = new Map<OperatorKind, Rewrite[]>();
  for (const rewrite of pass.rewrites) {
    rules.set(rewrite.kind, [...(rules.get(rewrite.kind) ?? []), rewrite]);
  }
  let current = region;
  for (let round = 0; round < maximalRounds; round += 1) {
    let fired = false;
    current = rebuildRegion(current, (b, node) =>
      rewriteNode(b, node, rules.get(node.operator.kind) ?? [], rules, (applied) => {
        fired = true;
        report(applied);
      }),
    );
    if (!fired) break;
  }
  return current;
}

function rewriteNode(
  b: GraphBuilder,
  node: Node,
  first: readonly Rewrite[],
  rules: ReadonlyMap<OperatorKind, readonly Rewrite[]>,
  report: Report,
): Node {
  let current = node;
  let candidates = first;
  for (let step = 0; step < maximalStepsPerNode; step += 1) {
    const fired = firstThatFits(b, current, candidates);
    if (fired === undefined) return current;
    report({ name: fired.name, span: node.span });
    current = fired.node;
    candidates = rules.get(current.operator.kind) ?? [];
  }
  return current;
}

function firstThatFits(
  b: GraphBuilder,
  node: Node,
  candidates: readonly Rewrite[],
): { name: string; node: Node } | undefined {
  for (const { name, apply } of candidates) {
    const replaced = b.withSpan(node.span, undefined, () => apply(b, node));
    if (replaced !== undefined && replaced !== node) return { name, node: replaced };
  }
  return undefined;
}

/** Rebuilds a region, every single-result node passed through `change`; nested regions are rebuilt the same way. */
export function rebuildRegion(
  region: Region,
  change: (b: GraphBuilder, node: Node) => Node,
  nested = new Map<Region, Region>(),
): Region {
  const known = nested.get(region);
  if (known !== undefined) return known;
  const b = new GraphBuilder();
  const built = new Map<Node, Node>();
  const parameters = region.parameters.map((parameter) => {
    const name = parameter.operator.kind === 'parameter' ? parameter.operator.name : 'value';
    const copy = b.parameter(parameter.type, name, { span: parameter.span });
    built.set(parameter, copy);
    return copy;
  });
  const lookup = (node: Node): Node => at([built.get(node)], 0) as Node;
  for (const node of nodesOf(region)) {
    if (built.has(node)) continue;
    const operator = withRegions(node.operator, (inner) => rebuildRegion(inner, change, nested));
    const copy = b.rebuild({ ...node, operator }, node.inputs.map(lookup));
    built.set(
      node,
      copy.results === undefined ? b.withSpan(node.span, node.label, () => change(b, copy)) : copy,
    );
  }
  const rebuilt = b.region(parameters, region.results.map(lookup));
  nested.set(region, rebuilt);
  return rebuilt;
}

/** The operator with its nested regions replaced. */
export function withRegions(operator: Operator, change: (region: Region) => Region): Operator {
  if (operator.kind === 'loop') {
    const condition = operator.condition && change(operator.condition);
    return { ...operator, body: change(operator.body), condition };
  }
  if (operator.kind === 'cond') {
    return { ...operator, then: change(operator.then), otherwise: change(operator.otherwise) };
  }
  if (operator.kind === 'derivative_rule') return { ...operator, rule: change(operator.rule) };
  if (operator.kind === 'implicit_root') return { ...operator, residual: change(operator.residual) };
  if (operator.kind === 'linear_solve') return { ...operator, apply: change(operator.apply) };
  return operator;
}
