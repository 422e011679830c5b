/**
 * A launch in the form "teams": a workgroup takes a point of the outer loops. Its threads share out the inner loops of a
 * stage, a fold over all of them ends as a tree in workgroup memory, and every thread holds the values of the point.
 *
 * A stage whose folds keep some of its inner loops shares out those and runs the rest within each thread. A running fold
 * along the only inner loop gives each thread a run of it: first each thread folds its run, then it knows where to begin.
 */
import type { Monoid } from '../../ir/graph.js';
import type { Variable } from '../../ir/nest-affine.js';
import type { Launch, Stage, Unit } from '../../ir/nest.js';
import type { ScalarText } from '../../ir/operators/elementwise/lowering.js';
import { at } from '../../ir/types.js';
import { Block } from '../blocks.js';
import { loopName, primary } from '../launch-text.js';
import type { Epilogues } from '../print-launch.js';
import { DeviceLaunchPrinter } from './device_launch.js';
import type { PrintedLaunch } from './device_launch.js';
import type { ModuleText } from './module_text.js';
import { stageBarriers } from './stage_barriers.js';
import { teamBest, teamFold, teamScan } from './team_folds.js';

export function printTeams(launch: Launch, module: ModuleText): PrintedLaunch | undefined {
  return new TeamsPrinter(launch, module).printed();
}

class TeamsPrinter extends DeviceLaunchPrinter {
  protected readonly kind = 'teams';
  private readonly barriers = stageBarriers(this.launch, (stage) => {
    const loops = stage.inner.map(({ id }) => id).join();
    return stage.units.some((unit) => this.isWholeScan(unit))
      ? `runs of ${loops}`
      : `${this.sharedLoops(stage)} of ${loops}`;
  });
  /** What stands after the loops of a stage, in the block of the point. */
  private afterStage: (() => void)[] = [];
  /** Inner loops of the stage that threads share out. */
  private shared: readonly Variable[] = [];
  /** Of a running fold: where each begins, in the thread's own run. */
  private readonly prefixes = new Map<Unit, string>();

  protected override printStage(stage: Stage): void {
    if (this.barriers.before[this.stage] === true) this.point.push('storageBarrier();');
    const running = stage.units.filter((unit) => this.isWholeScan(unit));
    this.shared = stage.inner.slice(0, this.sharedLoops(stage));
    if (running.length > 0) this.printRunningStage(stage, running);
    else super.printStage(stage);
  }

  private get point(): Block {
    return at(this.blocks, this.launch.depth);
  }

  /** How many of the inner loops are shared out: all, or those that every fold which keeps some keeps. */
  private sharedLoops({ inner, units }: Stage): number {
    const { depth } = this.launch;
    let count = inner.length;
    for (const unit of units) {
      if (unit.kind.kind === 'map') continue;
      const kept = this.keptLoops(unit);
      if (kept > depth) count = Math.min(count, kept - depth);
    }
    return count;
  }

  private keptLoops(unit: Unit): number {
    if (unit.kind.kind === 'scan') return unit.space.length - 1;
    const folded = unit.kept.indexOf(false);
    return folded < 0 ? unit.space.length : folded;
  }

  /** The folded loops are all the inner ones. */
  private foldsTheStage(unit: Unit): boolean {
    return this.keptLoops(unit) === this.launch.depth && unit.space.length > this.launch.depth;
  }

  private isWholeScan(unit: Unit): boolean {
    return unit.kind.kind === 'scan' && this.foldsTheStage(unit);
  }

  protected override openInner(stage: Stage): void {
    if (stage.inner.length === 0) return;
    const block = new Block(this.point);
    this.blocks.push(...this.shared.map(() => block));
    const count = this.takeApart(this.shared, 'lane', block);
    this.header = `for (var lane = thread; lane < ${count}u; lane += threads)`;
    for (const variable of stage.inner.slice(this.shared.length)) this.enter(variable);
  }

  private header = '';

  /** One thread stores what all have computed, once all have read. */
  protected override write(stores: readonly string[], block: Block): void {
    if (block !== this.point) {
      super.write(stores, block);
    } else if (stores.length > 0) {
      if (this.barriers.atStores[this.stage] === true) block.push('storageBarrier();');
      this.byOneThread(stores);
    }
  }

  private byOneThread(lines: readonly string[]): void {
    const inner = new Block(this.point, true);
    for (const line of lines) inner.push(line);
    this.point.close('if (thread == 0u)', inner);
  }

