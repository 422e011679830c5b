/**
 * `grad(e, x)`, `jacobian`, `hessian`, `hvp`, `jvp`, `vjp`. The part of the graph between the variable's marker and
 * the value is cut out as a closed region, differentiated, and built in again. Mapped axes stay inside: where value and
 * variable share a mapped axis, each lane is differentiated on its own.
 */
import type { TypedDerivative } from '../../check/typed.js';
import { batchRegion } from '../batching/batch.js';
import { GraphBuilder } from '../builder.js';
import { jvp, vjp } from '../differentiate/derivatives.js';
import type { Node, Region } from '../graph.js';
import { prepare } from '../rewrite/passes.js';
import type { Report } from '../rewrite/rewrite.js';
import { at, range, sizeOf } from '../types.js';
import type { Context } from './context.js';
import { Frame, nodesBelow } from './frame.js';
import { constant, elementwise, expand, reduceOwn, tensor } from './tensor.js';
import { type Axis, ownRank, ownShape, sizesOf, type Tensor, unionAxes } from './value.js';

/** value = region(variable, captured...). */
interface Slice {
  readonly region: Region;
  readonly captured: readonly Node[];
}

export function derivative(context: Context, expression: TypedDerivative): Tensor {
  const value = context.tensor(expression.value);
  const variable = context.tensor({
    kind: 'reference',
    symbol: expression.variable,
    type: expression.variable.type,
    span: expression.span,
  });
  const direction = expression.direction === undefined ? undefined : context.tensor(expression.direction);
  const slice = sliceBetween(context, variable, value);
  switch (expression.operator) {
    case 'gradient':
    case 'jacobian':
      return jacobian(context, slice, variable, value);
    case 'hessian': {
      if (slice === undefined) return zeros(context, [variable, variable]);
      const first = gradientSlice(context, slice, variable, value);
      return jacobian(context, first.slice, variable, first.gradient);
    }
    case 'hvp': {
      if (slice === undefined) return zeros(context, [variable]);
      const first = gradientSlice(context, slice, variable, value);
      return pushForward(context, first.slice, variable, first.gradient, needed(direction));
    }
    case 'jvp':
      if (slice === undefined) return zeros(context, [value]);
      return pushForward(context, slice, variable, value, needed(direction));
    case 'vjp':
      if (slice === undefined) return zeros(context, [variable]);
      return vectorJacobian(context, slice, variable, value, needed(direction));
    default:
      return expression.operator satisfies never;
  }
}

function needed(direction: Tensor | undefined): Tensor {
  if (direction === undefined) throw new Error('compiler bug: a derivative without its direction');
  return direction;
}

function zeros(context: Context, shapes: readonly Tensor[]): Tensor {
  return constant(
    context.frame,
    0,
    'real',
    shapes.flatMap((value) => ownShape(value)),
  );
}

/** Undefined when the value does not depend on the variable. */
function sliceBetween(context: Context, variable: Tensor, value: Tensor): Slice | undefined {
  const marker = context.frame.read(variable);
  const [root] = context.frame.expose([context.frame.read(value)], marker);
  return root === undefined ? undefined : cutRegion(root, marker, context.report);
}

function cutRegion(root: Node, variable: Node, report: Report): Slice | undefined {
  const builder = new GraphBuilder();
  const built = new Map<Node, Node>([
    [variable, builder.parameter(variable.type, variable.label ?? 'variable')],
  ]);
  const order = nodesBelow([root], () => undefined);
  const dependent = new Set<Node>([variable]);
  for (const node of order) if (node.inputs.some((input) => dependent.has(input))) dependent.add(node);
  if (!dependent.has(root)) return undefined;
  const captured: Node[] = [];
  const parameters = [at([...built.values()], 0)];
  const capture = (node: Node): Node => {
    const { kind } = node.operator;
    if (kind === 'constant' || kind === 'literal' || kind === 'iota') return builder.rebuild(node, []);
    const parameter = builder.parameter(node.type, node.label ?? 'captured');
    captured.push(node);
    parameters.push(parameter);
    return parameter;
  };
  const lookup = (node: Node): Node => {
    const known = built.get(node);
    if (known !== undefined) return known;
    const made = capture(node);
    built.set(node, made);
    return made;
  };
  for (const node of order) {
    if (dependent.has(node) && node !== variable)
      built.set(node, builder.rebuild(node, node.inputs.map(lookup)));
  }
  return { region: prepare(builder.region(parameters, [lookup(root)]), report), captured };
}

