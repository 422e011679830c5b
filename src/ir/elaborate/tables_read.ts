/** Which tables an expression reads: through lets, functions, models, and parameters that have a row each. */
import type { TypedExpression, ValueSymbol } from '../../check/typed.js';
import type { DimensionSymbol } from '../../check/types.js';
import { leadingRows, type ProblemFacts } from './facts.js';
import { walkExpression } from './walk.js';

/** Indices into `facts.tables`. */
export function tablesReadBy(facts: ProblemFacts, expression: TypedExpression): ReadonlySet<number> {
  const tables = new Set<number>();
  const seen = new Set<unknown>();
  const firstTime = (what: unknown): boolean => {
    if (seen.has(what)) return false;
    seen.add(what);
    return true;
  };
  const note = (rows: DimensionSymbol | undefined): void => {
    const table = rows === undefined ? undefined : facts.tableOf.get(rows);
    if (table !== undefined) tables.add(table);
  };
  const visitSymbol = (symbol: ValueSymbol): void => {
    if (!firstTime(symbol)) return;
    if (facts.dataIndex.has(symbol) || facts.parameterIndex.has(symbol) || facts.carriedIndex.has(symbol))
      note(leadingRows(symbol.type, facts.tableOf));
    const binding = facts.lets.get(symbol);
    if (binding !== undefined) visit(binding.value);
  };
  const visit = (root: TypedExpression): void => {
    walkExpression(root, {
      expression: (each) => {
        if (each.kind === 'reference') visitSymbol(each.symbol);
      },
      enter: firstTime,
    });
  };
  visit(expression);
  return tables;
}
