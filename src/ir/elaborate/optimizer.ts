/**
 * Runs an optimizer's statements symbolically, once, which gives the graph of one step. The optimizer sees `x`, and
 * lazily `g` and `f` at the step's start; wrapped optimizers run where they are called, with state of their own.
 */
import type {
  TypedApplyOptimizer,
  TypedExpression,
  TypedObjectiveQuery,
  TypedScheduleCall,
  TypedSetQuery,
  TypedStatement,
  ValueSymbol,
} from '../../check/typed.js';
import type { DimensionSymbol } from '../../check/types.js';
import type { Span } from '../../parser/source.js';
import type { Node } from '../graph.js';
import { at } from '../types.js';
import { asTensor, bindValue } from './call.js';
import { fail } from './context.js';
import { Cell, Environment } from './environment.js';
import type { Frame } from './frame.js';
import { type Handling, partsOfTensors } from './handling.js';
import type { ObjectiveQueries } from './objective.js';
import { type OptimizerInstance, stateKey } from './optimizer_instance.js';
import { asPoints } from './points.js';
import { applySets, freeAnswer, operationOf } from './sets.js';
import { castTo, constant, expand, sliceOwn, tensor } from './tensor.js';
import { ownRank, type Tensor, type Value } from './value.js';
import type { OptimizerHooks, View } from './view.js';
import { type Visitor, walkExpression, walkStatements } from './walk.js';

interface Activation {
  readonly instance: OptimizerInstance;
  /** The environment that the optimizer's body sees. */
  readonly environment: Environment;
  readonly t: Tensor;
}

export class OptimizerRun {
  /** How often the step evaluates the objective (a value, a gradient or residuals at one point count once). */
  readonly evaluations: Cell;
  private readonly active: Activation[] = [];
  private readonly hooks: OptimizerHooks;
  private readonly counted = new WeakMap<Frame, Set<Node>>();

  constructor(
    readonly view: View,
    readonly queries: ObjectiveQueries,
    private readonly totalSteps: number,
    private readonly handling?: Pick<Handling, 'names' | 'equalities' | 'inequalities' | 'parts'>,
    /** Whether other optimizers move other variables. */
    private readonly isPart = false,
  ) {
    this.evaluations = new Cell('evaluations', constant(view.root, 0, 'int'));
    this.hooks = {
      objective: (query) => this.ask(query),
      setQuery: (query) => this.askSets(query),
      applyOptimizer: (application) => this.applyInner(application),
      schedule: (expression) => this.schedule(expression),
      perTensor: (body) => {
        this.perTensor(body);
      },
    };
    view.hooks = this.hooks;
  }

  /** One step of an instance from x; returns x after it. */
  run(
    instance: OptimizerInstance,
    x: Tensor,
    g: () => Tensor,
    f: () => Tensor,
    t: Tensor,
    bindMore: (environment: Environment) => void = () => undefined,
    turn = 0,
  ): Tensor {
    const { definition } = instance;
    // The latest run answers the questions of its optimizer's body.
    this.view.hooks = this.hooks;
    const environment = this.bodyEnvironment(instance, t);
    const { implicit } = definition;
    bindValue(this.view, environment, implicit.x, x);
    environment.bind(implicit.g, g);
    environment.bind(implicit.f, f);
    bindMore(environment);
    this.active.push({ instance, environment, t });
    const outer = this.view.solver;
    // Draws of later turns within a step have names of their own.
    this.view.solver = `solve.${instance.path}${turn === 0 ? '' : ` ${turn + 1}`}`;
    this.view.within(environment, () => {
      this.view.statements(definition.statements);
    });
    this.view.solver = outer;
    this.active.pop();
    return asTensor(environment.cell(implicit.x).read());
  }

  /** Arguments, sizes, `t` and `T`, and the states' cells. */
  bodyEnvironment(instance: OptimizerInstance, t: Tensor): Environment {
    const { definition } = instance;
    const { view } = this;
    const environment = new Environment(view.environment.outermostEnvironment());
    const { size } = this.queries.variables;
    environment.bindSize(definition.size, { value: size, training: undefined });
    environment.bind(definition.implicit.player, () => tensor(view.root, this.players()));
    if (this.handling !== undefined && definition.handles === this.handling.names) {
      const { names, equalities, inequalities } = this.handling;
      environment.bindSize(names.equalities, { value: equalities, training: undefined });
      environment.bindSize(names.inequalities, { value: inequalities, training: undefined });
    }
    const residuals = this.queries.residualCount();
    if (residuals !== undefined)
      environment.bindSize(definition.residuals, { value: residuals, training: undefined });
    environment.bind(definition.implicit.t, t);
    environment.bind(definition.implicit.T, constant(view.root, this.totalSteps, 'int'));
    this.bindArguments(instance, environment, t);
    for (const state of instance.states) {
      const cell = instance.cells.get(stateKey(state.symbol, state.tensor));
      if (cell !== undefined && state.tensor === undefined) environment.bindCell(state.symbol, cell);
    }
    return environment;
  }

