/**
 * The expressions of a launch as WebAssembly: a value becomes a local as far out as its variables allow, or stands
 * where it is used. While the body of a loop is written for several turns at once, what varies in that loop is a
 * vector, and the rest is spread over its lanes where it meets one.
 */
import type { DType, ElementwiseName } from '../../ir/graph.js';
import { add, rangeOf } from '../../ir/nest-affine.js';
import type { Affine, Term, Variable } from '../../ir/nest-affine.js';
import { flatIndex, indicesOf, operandsOf } from '../../ir/nest-expressions.js';
import { locate } from '../../ir/nest.js';
import type { Expression, Guard, Launch, Place, Unit } from '../../ir/nest.js';
import { at } from '../../ir/types.js';
import { Scope } from '../blocks.js';
import { LaunchLevels } from '../launch-levels.js';
import { call, get, load, newLocal, operate, operateBy, set, vectorOf } from './code.js';
import type { Address, Code, Local, Statement } from './code.js';
import { lowerCast, lowerElementwise, spread } from './elementwise.js';
import { all, plus, times, word } from './integer.js';
import { loadApart } from './lane-moves.js';
import type { StridesOf } from './launch-layout.js';
import type { CodeScope } from './loops.js';
import type { Word } from './integer.js';
import type { ProgramCode } from './program-code.js';
import { isSimple, loadReal, realBinary, realConstant, splat } from './real.js';
import type { RealForm } from './real.js';

/** The loop whose turns are written several at once. */
export interface Lanes {
  readonly form: RealForm;
  readonly variable: Variable;
  /** Are there other loops inside of it? */
  readonly across: boolean;
  /** Turns behind the loop's counter. */
  readonly shift: number;
  /** Which of the vectors of one body. */
  readonly vector: number;
}

/** Functions in one launch that are written out, and the turns of a loop from which on they are. */
const mostInlined = 8;
const longLoop = 512;

type Application = Extract<Expression, { kind: 'apply' }>;

interface Named {
  readonly scope: CodeScope;
  readonly value: Code;
}

export class LaunchValues extends LaunchLevels {
  protected readonly root: CodeScope = new Scope<Statement>(undefined);
  /** The scope at each loop depth, of the stage that is being written. */
  protected readonly scopes: CodeScope[] = [this.root];
  protected readonly unitValues = new Map<Unit, Code>();
  protected lanes: Lanes | undefined;
  private readonly named = new Map<Expression | string, Named[]>();
  private readonly counters = new Map<Variable, Local<'i32'>>();

  constructor(
    launch: Launch,
    protected readonly program: ProgramCode,
    stridesOf: StridesOf,
  ) {
    super(launch, stridesOf);
  }

  /** The value of an expression, for use in `scope`; a vector where the body is written in lanes and it varies there. */
  protected emit(expression: Expression, scope: CodeScope): Code {
    if (expression.kind === 'constant') return this.constant(expression.value, expression.dtype);
    const known = this.lookup(expression, scope);
    if (known !== undefined) return known;
    const home = this.home(this.levelOf(expression), scope);
    if (expression.kind === 'reference' && this.isLocal(expression)) {
      const value = this.unitValues.get(expression.unit);
      if (value === undefined) throw new Error('compiler bug: a value is used before it is computed');
      return value;
    }
    if (expression.kind === 'guarded') return this.emitGuarded(expression, home);
    const value = this.compose(expression, home);
    const often = (this.uses.get(expression) ?? 0) > 1;
    const volatile = this.flatOf(expression) !== undefined && this.readsWritten(expression);
    if (!volatile && (isSimple(value) || (!often && home === scope))) return value;
    return this.name(value, home, expression);
  }

  /** As lanes, whatever it varies with. */
  protected emitLanes(expression: Expression, scope: CodeScope): Code {
    const value = this.emit(expression, scope);
    return value.type === 'v128' ? value : this.spreadOut(value, expression, scope);
  }

