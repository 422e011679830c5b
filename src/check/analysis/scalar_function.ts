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

/** Larger functions are not scanned. */
const largest = 300;

export function atomsOf(expression: TypedExpression): Atoms | undefined {
  const atoms = new Map<string, TypedExpression>();
  return costOf(expression, (atom) => addAtom(atom, atoms)) <= largest ? atoms : undefined;
}

function isScalar({ type }: TypedExpression): boolean {
  return type.kind === 'array' && type.shape.run === undefined && type.shape.dimensions.length === 0;
}

function addAtom(expression: TypedExpression, atoms: Map<string, TypedExpression>): number {
  const key = keyOf(expression);
  if (key === undefined || !isScalar(expression)) return Infinity;
  atoms.set(key, expression);
  return 1;
}

/** How many operations one evaluation takes, those of called functions included; infinite for what is no arithmetic. */
function costOf(expression: TypedExpression, atom: (expression: TypedExpression) => number): number {
  const total = (parts: readonly TypedExpression[]): number =>
    parts.reduce((sum, part) => (sum > largest ? sum : sum + costOf(part, atom)), 1);
  switch (expression.kind) {
    case 'constant':
      return 1;
    case 'apply':
      return total(expression.operands);
    case 'if':
      return total([expression.condition, expression.then, expression.otherwise]);
    case 'call': {
      const body = costOfFunction(expression.function);
      return body > largest ? atom(expression) : body + total(expression.arguments);
    }
    default:
      return atom(expression);
  }
}

const functionCosts = new WeakMap<TypedFunction, number>();

/** Of a function from scalars to a scalar whose body is arithmetic of its parameters and `let`s; else infinite. */
function costOfFunction(target: TypedFunction): number {
  let cost = functionCosts.get(target);
  if (cost === undefined) {
    const scalars = target.parameters.every(
      ({ type }) =>
        type.kind === 'array' && type.shape.run === undefined && type.shape.dimensions.length === 0,
    );
    cost = scalars ? costOfBody(target.body, new Set(target.parameters)) : Infinity;
    functionCosts.set(target, cost);
  }
  return cost;
}

function costOfBody(body: TypedExpression, bound: ReadonlySet<ValueSymbol>): number {
  if (body.kind === 'block') {
    const names = new Set(bound);
    let cost = 1;
    for (const statement of body.statements) {
      if (statement.kind !== 'let') return Infinity;
      cost += costOfBody(statement.value, names);
      names.add(statement.symbol);
    }
    return cost + costOfBody(body.result, names);
  }
  return costOf(body, (part) =>
    part.kind === 'reference' && bound.has(part.symbol) && isScalar(part) ? 1 : Infinity,
  );
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
