/**
 * Decides which nodes get a unit of their own (computed once, and kept) and which are recomputed inside each of
 * their consumers. Reductions, contractions and the like always are units; elementwise work and views become one when
 * somebody needs them in memory or when recomputing would cost more than keeping.
 */
import type { ElementwiseName, Node, Operator } from './graph.js';
import { elementCount } from './nest-expressions.js';
import type { Source } from './nest-expressions.js';
import { elementwiseTable } from './operators/elementwise/table.js';
import { at } from './types.js';

/** Work is counted in additions. */
const cheapEnoughToRepeat = 3;
/** Longer inlined expressions are cut, so that no walk over them gets deep. */
const longestExpression = 40;

const workOf: Partial<Record<ElementwiseName, number>> = {
  divide: 4,
  reciprocal: 4,
  sqrt: 5,
  floor_divide: 5,
  modulo: 8,
  power: 25,
};

const elementwiseWorks = new Map<ElementwiseName, number>();

/** What an operator costs, in additions. */
export function elementwiseWork(name: ElementwiseName): number {
  let work = workOf[name] ?? elementwiseWorks.get(name);
  if (work === undefined) {
    work = printedWork(name);
    elementwiseWorks.set(name, work);
  }
  return work;
}

function printedWork(name: ElementwiseName): number {
  const { lowering } = elementwiseTable[name];
  const printed = lowering.print('a', 'b', 'c');
  const free = /^Math\.(abs|max|min|floor|ceil|trunc|sign|sqrt)\(/.test(printed);
  return lowering.helpers.length > 0 || (printed.startsWith('Math.') && !free) ? 20 : 1;
}

function ownWork(operator: Operator): number {
  switch (operator.kind) {
    case 'elementwise':
      return elementwiseWork(operator.name);
    case 'uniform':
      return 40;
    case 'gather':
    case 'pad':
    case 'concat':
      return 1;
    case 'cast':
      return 0.5;
    default:
      return 0;
  }
}

export type NodeRole =
  /** Recomputed where it is used. */
  | 'inline'
  /** Computed once as a map, a fold or by a leaf routine. */
  | 'unit'
  /** A concatenation whose pieces are computed in place. */
  | 'assembly'
  /** Not a value: a loop or cond, seen only through its results. */
  | 'control';

export function isAssembly(node: Node): boolean {
  const { operator } = node;
  if (operator.kind !== 'concat') return false;
  return node.type.shape.slice(0, operator.axis).every((extent) => extent === 1);
}

export function decideRoles(
  nodes: readonly Node[],
  results: readonly Node[],
  sourceOf: (parameter: Node) => Source,
): Map<Node, NodeRole> {
  const uses = countUses(nodes, results);
  const demanded = new Set<Node>(results);
  const roles = new Map<Node, NodeRole>();
  const work = new Map<Node, number>();
  const length = new Map<Node, number>();
  markDemands(nodes, demanded, roles, sourceOf);
  const expanded = new Set<Node>();
  for (const node of nodes) for (const input of expandedInputs(node)) expanded.add(input);
  for (const node of nodes) {
    let role = fixedRole(node);
    let total = ownWork(node.operator);
    let size = 1;
    if (role === 'inline') {
      for (const input of node.inputs) {
        total += work.get(input) ?? 0;
        size += length.get(input) ?? 0;
      }
      const view = isViewOfStored(node, roles, sourceOf);
      const repeated = (uses.get(node) ?? 0) > 1 && total > cheapEnoughToRepeat;
      const spread = expanded.has(node) && total >= (node.type.dtype === 'int' ? 4 : 1);
      if (demanded.has(node) || (!view && (repeated || spread || size > longestExpression))) role = 'unit';
    }
    roles.set(node, role);
    work.set(node, role === 'inline' && node.operator.kind !== 'parameter' ? total : 0.25);
    length.set(node, role === 'inline' ? size : 1);
  }
  return roles;
}

function fixedRole(node: Node): NodeRole {
  switch (node.operator.kind) {
    case 'reduce':
    case 'argreduce':
    case 'cumulative':
    case 'contraction':
    case 'scatter_add':
    case 'scatter_set':
    case 'argsort':
    case 'cholesky':
    case 'triangular_solve':
    case 'symmetric_eigen':
    case 'qr':
    case 'svd':
    case 'host_call':
    case 'result':
      return 'unit';
    case 'loop':
    case 'cond':
      return 'control';
    case 'concat':
      return isAssembly(node) ? 'assembly' : 'inline';
    default:
      return 'inline';
  }
}

export function countUses(nodes: readonly Node[], results: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  const use = (node: Node): void => void uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of nodes) node.inputs.forEach(use);
  results.forEach(use);
  return uses;
}

