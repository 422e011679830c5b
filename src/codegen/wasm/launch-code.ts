/**
 * One launch as WebAssembly: outer loops, stages of inner loops, folds in locals, and stores at the end of each body
 * (so that an in-place update has read everything before it writes).
 */
import type { DType, Monoid } from '../../ir/graph.js';
import type { Variable } from '../../ir/nest-affine.js';
import type { Launch, Stage, Unit } from '../../ir/nest.js';
import { monoidTable } from '../../ir/operators/monoids.js';
import { at } from '../../ir/types.js';
import { Scope } from '../blocks.js';
import { get, load, newLocal, operateBy, set, store, vectorOf } from './code.js';
import type { Address, Code, Local, Statement } from './code.js';
import { lowerElementwise, spread } from './elementwise.js';
import { all, plus, word } from './integer.js';
import { acrossLanes, keepsFirst, laneIdentity, LaunchLanes } from './launch-lanes.js';
import { acrossLayout, rowLayout } from './launch-layout.js';
import { depthOf } from './launch-values.js';
import type { CodeScope } from './loops.js';
import { fillMemory } from './memory.js';
import { typeOfLocal } from './program-code.js';
import type { ProgramCode } from './program-code.js';
import { loadReal, realConstant, storeReal } from './real.js';
import type { RealForm } from './real.js';

export function writeLaunch(launch: Launch, program: ProgramCode): readonly Statement[] {
  const plain = new LaunchWriter(launch, program, rowLayout(launch));
  return plain.inOuterLanes()?.write() ?? plain.write();
}

/** What is stored at the end of a loop's body, by depth. */
type Epilogues = Map<number, (() => void)[]>;

const combination: Readonly<Record<Monoid, 'add' | 'multiply' | 'maximum' | 'minimum' | 'and' | 'or'>> = {
  sum: 'add',
  product: 'multiply',
  max: 'maximum',
  min: 'minimum',
  and: 'and',
  or: 'or',
};

/** A fold: its value, and what its lanes have come to so far. */
interface Total {
  readonly local: Local;
  readonly inLanes: Local[];
}

export class LaunchWriter extends LaunchLanes {
  private readonly afterLoops: (() => void)[] = [];
  private readonly epilogues: Epilogues = new Map();
  private readonly totals = new Map<Unit, Total>();
  /** Of what the outer loop folds that is in lanes. */
  private readonly lasting = new Map<Unit, Total>();
  private readonly filled = new Set<Unit>();

  /** The outer loop of which several turns are made at once, if it is not the innermost loop of a stage. */
  private across: Variable | undefined;

  /** The same launch with its outer loop in lanes, where that is cheaper. */
  inOuterLanes(): LaunchWriter | undefined {
    const { launch, program } = this;
    const variable = this.outerLoops().findLast((loop) => this.hasLoop(loop));
    if (!program.options.vectors || variable === undefined) return undefined;
    if (launch.stages.every(({ inner }) => inner.length === 0)) return undefined;
    const layout = acrossLayout(launch, variable, this.laneForm.lanes);
    if (layout === undefined) return undefined;
    const other = new LaunchWriter(launch, program, layout);
    if (!other.hasLoop(variable) || !other.worthAcross(variable, this)) return undefined;
    other.across = variable;
    return other;
  }

  write(): readonly Statement[] {
    const { launch, across } = this;
    this.stage = 0;
    const space = this.outerLoops();
    // The loops of a single stage are all its own.
    const shared = launch.stages.length === 1 && across === undefined ? [] : space;
    for (const variable of shared) this.enter(variable);
    if (across !== undefined) {
      this.lanes = { form: this.laneForm, variable: across, across: true, shift: 0, vector: 0 };
    }
    launch.stages.forEach((stage, index) => {
      this.stage = index;
      this.levels.clear();
      const own = shared.length === 0 ? [...space, ...stage.inner] : stage.inner;
      this.writeStage(stage, own, shared.length);
    });
    this.lanes = undefined;
    for (const variable of [...shared].reverse()) {
      this.leave(variable, 0, variable === across ? this.laneForm.lanes : 1);
      if (variable !== across) continue;
      for (const [unit, total] of this.lasting) this.gatherLanes(unit, total, this.innermost());
    }
    for (const finish of this.afterLoops) finish();
    return this.root.lines;
  }

