/**
 * Binds a checked problem to its data: reads the files, turns the selected columns into arrays, and gives every
 * dimension its size and every hyperparameter its value. Between the checker, where sizes are symbols, and
 * elaboration, where they are numbers.
 */
import { bareSymbol, printDimension } from '../check/dimension.js';
import { rawColumnsOf } from '../check/evaluate/walk.js';
import { didYouMean } from '../parser/suggest.js';
import type { RawColumns, TypedData, TypedExpression, TypedProblem, ValueSymbol } from '../check/typed.js';
import type { ArrayType, DimensionSymbol } from '../check/types.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import { hasErrors } from '../parser/diagnostic.js';
import type { Span } from '../parser/source.js';
import type { DataResult } from '../runtime/data/fault.js';
import { fault, success } from '../runtime/data/fault.js';
import { files } from '../runtime/data/files.js';
import { readTable } from '../runtime/data/read.js';
import type { ClassColumn, ColumnSelection } from '../runtime/data/select.js';
import {
  checkElements,
  selectCharacters,
  selectClasses,
  selectColumn,
  selectColumns,
  sortLevels,
} from '../runtime/data/select.js';
import type { DataSource, NumberArray, Table } from '../runtime/data/source.js';
import { dataDiagnostic } from './data_diagnostic.js';
import { bindHypers } from './hypers.js';

import { Sizes } from './sizes.js';
import { staticValue } from './static_value.js';
import type { KnownValues } from './static_value.js';

/** One raw input: row-major, in the order of its source. */
export interface BoundArray {
  readonly raw: RawColumns;
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** What the class indices stand for, when the column was read as classes. */
  readonly levels: readonly string[] | undefined;
}

export interface BoundProblem {
  readonly problem: TypedProblem;
  readonly sizes: ReadonlyMap<DimensionSymbol, number>;
  readonly hypers: ReadonlyMap<ValueSymbol, number>;
  readonly arrays: readonly BoundArray[];
}

export interface BindOptions {
  /** The folder that paths in the file are relative to, and that they may not leave. */
  readonly folder: string;
  readonly allowOutside?: boolean;
  /** Arrays for columns without a source, by the column's name. */
  readonly data?: ReadonlyMap<string, DataSource>;
  /** Values for hyperparameters, by name. */
  readonly set?: ReadonlyMap<string, number>;
}

