/**
 * Nested problems, solved step by step on the tape, so that a derivative goes through every step. An implicit derivative
 * is taken from the whole Hessian of the inner objective and Gaussian elimination.
 */
import type { TypedDifferentiation, TypedNested } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, elementAt, isTrue, scalarArray, sizeOf } from './array.js';
import type { Objective, Value } from './environment.js';
import { Environment } from './environment.js';
import { evaluateArray, evaluateExpression } from './expression.js';
import { Instance } from './optimizer.js';
import { widen } from './prepare.js';
import { residualsOf } from './residuals.js';
import type { Scalar } from './scalar.js';
import { backward, markVariable, negate, TapeNode, valueOf } from './scalar.js';

export function nestedSolution(expression: TypedNested, environment: Environment): Value {
  const inner = new InnerProblem(expression, environment);
  const x = inner.solve();
  const arrays = inner.cut(x);
  const [only, ...more] = arrays;
  if (only !== undefined && more.length === 0) return only;
  return {
    kind: 'record',
    fields: new Map(
      expression.parameters.map(({ symbol }, index) => [symbol.name, arrays[index] as ArrayValue]),
    ),
  };
}

function numberOf(value: ArrayValue): number {
  return valueOf(elementAt(value, 0));
}

class InnerProblem {
  private readonly shapes: readonly (readonly number[])[];

  constructor(
    private readonly expression: TypedNested,
    private readonly outside: Environment,
  ) {
    this.shapes = expression.parameters.map(({ symbol: { type } }) =>
      type.kind === 'array' ? outside.shapeOf(type.shape) : [],
    );
  }

  solve(): readonly Scalar[] {
    const { optimizer, until, differentiation } = this.expression;
    const length = numberOf(evaluateArray(this.expression.steps, this.outside));
    const recorded =
      differentiation.kind === 'truncated' ? numberOf(evaluateArray(differentiation.steps, this.outside)) : 0;
    // The last step whose start counts as constant.
    const cut = differentiation.kind === 'unrolled' ? 0 : Math.max(1, length - recorded + 1);
    let x = this.projected(this.start());
    const phase = {
      length,
      tensors: this.shapes.map(sizeOf),
      residuals: () => this.residuals(x).length,
      players: x.map(() => 0),
    };
    const instance = new Instance(phase, optimizer, `argmin.${optimizer.optimizer.name}`);
    const objective = this.answers();
    for (let t = 1; t <= length; t += 1) {
      if (t <= cut) {
        x = x.map(valueOf);
        instance.forget();
      }
      if (until !== undefined && this.stops(x, t)) break;
      x = this.projected(instance.apply({ objective }, this.outside, arrayOf([x.length], x), undefined).data);
    }
    if (differentiation.kind === 'implicit') return this.attached(x.map(valueOf), differentiation);
    return cut > length ? x.map(valueOf) : x;
  }

  private start(): readonly Scalar[] {
    return this.expression.parameters.flatMap(({ start, path }, index) => {
      const frame = new Environment(this.outside.context, `${this.expression.word}.${path}`, this.outside);
      return widen(evaluateArray(start, frame), this.shapes[index] as readonly number[]).data;
    });
  }

  /** The arrays that a vector of all inner parameters holds. */
  cut(x: readonly Scalar[]): readonly ArrayValue[] {
    let offset = 0;
    return this.shapes.map((shape) => {
      offset += sizeOf(shape);
      return arrayOf(shape, x.slice(offset - sizeOf(shape), offset));
    });
  }

  /** The place where the objective is read: the names around, the parameters, the `let`s. */
  private at(x: readonly Scalar[], withLets = true): Environment {
    const frame = this.outside.inner();
    const arrays = this.cut(x);
    this.expression.parameters.forEach(({ symbol }, index) =>
      frame.bind(symbol, arrays[index] as ArrayValue),
    );
    if (withLets)
      for (const { symbol, value } of this.expression.lets)
        frame.bind(symbol, evaluateExpression(value, frame));
    return frame;
  }

  private projected(x: readonly Scalar[]): readonly Scalar[] {
    const frame = this.at(x, false);
    const arrays = this.cut(x);
    return this.expression.parameters.flatMap(({ membership }, index) => {
      const own = arrays[index] as ArrayValue;
      const projection = membership?.operations.project;
      if (membership === undefined || projection === undefined) return own.data;
      frame.bind(membership.point, own);
      return evaluateArray(projection, frame).data;
    });
  }

  /** To be minimized. */
  private value(x: readonly Scalar[]): Scalar {
    const { value, sense } = this.expression.objective;
    const written = elementAt(evaluateArray(value, this.at(x)), 0);
    return sense === 'maximize' ? negate(written) : written;
  }

  private residuals(x: readonly Scalar[]): readonly Scalar[] {
    const lets = this.expression.lets.map((each) => ({ ...each, split: undefined }));
    const found = residualsOf(this.expression.objective, lets, this.at(x));
    if (found === undefined)
      throw new Error('compiler bug: residuals of an objective that is not made of squares');
    return found;
  }

