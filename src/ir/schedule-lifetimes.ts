/** How long the temporaries of a region live: from the first to the last item that touches them. */
import { isLocal, referencesOf } from './fuse.js';
import { arenaOf, planFrame } from './memory.js';
import type { Arena, Lifetime } from './memory.js';
import { visitExpressions } from './nest-expressions.js';
import { rootPlace } from './nest.js';
import type { Buffer, Expression, Place, Unit } from './nest.js';
import type { Item, ScheduleContext } from './schedule-units.js';

/** Finds out which units are read from memory, and what each launch touches. */
export function markStored(items: readonly Item[], results: readonly Unit[]): void {
  for (const unit of results) unit.stored = true;
  for (const item of items) {
    for (const unit of item.launch?.units ?? []) {
      for (const reference of referencesOf(unit)) {
        if (isLocal(reference, unit)) continue;
        reference.unit.stored = true;
        item.touches.push(reference.unit.place);
      }
      item.touches.push(...loadedPlaces(unit));
    }
  }
  for (const item of items) {
    for (const unit of item.launch?.units ?? []) if (unit.stored) item.touches.push(unit.place);
  }
}

/** Finds what a launch stores only for a later stage of the same turn. */
export function markPassing(items: readonly Item[], results: readonly (Unit | undefined)[]): void {
  const touched = new Map<Place, Set<Item>>();
  for (const item of items) {
    for (const place of item.touches) {
      const root = rootPlace(place);
      const by = touched.get(root) ?? new Set();
      touched.set(root, by.add(item));
    }
  }
  for (const { launch } of items) {
    if (launch === undefined || launch.depth === 0) continue;
    for (const unit of launch.units) {
      const { place, kind } = unit;
      const free = place.within === undefined && place.buffer === undefined && !results.includes(unit);
      const written = kind.kind === 'map' || kind.kind === 'scan';
      unit.passing = unit.stored && free && written && touched.get(place)?.size === 1;
    }
  }
}

/** Buffers for all places that are nowhere yet, with lifetimes from first to last touch. */
export function allocate(
  items: readonly Item[],
  /** The places that the region made. */
  mine: ReadonlySet<Place>,
  results: readonly Place[],
  { makeBuffer, bank }: Pick<ScheduleContext, 'makeBuffer' | 'bank'>,
): Record<Arena, Buffer> {
  const lifetimes = new Map<Buffer, Lifetime>();
  const own = new Set<Buffer>();
  const touch = (place: Place, position: number): void => {
    const root = rootPlace(place);
    if (root.buffer === undefined && mine.has(root)) {
      root.buffer = makeBuffer(root.dtype, root.size, root.label);
      own.add(root.buffer);
    }
    if (root.buffer !== undefined && own.has(root.buffer)) live(root.buffer, position);
  };
  const live = (buffer: Buffer, position: number): void => {
    const lifetime = lifetimes.get(buffer);
    if (lifetime === undefined) lifetimes.set(buffer, { buffer, first: position, last: position });
    else lifetime.last = Math.max(lifetime.last, position);
  };
  items.forEach((item, position) => {
    for (const place of item.touches) touch(place, position);
    for (const frame of item.frames) live(frame, position);
  });
  for (const place of results) touch(place, items.length);
  const frames = {} as Record<Arena, Buffer>;
  for (const arena of ['real', 'integer'] as const) {
    const members = [...lifetimes.values()].filter(({ buffer }) => arenaOf(buffer) === arena);
    const dtype = arena === 'real' ? 'real' : 'int';
    const placeholder = makeBuffer(dtype, 0, 'frame');
    const size = planFrame(members, placeholder, bank);
    const frame = makeBuffer(dtype, size, 'frame');
    placeholder.home = { kind: 'part', of: frame, offset: 0 };
    frames[arena] = frame;
  }
  return frames;
}

function loadedPlaces(unit: Unit): readonly Place[] {
  const places: Place[] = [];
  const roots: Expression[] = unit.value === undefined ? [] : [unit.value];
  for (const index of [...unit.target, ...unit.guards.map((guard) => guard.index)]) {
    for (const { variable } of index.terms) if (variable.kind === 'value') roots.push(variable.value);
  }
  visitExpressions(roots, (expression) => {
    if (expression.kind === 'load') places.push(expression.place);
  });
  return places;
}
