/**
 * Environments: what names and dimensions stand for while a body is elaborated. A name is bound to a cell; updates
 * write the cell, and a loop or an `if` learns which outer cells its body wrote from the journal of writes.
 */
import type { ValueSymbol } from '../../check/typed.js';
import type { Dimension, DimensionSymbol, RunSymbol, ShapeType } from '../../check/types.js';
import { at } from '../types.js';
import type { Value } from './value.js';

export class Cell {
  /** How many cells there are; a cell made after a loop began belongs to the loop's body. */
  static count = 0;
  readonly birth: number;
  private current: Value | (() => Value);

  constructor(
    readonly name: string,
    initial: Value | (() => Value),
    /** Of what a process updates: told whenever the value changes. No derivative passes through such an update. */
    readonly changed?: () => void,
  ) {
    this.current = initial;
    Cell.count += 1;
    this.birth = Cell.count;
  }

  /** Lazy values are computed at the first read. */
  read(): Value {
    if (typeof this.current === 'function') this.current = this.current();
    return this.current;
  }

  /** Only through `Journal`, so that every write is noticed. */
  set(value: Value): void {
    this.current = value;
    this.changed?.();
  }
}

/** Which cells were written, with their value before the first write, since the journal was opened. */
export class Journal {
  private readonly open: Map<Cell, Value>[] = [];

  write(cell: Cell, value: Value): void {
    for (const writes of this.open) if (!writes.has(cell)) writes.set(cell, cell.read());
    cell.set(value);
  }

  /** Runs `body` and returns the cells it wrote with their earlier values. The writes stand. */
  record(body: () => void): Map<Cell, Value> {
    const writes = new Map<Cell, Value>();
    this.open.push(writes);
    try {
      body();
    } finally {
      this.open.splice(this.open.indexOf(writes), 1);
    }
    return writes;
  }
}

/** A size, and whether it counts the rows of a table of which only the first `training` may enter statistics. */
export interface Size {
  readonly value: number;
  readonly training: number | undefined;
}

export type SizeOf = (symbol: DimensionSymbol) => Size | undefined;

export class Environment {
  private readonly cells = new Map<ValueSymbol, Cell>();
  private readonly sizes = new Map<DimensionSymbol, Size>();
  private readonly runs = new Map<RunSymbol, readonly Size[]>();

  constructor(
    readonly parent: Environment | undefined,
    /** Asked for what no enclosing environment binds: the file's own names and dimensions. */
    private readonly outermost?: {
      readonly cell: (symbol: ValueSymbol) => Cell | undefined;
      readonly size: SizeOf;
    },
  ) {}

  bind(symbol: ValueSymbol, value: Value | (() => Value)): Cell {
    const cell = new Cell(symbol.name, value);
    this.cells.set(symbol, cell);
    return cell;
  }

  bindCell(symbol: ValueSymbol, cell: Cell): void {
    this.cells.set(symbol, cell);
  }

  bindSize(symbol: DimensionSymbol, size: Size): void {
    this.sizes.set(symbol, size);
  }

  bindRun(symbol: RunSymbol, sizes: readonly Size[]): void {
    this.runs.set(symbol, sizes);
  }

  cell(symbol: ValueSymbol): Cell {
    const found = this.find(symbol);
    if (found === undefined) throw new Error(`compiler bug: ${symbol.name} has no value here`);
    return found;
  }

  find(symbol: ValueSymbol): Cell | undefined {
    return this.cells.get(symbol) ?? this.parent?.find(symbol) ?? this.outermost?.cell(symbol);
  }

  /** The environment of the file's own names, which function bodies see. */
  outermostEnvironment(): Environment {
    return this.parent === undefined ? this : this.parent.outermostEnvironment();
  }

  /** The cell if it is bound between here and `outer`, `outer` itself excluded. */
  findInside(symbol: ValueSymbol, outer: Environment): Cell | undefined {
    if (outer === this) return undefined;
    return this.cells.get(symbol) ?? this.parent?.findInside(symbol, outer);
  }

  private symbolSize(symbol: DimensionSymbol): Size {
    const found = this.findSize(symbol);
    if (found === undefined) throw new Error(`compiler bug: the dimension ${symbol.name} has no size here`);
    return found;
  }

  private findSize(symbol: DimensionSymbol): Size | undefined {
    return this.sizes.get(symbol) ?? this.parent?.findSize(symbol) ?? this.outermost?.size(symbol);
  }

  private runSizes(symbol: RunSymbol): readonly Size[] {
    const found = this.runs.get(symbol) ?? this.parent?.runSizes(symbol);
    if (found === undefined) throw new Error('compiler bug: a run of dimensions has no sizes here');
    return found;
  }

  /** False where a dimension stands for an integer that is known only during the run. */
  hasSize(dimension: Dimension): boolean {
    return dimension.terms.every(({ factors }) =>
      factors.every(({ atom }) =>
        atom.kind === 'symbol'
          ? this.findSize(atom.symbol) !== undefined
          : this.hasSize(atom.numerator) && this.hasSize(atom.denominator),
      ),
    );
  }

  /** The value of a polynomial; a bare dimension of table rows keeps its mark. */
  size(dimension: Dimension): Size {
    const term = dimension.terms.length === 1 ? at(dimension.terms, 0) : undefined;
    const factor = term?.coefficient === 1 && term.factors.length === 1 ? at(term.factors, 0) : undefined;
    if (factor?.power === 1 && factor.atom.kind === 'symbol') return this.symbolSize(factor.atom.symbol);
    let value = 0;
    for (const { coefficient, factors } of dimension.terms) {
      let product = coefficient;
      for (const { atom, power } of factors) {
        const base =
          atom.kind === 'symbol'
            ? this.symbolSize(atom.symbol).value
            : Math.floor(this.size(atom.numerator).value / this.size(atom.denominator).value);
        product *= base ** power;
      }
      value += product;
    }
    return { value, training: undefined };
  }

  shape(shape: ShapeType): readonly Size[] {
    const own = shape.dimensions.map((dimension) => this.size(dimension));
    return shape.run === undefined ? own : [...this.runSizes(shape.run), ...own];
  }
}
