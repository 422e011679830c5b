/**
 * A view of the problem: one region under construction in which the file's names have values. Views differ in the
 * rows that a table's dimension stands for (all, one split, a batch), and in where the parameters come from. The same
 * `let` is elaborated anew in each view, which is what makes the row dimension *be* the batch wherever it occurs.
 */
import type {
  RawColumns,
  TypedApplyOptimizer,
  TypedDimensionValue,
  TypedExpression,
  TypedNested,
  TypedObjectiveQuery,
  TypedScheduleCall,
  TypedSetQuery,
  TypedStatement,
  ValueSymbol,
} from '../../check/typed.js';
import type { DimensionSymbol, Type } from '../../check/types.js';
import type { DType, Node, TensorType } from '../graph.js';
import type { BoundRegion, ParameterSlot, RegionInput, Table } from '../program.js';
import type { Report } from '../rewrite/rewrite.js';
import { at } from '../types.js';
import { dtypeOf } from './apply.js';
import { asTensor, labelNode } from './call.js';
import type { Context } from './context.js';
import { Cell, Environment, Journal, type Size } from './environment.js';
import { elaborateExpression } from './expression.js';
import { leadingRows, type ProblemFacts } from './facts.js';
import type { Following } from './following.js';
import { Frame } from './frame.js';
import { nestedSolution, type NestedCheck } from './nested.js';
import { runStatement } from './statement.js';
import { castTo, constant, constantOf, expand, reshapeOwn, sliceOwn, tensor } from './tensor.js';
import type { Axis, Tensor, Value } from './value.js';
import { mentionsDimension } from './static_loops.js';

export type RowsOfView =
  /** Every row; statistics over rows read the training rows only. */
  | { readonly kind: 'all' }
  /** The named split of each table that has it (undefined: the first split). */
  | { readonly kind: 'split'; readonly name: string | undefined }
  /** Sampled training rows of one table, all training rows of the others. */
  | { readonly kind: 'batch'; readonly table: number; readonly size: number };

export interface OptimizerHooks {
  readonly objective: (query: TypedObjectiveQuery) => Value;
  readonly setQuery: (query: TypedSetQuery) => Value;
  readonly applyOptimizer: (application: TypedApplyOptimizer) => Value;
  readonly schedule: (expression: TypedScheduleCall) => Value;
  readonly perTensor: (body: readonly TypedStatement[]) => void;
}

export interface ViewOptions {
  readonly rows: RowsOfView;
  readonly training: boolean;
  /** Where parameters are read from: not at all, slices of x, or one region parameter each (first in order). */
  readonly parameters: 'none' | 'vector' | 'slots';
  readonly slots: readonly ParameterSlot[];
  /** Before the first step: how a carried value starts; undefined where the stored one is kept. */
  readonly starting?: (index: number) => TypedExpression | undefined;
}

export class View implements Context {
  readonly root = new Frame(undefined);
  readonly journal = new Journal();
  readonly guards: Tensor[] = [];
  readonly targets: ReadonlySet<ValueSymbol>;
  readonly training: boolean;
  readonly report: Report;
  frame: Frame = this.root;
  environment: Environment;
  hooks: OptimizerHooks | undefined;
  /** In a process: how the file's names follow what its body updates. */
  following: Following | undefined;
  /** How far implicitly differentiated solutions are from where their gradient is 0, where that can be asked. */
  readonly nestedChecks: NestedCheck[] = [];
  solver = '';
  private drawing = '';
  private drawSeed: number | undefined;
  private axisCount = 0;
  private readonly bound = new Map<string, { readonly input: RegionInput; readonly node: Node }>();
  private readonly provided = new Map<string, Node>();
  private readonly slotNodes: readonly Node[];
  /** The rows now in force: the view's own, or those of a `let ... on SPLIT` while it is elaborated. */
  private rows: RowsOfView;
  private readonly cells = new Map<string, Map<ValueSymbol, Cell>>();

