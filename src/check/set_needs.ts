/** What an optimizer asks of the variables' sets, against what the sets can do. */
import type { Session } from './session.js';
import type { SetOperation } from './set_operations.js';
import { childrenOf, expressionsOf } from './traverse.js';
import type {
  TypedExpression,
  TypedOptimizerValue,
  TypedParameter,
  TypedProblem,
  TypedSolve,
} from './typed.js';

/** The set operations in the bodies of an optimizer and of those it wraps. */
export function operationsAsked(value: TypedOptimizerValue): ReadonlySet<SetOperation> {
  const asked = new Set<SetOperation>();
  const visit = (expression: TypedExpression): void => {
    if (expression.kind === 'set_query') asked.add(expression.operation);
    if (expression.kind === 'optimizer_value')
      for (const statement of expression.optimizer.statements) visitStatement(statement);
    for (const child of childrenOf(expression)) visit(child);
  };
  const visitStatement = (statement: TypedOptimizerValue['optimizer']['statements'][number]): void => {
    for (const expression of expressionsOf(statement)) visit(expression);
  };
  visit(value);
  return asked;
}

export function checkSetNeeds(session: Session, problem: TypedProblem): void {
  for (const solve of problem.solves) {
    for (const { optimizer, variables } of solve.groups) {
      const asked = operationsAsked(optimizer);
      const moved = problem.parameters.filter(({ symbol }) => variables.has(symbol));
      checkAsked(session, moved, optimizer, asked);
      checkKept(session, moved, optimizer, asked);
    }
    checkBarriers(session, problem, solve);
  }
}

function checkAsked(
  session: Session,
  moved: readonly TypedParameter[],
  optimizer: TypedOptimizerValue,
  asked: ReadonlySet<SetOperation>,
): void {
  const { name } = optimizer.optimizer;
  for (const operation of asked) {
    for (const { membership, path, symbol } of moved) {
      if (membership === undefined ? operation !== 'lmo' : membership.operations[operation] !== undefined)
        continue;
      const has = membership && Object.keys(membership.operations).map((each) => `\`${each}\``);
      session.error('AM2681', optimizer.span, `\`${name}\` asks for \`${operation}\` of \`${path}\``, {
        labels: [{ span: membership?.span ?? symbol.span, message: 'this one' }],
        notes: [
          has === undefined
            ? `\`${path}\` lies in no set, and no point of all space is lowest along a direction`
            : `its set \`${membership?.set ?? ''}\` defines ${has.join(', ')}`,
        ],
      });
    }
  }
}

function checkKept(
  session: Session,
  moved: readonly TypedParameter[],
  optimizer: TypedOptimizerValue,
  asked: ReadonlySet<SetOperation>,
): void {
  for (const { membership, path } of moved) {
    if (membership?.keeping !== 'lmo' || asked.has('lmo')) continue;
    const { name } = optimizer.optimizer;
    session.error('AM2682', optimizer.span, `\`${name}\` does not keep \`${path}\` in its set`, {
      labels: [{ span: membership.span, message: `\`${path}\` is kept by \`lmo\`` }],
      notes: ['an optimizer that asks for `lmo` keeps it there: `frank_wolfe()`'],
    });
  }
}

function checkBarriers(session: Session, { parameters }: TypedProblem, solve: TypedSolve): void {
  if (solve.aggregation === undefined && solve.players === undefined) return;
  for (const { membership, path } of parameters) {
    if (membership?.added === undefined) continue;
    const { span } = solve.aggregation ?? solve;
    session.error('AM2683', span, `\`${path}\` is kept by a barrier, and the objectives are several`, {
      labels: [{ span: membership.span, message: 'kept here' }],
      notes: ['keep it by projection or by a map'],
    });
  }
}
