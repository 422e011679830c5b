/**
 * Columns of a table as arrays of numbers. This is where cells get their type: numbers, whole numbers, truth values,
 * or classes, whose levels are the sorted distinct values of the column.
 */
import { fault, REPORTED_CELLS, success } from './fault.js';
import type { DataFault, DataResult } from './fault.js';
import type { Cell, NumberArray, Table, TextFile } from './source.js';

export type CellType = 'real' | 'int' | 'bool';

export type ColumnSelection =
  | {
      readonly kind: 'columns';
      readonly items: readonly (
        | { readonly kind: 'one'; readonly name: string }
        | { readonly kind: 'range'; readonly from: string; readonly to: string }
      )[];
    }
  | { readonly kind: 'all_except'; readonly names: readonly { readonly name: string }[] };

export interface ClassColumn {
  readonly indices: Float64Array;
  /** The values that the indices 0, 1, ... stand for, as text. */
  readonly levels: readonly string[];
}

export function columnIndex(table: Table, name: string): DataResult<number> {
  const index = table.names.indexOf(name);
  if (index !== -1) return success(index);
  const shown = table.names.slice(0, 12).join(', ') + (table.names.length > 12 ? ', ...' : '');
  const { faults } = fault('AM4004', `"${table.path}" has no column \`${name}\``, [`its columns: ${shown}`]);
  return { ok: false, faults: faults.map((each) => ({ ...each, unknown: { name, known: table.names } })) };
}

/** Positions of the selected columns, in the order of the selection. */
export function selectedColumns(table: Table, selection: ColumnSelection): DataResult<readonly number[]> {
  const faults: DataFault[] = [];
  const position = (name: string): number => {
    const found = columnIndex(table, name);
    if (found.ok) return found.value;
    faults.push(...found.faults);
    return -1;
  };
  let result: number[];
  if (selection.kind === 'all_except') {
    const excluded = new Set(selection.names.map(({ name }) => position(name)));
    result = table.names.map((_, index) => index).filter((index) => !excluded.has(index));
  } else {
    result = selection.items.flatMap((item) => {
      if (item.kind === 'one') return [position(item.name)];
      const [from, to] = [position(item.from), position(item.to)];
      if (from === -1 || to === -1) return [];
      if (from > to) {
        faults.push(
          ...fault(
            'AM4018',
            `\`${item.from}..${item.to}\` runs backwards: \`${item.to}\` stands first in "${table.path}"`,
            ['a run of columns follows their order in the file'],
          ).faults,
        );
        return [];
      }
      return Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
    });
  }
  return faults.length > 0 ? { ok: false, faults } : success(result);
}

/** The columns side by side, real [rows, columns]. */
export function selectColumns(table: Table, selection: ColumnSelection): DataResult<NumberArray> {
  const columns = selectedColumns(table, selection);
  if (!columns.ok) return columns;
  return numbers(table, columns.value, 'real', [table.rows, columns.value.length]);
}

/** One column, [rows]. */
export function selectColumn(table: Table, name: string, type: CellType): DataResult<NumberArray> {
  const column = columnIndex(table, name);
  if (!column.ok) return column;
  return numbers(table, [column.value], type, [table.rows]);
}

function numbers(
  table: Table,
  columns: readonly number[],
  type: CellType,
  shape: readonly number[],
): DataResult<NumberArray> {
  const data = new Float64Array(table.rows * columns.length);
  const faults: DataFault[] = [];
  let bad = 0;
  let next = 0;
  for (let row = 0; row < table.rows; row += 1) {
    for (const column of columns) {
      const value = readCell(table.cell(row, column), type);
      if (typeof value === 'number') {
        data[next] = value;
      } else {
        bad += 1;
        if (faults.length < REPORTED_CELLS) faults.push(cellFault(table, row, column, value));
      }
      next += 1;
    }
  }
  if (bad > faults.length) {
    const last = faults[faults.length - 1];
    if (last !== undefined) {
      faults[faults.length - 1] = {
        ...last,
        notes: [...last.notes, `and ${bad - faults.length} more cells like these`],
      };
    }
  }
  return faults.length > 0
    ? { ok: false, faults }
    : success({ kind: 'array', path: table.path, shape, data });
}

type BadCell = 'empty' | 'not_a_number' | 'infinite' | 'not_whole' | 'too_large' | 'not_a_truth_value';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const ABSENT = /^(?:|na|n\/a|nan|null|none|\?)$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const truthValues: Readonly<Record<string, number>> = { true: 1, false: 0, yes: 1, no: 0, '1': 1, '0': 0 };

function readCell(cell: Cell, type: CellType): number | BadCell {
  if (cell === null) return 'empty';
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell === 'string') {
    // Nearly every cell: a number, with nothing around it.
    if (type !== 'bool' && NUMBER.test(cell)) return checkNumber(Number(cell), type);
    const text = cell.trim();
    if (ABSENT.test(text)) return 'empty';
    if (type === 'bool') {
      const key = text.toLowerCase();
      return Object.hasOwn(truthValues, key) ? (truthValues[key] ?? 0) : 'not_a_truth_value';
    }
    if (INFINITE.test(text)) return 'infinite';
    if (!NUMBER.test(text)) return 'not_a_number';
    return checkNumber(Number(text), type);
  }
  if (type === 'bool') return cell === 0 || cell === 1 ? cell : 'not_a_truth_value';
  return checkNumber(cell, type);
}

function checkNumber(value: number, type: CellType): number | BadCell {
  if (Number.isNaN(value)) return 'empty';
  if (!Number.isFinite(value)) return 'infinite';
  if (type === 'int' && !Number.isInteger(value)) return 'not_whole';
  if (type === 'int' && Math.abs(value) >= 2 ** 31) return 'too_large';
  return value;
}