  constructor(
    readonly facts: ProblemFacts,
    readonly options: ViewOptions,
  ) {
    this.targets = facts.targets;
    this.training = options.training;
    this.report = facts.report;
    this.rows = options.rows;
    this.environment = new Environment(undefined, {
      cell: (symbol) => this.fileCell(symbol),
      size: (symbol) => this.fileSize(symbol),
    });
    const own = options.parameters === 'slots' ? options.slots : [];
    this.slotNodes = own.map((slot) =>
      this.root.builder.parameter({ dtype: 'real', shape: slot.shape }, slot.name, { span: slot.span }),
    );
  }

  // ------------------------------------------------------------------------------------------ entry points

  expression(expression: TypedExpression): Value {
    return elaborateExpression(this, expression);
  }

  tensor(expression: TypedExpression): Tensor {
    return asTensor(this.expression(expression));
  }

  statements(statements: readonly TypedStatement[]): void {
    for (const statement of statements) runStatement(this, statement);
  }

  within<T>(environment: Environment, body: () => T): T {
    const outer = this.environment;
    this.environment = environment;
    try {
      return body();
    } finally {
      this.environment = outer;
    }
  }

  /** Runs `body` at the file's level: in the root frame, without guards. */
  atRoot<T>(body: () => T): T {
    const outer = { frame: this.frame, guards: this.guards.splice(0) };
    this.frame = this.root;
    try {
      return this.within(this.environment.outermostEnvironment(), body);
    } finally {
      this.frame = outer.frame;
      this.guards.push(...outer.guards);
    }
  }

  axis(size: number, name: string): Axis {
    this.axisCount += 1;
    return { depth: this.axisCount, size, name };
  }

  needsStatic(loop: Extract<TypedStatement, { kind: 'for' }>): boolean {
    return mentionsDimension(loop);
  }

  // ------------------------------------------------------------------------------------------------ inputs

  /** A region parameter for stored data, made at first use. */
  input(input: RegionInput, type: TensorType, name: string): Node {
    const key = 'index' in input ? `${input.kind}:${input.index}` : input.kind;
    const known = this.provided.get(key) ?? this.bound.get(key)?.node;
    if (known !== undefined) return known;
    const node = this.root.builder.parameter(type, name);
    this.bound.set(key, { input, node });
    return node;
  }

  /** What a region reads beside its first parameters, which the caller gives: this view's storage, seen from a frame. */
  stored({ region, inputs }: BoundRegion, frame: Frame = this.root): readonly Node[] {
    const lead = region.parameters.length - inputs.length;
    return inputs.map((input, index) => {
      const { type, operator } = at(region.parameters, lead + index);
      const name = operator.kind === 'parameter' ? operator.name : input.kind;
      return frame.read(tensor(this.root, this.input(input, type, name)));
    });
  }

  /** From now on a carried state is this node instead of a stored one. */
  provideState(index: number, node: Node): void {
    this.provided.set(`state:${index}`, node);
  }

  seed(): Node {
    if (this.drawSeed !== undefined) return this.root.builder.constant(this.drawSeed, 'int');
    return this.input({ kind: 'seed' }, { dtype: 'int', shape: [] }, 'seed');
  }

  step(): Node {
    return this.input({ kind: 'step' }, { dtype: 'int', shape: [] }, 't');
  }

  x(): Node {
    const size = this.options.slots.reduce((total, slot) => total + slot.size, 0);
    return this.input({ kind: 'parameters' }, { dtype: 'real', shape: [size] }, 'x');
  }

  /** The region parameters in order, the slots (if any) first. */
  parameterNodes(): {
    readonly slots: readonly Node[];
    readonly inputs: readonly RegionInput[];
    readonly nodes: readonly Node[];
  } {
    const bound = [...this.bound.values()];
    return {
      slots: this.slotNodes,
      inputs: bound.map(({ input }) => input),
      nodes: [...this.slotNodes, ...bound.map(({ node }) => node)],
    };
  }

