/** How far an f32 is from the exact value, in units in the last place. */

const smallestNormal = 2 ** -126;
const largest = (2 - 2 ** -23) * 2 ** 127;

/** The distance between neighbouring f32 values at a magnitude; below the normal range, that of its end. */
export function unitAt(value: number): number {
  const magnitude = Math.min(Math.max(Math.abs(value), smallestNormal), largest);
  return 2 ** (Math.floor(Math.log2(magnitude)) - 23);
}

/**
 * Units between a device's value and the exact one. Infinity where one is NaN and the other is not, or of the wrong sign.
 * What is below the normal range may be flushed to 0, in between too, and what rounds beyond the range may be infinite.
 */
export function unitsApart(found: number, exact: number): number {
  if (Number.isNaN(found) || Number.isNaN(exact)) {
    return Number.isNaN(found) && Number.isNaN(exact) ? 0 : Infinity;
  }
  if (found === exact) return 0;
  if (Math.abs(found - exact) <= smallestNormal) return 0;
  const unit = unitAt(exact);
  if (!Number.isFinite(found) || !Number.isFinite(exact)) {
    const finite = Number.isFinite(found) ? found : exact;
    const same = Number.isFinite(found) ? exact > 0 === found > 0 : found > 0 === exact > 0;
    return same ? Math.max(0, (2 ** 128 - Math.abs(finite)) / 2 ** 104) : Infinity;
  }
  return Math.abs(found - exact) / unit;
}
