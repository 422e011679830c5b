/**
 * Optimizers step by step: their statements are run on numbers, their state kept between steps, and their questions
 * answered by evaluating the whole problem at the point asked about. Slow, and meant to be.
 */
import type {
  TypedAggregation,
  TypedGroup,
  TypedObjective,
  TypedOptimizerValue,
  TypedSolve,
  TypedStatement,
  ValueSymbol,
} from '../typed.js';
import { phaseOf } from '../phases.js';
import type { Type } from '../types.js';
import type { ArrayValue } from './array.js';
import { arrayOf, buildArray, elementAt, isTrue, mapElements, numbersOf, scalarArray } from './array.js';
import type { Environment, Objective, Value } from './environment.js';
import { asArray, bareSymbol } from './environment.js';
import { evaluateArray, evaluateExpression } from './expression.js';
import type { PreparedProblem } from './prepare.js';
import { carriedStart, carryOn } from './carried.js';
import type { Carried, View } from './problem.js';
import { objectiveAt, openView, startOf } from './problem.js';
import { residualsOf } from './residuals.js';
import type { Scalar } from './scalar.js';
import { backward, elementwise, markVariable, negate, TapeNode, valueOf } from './scalar.js';
import { type AggregatorStates, directedObjective, scalarized } from './aggregation.js';
import type { Variables } from './groups.js';
import { cut, fieldOf, playersOf, put, restricted, variablesNamed } from './groups.js';
import { HandlerReplay } from './handling.js';
import { barriersAt, hasManifolds, keptInSets, projected, setOperation, tangentGradient } from './sets.js';
import { execute } from './statements.js';

/** What holds for a whole phase. */
interface Phase {
  readonly length: number;
  /** Sizes of the parameter tensors in the order of x. */
  readonly tensors: readonly number[];
  readonly residuals: () => number;
  /** The player of each variable. */
  readonly players: readonly number[];
}

/** What holds for one step. */
interface Step {
  readonly objective: Objective;
}

/** One optimizer with its state; each place where one is written has its own. */
export class Instance {
  private t = 0;
  private readonly states = new Map<ValueSymbol, ArrayValue>();
  private readonly tensorStates: Map<ValueSymbol, ArrayValue>[];
  private readonly wrapped = new Map<TypedOptimizerValue, Instance>();

  constructor(
    private readonly phase: Phase,
    private readonly written: TypedOptimizerValue,
    private readonly path = `solve.${written.optimizer.name}`,
  ) {
    this.tensorStates = phase.tensors.map(() => new Map());
  }

  /** One step from `x`. The gradient is that at `x` unless given. `outside` is where the arguments were written. */
  apply(
    step: Step,
    outside: Environment,
    x: ArrayValue,
    given: ArrayValue | undefined,
    turn = 0,
  ): ArrayValue {
    this.t += 1;
    const { optimizer } = this.written;
    const { implicit } = optimizer;
    const lazy = new Map<ValueSymbol, () => ArrayValue>([
      [implicit.g, () => given ?? step.objective.query('gradient', x, undefined, false)],
      [implicit.f, () => step.objective.query('value', x, undefined, false)],
    ]);
    const arguments_ = outside.within({
      schedule: { t: this.t, T: this.phase.length },
      optimizer: (written) => this.wrappedAs(written, step, outside),
    });
    const frame: Environment = arguments_.within({
      objective: step.objective,
      solver: `${this.path}${turn === 0 ? '' : ` ${turn + 1}`}`,
      lookup: (symbol) => {
        const compute = lazy.get(symbol);
        if (compute === undefined) return outside.context.lookup(symbol);
        const value = compute();
        frame.bind(symbol, value);
        return value;
      },
    });
    frame.bindSize(optimizer.size, { size: x.data.length });
    frame.bindSize(optimizer.residuals, () => ({ size: this.phase.residuals() }));
    frame.bind(implicit.x, x);
    frame.bind(implicit.t, scalarArray(this.t));
    frame.bind(implicit.T, scalarArray(this.phase.length));
    frame.bind(implicit.player, arrayOf([this.phase.players.length], this.phase.players));
    optimizer.parameters.forEach((parameter, position) => {
      const argument = this.written.arguments[position];
      if (argument !== undefined) frame.bind(parameter, evaluateExpression(argument, arguments_));
    });
    this.run(optimizer.statements, frame, this.states, (body) => this.perTensor(body, frame));
    return asArray(frame.lookup(implicit.x));
  }