  close(results: readonly Node[]): BoundRegion {
    const { inputs, nodes } = this.parameterNodes();
    return { region: this.root.close(nodes, results), inputs };
  }

  drawName(): string {
    return this.drawing;
  }

  /** Draws made by `body` carry this name, and the seed if one is given. */
  named<T>(name: string, seed: number | undefined, body: () => T): T {
    const outer = { name: this.drawing, seed: this.drawSeed };
    this.drawing = name;
    this.drawSeed = seed;
    try {
      return body();
    } finally {
      this.drawing = outer.name;
      this.drawSeed = outer.seed;
    }
  }

  raw(columns: RawColumns): Value {
    const index = this.facts.raw.findIndex((raw) => raw.id === columns.id);
    const type = this.tensorType(columns.type);
    const span = columns.span;
    return tensor(
      this.root,
      this.root.builder.withSpan(span, undefined, () =>
        this.input({ kind: 'raw', index }, type, columns.name),
      ),
    );
  }

  tensorType(type: RawColumns['type']): TensorType {
    if (type.kind !== 'array') throw new Error('compiler bug: stored data that is no array');
    const shape = this.environment.outermostEnvironment().shape(type.shape);
    return { dtype: dtypeOf(type), shape: shape.map((size) => size.value) };
  }

  // ------------------------------------------------------------------------------------------- the file's names

  /** Gives a name of the file another value than the stored one, in this view. */
  define(symbol: ValueSymbol, value: () => Value): void {
    this.cellsOf(symbol).set(symbol, new Cell(symbol.name, () => this.atRoot(value)));
  }

  private cellsNow(): Map<ValueSymbol, Cell> {
    const key = this.rows.kind === 'split' ? `split ${this.rows.name ?? ''}` : this.rows.kind;
    const cells = this.cells.get(key) ?? new Map<ValueSymbol, Cell>();
    this.cells.set(key, cells);
    return cells;
  }

  /** Runs `body` with other rows in force. */
  onRows<T>(rows: RowsOfView, body: () => T): T {
    const outer = this.rows;
    this.rows = rows;
    try {
      return body();
    } finally {
      this.rows = outer;
    }
  }

  /** A parameter without rows is one value whatever rows are in force, so that derivatives by it pass through all of them. */
  private cellsOf(symbol: ValueSymbol): Map<ValueSymbol, Cell> {
    const isShared =
      this.facts.parameterIndex.has(symbol) && leadingRows(symbol.type, this.facts.tableOf) === undefined;
    if (!isShared) return this.cellsNow();
    const cells = this.cells.get('shared') ?? new Map<ValueSymbol, Cell>();
    this.cells.set('shared', cells);
    return cells;
  }

  private fileCell(symbol: ValueSymbol): Cell | undefined {
    const cells = this.cellsOf(symbol);
    const known = cells.get(symbol);
    if (known !== undefined) return known;
    const value = this.fileValue(symbol);
    if (value === undefined) return undefined;
    const split = this.facts.lets.get(symbol)?.split;
    const rows: RowsOfView = split === undefined ? this.rows : { kind: 'split', name: split };
    const { following } = this;
    if (following?.follows(symbol) === true) {
      return following.cell(this, symbol, JSON.stringify(rows), () => this.onRows(rows, value));
    }
    if (following !== undefined) {
      const watch = following.watch(symbol);
      const cell = new Cell(symbol.name, () => this.onRows(rows, () => this.atRoot(value)), watch);
      cells.set(symbol, cell);
      return cell;
    }
    const cell = new Cell(symbol.name, () => this.onRows(rows, () => this.atRoot(value)));
    cells.set(symbol, cell);
    return cell;
  }

