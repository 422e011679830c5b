/**
 * The forms that data comes in once its file is read: a table of named columns whose cells are typed only when a
 * column is asked for, one array with a shape, or a text.
 */
import type { DataPlace } from './fault.js';

export type DataFormat = 'csv' | 'tsv' | 'json' | 'npy' | 'text';

/** `null` is an absent value (JSON's null, or a key that a record lacks). */
export type Cell = string | number | boolean | null;

export interface Table {
  readonly kind: 'table';
  readonly path: string;
  readonly names: readonly string[];
  readonly rows: number;
  readonly cell: (row: number, column: number) => Cell;
  /** Where the cell stands in the file; computed only for messages. */
  readonly place: (row: number, column: number) => DataPlace | undefined;
}

/** A dense row-major array of numbers. */
export interface NumberArray {
  readonly kind: 'array';
  readonly path: string;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export interface TextFile {
  readonly kind: 'text';
  readonly path: string;
  readonly text: string;
}

export type DataSource = Table | NumberArray | TextFile;
