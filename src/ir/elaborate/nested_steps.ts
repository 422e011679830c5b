/**
 * The steps of a nested problem as loops: one over the steps that count as constant, one over those that are
 * differentiated. Both carry the point, the states of the optimizer, and whether the steps still go on.
 */
import type { ValueSymbol } from '../../check/typed.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { at } from '../types.js';
import { asTensor } from './call.js';
import { Environment } from './environment.js';
import { Frame } from './frame.js';
import { innerProjection, type InnerProblem } from './nested.js';
import { OptimizerRun, readsGradient } from './optimizer.js';
import type { OptimizerInstance } from './optimizer_instance.js';
import { allFirstStates } from './phase_start.js';
import { bindStates } from './phase_step.js';
import { normOf } from './queries.js';
import { castTo, expand, tensor } from './tensor.js';

interface Carries {
  readonly x: Node;
  readonly states: readonly Node[];
  /** False once `until` has held. */
  readonly going: Node | undefined;
}

/** The point after `total` steps, of which the first `constant` are not differentiated; -1 differentiates the start too. */
export function runInnerSteps(
  problem: InnerProblem,
  instance: OptimizerInstance,
  start: Node,
  total: number,
  constant: number,
): Node {
  const { view, frame, expression } = problem;
  const run = new OptimizerRun(view, problem.queries, total);
  const x = innerProjection(problem, start);
  const begun: Carries = {
    x,
    states: allFirstStates(view, run, instance, tensor(frame, x)).map(({ node }) => node),
    going: expression.until === undefined ? undefined : frame.builder.constant(1, 'bool'),
  };
  if (constant < 0) return steps(problem, instance, begun, total, total, 0).x;
  const before = stopped(frame, steps(problem, instance, stopped(frame, begun), total, constant, 0));
  return steps(problem, instance, before, total, total - constant, constant).x;
}

function stopped({ builder }: Frame, { x, states, going }: Carries): Carries {
  return { x: builder.stopGradient(x), states: states.map((node) => builder.stopGradient(node)), going };
}

/** `turns` steps, after `done` others. */
function steps(
  problem: InnerProblem,
  instance: OptimizerInstance,
  from: Carries,
  total: number,
  turns: number,
  done: number,
): Carries {
  if (turns <= 0) return from;
  const { view, frame: outer } = problem;
  const frame = new Frame(outer);
  const turn = frame.builder.parameter({ dtype: 'int', shape: [] }, 'step');
  const initial = [from.x, ...from.states, ...(from.going === undefined ? [] : [from.going])];
  const carried = initial.map((node, index) =>
    frame.builder.parameter(node.type, index === 0 ? 'x' : (node.label ?? 'state')),
  );
  const before: Carries = {
    x: at(carried, 0),
    states: carried.slice(1, 1 + from.states.length),
    going: from.going === undefined ? undefined : carried.at(-1),
  };
  view.frame = frame;
  const step = frame.builder.binary('add', turn, frame.builder.constant(done + 1, 'int'));
  const after = oneStep(problem, instance, frame, before, step, total);
  view.frame = outer;
  const results = [after.x, ...after.states, ...(after.going === undefined ? [] : [after.going])];
  const captured = frame.captured();
  const body = frame.close([turn, ...carried, ...captured.inner], results);
  const made = outer.builder.loop({
    max: turns,
    carries: initial,
    invariants: captured.outer,
    body,
    condition: from.going === undefined ? undefined : lastCarry(body, initial.length),
  });
  return {
    x: at(made, 0),
    states: made.slice(1, 1 + from.states.length),
    going: from.going === undefined ? undefined : made[initial.length - 1],
  };
}

/** A condition with the body's parameters that is its last carry. */
function lastCarry({ parameters }: Region, carries: number): Region {
  const builder = new GraphBuilder();
  const copies = parameters.map((node) =>
    builder.parameter(node.type, node.operator.kind === 'parameter' ? node.operator.name : 'value'),
  );
  return builder.region(copies, [at(copies, carries)]);
}

function oneStep(
  problem: InnerProblem,
  instance: OptimizerInstance,
  frame: Frame,
  before: Carries,
  step: Node,
  total: number,
): Carries {
  const { view, queries } = problem;
  const { builder } = frame;
  const cells = bindStates(instance, before.states, view, frame);
  const run = new OptimizerRun(view, queries, total);
  const both = queries.valueAndGradient(frame, before.x);
  const f = (): Node => (readsGradient(instance) ? both.value : queries.value(frame, before.x));
  const t = tensor(frame, step);
  const moved = run.run(
    instance,
    tensor(frame, before.x),
    () => tensor(frame, both.gradient),
    () => tensor(frame, f()),
    t,
  );
  const reached = innerProjection(
    problem,
    expand(frame, castTo(frame, moved, 'real'), [], before.x.type.shape),
  );
  const states = cells.map((cell, index) => {
    const { type } = at(before.states, index);
    return expand(frame, castTo(frame, asTensor(cell.read()), type.dtype), [], type.shape);
  });
  if (before.going === undefined) return { x: reached, states, going: undefined };
  const stop = stops(problem, frame, both, step);
  const keep = (old: Node, node: Node): Node =>
    builder.select(builder.broadcastScalar(stop, node.type.shape), old, node);
  return {
    x: keep(before.x, reached),
    states: states.map((node, index) => keep(at(before.states, index), node)),
    going: builder.unary('not', stop),
  };
}

/** Whether `until` holds at the step's start. */
function stops(
  { view, expression }: InnerProblem,
  frame: Frame,
  { value, gradient }: { readonly value: Node; readonly gradient: Node },
  step: Node,
): Node {
  const { until, objective } = expression;
  if (until === undefined) throw new Error('compiler bug: a nested problem without `until` stops early');
  const { builder } = frame;
  const environment = new Environment(view.environment);
  const bind = (symbol: ValueSymbol, node: Node): void => {
    environment.bind(symbol, tensor(frame, node));
  };
  bind(until.names.value, objective.sense === 'maximize' ? builder.unary('negate', value) : value);
  bind(until.names.gradNorm, normOf(builder, gradient));
  bind(until.names.step, step);
  return builder.cast(frame.read(view.within(environment, () => view.tensor(until.condition))), 'bool');
}