  private fileValue(symbol: ValueSymbol): (() => Value) | undefined {
    const { dataIndex, parameterIndex, lets, problem } = this.facts;
    const parameter = parameterIndex.get(symbol);
    if (parameter !== undefined) return () => this.marked(symbol, this.parameterValue(parameter, symbol));
    const data = dataIndex.get(symbol);
    if (data !== undefined) return () => this.dataValue(data, symbol);
    const binding = lets.get(symbol);
    if (binding !== undefined) {
      return () => {
        const value = this.expression(binding.value);
        if (value.kind !== 'tensor') return value;
        const typed = castTo(this.frame, value, dtypeOf(symbol.type));
        labelNode(typed, symbol.name);
        return this.marked(symbol, typed);
      };
    }
    const carried = this.facts.carriedIndex.get(symbol);
    if (carried !== undefined) return () => this.marked(symbol, this.carriedValue(carried, symbol));
    const hyper = problem.hypers.find((each) => each.symbol === symbol);
    if (hyper === undefined) return undefined;
    const runTime = this.facts.hyperIndex.get(symbol);
    if (runTime !== undefined) {
      const scalar: TensorType = { dtype: 'real', shape: [] };
      return () => tensor(this.root, this.input({ kind: 'hyper', index: runTime }, scalar, symbol.name));
    }
    const given = this.facts.options.hypers.get(symbol.name);
    if (given !== undefined) return () => constant(this.root, given, dtypeOf(symbol.type));
    return () => castTo(this.root, this.tensor(hyper.value), dtypeOf(symbol.type));
  }

  private marked(symbol: ValueSymbol, value: Tensor): Tensor {
    if (!this.targets.has(symbol)) return value;
    const { frame } = this;
    return { ...value, node: frame.mark(frame.read(value), symbol.name), frame, affine: undefined };
  }

  private parameterValue(index: number, symbol: ValueSymbol): Tensor {
    const slot = at(this.options.slots, index);
    if (this.options.parameters === 'slots') {
      return this.rowsOf(tensor(this.root, at(this.slotNodes, index)), symbol);
    }
    const x = tensor(this.root, this.x());
    const flat = sliceOwn(this.root, x, 0, slot.offset, slot.offset + slot.size);
    return this.rowsOf(reshapeOwn(this.root, flat, slot.shape), symbol);
  }

  private carriedValue(index: number, symbol: ValueSymbol): Tensor {
    const start = this.options.starting?.(index);
    if (start === undefined) {
      const node = this.input({ kind: 'state', index }, this.fullType(symbol), symbol.name);
      return this.rowsOf(tensor(this.root, node), symbol);
    }
    const value = castTo(this.root, this.tensor(start), dtypeOf(symbol.type));
    return tensor(this.root, expand(this.root, value, [], this.tensorType(symbol.type).shape));
  }

  private dataValue(index: number, symbol: ValueSymbol): Tensor {
    const node = this.input({ kind: 'data', index }, this.fullType(symbol), symbol.name);
    return this.rowsOf(tensor(this.root, node), symbol);
  }

  /** The stored type: tables with all their rows, whatever this view's rows are. */
  private fullType(symbol: ValueSymbol): TensorType {
    const { shape, dtype } = this.tensorType(symbol.type);
    const rows = leadingRows(symbol.type, this.facts.tableOf);
    if (rows === undefined) return { shape, dtype };
    return { shape: [this.tableOf(rows).rows, ...shape.slice(1)], dtype };
  }

  private tableOf(rows: DimensionSymbol): Table {
    const index = this.facts.tableOf.get(rows);
    if (index === undefined) throw new Error(`compiler bug: ${rows.name} is no table's row dimension`);
    return at(this.facts.tables, index);
  }

  /** This view's rows of a stored array. */
  private rowsOf(stored: Tensor, symbol: ValueSymbol): Tensor {
    const rows = leadingRows(symbol.type, this.facts.tableOf);
    if (rows === undefined || this.rows.kind === 'all') return stored;
    const { table, index } = { table: this.tableOf(rows), index: this.facts.tableOf.get(rows) };
    if (this.rows.kind === 'batch' && this.rows.table === index) {
      const type: TensorType = { dtype: 'int', shape: [this.rows.size] };
      const sampled = this.input({ kind: 'rows' }, type, 'rows');
      const node = this.root.builder.gather(this.root.read(stored), sampled, { inBounds: true });
      return tensor(this.root, node);
    }
    const split = this.splitOf(table);
    return sliceOwn(this.root, stored, 0, split.start, split.start + split.count);
  }

