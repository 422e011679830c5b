/** Finds what a data block reads: the raw columns inside the (possibly derived) expressions of its columns. */
import type { RawColumns, TypedData } from '../check/typed.js';

/** Properties that lead out of the expression: to types, places, and definitions, which read no data. */
const elsewhere = new Set([
  'type',
  'span',
  'symbol',
  'variable',
  'function',
  'optimizer',
  'schedule',
  'instantiation',
]);

export function rawColumnsOf(data: TypedData): readonly RawColumns[] {
  const found = new Map<number, RawColumns>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      value.forEach(visit);
      return;
    }
    if ('kind' in value && value.kind === 'raw' && 'raw' in value) {
      const raw = value.raw as RawColumns;
      found.set(raw.id, raw);
      return;
    }
    for (const [key, child] of Object.entries(value)) if (!elsewhere.has(key)) visit(child);
  };
  data.columns.forEach((column) => visit(column.value));
  return [...found.values()];
}
