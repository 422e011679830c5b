/**
 * Operands of a contraction as strided views: transposed, sliced and reshaped operands are read where they lie, and
 * only what has no fixed strides is written out first.
 */
import type { Node } from './graph.js';
import { scale, variableIndex, zero } from './nest-affine.js';
import type { Affine, Term, Variable } from './nest-affine.js';
import { flatIndex } from './nest-expressions.js';
import type { ContractionOperand, Expression, Place, Run, Unit } from './nest.js';
import { at, otherAxes, stridesOf } from './types.js';

export interface ContractionTools {
  readonly spaceOver: (extents: readonly number[]) => readonly Variable[];
  readonly expressionAt: (operand: Node, index: readonly Affine[]) => Expression;
  /** Writes the operand out, contiguous over `space`. */
  readonly materialize: (operand: Node, space: readonly Variable[], index: readonly Affine[]) => Place;
  readonly stored: (unit: Unit) => Place;
}

interface Axes {
  readonly batch: readonly number[];
  readonly free: readonly number[];
  readonly contract: readonly number[];
}

export function contractionOperands(
  node: Node,
  tools: ContractionTools,
): {
  readonly batch: readonly number[];
  readonly left: ContractionOperand;
  readonly right: ContractionOperand;
} {
  const { operator } = node;
  if (operator.kind !== 'contraction') throw new Error('compiler bug: not a contraction');
  const [left, right] = [at(node.inputs, 0), at(node.inputs, 1)];
  const pairs = [...operator.contract].sort((a, b) => a[0] - b[0]);
  const sides = [left, right].map((operand, side) => {
    const batch = operator.batch.map((pair) => at(pair, side));
    const contract = pairs.map((pair) => at(pair, side));
    const free = otherAxes(operand.type.shape.length, [...batch, ...contract]);
    return operandView(operand, { batch, free, contract }, tools);
  });
  return {
    batch: operator.batch.map(([axis]) => at(left.type.shape, axis)),
    left: at(sides, 0),
    right: at(sides, 1),
  };
}

function operandView(operand: Node, axes: Axes, tools: ContractionTools): ContractionOperand {
  const order = [...axes.batch, ...axes.free, ...axes.contract];
  const extents = order.map((axis) => at(operand.type.shape, axis));
  const space = tools.spaceOver(extents);
  const index = new Array<Affine>(order.length).fill(zero);
  order.forEach((axis, depth) => {
    index[axis] = variableIndex(at(space, depth));
  });
  const expression = tools.expressionAt(operand, index);
  if (expression.kind === 'load' || expression.kind === 'reference') {
    const flat =
      expression.kind === 'load' ? expression.index : flatIndex(expression.index, expression.unit.strides);
    const place = expression.kind === 'load' ? expression.place : () => tools.stored(expression.unit);
    const view = stridedView(place, flat, extents, space, axes);
    if (view !== undefined) return view;
  }
  const place = tools.materialize(operand, space, index);
  const strides = stridesOf(extents);
  let flat = zero;
  space.forEach((variable, depth) => {
    flat = addScaled(flat, variable, at(strides, depth));
  });
  const view = stridedView(place, flat, extents, space, axes);
  if (view === undefined) throw new Error('compiler bug: a contiguous operand has no strides');
  return view;
}

function addScaled(index: Affine, variable: Variable, factor: number): Affine {
  const own = scale(variableIndex(variable), factor);
  return {
    constant: index.constant,
    terms: [...index.terms, ...own.terms].sort((a, b) => a.variable.id - b.variable.id),
  };
}

function stridedView(
  place: Place | (() => Place),
  flat: Affine,
  extents: readonly number[],
  space: readonly Variable[],
  axes: Axes,
): ContractionOperand | undefined {
  const strides = space.map(() => 0);
  const turns: Term[] = [];
  for (const term of flat.terms) {
    const { variable, coefficient } = term;
    const depth = space.indexOf(variable);
    if (depth >= 0) strides[depth] = coefficient;
    else if (variable.kind === 'value' && variable.bounded) turns.push(term);
    else return undefined;
  }
  const freeFrom = axes.batch.length;
  const contractFrom = freeFrom + axes.free.length;
  const free = collapse(extents, strides, freeFrom, contractFrom);
  const contract = collapse(extents, strides, contractFrom, extents.length);
  if (free === undefined || contract === undefined) return undefined;
  return {
    place: typeof place === 'function' ? place() : place,
    base: { constant: flat.constant, terms: turns },
    batch: strides.slice(0, freeFrom),
    free,
    contract,
  };
}

/** One run over several axes, if their strides allow it. */
function collapse(
  extents: readonly number[],
  strides: readonly number[],
  from: number,
  to: number,
): Run | undefined {
  let run: Run = { extent: 1, stride: 0 };
  for (let axis = to - 1; axis >= from; axis -= 1) {
    const [extent, stride] = [at(extents, axis), at(strides, axis)];
    if (extent === 1) continue;
    if (run.extent === 1) run = { extent, stride };
    else if (stride === run.extent * run.stride) run = { extent: extent * run.extent, stride: run.stride };
    else return undefined;
  }
  return run;
}