  private gradient(x: readonly Scalar[], record: boolean): readonly Scalar[] {
    const variables = x.map(markVariable);
    return backward([this.value(variables)], [1], variables, record);
  }

  private stops(x: readonly Scalar[], t: number): boolean {
    const { until, objective } = this.expression;
    if (until === undefined) return false;
    const { condition, names } = until;
    const here = x.map(valueOf);
    const minimized = valueOf(this.value(here));
    const frame = this.outside.inner();
    frame.bind(names.gradNorm, scalarArray(Math.hypot(...this.gradient(here, false).map(valueOf))));
    frame.bind(names.value, scalarArray(objective.sense === 'maximize' ? -minimized : minimized));
    frame.bind(names.step, scalarArray(t));
    return isTrue(evaluateArray(condition, frame));
  }

  /** Recorded always: what is asked may depend on names around the problem. */
  private answers(): Objective {
    return {
      query: (query, at, direction) => {
        const variables = at.data.map(markVariable);
        const weights = direction?.data ?? [];
        switch (query) {
          case 'value':
            return scalarArray(this.value(at.data));
          case 'gradient':
            return arrayOf(at.shape, this.gradient(at.data, true));
          case 'hvp':
          case 'vhp': {
            const gradient = backward([this.value(variables)], [1], variables, true);
            return arrayOf(at.shape, backward(gradient, weights, variables, true));
          }
          case 'residuals': {
            const list = this.residuals(at.data);
            return arrayOf([list.length], list);
          }
          case 'residual_vjp':
            return arrayOf(at.shape, backward(this.residuals(variables), weights, variables, true));
          case 'residual_jvp': {
            const list = this.residuals(variables);
            const dual = list.map(() => markVariable(0));
            const pulled = backward(list, dual, variables, true);
            return arrayOf([list.length], backward(pulled, weights, dual, true));
          }
          case 'equalities':
          case 'inequalities':
            return arrayOf([0], []);
          default:
            return query satisfies never;
        }
      },
      sets: () => {
        throw new Error('compiler bug: a nested problem is asked for its sets');
      },
    };
  }

  /** The solution as a function of the names around it: dx = -H^-1 dg. */
  private attached(
    x: readonly number[],
    differentiation: Extract<TypedDifferentiation, { kind: 'implicit' }>,
  ): readonly Scalar[] {
    const variables = x.map(markVariable);
    const gradient = backward([this.value(variables)], [1], variables, true);
    const hessian = gradient.map((each) => backward([each], [1], variables, false).map(valueOf));
    const inverse =
      differentiation.solver === 'neumann'
        ? neumannSeries(
            hessian,
            numberOf(evaluateArray(differentiation.iterations, this.outside)),
            numberOf(evaluateArray(differentiation.tolerance, this.outside)),
          )
        : inverseOf(hessian);
    return x.map(
      (value, row) => new TapeNode(value, gradient, () => (inverse[row] ?? []).map((each) => -each)),
    );
  }
}

type Matrix = readonly (readonly number[])[];

const unit = (size: number): number[][] =>
  Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column) => (row === column ? 1 : 0)),
  );

/** By elimination with the largest pivot of each column. */
function inverseOf(matrix: Matrix): Matrix {
  const size = matrix.length;
  const left = matrix.map((row) => [...row]);
  const right = unit(size);
  for (let column = 0; column < size; column += 1) {
    let best = column;
    for (let row = column; row < size; row += 1) {
      if (Math.abs(left[row]?.[column] ?? 0) > Math.abs(left[best]?.[column] ?? 0)) best = row;
    }
    for (const side of [left, right]) [side[column], side[best]] = [side[best] ?? [], side[column] ?? []];
    const pivot = left[column]?.[column] ?? NaN;
    for (const side of [left, right]) side[column] = (side[column] ?? []).map((each) => each / pivot);
    for (let row = 0; row < size; row += 1) {
      const factor = left[row]?.[column] ?? 0;
      if (row === column || factor === 0) continue;
      for (const side of [left, right]) {
        side[row] = (side[row] ?? []).map((each, index) => each - factor * (side[column]?.[index] ?? 0));
      }
    }
  }
  return right;
}

/** rate * sum of (I - rate * H)^k for k below `terms`. */
function neumannSeries(hessian: Matrix, terms: number, rate: number): Matrix {
  const identity = unit(hessian.length);
  const step = identity.map((row, i) => row.map((each, j) => each - rate * (hessian[i]?.[j] ?? 0)));
  let power: Matrix = identity;
  let sum: Matrix = identity.map((row) => row.map(() => 0));
  for (let k = 0; k < terms; k += 1) {
    sum = sum.map((row, i) => row.map((each, j) => each + rate * (power[i]?.[j] ?? 0)));
    const before = power;
    power = step.map((row) =>
      row.map((_, j) => row.reduce((total, each, l) => total + each * (before[l]?.[j] ?? 0), 0)),
    );
  }
  return sum;
}