  private writeStage(stage: Stage, loops: readonly Variable[], base: number): void {
    this.epilogues.clear();
    this.totals.clear();
    const innermost = Math.max(
      0,
      loops.findLastIndex((variable) => this.hasLoop(variable)),
    );
    const [outer, inner] = [loops.slice(0, innermost), loops.slice(innermost)];
    for (const variable of outer) this.enter(variable);
    const done = this.writeLanes(stage, inner);
    for (const variable of inner) this.enter(variable);
    const [counted] = inner;
    if (counted === undefined || done === 0 || done < this.extentOf(counted)) this.writeUnits(stage);
    const finish = (depth: number): void => {
      for (const end of this.epilogues.get(depth) ?? []) end();
    };
    for (let depth = base + loops.length; depth > base; depth -= 1) {
      const variable = at(loops, depth - 1 - base);
      this.leave(variable, variable === counted ? done : 0);
      finish(depth - 1);
    }
    if (loops.length === 0) finish(base);
    if (base > 0) this.afterLoops.push(...(this.epilogues.get(0) ?? []));
  }

  protected writeUnits(stage: Stage): void {
    const innermost = this.innermost();
    const stores: Statement[] = [];
    for (const unit of stage.units) this.writeUnit(unit, innermost, stores);
    for (const statement of stores) innermost.push(statement);
  }

  /** As many turns of the innermost loop as fill vectors; says how many. */
  private writeLanes(stage: Stage, loops: readonly Variable[]): number {
    const [variable] = loops;
    if (variable === undefined || !this.hasLoop(variable) || this.across !== undefined) return 0;
    const vectors = this.vectorsOf(stage, variable);
    if (vectors === undefined) return 0;
    const form = this.laneForm;
    const turns = vectors * form.lanes;
    const whole = this.extentOf(variable) - (this.extentOf(variable) % turns);
    const parent = this.innermost();
    const body: CodeScope = new Scope(parent);
    for (let vector = 0; vector < vectors; vector += 1) {
      this.lanes = { form, variable, across: false, shift: vector * form.lanes, vector };
      const own: CodeScope = new Scope(body);
      for (let depth = 0; depth < loops.length; depth += 1) this.scopes.push(own);
      this.writeUnits(stage);
      this.scopes.length -= loops.length;
      for (const statement of own.lines) body.push(statement);
    }
    this.lanes = undefined;
    this.closeLoop(variable, 0, whole, turns, body);
    for (const [unit, total] of this.totals) this.gatherLanes(unit, total, parent);
    return whole;
  }

  private gatherLanes(unit: Unit, { local, inLanes }: Total, scope: CodeScope): void {
    if (unit.kind.kind !== 'reduce' || inLanes.length === 0) return;
    const { monoid } = unit.kind;
    const { dtype } = unit.node.type;
    const form = this.laneForm;
    const combined = acrossLanes(form, monoid, inLanes, (left, right, lanes) =>
      this.combine(monoid, dtype, left, right, lanes ? form : this.program.form),
    );
    scope.push({ kind: 'set', local, value: this.combine(monoid, dtype, get(local), combined) });
    this.unitValues.set(unit, get(local));
  }

  private innermost(): CodeScope {
    return at(this.scopes, this.scopes.length - 1);
  }

  private enter(variable: Variable): void {
    const parent = this.innermost();
    this.scopes.push(this.hasLoop(variable) ? new Scope(parent) : parent);
  }

  private leave(variable: Variable, from = 0, step = 1): void {
    const inner = this.scopes.pop();
    if (inner === undefined || !this.hasLoop(variable)) return;
    this.closeLoop(variable, from, this.extentOf(variable), step, inner);
  }

  private closeLoop(variable: Variable, from: number, to: number, step: number, body: CodeScope): void {
    if (body.lines.length === 0 || from >= to) return;
    const counter = this.counter(variable);
    const parent = this.innermost();
    parent.push(set(counter, word(from)));
    body.push(set(counter, plus(get(counter), word(step))));
    const again = operateBy('i32', 'i32.lt_s', get(counter), word(to));
    parent.push({ kind: 'loop', body: body.lines, again });
  }

  private writeUnit(unit: Unit, scope: CodeScope, stores: Statement[]): void {
    if (unit.value === undefined) throw new Error('compiler bug: a unit without a value in a launch');
    // Guards that turned out to be decided may leave a value without a reader.
    if (!unit.stored && !this.unitUses.has(unit)) return;
    const { kind } = unit;
    if (kind.kind === 'map' && !this.isReadHere(unit) && this.storesWhatItLoads(unit, unit.value)) return;
    const value = this.lanes === undefined ? this.emit(unit.value, scope) : this.emitLanes(unit.value, scope);
    switch (kind.kind) {
      case 'map': {
        const often = (this.unitUses.get(unit) ?? 0) > 1;
        const kept = often ? this.nameUnit(unit, value, scope) : value;
        this.unitValues.set(unit, kept);
        if (unit.stored) stores.push(this.stored(unit, this.cell(unit, scope), kept));
        return;
      }
      case 'reduce':
        this.writeFold(unit, kind.monoid, value, scope);
        return;
      case 'argreduce':
        this.writeArgreduce(unit, kind.direction, value, scope);
        return;
      case 'scan': {
        const total = this.startFold(unit, kind.monoid, unit.space.length - 1);
        const { form } = this.lanes ?? this.program;
        const grown = this.combine(kind.monoid, unit.node.type.dtype, get(total), value, form);
        scope.push({ kind: 'set', local: total, value: grown });
        this.unitValues.set(unit, get(total));
        if (unit.stored) stores.push(this.stored(unit, this.cell(unit, scope), get(total)));
        return;
      }
      case 'scatter':
        this.writeScatter(unit, kind.add, value, scope);
        return;
      case 'opaque':
        throw new Error('compiler bug: an opaque unit in a launch');
      default:
        kind satisfies never;
    }
  }