  /** Keeps the states and forgets how they came about: nothing before is differentiated. */
  forget(): void {
    for (const states of [this.states, ...this.tensorStates]) {
      for (const [symbol, { shape, data }] of states) states.set(symbol, arrayOf(shape, data.map(valueOf)));
    }
    for (const instance of this.wrapped.values()) instance.forget();
  }

  private wrappedAs(written: TypedOptimizerValue, step: Step, outside: Environment): Value {
    const path = `${this.path}.${written.optimizer.name}`;
    const instance = this.wrapped.get(written) ?? new Instance(this.phase, written, path);
    this.wrapped.set(written, instance);
    return { kind: 'optimizer', apply: (at, gradient) => instance.apply(step, outside, at, gradient) };
  }

  /** Runs statements with states read from and written back to `states`. */
  private run(
    statements: readonly TypedStatement[],
    frame: Environment,
    states: Map<ValueSymbol, ArrayValue>,
    perTensor: (body: readonly TypedStatement[]) => void,
  ): void {
    execute(statements, frame, {
      state: (symbol, initial, environment) => {
        const value = states.get(symbol) ?? widen(asArray(initial()), symbol.type, environment);
        states.set(symbol, value);
        environment.bind(symbol, value);
      },
      perTensor,
    });
    for (const symbol of [...states.keys()]) states.set(symbol, asArray(frame.lookup(symbol)));
  }

  /** The body once for each tensor, in a frame where P and everything that ends in P are that tensor's. */
  private perTensor(body: readonly TypedStatement[], frame: Environment): void {
    const { optimizer } = this.written;
    frame.lookup(optimizer.implicit.g);
    const cut = [...frame.bindings()].filter(
      ([symbol, value]) => value.kind === 'array' && endsIn(symbol.type, optimizer.size),
    );
    const results = new Map(cut.map(([symbol, value]) => [symbol, asArray(value)]));
    let offset = 0;
    this.phase.tensors.forEach((size, position) => {
      const inner = frame.inner();
      inner.bindSize(optimizer.size, { size });
      for (const [symbol, value] of cut) inner.bind(symbol, cutLast(asArray(value), offset, size));
      const states = this.tensorStates[position] as Map<ValueSymbol, ArrayValue>;
      this.run(body, inner, states, () => {
        throw new Error('compiler bug: `per tensor` inside of `per tensor`');
      });
      for (const [symbol] of cut) {
        const whole = results.get(symbol) as ArrayValue;
        results.set(symbol, pasteLast(whole, offset, asArray(inner.lookup(symbol))));
      }
      offset += size;
    });
    for (const [symbol, value] of results) frame.update(symbol, value);
  }
}

function widen(value: ArrayValue, type: Type, environment: Environment): ArrayValue {
  const shape = type.kind === 'array' ? environment.shapeOf(type.shape) : value.shape;
  return value.shape.length < shape.length ? mapElements([value], ([scalar = 0]) => scalar, shape) : value;
}

function endsIn(type: Type, size: object): boolean {
  const last = type.kind === 'array' ? type.shape.dimensions.at(-1) : undefined;
  return last !== undefined && bareSymbol(last) === size;
}

function cutLast(array: ArrayValue, offset: number, size: number): ArrayValue {
  const length = array.shape.at(-1) as number;
  return arrayOf(
    [...array.shape.slice(0, -1), size],
    array.data.filter((_, index) => index % length >= offset && index % length < offset + size),
  );
}

function pasteLast(whole: ArrayValue, offset: number, part: ArrayValue): ArrayValue {
  const size = part.shape.at(-1) as number;
  return buildArray(whole.shape, (index) => {
    const last = index.at(-1) as number;
    const row = index.slice(0, -1).reduce((sum, i, axis) => sum * (whole.shape[axis] as number) + i, 0);
    const length = whole.shape.at(-1) as number;
    return last >= offset && last < offset + size
      ? (part.data[row * size + last - offset] as Scalar)
      : (whole.data[row * length + last] as Scalar);
  });
}

// --------------------------------------------------------------------------------------- the objective's answers

function squaresOf(prepared: PreparedProblem, objective: TypedObjective, view: View): readonly Scalar[] {
  const residuals = residualsOf(objective, prepared.problem.lets, openView(prepared, view));
  if (residuals === undefined)
    throw new Error('compiler bug: residuals of an objective that is not made of squares');
  return residuals;
}

