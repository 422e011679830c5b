/**
 * Where a program meets the host's functions (`extern fn`): which it calls, that no test does, and that an optimizer
 * whose objective calls one asks for values only. What an optimizer asks is read off its body; nothing declares it.
 */
import type { Span } from '../parser/source.js';
import type { Session } from './session.js';
import { childrenOf, expressionsOf } from './traverse.js';
import type {
  TypedExpression,
  TypedFunction,
  TypedHostCall,
  TypedObjective,
  TypedOptimizerValue,
  TypedProblem,
  TypedSolve,
  ValueSymbol,
} from './typed.js';

/** A call of a host's function, and where the program makes it. */
interface Met {
  readonly call: TypedHostCall;
  readonly span: Span;
}

/** The host calls that a value is computed from, through lets and functions; not those under `stop`. */
function* hostCalls(
  root: TypedExpression,
  lets: ReadonlyMap<ValueSymbol, TypedExpression>,
  seen = new Set<object>(),
  span = root.span,
): Iterable<Met> {
  if (root.kind === 'host_call') yield { call: root, span };
  if (root.kind === 'structural' && root.operator === 'stop') return;
  if (root.kind === 'reference') {
    const value = lets.get(root.symbol);
    if (value !== undefined && !seen.has(root.symbol)) {
      seen.add(root.symbol);
      yield* hostCalls(value, lets, seen);
    }
    return;
  }
  const target = functionIn(root);
  if (target !== undefined && !seen.has(target)) {
    seen.add(target);
    yield* hostCalls(target.body, lets, seen, root.span);
  }
  for (const child of childrenOf(root)) yield* hostCalls(child, lets, seen, child.span);
}

function functionIn(typed: TypedExpression): TypedFunction | undefined {
  if (typed.kind === 'call') return typed.function;
  if (typed.kind === 'function_value' && typed.target.kind === 'function') return typed.target.function;
  return undefined;
}

/** Every `extern fn` that something but a test calls, in the order of the source. */
export function externsOf({ tests: _, ...problem }: Omit<TypedProblem, 'externs'>): readonly TypedFunction[] {
  const found = new Map<string, TypedFunction>();
  const seen = new Set<object>();
  const pending: object[] = [problem];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if ('body' in node && 'parameters' in node) {
      const target = node as TypedFunction;
      if ((target.body as { readonly kind?: unknown }).kind === 'host_call') found.set(target.name, target);
    }
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'span' && typeof value === 'object' && value !== null) pending.push(value as object);
    }
  }
  return [...found.values()].sort((a, b) => a.span.start - b.span.start);
}

export function checkBlackBoxes(session: Session, problem: TypedProblem): void {
  const lets = new Map(problem.lets.map(({ symbol, value }) => [symbol, value]));
  for (const { statements } of problem.tests) {
    for (const expression of statements.flatMap((statement) => [...expressionsOf(statement)])) {
      const [met] = hostCalls(expression, lets);
      if (met === undefined) continue;
      session.error(
        'AM2722',
        expression.span,
        `a test cannot call \`${met.call.name}\`, which the host supplies`,
        {
          notes: ["test what the file itself defines, with a function of its own in place of the host's"],
        },
      );
    }
  }
  for (const solve of problem.solves) checkSolve(session, problem, solve, lets);
}

function checkSolve(
  session: Session,
  { objectives, until }: TypedProblem,
  solve: TypedSolve,
  lets: ReadonlyMap<ValueSymbol, TypedExpression>,
): void {
  const chosen = objectives.filter(
    ({ label }) => solve.labels.length === 0 || (label !== undefined && solve.labels.includes(label)),
  );
  const met = firstOf(chosen, lets);
  if (met === undefined) return;
  const why = gradientQuestion(solve, [until.gradNorm, until.kkt]);
  if (why === undefined) return;
  session.error('AM2723', solve.optimizer.span, `${why}, and the objective is a black box`, {
    labels: [{ span: met.span, message: `\`${met.call.name}\` is the host's and has no derivative` }],
    notes: [
      'optimizers that see values only: `nelder_mead()`, `cma_es()`, `cross_entropy_method()`, `bayesian_optimization()`',
      '`evolution_strategy(adam(0.05))` makes a slope of values, for an optimizer that wants one',
    ],
  });
}

function firstOf(
  objectives: readonly TypedObjective[],
  lets: ReadonlyMap<ValueSymbol, TypedExpression>,
): Met | undefined {
  for (const { value } of objectives) for (const met of hostCalls(value, lets)) return met;
  return undefined;
}

const questions: Readonly<Record<string, string>> = {
  gradient: 'asks for gradients, `grad(y)`',
  hvp: 'asks for second derivatives, `hvp(y, v)`',
  residuals: 'asks for residuals, which a black box does not show',
  residual_jvp: 'asks for derivatives of residuals',
  residual_vjp: 'asks for derivatives of residuals',
};

/** Whether every solve asks for values only: a derivative that is 0 everywhere is then no fault. */
export function seesValuesOnly({ solves, until }: TypedProblem): boolean {
  const ofUntil = [until.gradNorm, until.kkt];
  return solves.length > 0 && solves.every((solve) => gradientQuestion(solve, ofUntil) === undefined);
}

/** Who of a solve asks for a derivative of the objective; undefined if values are enough. */
function gradientQuestion(solve: TypedSolve, ofUntil: readonly ValueSymbol[]): string | undefined {
  if (solve.handler !== undefined)
    return `\`${solve.handler.optimizer.name}\` certifies constraints by gradients`;
  if (solve.aggregation !== undefined) return 'an aggregator combines gradients';
  const read = solve.until && [...below(solve.until)];
  const stops = read?.find((each) => each.kind === 'reference' && ofUntil.includes(each.symbol));
  if (stops?.kind === 'reference') return `\`until\` asks for \`${stops.symbol.name}\``;
  return questionOf(solve.optimizer, true);
}

/** A wrapped optimizer is handed its gradient; it asks only by queries of its own. */
function questionOf(
  { optimizer, arguments: given }: TypedOptimizerValue,
  isOuter: boolean,
): string | undefined {
  const { name, statements, implicit } = optimizer;
  const every = statements.flatMap((statement) =>
    [...expressionsOf(statement)].flatMap((each) => [...below(each)]),
  );
  for (const each of every) {
    if (isOuter && each.kind === 'reference' && each.symbol === implicit.g)
      return `\`${name}\` reads the gradient, \`g\``;
    const question = each.kind === 'objective' ? questions[each.query] : undefined;
    if (question !== undefined) return `\`${name}\` ${question}`;
  }
  for (const argument of given) {
    const inner = argument.kind === 'optimizer_value' ? questionOf(argument, false) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function* below(typed: TypedExpression): Iterable<TypedExpression> {
  yield typed;
  for (const child of childrenOf(typed)) yield* below(child);
}
