/** A handler replayed: its states on numbers, what it minimizes on whatever numbers the point is made of. */
import type { TypedHandling, TypedObjective, TypedOptimizerValue, ValueSymbol } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, elementAt, isTrue, mapElements, numbersOf, scalarArray } from './array.js';
import { asArray } from './environment.js';
import type { Environment, Objective } from './environment.js';
import { evaluateArray, evaluateExpression } from './expression.js';
import { SampledConstraints } from './sampled_constraints.js';
import type { PreparedProblem } from './prepare.js';
import type { View } from './problem.js';
import { objectiveAt, openView } from './problem.js';
import type { Scalar } from './scalar.js';
import { backward, markVariable, negate, valueOf } from './scalar.js';
import { execute } from './statements.js';

interface Parts {
  readonly f: Scalar;
  readonly eq: readonly Scalar[];
  readonly ineq: readonly Scalar[];
}

export class HandlerReplay {
  /** Over the constraints of all training rows, whatever a step sees. */
  private readonly states = new Map<ValueSymbol, ArrayValue>();
  private readonly names: TypedHandling;
  private readonly sampled: SampledConstraints;

  constructor(
    private readonly prepared: PreparedProblem,
    private readonly written: TypedOptimizerValue,
    private readonly objective: TypedObjective,
    private readonly length: number,
  ) {
    const { handles } = written.optimizer;
    if (handles === undefined) throw new Error('compiler bug: an optimizer in place of a handler');
    this.names = handles;
    this.sampled = new SampledConstraints(prepared, handles);
  }

  /** The problem's parts, with the stand-ins of constraints that have them or as they are. */
  private parts(view: View, stands: boolean): Parts {
    const written = objectiveAt(this.prepared, this.objective, view);
    const environment = openView(this.prepared, view);
    const of = (relation: 'equal' | 'at_most'): readonly Scalar[] =>
      this.prepared.problem.constraints
        .filter((constraint) => constraint.relation === relation)
        .flatMap(
          ({ value, proxy }) => evaluateArray((stands ? proxy : undefined) ?? value, environment).data,
        );
    return {
      f: this.objective.sense === 'maximize' ? negate(written) : written,
      eq: of('equal'),
      ineq: of('at_most'),
    };
  }

  private frame(view: View, { f, eq, ineq }: Parts, objective: Objective | undefined): Environment {
    const { optimizer, arguments: given } = this.written;
    const schedule = { t: Math.max(1, view.step ?? 0), T: this.length };
    const outside = openView(this.prepared, view).within({ schedule });
    const frame = outside.within({ objective });
    frame.bindSize(optimizer.size, { size: view.x.length });
    frame.bindSize(this.names.equalities, { size: eq.length });
    frame.bindSize(this.names.inequalities, { size: ineq.length });
    frame.bind(optimizer.implicit.x, arrayOf([view.x.length], view.x));
    frame.bind(optimizer.implicit.f, arrayOf([], [f]));
    frame.bind(optimizer.implicit.t, scalarArray(view.step ?? 0));
    frame.bind(optimizer.implicit.T, scalarArray(this.length));
    frame.bind(this.names.eq, arrayOf([eq.length], eq));
    frame.bind(this.names.ineq, arrayOf([ineq.length], ineq));
    optimizer.parameters.forEach((parameter, position) => {
      const argument = given[position];
      if (argument !== undefined) frame.bind(parameter, evaluateExpression(argument, outside));
    });
    return frame;
  }

  /** Before the first step: the states over all training rows. */
  private begin(view: View): void {
    if (this.states.size > 0) return;
    const whole: View = { ...view, x: view.x.map(valueOf), rows: undefined };
    const frame = this.frame(whole, this.parts(whole, true), this.constraintsOnly(whole));
    for (const statement of this.written.optimizer.statements) {
      if (statement.kind !== 'state') continue;
      const value = widened(asArray(evaluateExpression(statement.value, frame)), statement.symbol, frame);
      this.states.set(statement.symbol, value);
      frame.bind(statement.symbol, value);
    }
  }

