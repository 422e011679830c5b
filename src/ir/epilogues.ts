/**
 * Epilogues: a launch over exactly the elements of a contraction's output, which reads it only where it stands, becomes a
 * part of the contraction. The sum is then a local value, and is stored only where somebody else reads it.
 */
import { referencesOf } from './fuse.js';
import type { FusionPolicy } from './fuse.js';
import { add, sameIndex, scale, variableIndex, zero } from './nest-affine.js';
import type { Affine } from './nest-affine.js';
import { flatIndex } from './nest-expressions.js';
import { rootPlace } from './nest.js';
import type { Contraction, Launch, Unit } from './nest.js';
import type { Item } from './schedule-units.js';
import { at } from './types.js';

/**
 * @param accepts whether the back end can do the launch with the contraction
 * @param opaque the unit of each contraction's output
 * @param results units that lie in memory at the end
 */
export function attachEpilogues(
  items: Item[],
  accepts: NonNullable<FusionPolicy['epilogues']>,
  opaque: (contraction: Contraction) => Unit,
  results: readonly Unit[],
): void {
  const touched = (unit: Unit, except: readonly Item[]): boolean =>
    results.includes(unit) ||
    unit.place.within !== undefined ||
    items.some((item) => !except.includes(item) && readsFrom(item, unit));
  items.forEach(({ launch }, position) => {
    if (launch === undefined || !isElementwise(launch)) return;
    for (const unit of givenUnits(launch, items)) {
      const source = at(items, unit.position);
      if (source.schedule.kind !== 'contraction' || source.schedule.contraction.epilogue !== undefined)
        continue;
      if (opaque(source.schedule.contraction) !== unit) continue;
      if (!accepts(source.schedule.contraction, launch)) continue;
      const target = placeOfBoth(unit, launch, position, items);
      if (target === undefined) continue;
      unit.stored = touched(unit, [source, at(items, position)]);
      launch.given = unit;
      merge(items, unit.position, position, target);
      return;
    }
  });
}

/** Each point of the outer loops stands alone. */
function isElementwise({ units, stages }: Launch): boolean {
  return stages.every(({ inner }) => inner.length === 0) && units.every(({ kind }) => kind.kind === 'map');
}

/** Contractions' outputs that the launch reads, and only at its own point; the latest first. */
function givenUnits(launch: Launch, items: readonly Item[]): readonly Unit[] {
  const own = pointOf(launch);
  const fit = new Map<Unit, boolean>();
  for (const unit of launch.units) {
    for (const { unit: source, index } of referencesOf(unit)) {
      if (source.kind.kind !== 'opaque' || items[source.position]?.schedule.kind !== 'contraction') continue;
      const same = own.size === source.place.size && sameIndex(flatIndex(index, source.strides), own.index);
      fit.set(source, same && fit.get(source) !== false);
    }
  }
  const units = [...fit].filter(([, fits]) => fits).map(([unit]) => unit);
  return units.sort((left, right) => right.position - left.position);
}

/** The number of a point, counted in row-major order of the outer loops. */
function pointOf({ depth, units }: Launch): { readonly index: Affine; readonly size: number } {
  let index = zero;
  let size = 1;
  for (const variable of at(units, 0).space.slice(0, depth).reverse()) {
    index = add(index, scale(variableIndex(variable), size));
    size *= variable.extent;
  }
  return { index, size };
}

/** Where contraction and launch may stand as one: at the contraction's position, or at the launch's, or nowhere. */
function placeOfBoth(
  unit: Unit,
  launch: Launch,
  position: number,
  items: readonly Item[],
): number | undefined {
  const ready = launch.units.every((reader) =>
    referencesOf(reader).every(
      ({ unit: source }) => source.launch === launch || source === unit || source.position < unit.position,
    ),
  );
  if (ready) return unit.position;
  const between = items.slice(unit.position + 1, position);
  return between.some((item) => readsFrom(item, unit)) ? undefined : position;
}

function readsFrom(item: Item, unit: Unit): boolean {
  return (
    item.touches.some((place) => rootPlace(place) === rootPlace(unit.place)) ||
    (item.launch?.units ?? []).some((reader) =>
      referencesOf(reader).some(({ unit: source }) => source === unit),
    )
  );
}

function merge(items: Item[], from: number, to: number, target: number): void {
  const [source, epilogue] = [at(items, from), at(items, to)];
  const { schedule } = source;
  const { launch } = epilogue;
  if (schedule.kind !== 'contraction' || launch === undefined) throw new Error('compiler bug: no epilogue');
  const { output } = schedule.contraction;
  const operands = source.touches.filter((place) => place !== output);
  const stored = launch.given?.stored === true ? [output] : [];
  items[from] = items[to] = {
    schedule: { kind: 'sequence', steps: [] },
    launch: undefined,
    touches: [],
    frames: [],
  };
  items[target] = {
    schedule: { kind: 'contraction', contraction: { ...schedule.contraction, epilogue: launch } },
    launch,
    touches: [...operands, ...stored, ...epilogue.touches],
    frames: [],
    operands,
  };
  for (const unit of launch.units) unit.position = target;
  if (launch.given !== undefined) launch.given.position = target;
}