/** The derivative of every own element of the value by every own element of the variable: own axes of value, then of variable. */
function jacobian(context: Context, slice: Slice | undefined, variable: Tensor, value: Tensor): Tensor {
  if (slice === undefined) return zeros(context, [value, variable]);
  const valueOnly = value.axes.filter((axis) => !variable.axes.includes(axis));
  const rows = sizeOf([...sizesOf(valueOnly), ...ownShape(value)]);
  if (rows === 1 && valueOnly.length === 0) {
    const one = constant(context.frame, 1, 'real', ownShape(value));
    const gradient = pullBack(context, slice, variable, value, one);
    return reshaped(context, gradient, [...ownShape(value), ...ownShape(variable)]);
  }
  const columns = sizeOf(ownShape(variable));
  return columns <= rows
    ? forwardJacobian(context, slice, variable, value, columns)
    : reverseJacobian(context, slice, variable, value, rows);
}

function reshaped(context: Context, value: Tensor, own: readonly number[]): Tensor {
  const node = context.frame.builder.reshape(context.frame.read(value), [...sizesOf(value.axes), ...own]);
  return tensor(context.frame, node, value.axes);
}

/** One-hot matrices over the own elements, repeated over mapped axes: real [count, mapped.., own..]. */
function unitDirections(context: Context, like: Tensor, mappedAsOwn: number): Node {
  const { builder } = context.frame;
  const mapped = sizesOf(like.axes).slice(0, like.axes.length - mappedAsOwn);
  const own = like.node.type.shape.slice(mapped.length);
  const count = sizeOf(own);
  const rows = builder.iota([count, count], 0);
  const columns = builder.iota([count, count], 1);
  const identity = builder.reshape(builder.cast(builder.binary('equal', rows, columns), 'real'), [
    count,
    ...own,
  ]);
  const axes = [0, ...range(own.length, 1 + mapped.length)];
  return builder.broadcast(identity, [count, ...mapped, ...own], axes);
}

function forwardJacobian(
  context: Context,
  slice: Slice,
  variable: Tensor,
  value: Tensor,
  columns: number,
): Tensor {
  const { frame } = context;
  const linear = onlyResults(jvp(slice.region, [0]), 1);
  const inputs = [frame.read(variable), ...slice.captured];
  const batched = overDirections(linear, columns);
  const [pushed] = frame.builder.inline(batched, [...inputs, unitDirections(context, variable, 0)]);
  // [columns, value mapped.., value own..] -> [value mapped.., value own.., variable own..]
  const rank = value.node.type.shape.length;
  const turned = frame.builder.transpose(needNode(pushed), [...range(rank, 1), 0]);
  const shape = [...value.node.type.shape, ...ownShape(variable)];
  return tensor(frame, frame.builder.reshape(turned, shape), value.axes);
}