  /** In the outermost scope that can hold it. */
  private nameUnit(unit: Unit, value: Code, scope: CodeScope): Code {
    const level = unit.value === undefined ? 0 : this.levelOf(unit.value);
    const home = at(this.scopes, level);
    return this.keepIn(value, isLocalValue(value) ? home : scope);
  }

  private stored(unit: Unit, address: Address, value: Code): Statement {
    const { form } = this.lanes ?? this.program;
    if (unit.place.dtype === 'real') return storeReal(form, address, value);
    if (value.type !== 'v128') return store('i32.store', address, value as Code<'i32'>);
    const ones = vectorOf(Int32Array.of(1, 1, 1, 1));
    const cells = unit.place.dtype === 'bool' ? operateBy('v128', 'v128.and', value, ones) : value;
    return store('v128.store', address, cells as Code<'v128'>);
  }

  private combine(
    monoid: Monoid,
    dtype: DType,
    total: Code,
    value: Code,
    form: RealForm = this.program.form,
  ): Code {
    return lowerElementwise(combination[monoid], [dtype, dtype], [total, value], {
      form,
      keep: (each) => each,
      call: noFunction,
    });
  }

  /** A local that begins as the identity, outside of the loops that are folded. */
  private startFold(unit: Unit, monoid: Monoid, depth: number): Local {
    const { dtype } = unit.node.type;
    const { identity } = monoidTable[monoid];
    const { form } = this.program;
    const single = dtype === 'real' ? realConstant(form, identity) : word(intIdentity(identity));
    const start = this.keptInLanes(unit) ? laneIdentity(this.laneForm, monoid) : single;
    const total = newLocal(start.type);
    at(this.scopes, depth).push({ kind: 'set', local: total, value: start });
    return total;
  }

  /** Is there a result for each lane? */
  private keptInLanes(unit: Unit): boolean {
    return this.across !== undefined && !this.folds(unit, this.across);
  }

  private writeFold(unit: Unit, monoid: Monoid, value: Code, scope: CodeScope): void {
    const { dtype } = unit.node.type;
    const { lanes } = this;
    const { form } = lanes ?? this.program;
    if (!keepsFirst(unit)) {
      this.fillOnce(unit, monoid);
      const address = this.cell(unit, scope);
      const grown = this.combine(monoid, dtype, this.read(unit, address), value, form);
      scope.push(this.stored(unit, address, grown));
      return;
    }
    const total = this.totalOf(unit, monoid);
    const single = lanes === undefined || this.keptInLanes(unit);
    const local = single ? total.local : this.laneTotal(total, monoid, lanes.vector);
    scope.push({ kind: 'set', local, value: this.combine(monoid, dtype, get(local), value, form) });
    this.unitValues.set(unit, get(total.local));
  }

  private fillOnce(unit: Unit, monoid: Monoid): void {
    if (this.filled.has(unit)) return;
    this.filled.add(unit);
    const { identity } = monoidTable[monoid];
    for (const statement of fillMemory(this.program, unit.place, identity)) this.root.push(statement);
  }

  /** The local of a fold, set before the loops that it folds and stored behind them. */
  private totalOf(unit: Unit, monoid: Monoid): Total {
    const totals = this.across !== undefined && this.folds(unit, this.across) ? this.lasting : this.totals;
    let total = totals.get(unit);
    if (total === undefined) {
      const depth = unit.kept.filter((kept) => kept).length;
      total = { local: this.startFold(unit, monoid, depth), inLanes: [] };
      totals.set(unit, total);
      this.storeAfterwards(unit, depth, get(total.local));
    }
    return total;
  }