  private readonly bindStates =
    (view: View) =>
    (symbol: ValueSymbol, _initial: unknown, environment: Environment): void => {
      const value = this.states.get(symbol);
      if (value === undefined) throw new Error('compiler bug: a state that did not begin');
      environment.bind(symbol, this.sampled.seen(symbol, value, view));
    };

  private meritOf(view: View, parts: Parts): Scalar {
    this.begin(view);
    const frame = this.frame(view, parts, undefined);
    execute(this.names.before, frame, { state: this.bindStates(view), assert: sizesOnly });
    // A method declares states behind what it minimizes, too.
    return elementAt(evaluateArray(this.names.objective, frame), 0);
  }

  /** What the optimizer minimizes. */
  merit(view: View): Scalar {
    return this.meritOf(view, this.parts(view, true));
  }

  /** The constraints at a point, as derivatives are taken of them. */
  constraints(view: View, which: 'equalities' | 'inequalities'): readonly Scalar[] {
    const { eq, ineq } = this.parts(view, true);
    return which === 'equalities' ? eq : ineq;
  }

  private constraintsOnly(view: View): Objective {
    return {
      query: (query, at) => {
        if (query !== 'equalities' && query !== 'inequalities')
          throw new Error('compiler bug: a state that begins with a question about the objective');
        const list = this.constraints({ ...view, x: at.data }, query);
        return arrayOf([list.length], list);
      },
      sets: () => {
        throw new Error('compiler bug: a state that begins with a question about sets');
      },
    };
  }

  /** The problem's own objective as written. */
  plain(view: View): number {
    return valueOf(objectiveAt(this.prepared, this.objective, view));
  }

  /** The largest of stationarity, violation and complementarity. */
  kkt(view: View, stationarity: number): number {
    const { f, eq, ineq } = this.parts(view, true);
    const marked = { f, eq: eq.map(markVariable), ineq: ineq.map(markVariable) };
    const merit = this.meritOf(view, marked);
    const weights = backward([merit], [1], [...marked.eq, ...marked.ineq], false).slice(eq.length);
    const real = this.parts(view, false);
    return Math.max(
      stationarity,
      ...real.eq.map((each) => Math.abs(valueOf(each))),
      ...real.ineq.map(valueOf),
      ...real.ineq.map((each, index) => Math.abs(valueOf(each) * valueOf(weights[index] ?? 0))),
    );
  }

  /** The handler's statements at the step's start: whether the optimizer begins anew, and the point that a method reaches. */
  run(
    view: View,
    gradient: ArrayValue,
    objective: Objective,
    stationarity: () => number,
  ): { readonly restarts: boolean; readonly x: readonly number[] } {
    this.begin(view);
    const { optimizer } = this.written;
    const frame = this.frame(view, this.parts(view, false), objective);
    frame.bind(optimizer.implicit.g, gradient);
    frame.bind(this.names.stationarity, scalarArray(stationarity()));
    frame.bind(this.names.restart, scalarArray(0));
    execute(optimizer.statements, frame, { state: this.bindStates(view), assert: sizesOnly });
    for (const [symbol, before] of [...this.states]) {
      this.states.set(symbol, this.sampled.kept(symbol, before, asArray(frame.lookup(symbol)), view));
    }
    return {
      restarts: isTrue(asArray(frame.lookup(this.names.restart))),
      x: numbersOf(asArray(frame.lookup(optimizer.implicit.x))),
    };
  }
}

/** What a handler asserts is about sizes; elaboration has decided it. */
const sizesOnly = (): void => undefined;

function widened(value: ArrayValue, symbol: ValueSymbol, environment: Environment): ArrayValue {
  const shape = symbol.type.kind === 'array' ? environment.shapeOf(symbol.type.shape) : value.shape;
  return value.shape.length < shape.length ? mapElements([value], ([scalar = 0]) => scalar, shape) : value;
}
