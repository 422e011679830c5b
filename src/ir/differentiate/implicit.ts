/**
 * Derivatives of roots and of linear systems. A root x(c) of r(x, c) = 0 moves by -A^-1 dr, where A is the Jacobian of r by
 * x and dr the change of r by c alone. The solution of A(c) z = b moves by A^-1 (db - dA z). A is symmetric, so the
 * transpose of a solve is the same solve.
 */
import { GraphBuilder } from '../builder.js';
import type { GraphBuilder as Builder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { at } from '../types.js';
import { jvp } from './derivatives.js';
import { differentiate } from './forward.js';
import type { Of, Tangent, TangentContext, TransposeContext } from './rule.js';

export function implicitRootTangent({
  b,
  operator,
  inputs,
  tangents,
  output,
}: TangentContext<Of<'implicit_root'>>): Tangent {
  const { lanes, residual, solver } = operator;
  const captured = inputs.slice(1);
  const moved = changeBy(b, residual, output, captured, tangents.slice(1));
  if (moved === undefined) return undefined;
  const apply = jacobianProduct(residual);
  const solved = b.node({ kind: 'linear_solve', lanes, apply, solver }, [moved, output, ...captured]);
  return b.unary('negate', solved);
}

export function linearSolveTangent({
  b,
  operator,
  inputs,
  tangents,
  output,
}: TangentContext<Of<'linear_solve'>>): Tangent {
  const captured = inputs.slice(1);
  const moved = changeBy(b, operator.apply, output, captured, tangents.slice(1));
  const [side] = tangents;
  const total =
    moved === undefined
      ? side
      : side === undefined
        ? b.unary('negate', moved)
        : b.binary('subtract', side, moved);
  return total && b.node(operator, [total, ...captured]);
}

export function linearSolveTranspose({
  b,
  operator,
  inputs,
  cotangents,
}: TransposeContext<Of<'linear_solve'>>): readonly Tangent[] {
  const captured = inputs.slice(1);
  const cotangent = at(cotangents as readonly Node[], 0);
  return [b.node(operator, [cotangent, ...captured]), ...captured.map(() => undefined)];
}

/** The change of a region's result by the captured values alone, in operators that can be transposed. */
function changeBy(
  b: Builder,
  region: Region,
  first: Node,
  captured: readonly Node[],
  tangents: readonly Tangent[],
): Tangent {
  if (tangents.every((tangent) => tangent === undefined)) return undefined;
  return differentiate(b, region, [first, ...captured], [undefined, ...tangents], 'separate').tangents[0];
}

const products = new WeakMap<Region, Region>();

/** (x, captured..) -> r as (z, x, captured..) -> the Jacobian of r by x, times z. */
export function jacobianProduct(residual: Region): Region {
  const known = products.get(residual);
  if (known !== undefined) return known;
  const b = new GraphBuilder();
  const [x, ...captured] = residual.parameters;
  if (x === undefined) throw new Error('compiler bug: a residual of nothing');
  const copy = (node: Node): Node =>
    b.parameter(node.type, node.operator.kind === 'parameter' ? node.operator.name : 'value');
  const direction = b.parameter(x.type, 'z');
  const inputs = [x, ...captured].map(copy);
  const [, product] = b.inline(jvp(residual, [0]), [...inputs, direction]);
  if (product === undefined) throw new Error('compiler bug: a residual without a derivative');
  const region = b.region([direction, ...inputs], [product]);
  products.set(residual, region);
  return region;
}