  private bindArguments(instance: OptimizerInstance, environment: Environment, t: Tensor): void {
    const { view } = this;
    const outer = this.active[this.active.length - 1]?.environment ?? view.environment.outermostEnvironment();
    // Schedules among the arguments follow this instance's own steps.
    this.active.push({ instance, environment, t });
    instance.definition.parameters.forEach((parameter, index) => {
      if (parameter.type.kind === 'optimizer') return;
      const argument = at(instance.arguments, index);
      const value = view.within(outer, () => view.expression(argument));
      bindValue(view, environment, parameter, value);
    });
    this.active.pop();
  }

  private current(): Activation {
    return at(this.active, this.active.length - 1);
  }

  // ----------------------------------------------------------------------------------------------- questions

  private ask(query: TypedObjectiveQuery): Value {
    const { view, queries } = this;
    const { frame } = view;
    if (query.fresh) {
      fail('AM5008', query.span, 'a fresh batch within a step is not part of this version', [
        'Every question of a step is asked of the same batch.',
      ]);
    }
    const aggregation = queries.objective.several?.aggregation;
    if (aggregation?.kind === 'direction' && query.query !== 'value' && query.query !== 'gradient') {
      fail('AM5030', aggregation.span, 'an aggregated direction has no second derivatives and no residuals', [
        'The optimizer asks for them; one that asks for gradients and values goes with an aggregator: `adam`, `gradient_descent`.',
      ]);
    }
    if (this.isPart && aggregation?.kind === 'direction' && query.query === 'gradient')
      failInPart(query.span);
    if (queries.isField() && !['gradient', 'hvp', 'vhp'].includes(query.query)) failInGame(query.span);
    const asked = castTo(frame, view.tensor(query.at), 'real');
    if (asked.axes.length > 0) return this.askAtPoints(query, asked);
    const y = frame.read(asked);
    const direction = query.direction === undefined ? undefined : this.point(query.direction);
    this.count(frame, y);
    const along = (): Node => {
      if (direction === undefined) throw new Error(`compiler bug: ${query.query} without its direction`);
      return direction;
    };
    switch (query.query) {
      case 'value':
        return tensor(frame, queries.value(frame, y));
      case 'gradient':
        return tensor(frame, queries.valueAndGradient(frame, y).gradient);
      case 'hvp':
        return tensor(frame, queries.hvp(frame, y, along()));
      case 'vhp':
        return tensor(frame, queries.vhp(frame, y, along()));
      case 'residuals':
        return tensor(frame, queries.residuals(frame, y));
      case 'residual_jvp':
        return tensor(frame, queries.residualJvp(frame, y, along()));
      case 'residual_vjp':
        return tensor(frame, queries.residualVjp(frame, y, along()));
      case 'equalities':
      case 'inequalities': {
        if (this.handling === undefined) throw new Error('compiler bug: no constraints to ask about');
        const parts = partsOfTensors(view, this.handling, queries.tensorsAt(frame, y), frame);
        return tensor(frame, query.query === 'equalities' ? parts.eq : parts.ineq);
      }
      default:
        return query.query satisfies never;
    }
  }

  /** The player of each of the variables: its place among the objectives of the game. */
  private players(): Node {
    const { objective, variables } = this.queries;
    const { builder } = this.view.root;
    const parts = variables.slots.map(({ size }, place) =>
      builder.constant(objective.game?.owner[at(variables.own, place)] ?? 0, 'int', [size]),
    );
    return parts.length === 0 ? builder.constant(0, 'int', [0]) : builder.concat(parts, 0);
  }

  private askSets({ operation, operands, span }: TypedSetQuery): Value {
    const { view, queries } = this;
    const { frame } = view;
    const vectors = operands.map((operand) => this.point(operand));
    if (vectors.some((vector) => vector.type.shape[0] !== queries.variables.size)) {
      fail('AM5055', span, `\`${operation}\` takes a vector over all variables`, [
        'In `per tensor` a vector is the part of one tensor; ask before it.',
      ]);
    }
    const map = operationOf(view.facts, queries.variables, operation);
    return tensor(
      frame,
      map === undefined ? freeAnswer(frame, operation, vectors) : applySets(view, map, vectors, frame),
    );
  }

