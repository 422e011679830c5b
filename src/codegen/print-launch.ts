/**
 * Prints one launch: outer loops, stages of inner loops, values as constants as far out as their variables allow,
 * folds with local accumulators, and stores at the end of each body (so that an in-place update has read
 * everything before it writes).
 */
import type { Monoid } from '../ir/graph.js';
import type { Variable } from '../ir/nest-affine.js';
import type { Stage, Unit } from '../ir/nest.js';
import type { ScalarText } from '../ir/operators/elementwise/lowering.js';
import { at } from '../ir/types.js';
import { Block } from './blocks.js';
import { LaunchExpressions, longestInlineText } from './launch-expressions.js';
import { loopName, primary } from './launch-text.js';

/** Lines for the end of the block at a depth. */
export type Epilogues = Map<number, string[]>;

export abstract class LaunchPrinter extends LaunchExpressions {
  protected readonly afterLoops: string[] = [];
  /** Something is stored: an update in place that changes nothing is not. */
  protected stores = false;

  /** A fold over loops that lie outside of loops that it keeps: into memory. */
  protected abstract foldAcross(unit: Unit, monoid: Monoid, value: ScalarText, block: Block): void;

  print(): string[] {
    const { launch } = this;
    const outer = at(launch.units, 0).space.slice(0, launch.depth);
    this.openOuter(outer);
    launch.stages.forEach((stage, index) => {
      this.stage = index;
      this.levels.clear();
      this.printStage(stage);
    });
    this.closeOuter(outer);
    for (const line of this.afterLoops) this.root.push(line);
    return this.root.lines;
  }

  /** Makes the blocks of the outer loops. */
  protected openOuter(outer: readonly Variable[]): void {
    for (const variable of outer) this.enter(variable);
  }

  protected closeOuter(outer: readonly Variable[]): void {
    for (const variable of [...outer].reverse()) this.leave(variable);
  }

  protected printStage(stage: Stage): void {
    this.openInner(stage);
    const innermost = at(this.blocks, this.launch.depth + stage.inner.length);
    const epilogues: Epilogues = new Map();
    const stores: string[] = [];
    for (const unit of stage.units) this.printUnit(unit, innermost, epilogues, stores);
    this.write(stores, innermost);
    this.closeInner(stage, epilogues);
  }

  /** Makes the blocks of the inner loops of a stage. */
  protected openInner(stage: Stage): void {
    for (const variable of stage.inner) this.enter(variable);
  }

  /** The stores at the end of the innermost block. */
  protected write(stores: readonly string[], block: Block): void {
    for (const line of stores) block.push(line);
  }

  protected closeInner(stage: Stage, epilogues: Epilogues): void {
    const base = this.launch.depth;
    const innermost = at(this.blocks, base + stage.inner.length);
    for (let depth = base + stage.inner.length; depth > base; depth -= 1) {
      this.leave(at(stage.inner, depth - 1 - base));
      for (const line of epilogues.get(depth - 1) ?? []) at(this.blocks, depth - 1).push(line);
    }
    if (stage.inner.length === 0) for (const line of epilogues.get(base) ?? []) innermost.push(line);
    if (base > 0) this.afterLoops.push(...(epilogues.get(0) ?? []));
  }

  protected enter(variable: Variable): void {
    const parent = at(this.blocks, this.blocks.length - 1);
    this.blocks.push(this.hasLoop(variable) ? new Block(parent) : parent);
  }

  protected leave(variable: Variable): void {
    const inner = this.blocks.pop();
    if (inner === undefined || !this.hasLoop(variable)) return;
    const name = loopName(variable);
    at(this.blocks, this.blocks.length - 1).close(this.dialect.loop(name, this.extentOf(variable)), inner);
  }

  protected printUnit(unit: Unit, block: Block, epilogues: Epilogues, stores: string[]): void {
    if (unit.value === undefined) throw new Error('compiler bug: a unit without a value in a launch');
    // Guards that turned out to be decided may leave a value without a reader.
    if (!unit.stored && !this.unitUses.has(unit)) return;
    const { kind } = unit;
    if (kind.kind === 'map' && !this.isReadHere(unit) && this.storesWhatItLoads(unit, unit.value)) return;
    const value = this.emit(unit.value, block);
    switch (kind.kind) {
      case 'map': {
        const uses = this.unitUses.get(unit) ?? 0;
        const text =
          uses > 1 || value.text.length > longestInlineText ? this.nameUnit(unit, value, block) : value;
        this.unitTexts.set(unit, text);
        if (unit.stored) stores.push(this.store(unit, block, text));
        return;
      }
      case 'reduce':
        this.printFold(unit, kind.monoid, value, block, epilogues);
        return;
      case 'argreduce':
        this.printArgreduce(unit, kind.direction, value, block, epilogues);
        return;
      case 'scan': {
        this.printScan(unit, kind.monoid, value, block);
        const running = this.unitTexts.get(unit);
        if (unit.stored && running !== undefined) stores.push(this.store(unit, block, running));
        return;
      }
      case 'scatter':
        this.printScatter(unit, kind.add, value, block);
        return;
      case 'opaque':
        throw new Error('compiler bug: an opaque unit in a launch');
      default:
        kind satisfies never;
    }
  }

