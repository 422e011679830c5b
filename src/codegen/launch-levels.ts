/**
 * Where the values of a launch belong: how many loops each is inside of, how often it is read, and whether it is
 * read from memory that the launch itself writes.
 */
import { isLocal } from '../ir/fuse.js';
import type { Reference } from '../ir/fuse.js';
import { add, sameIndex } from '../ir/nest-affine.js';
import type { Affine, Variable } from '../ir/nest-affine.js';
import { flatIndex, indicesOf, operandsOf } from '../ir/nest-expressions.js';
import { locate, rootPlace } from '../ir/nest.js';
import type { Expression, Launch, Place, Unit } from '../ir/nest.js';
import { at } from '../ir/types.js';
import { collapsibleLoops } from './collapse.js';

export class LaunchLevels {
  protected readonly uses = new Map<Expression, number>();
  protected readonly unitUses = new Map<Unit, number>();
  /** Levels as the stage that is being printed sees them. */
  protected readonly levels = new Map<Expression, number>();
  private readonly written = new Set<Place>();
  /** Outer loops that the loop inside them has taken over. */
  protected readonly collapsed: ReadonlySet<Variable>;
  protected stage = 0;

  constructor(
    protected readonly launch: Launch,
    /** How the elements of a unit lie in its place. */
    protected readonly stridesOf: (unit: Unit) => readonly number[] = (unit) => unit.strides,
  ) {
    for (const unit of launch.units) if (unit.stored) this.written.add(rootPlace(unit.place));
    for (const unit of launch.units) this.countUses(unit);
    this.collapsed = collapsibleLoops(launch, (expression) => this.flatOf(expression), stridesOf);
  }

  /** How many loops a value is inside of. */
  protected levelOf(expression: Expression): number {
    const known = this.levels.get(expression);
    if (known !== undefined) return known;
    let level = 0;
    if (expression.kind === 'reference' && this.isLocal(expression)) {
      const { unit } = expression;
      const here = unit !== this.launch.given && unit.stage === this.stage && unit.kind.kind !== 'reduce';
      level = here ? unit.space.length : this.launch.depth;
    } else {
      for (const operand of operandsOf(expression)) level = Math.max(level, this.levelOf(operand));
      const flat = this.flatOf(expression);
      for (const index of flat === undefined ? indicesOf(expression) : [flat.index]) {
        level = Math.max(level, this.levelOfIndex(index));
      }
      if (flat !== undefined) level = Math.max(level, this.levelOfIndex(locate(flat.place).base));
      if (flat !== undefined && this.readsWritten(expression)) level = Math.max(level, this.launch.depth);
    }
    // A local of this stage has another level when a later stage asks again.
    if (expression.kind !== 'reference') this.levels.set(expression, level);
    return level;
  }

  private levelOfIndex(index: Affine): number {
    let level = 0;
    for (const { variable } of index.terms) level = Math.max(level, this.levelOfVariable(variable));
    return level;
  }

  protected levelOfVariable(variable: Variable): number {
    switch (variable.kind) {
      case 'loop':
        return variable.depth + 1;
      case 'value':
        return this.levelOf(variable.value);
      case 'quotient':
        return this.levelOfIndex(variable.dividend);
      default:
        return variable satisfies never;
    }
  }

  protected readsWritten(expression: Expression): boolean {
    const flat = this.flatOf(expression);
    return flat !== undefined && this.written.has(rootPlace(flat.place));
  }

  /** Where a load, or a reference that becomes one, reads. */
  protected flatOf(expression: Expression): { readonly place: Place; readonly index: Affine } | undefined {
    if (expression.kind === 'load') return { place: expression.place, index: expression.index };
    if (expression.kind !== 'reference' || this.isLocal(expression)) return undefined;
    const { unit, index } = expression;
    return { place: unit.place, index: flatIndex(index, this.stridesOf(unit)) };
  }

  protected isLocal(reference: Reference): boolean {
    const consumer = this.launch.stages[this.stage]?.units[0] ?? this.launch.units[0];
    return consumer !== undefined && isLocal(reference, consumer);
  }

  protected hasLoop(variable: Variable): boolean {
    return variable.extent !== 1 && !this.collapsed.has(variable);
  }

  /** A loop has taken over the loops outside it that collapsed into it. */
  protected extentOf(variable: Variable): number {
    let extent = variable.extent;
    if (variable.kind !== 'loop') return extent;
    const { space } = at(at(this.launch.stages, this.stage).units, 0);
    for (let depth = variable.depth - 1; depth >= 0; depth -= 1) {
      const outside = at(space, depth);
      if (!this.collapsed.has(outside)) break;
      extent *= outside.extent;
    }
    return extent;
  }

  protected isReadHere(unit: Unit): boolean {
    return (this.unitUses.get(unit) ?? 0) > (unit.stored ? 1 : 0);
  }

  /** An update in place that changes nothing. */
  protected storesWhatItLoads(unit: Unit, value: Expression): boolean {
    const source = this.flatOf(value);
    if (source === undefined) return false;
    const [from, to] = [locate(source.place), locate(unit.place)];
    const target = add(to.base, flatIndex(unit.target, this.stridesOf(unit)));
    return from.buffer === to.buffer && sameIndex(add(from.base, source.index), target);
  }

  private countUses(unit: Unit): void {
    if (unit.stored) this.unitUses.set(unit, (this.unitUses.get(unit) ?? 0) + 1);
    const use = (expression: Expression): void => {
      const count = (this.uses.get(expression) ?? 0) + 1;
      this.uses.set(expression, count);
      if (expression.kind === 'reference') {
        // What another stage reads is named, so that it is computed outside the loops of that stage.
        const weight = expression.unit.stage === unit.stage ? 1 : 2;
        this.unitUses.set(expression.unit, (this.unitUses.get(expression.unit) ?? 0) + weight);
      }
      if (count > 1) return;
      operandsOf(expression).forEach(use);
      for (const index of indicesOf(expression)) useIndex(index);
    };
    const useIndex = (index: Affine): void => {
      for (const { variable } of index.terms) {
        if (variable.kind === 'value') {
          use(variable.value);
          use(variable.value);
        }
        if (variable.kind === 'quotient') useIndex(variable.dividend);
      }
    };
    if (unit.value !== undefined) use(unit.value);
    for (const index of unit.target) useIndex(index);
    for (const guard of unit.guards) useIndex(guard.index);
  }
}
