/**
 * Constraints and handlers. A constraint is a real array that is at most, or equal to, zero. A handler has the form
 * of an optimizer's body around a `minimize` of its own: it sees the problem's objective `f`, the equalities `eq`
 * and the inequalities `ineq` at the step's start, and any optimizer minimizes what it makes of them.
 */
import type { ConstraintDeclaration, Declaration, Expression, SolveDeclaration } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import type { Context } from './context.js';
import { fit, isError, toReal } from './convert.js';
import { symbolDimension } from './dimension.js';
import type { Scope, Signature } from './entities.js';
import { checkExpression } from './expression.js';
import { checkSolver } from './optimizers.js';
import { printType } from './print_type.js';
import { freshDimension, freshSymbol } from './session.js';
import type { Session } from './session.js';
import { childrenOf } from './traverse.js';
import { arrayType, boolScalar, realElement, realScalar, shapeOf } from './type_facts.js';
import type {
  TypedConstraint,
  TypedExpression,
  TypedHandling,
  TypedObjective,
  TypedOptimizerValue,
  TypedStatement,
} from './typed.js';

const relations = ['<=', '>=', '=='] as const;

export function checkConstraint(
  context: Context,
  declaration: ConstraintDeclaration,
): TypedConstraint | undefined {
  const { session } = context;
  const { value: comparison, label, span } = declaration;
  if (comparison.kind === 'error') return undefined;
  const relation =
    comparison.kind === 'binary' ? relations.find((each) => each === comparison.operator) : undefined;
  if (comparison.kind !== 'binary' || relation === undefined) {
    session.error('AM2640', comparison.span, 'a constraint compares two values by `<=`, `>=` or `==`', {
      notes: ['write `subject to a <= b`; a strict inequality has no nearest point, and is not one'],
    });
    checkExpression(context, comparison);
    return undefined;
  }
  const [left, right] =
    relation === '>=' ? [comparison.right, comparison.left] : [comparison.left, comparison.right];
  const typed = checkExpression(context, { ...comparison, operator: '-', left, right });
  if (isError(typed)) return undefined;
  if (typed.type.kind !== 'array') {
    session.error(
      'AM2640',
      comparison.span,
      `a constraint is on numbers, and this is ${printType(typed.type)}`,
    );
    return undefined;
  }
  const name = label?.name ?? textOf(comparison.span);
  const value = toReal(typed);
  const proxy = declaration.proxy && checkProxy(context, comparison, declaration.proxy, value);
  return { name, relation: relation === '==' ? 'equal' : 'at_most', value, proxy, span };
}

/** The constraint with the stand-in in place of its left side as written. */
function checkProxy(
  context: Context,
  comparison: Extract<Expression, { kind: 'binary' }>,
  proxy: Expression,
  value: TypedExpression,
): TypedExpression | undefined {
  if (proxy.kind === 'error') return undefined;
  const [left, right] = comparison.operator === '>=' ? [comparison.right, proxy] : [proxy, comparison.right];
  const typed = checkExpression(context, { ...comparison, operator: '-', left, right, span: proxy.span });
  if (isError(typed)) return undefined;
  const fitted = fit(context, toReal(typed), value.type, 'what stands for the left side');
  return isError(fitted) ? undefined : fitted;
}

function textOf({ file, start, end }: Span): string {
  return file.text.slice(start, end).replace(/\s+/g, ' ');
}

/** A problem of constraints alone has the objective 0: any feasible point solves it. */
export function objectivesOrFeasibility(
  declarations: readonly Declaration[],
  objectives: readonly TypedObjective[],
): readonly TypedObjective[] {
  if (declarations.some(({ kind }) => kind === 'objective')) return objectives;
  const first = declarations.find(({ kind }) => kind === 'constraint');
  if (first === undefined) return objectives;
  const { span } = first;
  const value: TypedExpression = { kind: 'constant', value: 0, type: realScalar, span };
  return [{ label: undefined, sense: 'minimize', value, over: undefined, split: undefined, span }];
}

/** The handler of a `solve`: there is one exactly if there are constraints that the optimizer does not treat itself. */
export function checkHandler(
  context: Context,
  declaration: SolveDeclaration,
  declarations: readonly Declaration[],
  optimizer: TypedOptimizerValue | undefined,
): TypedOptimizerValue | undefined {
  if (optimizer?.optimizer.handles !== undefined) {
    checkMethod(context, declaration, declarations, optimizer.optimizer.name);
    return undefined;
  }
  const { session } = context;
  const { handler: written, aggregator } = declaration;
  const first = declarations.find((each) => each.kind === 'constraint');
  if (written === undefined) {
    if (first === undefined) return undefined;
    session.error('AM2641', declaration.span, 'nothing says how the constraints are handled', {
      labels: [{ span: first.span, message: 'a constraint' }],
      notes: ['name a handler: `solve using lbfgs() by augmented_lagrangian()`'],
    });
    return undefined;
  }
  const handler = checkSolver(context, written, true);
  if (handler === undefined) return undefined;
  if (first === undefined) {
    session.error('AM2642', written.span, 'there are no constraints to handle', {
      notes: ['a constraint is declared by `subject to a <= b`'],
    });
  }
  if (aggregator === undefined) return handler;
  session.error('AM2644', aggregator.span, 'a handler does not go with an aggregator', {
    labels: [{ span: written.span, message: 'the handler' }],
    notes: [
      'a handler adds the constraints to the value of one objective, and an aggregator makes a direction of several gradients without a value of its own',
      'make all objectives but one constraints, `subject to size <= 0.1`, or weigh them in one',
    ],
  });
  return undefined;
}

