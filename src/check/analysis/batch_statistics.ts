/** Statistics of the data in a `let` under `batch`: the rows are the batch there, so they change at every step. */
import type { Diagnostic } from '../../parser/diagnostic.js';
import { substituteDimension, symbolsOf } from '../dimension.js';
import { childrenOf } from '../traverse.js';
import type { TypedExpression } from '../typed.js';
import type { Dimension, DimensionSymbol } from '../types.js';
import { varies } from './flow.js';
import type { ProblemFacts } from './problem_facts.js';

type Substitution = (dimension: Dimension) => Dimension;

export function batchStatistics({ problem, lets, reached }: ProblemFacts): Diagnostic[] {
  const rows = new Set(problem.data.flatMap((data) => data.rows ?? []));
  if (rows.size === 0 || problem.solves.every(({ batch }) => batch === undefined)) return [];
  return problem.lets.flatMap(({ symbol, value }): Diagnostic[] => {
    const read = lets.get(symbol);
    if (read === undefined || varies(read.facts.flow) || !reached.has(symbol)) return [];
    const found = reductionOverRows(value, rows, (dimension) => dimension, undefined);
    if (found === undefined) return [];
    return [
      {
        code: 'AM3011',
        severity: 'warning',
        message: `\`${symbol.name}\` is a statistic of the rows, and under \`batch\` the rows are those of one batch`,
        span: found.span,
        notes: [
          'it is computed anew from the sampled rows at every step',
          'move it into the `data` block, where statistics are taken once over all (training) rows',
        ],
      },
    ];
  });
}

function reductionOverRows(
  expression: TypedExpression,
  rows: ReadonlySet<DimensionSymbol>,
  substitute: Substitution,
  place: TypedExpression | undefined,
): TypedExpression | undefined {
  const isRow = (dimension: Dimension): boolean =>
    [...symbolsOf(substitute(dimension))].some((symbol) => rows.has(symbol));
  if (reduced(expression).some(isRow)) return place ?? expression;
  if (expression.kind === 'call') {
    const values = new Map(
      expression.instantiation.dimensions.map(({ symbol, value }) => [symbol, substitute(value)]),
    );
    if ([...values.values()].some(isRow)) {
      const inner: Substitution = (dimension) =>
        substituteDimension(dimension, (symbol) => values.get(symbol));
      const found = reductionOverRows(expression.function.body, rows, inner, place ?? expression);
      if (found !== undefined) return found;
    }
  }
  for (const child of childrenOf(expression)) {
    const found = reductionOverRows(child, rows, substitute, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function reduced(expression: TypedExpression): readonly Dimension[] {
  if (expression.kind === 'reduce') return expression.binders.map(({ size }) => size);
  if (expression.kind !== 'reduce_axes' || expression.operand.type.kind !== 'array') return [];
  const { dimensions } = expression.operand.type.shape;
  const { axes } = expression;
  return axes === 'all'
    ? dimensions
    : dimensions.filter((_, index) => axes.includes(dimensions.length - index));
}