  rowPositions(type: Type): Tensor | undefined {
    const rows = leadingRows(type, this.facts.tableOf);
    if (rows === undefined || this.rows.kind === 'all') return undefined;
    if (this.rows.kind === 'batch' && this.rows.table === this.facts.tableOf.get(rows)) {
      const sampled: TensorType = { dtype: 'int', shape: [this.rows.size] };
      return tensor(this.root, this.input({ kind: 'rows' }, sampled, 'rows'));
    }
    const { builder } = this.root;
    const { start, count } = this.splitOf(this.tableOf(rows));
    const first = builder.constant(start, 'int', [count]);
    return tensor(this.root, builder.binary('add', builder.iota([count], 0), first));
  }

  private splitOf(table: Table): Table['splits'][number] {
    const { rows } = this;
    const named = rows.kind === 'split' ? table.splits.find((split) => split.name === rows.name) : undefined;
    return named ?? at(table.splits, 0);
  }

  private fileSize(symbol: DimensionSymbol): Size | undefined {
    const index = this.facts.tableOf.get(symbol);
    if (index !== undefined) return this.rowCount(index);
    const known = this.facts.options.sizes.get(symbol);
    if (known !== undefined) return { value: known, training: undefined };
    const declared = this.facts.problem.dimensions.find((dimension) => dimension.symbol === symbol)?.value;
    const binding = this.facts.staticOf.get(symbol);
    const value =
      declared !== undefined
        ? this.atRoot(() => this.tensor(declared))
        : binding === undefined
          ? undefined
          : this.fileCell(binding)?.read();
    const number = value?.kind === 'tensor' ? constantOf(value) : undefined;
    return number === undefined ? undefined : { value: number, training: undefined };
  }

  private rowCount(index: number): Size {
    const table = at(this.facts.tables, index);
    const { rows } = this;
    if (rows.kind === 'all') {
      const training = at(table.splits, 0).count;
      return { value: table.rows, training: training < table.rows ? training : undefined };
    }
    if (rows.kind === 'batch' && rows.table === index) return { value: rows.size, training: undefined };
    return { value: this.splitOf(table).count, training: undefined };
  }

  dimensionValue(expression: TypedDimensionValue): number {
    if (expression.total) {
      const term = expression.dimension.terms[0]?.factors[0];
      const symbol = term?.atom.kind === 'symbol' ? term.atom.symbol : undefined;
      const index = symbol === undefined ? undefined : this.facts.tableOf.get(symbol);
      if (index !== undefined) return this.splitOf(at(this.facts.tables, index)).count;
    }
    return this.environment.size(expression.dimension).value;
  }

  // --------------------------------------------------------------------------------------------- optimizers

  objective(query: TypedObjectiveQuery): Value {
    return this.optimizerHooks().objective(query);
  }

  setQuery(query: TypedSetQuery): Value {
    return this.optimizerHooks().setQuery(query);
  }

  applyOptimizer(application: TypedApplyOptimizer): Value {
    return this.optimizerHooks().applyOptimizer(application);
  }

  schedule(expression: TypedScheduleCall): Value {
    return this.optimizerHooks().schedule(expression);
  }

  perTensor(body: readonly TypedStatement[]): void {
    this.optimizerHooks().perTensor(body);
  }

  nested(expression: TypedNested): Value {
    return nestedSolution(this, expression);
  }

  private optimizerHooks(): OptimizerHooks {
    if (this.hooks === undefined)
      throw new Error('compiler bug: a question to the objective outside an optimizer');
    return this.hooks;
  }

  /** An expression of the file's level, in a number type and shape. */
  typed(expression: TypedExpression, dtype: DType, shape: readonly number[]): Node {
    const value = castTo(this.frame, this.tensor(expression), dtype);
    return expand(this.frame, value, [], shape);
  }
}
