/**
 * Tangents of loops. In the joint form one loop carries values and tangents. In the separate form the
 * primal loop also stacks its carries, and a second loop, linear in its tangents, recomputes the body from them:
 * that one can be transposed. A loop with a condition counts its turns, and the linear loop runs that many.
 */
import type { GraphBuilder } from '../builder.js';
import { GraphBuilder as Builder } from '../builder.js';
import type { Node, Region, TensorType } from '../graph.js';
import { at, range } from '../types.js';
import { keepParameters, usedParameters } from './parameters.js';
import type { ControlContext, Differential, DifferentiateInto, Of, Tangent } from './rule.js';
import { orZero } from './rule.js';

type Loop = Of<'loop'>;
type Context = ControlContext<Loop>;

/** Which parts of a loop have tangents. */
interface Activity {
  readonly carries: readonly boolean[];
  readonly invariants: readonly boolean[];
  readonly xs: readonly boolean[];
  readonly ys: readonly boolean[];
}

export function loopTangent(context: Context): Differential {
  const activity = activityOf(context);
  return context.form === 'joint' ? jointLoop(context, activity) : separateLoops(context, activity);
}

interface Parts<T> {
  readonly carries: readonly T[];
  readonly invariants: readonly T[];
  readonly xs: readonly T[];
}

function partsOf<T>(operator: Loop, items: readonly T[]): Parts<T> {
  const start = operator.carries + operator.invariants;
  return {
    carries: items.slice(0, operator.carries),
    invariants: items.slice(operator.carries, start),
    xs: items.slice(start),
  };
}

/** A carry has a tangent if its start has one or the body gives it one; repeated until nothing is added. */
function activityOf({ operator, tangents, differentiate }: Context): Activity {
  const given = partsOf(
    operator,
    tangents.map((tangent) => tangent !== undefined),
  );
  let carries = given.carries;
  for (;;) {
    const flags = [false, ...carries, ...given.invariants, ...given.xs];
    const results = tangentsOfBody(operator.body, flags, differentiate);
    const grown = carries.map((active, index) => active || results[index] === true);
    if (grown.every((active, index) => active === carries[index])) {
      return { ...given, carries, ys: results.slice(operator.carries) };
    }
    carries = grown;
  }
}

function tangentsOfBody(
  body: Region,
  flags: readonly boolean[],
  differentiate: DifferentiateInto,
): boolean[] {
  const scratch = new Builder();
  const { primals, tangents } = parametersWithTangents(scratch, body.parameters, flags);
  return differentiate(scratch, body, primals, tangents, 'joint').tangents.map((t) => t !== undefined);
}

/** New parameters for all of `nodes`, and after them tangents for those that are active. */
function parametersWithTangents(
  b: GraphBuilder,
  nodes: readonly Node[],
  active: readonly boolean[],
): { primals: Node[]; tangents: Tangent[] } {
  const primals = nodes.map((node) => copyParameter(b, node, ''));
  const tangents = nodes.map((node, index) =>
    active[index] === true ? copyParameter(b, node, 'd_') : undefined,
  );
  return { primals, tangents };
}

function copyParameter(b: GraphBuilder, node: Node, prefix: string): Node {
  const name = node.operator.kind === 'parameter' ? node.operator.name : 'value';
  return b.parameter(node.type, `${prefix}${name}`, { span: node.span });
}

function chosen<T>(items: readonly (T | undefined)[], flags: readonly boolean[]): T[] {
  return items.filter((item, index): item is T => flags[index] === true && item !== undefined);
}

/** Puts the items of a shorter list back where the flags are set. */
export function spread<T>(items: readonly T[], flags: readonly boolean[]): (T | undefined)[] {
  let next = 0;
  return flags.map((flag) => {
    if (!flag) return undefined;
    next += 1;
    return at(items, next - 1);
  });
}

/** Parameters of a joint region: the value and, right after the values of its part, the active tangents. */
function jointParameters(
  b: GraphBuilder,
  region: Region,
  operator: Loop,
  activity: Activity,
): { all: Node[]; primals: Node[]; tangents: Tangent[] } {
  const turn = copyParameter(b, at(region.parameters, 0), '');
  const all: Node[] = [turn];
  const primals: Node[] = [turn];
  const tangents: Tangent[] = [undefined];
  const parts = partsOf(operator, region.parameters.slice(1));
  for (const part of ['carries', 'invariants', 'xs'] as const) {
    const made = parametersWithTangents(b, parts[part], activity[part]);
    all.push(...made.primals, ...chosen(made.tangents, activity[part]));
    primals.push(...made.primals);
    tangents.push(...made.tangents);
  }
  return { all, primals, tangents };
}