/** Answers an optimizer's questions about what it minimizes: the objective, negated for `maximize`. */
function objectiveOf(
  prepared: PreparedProblem,
  objective: TypedObjective,
  step: number,
  carried: Carried,
  rowsFor: (fresh: boolean) => readonly number[] | undefined,
  handler?: Pick<HandlerReplay, 'merit'> & Partial<Pick<HandlerReplay, 'constraints'>>,
  length = 1,
): Objective {
  const view = (x: readonly Scalar[], fresh: boolean): View => ({
    x,
    rows: rowsFor(fresh),
    training: true,
    step,
    carried,
  });
  const value = (x: readonly Scalar[], fresh: boolean): Scalar => {
    const barriers = barriersAt(prepared, view(x, fresh), length);
    if (handler !== undefined) return elementwise('add', handler.merit(view(x, fresh)), barriers);
    const written = objectiveAt(prepared, objective, view(x, fresh));
    return elementwise('add', objective.sense === 'maximize' ? negate(written) : written, barriers);
  };
  const tangent = (x: ArrayValue, gradient: readonly Scalar[]): ArrayValue =>
    hasManifolds(prepared)
      ? arrayOf(x.shape, tangentGradient(prepared, numbersOf(x), gradient.map(valueOf)))
      : arrayOf(x.shape, gradient);
  const residuals = (x: readonly Scalar[], fresh: boolean): readonly Scalar[] => {
    const { split } = objective;
    return squaresOf(prepared, objective, { ...view(x, fresh), split });
  };
  return {
    query: (query, at, direction, fresh) => {
      const record = [...at.data, ...(direction?.data ?? [])].some((scalar) => scalar instanceof TapeNode);
      const variables = at.data.map(markVariable);
      const weights = direction?.data ?? [];
      switch (query) {
        case 'value':
          return scalarArray(value(at.data, fresh));
        case 'gradient':
          return tangent(at, backward([value(variables, fresh)], [1], variables, record));
        case 'hvp':
        case 'vhp': {
          const gradient = backward([value(variables, fresh)], [1], variables, true);
          return arrayOf(at.shape, backward(gradient, weights, variables, record));
        }
        case 'residuals': {
          const list = residuals(at.data, fresh);
          return arrayOf([list.length], list);
        }
        case 'residual_vjp':
          return arrayOf(at.shape, backward(residuals(variables, fresh), weights, variables, record));
        case 'residual_jvp': {
          const list = residuals(variables, fresh);
          const dual = list.map(() => markVariable(0));
          const pulled = backward(list, dual, variables, true);
          return arrayOf([list.length], backward(pulled, weights, dual, record));
        }
        case 'equalities':
        case 'inequalities': {
          const list = handler?.constraints?.(view(at.data, fresh), query) ?? [];
          return arrayOf([list.length], list);
        }
        default:
          return query satisfies never;
      }
    },
    sets: setsOf(prepared),
  };
}

function setsOf(prepared: PreparedProblem): Objective['sets'] {
  return (operation, vectors) => {
    const answer = setOperation(prepared, operation, vectors.map(numbersOf));
    return arrayOf([answer.length], answer);
  };
}

/** What an optimizer asks, and, where an aggregator answers, its states after the direction at a point. */
type Answers = Objective & { readonly turn?: (x: ArrayValue) => { readonly states: AggregatorStates } };

/** Several objectives as one, from the states of their aggregator. */
function severalOf(
  prepared: PreparedProblem,
  objectives: readonly TypedObjective[],
  aggregation: TypedAggregation,
  states: AggregatorStates,
  step: number,
  carried: Carried,
  rowsFor: (fresh: boolean) => readonly number[] | undefined,
  variables: Variables,
  base: readonly number[],
): Answers {
  const [first] = objectives;
  if (aggregation.kind === 'scalarization' && first !== undefined) {
    const merit = (view: View): Scalar => {
      const values = objectives.map((objective) => {
        const written = objectiveAt(prepared, objective, view);
        return objective.sense === 'maximize' ? negate(written) : written;
      });
      return scalarized(aggregation, values, { environment: openView(prepared, view), step });
    };
    return restricted(objectiveOf(prepared, first, step, carried, rowsFor, { merit }), variables, base);
  }
  const each = objectives.map((objective) =>
    restricted(objectiveOf(prepared, objective, step, carried, rowsFor), variables, base),
  );
  const at = ({ data }: ArrayValue, fresh: boolean): Environment => {
    const x = put<Scalar>(base, data, variables);
    return openView(prepared, { x, rows: rowsFor(fresh), training: true, step, carried });
  };
  return directedObjective(each, aggregation, states, at, step);
}

