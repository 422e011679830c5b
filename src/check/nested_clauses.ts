/** The clauses of a nested problem's `solve`: how long it runs and how its solution is differentiated. */
import type { CallExpression, SolveDeclaration } from '../parser/ast.js';
import { didYouMean } from '../parser/suggest.js';
import { bindArguments } from './arguments.js';
import type { Context } from './context.js';
import { constant, fit, isError } from './convert.js';
import { checkExpression } from './expression.js';
import { integer } from './problem.js';
import type { Session } from './session.js';
import { intScalar, realScalar } from './type_facts.js';
import type { TypedDifferentiation, TypedExpression } from './typed.js';

/** Outside of nested problems these clauses mean nothing. */
export function refuseNestedClauses(session: Session, { differentiation, start }: SolveDeclaration): void {
  for (const clause of [differentiation, start]) {
    if (clause === undefined) continue;
    session.error('AM2664', clause.span, `\`${clause.kind}\` is about a nested problem`, {
      notes: ['it stands in the `solve` of `argmin { ... }` or `argmax { ... }`'],
    });
  }
}

/** Clauses that a nested problem does not have. */
export function refuseClauses(context: Context, solve: SolveDeclaration): void {
  const found = [
    { clause: solve.batch, name: 'batch', note: 'it sees the batch of the step around it' },
    { clause: solve.seed, name: 'seed', note: 'its draws are keyed by the seed of the run' },
    { clause: solve.aggregator, name: 'on', note: 'it has one objective' },
    { clause: solve.front, name: 'front', note: 'it has one objective' },
    { clause: solve.labels[0], name: 'solve LABEL', note: 'it has one objective' },
    { clause: solve.using[1], name: 'using ... using', note: 'one optimizer moves all of its parameters' },
    { clause: solve.using[0]?.over?.[0], name: 'over', note: 'its optimizer moves all of its parameters' },
    { clause: solve.using[0]?.times, name: 'times', note: 'its steps are counted by `for`' },
    { clause: solve.order, name: solve.order?.kind ?? '', note: 'it has one optimizer' },
    { clause: solve.handler, name: 'by', note: 'its constraints are sets of its parameters, or penalties' },
  ];
  for (const { clause, name, note } of found) {
    if (clause === undefined) continue;
    context.session.error('AM2662', clause.span, `a nested problem has no \`${name}\``, { notes: [note] });
  }
}

/** The number of steps, which must be written: a nested problem is solved at every step of the outer one. */
export function checkNestedLength(context: Context, solve: SolveDeclaration): TypedExpression | undefined {
  const { length } = solve;
  if (length?.unit === 'steps') return integer(context, length.count, 'the number of steps');
  context.session.error(
    'AM2662',
    length?.span ?? solve.span,
    length === undefined
      ? 'nothing says how long this nested problem runs'
      : 'a nested problem has no epochs',
    { notes: ['write `for 100 steps`; `until grad_norm < 1e-8` may end it earlier'] },
  );
  return undefined;
}

type Solver = 'cg' | 'neumann';

const solvers: Readonly<
  Record<
    Solver,
    { readonly second: string; readonly count: string; readonly defaults: readonly [number, number] }
  >
> = {
  cg: { count: 'iterations', second: 'tolerance', defaults: [-1, 1e-10] },
  neumann: { count: 'terms', second: 'rate', defaults: [20, NaN] },
};

/** Undefined after an error. */
export function checkDifferentiation(
  context: Context,
  { differentiation: written }: SolveDeclaration,
): TypedDifferentiation | undefined {
  if (written === undefined || written.kind === 'unrolled') return { kind: 'unrolled' };
  const { detail, span } = written;
  if (written.kind === 'truncated') {
    const steps = detail && integer(context, detail, 'the number of steps');
    return steps && { kind: 'truncated', steps };
  }
  if (detail === undefined) {
    const [iterations, tolerance] = solvers.cg.defaults;
    return {
      kind: 'implicit',
      solver: 'cg',
      iterations: constant(iterations, intScalar, span),
      tolerance: constant(tolerance, realScalar, span),
      span,
    };
  }
  const solver = solverOf(context, detail);
  if (solver === undefined || detail.kind !== 'call') return undefined;
  return checkSolverCall(context, detail, solver, span);
}

function solverOf(
  context: Context,
  detail: NonNullable<NonNullable<SolveDeclaration['differentiation']>['detail']>,
): Solver | undefined {
  const name = detail.kind === 'call' && detail.callee.kind === 'name' ? detail.callee.name : '';
  if (name === 'cg' || name === 'neumann') return name;
  if (detail.kind !== 'error') {
    context.session.error(
      'AM2666',
      detail.span,
      'the linear system of `implicit` is solved by `cg` or `neumann`',
      {
        notes: [
          ...didYouMean(name, Object.keys(solvers)),
          'write `implicit`, `implicit cg(iterations = 50)` or `implicit neumann(terms = 20, rate = 0.1)`',
        ],
      },
    );
  }
  return undefined;
}

function checkSolverCall(
  context: Context,
  call: CallExpression,
  solver: Solver,
  span: TypedExpression['span'],
): TypedDifferentiation | undefined {
  const { count, second, defaults } = solvers[solver];
  const names = [
    { name: count, hasDefault: true },
    { name: second, hasDefault: solver === 'cg' },
  ];
  const bound = bindArguments(context, call, names, solver, `${solver}(${count}: int, ${second}: real)`);
  if (bound === undefined) return undefined;
  const [first, other] = bound;
  const iterations =
    first === undefined
      ? constant(defaults[0], intScalar, span)
      : integer(context, first, `the number of ${count}`);
  const tolerance =
    other === undefined
      ? constant(defaults[1], realScalar, span)
      : fit(context, checkExpression(context, other), realScalar, `\`${second}\``);
  if (iterations === undefined || isError(tolerance)) return undefined;
  return { kind: 'implicit', solver, iterations, tolerance, span };
}
