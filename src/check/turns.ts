/** The loops around a place: a name drawn in a loop is an array over its turns, drawn one at a time. */
import type { Context } from './context.js';
import type { Scope } from './entities.js';
import type { Turn } from './typed.js';

/** Outermost first. */
export function turnsAround(context: Context): readonly Turn[] {
  return [...scopesOf(context)].flatMap(({ loop }) => (loop === undefined ? [] : [loop])).reverse();
}

/** From the innermost outward. */
export function* scopesOf({ scope }: Context): Iterable<Scope> {
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) yield each;
}