  private spreadOut(value: Code, expression: Expression, scope: CodeScope): Code {
    const { form } = this.lanesNow();
    const { dtype } = expression;
    if (expression.kind === 'constant' && dtype === 'real') {
      const written = Object.is(expression.value, -0) ? '-0' : String(expression.value);
      return this.nameOnce(`lanes ${written}`, this.root, scope, () => realConstant(form, expression.value));
    }
    const spreads = this.spreads(expression);
    const home = expression.kind === 'constant' ? this.root : this.home(this.levelOf(expression), scope);
    const known = this.lookup(spreads, scope);
    return known ?? this.name(spread(form, dtype, value), home, spreads);
  }

  private readonly spreadKeys = new Map<Expression, string>();

  private spreads(expression: Expression): string {
    let key = this.spreadKeys.get(expression);
    if (key === undefined) {
      key = `spread ${this.spreadKeys.size}`;
      this.spreadKeys.set(expression, key);
    }
    return key;
  }

  /** Does the value differ from lane to lane? */
  protected varies(expression: Expression): boolean {
    return this.lanes !== undefined && this.dependsOn(expression, this.lanes.variable, this.lanes.across);
  }

  private dependence = new Map<Expression, boolean>();
  private dependenceOn: Variable | undefined;
  private dependenceStage = -1;

  /** @param across whether what other stages left in locals was computed in the lanes of this loop, too */
  protected dependsOn(expression: Expression, variable: Variable, across: boolean): boolean {
    if (this.dependenceOn !== variable || this.dependenceStage !== this.stage) {
      this.dependence = new Map();
      [this.dependenceOn, this.dependenceStage] = [variable, this.stage];
    }
    const known = this.dependence.get(expression);
    if (known !== undefined) return known;
    const answer = this.judgeDependence(expression, variable, across);
    this.dependence.set(expression, answer);
    return answer;
  }

  private judgeDependence(expression: Expression, variable: Variable, across: boolean): boolean {
    if (expression.kind === 'reference' && this.isLocal(expression)) {
      return across || this.levelOf(expression) > depthOf(variable);
    }
    const flat = this.flatOf(expression);
    const indices = flat === undefined ? indicesOf(expression) : [flat.index, locate(flat.place).base];
    return (
      operandsOf(expression).some((operand) => this.dependsOn(operand, variable, across)) ||
      indices.some((index) => this.indexDepends(index, variable, across))
    );
  }

  private indexDepends(index: Affine, variable: Variable, across: boolean): boolean {
    return index.terms.some((term) => this.variableDepends(term.variable, variable, across));
  }

  protected variableDepends(other: Variable, variable: Variable, across: boolean): boolean {
    switch (other.kind) {
      case 'loop':
        return other === variable;
      case 'value':
        return this.dependsOn(other.value, variable, across);
      case 'quotient':
        return this.indexDepends(other.dividend, variable, across);
      default:
        return other satisfies never;
    }
  }

  protected lanesNow(): Lanes {
    if (this.lanes === undefined) throw new Error('compiler bug: no loop is written in lanes');
    return this.lanes;
  }

  private home(level: number, scope: CodeScope): CodeScope {
    return scope.insideCondition ? scope : at(this.scopes, level);
  }

  private constant(value: number, dtype: DType): Code {
    return dtype === 'real' ? realConstant(this.program.form, value) : word(value);
  }

  private compose(expression: Exclude<Expression, { kind: 'constant' | 'guarded' }>, scope: CodeScope): Code {
    const inLanes = this.varies(expression);
    const { program } = this;
    const form = inLanes ? this.lanesNow().form : program.form;
    const operand = (part: Expression): Code =>
      inLanes ? this.emitLanes(part, scope) : this.emit(part, scope);
    switch (expression.kind) {
      case 'load':
      case 'reference': {
        const { place, index } = this.flatOf(expression) ?? missing();
        return this.loadFrom(place, index, expression.dtype, scope, inLanes);
      }
      case 'integer':
        return inLanes
          ? this.integerLanes(expression.value, scope)
          : this.affine(expression.value, 1, 0, scope);
      case 'apply':
        if (inLanes && expression.dtype === 'real') {
          const fast = this.quotient(expression, scope) ?? this.productSum(expression, scope);
          if (fast !== undefined) return fast;
        }
        return lowerElementwise(
          expression.name,
          expression.operands.map((part) => part.dtype),
          expression.operands.map(operand),
          {
            form,
            keep: (value) => (isSimple(value) ? value : this.name(value, scope)),
            call: (name, operands) =>
              this.inlined(name, operands, scope, inLanes) ??
              program.callReal(form, name, operands, (value) => this.name(value, scope)),
          },
        );
      case 'cast':
        return lowerCast(form, expression.operand.dtype, expression.dtype, operand(expression.operand));
      case 'uniform': {
        const { seed, step, index, stream, word: wanted } = expression;
        if (inLanes) {
          const spreads = [seed, step, index].map((part) => this.emitLanes(part, scope));
          const streams = vectorOf(new Int32Array(4).fill(stream));
          return call('v128', program.philoxLanes(this.lanesNow().form, wanted), [...spreads, streams]);
        }
        const given = [seed, step, index].map((part) => this.emit(part, scope));
        return call(program.form.type, program.philox(), [...given, word(stream), word(wanted)]);
      }
      default:
        return expression satisfies never;
    }
  }

