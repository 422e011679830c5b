/**
 * On-policy data: a `data` block whose columns read a snapshot, through `let`s, functions and models too, is made anew
 * whenever the snapshot is. Its columns are then carried from step to step, as the snapshot is, instead of prepared once.
 */
import type { DataDeclaration } from '../parser/ast.js';
import { levelOfSymbol } from './levels.js';
import type { Session } from './session.js';
import { childrenOf } from './traverse.js';
import type { Every, TypedDataColumn, TypedExpression, ValueSymbol } from './typed.js';

interface Reads {
  /** Snapshots, and columns that read some. */
  readonly copies: ReadonlySet<ValueSymbol>;
  /** Parameters, states and averages, which change at every step. */
  readonly others: ReadonlySet<ValueSymbol>;
}

/** What changes while the program runs, as far as an expression reads it. */
export function changingReads(session: Session, typed: TypedExpression): Reads {
  const lets = new Map(session.lets.map(({ symbol, value }) => [symbol, value]));
  const kinds = new Map(session.copies.map(({ symbol, rule }) => [symbol, rule.kind]));
  const copies = new Set<ValueSymbol>();
  const others = new Set<ValueSymbol>();
  const seen = new Set<object>();
  const visit = (expression: TypedExpression): void => {
    if (expression.kind === 'reference' || expression.kind === 'derivative') {
      const symbol = expression.kind === 'reference' ? expression.symbol : expression.variable;
      const kind = kinds.get(symbol);
      const value = lets.get(symbol);
      if (kind === 'snapshot' || kind === 'remade') copies.add(symbol);
      else if (value !== undefined && !seen.has(symbol)) {
        seen.add(symbol);
        visit(value);
      } else if (value === undefined && levelOfSymbol(session, symbol) === 'parameter') others.add(symbol);
    }
    if (expression.kind === 'call' && !seen.has(expression.function)) {
      seen.add(expression.function);
      visit(expression.function.body);
    }
    if (expression.kind === 'function_value' && expression.target.kind === 'function') {
      visit(expression.target.function.body);
    }
    for (const child of childrenOf(expression)) visit(child);
  };
  visit(typed);
  return { copies, others };
}

/** Hands the columns of an on-policy block over to what is carried; undefined for other blocks. */
export function carryColumns(
  session: Session,
  declaration: DataDeclaration,
  columns: readonly TypedDataColumn[],
  /** A column that is drawn, as a draw of every step at which it is made. */
  drawnAnew: (symbol: ValueSymbol) => TypedExpression | undefined,
): readonly TypedDataColumn[] {
  const reads = columns.map(({ value }) => changingReads(session, value));
  const copies = [...new Set(reads.flatMap(({ copies: some }) => [...some]))];
  if (copies.length === 0) return columns;
  const raw = columns.find(({ value }) => containsRaw(value));
  if (raw !== undefined) {
    session.error(
      'AM2713',
      raw.symbol.span,
      `\`${raw.symbol.name}\` comes from outside, and this block is made anew`,
      {
        notes: [
          'another column of the block reads a snapshot; what stays the same stands in a block of its own',
        ],
      },
    );
    return columns;
  }
  const periods = copies.map((symbol) => everyOf(session, symbol));
  const [every] = periods;
  if (periods.some((other) => keyOf(other) !== keyOf(every))) {
    session.error(
      'AM2714',
      declaration.span,
      'this block reads snapshots that are taken at different times',
      {
        notes: ['it is made anew whenever they are, which has to be at the same steps'],
      },
    );
    return columns;
  }
  for (const { symbol, value } of columns) {
    session.levels.set(symbol, 'parameter');
    const drawn = drawnAnew(symbol) ?? value;
    const rule = { kind: 'remade', value: drawn, every } as const;
    session.copies.push({ symbol, path: symbol.name, start: drawn, rule, span: symbol.span });
  }
  return [];
}

function everyOf(session: Session, symbol: ValueSymbol): Every | undefined {
  const rule = session.copies.find((copy) => copy.symbol === symbol)?.rule;
  return rule?.kind === 'snapshot' || rule?.kind === 'remade' ? rule.every : undefined;
}

function keyOf(every: Every | undefined): string {
  if (every === undefined) return '';
  const { start, end, file } = every.count.span;
  return `${file.text.slice(start, end)} ${every.unit}`;
}

function containsRaw(typed: TypedExpression): boolean {
  return typed.kind === 'raw' || [...childrenOf(typed)].some(containsRaw);
}
