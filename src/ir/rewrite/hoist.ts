/** Moves what depends on a loop's invariants only in front of the loop. */
import { GraphBuilder } from '../builder.js';
import type { Node, OperatorKind, Region } from '../graph.js';
import { nodesOf, reachableFrom } from '../traverse.js';
import { at } from '../types.js';

/** Operators that cost nothing inside the loop; moving them out would only store larger arrays. */
const free: ReadonlySet<OperatorKind> = new Set([
  'parameter',
  'broadcast',
  'reshape',
  'cast',
  'transpose',
  'slice',
]);

export interface Hoisted {
  /** The body with one more invariant for each of `values`. */
  readonly body: Region;
  readonly values: readonly Node[];
}

/** `inputs` are those of the loop: its carries, invariants and xs; the body's first parameter is the turn. */
export function hoistInvariants(
  b: GraphBuilder,
  body: Region,
  inputs: readonly Node[],
  carries: number,
  invariants: number,
): Hoisted {
  const start = 1 + carries;
  const end = start + invariants;
  const moved = movable(body, body.parameters.slice(start, end));
  if (moved.length === 0) return { body, values: [] };
  const outside = new Map<Node, Node>();
  body.parameters.slice(start, end).forEach((parameter, index) => {
    outside.set(parameter, at(inputs, carries + index));
  });
  copyInto(b, reachableFrom(moved), outside);
  const inner = new GraphBuilder();
  const inside = new Map<Node, Node>();
  const copy = (parameter: Node): Node => {
    const made = inner.parameter(parameter.type, nameOf(parameter), { span: parameter.span });
    inside.set(parameter, made);
    return made;
  };
  const head = body.parameters.slice(0, end).map(copy);
  const extra = moved.map((node) => {
    const made = inner.parameter(node.type, node.label ?? 'invariant', { span: node.span });
    inside.set(node, made);
    return made;
  });
  const parameters = [...head, ...extra, ...body.parameters.slice(end).map(copy)];
  copyInto(inner, remaining(body, inside), inside);
  return {
    body: inner.region(
      parameters,
      body.results.map((result) => present(inside, result)),
    ),
    values: moved.map((node) => present(outside, node)),
  };
}

/** The nodes that a region still computes when those in `known` are given. */
function remaining(body: Region, known: ReadonlyMap<Node, Node>): Node[] {
  const seen = new Set<Node>();
  const pending = body.results.filter((node) => !known.has(node));
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    pending.push(...node.inputs.filter((input) => !known.has(input)));
  }
  return [...seen].sort((left, right) => left.id - right.id);
}

function copyInto(b: GraphBuilder, nodes: readonly Node[], copies: Map<Node, Node>): void {
  for (const node of nodes) {
    if (copies.has(node)) continue;
    copies.set(
      node,
      b.rebuild(
        node,
        node.inputs.map((input) => present(copies, input)),
      ),
    );
  }
}

function present(copies: ReadonlyMap<Node, Node>, node: Node): Node {
  const copy = copies.get(node);
  if (copy === undefined) throw new Error('compiler bug: a hoisted value reads the turn');
  return copy;
}

/** The last nodes that depend on the given parameters only: computed there, read by what changes from turn to turn. */
function movable(body: Region, invariants: readonly Node[]): Node[] {
  const fixed = new Set<Node>(invariants);
  const varying = new Set<Node>(body.parameters.filter((parameter) => !fixed.has(parameter)));
  const found = new Set<Node>();
  const offer = (node: Node): void => {
    let current = node;
    while (fixed.has(current) && free.has(current.operator.kind) && current.operator.kind !== 'parameter') {
      current = at(current.inputs, 0);
    }
    if (fixed.has(current) && current.operator.kind !== 'parameter') found.add(current);
  };
  for (const node of nodesOf(body)) {
    if (node.operator.kind === 'parameter') continue;
    if (node.inputs.some((input) => varying.has(input))) {
      varying.add(node);
      node.inputs.forEach(offer);
    } else if (node.inputs.some((input) => fixed.has(input))) {
      fixed.add(node);
    }
  }
  body.results.forEach(offer);
  return [...found];
}

/** The condition of the loop takes the added invariants too, and ignores them. */
export function withMoreParameters(condition: Region, values: readonly Node[]): Region {
  if (values.length === 0) return condition;
  const b = new GraphBuilder();
  const own = condition.parameters.map((parameter) => b.parameter(parameter.type, nameOf(parameter)));
  const added = values.map((value) => b.parameter(value.type, 'unused'));
  return b.region([...own, ...added], b.inline(condition, own));
}

function nameOf(node: Node): string {
  return node.operator.kind === 'parameter' ? node.operator.name : 'value';
}
