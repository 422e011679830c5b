/**
 * How many random programs, and which. The same ones each time unless `PROPERTY_SEED` says otherwise, so that a change
 * is judged by what it changes; `PROPERTY_SEED=random` and `PROPERTY_FACTOR=20` make a search of it.
 */
export function runs(count: number): { readonly numRuns: number; readonly seed?: number } {
  const numRuns = Math.round(count * Number(process.env['PROPERTY_FACTOR'] ?? 1));
  const seed = process.env['PROPERTY_SEED'] ?? '20240229';
  return seed === 'random' ? { numRuns } : { numRuns, seed: Number(seed) };
}