/** An optimizer that treats constraints itself takes a smooth deterministic problem, and all of it. */
function checkMethod(
  { session }: Context,
  { optimizer, handler, batch, aggregator }: SolveDeclaration,
  declarations: readonly Declaration[],
  name: string,
): void {
  const refuse = (span: Span, message: string, note: string): void =>
    session.error('AM2690', span, message, {
      labels: [{ span: optimizer.span, message: 'treats constraints itself' }],
      notes: [note],
    });
  if (handler !== undefined)
    refuse(
      handler.span,
      `\`${name}\` takes no handler`,
      'drop `by`, or choose an optimizer that sees one objective: `lbfgs()`',
    );
  if (batch !== undefined)
    refuse(
      batch.span,
      `\`${name}\` does not go with \`batch\``,
      'an optimizer and a handler do: `solve using adam() by primal_dual() batch 64 ...`',
    );
  if (aggregator !== undefined)
    refuse(aggregator.span, `\`${name}\` does not go with an aggregator`, 'it minimizes one objective');
  for (const declaration of declarations) {
    if (declaration.kind === 'constraint' && declaration.proxy !== undefined)
      refuse(
        declaration.proxy.span,
        `\`${name}\` takes no stand-in for a constraint`,
        'it takes derivatives of the constraints themselves; a handler tells the two apart: `by primal_dual()`',
      );
    if (declaration.kind === 'param' && declaration.membership !== undefined)
      refuse(
        declaration.membership.set.span,
        `\`${name}\` keeps no parameter in a set`,
        'state the set by constraints: `subject to p >= 0`, `subject to sum(p) == 1`',
      );
  }
}

/** What handles constraints wraps no optimizer: a handler is itself wrapped around one. */
export function checkWraps(session: Session, parameters: Signature['parameters']): void {
  for (const { symbol } of parameters) {
    if (symbol.type.kind !== 'optimizer') continue;
    session.error('AM2691', symbol.span, 'what handles constraints takes no optimizer as a parameter', {
      notes: ['the optimizer stands after `using`, and the handler after `by`'],
    });
  }
}

export function reportMisplacedSolver(
  context: Context,
  expression: Expression,
  name: string,
  wantsHandler: boolean,
): void {
  context.session.error(
    'AM2643',
    expression.span,
    wantsHandler
      ? `\`${name}\` is an optimizer, not a handler`
      : `\`${name}\` is a handler, not an optimizer`,
    { notes: ['an optimizer stands after `using`, a handler after `by`'] },
  );
}

export type HandlingNames = Omit<TypedHandling, 'objective' | 'before'>;

/** The names that a handler sees beyond those of an optimizer. */
export function handlingNames(scope: Scope, span: Span, isHandler: boolean): HandlingNames {
  const equalities = freshDimension('E', span, 'quantified');
  const inequalities = freshDimension('I', span, 'quantified');
  scope.names.set('E', { kind: 'dimension', symbol: equalities });
  scope.names.set('I', { kind: 'dimension', symbol: inequalities });
  const names = {
    eq: freshSymbol('eq', 'implicit', arrayType(realElement, shapeOf([symbolDimension(equalities)])), span),
    ineq: freshSymbol(
      'ineq',
      'implicit',
      arrayType(realElement, shapeOf([symbolDimension(inequalities)])),
      span,
    ),
    stationarity: freshSymbol('stationarity', 'implicit', realScalar, span),
    restart: freshSymbol('restart', 'implicit', boolScalar, span),
  };
  for (const symbol of Object.values(names)) {
    // Only around another optimizer is there something to begin anew.
    if (isHandler || symbol !== names.restart) scope.names.set(symbol.name, { kind: 'value', symbol });
  }
  return { ...names, equalities, inequalities };
}

export function handledObjective(context: Context, expression: Expression): TypedExpression {
  return fit(context, checkExpression(context, expression), realScalar, 'what a handler minimizes');
}

/** Before its `minimize` a handler only binds names: what it minimizes is read at other points within the same step. */
export function checkBefore(context: Context, statements: readonly TypedStatement[]): void {
  for (const { kind, span } of statements) {
    if (kind === 'let' || kind === 'state' || kind === 'assert') continue;
    context.session.error('AM2646', span, 'a handler changes nothing before its `minimize`', {
      notes: ['states are updated behind it, for the next step'],
    });
  }
}

/** What a handler minimizes is a function of f, eq, ineq and its states: it does not see the point itself. */
export function checkHandled(context: Context, roots: Iterable<TypedExpression>): void {
  const { session, optimizer } = context;
  for (const root of roots) {
    const isPoint =
      root.kind === 'objective' ||
      (root.kind === 'reference' &&
        (root.symbol === optimizer?.implicit.x ||
          root.symbol === optimizer?.implicit.g ||
          root.symbol === optimizer?.handling?.stationarity));
    if (isPoint) {
      session.error('AM2645', root.span, 'what a handler minimizes does not see the point or the gradient', {
        notes: ['it is a function of `f`, `eq`, `ineq` and the states; `g` may be read behind `minimize`'],
      });
    } else checkHandled(context, childrenOf(root));
  }
}
