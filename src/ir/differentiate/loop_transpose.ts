/**
 * The transpose of a linear loop: the turns run backwards, carrying the cotangents of the carries and the sums
 * of those of the invariants. Every carry of a linear loop is linear, and its condition, if any, counts turns.
 */
import type { GraphBuilder } from '../builder.js';
import { GraphBuilder as Builder } from '../builder.js';
import type { Node, TensorType } from '../graph.js';
import { at } from '../types.js';
import { countedCondition, spread } from './loop_tangent.js';
import { keepParameters, usedParameters } from './parameters.js';
import type { Of, Tangent, TransposeContext, TransposeInto } from './rule.js';
import { addTangents, orZero } from './rule.js';

type Loop = Of<'loop'>;

/** Which cotangents exist: of the carries, and of the linear invariants and xs. */
interface Activity {
  readonly carries: readonly boolean[];
  readonly invariants: readonly boolean[];
  readonly xs: readonly boolean[];
}

interface Shape {
  readonly operator: Loop;
  /** Linear flags of invariants and xs. */
  readonly invariants: readonly boolean[];
  readonly xs: readonly boolean[];
  /** Whether the cotangent of each y is there. */
  readonly ys: readonly boolean[];
}

export function loopTranspose(context: TransposeContext<Loop>): readonly Tangent[] {
  const { b, operator, inputs, linear, cotangents } = context;
  const start = operator.carries + operator.invariants;
  const shape: Shape = {
    operator,
    invariants: linear.slice(operator.carries, start),
    xs: linear.slice(start),
    ys: cotangents.slice(operator.carries).map((cotangent) => cotangent !== undefined),
  };
  const activity = activityOf(shape, cotangents, context.transposeInto);
  const order = turnOrder(b, operator, inputs);
  const isLinear = (flag: boolean | undefined): boolean => flag === true;
  const carryStarts = activity.carries.flatMap((active, index) =>
    active ? [orZero(b, cotangents[index], at(inputs, index))] : [],
  );
  const sumStarts = inputs
    .slice(operator.carries, start)
    .filter((_, index) => activity.invariants[index] === true)
    .map((input) => b.like(input, 0));
  const known = inputs
    .slice(operator.carries, start)
    .filter((_, index) => !isLinear(shape.invariants[index]));
  const knownXs = inputs.slice(start).filter((_, index) => !isLinear(shape.xs[index]));
  const yCotangents = cotangents.slice(operator.carries).filter((cotangent) => cotangent !== undefined);
  const carries = [...carryStarts, ...sumStarts];
  const turns = order.turns === undefined ? [] : [order.turns];
  const invariants = [...turns, ...known];
  const xs = [...knownXs, ...yCotangents].map(order.reversed);
  const whole = backwardBody(shape, activity, context.transposeInto);
  const fixed = 1 + carries.length + turns.length;
  const keep = usedParameters(whole).map((used, position) => position < fixed || used);
  const keptInvariants = invariants.filter((_, index) => keep[1 + carries.length + index] === true);
  const results = b.loop({
    max: operator.max,
    carries,
    invariants: keptInvariants,
    xs: xs.filter((_, index) => keep[1 + carries.length + invariants.length + index] === true),
    body: keepParameters(whole, keep),
    condition:
      order.turns === undefined
        ? undefined
        : countedCondition(typesOf([...carries, ...keptInvariants]), carries.length),
  });
  const sums = results.slice(carryStarts.length, carries.length);
  return [
    ...spread(results.slice(0, carryStarts.length), activity.carries),
    ...spread(sums, activity.invariants),
    ...spread(results.slice(carries.length).map(order.reversed), activity.xs),
  ];
}

function typesOf(nodes: readonly Node[]): TensorType[] {
  return nodes.map((node) => node.type);
}

/**
 * Reads a stacked array in the backward order of turns. After n of max turns that is n-1, ..., 0 and then the
 * rest, which makes the reordering its own inverse, so it also puts stacked results back.
 */
function turnOrder(
  b: GraphBuilder,
  operator: Loop,
  inputs: readonly Node[],
): { turns: Node | undefined; reversed: (stacked: Node) => Node } {
  if (operator.condition === undefined) {
    return { turns: undefined, reversed: (stacked) => b.reverse(stacked, [0]) };
  }
  const turns = at(inputs, operator.carries);
  const last = b.broadcastScalar(b.binary('subtract', turns, b.constant(1, 'int')), [operator.max]);
  const backward = b.binary('subtract', last, b.iota([operator.max], 0));
  const positions = b.binary('modulo', backward, b.like(backward, operator.max));
  return { turns, reversed: (stacked) => b.gather(stacked, positions, { inBounds: true }) };
}

