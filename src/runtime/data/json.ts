/**
 * JSON as data: an array of records, an object of columns, or nested arrays of numbers of one shape.
 */
import { fault, success } from './fault.js';
import type { DataResult } from './fault.js';
import type { Cell, NumberArray, Table } from './source.js';

export function readJson(text: string, path: string): DataResult<Table | NumberArray> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return fault('AM4015', `"${path}" is not JSON`, [(error as Error).message]);
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return fault('AM4007', `"${path}" is an empty array`);
    return isRecord(value[0]) ? fromRecords(value, path) : fromNested(value, path);
  }
  return isRecord(value) ? fromColumns(value, path) : unknownForm(path);
}

function unknownForm(path: string): DataResult<Table | NumberArray> {
  return fault('AM4015', `"${path}" has no form that data can have`, [
    'write an array of records, an object of columns, or nested arrays of numbers',
  ]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asCell(value: unknown): Cell | undefined {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}

function fromRecords(records: readonly unknown[], path: string): DataResult<Table> {
  const names = Object.keys(records[0] as object);
  const cells: Cell[][] = [];
  for (const [row, record] of records.entries()) {
    if (!isRecord(record)) return fault('AM4005', `record ${row} of "${path}" is not an object`);
    const keys = Object.keys(record);
    const missing = names.find((name) => !Object.hasOwn(record, name));
    const surplus = keys.find((key) => !names.includes(key));
    if (missing !== undefined || surplus !== undefined) {
      const why = missing === undefined ? `has \`${surplus ?? ''}\` besides` : `lacks \`${missing}\``;
      return fault('AM4005', `record ${row} of "${path}" ${why}`, [
        'all records have the keys of the first one',
      ]);
    }
    const line = names.map((name) => asCell(record[name]));
    const column = line.indexOf(undefined);
    if (column !== -1) return nestedCell(path, row, names[column] ?? '');
    cells.push(line as Cell[]);
  }
  return success(makeTable(path, names, cells.length, (row, column) => cells[row]?.[column] ?? null));
}

function fromColumns(columns: Readonly<Record<string, unknown>>, path: string): DataResult<Table> {
  const names = Object.keys(columns);
  const lists: Cell[][] = [];
  for (const name of names) {
    const column = columns[name];
    if (!Array.isArray(column)) {
      return fault('AM4015', `\`${name}\` of "${path}" is not an array`, [
        'an object of columns has an array a name',
      ]);
    }
    const list = column.map(asCell);
    const row = list.indexOf(undefined);
    if (row !== -1) return nestedCell(path, row, name);
    if (lists[0] !== undefined && lists[0].length !== list.length) {
      return fault(
        'AM4005',
        `\`${name}\` of "${path}" has ${list.length} values, and \`${names[0] ?? ''}\` has ${lists[0].length}`,
      );
    }
    lists.push(list as Cell[]);
  }
  const rows = lists[0]?.length ?? 0;
  if (rows === 0) return fault('AM4007', `"${path}" has no rows`);
  return success(makeTable(path, names, rows, (row, column) => lists[column]?.[row] ?? null));
}

function nestedCell(path: string, row: number, name: string): DataResult<Table> {
  return fault('AM4006', `\`${name}\` of record ${row} of "${path}" is neither number, text nor truth value`);
}

function makeTable(path: string, names: readonly string[], rows: number, cell: Table['cell']): Table {
  return { kind: 'table', path, names, rows, cell, place: () => undefined };
}

/** Iterative in the elements, recursive only in the (few) axes. */
function fromNested(value: readonly unknown[], path: string): DataResult<NumberArray> {
  const shape: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0] as unknown)
    shape.push(level.length);
  const data: number[] = [];
  let problem: DataResult<NumberArray> | undefined;
  const visit = (level: unknown, axis: number, at: string): void => {
    if (problem !== undefined) return;
    if (axis < shape.length) {
      if (!Array.isArray(level) || level.length !== shape[axis]) {
        problem = fault('AM4005', `"${path}" is ragged at ${at || 'its top'}`, [
          `by its first elements the array has the shape (${shape.join(', ')})`,
        ]);
        return;
      }
      level.forEach((inner, index) => visit(inner, axis + 1, `${at}[${index}]`));
    } else if (typeof level === 'number') data.push(level);
    else if (typeof level === 'boolean') data.push(level ? 1 : 0);
    else problem = fault('AM4006', `${at} of "${path}" is not a number`);
  };
  visit(value, 0, '');
  return problem ?? success({ kind: 'array', path, shape, data: Float64Array.from(data) });
}