  private inlinedFunctions = 0;

  /** A function in a long loop stands there whole: a call costs as much as half of it. */
  private inlined(
    name: ElementwiseName,
    [x]: readonly Code[],
    scope: CodeScope,
    inLanes: boolean,
  ): Code | undefined {
    if (!inLanes || x === undefined || this.inlinedFunctions >= mostInlined) return undefined;
    const { units } = this.launch;
    const turns = Math.max(...units.map(({ space }) => space.reduce((all, { extent }) => all * extent, 1)));
    if (turns < longLoop) return undefined;
    const value = this.program.inlineReal(this.lanesNow().form, name, this.keepIn(x, scope), scope);
    if (value !== undefined) this.inlinedFunctions += 1;
    return value;
  }

  /** What stays the same in the loop is divided by once, before it. */
  private quotient({ name, operands }: Application, scope: CodeScope): Code | undefined {
    const [left, right] = operands;
    if (name !== 'divide' || left === undefined || right === undefined || this.varies(right))
      return undefined;
    const { form } = this.lanesNow();
    return realBinary(form, 'mul', this.emitLanes(left, scope), this.reciprocal(right, scope));
  }

  /** A product and a sum with one rounding, where that is allowed. */
  private productSum({ name, operands }: Application, scope: CodeScope): Code | undefined {
    const [left, right] = operands;
    if (left === undefined || right === undefined || !this.program.options.relaxed) return undefined;
    if (name !== 'add' && name !== 'subtract') return undefined;
    const { form } = this.lanesNow();
    const sum = (product: Expression, other: Expression, operation: string): Code | undefined => {
      const factors = this.factorsOf(product, scope);
      if (factors === undefined) return undefined;
      const [a, b] = factors.map((factor) => this.emitLanes(factor, scope));
      if (a === undefined || b === undefined) return undefined;
      const kept = factors[0] === factors[1] ? [this.keepIn(a, scope), this.keepIn(a, scope)] : [a, b];
      return operateBy('v128', `${form.prefix}.${operation}`, ...kept, this.emitLanes(other, scope));
    };
    if (name === 'subtract') return sum(right, left, 'relaxed_nmadd');
    return sum(right, left, 'relaxed_madd') ?? sum(left, right, 'relaxed_madd');
  }

  /** Of a product that is needed nowhere else. */
  private factorsOf(product: Expression, scope: CodeScope): readonly Expression[] | undefined {
    if (product.kind !== 'apply' || (this.uses.get(product) ?? 0) > 1) return undefined;
    if (!this.varies(product) || this.lookup(product, scope) !== undefined) return undefined;
    const [factor] = product.operands;
    if (product.name === 'multiply') return product.operands;
    return product.name === 'square' && factor !== undefined ? [factor, factor] : undefined;
  }

  /** In lanes, as far out as the value goes. */
  private reciprocal(value: Expression, scope: CodeScope): Code {
    const { form } = this.program;
    const { form: lanes } = this.lanesNow();
    if (value.kind === 'constant') {
      const inverse = 1 / value.value;
      return this.nameOnce(`lanes ${inverse}`, this.root, scope, () => realConstant(lanes, inverse));
    }
    const home = this.home(this.levelOf(value), scope);
    return this.nameOnce(`1 / ${this.spreads(value)}`, home, scope, () =>
      splat(lanes, realBinary(form, 'div', realConstant(form, 1), this.emit(value, home))),
    );
  }