// -------------------------------------------------------------------------------------------------- whole solves

export interface ReplayOptions {
  readonly x?: readonly number[];
  /** Rows of the batch of a step (from 1); all rows when absent. */
  readonly rowsOf?: (step: number) => readonly number[];
  /** Rows of a fresh batch (`on fresh`). */
  readonly freshRowsOf?: (step: number) => readonly number[];
  /** Instead of the length in the source. */
  readonly steps?: number;
  readonly stepsPerEpoch?: number;
  /** What an earlier phase left; as it starts otherwise. */
  readonly carried?: Carried;
}

export interface Replay {
  readonly x: readonly number[];
  /** At the start of each step: the objective as written, and x. */
  readonly history: readonly { readonly objective: number; readonly x: readonly number[] }[];
  readonly converged: boolean;
  /** What the problem carries, after the last step. */
  readonly carried: Carried;
}

/** Replays one `solve` from a start: the slow truth about what its steps compute. */
export function replaySolve(
  prepared: PreparedProblem,
  solve: TypedSolve,
  options: ReplayOptions = {},
): Replay {
  const { problem } = prepared;
  const labelled = problem.objectives.filter(
    ({ label }) => label !== undefined && solve.labels.includes(label),
  );
  const chosen = labelled.length === 0 ? problem.objectives : labelled;
  const [objective] = chosen;
  if (objective === undefined) throw new Error('compiler bug: a solve without objective');
  const { aggregation } = solve;
  const sense = aggregation === undefined ? objective.sense : 'minimize';
  let x = options.x ?? startOf(prepared);
  const length = options.steps ?? lengthOf(prepared, solve, options);
  const owners = playersOf(prepared, solve);
  const moved = variablesNamed(prepared, new Set(solve.groups.flatMap(({ variables }) => [...variables])));
  const residualsOfPart = (part: TypedObjective): number =>
    squaresOf(prepared, part, { x, training: true }).length;
  const begin = (): Mover[] =>
    solve.groups.map((group) => moverOf(prepared, solve, group, chosen, owners, length, residualsOfPart));
  let movers = begin();
  const handling = solve.handler ?? solve.optimizer;
  const handler =
    handling.optimizer.handles === undefined
      ? undefined
      : new HandlerReplay(prepared, handling, objective, length);
  const isMethod = solve.optimizer.optimizer.handles !== undefined;
  let carried = options.carried ?? carriedStart(prepared, x);
  let kept: AggregatorStates = new Map();
  const history: { objective: number; x: readonly number[] }[] = [];
  for (let step = 1; step <= length; step += 1) {
    const rowsFor = (fresh: boolean): readonly number[] | undefined =>
      (fresh ? options.freshRowsOf : options.rowsOf)?.(step);
    const now = carried;
    const states = kept;
    const answersFor = (variables: Variables, base: readonly number[]): Answers => {
      if (aggregation !== undefined)
        return severalOf(prepared, chosen, aggregation, states, step, now, rowsFor, variables, base);
      const parts = chosen.map((each) =>
        restricted(objectiveOf(prepared, each, step, now, rowsFor, handler, length), variables, base),
      );
      const [part] = parts;
      if (part === undefined) throw new Error('compiler bug: a solve without objective');
      return solve.players === undefined ? part : fieldOf(parts, cut(owners, variables));
    };
    const answers = answersFor(moved, x);
    const view: View = { x, rows: rowsFor(false), training: true, step, carried };
    const outside = openView(prepared, view);
    const here = arrayOf([moved.places.length], cut(x, moved));
    const minimized = valueOf(elementAt(answers.query('value', here, undefined, false), 0));
    const barriers = valueOf(barriersAt(prepared, view, length));
    const plain = sense === 'maximize' ? -(minimized - barriers) : minimized - barriers;
    const value = handler?.plain(view) ?? plain;
    history.push({ objective: value, x });
    if (solve.until !== undefined) {
      const names = problem.until;
      const gradient = numbersOf(answers.query('gradient', here, undefined, false));
      const frame = outside.inner();
      frame.bind(names.gradNorm, scalarArray(Math.hypot(...gradient)));
      frame.bind(names.value, scalarArray(value));
      frame.bind(names.step, scalarArray(step));
      const stationarity = stationarityAt(prepared, x, gradient, moved);
      frame.bind(names.kkt, scalarArray(handler?.kkt(view, stationarity) ?? stationarity));
      if (isTrue(evaluateArray(solve.until, frame))) return { x, history, converged: true, carried };
    }
    const shared = (): readonly number[] =>
      put(x, numbersOf(answers.query('gradient', here, undefined, false)), moved);
    const [, second] = movers;
    let reached = [...x];
    for (const { variables, times, instance, optimizer } of isMethod ? [] : movers) {
      for (let turn = 1; turn <= times; turn += 1) {
        const base = solve.alternates ? reached : x;
        const at = arrayOf([variables.places.length], cut(base, variables));
        const slope =
          second === undefined || solve.alternates
            ? undefined
            : arrayOf([variables.places.length], cut(shared(), variables));
        const objective = answersFor(variables, base);
        const after = instance.apply({ objective }, outside, at, slope, turn - 1);
        const inSets = keptInSets(prepared, optimizer, base, put(base, numbersOf(after), variables));
        reached = put(reached, cut(inSets, variables), variables);
      }
    }
    kept = answers.turn?.(here).states ?? kept;
    // A handler's states move once the optimizer has asked its questions.
    const handled = handler?.run(view, answers.query('gradient', here, undefined, false), answers, () =>
      stationarityAt(prepared, x, numbersOf(answers.query('gradient', here, undefined, false)), moved),
    );
    if (isMethod && handled !== undefined) {
      const after = keptInSets(prepared, solve.optimizer, x, put(x, handled.x, moved));
      reached = put(x, cut(after, moved), moved);
    } else if (handled?.restarts === true) {
      movers = begin();
      reached = [...x];
    }
    carried = carryOn(
      prepared,
      { x, rows: options.rowsOf?.(step), training: true, step, carried },
      reached,
      options.stepsPerEpoch ?? 1,
      true,
      phaseOf(problem, solve),
    );
    x = reached;
  }
  return { x, history, converged: false, carried };
}