function jointLoop(
  { b, operator, inputs, tangents, differentiate }: Context,
  activity: Activity,
): Differential {
  const values = partsOf(operator, inputs);
  const changes = partsOf(operator, tangents);
  const startTangents = changes.carries.map((tangent, index) =>
    orZero(b, tangent, at(values.carries, index)),
  );
  const inner = new Builder();
  const parameters = jointParameters(inner, operator.body, operator, activity);
  const body = differentiate(inner, operator.body, parameters.primals, parameters.tangents, 'joint');
  const count = operator.carries;
  const results = b.loop({
    max: operator.max,
    carries: [...values.carries, ...chosen(startTangents, activity.carries)],
    invariants: [...values.invariants, ...chosen(changes.invariants, activity.invariants)],
    xs: [...values.xs, ...chosen(changes.xs, activity.xs)],
    body: inner.region(parameters.all, [
      ...body.primals.slice(0, count),
      ...activeTangents(inner, body, activity.carries, 0),
      ...body.primals.slice(count),
      ...activeTangents(inner, body, activity.ys, count),
    ]),
    condition: operator.condition && jointCondition(operator.condition, operator, activity),
  });
  const carryTangents = activity.carries.filter((active) => active).length;
  const yStart = count + carryTangents;
  const yTangents = yStart + activity.ys.length;
  return {
    primals: [...results.slice(0, count), ...results.slice(yStart, yTangents)],
    tangents: [
      ...spread(results.slice(count, yStart), activity.carries),
      ...spread(results.slice(yTangents), activity.ys),
    ],
  };
}

/** Tangents of the body's results from `start` on, dense where active. */
function activeTangents(
  b: GraphBuilder,
  body: Differential,
  active: readonly boolean[],
  start: number,
): Node[] {
  const dense = active.map((_, index) =>
    orZero(b, body.tangents[start + index], at(body.primals, start + index)),
  );
  return chosen(dense, active);
}

/** The condition reads values only; the tangents pass by. */
function jointCondition(condition: Region, operator: Loop, activity: Activity): Region {
  const b = new Builder();
  const parameters = jointParameters(b, condition, operator, activity);
  return b.region(parameters.all, b.inline(condition, parameters.primals));
}

function separateLoops(context: Context, activity: Activity): Differential {
  const { b, operator, inputs } = context;
  const values = partsOf(operator, inputs);
  const linearBody = linearBodyOf(operator, activity, context.differentiate);
  const needed = usedParameters(linearBody.region);
  const savedNeeded = linearBody.saved.map((position) => at(needed, position));
  const primal = savingLoop(b, operator, values, savedNeeded);
  const tangents = linearLoop(context, activity, linearBody, needed, primal);
  return { primals: primal.results, tangents };
}

interface LinearBody {
  /** [k, carry tangents.., (turns), values and tangents of invariants.., saved carries.., values and tangents of xs..] */
  readonly region: Region;
  /** Positions of the saved carries among the parameters. */
  readonly saved: readonly number[];
}

/** Recomputes the body from saved carries and keeps its tangents only. */
function linearBodyOf(operator: Loop, activity: Activity, differentiate: DifferentiateInto): LinearBody {
  const { body, condition } = operator;
  const b = new Builder();
  const parts = partsOf(operator, body.parameters.slice(1));
  const turn = copyParameter(b, at(body.parameters, 0), '');
  const all: Node[] = [turn];
  const carryTangents = parts.carries.map((node, index) =>
    activity.carries[index] === true ? copyParameter(b, node, 'd_') : undefined,
  );
  all.push(...chosen(carryTangents, activity.carries));
  if (condition !== undefined) all.push(b.parameter({ dtype: 'int', shape: [] }, 'turns'));
  const invariants = parametersWithTangents(b, parts.invariants, activity.invariants);
  all.push(...invariants.primals, ...chosen(invariants.tangents, activity.invariants));
  const saved = range(parts.carries.length, all.length);
  const carries = parts.carries.map((node) => copyParameter(b, node, ''));
  const xs = parametersWithTangents(b, parts.xs, activity.xs);
  all.push(...carries, ...xs.primals, ...chosen(xs.tangents, activity.xs));
  const result = differentiate(
    b,
    body,
    [turn, ...carries, ...invariants.primals, ...xs.primals],
    [undefined, ...carryTangents, ...invariants.tangents, ...xs.tangents],
    'separate',
  );
  const region = b.region(all, [
    ...activeTangents(b, result, activity.carries, 0),
    ...activeTangents(b, result, activity.ys, operator.carries),
  ]);
  return { region, saved };
}