  /** A running fold: its text is the variable that holds it. */
  protected printScan(unit: Unit, monoid: Monoid, value: ScalarText, block: Block): void {
    const depth = unit.space.length - 1;
    const accumulator = this.local(unit.node.label, depth);
    this.accumulate(unit, monoid, accumulator, value, at(this.blocks, depth), block);
  }

  protected printFold(
    unit: Unit,
    monoid: Monoid,
    value: ScalarText,
    block: Block,
    epilogues: Epilogues,
  ): void {
    const keptCount = unit.kept.filter((kept) => kept).length;
    const inOrder = unit.kept.slice(0, keptCount).every((kept) => kept);
    if (!inOrder) {
      this.foldAcross(unit, monoid, value, block);
      return;
    }
    const accumulator = this.local(unit.node.label, keptCount);
    const home = at(this.blocks, keptCount);
    this.accumulate(unit, monoid, accumulator, value, home, block);
    this.storeAfterwards(unit, keptCount, accumulator, epilogues);
  }

  /** A variable of `home` that takes in one value each time `block` runs. */
  protected accumulate(
    unit: Unit,
    monoid: Monoid,
    accumulator: string,
    value: ScalarText,
    home: Block,
    block: Block,
  ): void {
    const { dtype } = unit.node.type;
    home.push(this.dialect.declareVariable(accumulator, dtype, this.dialect.identity(monoid, dtype)));
    block.push(`${accumulator} = ${this.dialect.combine(monoid, dtype, accumulator, value)};`);
    this.unitTexts.set(unit, primary(accumulator));
  }

  /** What a fold has come to is stored where its loops end. */
  private storeAfterwards(unit: Unit, depth: number, accumulator: string, epilogues: Epilogues): void {
    if (!unit.stored) return;
    const lines = epilogues.get(depth) ?? [];
    epilogues.set(depth, lines);
    lines.push(this.store(unit, at(this.blocks, depth), primary(accumulator)));
  }

  protected store(unit: Unit, block: Block, value: ScalarText): string {
    this.stores = true;
    return `${this.cell(unit, block)} = ${this.dialect.stored(value, unit.place.dtype)};`;
  }

  protected printArgreduce(
    unit: Unit,
    direction: 'max' | 'min',
    value: ScalarText,
    block: Block,
    epilogues: Epilogues,
  ): void {
    const depth = unit.space.length - 1;
    const { index } = this.searchBest(unit, direction, value, block);
    this.unitTexts.set(unit, primary(index));
    this.storeAfterwards(unit, depth, index, epilogues);
  }

  /** Variables for the best value and its index, which `block` keeps up. */
  protected searchBest(
    unit: Unit,
    direction: 'max' | 'min',
    value: ScalarText,
    block: Block,
  ): { readonly best: string; readonly index: string } {
    const depth = unit.space.length - 1;
    const home = at(this.blocks, depth);
    const [best, index] = [this.local('best', depth), this.local(unit.node.label ?? 'index', depth)];
    const dtype = unit.value?.dtype ?? 'real';
    home.push(this.dialect.declareVariable(best, dtype, this.dialect.identity(direction, dtype)));
    home.push(this.dialect.declareVariable(index, 'int', '0'));
    const folded = at(unit.space, depth);
    const position = folded.extent === 1 ? '0' : loopName(folded);
    const candidate = this.name(value, block, undefined, depth + 1);
    const inner = new Block(block, true);
    inner.push(`${best} = ${candidate.text};`);
    inner.push(`${index} = ${position};`);
    block.close(`if (${this.dialect.isBetter(direction, candidate.text, best, position)})`, inner);
    return { best, index };
  }

  private printScatter(unit: Unit, adds: boolean, value: ScalarText, block: Block): void {
    const guards = this.conditionsOf(unit, block);
    const inner = guards.length === 0 ? block : new Block(block, true);
    if (adds) {
      this.stores = true;
      const cell = this.cell(unit, inner);
      const { dtype } = unit.place;
      const old = this.dialect.read(cell, dtype).text;
      inner.push(`${cell} = ${this.dialect.combine('sum', dtype, old, value)};`);
    } else {
      inner.push(this.store(unit, inner, value));
    }
    if (inner !== block) block.close(`if (${guards.join(' && ')})`, inner);
  }

  /** When an update is made. */
  protected conditionsOf(unit: Unit, block: Block): string[] {
    return unit.guards.map((guard) => this.guardText(guard, block));
  }
}