/** Inputs of which one element is asked for several times. */
function expandedInputs(node: Node): readonly Node[] {
  const { operator, inputs } = node;
  if (operator.kind === 'broadcast' && elementCount(node) > elementCount(at(inputs, 0))) return inputs;
  if (operator.kind === 'gather') {
    const [operand, indices] = [at(inputs, 0), at(inputs, 1)];
    const once = isAffineIndex(indices) && elementCount(node) <= elementCount(operand);
    return [...(once ? [] : [operand]), ...(isSpread(node) ? [indices] : [])];
  }
  if (operator.kind === 'scatter_add' || operator.kind === 'scatter_set') return [at(inputs, 1)];
  return [];
}

function isSpread(gather: Node): boolean {
  return elementCount(gather) > elementCount(at(gather.inputs, 1));
}

/** Marks what must lie in memory because something other than a nest reads it. */
function markDemands(
  nodes: readonly Node[],
  demanded: Set<Node>,
  roles: ReadonlyMap<Node, NodeRole>,
  sourceOf: (parameter: Node) => Source,
): void {
  const demand = (node: Node): void => {
    if (!isStoredAnyway(node, sourceOf)) demanded.add(node);
  };
  for (const node of nodes) {
    const { operator, inputs } = node;
    switch (operator.kind) {
      case 'contraction':
        for (const input of inputs) if (!isViewOfStored(input, roles, sourceOf)) demand(input);
        break;
      case 'argsort':
      case 'cholesky':
      case 'triangular_solve':
      case 'symmetric_eigen':
      case 'qr':
      case 'svd':
      case 'host_call':
        inputs.forEach(demand);
        break;
      case 'loop':
        for (const input of inputs.slice(operator.carries)) {
          if (input.operator.kind !== 'constant' && !isViewOfStored(input, roles, sourceOf)) demand(input);
        }
        break;
      case 'cond':
        inputs.forEach((input, index) => {
          if (index > 0 && (input.operator.kind === 'constant' || isViewOfStored(input, roles, sourceOf)))
            return;
          demand(input);
        });
        break;
      case 'concat':
        if (isAssembly(node)) inputs.map(withoutReshapes).forEach(demandPiece);
        break;
      default:
        break;
    }
  }
  function demandPiece(piece: Node): void {
    if (piece.operator.kind !== 'parameter' && piece.operator.kind !== 'constant') demand(piece);
  }
}

export function withoutReshapes(node: Node): Node {
  let inner = node;
  while (inner.operator.kind === 'reshape') inner = at(inner.inputs, 0);
  return inner;
}

export function isStoredAnyway(node: Node, sourceOf: (parameter: Node) => Source): boolean {
  if (node.operator.kind === 'parameter') return sourceOf(node).kind === 'place';
  return node.operator.kind === 'literal' || fixedRole(node) === 'unit' || isAssembly(node);
}

/** Only the index differs from something that lies in memory. */
function isViewOfStored(
  node: Node,
  roles: ReadonlyMap<Node, NodeRole>,
  sourceOf: (parameter: Node) => Source,
): boolean {
  let inner = node;
  for (;;) {
    if (isStoredAnyway(inner, sourceOf)) return true;
    if (inner.operator.kind === 'parameter') return sourceOf(inner).kind === 'view';
    if (inner !== node && roles.get(inner) === 'unit') return true;
    const { kind } = inner.operator;
    const affine = kind === 'gather' && isAffineIndex(at(inner.inputs, 1));
    if (!affine && !viewKinds.has(kind)) return false;
    inner = at(inner.inputs, 0);
  }
}

const viewKinds: ReadonlySet<string> = new Set(['transpose', 'reshape', 'slice', 'reverse', 'stop_gradient']);

/** An int that is counted out (from loop counters and constants), not read from data. */
export function isAffineIndex(index: Node): boolean {
  const { operator, inputs, type } = index;
  switch (operator.kind) {
    case 'iota':
    case 'constant':
      return true;
    case 'parameter':
      return type.shape.length === 0;
    case 'broadcast':
    case 'reshape':
      return isAffineIndex(at(inputs, 0));
    case 'elementwise':
      return (
        (operator.name === 'add' || operator.name === 'subtract' || operator.name === 'multiply') &&
        inputs.every(isAffineIndex)
      );
    default:
      return false;
  }
}
