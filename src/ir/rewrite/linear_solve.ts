/** Linear systems as loops over products with the matrix: conjugate gradients, or the terms of a Neumann series. */
import { GraphBuilder } from '../builder.js';
import type { LoopParts } from '../builder.js';
import type { Node, Operator, Region, TensorType } from '../graph.js';
import { at, range } from '../types.js';
import type { Rewrite } from './rewrite.js';

type LinearSolve = Extract<Operator, { kind: 'linear_solve' }>;

export const linearSolveAsLoop: Rewrite = {
  name: 'linear system solved by a loop of products',
  kind: 'linear_solve',
  apply: (b, { operator, inputs }) =>
    operator.kind === 'linear_solve' ? solveInto(b, operator, inputs) : undefined,
};

/** The solution, built into `b`. */
export function solveInto(b: GraphBuilder, operator: LinearSolve, inputs: readonly Node[]): Node {
  const [side, ...captured] = inputs;
  if (side === undefined) throw new Error('compiler bug: a linear system without its right side');
  return operator.solver.method === 'cg'
    ? conjugateGradients(b, operator, side, captured)
    : neumannSeries(b, operator, side, captured);
}

/** The region that computes the solution: (right side, captured..) -> z. */
export function solveRegion(operator: LinearSolve): Region {
  const b = new GraphBuilder();
  const inputs = operator.apply.parameters.map((node) => b.parameter(node.type, nameOf(node)));
  return b.region(inputs, [solveInto(b, operator, inputs)]);
}

function nameOf({ operator }: Node): string {
  return operator.kind === 'parameter' ? operator.name : 'value';
}

/** A loop body that is given parameters like the carries and the captured values. */
function loopOver(
  b: GraphBuilder,
  max: number,
  carries: readonly Node[],
  captured: readonly Node[],
  turn: (b: GraphBuilder, carries: readonly Node[], captured: readonly Node[]) => readonly Node[],
  goesOn?: (b: GraphBuilder, carries: readonly Node[]) => Node,
): readonly Node[] {
  const opened = (body: GraphBuilder) => {
    const k = body.parameter({ dtype: 'int', shape: [] }, 'k');
    const own = carries.map((node, index) => body.parameter(node.type, `carry${index}`));
    const others = captured.map((node) => body.parameter(node.type, node.label ?? 'captured'));
    return { parameters: [k, ...own, ...others], own, others };
  };
  const body = new GraphBuilder();
  const inside = opened(body);
  const parts: LoopParts = {
    max,
    carries,
    invariants: captured,
    body: body.region(inside.parameters, turn(body, inside.own, inside.others)),
  };
  if (goesOn === undefined) return b.loop(parts);
  const test = new GraphBuilder();
  const tested = opened(test);
  return b.loop({ ...parts, condition: test.region(tested.parameters, [goesOn(test, tested.own)]) });
}

/** Sums over the last axis of products: one number for each lane. */
function inner(b: GraphBuilder, left: Node, right: Node): Node {
  const product = b.binary('multiply', left, right);
  return b.reduce('sum', product, [product.type.shape.length - 1]);
}

/** A number for each lane, along the unknowns. */
function along(b: GraphBuilder, lanes: Node, like: TensorType): Node {
  return b.broadcast(lanes, like.shape, range(like.shape.length - 1));
}

/**
 * A lane is done when its residual is small, or when it meets a direction of no positive curvature, along which
 * nothing can be solved for.
 */
function conjugateGradients(
  b: GraphBuilder,
  { apply, solver }: LinearSolve,
  side: Node,
  captured: readonly Node[],
): Node {
  const { type } = side;
  const unknowns = type.shape.at(-1) ?? 0;
  const iterations = solver.iterations < 0 ? 2 * unknowns : solver.iterations;
  const squared = inner(b, side, side);
  const goal = b.binary('multiply', squared, b.like(squared, solver.tolerance ** 2));
  const going = b.binary('greater', squared, b.like(squared, 0));
  const start = [b.like(side, 0), side, side, squared, going];
  const turn = (c: GraphBuilder, carries: readonly Node[], given: readonly Node[]): readonly Node[] => {
    const [z, r, p, rr, active] = carries;
    const [enough, ...others] = given;
    if (!z || !r || !p || !rr || !active || !enough) throw new Error('compiler bug: a carry is missing');
    const product = at(c.inline(apply, [p, ...others]), 0);
    const curvature = inner(c, p, product);
    const positive = c.binary('greater', curvature, c.like(curvature, 0));
    const moves = c.binary('and', active, positive);
    const share = (numerator: Node, denominator: Node): Node => {
      const safe = c.select(moves, denominator, c.like(denominator, 1));
      return c.select(moves, c.binary('divide', numerator, safe), c.like(numerator, 0));
    };
    const step = along(c, share(rr, curvature), type);
    const rest = c.binary('subtract', r, c.binary('multiply', step, product));
    const restSquared = inner(c, rest, rest);
    const turned = along(c, share(restSquared, rr), type);
    return [
      c.binary('add', z, c.binary('multiply', step, p)),
      rest,
      c.binary('add', rest, c.binary('multiply', turned, p)),
      restSquared,
      c.binary('and', moves, c.binary('greater', restSquared, enough)),
    ];
  };
  const [solution] = loopOver(b, iterations, start, [goal, ...captured], turn, (c, carries) =>
    c.reduceAll('or', at(carries, 4)),
  );
  if (solution === undefined) throw new Error('compiler bug: a loop without results');
  return solution;
}

function neumannSeries(
  b: GraphBuilder,
  { apply, solver }: LinearSolve,
  side: Node,
  captured: readonly Node[],
): Node {
  const rate = (c: GraphBuilder, node: Node): Node =>
    c.binary('multiply', node, c.like(node, solver.tolerance));
  const [sum] = loopOver(b, solver.iterations, [b.like(side, 0), side], captured, (c, [z, p], given) => {
    if (!z || !p) throw new Error('compiler bug: a carry is missing');
    const product = at(c.inline(apply, [p, ...given]), 0);
    return [c.binary('add', z, rate(c, p)), c.binary('subtract', p, rate(c, product))];
  });
  if (sum === undefined) throw new Error('compiler bug: a loop without results');
  return sum;
}
