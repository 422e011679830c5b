/**
 * Frames: the regions under construction, innermost last. Regions are closed, so a value of an outer frame that is
 * read in an inner one becomes a parameter of the inner region (a capture). Constants are made again instead.
 *
 * A binding that something is differentiated by gets a *marker*: a parameter node of no region that stands for the
 * value until the frame closes. Markers are unique where hash-consed nodes are not, so "everything computed from this
 * binding" is exactly the part of the graph that reaches the marker.
 */
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { at } from '../types.js';
import type { Tensor } from './value.js';

export class Frame {
  readonly builder = new GraphBuilder();
  readonly depth: number;
  private readonly captures = new Map<Node, Node>();
  private readonly markers = new Map<Node, Node>();

  constructor(readonly parent: Frame | undefined) {
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  /** The value as a node of this frame. */
  read(tensor: Tensor): Node {
    return this.importNode(tensor.node, tensor.frame);
  }

  /** Outer nodes that became parameters of this frame, in order of capture, with their parameters. */
  captured(): { readonly outer: readonly Node[]; readonly inner: readonly Node[] } {
    return { outer: [...this.captures.keys()], inner: [...this.captures.values()] };
  }

  /** A unique stand-in for `node` that derivatives can be taken by. */
  mark(node: Node, name: string): Node {
    const marker = new GraphBuilder().parameter(node.type, name);
    this.markers.set(marker, node);
    return marker;
  }

  /** Puts the marked values in place of their markers. */
  resolve(nodes: readonly Node[]): Node[] {
    if (this.markers.size === 0) return [...nodes];
    const resolved = new Map<Node, Node>();
    for (const node of nodesBelow(nodes, (each) => this.markers.get(each))) {
      const marked = this.markers.get(node);
      resolved.set(
        node,
        marked === undefined ? this.withInputs(node, resolved) : (resolved.get(marked) ?? marked),
      );
    }
    return nodes.map((node) => resolved.get(node) ?? node);
  }

  /**
   * The nodes with every dependence on the marker `variable` through other markers in plain sight. Those markers stay,
   * because another derivative may be by them: a marker m of f(variable) becomes m + (f(variable) - f), where f is one
   * more marker of the same value, constant for this derivative and cancelling in any other.
   */
  expose(nodes: readonly Node[], variable: Node): Node[] {
    const markedBy = (node: Node): Node | undefined =>
      node === variable ? undefined : this.markers.get(node);
    const order = nodesBelow(nodes, markedBy);
    const dependent = new Set<Node>([variable]);
    const exposed = new Map<Node, Node>();
    for (const node of order) {
      const marked = markedBy(node);
      const below = marked === undefined ? node.inputs : [marked];
      if (node === variable || !below.some((each) => dependent.has(each))) continue;
      dependent.add(node);
      if (marked === undefined) {
        exposed.set(node, this.withInputs(node, exposed));
        continue;
      }
      const value = exposed.get(marked) ?? marked;
      const change = this.builder.binary('subtract', value, this.mark(marked, 'same'));
      exposed.set(node, this.builder.binary('add', node, change));
    }
    return nodes.map((node) => exposed.get(node) ?? node);
  }

  private withInputs(node: Node, replaced: ReadonlyMap<Node, Node>): Node {
    const inputs = node.inputs.map((input) => replaced.get(input) ?? input);
    const same = inputs.every((input, index) => input === node.inputs[index]);
    return same ? node : this.builder.rebuild(node, inputs);
  }

  close(parameters: readonly Node[], results: readonly Node[]): Region {
    return this.builder.region(parameters, this.resolve(results));
  }

  private importNode(node: Node, frame: Frame): Node {
    if (frame === this) return node;
    const { kind } = node.operator;
    if (kind === 'constant' || kind === 'literal' || kind === 'iota') return this.builder.rebuild(node, []);
    const known = this.captures.get(node);
    if (known !== undefined) return known;
    if (this.parent === undefined || frame.depth >= this.depth) {
      throw new Error('compiler bug: a value is read outside the frame that made it');
    }
    // Only the nearest outer frame is captured from; it captures from its own parent in turn.
    const outer = this.parent.importNode(node, frame);
    const parameter = this.captures.get(outer) ?? this.builder.parameter(node.type, node.label ?? 'captured');
    this.captures.set(outer, parameter);
    return parameter;
  }
}

/** All nodes that the given ones need, inputs first; `extra` adds one more dependency of a node. */
export function nodesBelow(roots: readonly Node[], extra: (node: Node) => Node | undefined): Node[] {
  const order: Node[] = [];
  const done = new Set<Node>();
  const stack: { readonly node: Node; next: number }[] = [];
  for (const root of roots) {
    if (!done.has(root)) stack.push({ node: root, next: 0 });
    while (stack.length > 0) {
      const top = at(stack, stack.length - 1);
      if (done.has(top.node)) {
        stack.pop();
        continue;
      }
      const more = extra(top.node);
      const below = more === undefined ? top.node.inputs : [...top.node.inputs, more];
      const input = below[top.next];
      if (input === undefined) {
        done.add(top.node);
        order.push(top.node);
        stack.pop();
      } else {
        top.next += 1;
        if (!done.has(input)) stack.push({ node: input, next: 0 });
      }
    }
  }
  return order;
}