/** An optimizer with its state, and what it moves. */
interface Mover {
  readonly optimizer: TypedOptimizerValue;
  readonly variables: Variables;
  readonly times: number;
  readonly instance: Instance;
}

function moverOf(
  prepared: PreparedProblem,
  { groups }: TypedSolve,
  group: TypedGroup,
  chosen: readonly TypedObjective[],
  owners: readonly (number | undefined)[],
  length: number,
  residualsOfPart: (part: TypedObjective) => number,
): Mover {
  const variables = variablesNamed(prepared, group.variables);
  const players = cut(owners, variables).map((owner) => owner ?? 0);
  const times =
    group.times === undefined
      ? 1
      : valueOf(elementAt(evaluateArray(group.times, openView(prepared, { x: [], training: true })), 0));
  const part = chosen[players[0] ?? 0];
  const phase: Phase = {
    length: length * times,
    tensors: variables.tensors,
    residuals: () => (part === undefined ? 0 : residualsOfPart(part)),
    players,
  };
  const first = prepared.problem.parameters.find(({ symbol }) => group.variables.has(symbol));
  const { name } = group.optimizer.optimizer;
  const path = groups.length > 1 ? `solve.${first?.path.split(/[.[]/)[0] ?? ''}.${name}` : `solve.${name}`;
  const instance = new Instance(phase, group.optimizer, path);
  return { optimizer: group.optimizer, variables, times, instance };
}

/** How far a step along the gradient, projected on the sets, would move. */
function stationarityAt(
  prepared: PreparedProblem,
  x: readonly number[],
  gradient: readonly number[],
  moved: Variables,
): number {
  const start = cut(x, moved);
  const further = start.map((each, index) => each - (gradient[index] ?? NaN));
  const beyond = cut(projected(prepared, put(x, further, moved)), moved);
  return Math.hypot(...start.map((each, index) => each - (beyond[index] ?? NaN)));
}

function lengthOf(prepared: PreparedProblem, solve: TypedSolve, options: ReplayOptions): number {
  if (solve.length === undefined) throw new Error('compiler bug: a replay needs a length');
  const environment = openView(prepared, { x: [], training: true });
  const count = valueOf(elementAt(evaluateArray(solve.length.count, environment), 0));
  return solve.length.unit === 'steps' ? count : count * (options.stepsPerEpoch ?? 1);
}
