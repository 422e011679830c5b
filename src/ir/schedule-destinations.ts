/**
 * Where results go. A result is computed straight into its destination when nothing reads the destination's old value
 * afterwards; readers in the same launch are fine if they read, no later, exactly the element that is then
 * written (`x[i] = x[i] - lr * g[i]`). Otherwise it is copied there at the end.
 */
import { add, offset, rangeOf, sameIndex, zero } from './nest-affine.js';
import type { Affine, Term } from './nest-affine.js';
import { flatIndex, visitExpressions } from './nest-expressions.js';
import { rootPlace } from './nest.js';
import type { Launch, Place, Unit } from './nest.js';
import type { Item } from './schedule-units.js';
import { at } from './types.js';

export interface ResultCopy {
  readonly from: Place;
  readonly to: Place;
}

export function findDestinations(
  results: readonly (Unit | undefined)[],
  destinations: readonly (Place | undefined)[],
  items: readonly Item[],
  /** Turns of outer loops come one after the other, stages in them, too. */
  inOrder: boolean,
): readonly ResultCopy[] {
  const touched = new Map<Place, number[]>();
  items.forEach((item, position) => {
    for (const place of item.touches) {
      const positions = touched.get(rootPlace(place));
      if (positions === undefined) touched.set(rootPlace(place), [position]);
      else if (positions.at(-1) !== position) positions.push(position);
    }
  });
  const copies: ResultCopy[] = [];
  results.forEach((unit, index) => {
    const destination = destinations[index];
    if (unit === undefined || destination === undefined) return;
    const readers = touched.get(rootPlace(destination)) ?? [];
    const writers = touched.get(unit.place) ?? [];
    if (unit.place.within === undefined && isSafe(unit, destination, readers, writers, items, inOrder)) {
      unit.place.within = { place: destination, offset: zero };
    } else {
      copies.push({ from: unit.place, to: destination });
    }
  });
  return copies;
}

function isSafe(
  unit: Unit,
  destination: Place,
  readers: readonly number[],
  writers: readonly number[],
  items: readonly Item[],
  inOrder: boolean,
): boolean {
  const firstWrite = writers[0] ?? unit.position;
  for (const position of readers) {
    if (position < firstWrite) continue;
    const item = at(items, position);
    const overlapping = item.touches.filter((place) => overlaps(place, destination));
    if (overlapping.length === 0) continue;
    if (position > firstWrite || item.launch === undefined) return false;
    if (item.launch.given === unit) return false;
    if (item.operands?.some((place) => overlaps(place, destination)) === true) return false;
    if (!readsBeforeWriting(item.launch, unit.place, destination, inOrder)) return false;
  }
  return true;
}

function readsBeforeWriting(launch: Launch, written: Place, destination: Place, inOrder: boolean): boolean {
  const writers = launch.units.filter((unit) => unit.stored && rootPlace(unit.place) === written);
  if (writers.some((unit) => unit.kind.kind !== 'map')) return false;
  const base = withinRoot(destination);
  return launch.units.every((reader) => {
    let safe = true;
    if (
      reader.stored &&
      rootPlace(reader.place) === rootPlace(destination) &&
      overlaps(reader.place, destination)
    ) {
      return false;
    }
    visitExpressions(reader.value === undefined ? [] : [reader.value], (expression) => {
      let place: Place;
      let index: Affine;
      if (expression.kind === 'load') {
        ({ place, index } = expression);
      } else if (expression.kind === 'reference') {
        place = expression.unit.place;
        index = flatIndex(expression.index, expression.unit.strides);
      } else return;
      if (rootPlace(place) !== rootPlace(destination) || !overlaps(place, destination)) return;
      const read = add(withinRoot(place), index);
      safe &&= writers.every((writer) => {
        const own = add(withinRoot(writer.place), flatIndex(writer.target, writer.strides));
        const target = add(base, own);
        if (reader.stage <= writer.stage && sameIndex(read, target)) return true;
        return inOrder && reader.stage < writer.stage && staysInRow(read, target, launch.depth);
      });
    });
    return safe;
  });
}

/** Do both stay within one row in each turn of the outer loops, and in another row in each? */
function staysInRow(read: Affine, written: Affine, depth: number): boolean {
  const split = ({ constant, terms }: Affine): { readonly outer: readonly Term[]; readonly rest: Affine } => {
    const isOuter = ({ variable }: Term): boolean => variable.kind === 'loop' && variable.depth < depth;
    return {
      outer: terms.filter(isOuter),
      rest: { constant, terms: terms.filter((term) => !isOuter(term)) },
    };
  };
  const [from, to] = [split(read), split(written)];
  const same = sameIndex({ constant: 0, terms: from.outer }, { constant: 0, terms: to.outer });
  if (!same || from.outer.length === 0) return false;
  let row = Math.max(rangeOf(from.rest).high, rangeOf(to.rest).high) + 1;
  if (Math.min(rangeOf(from.rest).low, rangeOf(to.rest).low) < 0) return false;
  for (const { coefficient, variable } of [...from.outer].sort((a, b) => a.coefficient - b.coefficient)) {
    if (coefficient < row) return false;
    row = coefficient * variable.extent;
  }
  return true;
}

/** The offset of a place in its root. */
function withinRoot(place: Place): Affine {
  let base = zero;
  let current = place;
  while (current.within !== undefined) {
    base = add(base, current.within.offset);
    current = current.within.place;
  }
  return base;
}

function overlaps(left: Place, right: Place): boolean {
  if (rootPlace(left) !== rootPlace(right)) return false;
  const difference = add(withinRoot(left), offset(negated(withinRoot(right)), 0));
  if (difference.terms.length > 0) return true;
  return difference.constant < right.size && difference.constant + left.size > 0;
}

function negated(index: Affine): Affine {
  return {
    constant: -index.constant,
    terms: index.terms.map(({ variable, coefficient }) => ({ variable, coefficient: -coefficient })),
  };
}
