/**
 * The residuals of an objective made of squares: numbers r with objective = sum of r^2. Found by following the
 * expression: a sum or mean of squares, a constant multiple of one, a sum of several, through `let`s and calls.
 */
import type { TypedExpression, TypedLet, TypedObjective } from '../typed.js';
import { elementAt, numbersOf } from './array.js';
import type { Environment } from './environment.js';
import { asArray } from './environment.js';
import { openCall } from './calls.js';
import { evaluateArray, forEachBinding, isGuarded } from './expression.js';
import type { Scalar } from './scalar.js';
import { multiply, valueOf } from './scalar.js';
import { execute } from './statements.js';

/** Undefined where the objective is not of that form. */
export function residualsOf(
  objective: TypedObjective,
  lets: readonly TypedLet[],
  environment: Environment,
): readonly Scalar[] | undefined {
  return fromTotal(objective.value, lets, environment);
}

const scaledBy = (factor: number, roots: readonly Scalar[] | undefined): readonly Scalar[] | undefined =>
  factor < 0 ? undefined : roots?.map((root) => multiply(Math.sqrt(factor), root));

/** Roots of a scalar that is a total of squares. */
function fromTotal(
  expression: TypedExpression,
  lets: readonly TypedLet[],
  environment: Environment,
): readonly Scalar[] | undefined {
  const again = (inner: TypedExpression, frame = environment): readonly Scalar[] | undefined =>
    fromTotal(inner, lets, frame);
  switch (expression.kind) {
    case 'reference': {
      const binding = lets.find(({ symbol }) => symbol === expression.symbol);
      return binding && again(binding.value);
    }
    case 'call': {
      if (expression.lift !== undefined) return undefined;
      return again(expression.function.body, openCall(expression, environment));
    }
    case 'block': {
      const frame = environment.inner();
      execute(expression.statements, frame);
      return again(expression.result, frame);
    }
    case 'reduce_axes': {
      if (expression.axes !== 'all') return undefined;
      const roots = fromSquares(expression.operand, lets, environment);
      return averaged(expression.operator, roots);
    }
    case 'reduce': {
      const roots: Scalar[] = [];
      let squares = true;
      forEachBinding(expression.binders, environment, (frame) => {
        if (isGuarded(expression, frame)) return;
        const own = fromSquares(expression.body, lets, frame);
        if (own === undefined) squares = false;
        else roots.push(...own);
      });
      return squares ? averaged(expression.operator, roots) : undefined;
    }
    case 'apply': {
      const [left, right] = expression.operands;
      if (left === undefined || right === undefined) return undefined;
      if (expression.operator === 'add') {
        const [first, second] = [again(left), again(right)];
        return first && second && [...first, ...second];
      }
      if (expression.operator === 'divide' && right.kind === 'constant') {
        return scaledBy(1 / right.value, again(left));
      }
      if (expression.operator === 'multiply' && left.kind === 'constant') {
        return scaledBy(left.value, again(right));
      }
      return fromSquares(expression, lets, environment);
    }
    default:
      return undefined;
  }
}

function averaged(operator: string, roots: readonly Scalar[] | undefined): readonly Scalar[] | undefined {
  if (operator === 'sum') return roots;
  return operator === 'mean' ? scaledBy(1 / Math.max(1, roots?.length ?? 1), roots) : undefined;
}

/** Roots of each element of an array of squares. */
function fromSquares(
  expression: TypedExpression,
  lets: readonly TypedLet[],
  environment: Environment,
): readonly Scalar[] | undefined {
  if (expression.kind === 'reference') {
    const binding = lets.find(({ symbol }) => symbol === expression.symbol);
    return binding && fromSquares(binding.value, lets, environment);
  }
  if (expression.kind === 'call') {
    if (expression.lift === undefined) {
      return fromSquares(expression.function.body, lets, openCall(expression, environment));
    }
    if (expression.lift.kind !== 'elementwise') return undefined;
    const values = expression.arguments.map((argument) => evaluateArray(argument, environment));
    const shape = environment.shapeOf(expression.lift.shape);
    const count = shape.reduce((product, size) => product * size, 1);
    const roots = Array.from({ length: count }, (_, position) =>
      fromSquares(
        expression.function.body,
        lets,
        openCall(
          expression,
          environment,
          values.map((value) => ({ kind: 'array', shape: [], data: [elementAt(value, position)] })),
        ),
      ),
    );
    return roots.every((root) => root !== undefined) ? roots.flat() : undefined;
  }
  if (expression.kind !== 'apply') return undefined;
  const [left, right] = expression.operands;
  if (left === undefined || right === undefined) return undefined;
  if (expression.operator === 'power' && right.kind === 'constant' && right.value === 2) {
    return asArray(evaluateArray(left, environment)).data;
  }
  if (expression.operator === 'divide' && right.kind === 'constant') {
    return scaledBy(1 / right.value, fromSquares(left, lets, environment));
  }
  if (expression.operator === 'multiply') {
    if (left.kind === 'reference' && right.kind === 'reference' && left.symbol === right.symbol) {
      return evaluateArray(left, environment).data;
    }
    const weights = evaluateArray(left, environment);
    const roots = fromSquares(right, lets, environment);
    if (numbersOf(weights).some((weight) => weight < 0)) return undefined;
    return roots?.map((root, position) => multiply(Math.sqrt(valueOf(elementAt(weights, position))), root));
  }
  return undefined;
}
