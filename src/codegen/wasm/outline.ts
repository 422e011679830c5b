/**
 * A part of a function as a function of its own. An engine compiles in haste first and well later, and takes the better
 * code only when a function is called again: what computes for long must be called, not only run through.
 */
import { defineFunction, get } from './code.js';
import type { Local, Statement } from './code.js';
import { visitStatement } from './encode.js';

/** The call of a function with these statements; none of the locals that they set may be read outside of them. */
export function outlined(name: string, statements: readonly Statement[]): Statement {
  const own = new Set<Local>();
  const all = new Set<Local>();
  for (const statement of statements) {
    visitStatement(statement, {
      local: (local) => all.add(local),
      assigned: (local) => own.add(local),
      callee: () => undefined,
    });
  }
  const given = [...all].filter((local) => !own.has(local));
  const made = defineFunction(name, given);
  made.body.push(...statements);
  return { kind: 'call', callee: made, operands: given.map((local) => get(local)) };
}