function reverseJacobian(
  context: Context,
  slice: Slice,
  variable: Tensor,
  value: Tensor,
  rows: number,
): Tensor {
  const { frame } = context;
  const valueOnly = value.axes.filter((axis) => !variable.axes.includes(axis));
  const linear = onlyResults(vjp(slice.region, [0]), 1);
  const inputs = [frame.read(variable), ...slice.captured];
  // The value's own mapped axes come last among its mapped axes only if they are deepest; order them so.
  const shared = value.axes.filter((axis) => variable.axes.includes(axis));
  const order = [...shared, ...valueOnly];
  const places = order.map((axis) => value.axes.indexOf(axis));
  const own = range(ownRank(value), value.axes.length);
  const permuted = tensor(frame, frame.builder.transpose(frame.read(value), [...places, ...own]), order);
  const units = unitDirections(context, permuted, valueOnly.length);
  const back = value.axes.map((axis) => order.indexOf(axis) + 1);
  const directions = frame.builder.transpose(units, [0, ...back, ...own.map((axis) => axis + 1)]);
  const batched = overDirections(linear, rows);
  const [pulled] = frame.builder.inline(batched, [...inputs, directions]);
  // [rows = valueOnly.. value own.., variable mapped.., variable own..]
  const split = [...sizesOf(valueOnly), ...ownShape(value), ...variable.node.type.shape];
  const node = frame.builder.reshape(needNode(pulled), split);
  const axes = unionAxes([variable.axes, valueOnly]);
  const lead = valueOnly.length + ownRank(value);
  const mapped = axes.map((axis) =>
    valueOnly.includes(axis) ? valueOnly.indexOf(axis) : lead + variable.axes.indexOf(axis),
  );
  const valueOwn = range(ownRank(value), valueOnly.length);
  const variableOwn = range(ownRank(variable), lead + variable.axes.length);
  return tensor(frame, frame.builder.transpose(node, [...mapped, ...valueOwn, ...variableOwn]), axes);
}

/**
 * (variable, captured..) -> the gradient of the value. Lanes that the variable has too are independent, so the gradient
 * of their sum is each lane's own; lanes that share the variable need a row of the Jacobian each.
 */
function gradientSlice(
  context: Context,
  slice: Slice,
  variable: Tensor,
  value: Tensor,
): { readonly slice: Slice; readonly gradient: Tensor } {
  const outer = context.frame;
  const frame = new Frame(undefined);
  const parameters = slice.region.parameters.map((parameter) =>
    frame.builder.parameter(parameter.type, nameOf(parameter)),
  );
  const inside = { ...slice, captured: parameters.slice(1) };
  const variableInside: Tensor = { ...variable, node: at(parameters, 0), frame, affine: undefined };
  const valueInside: Tensor = {
    ...value,
    node: at(frame.builder.inline(slice.region, parameters), 0),
    frame,
    affine: undefined,
  };
  context.frame = frame;
  try {
    const gradient = jacobian(context, inside, variableInside, valueInside);
    const region = prepare(frame.close(parameters, [gradient.node]), context.report);
    return {
      slice: { region, captured: slice.captured },
      gradient: { ...gradient, node: at(region.results, 0), frame: outer },
    };
  } finally {
    context.frame = outer;
  }
}

function nameOf(parameter: Node): string {
  return parameter.operator.kind === 'parameter' ? parameter.operator.name : 'value';
}

/** The region over a batch of directions (its last parameter), its result batched in any case. */
function overDirections(region: Region, count: number): Region {
  const last = region.parameters.length - 1;
  const batched = batchRegion(
    region,
    region.parameters.map((_, index) => index === last),
    count,
  );
  if (at(batched.batched, 0)) return batched.region;
  const builder = new GraphBuilder();
  const parameters = batched.region.parameters.map((parameter) =>
    builder.parameter(parameter.type, nameOf(parameter)),
  );
  const result = at(builder.inline(batched.region, parameters), 0);
  const { shape } = result.type;
  return builder.region(parameters, [builder.broadcast(result, [count, ...shape], range(shape.length, 1))]);
}

function pushForward(
  context: Context,
  slice: Slice,
  variable: Tensor,
  value: Tensor,
  direction: Tensor,
): Tensor {
  const linear = onlyResults(jvp(slice.region, [0]), 1);
  return alongDirection(context, linear, slice, variable, variable, direction, value);
}

