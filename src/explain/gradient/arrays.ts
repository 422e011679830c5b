/** Arrays of terms while an expression is read: what an array is at given indices, and how axes line up. */
import type { Dimension } from '../../check/types.js';
import type { Index, Term } from './term.js';
import { element, indexTerm } from './term.js';
import type { Named } from './term.js';

export interface TermArray {
  readonly dimensions: readonly Dimension[];
  readonly at: (indices: readonly Term[]) => Term;
}

export function scalar(term: Term): TermArray {
  return { dimensions: [], at: () => term };
}

export function arrayNamed(of: Named): TermArray {
  return { dimensions: of.dimensions, at: (indices) => element(of, indices) };
}

/** Names for indices: small letters of the dimension's name. */
export function freshIndex(size: Dimension, from?: Dimension): Index {
  const name =
    /[A-Za-z]/.exec(size.key.includes('floor') ? '' : printedName(size))?.[0]?.toLowerCase() ?? 'i';
  return { name, from, size };
}

function printedName({ terms }: Dimension): string {
  for (const { factors } of terms) {
    for (const { atom } of factors) if (atom.kind === 'symbol') return atom.symbol.name;
  }
  return '';
}

export function freshIndices(dimensions: readonly Dimension[]): readonly Index[] {
  return dimensions.map((size) => freshIndex(size));
}

export function indexTerms(indices: readonly Index[]): readonly Term[] {
  return indices.map(indexTerm);
}

/** Trailing dimensions line up. */
export function broadcast(
  arrays: readonly TermArray[],
  make: (elements: readonly Term[]) => Term,
): TermArray {
  const dimensions = arrays.reduce<readonly Dimension[]>(
    (longest, each) => (each.dimensions.length > longest.length ? each.dimensions : longest),
    [],
  );
  return {
    dimensions,
    at: (indices) =>
      make(arrays.map((each) => each.at(indices.slice(indices.length - each.dimensions.length)))),
  };
}