  protected keepIn(value: Code, scope: CodeScope): Code {
    return isSimple(value) ? value : this.name(value, scope);
  }

  private loadFrom(place: Place, index: Affine, dtype: DType, scope: CodeScope, inLanes: boolean): Code {
    const { program } = this;
    if (!inLanes) {
      const address = this.addressOf(place, index, scope);
      if (dtype === 'real') return loadReal(program.form, address);
      const cell = load('i32.load', address);
      return dtype === 'bool' ? operate('i32.ne', cell, word(0)) : cell;
    }
    const { form, variable } = this.lanesNow();
    const stride = coefficientOf(add(locate(place).base, index), variable);
    const address = this.addressOf(place, index, scope);
    if (dtype === 'real') {
      if (stride === 0) return splat(form, loadReal(program.form, address));
      if (stride === 1) return loadReal(form, address);
      return this.gathered(address, stride, form, scope);
    }
    if (stride === 0) {
      const cell = load('i32.load', address);
      return spread(form, dtype, dtype === 'bool' ? operate('i32.ne', cell, word(0)) : cell);
    }
    const cells = load(form.lanes === 2 ? 'v128.load64_zero' : 'v128.load', address);
    return dtype === 'bool' ? lowerCast(form, 'int', 'bool', cells) : cells;
  }

  /** Lanes from places at equal distances. */
  private gathered({ base, offset }: Address, stride: number, form: RealForm, scope: CodeScope): Code {
    const first = isSimple(base) ? base : (this.name(base, scope) as Word);
    return loadApart(form, first, offset, (stride * 16) / form.lanes);
  }

  /** An index in each lane: of consecutive turns. */
  private integerLanes(index: Affine, scope: CodeScope): Code {
    const { variable, shift } = this.lanesNow();
    const stride = coefficientOf(index, variable);
    const first = operateBy('v128', 'i32x4.splat', this.affine(index, 1, shift * stride, scope));
    return operateBy('v128', 'i32x4.add', first, vectorOf(Int32Array.of(0, stride, 2 * stride, 3 * stride)));
  }

  private emitGuarded(expression: Extract<Expression, { kind: 'guarded' }>, scope: CodeScope): Code {
    const inLanes = this.varies(expression);
    const condition = all(expression.guards.flatMap((guard) => this.conditions(guard, scope)));
    const value = (part: Expression, where: CodeScope): Code =>
      inLanes ? this.emitLanes(part, where) : this.emit(part, where);
    const { inside, outside } = expression;
    const first = outside.kind === 'constant' ? value(outside, scope) : undefined;
    const branch = (part: Expression): { scope: CodeScope; value: Code } => {
      const inner = new Scope(scope, true);
      return { scope: inner, value: value(part, inner) };
    };
    const [then, otherwise] = [branch(inside), first === undefined ? branch(outside) : undefined];
    const local = newLocal(then.value.type);
    if (first !== undefined) scope.push(set(local, first));
    then.scope.push(set(local, then.value));
    otherwise?.scope.push(set(local, otherwise.value));
    scope.push({ kind: 'if', condition, then: then.scope.lines, otherwise: otherwise?.scope.lines ?? [] });
    return this.remember(expression, scope, get(local));
  }

  /** What has to hold, beyond what the ranges of the loops say. */
  protected conditions(guard: Guard, scope: CodeScope): Word[] {
    const { constant, terms } = guard.index;
    const shifted: Affine = { constant: 0, terms };
    const certain = terms.every(({ variable }) => variable.kind === 'loop');
    const { low, high } = rangeOf(shifted);
    const tests: Word[] = [];
    const value = this.affine(shifted, 1, 0, scope);
    if (!certain || low < guard.low - constant) {
      tests.push(operate('i32.ge_s', value, word(guard.low - constant)));
    }
    if (!certain || high >= guard.high - constant) {
      tests.push(operate('i32.lt_s', value, word(guard.high - constant)));
    }
    return tests;
  }

  /** Where the element lies that a unit writes here. */
  protected cell(unit: Unit, scope: CodeScope): Address {
    return this.addressOf(unit.place, flatIndex(unit.target, this.stridesOf(unit)), scope);
  }