const badCells: Readonly<
  Record<BadCell, { readonly code: string; readonly what: string; readonly note: string }>
> = {
  empty: {
    code: 'AM4008',
    what: 'has no value',
    note: 'rows with absent values must be removed or filled first',
  },
  infinite: { code: 'AM4008', what: 'is infinite', note: 'data must be finite' },
  not_a_number: {
    code: 'AM4006',
    what: 'is not a number',
    note: 'a column of words is read by `class(K)[N] = column(...)`',
  },
  not_whole: { code: 'AM4006', what: 'is not a whole number', note: 'declare the column as `real`' },
  too_large: {
    code: 'AM4006',
    what: 'is too large for an int',
    note: 'ints lie between -2^31 and 2^31; declare it as `real`',
  },
  not_a_truth_value: {
    code: 'AM4006',
    what: 'is not a truth value',
    note: 'truth values are true, false, yes, no, 1 and 0',
  },
};

function cellFault(table: Table, row: number, column: number, kind: BadCell): DataFault {
  const { code, what, note } = badCells[kind];
  const cell = table.cell(row, column);
  const place = table.place(row, column);
  const where = place === undefined ? `row ${row + 1}` : `line ${place.line}, column ${place.column}`;
  const shown = kind === 'empty' ? 'a cell' : JSON.stringify(cell);
  return {
    code,
    message: `${shown} of \`${table.names[column] ?? ''}\` in "${table.path}" (${where}) ${what}`,
    notes: [note],
    place,
  };
}

/**
 * One column as classes. `classes` is the K that is known already; whole numbers that are all below it count as class
 * numbers, and otherwise the sorted distinct values are the levels, by number if all are numbers.
 */
export function selectClasses(
  table: Table,
  name: string,
  classes: number | undefined,
): DataResult<ClassColumn> {
  const found = columnIndex(table, name);
  if (!found.ok) return found;
  const column = found.value;
  const cells: string[] = [];
  for (let row = 0; row < table.rows; row += 1) {
    const cell = table.cell(row, column);
    const text = cell === null ? '' : String(cell).trim();
    if (ABSENT.test(text)) return { ok: false, faults: [cellFault(table, row, column, 'empty')] };
    cells.push(text);
  }
  const levels = sortLevels([...new Set(cells)]);
  if (classes !== undefined && levels.length > classes) {
    return fault(
      'AM4010',
      `\`${name}\` of "${table.path}" has ${levels.length} classes, and only ${classes} are declared`,
      [`its classes: ${levels.slice(0, 12).join(', ')}${levels.length > 12 ? ', ...' : ''}`],
    );
  }
  if (classes !== undefined && levels.every((level) => /^\d+$/.test(level) && Number(level) < classes)) {
    const all = Array.from({ length: classes }, (_, index) => String(index));
    return success({ indices: Float64Array.from(cells, Number), levels: all });
  }
  const positions = new Map(levels.map((level, index) => [level, index]));
  return success({ indices: Float64Array.from(cells, (cell) => positions.get(cell) ?? 0), levels });
}

export function sortLevels(levels: readonly string[]): string[] {
  if (levels.every((level) => NUMBER.test(level))) return [...levels].sort((a, b) => Number(a) - Number(b));
  return [...levels].sort(byCodePoint);
}

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let index = 0; index < left.length && index < right.length; index += 1) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** A text as class indices: its distinct characters, in code point order, are the levels. */
export function selectCharacters(source: TextFile, classes: number | undefined): DataResult<ClassColumn> {
  const characters = [...source.text];
  const levels = [...new Set(characters)].sort(byCodePoint);
  if (classes !== undefined && levels.length > classes) {
    return fault(
      'AM4010',
      `"${source.path}" has ${levels.length} different characters, and only ${classes} are declared`,
    );
  }
  const positions = new Map(levels.map((level, index) => [level, index]));
  return success({ indices: Float64Array.from(characters, (one) => positions.get(one) ?? 0), levels });
}

/** A whole array with elements of the type; classes are whole numbers from 0, below `classes` when that is known. */
export function checkElements(
  array: NumberArray,
  type: CellType | 'class',
  classes: number | undefined,
): DataResult<NumberArray> {
  for (let index = 0; index < array.data.length; index += 1) {
    const value = array.data[index] ?? 0;
    if (!Number.isFinite(value)) {
      return fault('AM4008', `"${array.path}" is ${String(value)} at ${at(index, array.shape)}`, [
        'data must be finite',
      ]);
    }
    if (type === 'real') continue;
    if (
      !Number.isInteger(value) ||
      Math.abs(value) >= 2 ** 31 ||
      (type === 'bool' && value !== 0 && value !== 1)
    ) {
      const wanted = type === 'bool' ? 'a truth value (0 or 1)' : 'a whole number';
      return fault(
        'AM4006',
        `"${array.path}" is ${value} at ${at(index, array.shape)}, which is not ${wanted}`,
      );
    }
    if (type === 'class' && (value < 0 || (classes !== undefined && value >= classes))) {
      const range = classes === undefined ? 'classes count from 0' : `classes are 0..${classes - 1}`;
      return fault('AM4009', `"${array.path}" is ${value} at ${at(index, array.shape)}: no such class`, [
        range,
      ]);
    }
  }
  return success(array);
}

function at(index: number, shape: readonly number[]): string {
  const indices: number[] = [];
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const extent = shape[axis] ?? 1;
    indices.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return `[${indices.join(', ')}]`;
}
