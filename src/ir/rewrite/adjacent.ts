/**
 * Equal computations over neighbouring runs of memory as one over both: what is done for each of many small tensors
 * that lie side by side is done for all of them in one loop.
 */
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import { at, range, sizeOf } from '../types.js';
import { operatorOf } from './match.js';

/** So many operations at most; a longer one may hold what others read, too, and would be computed twice. */
const longest = 12;

/** Elements of a node that lie one behind the other, in the order in which they are read. */
interface Run {
  readonly source: Node;
  readonly start: number;
  readonly length: number;
}

function runOf(node: Node): Run | undefined {
  const { operator, type } = node;
  const [input] = node.inputs;
  const length = sizeOf(type.shape);
  if (input === undefined) return { source: node, start: 0, length };
  switch (operator.kind) {
    case 'reshape':
      return runOf(input);
    case 'broadcast':
      // One that only adds axes of one element.
      return length === sizeOf(input.type.shape) && isAscending(operator.axes) ? runOf(input) : undefined;
    case 'slice': {
      const { shape } = input.type;
      if (operator.strides.some((stride) => stride !== 1)) return undefined;
      const partial = range(shape.length).filter((axis) => at(type.shape, axis) !== at(shape, axis));
      const [first] = partial;
      if (first === undefined) return runOf(input);
      // Before the last axis that is cut there is one index each.
      const last = at(partial, partial.length - 1);
      if (range(last).some((axis) => at(type.shape, axis) !== 1)) return undefined;
      const inner = runOf(input);
      if (inner === undefined) return undefined;
      const start = shape.reduce((flat, extent, axis) => flat * extent + at(operator.starts, axis), 0);
      return { source: inner.source, start: inner.start + start, length };
    }
    default:
      return { source: node, start: 0, length };
  }
}

function isAscending(axes: readonly number[]): boolean {
  return axes.every((axis, position) => position === 0 || at(axes, position - 1) < axis);
}

/** The elements of two nodes one behind the other, as one vector; undefined where they are no neighbours. */
export function joined(b: GraphBuilder, left: Node, right: Node): Node | undefined {
  let operations = 0;
  const join = (first: Node, second: Node): Node | undefined => {
    const length = sizeOf(first.type.shape) + sizeOf(second.type.shape);
    const [one, other] = [operatorOf(first, 'constant'), operatorOf(second, 'constant')];
    if (one !== undefined && other !== undefined) {
      return Object.is(one.value, other.value) && first.type.dtype === second.type.dtype
        ? b.constant(one.value, first.type.dtype, [length])
        : undefined;
    }
    const [run, next] = [runOf(first), runOf(second)];
    if (run === undefined || next === undefined) return undefined;
    if (run.source === next.source && run.start + run.length === next.start) {
      const flat = b.reshape(run.source, [sizeOf(run.source.type.shape)]);
      return run.length + next.length === sizeOf(flat.type.shape)
        ? flat
        : b.slice(flat, [run.start], [next.start + next.length]);
    }
    const whole = [
      [first, run],
      [second, next],
    ] as const;
    if (!whole.every(([node, { length: own }]) => own === sizeOf(node.type.shape))) return undefined;
    const [from, to] = [operatorOf(run.source, 'elementwise'), operatorOf(next.source, 'elementwise')];
    if (from === undefined || from.name !== to?.name) return undefined;
    operations += 1;
    if (operations > longest) return undefined;
    const operands: Node[] = [];
    for (const [position, operand] of run.source.inputs.entries()) {
      const both = join(operand, at(next.source.inputs, position));
      if (both === undefined) return undefined;
      operands.push(both);
    }
    return b.node(run.source.operator, operands);
  };
  return join(left, right);
}

/** The vector of which a node is the sum. */
export function summed(node: Node): Node | undefined {
  let inner = node;
  while (inner.operator.kind === 'reshape') inner = at(inner.inputs, 0);
  const reduce = operatorOf(inner, 'reduce');
  const operand = inner.inputs[0];
  if (reduce?.monoid !== 'sum' || operand === undefined || inner.type.dtype !== 'real') return undefined;
  return sizeOf(inner.type.shape) === 1 ? operand : undefined;
}
