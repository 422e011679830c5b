/**
 * Processes: `solve for 1000 steps { ... }`. The body is made of the statements that every body is made of, run in
 * order at each step; its updates of parameters and of states of the file are what lasts. `t` and `T` are the step and
 * the number of steps.
 */
import type { Declaration, ProcessDeclaration } from '../parser/ast.js';
import type { Context } from './context.js';
import { topContext, within } from './context.js';
import { isError } from './convert.js';
import { resolveDeclared } from './declarations.js';
import type { FileScope } from './entities.js';
import { checkCondition } from './expression.js';
import { integer } from './problem.js';
import { freshSymbol } from './session.js';
import type { Session } from './session.js';
import { bodyContext, checkStatements } from './statements.js';
import { intScalar } from './type_facts.js';
import type { TypedExpression, TypedProblem, TypedProcess, TypedStatement, ValueSymbol } from './typed.js';

export function checkProcesses(
  session: Session,
  file: FileScope,
  declarations: readonly Declaration[],
  until: TypedProblem['until'],
): readonly TypedProcess[] {
  const processes: TypedProcess[] = [];
  let position = 0;
  for (const declaration of declarations) {
    if (declaration.kind === 'solve') position += 1;
    if (declaration.kind !== 'process') continue;
    const checked = checkProcess(session, file, declaration, processes.length, position, until);
    if (checked !== undefined) processes.push(checked);
  }
  return processes;
}

function checkProcess(
  session: Session,
  file: FileScope,
  declaration: ProcessDeclaration,
  index: number,
  position: number,
  until: TypedProblem['until'],
): TypedProcess | undefined {
  const { span, body } = declaration;
  const outside = topContext(session, file, 'problem');
  const count = integer(outside, declaration.count, 'the number of steps');
  const seed = declaration.seed && integer(outside, declaration.seed, 'a seed');
  const condition = declaration.until && checkUntil(outside, declaration.until, until);
  const implicit = {
    t: freshSymbol('t', 'implicit', intScalar, span),
    T: freshSymbol('T', 'implicit', intScalar, span),
  };
  // Draws are named after the place of the process, so that two of them draw apart.
  const top: Context = { ...topContext(session, file, 'process'), path: `process[${index}]` };
  top.scope.names.set('t', { kind: 'value', symbol: implicit.t });
  top.scope.names.set('T', { kind: 'value', symbol: implicit.T });
  for (const symbol of variablesOf(session, file))
    top.scope.names.set(symbol.name, { kind: 'value', symbol });
  const statements = checkBody(top, body.statements);
  const known = new Set(variablesOf(session, file));
  const updated = [...new Set(updatedIn(statements))].filter((symbol) => known.has(symbol));
  if (count === undefined) return undefined;
  if (updated.length === 0) {
    // An update of another name of the file, or of another type, has its own diagnostic.
    const named = bodyContext(top, body.statements).updated;
    if ([...named].some((name) => file.declared.has(name))) return undefined;
    session.error('AM2711', span, 'this process updates nothing', {
      notes: ['its body gives parameters or states of the file new values: `count[a] <- count[a] + 1`'],
    });
    return undefined;
  }
  const title = `process of ${updated.map(({ name }) => name).join(', ')}`;
  return { position, statements, updated, implicit, title, count, until: condition, seed, span };
}

/** Integers that turn out to be reals are found on the way, so a body may be checked again. */
function checkBody(
  top: Context,
  statements: ProcessDeclaration['body']['statements'],
): readonly TypedStatement[] {
  const { session } = top;
  for (;;) {
    const restore = session.mark();
    const widened = session.widened.size;
    const typed = checkStatements(bodyContext(top, statements), statements);
    if (session.widened.size === widened) return typed;
    restore();
  }
}

/** The parameters and states that the file declares by name. */
function variablesOf(session: Session, file: FileScope): readonly ValueSymbol[] {
  return [...file.declared.values()].flatMap((declared) => {
    const { kind } = declared.declaration;
    if (kind !== 'param' && kind !== 'problem_state') return [];
    const entity = resolveDeclared(session, file, declared);
    return entity.kind === 'value' ? [entity.symbol] : [];
  });
}

function* updatedIn(statements: readonly TypedStatement[]): Iterable<ValueSymbol> {
  for (const statement of statements) {
    if (statement.kind === 'update') yield statement.symbol;
    if (statement.kind === 'for') yield* updatedIn(statement.body);
    if (statement.kind === 'if') {
      yield* updatedIn(statement.then);
      yield* updatedIn(statement.otherwise);
    }
  }
}

function checkUntil(
  context: Context,
  expression: ProcessDeclaration['count'],
  until: TypedProblem['until'],
): TypedExpression | undefined {
  const inner = within(context);
  inner.scope.names.set('step', { kind: 'value', symbol: until.step });
  const condition = checkCondition(inner, expression, '`until`');
  return isError(condition) ? undefined : condition;
}
