/**
 * Batching of loops and branches. A loop whose condition differs between lanes runs while any lane goes on, and
 * a finished lane keeps its carries. A branch whose condition differs becomes a selection; what the branches
 * read is masked, so that a derivative never passes through the branch that a lane did not take.
 */
import type { GraphBuilder } from '../builder.js';
import { GraphBuilder as Builder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { at, range } from '../types.js';
import type { BatchContext, BatchInto, ControlBatchRule, Lanes, Of } from './rule.js';
import { inLanes } from './rule.js';

type Loop = Of<'loop'>;

export const batchCond: ControlBatchRule<Of<'cond'>> = (context) => {
  const { b, operator, inputs, size, batchInto } = context;
  const [condition, ...captured] = inputs;
  if (condition === undefined) throw new Error('compiler bug: cond without a condition');
  if (condition.batched) return selectBranches(context, condition.node, captured);
  const flags = captured.map((input) => input.batched);
  const first = batchBranch(operator.then, flags, size, batchInto);
  const second = batchBranch(operator.otherwise, flags, size, batchInto);
  const batched = first.batched.map((flag, index) => flag || second.batched[index] === true);
  const results = b.cond({
    condition: condition.node,
    captured: captured.map((input) => input.node),
    then: first.close(batched),
    otherwise: second.close(batched),
  });
  return results.map((node, index) => ({ node, batched: batched[index] === true }));
};

function batchBranch(region: Region, flags: readonly boolean[], size: number, batchInto: BatchInto) {
  const b = new Builder();
  const parameters = region.parameters.map((node, index) =>
    laneParameter(b, node, flags[index] === true, size),
  );
  const results = batchInto(b, region, parameters, size);
  return {
    batched: results.map((result) => result.batched),
    close: (batched: readonly boolean[]): Region =>
      b.region(
        parameters.map(({ node }) => node),
        results.map((result, index) => (batched[index] === true ? inLanes(b, result, size) : result.node)),
      ),
  };
}

function laneParameter(b: GraphBuilder, node: Node, batched: boolean, size: number): Lanes {
  const { dtype, shape } = node.type;
  const name = node.operator.kind === 'parameter' ? node.operator.name : 'value';
  const type = batched ? { dtype, shape: [size, ...shape] } : node.type;
  return { node: b.parameter(type, name, { span: node.span }), batched };
}

function selectBranches(
  { b, operator, size, batchInto }: BatchContext<Of<'cond'>>,
  condition: Node,
  captured: readonly Lanes[],
): Lanes[] {
  const branch = (region: Region, taken: Node): Lanes[] =>
    batchInto(
      b,
      region,
      captured.map((input) => maskLanes(b, input, taken, size)),
      size,
    );
  const then = branch(operator.then, condition);
  const otherwise = branch(operator.otherwise, b.unary('not', condition));
  return then.map((result, index) => ({
    node: selectLanes(b, condition, inLanes(b, result, size), inLanes(b, at(otherwise, index), size)),
    batched: true,
  }));
}

/** The same value, with derivative zero in the lanes where `taken` is false. */
function maskLanes(b: GraphBuilder, input: Lanes, taken: Node, size: number): Lanes {
  if (input.node.type.dtype !== 'real') return input;
  const node = inLanes(b, input, size);
  return { node: b.maskTangent(node, b.broadcast(taken, node.type.shape, [0])), batched: true };
}

function selectLanes(b: GraphBuilder, condition: Node, then: Node, otherwise: Node): Node {
  return b.select(b.broadcast(condition, then.type.shape, [0]), then, otherwise);
}

interface Flags {
  readonly carries: readonly boolean[];
  readonly invariants: readonly boolean[];
  readonly xs: readonly boolean[];
}

export const batchLoop: ControlBatchRule<Loop> = (context) => {
  const { b, operator, inputs, size } = context;
  const start = operator.carries + operator.invariants;
  const given: Flags = {
    carries: inputs.slice(0, operator.carries).map((input) => input.batched),
    invariants: inputs.slice(operator.carries, start).map((input) => input.batched),
    xs: inputs.slice(start).map((input) => input.batched),
  };
  const { flags, divergent } = batchedCarries(context, given);
  const carries = inputs
    .slice(0, operator.carries)
    .map((input, index) => (flags.carries[index] === true ? inLanes(b, input, size) : input.node));
  const goingOn = divergent ? [b.constant(1, 'bool', [size])] : [];
  const invariants = inputs.slice(operator.carries, start).map((input) => input.node);
  const xs = inputs.slice(start).map((input) => (input.batched ? swapLeading(b, input.node) : input.node));
  const body = batchedBody(context, flags, divergent);
  const results = b.loop({
    max: operator.max,
    carries: [...carries, ...goingOn],
    invariants,
    xs,
    body: body.region,
    condition: operator.condition && batchedCondition(context, operator.condition, flags, divergent),
  });
  const stacked = results.slice(operator.carries + goingOn.length);
  return [
    ...results
      .slice(0, operator.carries)
      .map((node, index) => ({ node, batched: flags.carries[index] === true })),
    ...stacked.map((node, index) => {
      const batched = body.ys[index] === true;
      return { node: batched ? swapLeading(b, node) : node, batched };
    }),
  ];
};

/** [batch, turns, ..] <-> [turns, batch, ..] */
function swapLeading(b: GraphBuilder, node: Node): Node {
  return b.transpose(node, [1, 0, ...range(node.type.shape.length - 2, 2)]);
}

/** A carry is batched if its start or what the body makes of it is; all are if the lanes stop at different turns. */
function batchedCarries(context: BatchContext<Loop>, given: Flags): { flags: Flags; divergent: boolean } {
  const { operator } = context;
  let flags = given;
  for (;;) {
    const divergent =
      operator.condition !== undefined && conditionDiffers(context, operator.condition, flags);
    const results = runBody(new Builder(), context, flags).results;
    const carries = flags.carries.map((flag, index) => flag || divergent || results[index]?.batched === true);
    if (carries.every((flag, index) => flag === flags.carries[index])) return { flags, divergent };
    flags = { ...flags, carries };
  }
}

function loopParameters(b: GraphBuilder, region: Region, flags: Flags, size: number): Lanes[] {
  const all = [false, ...flags.carries, ...flags.invariants, ...flags.xs];
  return region.parameters.map((node, index) => laneParameter(b, node, all[index] === true, size));
}

function conditionDiffers({ size, batchInto }: BatchContext<Loop>, condition: Region, flags: Flags): boolean {
  const b = new Builder();
  return at(batchInto(b, condition, loopParameters(b, condition, flags, size), size), 0).batched;
}

function runBody(b: GraphBuilder, { operator, size, batchInto }: BatchContext<Loop>, flags: Flags) {
  const parameters = loopParameters(b, operator.body, flags, size);
  return { parameters, results: batchInto(b, operator.body, parameters, size) };
}

function batchedBody(
  context: BatchContext<Loop>,
  flags: Flags,
  divergent: boolean,
): { region: Region; ys: boolean[] } {
  const { operator, size } = context;
  const b = new Builder();
  if (divergent) return divergentBody(b, context, flags);
  const { parameters, results } = runBody(b, context, flags);
  const region = b.region(
    parameters.map(({ node }) => node),
    results.map((result, index) => (flags.carries[index] === true ? inLanes(b, result, size) : result.node)),
  );
  return { region, ys: results.slice(operator.carries).map((result) => result.batched) };
}

/** Parameters [k, carries.., going on, invariants.., xs..]; lanes whose condition has failed keep their carries. */
function divergentBody(
  b: GraphBuilder,
  context: BatchContext<Loop>,
  flags: Flags,
): { region: Region; ys: boolean[] } {
  const { operator, size, batchInto } = context;
  const { all, plain, goingOn } = divergentParameters(b, operator.body, operator, flags, size);
  const test = operator.condition;
  if (test === undefined) throw new Error('compiler bug: a divergent loop without a condition');
  const [holds] = batchInto(b, test, plain.slice(0, 1 + operator.carries + operator.invariants), size);
  if (holds === undefined) throw new Error('compiler bug: a condition without a result');
  const active = b.binary('and', goingOn, inLanes(b, holds, size));
  const masked = plain.map((input, index) => (index === 0 ? input : maskLanes(b, input, active, size)));
  const results = batchInto(b, operator.body, masked, size).map((result) => inLanes(b, result, size));
  const carries = results
    .slice(0, operator.carries)
    .map((node, index) => selectLanes(b, active, node, at(plain, 1 + index).node));
  const ys = results.slice(operator.carries).map((node) => selectLanes(b, active, node, b.like(node, 0)));
  return { region: b.region(all, [...carries, active, ...ys]), ys: ys.map(() => true) };
}

function divergentParameters(
  b: GraphBuilder,
  region: Region,
  operator: Loop,
  flags: Flags,
  size: number,
): { all: Node[]; plain: Lanes[]; goingOn: Node } {
  const split = 1 + operator.carries;
  const kinds = [false, ...flags.carries, ...flags.invariants, ...flags.xs];
  const make = (node: Node, index: number): Lanes => laneParameter(b, node, kinds[index] === true, size);
  const head = region.parameters.slice(0, split).map((node, index) => make(node, index));
  const goingOn = b.parameter({ dtype: 'bool', shape: [size] }, 'going_on');
  const tail = region.parameters.slice(split).map((node, index) => make(node, split + index));
  const nodes = (lanes: readonly Lanes[]): Node[] => lanes.map(({ node }) => node);
  return { all: [...nodes(head), goingOn, ...nodes(tail)], plain: [...head, ...tail], goingOn };
}

function batchedCondition(
  { operator, size, batchInto }: BatchContext<Loop>,
  condition: Region,
  flags: Flags,
  divergent: boolean,
): Region {
  const b = new Builder();
  if (!divergent) {
    const parameters = loopParameters(b, condition, flags, size);
    const [holds] = batchInto(b, condition, parameters, size);
    return b.region(
      parameters.map(({ node }) => node),
      holds === undefined ? [] : [holds.node],
    );
  }
  const { all, plain, goingOn } = divergentParameters(b, condition, operator, flags, size);
  const holds = at(batchInto(b, condition, plain, size), 0);
  return b.region(all, [b.reduceAll('or', b.binary('and', goingOn, inLanes(b, holds, size)))]);
}
