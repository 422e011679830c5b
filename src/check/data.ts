/** Data blocks: what is read, what is derived from it once, and which dimension counts the rows. */
import type { DataColumn, DataDeclaration } from '../parser/ast.js';
import { rawExpression } from './columns.js';
import type { ColumnPlace, Context } from './context.js';
import { topContext } from './context.js';
import { errorExpression, fit, isError } from './convert.js';
import { resolveDeclared } from './declarations.js';
import { bareSymbol } from './dimension.js';
import type { FileScope } from './entities.js';
import { checkExpression } from './expression.js';
import { carryColumns, changingReads } from './on_policy.js';
import { levelOf, parameterIn } from './levels.js';
import { DrawnNoise } from './noise.js';
import { checkDraw } from './parameters.js';
import { checkSample } from './sampling.js';
import type { Session } from './session.js';
import { didYouMean } from '../parser/suggest.js';
import { intScalar } from './type_facts.js';
import { childrenOf } from './traverse.js';
import type { TypedData, TypedDataColumn, TypedExpression, ValueSymbol } from './typed.js';
import type { DimensionSymbol, Type } from './types.js';

const formats = ['csv', 'tsv', 'json', 'npy', 'text'] as const;

export function checkData(session: Session, file: FileScope, declaration: DataDeclaration): TypedData {
  const columns = declaration.columns.flatMap((column) => {
    const typed = checkColumn(session, file, column);
    return typed === undefined ? [] : [typed];
  });
  const context = topContext(session, file, 'data');
  const seed =
    declaration.seed === undefined ? undefined : checkExpression(context, declaration.seed, intScalar);
  const fitted = seed === undefined || isError(seed) ? undefined : fit(context, seed, intScalar, 'a seed');
  return {
    path: declaration.path,
    format: formatOf(session, declaration),
    splits: declaration.splits.map(({ name, percent }) => ({ name: name.name, percent })),
    seed: fitted === undefined || isError(fitted) ? undefined : fitted,
    rows: rowsOf(columns),
    columns: carryColumns(session, declaration, inDependencyOrder(session, columns), (symbol) =>
      drawnAnew(session, file, declaration, symbol),
    ),
    span: declaration.span,
  };
}

/** The value of a drawn column with a name of its own, by which each step draws it apart. */
function drawnAnew(
  session: Session,
  file: FileScope,
  { columns }: DataDeclaration,
  { name, type }: ValueSymbol,
): TypedExpression | undefined {
  const value = columns.find((column) => column.name.name === name)?.value;
  if (value?.operator !== '~' || type.kind !== 'array') return undefined;
  return checkSample(topContext(session, file, 'data'), value.expression, type, new DrawnNoise(name, []));
}

function formatOf(session: Session, { format }: DataDeclaration): TypedData['format'] {
  if (format === undefined) return undefined;
  const known = formats.find((name) => name === format.name);
  if (known === undefined) {
    session.error('AM2507', format.span, `\`${format.name}\` is not a format of data`, {
      notes: [...didYouMean(format.name, formats), `known are ${formats.join(', ')}`],
    });
  }
  return known;
}

function checkColumn(session: Session, file: FileScope, column: DataColumn): TypedDataColumn | undefined {
  const declared = file.declared.get(column.name.name);
  const entity = declared?.span === column.name.span ? resolveDeclared(session, file, declared) : undefined;
  if (entity?.kind !== 'value') return undefined;
  const { symbol } = entity;
  if (symbol.type.kind !== 'array') return undefined;
  const bare = column.value === undefined || column.value.expression.kind === 'call';
  const place: ColumnPlace = {
    name: symbol.name,
    type: symbol.type,
    rows: symbol.type.shape.dimensions[0],
    bare: bare && isRawCall(column),
    counter: { reads: 0 },
  };
  const context: Context = { ...topContext(session, file, 'data'), column: place };
  const value = columnValue(context, column, place, symbol);
  if (isError(value))
    return { symbol, value: { ...value, type: symbol.type } as TypedExpression, doc: column.doc };
  const { copies, others } = changingReads(session, value);
  if (levelOf(session, value) === 'parameter' && (copies.size === 0 || others.size > 0)) {
    const [changing] = others;
    const parameter = parameterIn(session, value) ?? changing;
    session.error(
      'AM2503',
      column.value?.span ?? column.span,
      'data is computed once, before parameters have values',
      {
        notes: [
          parameter === undefined
            ? 'this depends on a parameter'
            : `this depends on the parameter \`${parameter.name}\``,
          'what changes with the parameters is a `let`; data may read a `snapshot`, and is made anew with it',
        ],
      },
    );
  }
  return { symbol, value, doc: column.doc };
}

function isRawCall({ value }: DataColumn): boolean {
  if (value === undefined) return true;
  const { expression } = value;
  if (expression.kind !== 'call' || expression.callee.kind !== 'name') return false;
  return ['columns', 'column', 'characters', 'array'].includes(expression.callee.name);
}

function columnValue(
  context: Context,
  column: DataColumn,
  place: ColumnPlace,
  symbol: ValueSymbol,
): TypedExpression {
  if (column.value === undefined)
    return rawExpression(context, place, { kind: 'host' }, symbol.type, column.name.span);
  const { expression, operator } = column.value;
  if (operator === '~') return checkDraw(context, expression, place.type);
  const typed = checkExpression(context, expression, symbol.type);
  return isError(typed)
    ? errorExpression(typed.span)
    : fit(context, typed, symbol.type, `\`${symbol.name}\``, { fill: true });
}

function rowsOf(columns: readonly TypedDataColumn[]): DimensionSymbol | undefined {
  const first = ({ symbol }: TypedDataColumn): DimensionSymbol | undefined => {
    const type: Type = symbol.type;
    const [rows] = type.kind === 'array' ? type.shape.dimensions : [];
    return rows === undefined ? undefined : bareSymbol(rows);
  };
  const table =
    columns.find(({ value }) => containsRaw(value)) ?? columns.find((column) => first(column) !== undefined);
  return table === undefined ? undefined : first(table);
}

function containsRaw(typed: TypedExpression): boolean {
  return typed.kind === 'raw' || [...childrenOf(typed)].some(containsRaw);
}

/** A column that reads another comes after it. A circle of columns is an error. */
function inDependencyOrder(
  session: Session,
  columns: readonly TypedDataColumn[],
): readonly TypedDataColumn[] {
  const bySymbol = new Map(columns.map((column) => [column.symbol, column]));
  const ordered: TypedDataColumn[] = [];
  const state = new Map<TypedDataColumn, 'active' | 'done'>();
  const visit = (column: TypedDataColumn): void => {
    if (state.get(column) === 'done') return;
    if (state.get(column) === 'active') {
      session.error('AM2003', column.symbol.span, `\`${column.symbol.name}\` is defined by itself`, {
        notes: ['columns of data may use each other, but not in a circle'],
      });
      return;
    }
    state.set(column, 'active');
    for (const symbol of referencesIn(column.value)) {
      const other = bySymbol.get(symbol);
      if (other !== undefined) visit(other);
    }
    state.set(column, 'done');
    ordered.push(column);
  };
  columns.forEach(visit);
  return ordered;
}

function* referencesIn(typed: TypedExpression): Iterable<ValueSymbol> {
  if (typed.kind === 'reference') yield typed.symbol;
  for (const child of childrenOf(typed)) yield* referencesIn(child);
}
