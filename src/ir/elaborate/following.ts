/**
 * The file's names in a process, whose body gives parameters and states new values one after the other. A `let` that
 * depends on one of them is elaborated where it is read, from the values of that moment, in the frame and under the
 * conditions that hold there; it is kept until one of them changes.
 */
import type { ValueSymbol } from '../../check/typed.js';
import type { Context } from './context.js';
import { Cell } from './environment.js';
import type { ProblemFacts } from './facts.js';
import type { Frame } from './frame.js';
import type { Tensor, Value } from './value.js';
import { enteringOnce, walkExpression } from './walk.js';

interface Made {
  readonly frame: Frame;
  readonly guards: readonly Tensor[];
  readonly version: number;
  readonly cell: Cell;
}

export class Following {
  private version = 0;
  private readonly made = new Map<string, Made>();
  private readonly dependent = new Map<ValueSymbol, boolean>();

  constructor(
    private readonly facts: ProblemFacts,
    private readonly updated: ReadonlySet<ValueSymbol>,
  ) {}

  /** For the cell of a name that may be updated. */
  watch(symbol: ValueSymbol): (() => void) | undefined {
    if (!this.updated.has(symbol)) return undefined;
    return () => {
      this.version += 1;
    };
  }

  /** `rows` tells apart the rows in force. */
  cell(context: Context, symbol: ValueSymbol, rows: string, compute: () => Value): Cell {
    const key = `${symbol.id} ${rows}`;
    const known = this.made.get(key);
    const { frame, guards } = context;
    if (
      known?.frame === frame &&
      known.version === this.version &&
      known.guards.length === guards.length &&
      known.guards.every((guard, index) => guard === guards[index])
    ) {
      return known.cell;
    }
    const value = context.within(context.environment.outermostEnvironment(), compute);
    const cell = new Cell(symbol.name, value);
    this.made.set(key, { frame, guards: [...guards], version: this.version, cell });
    return cell;
  }

  /** Whether a `let` depends on what is updated, or on what something is differentiated by. */
  follows(symbol: ValueSymbol): boolean {
    const known = this.dependent.get(symbol);
    if (known !== undefined) return known;
    const binding = this.facts.lets.get(symbol);
    if (binding === undefined) return false;
    this.dependent.set(symbol, false);
    let found = this.facts.targets.has(symbol);
    const visitor = enteringOnce((each) => {
      if (each.kind !== 'reference' || found) return;
      found =
        this.updated.has(each.symbol) || this.facts.targets.has(each.symbol) || this.follows(each.symbol);
    });
    walkExpression(binding.value, visitor);
    this.dependent.set(symbol, found);
    return found;
  }
}
