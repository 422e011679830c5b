/**
 * What one leaf of a schedule does each time it runs: arithmetic, and the memory that it touches. Counted on the nests,
 * so that what is recomputed counts twice and what stays in a register is no traffic.
 */
import { operationsOf } from './cost.js';
import { isLocal, referencesOf } from './fuse.js';
import { elementwiseWork } from './fuse-cost.js';
import type { Affine, Variable } from './nest-affine.js';
import { indicesOf, operandsOf, visitExpressions } from './nest-expressions.js';
import type { Contraction, Expression, Launch, Place, Unit } from './nest.js';
import type { Leaf } from './schedule-leaves.js';
import { sizeOf } from './types.js';

export interface LeafCost {
  /** Arithmetic of reals and integers; an elementary function counts as one. */
  readonly operations: number;
  /** The same in additions: a division counts as several, an elementary function as many. */
  readonly additions: number;
  /** Of `additions`, those that no vector instruction can do several of at once. */
  readonly single: number;
  /** Bytes read and written, each element of an array once. */
  readonly bytes: number;
}

export function costOfLeaf(leaf: Leaf, bytesOfReal: number): LeafCost {
  switch (leaf.kind) {
    case 'launch':
      return costOfLaunch(leaf.launch, bytesOfReal);
    case 'contraction':
      return costOfContraction(leaf.contraction, bytesOfReal);
    case 'kernel': {
      const { node, inputs, output } = leaf.call;
      const operations = operationsOf(node);
      const places = [...inputs, output];
      const bytes = places.reduce((sum, place) => sum + place.size * widthOf(place, bytesOfReal), 0);
      return { operations, additions: operations, single: operations, bytes };
    }
    case 'copy':
      return { ...nothing, bytes: 2 * leaf.size * widthOf(leaf.to, bytesOfReal) };
    case 'fill':
      return { ...nothing, bytes: leaf.size * widthOf(leaf.to, bytesOfReal) };
    default:
      return leaf satisfies never;
  }
}

const nothing: LeafCost = { operations: 0, additions: 0, single: 0, bytes: 0 };

function widthOf({ dtype }: Place, bytesOfReal: number): number {
  return dtype === 'real' ? bytesOfReal : 4;
}

function costOfContraction(contraction: Contraction, bytesOfReal: number): LeafCost {
  const { node, batch, left, right, output, epilogue } = contraction;
  const operations = operationsOf(node);
  const read = sizeOf(batch) * left.contract.extent * (left.free.extent + right.free.extent);
  const after = epilogue === undefined ? nothing : costOfLaunch(epilogue, bytesOfReal);
  return {
    operations: operations + after.operations,
    additions: operations + after.additions,
    single: after.single,
    bytes: (read + output.size) * bytesOfReal + after.bytes,
  };
}

/** Weights in additions. */
const additionsOf = {
  elementary: 80,
  leastElementary: 20,
  uniform: 40,
  cast: 0.5,
  guarded: 1,
  gather: 4,
} as const;

function costOfLaunch(launch: Launch, bytesOfReal: number): LeafCost {
  let [operations, additions, single] = [0, 0, 0];
  const touched = new Map<Place, number>();
  const touch = (place: Place, elements: number): void => {
    touched.set(place, Math.max(touched.get(place) ?? 0, Math.min(place.size, elements)));
  };
  for (const unit of launch.units) {
    const work = workOfUnit(unit);
    operations += work.operations;
    additions += work.additions;
    if (!work.lanes) single += work.additions;
    for (const reference of referencesOf(unit)) {
      if (!isLocal(reference, unit)) touch(reference.unit.place, pointsOver(reference.index, unit));
    }
    visitExpressions(rootsOf(unit), (expression) => {
      if (expression.kind === 'load') touch(expression.place, pointsOver([expression.index], unit));
    });
    if (unit.stored) touch(unit.place, pointsOver(unit.target, unit));
  }
  let bytes = 0;
  for (const [place, elements] of touched) bytes += elements * widthOf(place, bytesOfReal);
  return { operations, additions, single, bytes };
}