/** Repeats the backward body until no further carry gets a cotangent. */
function activityOf(shape: Shape, cotangents: readonly Tangent[], transposeInto: TransposeInto): Activity {
  const { operator } = shape;
  const yTypes = typesOf(operator.body.results.slice(operator.carries));
  let carries = cotangents.slice(0, operator.carries).map((cotangent) => cotangent !== undefined);
  for (;;) {
    const scratch = new Builder();
    const given = [
      ...operator.body.results
        .slice(0, operator.carries)
        .map((node, index) => (carries[index] === true ? scratch.parameter(node.type, 'c') : undefined)),
      ...yTypes.map((type, index) => (shape.ys[index] === true ? scratch.parameter(type, 'y') : undefined)),
    ];
    const values = operator.body.parameters.map((node, position) =>
      isLinearParameter(shape, position) ? undefined : scratch.parameter(node.type, 'v'),
    );
    const reached = transposeInto(scratch, operator.body, values, given).map(
      (cotangent) => cotangent !== undefined,
    );
    const grown = carries.map((active, index) => active || reached[1 + index] === true);
    if (grown.every((active, index) => active === carries[index])) {
      const start = 1 + operator.carries;
      return {
        carries,
        invariants: reached.slice(start, start + operator.invariants),
        xs: reached.slice(start + operator.invariants),
      };
    }
    carries = grown;
  }
}

function isLinearParameter({ operator, invariants, xs }: Shape, position: number): boolean {
  if (position === 0) return false;
  const index = position - 1;
  if (index < operator.carries) return true;
  const invariant = index - operator.carries;
  return invariant < operator.invariants
    ? invariants[invariant] === true
    : xs[invariant - operator.invariants] === true;
}

/**
 * [k, cotangents of carries.., sums of invariants.., (turns), known invariants.., known xs.., cotangents of ys..] ->
 * [cotangents of carries.., sums.., cotangents of xs..]
 */
function backwardBody(shape: Shape, activity: Activity, transposeInto: TransposeInto) {
  const { operator } = shape;
  const { body } = operator;
  const b = new Builder();
  const copy = (node: Node, prefix: string): Node =>
    b.parameter(node.type, `${prefix}${node.operator.kind === 'parameter' ? node.operator.name : 'y'}`);
  const carryParameters = body.parameters.slice(1, 1 + operator.carries);
  const invariantParameters = body.parameters.slice(
    1 + operator.carries,
    1 + operator.carries + operator.invariants,
  );
  const xParameters = body.parameters.slice(1 + operator.carries + operator.invariants);

  const turn = b.parameter({ dtype: 'int', shape: [] }, 'k');
  const carries = carryParameters.map((node, index) =>
    activity.carries[index] === true ? copy(node, 'c_') : undefined,
  );
  const sums = invariantParameters.map((node, index) =>
    activity.invariants[index] === true ? copy(node, 'sum_') : undefined,
  );
  const turns =
    operator.condition === undefined ? undefined : b.parameter({ dtype: 'int', shape: [] }, 'turns');
  const known = invariantParameters.map((node, index) =>
    shape.invariants[index] === true ? undefined : copy(node, ''),
  );
  const knownXs = xParameters.map((node, index) => (shape.xs[index] === true ? undefined : copy(node, '')));
  const ys = body.results
    .slice(operator.carries)
    .map((node, index) => (shape.ys[index] === true ? copy(node, 'c_') : undefined));

  const count = turns ?? b.constant(operator.max, 'int');
  const original = b.binary('subtract', b.binary('subtract', count, b.constant(1, 'int')), turn);
  const values = [original, ...carryParameters.map(() => undefined), ...known, ...knownXs];
  const reached = transposeInto(b, body, values, [...carries, ...ys]);
  const start = 1 + operator.carries;
  const newCarries = carryParameters.flatMap((node, index) =>
    activity.carries[index] === true ? [orZero(b, reached[1 + index], node)] : [],
  );
  const newSums = sums.flatMap((sum, index) =>
    sum === undefined ? [] : [addTangents(b, sum, reached[start + index]) ?? sum],
  );
  const newXs = xParameters.flatMap((node, index) =>
    activity.xs[index] === true ? [orZero(b, reached[start + operator.invariants + index], node)] : [],
  );
  const parameters = [turn, ...carries, ...sums, turns, ...known, ...knownXs, ...ys];
  return b.region(
    parameters.filter((node) => node !== undefined),
    [...newCarries, ...newSums, ...newXs],
  );
}
