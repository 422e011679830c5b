/** A handler replayed: its states on numbers, what it minimizes on whatever numbers the point is made of. */
import type { TypedHandling, TypedObjective, TypedOptimizerValue, ValueSymbol } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, elementAt, isTrue, mapElements, scalarArray } from './array.js';
import { asArray } from './environment.js';
import type { Environment } from './environment.js';
import { evaluateArray, evaluateExpression } from './expression.js';
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
  private readonly states = new Map<ValueSymbol, ArrayValue>();
  private readonly names: TypedHandling;

  constructor(
    private readonly prepared: PreparedProblem,
    private readonly written: TypedOptimizerValue,
    private readonly objective: TypedObjective,
    private readonly length: number,
  ) {
    const { handles } = written.optimizer;
    if (handles === undefined) throw new Error('compiler bug: an optimizer in place of a handler');
    this.names = handles;
  }

  private parts(view: View): Parts {
    const written = objectiveAt(this.prepared, this.objective, view);
    const environment = openView(this.prepared, view);
    const of = (relation: 'equal' | 'at_most'): readonly Scalar[] =>
      this.prepared.problem.constraints
        .filter((constraint) => constraint.relation === relation)
        .flatMap(({ value }) => evaluateArray(value, environment).data);
    return {
      f: this.objective.sense === 'maximize' ? negate(written) : written,
      eq: of('equal'),
      ineq: of('at_most'),
    };
  }

  private frame(view: View, { f, eq, ineq }: Parts): Environment {
    const { optimizer, arguments: given } = this.written;
    const outside = openView(this.prepared, view);
    const frame = outside.inner();
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

  private readonly state = (
    symbol: ValueSymbol,
    initial: () => ReturnType<typeof evaluateExpression>,
    environment: Environment,
  ): void => {
    const value = this.states.get(symbol) ?? widened(asArray(initial()), symbol, environment);
    this.states.set(symbol, value);
    environment.bind(symbol, value);
  };

  private meritOf(view: View, parts: Parts): Scalar {
    const frame = this.frame(view, parts);
    execute(this.names.before, frame, { state: this.state });
    return elementAt(evaluateArray(this.names.objective, frame), 0);
  }

  /** What the optimizer minimizes. */
  merit(view: View): Scalar {
    return this.meritOf(view, this.parts(view));
  }

  /** The problem's own objective as written. */
  plain(view: View): number {
    return valueOf(objectiveAt(this.prepared, this.objective, view));
  }

  /** The largest of stationarity, violation and complementarity. */
  kkt(view: View, stationarity: number): number {
    const { f, eq, ineq } = this.parts(view);
    const marked = { f, eq: eq.map(markVariable), ineq: ineq.map(markVariable) };
    const merit = this.meritOf(view, marked);
    const weights = backward([merit], [1], [...marked.eq, ...marked.ineq], false).slice(eq.length);
    return Math.max(
      stationarity,
      ...eq.map((each) => Math.abs(valueOf(each))),
      ...ineq.map(valueOf),
      ...ineq.map((each, index) => Math.abs(valueOf(each) * valueOf(weights[index] ?? 0))),
    );
  }

  /** The handler's statements at the step's start; true when the optimizer begins anew. */
  run(view: View, gradient: ArrayValue): boolean {
    const frame = this.frame(view, this.parts(view));
    frame.bind(this.written.optimizer.implicit.g, gradient);
    frame.bind(this.names.restart, scalarArray(0));
    execute(this.written.optimizer.statements, frame, { state: this.state });
    for (const symbol of [...this.states.keys()]) this.states.set(symbol, asArray(frame.lookup(symbol)));
    return isTrue(asArray(frame.lookup(this.names.restart)));
  }
}

function widened(value: ArrayValue, symbol: ValueSymbol, environment: Environment): ArrayValue {
  const shape = symbol.type.kind === 'array' ? environment.shapeOf(symbol.type.shape) : value.shape;
  return value.shape.length < shape.length ? mapElements([value], ([scalar = 0]) => scalar, shape) : value;
}