  private point(expression: TypedExpression): Node {
    const value = castTo(this.view.frame, this.view.tensor(expression), 'real');
    if (value.axes.length > 0) failAtPoints(expression.span);
    return value.node;
  }

  /** All points that the mapped axes run over at once. */
  private askAtPoints({ query, span }: TypedObjectiveQuery, asked: Tensor): Tensor {
    const { frame } = this.view;
    const { points, back } = asPoints(frame, asked);
    const isAggregated = this.queries.objective.several !== undefined || this.queries.isField();
    if (query !== 'value' && (query !== 'gradient' || isAggregated)) failAtPoints(span);
    this.count(frame, points, at(points.type.shape, 0));
    return back(
      query === 'value' ? this.queries.values(frame, points) : this.queries.gradients(frame, points),
    );
  }

  /** Counts the evaluations unless this point was asked about before in the same turn. */
  count(frame: Frame, y: Node, points = 1): void {
    const known = this.counted.get(frame) ?? new Set<Node>();
    this.counted.set(frame, known);
    if (known.has(y)) return;
    known.add(y);
    const { view } = this;
    const before = asTensor(this.evaluations.read());
    const more = constant(view.frame, points, 'int');
    const sum = view.frame.builder.binary('add', view.frame.read(before), view.frame.read(more));
    view.journal.write(this.evaluations, tensor(view.frame, sum));
  }

  private applyInner(application: TypedApplyOptimizer): Value {
    const { instance: outer } = this.current();
    const inner = this.findInner(outer, application.optimizer);
    const { view } = this;
    const x = asTensor(view.expression(application.at));
    const g = asTensor(view.expression(application.gradient));
    const steps = inner.cells.get('t');
    if (steps === undefined) throw new Error('compiler bug: a wrapped optimizer without a count of steps');
    const before = asTensor(steps.read());
    const one = view.frame.builder.constant(1, 'int');
    const t = tensor(view.frame, view.frame.builder.binary('add', view.frame.read(before), one));
    view.journal.write(steps, t);
    const f = (): Tensor => {
      const y = view.frame.read(x);
      this.count(view.frame, y);
      return tensor(view.frame, this.queries.value(view.frame, y));
    };
    return this.run(inner, x, () => g, f, t);
  }

  private findInner(outer: OptimizerInstance, symbol: ValueSymbol): OptimizerInstance {
    const inner = outer.inner.get(symbol);
    if (inner === undefined) throw new Error(`compiler bug: ${symbol.name} is no wrapped optimizer here`);
    return inner;
  }

  private schedule(expression: TypedScheduleCall): Value {
    return scheduleValue(this.view, expression, this.current().t, this.totalSteps);
  }

  // ---------------------------------------------------------------------------------------------- per tensor

  /** Each tensor's turn sees its slice of every vector over P; what the turns wrote is joined again. */
  private perTensor(body: readonly TypedStatement[]): void {
    const { view } = this;
    const { instance, environment: outer, t } = this.current();
    const vectors = vectorsOf(body, instance.definition.size).filter(
      (symbol) => outer.find(symbol) !== undefined,
    );
    const states = new Set(
      instance.states.filter((state) => state.tensor !== undefined).map((state) => state.symbol),
    );
    const shared = vectors.filter(
      (symbol) => !states.has(symbol) && view.environment.find(symbol) !== undefined,
    );
    const before = shared.map((symbol) => asTensor(view.environment.cell(symbol).read()));
    const turns = this.queries.variables.slots.map((slot, index) => {
      const environment = new Environment(view.environment);
      environment.bindSize(instance.definition.size, { value: slot.size, training: undefined });
      shared.forEach((symbol, each) => {
        const whole = at(before, each);
        environment.bind(
          symbol,
          sliceOwn(view.frame, whole, ownRank(whole) - 1, slot.offset, slot.offset + slot.size),
        );
      });
      for (const symbol of states) {
        const cell = instance.cells.get(stateKey(symbol, index));
        if (cell !== undefined) environment.bindCell(symbol, cell);
      }
      const sliced = shared.map((symbol) => environment.cell(symbol).read());
      this.active.push({ instance, environment, t });
      view.within(environment, () => {
        view.statements(body);
      });
      this.active.pop();
      return shared.map((symbol, each) => {
        const value = asTensor(environment.cell(symbol).read());
        return { value, changed: value !== at(sliced, each) };
      });
    });
    shared.forEach((symbol, each) => {
      const parts = turns.map((turn) => at(turn, each));
      if (!parts.some((part) => part.changed)) return;
      const whole = at(before, each);
      const nodes = parts.map(({ value }) => expand(view.frame, value, whole.axes, value.node.type.shape));
      const joined = view.frame.builder.concat(nodes, whole.node.type.shape.length - 1);
      view.journal.write(view.environment.cell(symbol), tensor(view.frame, joined, whole.axes));
    });
  }
}

