/**
 * CSV and TSV. Cells stay text until a column is selected; the place of a cell is found by reading the file a second
 * time, which happens only when there is something to complain about.
 */
import { parse } from 'csv-parse/sync';
import type { CsvError } from 'csv-parse/sync';
import { fault, REPORTED_CELLS, success } from './fault.js';
import type { DataFault, DataPlace, DataResult } from './fault.js';
import type { Table } from './source.js';

export function readDelimited(text: string, path: string, delimiter: ',' | '\t'): DataResult<Table> {
  const options = { bom: true, delimiter, relax_column_count: true, skip_empty_lines: true } as const;
  let records: string[][];
  try {
    records = splitPlain(text, delimiter) ?? parse(text, options);
  } catch (error) {
    return malformed(error as CsvError, text, path);
  }
  const names = records[0]?.map((name) => name.trim());
  if (names === undefined)
    return fault('AM4007', `"${path}" is empty`, ['a table has a line of column names first']);
  const place = (record: number, column: number): DataPlace =>
    findPlace(text, path, delimiter, lineOfRecord(text, options, record), column);

  const faults: DataFault[] = duplicates(names, path, (column) => place(0, column));
  for (let record = 1; record < records.length && faults.length < REPORTED_CELLS; record += 1) {
    const width = records[record]?.length ?? 0;
    if (width === names.length) continue;
    faults.push({
      code: 'AM4005',
      message: `row ${record} has ${width} cells, and the header has ${names.length}`,
      notes: ['every row of a table has one cell for each column name'],
      place: place(record, Math.min(width, names.length) - 1),
    });
  }
  if (records.length === 1) {
    faults.push(...fault('AM4007', `"${path}" has a header and no rows`).faults);
  }
  if (faults.length > 0) return { ok: false, faults };
  return success({
    kind: 'table',
    path,
    names,
    rows: records.length - 1,
    cell: (row, column) => records[row + 1]?.[column] ?? null,
    place: (row, column) => place(row + 1, column),
  });
}

/** Records of a text without quotes and carriage returns, as `csv-parse` reads them; other texts are left to it. */
export function splitPlain(text: string, delimiter: string): string[][] | undefined {
  if (text.includes('"') || text.includes('\r')) return undefined;
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return plain.split('\n').flatMap((line) => (line === '' ? [] : [line.split(delimiter)]));
}

/** Names that stand twice in a header. */
export function duplicates(
  names: readonly string[],
  path: string,
  place: (column: number) => DataPlace | undefined,
): DataFault[] {
  const first = new Map<string, number>();
  const faults: DataFault[] = [];
  names.forEach((name, column) => {
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, column);
      return;
    }
    faults.push({
      code: 'AM4012',
      message: `the column name \`${name}\` stands twice in the header of "${path}"`,
      notes: [`columns ${earlier + 1} and ${column + 1}; rename one of them`],
      place: place(column),
    });
  });
  return faults;
}

function malformed(error: CsvError, text: string, path: string): DataResult<Table> {
  const line = Number(error['lines'] ?? 1);
  return fault('AM4005', `"${path}" is not a well-formed table`, [error.message], {
    path,
    line,
    column: 1,
    length: 1,
    text: text.split('\n')[line - 1]?.replace(/\r$/, '') ?? '',
  });
}

/** The line, from 1, on which record number `record` ends. */
function lineOfRecord(text: string, options: object, record: number): number {
  const rows = parse(text, { ...options, info: true, to: record + 1 }) as unknown as readonly {
    readonly info: { readonly lines: number };
  }[];
  return rows[record]?.info.lines ?? 1;
}

/** Finds cell number `wanted` of a line by scanning over quoted cells. */
function findPlace(text: string, path: string, delimiter: string, line: number, wanted: number): DataPlace {
  const lineText = text.split('\n')[line - 1]?.replace(/\r$/, '') ?? '';
  let start = line === 1 && lineText.startsWith('\uFEFF') ? 1 : 0;
  let cell = 0;
  let quoted = false;
  let position = start;
  for (; position < lineText.length; position += 1) {
    const character = lineText[position];
    if (character === '"') quoted = !quoted;
    if (character !== delimiter || quoted) continue;
    if (cell === wanted) break;
    cell += 1;
    start = position + 1;
  }
  return { path, line, column: start + 1, length: Math.max(1, position - start), text: lineText };
}