/** The direction times the Jacobian; lanes that share the variable each have a result of their own. */
function vectorJacobian(
  context: Context,
  slice: Slice,
  variable: Tensor,
  value: Tensor,
  direction: Tensor,
): Tensor {
  if (value.axes.every((axis) => variable.axes.includes(axis))) {
    return pullBack(context, slice, variable, value, direction);
  }
  const rows = jacobian(context, slice, variable, value);
  const spread = reshaped(context, direction, [...ownShape(direction), ...ownShape(variable).map(() => 1)]);
  const axes = unionAxes([rows.axes, spread.axes]);
  const weights = widened(context, spread, axes, ownShape(rows));
  const product = elementwise(context.frame, 'multiply', [rows, weights]);
  return reduceOwn(context.frame, 'sum', product, range(ownRank(value)));
}

/** Repeats own axes of size one. */
function widened(context: Context, value: Tensor, axes: readonly Axis[], own: readonly number[]): Tensor {
  const { frame } = context;
  const lead = ownShape(value).findIndex((extent, axis) => extent !== own[axis]);
  const kept = lead === -1 ? own.length : lead;
  const narrow = reshaped(context, value, own.slice(0, kept));
  const node = expand(frame, narrow, axes, own.slice(0, kept));
  const map = range(axes.length + kept);
  return tensor(frame, frame.builder.broadcast(node, [...sizesOf(axes), ...own], map), axes);
}

function pullBack(
  context: Context,
  slice: Slice,
  variable: Tensor,
  value: Tensor,
  direction: Tensor,
): Tensor {
  const linear = onlyResults(vjp(slice.region, [0]), 1);
  return alongDirection(context, linear, slice, variable, value, direction, variable);
}

/** Applies a linear region to a direction of the type of `at`; mapped axes that only the direction has are batched over. */
function alongDirection(
  context: Context,
  linear: Region,
  slice: Slice,
  variable: Tensor,
  place: Tensor,
  direction: Tensor,
  like: Tensor,
): Tensor {
  const { frame } = context;
  const inputs = [frame.read(variable), ...slice.captured];
  const extra = direction.axes.filter((axis) => !place.axes.includes(axis));
  const axes = unionAxes([place.axes, extra]);
  const full = expand(frame, direction, axes, place.node.type.shape.slice(place.axes.length));
  let region = linear;
  for (const axis of extra) region = overDirections(region, axis.size);
  const order = [...[...extra].reverse(), ...place.axes].map((axis) => axes.indexOf(axis));
  const rank = place.node.type.shape.length - place.axes.length;
  const turned = frame.builder.transpose(full, [...order, ...range(rank, axes.length)]);
  const [pushed] = frame.builder.inline(region, [...inputs, turned]);
  const shared = extra.filter((axis) => like.axes.includes(axis));
  const result = onDiagonals(frame.builder, needNode(pushed), [...extra].reverse(), like.axes);
  const resultAxes = unionAxes([like.axes, extra]);
  const from = [...[...extra].reverse().filter((axis) => !shared.includes(axis)), ...like.axes];
  const places = resultAxes.map((axis) => from.indexOf(axis));
  const own = range(like.node.type.shape.length - like.axes.length, from.length);
  return tensor(frame, frame.builder.transpose(result, [...places, ...own]), resultAxes);
}

/** Where a batch axis is also one of the value's own lanes, lane i wants the direction of lane i. */
function onDiagonals(
  builder: GraphBuilder,
  node: Node,
  batch: readonly Axis[],
  lanes: readonly Axis[],
): Node {
  let current = node;
  let remaining = [...batch];
  for (const axis of batch) {
    const lane = lanes.indexOf(axis);
    if (lane === -1) continue;
    const place = remaining.indexOf(axis);
    const { shape } = current.type;
    const same = builder.binary(
      'equal',
      builder.iota(shape, place),
      builder.iota(shape, remaining.length + lane),
    );
    const zero = builder.constant(0, 'real', shape);
    current = builder.reduce('sum', builder.select(same, current, zero), [place]);
    remaining = remaining.filter((each) => each !== axis);
  }
  return current;
}

/** The same region with the results from `start` on. */
export function onlyResults(region: Region, start: number): Region {
  return { parameters: region.parameters, results: region.results.slice(start) };
}

function needNode(node: Node | undefined): Node {
  if (node === undefined) throw new Error('compiler bug: a region without result');
  return node;
}