  /** Lanes begin anew each time their loop does. */
  private laneTotal(total: Total, monoid: Monoid, vector: number): Local {
    let local = total.inLanes[vector];
    if (local === undefined) {
      local = newLocal('v128');
      total.inLanes.push(local);
      const outside = at(this.scopes, depthOf(this.lanesNow().variable));
      outside.push({ kind: 'set', local, value: laneIdentity(this.laneForm, monoid) });
    }
    return local;
  }

  private read(unit: Unit, address: Address): Code {
    const { form } = this.lanes ?? this.program;
    return unit.place.dtype === 'real' ? loadReal(form, address) : load('i32.load', address);
  }

  private storeAfterwards(unit: Unit, depth: number, value: Code): void {
    if (!unit.stored) return;
    const list = this.epilogues.get(depth) ?? [];
    this.epilogues.set(depth, list);
    list.push(() => {
      const scope = at(this.scopes, depth);
      scope.push(this.stored(unit, this.cell(unit, scope), value));
    });
  }

  private writeArgreduce(unit: Unit, direction: 'max' | 'min', value: Code, scope: CodeScope): void {
    const depth = unit.space.length - 1;
    const home = at(this.scopes, depth);
    const dtype = unit.value?.dtype ?? 'real';
    if (this.lanes !== undefined) {
      this.writeArgreduceInLanes(unit, direction, value, scope);
      return;
    }
    const { form } = this.program;
    const [best, index] = [newLocal(typeOfLocal(form, dtype)), newLocal('i32')];
    const { identity } = monoidTable[direction];
    const worst = dtype === 'real' ? realConstant(form, identity) : word(intIdentity(identity));
    home.push({ kind: 'set', local: best, value: worst });
    home.push(set(index, word(0)));
    const folded = at(unit.space, depth);
    const candidate = this.name(value, scope);
    const order = direction === 'max' ? 'gt' : 'lt';
    const better = operateBy(
      'i32',
      dtype === 'real' ? `${form.prefix}.${order}` : `i32.${order}_s`,
      candidate,
      get(best),
    );
    const position = folded.extent === 1 ? word(0) : get(this.counter(folded));
    const then: Statement[] = [{ kind: 'set', local: best, value: candidate }, set(index, position)];
    scope.push({ kind: 'if', condition: better, then, otherwise: [] });
    this.unitValues.set(unit, get(index));
    this.storeAfterwards(unit, depth, get(index));
  }

  /** The best of each lane, and where it stands. */
  private writeArgreduceInLanes(unit: Unit, direction: 'max' | 'min', value: Code, scope: CodeScope): void {
    const depth = unit.space.length - 1;
    const form = this.laneForm;
    const [best, index] = [newLocal('v128'), newLocal('v128')];
    const home = at(this.scopes, depth);
    home.push({ kind: 'set', local: best, value: laneIdentity(form, direction) });
    home.push({ kind: 'set', local: index, value: vectorOf(new Int32Array(4)) });
    const folded = at(unit.space, depth);
    const candidate = this.keepIn(value, scope);
    const context = { form, keep: (each: Code) => each, call: noFunction };
    const order = direction === 'max' ? 'greater' : 'less';
    const better = this.name(
      lowerElementwise(order, ['real', 'real'], [candidate, get(best)], context),
      scope,
    );
    const position = spread(form, 'int', folded.extent === 1 ? word(0) : get(this.counter(folded)));
    const choose = (dtype: DType, then: Code, otherwise: Code): Code =>
      lowerElementwise('select', ['bool', dtype, dtype], [better, then, otherwise], context);
    scope.push({ kind: 'set', local: best, value: choose('real', candidate, get(best)) });
    scope.push({ kind: 'set', local: index, value: choose('int', position, get(index)) });
    this.unitValues.set(unit, get(index));
    this.storeAfterwards(unit, depth, get(index));
  }

  private writeScatter(unit: Unit, adds: boolean, value: Code, scope: CodeScope): void {
    const conditions = unit.guards.flatMap((guard) => this.conditions(guard, scope));
    const inner = conditions.length === 0 ? scope : new Scope(scope, true);
    const address = this.cell(unit, inner);
    const written = adds ? this.combine('sum', unit.place.dtype, this.read(unit, address), value) : value;
    inner.push(this.stored(unit, address, written));
    if (inner !== scope) {
      scope.push({ kind: 'if', condition: all(conditions), then: inner.lines, otherwise: [] });
    }
  }
}

function noFunction(): never {
  throw new Error('compiler bug: a fold that calls a function');
}

function isLocalValue(value: Code): boolean {
  return value.node.kind === 'local';
}

/** Infinite where the identity of a maximum of reals is. */
function intIdentity(identity: number): number {
  if (identity === -Infinity) return -(2 ** 31);
  return identity === Infinity ? 2 ** 31 - 1 : identity;
}