export interface BindResult {
  readonly bound: BoundProblem | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** A raw input with the source that it is read from. */
interface Reading {
  readonly raw: RawColumns;
  readonly type: ArrayType;
  readonly source: DataSource;
}

export function bindProblem(problem: TypedProblem, options: BindOptions): BindResult {
  const diagnostics: Diagnostic[] = [];
  const sizes = new Sizes();
  const hypers = bindHypers(problem, options.set ?? new Map(), sizes, diagnostics);
  const known: KnownValues = { value: (symbol) => hypers.get(symbol), size: sizes.of };

  bindGivenSizes(problem, options, sizes, diagnostics);
  const declared = new Set<DimensionSymbol>();
  bindDeclaredSizes(problem, known, sizes, declared);
  const readings = problem.data.flatMap((data) => openSources(data, options, diagnostics));
  reportUnusedData(problem, options, diagnostics);

  // Classes come last: how many levels a column may have is often said by another one.
  const isClass = (reading: Reading): boolean => reading.type.element.kind === 'class';
  const arrays = readings
    .filter((reading) => !isClass(reading))
    .flatMap((reading) => readArray(reading, sizes, diagnostics));
  bindDeclaredSizes(problem, known, sizes, declared);
  arrays.push(...readClasses(readings.filter(isClass), sizes, diagnostics));
  bindDeclaredSizes(problem, known, sizes, declared);

  diagnostics.push(...sizes.diagnostics);
  if (!hasErrors(diagnostics)) {
    reportUnknownSizes(problem, sizes, diagnostics);
    verifySizeChecks(problem, sizes, diagnostics);
  }
  if (hasErrors(diagnostics)) return { bound: undefined, diagnostics };
  return { bound: { problem, sizes: sizes.all, hypers, arrays }, diagnostics };
}

// -------------------------------------------------------------------------------------------------- sizes

/** `dim N` without a value takes one from outside, as a hyperparameter does. */
function bindGivenSizes(
  problem: TypedProblem,
  options: BindOptions,
  sizes: Sizes,
  diagnostics: Diagnostic[],
): void {
  for (const { symbol, value } of problem.dimensions) {
    const size = options.set?.get(symbol.name);
    if (value !== undefined || size === undefined) continue;
    if (Number.isInteger(size) && size >= 0) {
      sizes.addSymbol(symbol, { size, span: symbol.span, source: '`--set`' });
    } else {
      diagnostics.push({
        code: 'AM0009',
        severity: 'error',
        message: `\`${symbol.name}\` is a dimension, and ${size} is no size`,
        span: symbol.span,
      });
    }
  }
}

/** `dim K = 10`, and `let S = 6` where S stands in a shape. Those whose value is not known yet wait for the next call. */
function bindDeclaredSizes(
  problem: TypedProblem,
  known: KnownValues,
  sizes: Sizes,
  declared: Set<DimensionSymbol>,
): void {
  const declare = (
    symbol: DimensionSymbol | undefined,
    value: TypedExpression | undefined,
    span: Span,
  ): void => {
    if (symbol === undefined || value === undefined || declared.has(symbol)) return;
    const size = staticValue(value, known);
    // A fraction given for an int has its own diagnostic.
    if (size === undefined || !Number.isInteger(size)) return;
    declared.add(symbol);
    sizes.addSymbol(symbol, { size, span, source: 'its declaration' });
  };
  for (const { symbol, value } of problem.dimensions) declare(symbol, value, symbol.span);
  for (const { symbol, value } of problem.lets) declare(symbol.dimension, value, symbol.span);
}

function reportUnknownSizes(problem: TypedProblem, sizes: Sizes, diagnostics: Diagnostic[]): void {
  for (const { symbol } of problem.dimensions) {
    if (sizes.of(symbol) !== undefined) continue;
    diagnostics.push({
      code: 'AM4022',
      severity: 'error',
      message: `nothing says how large \`${symbol.name}\` is`,
      span: symbol.span,
      notes: [
        `declare it, \`dim ${symbol.name} = 10\`, read data whose type names it, or give it by \`--set ${symbol.name}=10\``,
      ],
    });
  }
}

/** Equalities that the checker had to assume. */
function verifySizeChecks(problem: TypedProblem, sizes: Sizes, diagnostics: Diagnostic[]): void {
  for (const { left, right, span } of problem.sizeChecks) {
    const a = sizes.value(left);
    const b = sizes.value(right);
    if (a === b || a === undefined || b === undefined) continue;
    diagnostics.push({
      code: 'AM4011',
      severity: 'error',
      message: `\`${printDimension(left)}\` is ${a}, and \`${printDimension(right)}\` is ${b}`,
      span,
      notes: ['they must be equal here'],
    });
  }
}

// ------------------------------------------------------------------------------------------------ sources

function openSources(data: TypedData, options: BindOptions, diagnostics: Diagnostic[]): readonly Reading[] {
  const raws = rawColumnsOf(data);
  let file: DataSource | undefined;
  if (data.path !== undefined) {
    const result = readTable(files.resolve(options.folder, data.path.text), data.format, {
      within: options.allowOutside === true ? undefined : options.folder,
      shown: data.path.text,
    });
    if (result.ok) file = result.value;
    else diagnostics.push(...result.faults.map((each) => dataDiagnostic(each, data.path?.span ?? data.span)));
  }
  return raws.flatMap((raw) => {
    if (raw.type.kind !== 'array') return [];
    if (raw.selection.kind !== 'host')
      return file === undefined ? [] : [{ raw, type: raw.type, source: file }];
    const source = options.data?.get(raw.name);
    if (source !== undefined) return [{ raw, type: raw.type, source }];
    diagnostics.push({
      code: 'AM4016',
      severity: 'error',
      message: `no data for \`${raw.name}\``,
      span: raw.span,
      notes: [`it has no source in the file, so hand it in: \`--data ${raw.name}=FILE\` (.npy, .json, .csv)`],
    });
    return [];
  });
}

function reportUnusedData(problem: TypedProblem, options: BindOptions, diagnostics: Diagnostic[]): void {
  const hosts = problem.data.flatMap(rawColumnsOf).filter((raw) => raw.selection.kind === 'host');
  const names = hosts.map((raw) => raw.name);
  const [first] = problem.data;
  for (const name of options.data?.keys() ?? []) {
    if (names.includes(name)) continue;
    diagnostics.push({
      code: 'AM0011',
      severity: 'error',
      message: `\`--data ${name}=...\` names no column that waits for data`,
      span: first?.span ?? problem.until.step.span,
      notes: [
        names.length === 0
          ? 'every column of this file has a source'
          : `columns that wait: ${names.join(', ')}`,
        ...didYouMean(name, names),
      ],
    });
  }
}

// ------------------------------------------------------------------------------------------------- arrays

function readArray(reading: Reading, sizes: Sizes, diagnostics: Diagnostic[]): readonly BoundArray[] {
  const { raw } = reading;
  const result = numbersOf(reading);
  if (!result.ok) return report(result, raw, diagnostics);
  const { shape, data } = result.value;
  if (!bindShape(reading, shape, sizes, diagnostics)) return [];
  return [{ raw, shape, data, levels: undefined }];
}

function report(result: DataResult<unknown>, raw: RawColumns, diagnostics: Diagnostic[]): readonly never[] {
  if (!result.ok)
    diagnostics.push(...result.faults.map((each) => dataDiagnostic(each, spanOf(each.unknown?.name, raw))));
  return [];
}

/** The place of the name within the selection, when it stands there. */
function spanOf(name: string | undefined, raw: RawColumns): Span {
  const { selection } = raw;
  if (selection.kind === 'columns') {
    const item = selection.items.find((each) =>
      each.kind === 'one' ? each.name === name : each.from === name || each.to === name,
    );
    return item?.span ?? raw.span;
  }
  if (selection.kind === 'all_except')
    return selection.names.find((each) => each.name === name)?.span ?? raw.span;
  return selection.kind === 'column' ? selection.span : raw.span;
}

function bindShape(
  reading: Reading,
  shape: readonly number[],
  sizes: Sizes,
  diagnostics: Diagnostic[],
): boolean {
  const { raw, type, source } = reading;
  const { dimensions } = type.shape;
  if (shape.length !== dimensions.length) {
    diagnostics.push({
      code: 'AM4017',
      severity: 'error',
      message: `\`${raw.name}\` has ${dimensions.length} axes, and "${source.path}" gives an array of shape (${shape.join(', ')})`,
      span: raw.span,
    });
    return false;
  }
  dimensions.forEach((dimension, axis) =>
    sizes.add({
      dimension,
      size: shape[axis] ?? 0,
      span: raw.span,
      source: `\`${raw.name}\` from "${source.path}"`,
    }),
  );
  return true;
}

function numbersOf({ raw, type, source }: Reading): DataResult<NumberArray> {
  const element = type.element.kind === 'class' ? 'int' : type.element.kind;
  const { selection } = raw;
  switch (selection.kind) {
    case 'columns':
    case 'all_except':
      return source.kind === 'table' ? selectColumns(source, selection) : misfit(raw, source, 'a table');
    case 'column':
      return source.kind === 'table'
        ? selectColumn(source, selection.name, element)
        : misfit(raw, source, 'a table');
    case 'array':
      return source.kind === 'array'
        ? checkElements(source, element, undefined)
        : misfit(raw, source, 'an array');
    case 'host':
      if (source.kind === 'array') return checkElements(source, element, undefined);
      if (source.kind === 'text') return misfit(raw, source, 'numbers');
      return wholeTable(source, type.shape.dimensions.length, element);
    case 'characters':
      return misfit(raw, source, 'an array of numbers');
  }
}

/** A table handed in for one array: all its columns, or its only one for a vector. */
function wholeTable(table: Table, axes: number, element: 'real' | 'int' | 'bool'): DataResult<NumberArray> {
  const [only] = table.names;
  if (axes === 1 && only !== undefined && table.names.length === 1) return selectColumn(table, only, element);
  const everything: ColumnSelection = { kind: 'all_except', names: [] };
  const array = selectColumns(table, everything);
  return array.ok ? checkElements(array.value, element, undefined) : array;
}

function misfit(raw: RawColumns, source: DataSource, wanted: string): DataResult<never> {
  const forms = { table: 'a table', array: 'one array', text: 'a text' } as const;
  return fault('AM4021', `\`${raw.text}\` needs ${wanted}, and "${source.path}" is ${forms[source.kind]}`, [
    '`columns` and `column` select from a table, `array()` takes a whole array, `characters()` a text',
  ]);
}

// ------------------------------------------------------------------------------------------------ classes

function readClasses(
  readings: readonly Reading[],
  sizes: Sizes,
  diagnostics: Diagnostic[],
): readonly BoundArray[] {
  const found: {
    readonly reading: Reading;
    readonly column: ClassColumn;
    readonly shape: readonly number[];
  }[] = [];
  for (const reading of readings) {
    const { element } = reading.type;
    const classes = element.kind === 'class' ? sizes.value(element.classes) : undefined;
    const result = classesOf(reading, classes);
    if (!result.ok) {
      report(result, reading.raw, diagnostics);
      continue;
    }
    if (bindShape(reading, result.value.shape, sizes, diagnostics)) found.push({ reading, ...result.value });
  }
  // Columns over one class dimension share their levels, whichever file they stand in.
  const shared = new Map<string, Set<string>>();
  for (const { reading, column } of found) {
    const key = classKey(reading);
    const levels = shared.get(key) ?? new Set<string>();
    column.levels.forEach((level) => levels.add(level));
    shared.set(key, levels);
  }
  return found.map(({ reading, column, shape }) => {
    const { raw, type, source } = reading;
    const levels = sortLevels([...(shared.get(classKey(reading)) ?? [])]);
    const dimension = type.element.kind === 'class' ? type.element.classes : undefined;
    const classes = dimension === undefined ? undefined : sizes.value(dimension);
    if (dimension !== undefined && classes === undefined) {
      sizes.add({
        dimension,
        size: levels.length,
        span: raw.span,
        source: `the classes of \`${raw.name}\` from "${source.path}"`,
      });
    } else if (classes !== undefined && levels.length > classes) {
      diagnostics.push({
        code: 'AM4010',
        severity: 'error',
        message: `\`${raw.name}\` brings the classes to ${levels.length}, and only ${classes} are declared`,
        span: raw.span,
      });
    }
    const position = new Map(levels.map((level, index) => [level, index]));
    const data = column.indices.map((index) => position.get(column.levels[index] ?? '') ?? index);
    return { raw, shape, data, levels };
  });
}

function classKey({ type, raw }: Reading): string {
  if (type.element.kind !== 'class') throw new Error('compiler bug: not a class column');
  // `class(2)` in two places is not one dimension; a name is.
  const { classes } = type.element;
  return bareSymbol(classes) === undefined ? `${printDimension(classes)}#${raw.id}` : classes.key;
}

function classesOf(
  { raw, source }: Reading,
  classes: number | undefined,
): DataResult<{ readonly column: ClassColumn; readonly shape: readonly number[] }> {
  const vector = (
    result: DataResult<ClassColumn>,
  ): DataResult<{ column: ClassColumn; shape: readonly number[] }> =>
    result.ok ? success({ column: result.value, shape: [result.value.indices.length] }) : result;
  const { selection } = raw;
  if (selection.kind === 'characters') {
    return source.kind === 'text' ? vector(selectCharacters(source, classes)) : misfit(raw, source, 'a text');
  }
  if (source.kind === 'text' && selection.kind === 'host') return vector(selectCharacters(source, classes));
  if (source.kind === 'table') {
    const name = selection.kind === 'column' ? selection.name : source.names[0];
    if (name === undefined || selection.kind === 'array') return misfit(raw, source, 'an array');
    return vector(selectClasses(source, name, classes));
  }
  if (source.kind === 'text' || selection.kind === 'column') return misfit(raw, source, 'a table');
  const array = checkElements(source, 'class', classes);
  if (!array.ok) return array;
  const count = classes ?? array.value.data.reduce((largest, value) => Math.max(largest, value + 1), 0);
  const levels = Array.from({ length: count }, (_, index) => String(index));
  return success({ column: { indices: array.value.data, levels }, shape: array.value.shape });
}