/** Refuses a question for the value of a game. */
export function failInGame(span: Span): never {
  return fail('AM5040', span, 'a game has no value that all its players lower', [
    'An optimizer that moves several players may ask for gradients and their derivatives: `g`, `grad`, `hvp`, `vhp`.',
    'One that asks for values, as a line search does, moves a single player: `using line_search() over u`.',
  ]);
}

/** Refuses a part of an aggregated direction at another point than the step's start. */
export function failInPart(span: Span): never {
  return fail('AM5042', span, 'a part of an aggregated direction at another point', [
    'An aggregator makes one direction for all variables, at the start of each step; several optimizers share it.',
    'Let them move at once, without questions at other points, or let one optimizer move all variables.',
  ]);
}

function failAtPoints(span: Span): never {
  return fail('AM5009', span, 'this question is not asked at many points at once', [
    'At many points an optimizer asks for values, and for gradients of a single objective.',
  ]);
}

function scheduleValue(
  view: View,
  { schedule, arguments: given }: TypedScheduleCall,
  t: Tensor,
  totalSteps: number,
): Value {
  const environment = new Environment(view.environment.outermostEnvironment());
  environment.bind(schedule.implicit.t, t);
  environment.bind(schedule.implicit.T, constant(view.root, totalSteps, 'int'));
  schedule.parameters.forEach((parameter, index) => {
    bindValue(view, environment, parameter, view.expression(at(given, index)));
  });
  return view.within(environment, () => view.expression(schedule.body));
}

/** Where only schedules are asked for: among the arguments of a handler, in what it minimizes. */
export function scheduleHooks(view: View, t: () => Tensor, totalSteps: number): OptimizerHooks {
  const elsewhere = (): never => {
    throw new Error('compiler bug: a question of an optimizer outside its step');
  };
  return {
    objective: elsewhere,
    setQuery: elsewhere,
    applyOptimizer: elsewhere,
    perTensor: elsewhere,
    schedule: (expression) => scheduleValue(view, expression, t(), totalSteps),
  };
}

/** The names that a body reads or writes whose last dimension is `size`. */
function vectorsOf(body: readonly TypedStatement[], size: DimensionSymbol): readonly ValueSymbol[] {
  const found = new Set<ValueSymbol>();
  const note = (symbol: ValueSymbol): void => {
    if (symbol.type.kind !== 'array') return;
    const dimensions = symbol.type.shape.dimensions;
    const last = dimensions[dimensions.length - 1];
    const factor = last?.terms.length === 1 ? last.terms[0]?.factors[0] : undefined;
    if (factor?.atom.kind === 'symbol' && factor.atom.symbol === size) found.add(symbol);
  };
  walkStatements(body, {
    expression: (expression) => {
      if (expression.kind === 'reference') note(expression.symbol);
    },
    statement: (statement) => {
      if (statement.kind === 'update') note(statement.symbol);
    },
  });
  return [...found];
}

/** Whether an expression, with what it calls, reads one of the symbols. */
export function reads(expression: TypedExpression, symbol: ValueSymbol): boolean {
  return readsAny((visitor) => walkExpression(expression, visitor), symbol);
}

/** Whether an optimizer looks at the gradient at the start of its step. */
export function readsGradient({ definition }: OptimizerInstance): boolean {
  const { statements, implicit, handles } = definition;
  const isRead = (symbol: ValueSymbol): boolean =>
    readsAny((visitor) => walkStatements(statements, visitor), symbol);
  return isRead(implicit.g) || (handles !== undefined && isRead(handles.stationarity));
}

function readsAny(walk: (visitor: Visitor) => void, symbol: ValueSymbol): boolean {
  let found = false;
  walk({
    expression: (each) => {
      if (each.kind === 'reference' && each.symbol === symbol) found = true;
    },
  });
  return found;
}
