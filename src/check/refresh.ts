/** `every 10 epochs`: how often a snapshot is taken. Nothing else takes the clause. */
import type { EveryClause } from '../parser/ast.js';
import { topContext } from './context.js';
import { fit, isError } from './convert.js';
import type { FileScope } from './entities.js';
import { checkExpression } from './expression.js';
import { levelOf } from './levels.js';
import type { Session } from './session.js';
import { intScalar } from './type_facts.js';
import type { TypedCarried } from './typed.js';

type Every = Extract<TypedCarried['rule'], { kind: 'snapshot' }>['every'];

export function refuseEvery(session: Session, clause: EveryClause): void {
  session.error('AM2512', clause.span, '`every` belongs to a snapshot of the program', {
    notes: ['write `model ref = snapshot(net) every 10 epochs`; everything else is computed at every step'],
  });
}

export function checkEvery(session: Session, file: FileScope, clause: EveryClause | undefined): Every {
  if (clause === undefined) return undefined;
  const context = topContext(session, file, 'problem');
  const typed = checkExpression(context, clause.count);
  const count = isError(typed) ? typed : fit(context, typed, intScalar, `the number of ${clause.unit}`);
  if (isError(count)) return undefined;
  const known = levelOf(session, count) === 'constant';
  if (known && !(count.kind === 'constant' && count.value < 1)) return { count, unit: clause.unit };
  session.error('AM2512', clause.span, `a snapshot is taken every so many ${clause.unit}, at least one`, {
    notes: known ? [] : ['the number is known before data and parameters'],
  });
  return undefined;
}
