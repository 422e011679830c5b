/** Runs the `test` blocks of a file: each assertion passes or fails, with the values of both sides. */
import type { Span } from '../../parser/source.js';
import type { TypedExpression, TypedProblem, TypedStatement } from '../typed.js';
import type { ArrayValue } from './array.js';
import { elementAt, mapElements, numbersOf } from './array.js';
import type { Environment } from './environment.js';
import { evaluateArray } from './expression.js';
import type { ProblemInput } from './prepare.js';
import { prepareProblem } from './prepare.js';
import { openView, startOf } from './problem.js';
import { valueOf } from './scalar.js';
import { execute } from './statements.js';

export interface AssertResult {
  readonly span: Span;
  readonly passed: boolean;
  /** Both sides of a comparison; of another condition only its value. */
  readonly left: { readonly shape: readonly number[]; readonly data: readonly number[] };
  readonly right: { readonly shape: readonly number[]; readonly data: readonly number[] } | undefined;
  readonly tolerance: number | undefined;
}

export interface TestResult {
  readonly name: string;
  readonly span: Span;
  readonly passed: boolean;
  readonly asserts: readonly AssertResult[];
}

type AssertStatement = Extract<TypedStatement, { kind: 'assert' }>;

export function runTests(problem: TypedProblem, input: ProblemInput = {}): TestResult[] {
  if (problem.tests.length === 0) return [];
  const prepared = prepareProblem(problem, input);
  return problem.tests.map((test) => {
    const asserts: AssertResult[] = [];
    let x: readonly number[] | undefined;
    const environment = openView(prepared, {
      get x() {
        x ??= startOf(prepared);
        return x;
      },
      training: false,
    });
    execute(test.statements, environment.inner(), {
      assert: (statement, frame) => asserts.push(checkAssert(statement, frame)),
    });
    return { name: test.name, span: test.span, passed: asserts.every((assert) => assert.passed), asserts };
  });
}

const comparisons = new Set(['equal', 'not_equal', 'less', 'less_equal', 'greater', 'greater_equal']);

function checkAssert(statement: AssertStatement, environment: Environment): AssertResult {
  const { condition, span } = statement;
  const tolerance =
    statement.tolerance === undefined
      ? undefined
      : valueOf(elementAt(evaluateArray(statement.tolerance, environment), 0));
  const sides = comparedSides(condition);
  if (sides === undefined) {
    const left = evaluateArray(condition, environment);
    const passed = numbersOf(left).every((value) => value !== 0);
    return { span, passed, left: plain(left), right: undefined, tolerance };
  }
  const [left, right] = sides.map((side) => evaluateArray(side, environment)) as [ArrayValue, ArrayValue];
  const verdicts =
    tolerance !== undefined && condition.kind === 'apply' && condition.operator === 'equal'
      ? mapElements([left, right], ([a = NaN, b = NaN]) =>
          isNear(valueOf(a), valueOf(b), tolerance) ? 1 : 0,
        )
      : evaluateArray(condition, environment);
  const passed = numbersOf(verdicts).every((value) => value !== 0);
  return { span, passed, left: plain(left), right: plain(right), tolerance };
}

function comparedSides(condition: TypedExpression): readonly TypedExpression[] | undefined {
  return condition.kind === 'apply' && comparisons.has(condition.operator) ? condition.operands : undefined;
}

/** An absolute tolerance for small numbers, a relative one for large. */
function isNear(a: number, b: number, tolerance: number): boolean {
  return a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
}

function plain(array: ArrayValue): { shape: readonly number[]; data: number[] } {
  return { shape: array.shape, data: numbersOf(array) };
}
