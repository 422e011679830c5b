/**
 * Nested problems. The inner optimizer's step becomes the body of a loop, over the same objective, queries and optimizer
 * instance as a `solve` has, so that differentiating the loop differentiates the steps. An implicit derivative puts
 * an operator behind the loop that stands for the root of the inner gradient.
 */
import type { TypedExpression, TypedNested } from '../../check/typed.js';
import type { Span } from '../../parser/source.js';
import type { Node } from '../graph.js';
import type { ParameterSlot } from '../program.js';
import { prepare } from '../rewrite/passes.js';
import { at, sizeOf } from '../types.js';
import { asTensor, bindValue } from './call.js';
import { Captures, CapturingEnvironment } from './capturing.js';
import { fail } from './context.js';
import { Environment } from './environment.js';
import { Frame } from './frame.js';
import { implicitSolution } from './nested_implicit.js';
import { runInnerSteps } from './nested_steps.js';
import { ObjectiveQueries, tensorsOf, vectorOf } from './objective.js';
import { instantiateOptimizer } from './optimizer_instance.js';
import { castTo, constantOf, expand, reshapeOwn, sliceOwn, tensor } from './tensor.js';
import type { Tensor, Value } from './value.js';
import { everyVariable } from './variables.js';
import type { View } from './view.js';

/** Asked where a solution is differentiated implicitly: how far it is from where its gradient is 0. */
export interface NestedCheck {
  readonly span: Span;
  /** The norm of the inner gradient, the largest of all elements of a comprehension. */
  readonly norm: Node;
  /** How far Newton's method would go from here, relative to the solution's own length. */
  readonly distance: Node;
}

/** What all parts of one inner problem share while it is elaborated. */
export interface InnerProblem {
  readonly view: View;
  readonly expression: TypedNested;
  readonly slots: readonly ParameterSlot[];
  /** The frame that the loops over steps are built into. */
  readonly frame: Frame;
  readonly queries: ObjectiveQueries;
  /** What the objective reads from around, nodes of `frame`. */
  readonly stored: readonly Node[];
}

export function nestedSolution(view: View, expression: TypedNested): Value {
  const slots = innerSlots(view, expression);
  const starts = expression.parameters.map(({ start, path }, index) =>
    view.named(`${expression.word}.${path}`, undefined, () => {
      const value = castTo(view.frame, view.tensor(start), 'real');
      return tensor(view.frame, expand(view.frame, value, value.axes, at(slots, index).shape), value.axes);
    }),
  );
  const around = { frame: view.frame, environment: view.environment, hooks: view.hooks };
  const outside = <T>(body: () => T): T => {
    const inner = { frame: view.frame, hooks: view.hooks };
    view.frame = around.frame;
    view.hooks = around.hooks;
    try {
      return view.within(around.environment, body);
    } finally {
      view.frame = inner.frame;
      view.hooks = inner.hooks;
    }
  };
  const frame = new Frame(around.frame);
  const captures = new Captures(frame, around.frame);
  const guards = view.guards.splice(0);
  view.frame = frame;
  try {
    const names = new CapturingEnvironment(around.environment, captures, outside);
    const solution = view.within(names, () => {
      const taken = starts.map((start) => frame.read(asTensor(captures.take(start))));
      return solve(view, expression, slots, frame, vectorOf(frame.builder, taken, slots));
    });
    const [x, ...measures] = captures.close(solution);
    if (x === undefined) throw new Error('compiler bug: a nested problem without a solution');
    if (around.frame === view.root && guards.length === 0) noteCheck(view, expression, measures);
    return cut({ ...x, frame: around.frame }, expression, slots, around.frame);
  } finally {
    view.frame = around.frame;
    view.hooks = around.hooks;
    view.guards.push(...guards);
  }
}

function innerSlots(view: View, { parameters }: TypedNested): readonly ParameterSlot[] {
  let offset = 0;
  return parameters.map(({ symbol, path }) => {
    const { type } = symbol;
    const shape = type.kind === 'array' ? view.environment.shape(type.shape).map(({ value }) => value) : [];
    const size = sizeOf(shape);
    offset += size;
    return { name: path, shape, offset: offset - size, size, span: symbol.span };
  });
}

/** The solution's vector as the value of the expression. */
function cut(x: Tensor, { parameters }: TypedNested, slots: readonly ParameterSlot[], frame: Frame): Value {
  const arrays = slots.map(({ offset, size, shape }) =>
    reshapeOwn(frame, sliceOwn(frame, x, 0, offset, offset + size), shape),
  );
  const [only] = arrays;
  if (only !== undefined && arrays.length === 1) return only;
  return {
    kind: 'record',
    fields: new Map(parameters.map(({ symbol }, index) => [symbol.name, at(arrays, index)])),
  };
}

