/**
 * `solve front 32 using ... on METHOD`: many solutions of one problem with several objectives. While such a problem is
 * checked two names have a meaning of their own unless the file declares them: `preference`, how much each objective
 * counts at the point that is sought, and in reports `front`, the values at all points. The run gives both. A problem
 * whose objectives read `preference` has one set of parameters for all points; otherwise each point has its own.
 */
import type { Declaration, ObjectiveDeclaration, SolveDeclaration } from '../parser/ast.js';
import { topContext } from './context.js';
import { constant, fit, isError } from './convert.js';
import { constantDimension } from './dimension.js';
import type { Entity, FileScope } from './entities.js';
import { checkExpression } from './expression.js';
import type { FrontNames, Session } from './session.js';
import { freshSymbol } from './session.js';
import { staticInteger } from './static_values.js';
import { childrenOf } from './traverse.js';
import { arrayType, intScalar, realElement, realScalar, shapeOf } from './type_facts.js';
import type { TypedCarried, TypedExpression, TypedFront, TypedProblem, ValueSymbol } from './typed.js';

/** Makes the names of the file's front, when it has one, before anything is resolved. */
export function declareFront(
  session: Session,
  file: FileScope,
  declarations: readonly Declaration[],
  chosen: (solve: SolveDeclaration, declared: readonly ObjectiveDeclaration[]) => readonly unknown[],
): void {
  const solves = declarations.filter((each) => each.kind === 'solve' && each.front !== undefined);
  const [solve, second] = solves as readonly SolveDeclaration[];
  if (solve?.front === undefined) return;
  const { front: count } = solve;
  if (second?.front !== undefined) {
    session.error('AM2701', second.front.span, 'a file has one front', {
      labels: [{ span: count.span, message: 'the first one here' }],
    });
  }
  const objectives = chosen(
    solve,
    declarations.filter((each) => each.kind === 'objective'),
  );
  const { span } = count;
  const values = constantDimension(objectives.length);
  const preference = freshSymbol('preference', 'implicit', arrayType(realElement, shapeOf([values])), span);
  session.levels.set(preference, 'parameter');
  let made: { readonly count: TypedExpression; readonly points: ValueSymbol } | undefined;
  const points: FrontNames['points'] = () => {
    if (made !== undefined) return made;
    const context = topContext(session, file, 'problem');
    const typed = checkExpression(context, count);
    if (isError(typed)) return undefined;
    const fitted = fit(context, typed, intScalar, 'the number of points');
    const size = isError(fitted) ? undefined : staticInteger(session, fitted);
    if (size === undefined) {
      if (!isError(fitted))
        session.error('AM2503', span, 'the number of points is known before data and parameters');
      return undefined;
    }
    session.useStatically(size);
    const symbol = freshSymbol('front', 'implicit', arrayType(realElement, shapeOf([size, values])), span);
    session.levels.set(symbol, 'parameter');
    made = { count: fitted, points: symbol };
    return made;
  };
  session.front = { preference, points, solve };
}

/** What `preference` and `front` are where the file does not declare them. */
export function frontEntity(session: Session, file: FileScope, name: string): Entity | undefined {
  const { front } = session;
  if (front === undefined || file.role !== 'main') return undefined;
  if (name === 'preference') return { kind: 'value', symbol: front.preference };
  if (name !== 'front') return undefined;
  const points = front.points();
  return points === undefined ? { kind: 'error' } : { kind: 'value', symbol: points.points };
}

/** What the run writes before it starts: no step changes it. */
export function carriedByFront(session: Session): readonly TypedCarried[] {
  const { front } = session;
  const made = front?.points();
  if (front === undefined || made === undefined) return [];
  const given = (symbol: ValueSymbol, value: number): TypedCarried => ({
    symbol,
    path: symbol.name,
    start: constant(value, realScalar, symbol.span),
    rule: { kind: 'given', value: undefined },
    span: symbol.span,
  });
  return [given(front.preference, 0), given(made.points, 0)];
}

/** The front of a `solve`; undefined without one, or after an error. */
export function checkFront(session: Session, solve: SolveDeclaration): TypedFront | undefined {
  const { front } = session;
  if (solve.front === undefined || front?.solve !== solve) return undefined;
  const made = front.points();
  if (made === undefined) return undefined;
  return { count: made.count, preference: front.preference, points: made.points, span: solve.front.span };
}

/** Once the whole problem is known: the front is read by reports only, and its points can differ. */
export function checkFrontOf(session: Session, problem: TypedProblem): void {
  const solve = problem.solves.find(({ front }) => front !== undefined);
  const front = solve?.front;
  if (solve === undefined || front === undefined) return;
  const steps = [
    ...problem.objectives.map(({ value }) => value),
    ...problem.constraints.map(({ value }) => value),
    ...problem.carried.flatMap(({ rule }) => (rule.value === undefined ? [] : [rule.value])),
  ];
  const early = steps.find((value) => readsThroughLets(problem, value, front.points));
  if (early !== undefined) {
    session.error('AM2702', early.span, 'this reads `front`, which is known when all points are', {
      notes: ['only reports read the front: `report volume = hypervolume(front, [1.1, 1.1])`'],
    });
  }
  const { aggregation } = solve;
  if (aggregation === undefined) return;
  const varies =
    isConditioned(problem, front) ||
    aggregation.value.arguments.some((value) => readsThroughLets(problem, value, front.preference)) ||
    problem.parameters.some(({ start }) => isRandom(start)) ||
    isRandom(aggregation.value.function.body);
  if (varies) return;
  session.error('AM2703', front.span, 'the points of this front would all be the same', {
    notes: [
      `\`${aggregation.title}\` has no parameter \`preference\`, and every start is the same`,
      'choose a method that follows a preference, `chebyshev`, or start at random: `param x: real[n] ~ uniform(0, 1)`',
    ],
  });
}

/** Whether one set of parameters serves all preferences. */
export function isConditioned(problem: TypedProblem, { preference }: TypedFront): boolean {
  return problem.objectives.some(({ value }) => readsThroughLets(problem, value, preference));
}

function isRandom(typed: TypedExpression): boolean {
  if (typed.kind === 'draw') return true;
  if (typed.kind === 'structural' && ['glorot', 'he', 'lecun'].includes(typed.operator)) return true;
  return [...childrenOf(typed)].some(isRandom);
}

function readsThroughLets(problem: TypedProblem, value: TypedExpression, wanted: ValueSymbol): boolean {
  const lets = new Map(problem.lets.map((each) => [each.symbol, each.value]));
  const seen = new Set<ValueSymbol>();
  const reads = (typed: TypedExpression): boolean => {
    if (typed.kind === 'reference') {
      if (typed.symbol === wanted) return true;
      const bound = lets.get(typed.symbol);
      if (bound === undefined || seen.has(typed.symbol)) return false;
      seen.add(typed.symbol);
      return reads(bound);
    }
    return [...childrenOf(typed)].some(reads);
  };
  return reads(value);
}
