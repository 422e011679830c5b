/**
 * What can be wrong with a data file, as values. The runtime stands alone, so a fault knows the place in the data
 * file and nothing of the `.opt` file; the compiler turns it into a diagnostic at the place where the data is named.
 */

/** A place in a data file, with the text of its line for display. Line and column count from 1. */
export interface DataPlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly text: string;
}

export interface DataFault {
  /** AM4xxx, see `codes.ts`. */
  readonly code: string;
  readonly message: string;
  readonly notes: readonly string[];
  readonly place: DataPlace | undefined;
  /** A name that is not there, and those that are: whoever shows the fault may suggest the nearest. */
  readonly unknown?: { readonly name: string; readonly known: readonly string[] };
}

export type DataResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly DataFault[] };

export function success<Value>(value: Value): DataResult<Value> {
  return { ok: true, value };
}

export function fault(
  code: string,
  message: string,
  notes: readonly string[] = [],
  place?: DataPlace,
): { readonly ok: false; readonly faults: readonly DataFault[] } {
  return { ok: false, faults: [{ code, message, notes, place }] };
}

/** How many bad cells of one file are reported one by one. */
export const REPORTED_CELLS = 5;