/** The solution, and what tells how good it is where that matters. */
function solve(
  view: View,
  expression: TypedNested,
  slots: readonly ParameterSlot[],
  frame: Frame,
  start: Node,
): readonly Node[] {
  const { queries, stored } = innerQueries(view, expression, slots, frame);
  const problem: InnerProblem = { view, expression, slots, frame, queries, stored };
  const instance = instantiateOptimizer(expression.optimizer, undefined, slots.length);
  const total = count(view, expression.steps, 'the number of steps of a nested problem');
  const { differentiation } = expression;
  switch (differentiation.kind) {
    case 'unrolled':
      return [runInnerSteps(problem, instance, start, total, -1)];
    case 'truncated': {
      const last = count(view, differentiation.steps, 'the number of steps that are differentiated');
      return [runInnerSteps(problem, instance, start, total, Math.max(0, total - last))];
    }
    case 'implicit': {
      const reached = runInnerSteps(problem, instance, start, total, total);
      return implicitSolution(problem, differentiation, reached);
    }
    default:
      return differentiation satisfies never;
  }
}

/** Measures of every element of the comprehensions around: the worst counts. */
function noteCheck(view: View, { span }: TypedNested, measures: readonly Tensor[]): void {
  const [norm, distance] = measures.map(({ node }) => view.root.builder.reduceAll('max', node));
  if (norm !== undefined && distance !== undefined) view.nestedChecks.push({ span, norm, distance });
}

export function count(view: View, expression: TypedExpression, what: string): number {
  const value = constantOf(castTo(view.frame, view.tensor(expression), 'int'));
  if (value !== undefined && value >= 0) return value;
  return fail('AM5045', expression.span, `${what} is ${value ?? 'not known before the run'}`, [
    'It is a number, 0 or more, that depends on no data and no parameter.',
  ]);
}

/** The inner objective as a function of the inner parameters; what it reads from around is stored for it. */
function innerQueries(
  view: View,
  expression: TypedNested,
  slots: readonly ParameterSlot[],
  frame: Frame,
): Pick<InnerProblem, 'queries' | 'stored'> {
  const inner = new Frame(frame);
  const parameters = slots.map((slot) =>
    inner.builder.parameter({ dtype: 'real', shape: slot.shape }, slot.name, { span: slot.span }),
  );
  const environment = new Environment(view.environment);
  view.frame = inner;
  const value = view.within(environment, () => {
    expression.parameters.forEach(({ symbol }, index) => {
      bindValue(view, environment, symbol, tensor(inner, at(parameters, index)));
    });
    for (const each of expression.lets)
      bindValue(view, environment, each.symbol, view.expression(each.value));
    return inner.read(castTo(inner, view.tensor(expression.objective.value), 'real'));
  });
  view.frame = frame;
  const minimized = expression.objective.sense === 'maximize' ? inner.builder.unary('negate', value) : value;
  const captured = inner.captured();
  const region = inner.close([...parameters, ...captured.inner], [minimized]);
  const queries = new ObjectiveQueries(
    { value: prepare(region, view.report), inputs: [], slots, source: expression.objective },
    everyVariable(slots),
    undefined,
    captured.outer.map((node) => ({ node, frame })),
  );
  return { queries, stored: captured.outer };
}

/** The inner parameters at the nearest point at which each lies in its set. */
export function innerProjection({ view, expression, slots }: InnerProblem, x: Node): Node {
  if (expression.parameters.every(({ membership }) => membership === undefined)) return x;
  const { frame } = view;
  const environment = new Environment(view.environment);
  const own = tensorsOf(frame.builder, x, slots);
  const tensors = view.within(environment, () => {
    expression.parameters.forEach(({ symbol, membership }, index) => {
      bindValue(view, environment, symbol, tensor(frame, at(own, index)));
      if (membership !== undefined)
        bindValue(view, environment, membership.point, tensor(frame, at(own, index)));
    });
    return expression.parameters.map(({ membership }, index) =>
      membership?.operations.project === undefined
        ? at(own, index)
        : expand(
            frame,
            castTo(frame, view.tensor(membership.operations.project), 'real'),
            [],
            at(slots, index).shape,
          ),
    );
  });
  return vectorOf(frame.builder, tensors, slots);
}