function rootsOf(unit: Unit): readonly Expression[] {
  return unit.value === undefined ? [] : [unit.value];
}

interface UnitWork {
  readonly operations: number;
  readonly additions: number;
  readonly lanes: boolean;
}

/** Each operation runs as often as the loops turn, down to the innermost one that it depends on. */
function workOfUnit(unit: Unit): UnitWork {
  const turns = [1];
  for (const { extent } of unit.space) turns.push((turns.at(-1) ?? 1) * extent);
  const points = turns.at(-1) ?? 1;
  const depths = new Map<Expression, number>();
  const adds = unit.kind.kind !== 'map' && !(unit.kind.kind === 'scatter' && !unit.kind.add);
  let operations = adds ? points : 0;
  let additions = operations;
  visitExpressions(rootsOf(unit), (expression) => {
    let depth = 0;
    for (const operand of operandsOf(expression)) depth = Math.max(depth, depths.get(operand) ?? 0);
    for (const index of indicesOf(expression)) depth = Math.max(depth, depthOf(index, unit.space, depths));
    depths.set(expression, depth);
    const times = turns[depth] ?? points;
    if (expression.kind === 'apply') {
      operations += times;
      const work = elementwiseWork(expression.name);
      additions += times * (work >= additionsOf.leastElementary ? additionsOf.elementary : work);
    } else if (expression.kind === 'uniform') {
      operations += times * additionsOf.uniform;
      additions += times * additionsOf.uniform;
    } else if (expression.kind === 'cast' || expression.kind === 'guarded') {
      additions += times * additionsOf[expression.kind];
    } else if (expression.kind === 'load' && isGather(expression.index, unit.space, depths)) {
      additions += times * additionsOf.gather;
    }
  });
  return { operations, additions, lanes: hasLanes(unit, depths) };
}

/** How many of the loops, outermost first, an index depends on. */
function depthOf(index: Affine, space: readonly Variable[], depths: ReadonlyMap<Expression, number>): number {
  let deepest = 0;
  for (const { variable } of index.terms) {
    if (variable.kind === 'loop') deepest = Math.max(deepest, space.indexOf(variable) + 1);
    if (variable.kind === 'value') deepest = Math.max(deepest, depths.get(variable.value) ?? 0);
    if (variable.kind === 'quotient') deepest = Math.max(deepest, depthOf(variable.dividend, space, depths));
  }
  return deepest;
}

/** How many different elements the loops of a unit reach by an index. */
function pointsOver(indices: readonly Affine[], unit: Unit): number {
  const found = new Set<Variable>();
  let all = false;
  for (const { terms } of indices) {
    for (const { variable } of terms) {
      if (variable.kind === 'loop') found.add(variable);
      else if (!isTurn(variable)) all = true;
    }
  }
  const loops = all ? unit.space : [...found];
  return loops.reduce((product, { extent }) => product * extent, 1);
}

/** Whether each turn of the innermost loop reads its index from memory. */
function isGather(
  index: Affine,
  space: readonly Variable[],
  depths: ReadonlyMap<Expression, number>,
): boolean {
  return index.terms.some(
    ({ variable }) => variable.kind === 'value' && depths.get(variable.value) === space.length,
  );
}

/** The counter of a loop around the nest. */
function isTurn(variable: Variable): boolean {
  return variable.kind === 'value' && variable.bounded;
}

/** Whether neighbouring points of the innermost loop can share an instruction. */
function hasLanes(unit: Unit, depths: ReadonlyMap<Expression, number>): boolean {
  const { kind } = unit.kind;
  const innermost = unit.space.at(-1);
  if (kind === 'scan' || kind === 'scatter' || kind === 'argreduce' || innermost === undefined) return false;
  let lanes = innermost.extent >= 4;
  visitExpressions(rootsOf(unit), (expression) => {
    if (expression.kind !== 'load') return;
    const { terms } = expression.index;
    const step = terms.find(({ variable }) => variable === innermost)?.coefficient ?? 0;
    if (isGather(expression.index, unit.space, depths) || Math.abs(step) > 1) lanes = false;
  });
  return lanes;
}