interface PrimalLoop {
  readonly results: readonly Node[];
  /** The saved carries, stacked; undefined where nothing reads them. */
  readonly saved: readonly (Node | undefined)[];
  readonly turns: Node | undefined;
}

/** The loop itself, which also stacks the carries as they are at the start of each turn, and counts its turns. */
function savingLoop(
  b: GraphBuilder,
  operator: Loop,
  values: Parts<Node>,
  save: readonly boolean[],
): PrimalLoop {
  const { body, condition } = operator;
  const inner = new Builder();
  const counted = condition !== undefined;
  const parameters = savingParameters(inner, body, counted, operator);
  const results = inner.inline(body, parameters.original);
  const region = inner.region(parameters.all, [
    ...results.slice(0, operator.carries),
    ...parameters.counter.map((counter) => inner.binary('add', counter, inner.like(counter, 1))),
    ...results.slice(operator.carries),
    ...chosen(parameters.original.slice(1, 1 + operator.carries), save),
  ]);
  const made = b.loop({
    max: operator.max,
    carries: [...values.carries, ...(counted ? [b.constant(0, 'int')] : [])],
    invariants: values.invariants,
    xs: values.xs,
    body: region,
    condition: condition && savingCondition(condition, operator),
  });
  const yStart = operator.carries + (counted ? 1 : 0);
  const yEnd = yStart + (body.results.length - operator.carries);
  return {
    results: [...made.slice(0, operator.carries), ...made.slice(yStart, yEnd)],
    saved: spread(made.slice(yEnd), save),
    turns: counted ? at(made, operator.carries) : undefined,
  };
}

/** Copies of a region's parameters with the counter of turns behind the carries. */
function savingParameters(
  b: GraphBuilder,
  region: Region,
  counted: boolean,
  operator: Loop,
): { all: Node[]; original: Node[]; counter: Node[] } {
  const head = region.parameters.slice(0, 1 + operator.carries).map((node) => copyParameter(b, node, ''));
  const counter = counted ? [b.parameter({ dtype: 'int', shape: [] }, 'turns')] : [];
  const tail = region.parameters.slice(1 + operator.carries).map((node) => copyParameter(b, node, ''));
  return { all: [...head, ...counter, ...tail], original: [...head, ...tail], counter };
}

function savingCondition(condition: Region, operator: Loop): Region {
  const b = new Builder();
  const parameters = savingParameters(b, condition, true, operator);
  return b.region(parameters.all, b.inline(condition, parameters.original));
}

function linearLoop(
  { b, operator, inputs, tangents }: Context,
  activity: Activity,
  linearBody: LinearBody,
  needed: readonly boolean[],
  primal: PrimalLoop,
): Tangent[] {
  const values = partsOf(operator, inputs);
  const changes = partsOf(operator, tangents);
  const startTangents = chosen(
    changes.carries.map((tangent, index) => orZero(b, tangent, at(values.carries, index))),
    activity.carries,
  );
  const turns = primal.turns === undefined ? [] : [primal.turns];
  const invariants: (Node | undefined)[] = [
    ...turns,
    ...values.invariants,
    ...chosen(changes.invariants, activity.invariants),
  ];
  const xs = [...primal.saved, ...values.xs, ...chosen(changes.xs, activity.xs)];
  // The turn, the carries and the count of turns keep their places; the rest stays if the body reads it.
  const fixed = 1 + startTangents.length + turns.length;
  const keep = needed.map((used, position) => position < fixed || used);
  const kept = (items: readonly (Node | undefined)[], start: number): Node[] =>
    items.filter((item, index): item is Node => at(keep, start + index) && item !== undefined);
  const keptInvariants = kept(invariants, 1 + startTangents.length);
  const results = b.loop({
    max: operator.max,
    carries: startTangents,
    invariants: keptInvariants,
    xs: kept(xs, 1 + startTangents.length + invariants.length),
    body: keepParameters(linearBody.region, keep),
    condition:
      turns.length === 0
        ? undefined
        : countedCondition(
            [...startTangents, ...keptInvariants].map((node) => node.type),
            startTangents.length,
          ),
  });
  return [
    ...spread(results.slice(0, startTangents.length), activity.carries),
    ...spread(results.slice(startTangents.length), activity.ys),
  ];
}

/** Goes on while k is below the count of turns, which is the first invariant. */
export function countedCondition(types: readonly TensorType[], turnsAt: number): Region {
  const b = new Builder();
  const turn = b.parameter({ dtype: 'int', shape: [] }, 'k');
  const rest = types.map((type, index) => b.parameter(type, index === turnsAt ? 'turns' : `value${index}`));
  return b.region([turn, ...rest], [b.binary('less', turn, at(rest, turnsAt))]);
}
