/**
 * What is known of a problem once its sizes are: tables and their splits, where each parameter lies in x, which
 * columns are read from outside. Made once; every view of the problem reads it.
 */
import type { RawColumns, TypedLet, TypedProblem, ValueSymbol } from '../../check/typed.js';
import type { DimensionSymbol, Type } from '../../check/types.js';
import type { Table } from '../program.js';
import type { Report } from '../rewrite/rewrite.js';
import { fail } from './context.js';
import { problemRoots } from './problem_roots.js';
import { runTimeHypers } from './run_time_hypers.js';
import { enteringOnce, walkExpression, walkStatements } from './walk.js';

export interface ElaborationOptions {
  /** Sizes of the file's dimensions, from the data or the host. */
  readonly sizes: ReadonlyMap<DimensionSymbol, number>;
  /** Values given on the command line, by name. */
  readonly hypers: ReadonlyMap<string, number>;
  readonly seed: number | undefined;
  /** Overrides the length of every phase. */
  readonly steps: number | undefined;
}

export interface ProblemFacts {
  readonly problem: TypedProblem;
  readonly options: ElaborationOptions;
  readonly targets: ReadonlySet<ValueSymbol>;
  /** Told of every rewrite that is made before something is differentiated. */
  readonly report: Report;
  readonly tables: readonly Table[];
  /** Row dimensions, index into `tables`. */
  readonly tableOf: ReadonlyMap<DimensionSymbol, number>;
  readonly raw: readonly RawColumns[];
  readonly data: readonly { readonly symbol: ValueSymbol; readonly table: number | undefined }[];
  readonly dataIndex: ReadonlyMap<ValueSymbol, number>;
  readonly parameterIndex: ReadonlyMap<ValueSymbol, number>;
  readonly lets: ReadonlyMap<ValueSymbol, TypedLet>;
  /** Which of the carried values a name is; they come before the optimizer's states. */
  readonly carriedIndex: ReadonlyMap<ValueSymbol, number>;
  /** Which of the program's hyperparameters a name is; the others are constants. */
  readonly hyperIndex: ReadonlyMap<ValueSymbol, number>;
  /** The binding whose compile-time value a dimension symbol stands for. */
  readonly staticOf: ReadonlyMap<DimensionSymbol, ValueSymbol>;
}

/** The row dimension that a shape begins with. */
export function leadingRows(
  type: Type,
  tableOf: ReadonlyMap<DimensionSymbol, number>,
): DimensionSymbol | undefined {
  if (type.kind !== 'array') return undefined;
  const term = type.shape.dimensions[0]?.terms;
  const factor = term?.length === 1 ? term[0]?.factors[0] : undefined;
  if (factor?.atom.kind !== 'symbol' || factor.power !== 1 || term?.[0]?.coefficient !== 1) return undefined;
  return tableOf.has(factor.atom.symbol) ? factor.atom.symbol : undefined;
}

export function gatherFacts(
  problem: TypedProblem,
  options: ElaborationOptions,
  report: Report,
): ProblemFacts {
  const { tables, tableOf } = tablesOf(problem, options);
  const columns = problem.data.flatMap((block) => block.columns);
  const staticOf = new Map<DimensionSymbol, ValueSymbol>();
  for (const { symbol } of [...problem.hypers, ...problem.lets]) {
    if (symbol.dimension !== undefined) staticOf.set(symbol.dimension, symbol);
  }
  return {
    problem,
    options,
    targets: derivativeTargets(problem),
    report,
    tables,
    tableOf,
    raw: rawColumns(problem),
    data: columns.map(({ symbol }) => {
      const rows = leadingRows(symbol.type, tableOf);
      return { symbol, table: rows === undefined ? undefined : tableOf.get(rows) };
    }),
    dataIndex: new Map(columns.map((column, index) => [column.symbol, index])),
    parameterIndex: new Map(problem.parameters.map((parameter, index) => [parameter.symbol, index])),
    lets: new Map(problem.lets.map((binding) => [binding.symbol, binding])),
    hyperIndex: new Map(runTimeHypers(problem).map(({ symbol }, index) => [symbol, index])),
    carriedIndex: new Map(problem.carried.map(({ symbol }, index) => [symbol, index])),
    staticOf,
  };
}

function tablesOf(problem: TypedProblem, options: ElaborationOptions) {
  const tables: Table[] = [];
  const tableOf = new Map<DimensionSymbol, number>();
  for (const block of problem.data) {
    if (block.rows === undefined) continue;
    const known = tableOf.get(block.rows);
    const earlier = known === undefined ? undefined : tables[known];
    if (earlier !== undefined && block.splits.length === 0) continue;
    const rows = options.sizes.get(block.rows) ?? 0;
    const table: Table = {
      dimension: block.rows.name,
      rows,
      splits: splitRows(rows, block.splits),
      shuffleSeed: block.splits.length === 0 ? undefined : seedOf(block.seed),
    };
    if (known === undefined) {
      tableOf.set(block.rows, tables.length);
      tables.push(table);
    } else tables[known] = table;
  }
  return { tables, tableOf };
}

function seedOf(seed: TypedProblem['data'][number]['seed']): number {
  if (seed === undefined) return 0;
  if (seed.kind !== 'constant') fail('AM5015', seed.span, 'the seed of a split must be a number');
  return seed.value;
}

/** Every split but the last gets its share rounded; the last gets the rest. */
function splitRows(
  rows: number,
  splits: readonly { readonly name: string; readonly percent: number }[],
): Table['splits'] {
  if (splits.length === 0) return [{ name: 'train', start: 0, count: rows }];
  let start = 0;
  return splits.map(({ name, percent }, index) => {
    const share = index === splits.length - 1 ? rows - start : Math.round((rows * percent) / 100);
    const count = Math.max(0, Math.min(share, rows - start));
    start += count;
    return { name, start: start - count, count };
  });
}

function rawColumns(problem: TypedProblem): RawColumns[] {
  const found = new Map<number, RawColumns>();
  for (const block of problem.data) {
    for (const column of block.columns) {
      walkExpression(column.value, {
        expression: (expression) => {
          if (expression.kind === 'raw') found.set(expression.raw.id, expression.raw);
        },
      });
    }
  }
  return [...found.values()];
}

/** Every binding that some derivative of the problem, its functions or its optimizers is taken by. */
function derivativeTargets(problem: TypedProblem): ReadonlySet<ValueSymbol> {
  const targets = new Set<ValueSymbol>();
  const visitor = enteringOnce((expression) => {
    if (expression.kind === 'derivative') targets.add(expression.variable);
  });
  for (const root of problemRoots(problem)) walkExpression(root, visitor);
  for (const test of problem.tests) walkStatements(test.statements, visitor);
  return targets;
}
