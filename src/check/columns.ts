/** Reading columns: `columns(a..b, c)`, `columns(all except d)`, `column(c)`, `characters()`, `array()` inside a data block. */
import type { Argument, CallExpression, Expression } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import type { Builtin, RawName } from './builtins.js';
import type { ColumnPlace, Context } from './context.js';
import { errorExpression } from './convert.js';
import { constantDimension, multiplyDimensions } from './dimension.js';
import { printType } from './print_type.js';
import { freshId } from './session.js';
import { arrayType, realElement, shapeOf } from './type_facts.js';
import type { RawColumns, TypedExpression } from './typed.js';
import type { Dimension, Type } from './types.js';

type Selection = RawColumns['selection'];
type RawBuiltin = Extract<Builtin, { kind: 'raw' }>;

export function checkRaw(context: Context, call: CallExpression, builtin: RawBuiltin): TypedExpression {
  const { session, column } = context;
  const { span } = call;
  if (column === undefined) {
    session.error('AM2501', span, `\`${builtin.name}\` reads the data file, and stands in a \`data\` block`, {
      notes: ['declare a column there and use its name here'],
    });
    return errorExpression(span);
  }
  const selection = selectionOf(context, call, builtin);
  if (selection === undefined) return errorExpression(span);
  const type = rawType(context, column, builtin.operator, selection, span);
  if (type === undefined) return errorExpression(span);
  return rawExpression(context, column, selection, type, span);
}

export function rawExpression(
  context: Context,
  column: ColumnPlace,
  selection: Selection,
  type: Type,
  span: Span,
): TypedExpression {
  column.counter.reads += 1;
  const suffix = column.counter.reads === 1 ? '' : `_${column.counter.reads}`;
  const raw: RawColumns = {
    id: freshId(),
    name: `${column.name}${suffix}`,
    selection,
    type,
    text: selection.kind === 'host' ? column.name : textOf(span),
    span,
  };
  context.session.raw.push(raw);
  return { kind: 'raw', raw, type, span };
}

function textOf(span: Span): string {
  return span.file.text.slice(span.start, span.end).replace(/\s+/g, ' ');
}

/** The type of what is read follows the declared type of the column: its rows, and for tables its columns. */
function rawType(
  context: Context,
  column: ColumnPlace,
  operator: RawName,
  selection: Selection,
  span: Span,
): Type | undefined {
  const { session } = context;
  const { shape } = column.type;
  if (operator === 'characters' || operator === 'array') {
    if (column.bare) return column.type;
    session.error('AM2502', span, `\`${operator}()\` stands alone`, {
      notes: ['give it a column of its own, and compute from that one'],
    });
    return undefined;
  }
  const [rows, ...rest] = shape.dimensions;
  if (rows === undefined) {
    const what = operator === 'columns' ? 'a table' : 'a vector';
    session.error('AM2502', span, `\`${operator}\` gives ${what}, and \`${column.name}\` is a scalar`);
    return undefined;
  }
  const element = column.bare ? column.type.element : realElement;
  if (operator === 'column') return arrayType(element, shapeOf([rows]));
  const width = tableWidth(selection, rest);
  if (width !== undefined) return arrayType(element, shapeOf([rows, width]));
  session.error(
    'AM2502',
    span,
    `\`columns\` gives a table, and \`${column.name}\` is ${printType(column.type)}`,
    { notes: ['declare it as `real[N, D]`, or read a single column by `column(...)`'] },
  );
  return undefined;
}

/** As many columns as the declared type has elements a row; as many as are named when it has one. */
function tableWidth(selection: Selection, rest: readonly Dimension[]): Dimension | undefined {
  if (rest.length > 0) return rest.reduce(multiplyDimensions);
  const counted = selection.kind === 'columns' && selection.items.every(({ kind }) => kind === 'one');
  return counted ? constantDimension(selection.items.length) : undefined;
}

function selectionOf(context: Context, call: CallExpression, builtin: RawBuiltin): Selection | undefined {
  const values = call.arguments;
  const named = values.find((argument) => argument.name !== undefined);
  const [first, second] = values;
  switch (builtin.operator) {
    case 'characters':
    case 'array':
      if (first !== undefined) return misused(context, call, builtin, 'it takes no arguments');
      return { kind: builtin.operator };
    case 'column': {
      if (first === undefined || second !== undefined || named !== undefined)
        return misused(context, call, builtin, 'it takes one column');
      const name = columnName(first.value);
      if (name === undefined) return misused(context, call, builtin, 'a column is a name or a string');
      return { kind: 'column', name, span: first.value.span };
    }
    case 'columns':
      if (first === undefined || named !== undefined)
        return misused(context, call, builtin, 'it takes columns and runs of columns');
      return severalColumns(context, call, builtin, values);
    default:
      return builtin.operator satisfies never;
  }
}

function severalColumns(
  context: Context,
  call: CallExpression,
  builtin: RawBuiltin,
  values: readonly Argument[],
): Selection | undefined {
  const [first, second] = values;
  if (first?.value.kind === 'all_except') {
    if (second !== undefined) return misused(context, call, builtin, '`all except` stands alone');
    const names = first.value.names.map(({ name, span }) => ({ name, span }));
    return { kind: 'all_except', names };
  }
  const items: Extract<Selection, { kind: 'columns' }>['items'][number][] = [];
  for (const { value } of values) {
    if (value.kind === 'range') {
      const from = columnName(value.from);
      const to = columnName(value.to);
      if (from === undefined || to === undefined)
        return misused(context, call, builtin, 'a run of columns is `first..last`');
      items.push({ kind: 'range', from, to, span: value.span });
    } else {
      const name = columnName(value);
      if (name === undefined) return misused(context, call, builtin, 'a column is a name or a string');
      items.push({ kind: 'one', name, span: value.span });
    }
  }
  return { kind: 'columns', items };
}

function columnName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind === 'number') return expression.text;
  return expression.kind === 'string' ? expression.value : undefined;
}

function misused(context: Context, call: CallExpression, builtin: Builtin, reason: string): undefined {
  if (call.arguments.some((argument) => argument.value.kind === 'error')) return undefined;
  context.session.error('AM2502', call.span, `this is not how \`${builtin.name}\` reads the data`, {
    notes: [reason, `its forms are ${builtin.signature}`],
  });
  return undefined;
}
