/**
 * Small scalar expressions as functions of their atoms (names, elements, anything that is not arithmetic), evaluated
 * on plain numbers. Every decision on the way (the branch of an `if`, the side of `abs` and `max`) is written down,
 * so that two points with one signature lie on one smooth piece.
 */
import { elementwise, valueOf } from '../evaluate/scalar.js';
import type { TypedExpression, TypedFunction, ValueSymbol } from '../typed.js';
import { keyOf } from './keys.js';

/** Atoms of an expression by key; undefined when it is not a small scalar function. */
export type Atoms = ReadonlyMap<string, TypedExpression>;

export function atomsOf(expressions: readonly TypedExpression[]): Atoms | undefined {
  const atoms = new Map<string, TypedExpression>();
  return expressions.every((expression) => collect(expression, atoms)) ? atoms : undefined;
}

function isScalar({ type }: TypedExpression): boolean {
  return type.kind === 'array' && type.shape.run === undefined && type.shape.dimensions.length === 0;
}

/** A function of scalars, so that a call of it is arithmetic too. */
function isScalarFunction(target: TypedFunction): boolean {
  const scalars = target.parameters.every(
    ({ type }) => type.kind === 'array' && type.shape.run === undefined && type.shape.dimensions.length === 0,
  );
  return scalars && isArithmetic(target.body);
}

function isArithmetic(expression: TypedExpression): boolean {
  switch (expression.kind) {
    case 'constant':
    case 'reference':
      return isScalar(expression);
    case 'apply':
      return expression.operands.every(isArithmetic);
    case 'if':
      return [expression.condition, expression.then, expression.otherwise].every(isArithmetic);
    case 'call':
      return isScalarFunction(expression.function) && expression.arguments.every(isArithmetic);
    case 'block':
      return (
        expression.statements.every(
          (statement) => statement.kind === 'let' && isArithmetic(statement.value),
        ) && isArithmetic(expression.result)
      );
    default:
      return false;
  }
}

function collect(expression: TypedExpression, atoms: Map<string, TypedExpression>): boolean {
  switch (expression.kind) {
    case 'constant':
      return true;
    case 'apply':
      return expression.operands.every((operand) => collect(operand, atoms));
    case 'if':
      return [expression.condition, expression.then, expression.otherwise].every((part) =>
        collect(part, atoms),
      );
    case 'call':
      if (isScalarFunction(expression.function)) {
        return expression.arguments.every((argument) => collect(argument, atoms));
      }
      return addAtom(expression, atoms);
    default:
      return addAtom(expression, atoms);
  }
}

function addAtom(expression: TypedExpression, atoms: Map<string, TypedExpression>): boolean {
  const key = keyOf(expression);
  if (key === undefined || !isScalar(expression)) return false;
  atoms.set(key, expression);
  return true;
}

/** A value and the decisions that led to it. */
export interface Outcome {
  readonly value: number;
  readonly signature: string;
}

export function evaluateAt(expression: TypedExpression, atoms: ReadonlyMap<string, number>): Outcome {
  const decisions: string[] = [];
  const value = evaluate(expression, { atoms, names: new Map(), decisions });
  return { value, signature: decisions.join('') };
}

interface Point {
  readonly atoms: ReadonlyMap<string, number>;
  /** Parameters and `let`s of functions that were entered. */
  readonly names: ReadonlyMap<ValueSymbol, number>;
  readonly decisions: string[];
}

function evaluate(expression: TypedExpression, point: Point): number {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'apply': {
      const values = expression.operands.map((operand) => evaluate(operand, point));
      const [left = 0, right = 0] = values;
      if (expression.operator === 'abs' || expression.operator === 'sign') {
        point.decisions.push(left < 0 ? 'n' : 'p');
      }
      if (expression.operator === 'maximum' || expression.operator === 'minimum') {
        point.decisions.push(left < right ? 'l' : 'r');
      }
      return valueOf(elementwise(expression.operator, ...values));
    }
    case 'if': {
      // Decisions of the condition are not its own: only the branch counts.
      const taken = evaluate(expression.condition, { ...point, decisions: [] }) !== 0;
      point.decisions.push(taken ? 't' : 'f');
      return evaluate(taken ? expression.then : expression.otherwise, point);
    }
    case 'call': {
      const known = atomValue(expression, point);
      if (known !== undefined) return known;
      const values = expression.arguments.map((argument) => evaluate(argument, point));
      const names = new Map(
        expression.function.parameters.map((parameter, index) => [parameter, values[index] ?? NaN] as const),
      );
      return evaluate(expression.function.body, { ...point, names });
    }
    case 'block': {
      const names = new Map(point.names);
      for (const statement of expression.statements) {
        if (statement.kind === 'let') {
          names.set(statement.symbol, evaluate(statement.value, { ...point, names }));
        }
      }
      return evaluate(expression.result, { ...point, names });
    }
    case 'reference': {
      const named = point.names.get(expression.symbol);
      if (named !== undefined) return named;
      return atomValue(expression, point) ?? NaN;
    }
    default:
      return atomValue(expression, point) ?? NaN;
  }
}

function atomValue(expression: TypedExpression, { atoms }: Point): number | undefined {
  const key = keyOf(expression);
  return key === undefined ? undefined : atoms.get(key);
}