  protected override closeInner(stage: Stage, epilogues: Epilogues): void {
    const base = this.launch.depth;
    if (stage.inner.length === 0) {
      this.write(epilogues.get(base) ?? [], this.point);
      return;
    }
    for (let depth = base + stage.inner.length; depth > base + this.shared.length; depth -= 1) {
      this.leave(at(stage.inner, depth - 1 - base));
      for (const line of epilogues.get(depth - 1) ?? []) at(this.blocks, depth - 1).push(line);
    }
    const block = at(this.blocks, base + 1);
    this.blocks.splice(base + 1);
    this.point.close(this.header, block);
    for (const finish of this.afterStage.splice(0)) finish();
  }

  protected override printFold(
    unit: Unit,
    monoid: Monoid,
    value: ScalarText,
    block: Block,
    epilogues: Epilogues,
  ): void {
    if (!this.foldsTheStage(unit)) {
      super.printFold(unit, monoid, value, block, epilogues);
      return;
    }
    const { dtype } = unit.node.type;
    const own = this.local(undefined, this.launch.depth);
    this.accumulate(unit, monoid, own, value, this.point, block);
    this.afterStage.push(() => {
      const fold = teamFold(monoid, dtype, this.module);
      this.settle(unit, `${fold}(thread, ${own})`);
    });
  }

  protected override printArgreduce(
    unit: Unit,
    direction: 'max' | 'min',
    value: ScalarText,
    block: Block,
    epilogues: Epilogues,
  ): void {
    if (!this.foldsTheStage(unit)) {
      super.printArgreduce(unit, direction, value, block, epilogues);
      return;
    }
    const { best, index } = this.searchBest(unit, direction, value, block);
    const dtype = unit.value?.dtype === 'int' ? 'int' : 'real';
    this.afterStage.push(() => {
      const search = teamBest(direction, dtype, this.module);
      this.settle(unit, `${search}(thread, ${best}, ${index})`);
    });
  }

  /** The result of a fold, known to all threads from here on. */
  private settle(unit: Unit, text: string): void {
    const result = this.name(primary(text), this.point, undefined, this.launch.depth);
    this.unitTexts.set(unit, result);
    if (unit.stored) this.byOneThread([this.store(unit, this.point, result)]);
  }

  /** Each running fold in turn: every thread folds its run, then learns what comes before it; at last all that the stage does. */
  private printRunningStage(stage: Stage, running: readonly Unit[]): void {
    const loop = at(stage.inner, 0);
    const extent = this.extentOf(loop);
    const { threads } = this.module.profile;
    const length = Math.ceil(extent / threads);
    const [first, end] = [this.local(undefined, 0), this.local(undefined, 0)];
    this.point.push(`let ${first} = min(i32(thread) * ${length}, ${extent});`);
    this.point.push(`let ${end} = min(${first} + ${length}, ${extent});`);
    const name = loopName(loop);
    const header = `for (var ${name} = ${first}; ${name} < ${end}; ${name} += 1)`;
    const inRun = (print: (block: Block) => void): void => {
      const block = new Block(this.point);
      this.blocks.push(block);
      print(block);
      this.blocks.pop();
      this.point.close(header, block);
    };
    for (const unit of running) {
      if (unit.kind.kind !== 'scan') continue;
      const { monoid } = unit.kind;
      const { dtype } = unit.node.type;
      inRun((block) => {
        const before = stage.units.slice(0, stage.units.indexOf(unit));
        for (const earlier of before) {
          if (earlier.kind.kind === 'map' || earlier.kind.kind === 'scan')
            this.printUnit(earlier, block, new Map(), []);
        }
        this.prefixes.delete(unit);
        this.printUnit(unit, block, new Map(), []);
      });
      const total = this.unitTexts.get(unit)?.text ?? '';
      const scan = teamScan(monoid, dtype, this.module);
      const prefix = this.name(
        primary(`${scan}(thread, ${total})`),
        this.point,
        undefined,
        this.launch.depth,
      );
      this.prefixes.set(unit, prefix.text);
    }
    inRun((block) => {
      const stores: string[] = [];
      for (const unit of stage.units) this.printUnit(unit, block, new Map(), stores);
      this.write(stores, block);
    });
    for (const finish of this.afterStage.splice(0)) finish();
  }

  protected override printScan(unit: Unit, monoid: Monoid, value: ScalarText, block: Block): void {
    if (!this.isWholeScan(unit)) {
      super.printScan(unit, monoid, value, block);
      return;
    }
    const { dtype } = unit.node.type;
    const running = this.local(unit.node.label, this.launch.depth);
    const start = this.prefixes.get(unit) ?? this.dialect.identity(monoid, dtype);
    this.point.push(this.dialect.declareVariable(running, dtype, start));
    block.push(`${running} = ${this.dialect.combine(monoid, dtype, running, value)};`);
    this.unitTexts.set(unit, primary(running));
  }
}
