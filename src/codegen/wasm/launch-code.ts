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
import { get, load, newLocal, operateBy, set, store } from './code.js';
import type { Address, Code, Local, Statement } from './code.js';
import { lowerElementwise } from './elementwise.js';
import { all, plus, word } from './integer.js';
import { LaunchValues } from './launch-values.js';
import type { CodeScope } from './loops.js';
import { fillMemory } from './memory.js';
import { typeOfLocal } from './program-code.js';
import type { ProgramCode } from './program-code.js';
import { loadReal, realConstant, storeReal } from './real.js';
import type { RealForm } from './real.js';

export function writeLaunch(launch: Launch, program: ProgramCode): readonly Statement[] {
  return new LaunchWriter(launch, program).write();
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

class LaunchWriter extends LaunchValues {
  private readonly afterLoops: (() => void)[] = [];

  write(): readonly Statement[] {
    const { launch } = this;
    const space = at(launch.units, 0).space.slice(0, launch.depth);
    // The loops of a single stage are all its own.
    const shared = launch.stages.length === 1 ? [] : space;
    for (const variable of shared) this.enter(variable);
    launch.stages.forEach((stage, index) => {
      this.stage = index;
      this.levels.clear();
      const own = launch.stages.length === 1 ? [...space, ...stage.inner] : stage.inner;
      this.writeStage(stage, own, shared.length);
    });
    for (const variable of [...shared].reverse()) this.leave(variable);
    for (const finish of this.afterLoops) finish();
    return this.root.lines;
  }

  private writeStage(stage: Stage, loops: readonly Variable[], base: number): void {
    const epilogues: Epilogues = new Map();
    for (const variable of loops) this.enter(variable);
    this.writeUnits(stage, epilogues);
    const finish = (depth: number): void => {
      for (const end of epilogues.get(depth) ?? []) end();
    };
    for (let depth = base + loops.length; depth > base; depth -= 1) {
      this.leave(at(loops, depth - 1 - base));
      finish(depth - 1);
    }
    if (loops.length === 0) finish(base);
    if (base > 0) this.afterLoops.push(...(epilogues.get(0) ?? []));
  }

  private writeUnits(stage: Stage, epilogues: Epilogues): void {
    const innermost = this.innermost();
    const stores: Statement[] = [];
    for (const unit of stage.units) this.writeUnit(unit, innermost, epilogues, stores);
    for (const statement of stores) innermost.push(statement);
  }

  private innermost(): CodeScope {
    return at(this.scopes, this.scopes.length - 1);
  }

  private enter(variable: Variable): void {
    const parent = this.innermost();
    this.scopes.push(this.hasLoop(variable) ? new Scope(parent) : parent);
  }

  private leave(variable: Variable): void {
    const inner = this.scopes.pop();
    if (inner === undefined || !this.hasLoop(variable)) return;
    this.closeLoop(variable, 0, this.extentOf(variable), 1, inner);
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

  private writeUnit(unit: Unit, scope: CodeScope, epilogues: Epilogues, stores: Statement[]): void {
    if (unit.value === undefined) throw new Error('compiler bug: a unit without a value in a launch');
    // Guards that turned out to be decided may leave a value without a reader.
    if (!unit.stored && !this.unitUses.has(unit)) return;
    const { kind } = unit;
    if (kind.kind === 'map' && !this.isReadHere(unit) && this.storesWhatItLoads(unit, unit.value)) return;
    const value = this.emit(unit.value, scope);
    switch (kind.kind) {
      case 'map': {
        const often = (this.unitUses.get(unit) ?? 0) > 1;
        const kept = often ? this.nameUnit(unit, value, scope) : value;
        this.unitValues.set(unit, kept);
        if (unit.stored) stores.push(this.stored(unit, this.cell(unit, scope), kept));
        return;
      }
      case 'reduce':
        this.writeFold(unit, kind.monoid, value, scope, epilogues);
        return;
      case 'argreduce':
        this.writeArgreduce(unit, kind.direction, value, scope, epilogues);
        return;
      case 'scan': {
        const total = this.startFold(unit, kind.monoid, unit.space.length - 1);
        scope.push(set(total, this.combine(kind.monoid, unit.node.type.dtype, get(total), value)));
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

  private keepIn(value: Code, scope: CodeScope): Code {
    return isLocalValue(value) || value.node.kind === 'constant' ? value : this.name(value, scope);
  }

  private stored(unit: Unit, address: Address, value: Code): Statement {
    if (unit.place.dtype === 'real') return storeReal(this.program.form, address, value);
    return store('i32.store', address, value as Code<'i32'>);
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
      call: () => {
        throw new Error('compiler bug: a fold that calls a function');
      },
    });
  }

  /** A local that begins as the identity, outside of the loops that are folded. */
  private startFold(unit: Unit, monoid: Monoid, depth: number): Local {
    const { dtype } = unit.node.type;
    const total = newLocal(typeOfLocal(this.program.form, dtype));
    const { identity } = monoidTable[monoid];
    const start = dtype === 'real' ? realConstant(this.program.form, identity) : word(intIdentity(identity));
    at(this.scopes, depth).push({ kind: 'set', local: total, value: start });
    return total;
  }

  private writeFold(unit: Unit, monoid: Monoid, value: Code, scope: CodeScope, epilogues: Epilogues): void {
    const keptCount = unit.kept.filter((kept) => kept).length;
    const inOrder = unit.kept.slice(0, keptCount).every((kept) => kept);
    const { dtype } = unit.node.type;
    if (!inOrder) {
      for (const each of fillMemory(this.program, unit.place, monoidTable[monoid].identity))
        this.root.push(each);
      const address = this.cell(unit, scope);
      scope.push(this.stored(unit, address, this.combine(monoid, dtype, this.read(unit, address), value)));
      return;
    }
    const total = this.startFold(unit, monoid, keptCount);
    scope.push({ kind: 'set', local: total, value: this.combine(monoid, dtype, get(total), value) });
    this.unitValues.set(unit, get(total));
    this.storeAfterwards(unit, keptCount, get(total), epilogues);
  }

  private read(unit: Unit, address: Address): Code {
    return unit.place.dtype === 'real' ? loadReal(this.program.form, address) : load('i32.load', address);
  }

  private storeAfterwards(unit: Unit, depth: number, value: Code, epilogues: Epilogues): void {
    if (!unit.stored) return;
    const list = epilogues.get(depth) ?? [];
    epilogues.set(depth, list);
    list.push(() => {
      const scope = at(this.scopes, depth);
      scope.push(this.stored(unit, this.cell(unit, scope), value));
    });
  }

  private writeArgreduce(
    unit: Unit,
    direction: 'max' | 'min',
    value: Code,
    scope: CodeScope,
    epilogues: Epilogues,
  ): void {
    const depth = unit.space.length - 1;
    const home = at(this.scopes, depth);
    const dtype = unit.value?.dtype ?? 'real';
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
    this.storeAfterwards(unit, depth, get(index), epilogues);
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

function isLocalValue(value: Code): boolean {
  return value.node.kind === 'local';
}

/** Infinite where the identity of a maximum of reals is. */
function intIdentity(identity: number): number {
  if (identity === -Infinity) return -(2 ** 31);
  return identity === Infinity ? 2 ** 31 - 1 : identity;
}
