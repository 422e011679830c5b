/**
 * The rule of rows: under `batch` the row dimension is the batch, so an objective that sums over rows would change with
 * its size. Such sums are found through `let`s and calls, with the dimensions of each call put in.
 */
import { bareSymbol, substituteDimension } from './dimension.js';
import type { Session } from './session.js';
import { childrenOf } from './traverse.js';
import type { TypedExpression, TypedProblem, ValueSymbol } from './typed.js';
import type { Dimension, DimensionSymbol } from './types.js';

interface Walk {
  readonly session: Session;
  readonly rows: ReadonlySet<DimensionSymbol>;
  readonly lets: ReadonlyMap<ValueSymbol, TypedExpression>;
  readonly visited: Set<ValueSymbol>;
}

type Substitution = (symbol: DimensionSymbol) => Dimension | undefined;

export function checkRows(session: Session, problem: TypedProblem): void {
  const rows = new Set(problem.data.flatMap((data) => (data.rows === undefined ? [] : [data.rows])));
  const lets = new Map(problem.lets.map(({ symbol, value }) => [symbol, value]));
  for (const solve of problem.solves) {
    if (solve.batch === undefined) continue;
    if (rows.size === 0) {
      session.error('AM2610', solve.batch.span, 'there are no rows to take a batch of', {
        notes: ['`batch` samples rows of a `data` table'],
      });
      continue;
    }
    for (const objective of problem.objectives) {
      const chosen = solve.labels.length === 0 || solve.labels.includes(objective.label ?? '');
      if (!chosen) continue;
      walk({ session, rows, lets, visited: new Set() }, objective.value, () => undefined, undefined);
    }
    for (const { value, proxy } of problem.constraints) {
      for (const each of proxy === undefined ? [value] : [value, proxy])
        walk({ session, rows, lets, visited: new Set() }, each, () => undefined, undefined);
    }
  }
}

/** `place` is the call in the file through which a sum inside a library function was reached. */
function walk(
  state: Walk,
  typed: TypedExpression,
  substitution: Substitution,
  place: TypedExpression | undefined,
): void {
  // A sum over a sum, or over the number of rows, is a mean of some kind: it does not grow with the batch.
  if (typed.kind === 'apply' && typed.operator === 'divide') {
    const [, divisor] = typed.operands;
    if (divisor !== undefined && growsWithRows(state, divisor, substitution)) return;
  }
  const summed = summedRow(state, typed, substitution);
  if (summed !== undefined) report(state.session, place ?? typed, summed, place !== undefined);
  if (typed.kind === 'reference') {
    const value = state.lets.get(typed.symbol);
    if (value === undefined) checkStored(state, typed.symbol);
    if (value === undefined || state.visited.has(typed.symbol)) return;
    state.visited.add(typed.symbol);
    walk(state, value, () => undefined, undefined);
    return;
  }
  if (typed.kind === 'call') {
    const dimensions = new Map(
      typed.instantiation.dimensions.map(({ symbol, value }) => [
        symbol,
        substituteDimension(value, substitution),
      ]),
    );
    const touchesRows = [...dimensions.values()].some((value) => isRow(state, value) !== undefined);
    if (touchesRows) walk(state, typed.function.body, (symbol) => dimensions.get(symbol), place ?? typed);
  }
  // `grad(sum(u(X)), X)` sums in order to differentiate each row by itself.
  if (typed.kind === 'derivative' && rowsOfVariable(state, typed.variable)) return;
  for (const child of childrenOf(typed)) walk(state, child, substitution, place);
}

/** What is stored has its rows along the first axis, where the sampled ones are gathered. */
function checkStored(state: Walk, symbol: ValueSymbol): void {
  const { name, role, type, span } = symbol;
  const isStored = role === 'param' || role === 'state' || role === 'data';
  // With several tables, which of them is sampled depends on what the objective reads.
  if (!isStored || type.kind !== 'array' || state.rows.size > 1 || state.visited.has(symbol)) return;
  const row = type.shape.dimensions.slice(1).map((dimension) => isRow(state, dimension));
  const found = row.find((dimension) => dimension !== undefined);
  if (found === undefined) return;
  state.visited.add(symbol);
  state.session.error(
    'AM2742',
    span,
    `under \`batch\` the rows of ${found.name} come first, and in \`${name}\` they do not`,
    {
      notes: [
        `only along the first axis are sampled rows gathered: \`${name}: real[${found.name}, ...]\``,
        `to read all of it under \`batch\`, give the axis a dimension of its own: \`dim M = ...\``,
      ],
    },
  );
}

function growsWithRows(state: Walk, typed: TypedExpression, substitution: Substitution): boolean {
  if (typed.kind === 'dimension' && !typed.total) {
    if (isRow(state, substituteDimension(typed.dimension, substitution)) !== undefined) return true;
  }
  if (typed.kind === 'reference') {
    const value = state.lets.get(typed.symbol);
    if (value !== undefined) return growsWithRows(state, value, () => undefined);
  }
  return (
    summedRow(state, typed, substitution) !== undefined ||
    [...childrenOf(typed)].some((child) => growsWithRows(state, child, substitution))
  );
}

function rowsOfVariable(state: Walk, { type }: ValueSymbol): boolean {
  return (
    type.kind === 'array' && type.shape.dimensions.some((dimension) => isRow(state, dimension) !== undefined)
  );
}

function isRow(state: Walk, dimension: Dimension): DimensionSymbol | undefined {
  const symbol = bareSymbol(dimension);
  return symbol !== undefined && state.rows.has(symbol) ? symbol : undefined;
}

function summedRow(
  state: Walk,
  typed: TypedExpression,
  substitution: Substitution,
): DimensionSymbol | undefined {
  const among = (dimensions: readonly Dimension[]): DimensionSymbol | undefined => {
    for (const dimension of dimensions) {
      const row = isRow(state, substituteDimension(dimension, substitution));
      if (row !== undefined) return row;
    }
    return undefined;
  };
  switch (typed.kind) {
    case 'reduce':
      return typed.operator === 'sum' ? among(typed.binders.map(({ size }) => size)) : undefined;
    case 'reduce_axes': {
      if (typed.operator !== 'sum' || typed.operand.type.kind !== 'array') return undefined;
      const { dimensions } = typed.operand.type.shape;
      const { axes } = typed;
      return among(
        axes === 'all'
          ? dimensions
          : dimensions.filter((_, index) => axes.includes(dimensions.length - index)),
      );
    }
    case 'matmul': {
      if (typed.left.type.kind !== 'array') return undefined;
      return among(typed.left.type.shape.dimensions.slice(-1));
    }
    default:
      return undefined;
  }
}

function report(session: Session, typed: TypedExpression, row: DimensionSymbol, inside: boolean): void {
  const { name } = row;
  const { span } = typed;
  const callee = /^sum(?=\s*\()/.exec(span.file.text.slice(span.start, span.end));
  const edit = (newText: string) => [
    { span: { file: span.file, start: span.start, end: span.start + 3 }, newText },
  ];
  session.error(
    'AM2611',
    span,
    `under \`batch\` this ${inside ? 'call sums' : 'sums'} over the sampled rows of ${name}`,
    {
      notes: [
        'its value would grow with the batch size, and nothing is rescaled in secret',
        `write \`mean(...)\`, or \`total(${name}) * mean(...)\` for an estimate of the sum over the whole table`,
      ],
      fixes:
        callee === null
          ? []
          : [
              { title: 'write `mean(...)`', edits: edit('mean') },
              { title: `write \`total(${name}) * mean(...)\``, edits: edit(`total(${name}) * mean`) },
            ],
    },
  );
}