  private addressOf(place: Place, index: Affine, scope: CodeScope): Address {
    const { buffer, base } = locate(place);
    const { start, bytes } = this.program.addressOf(buffer);
    const whole = add(base, index);
    const behind =
      this.lanes === undefined ? 0 : this.lanes.shift * coefficientOf(whole, this.lanes.variable);
    const fixed = start + (whole.constant + behind) * bytes;
    const varying: Affine = { constant: 0, terms: whole.terms };
    // An address is an unsigned sum, so a part that can be negative is added before.
    if (rangeOf(varying).low >= 0 && fixed >= 0) {
      return { base: this.affine(varying, bytes, 0, scope), offset: fixed };
    }
    return { base: this.affine(varying, bytes, fixed, scope), offset: 0 };
  }

  /** `index * factor + more`; what does not vary in the innermost loop is a local further out. */
  private affine(index: Affine, factor: number, more: number, scope: CodeScope): Word {
    const constant = index.constant * factor + more;
    const terms = index.terms.filter(({ variable }) => !this.collapsed.has(variable));
    const levels = terms.map(({ variable }) => this.levelOfVariable(variable));
    const deepest = Math.max(-1, ...levels);
    const outer = terms.filter((_, position) => at(levels, position) < deepest);
    const inner = terms.filter((_, position) => at(levels, position) === deepest);
    if (outer.length === 0) return plus(this.sum(inner, factor, scope), word(constant));
    const key = `index ${factor} ${constant} ${outer.map((term) => `${term.variable.id}*${term.coefficient}`).join()}`;
    const level = Math.max(...outer.map(({ variable }) => this.levelOfVariable(variable)));
    const home = this.home(level, scope);
    const base = this.nameOnce(key, home, scope, () =>
      this.affine({ constant: 0, terms: outer }, factor, constant, home),
    );
    return plus(base as Word, this.sum(inner, factor, scope));
  }

  private sum(terms: readonly Term[], factor: number, scope: CodeScope): Word {
    return terms.reduce<Word>(
      (total, { variable, coefficient }) =>
        plus(total, times(this.variable(variable, scope), coefficient * factor)),
      word(0),
    );
  }

  private variable(variable: Variable, scope: CodeScope): Word {
    switch (variable.kind) {
      case 'loop':
        return variable.extent === 1 ? word(0) : get(this.counter(variable));
      case 'value':
        return this.emit(variable.value, scope) as Word;
      case 'quotient': {
        const home = this.home(this.levelOfVariable(variable), scope);
        return this.nameOnce(`quotient ${variable.id}`, home, scope, () =>
          operate('i32.div_s', this.affine(variable.dividend, 1, 0, home), word(variable.divisor)),
        ) as Word;
      }
      default:
        return variable satisfies never;
    }
  }

  protected counter(variable: Variable): Local<'i32'> {
    let local = this.counters.get(variable);
    if (local === undefined) {
      local = newLocal('i32');
      this.counters.set(variable, local);
    }
    return local;
  }

  protected name(value: Code, scope: CodeScope, key?: Expression | string): Code {
    const local = newLocal(value.type);
    scope.push(set(local, value));
    return key === undefined ? get(local) : this.remember(key, scope, get(local));
  }

  private nameOnce(key: string, home: CodeScope, scope: CodeScope, make: () => Code): Code {
    const known = this.lookup(key, scope);
    if (known !== undefined) return known;
    const value = make();
    return isSimple(value) && value.type !== 'v128' ? value : this.name(value, home, key);
  }

  private remember(key: Expression | string, scope: CodeScope, value: Code): Code {
    const list = this.named.get(key);
    if (list === undefined) this.named.set(key, [{ scope, value }]);
    else list.push({ scope, value });
    return value;
  }

  private lookup(key: Expression | string, scope: CodeScope): Code | undefined {
    return this.named.get(key)?.find((named) => scope.isWithin(named.scope))?.value;
  }
}

export function depthOf(variable: Variable): number {
  if (variable.kind !== 'loop') throw new Error('compiler bug: not a loop');
  return variable.depth;
}

export function coefficientOf(index: Affine, variable: Variable): number {
  return index.terms.find((term) => term.variable === variable)?.coefficient ?? 0;
}

function missing(): never {
  throw new Error('compiler bug: an expression without a place');
}
