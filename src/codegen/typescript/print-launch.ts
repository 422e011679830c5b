/**
 * Prints one launch: outer loops, stages of inner loops, values as constants as far out as their variables allow,
 * folds with local accumulators, and stores at the end of each body (so that an in-place update has read
 * everything before it writes).
 */
import { isLocal } from '../../ir/fuse.js';
import type { Reference } from '../../ir/fuse.js';
import type { Monoid } from '../../ir/graph.js';
import { add, rangeOf, sameIndex } from '../../ir/nest-affine.js';
import type { Affine, Term, Variable } from '../../ir/nest-affine.js';
import { flatIndex, indicesOf, operandsOf } from '../../ir/nest-expressions.js';
import { locate, rootPlace } from '../../ir/nest.js';
import type { Expression, Guard, Launch, Place, Stage, Unit } from '../../ir/nest.js';
import { castLowering } from '../../ir/operators/elementwise/cast.js';
import { precedence, printLowering } from '../../ir/operators/elementwise/lowering.js';
import type { ScalarLowering, ScalarText } from '../../ir/operators/elementwise/lowering.js';
import { philoxUniform } from '../../ir/operators/philox.js';
import { elementwiseTable } from '../../ir/operators/elementwise/table.js';
import { at } from '../../ir/types.js';
import { Block } from './blocks.js';
import { collapsibleLoops } from './collapse.js';
import type { ProgramText } from './program-text.js';
import { encodeIdentifier, numberText } from './text.js';

const identities: Readonly<Record<Monoid, string>> = {
  sum: '0',
  product: '1',
  max: '-Infinity',
  min: 'Infinity',
  and: 'true',
  or: 'false',
};

function combine(monoid: Monoid, accumulator: string, value: ScalarText): string {
  const operand = (level: number): string => (value.precedence < level ? `(${value.text})` : value.text);
  switch (monoid) {
    case 'sum':
      return `${accumulator} + ${operand(precedence.multiplicative)}`;
    case 'product':
      return `${accumulator} * ${operand(precedence.unary)}`;
    case 'max':
    case 'min':
      return `Math.${monoid}(${accumulator}, ${value.text})`;
    case 'and':
      return `${accumulator} && ${operand(precedence.equality)}`;
    case 'or':
      return `${accumulator} || ${operand(precedence.equality)}`;
    default:
      return monoid satisfies never;
  }
}

const loopLetters = 'ijklmn';
const longestInlineText = 60;

interface Named {
  readonly block: Block;
  readonly text: ScalarText;
}

export function printLaunch(launch: Launch, program: ProgramText, names: Set<string>): string[] {
  return new LaunchPrinter(launch, program, names).print();
}

class LaunchPrinter {
  private readonly root = new Block(undefined);
  /** Block at each loop depth, of the stage that is being printed. */
  private blocks: Block[] = [this.root];
  private readonly named = new Map<Expression | string, Named[]>();
  private readonly unitTexts = new Map<Unit, ScalarText>();
  private readonly uses = new Map<Expression, number>();
  private readonly unitUses = new Map<Unit, number>();
  private readonly levels = new Map<Expression, number>();
  private readonly written = new Set<Place>();
  private readonly collapsed: ReadonlySet<Variable>;
  private stage = 0;
  private temporaries = 0;
  private readonly afterLoops: string[] = [];

  constructor(
    private readonly launch: Launch,
    private readonly program: ProgramText,
    private readonly names: Set<string>,
  ) {
    for (const unit of launch.units) if (unit.stored) this.written.add(rootPlace(unit.place));
    for (const unit of launch.units) this.countUses(unit);
    this.collapsed = collapsibleLoops(launch, (expression) => this.flatOf(expression));
  }

  print(): string[] {
    const { launch } = this;
    const outer = at(launch.units, 0).space.slice(0, launch.depth);
    for (const variable of outer) this.enter(variable);
    launch.stages.forEach((stage, index) => {
      this.stage = index;
      this.levels.clear();
      this.printStage(stage);
    });
    for (const variable of [...outer].reverse()) this.leave(variable);
    for (const line of this.afterLoops) this.root.push(line);
    return this.root.lines;
  }

  private printStage(stage: Stage): void {
    const base = this.launch.depth;
    for (const variable of stage.inner) this.enter(variable);
    const innermost = at(this.blocks, base + stage.inner.length);
    const epilogues = new Map<number, string[]>();
    const stores: string[] = [];
    for (const unit of stage.units) this.printUnit(unit, innermost, epilogues, stores);
    for (const line of stores) innermost.push(line);
    for (let depth = base + stage.inner.length; depth > base; depth -= 1) {
      this.leave(at(stage.inner, depth - 1 - base));
      for (const line of epilogues.get(depth - 1) ?? []) at(this.blocks, depth - 1).push(line);
    }
    if (stage.inner.length === 0) for (const line of epilogues.get(base) ?? []) innermost.push(line);
    if (base > 0) this.afterLoops.push(...(epilogues.get(0) ?? []));
  }

  private enter(variable: Variable): void {
    const parent = at(this.blocks, this.blocks.length - 1);
    this.blocks.push(this.hasLoop(variable) ? new Block(parent) : parent);
  }

  private leave(variable: Variable): void {
    const inner = this.blocks.pop();
    if (inner === undefined || !this.hasLoop(variable)) return;
    const name = loopName(variable);
    at(this.blocks, this.blocks.length - 1).close(
      `for (let ${name} = 0; ${name} < ${this.extentOf(variable)}; ${name} += 1)`,
      inner,
    );
  }

  private hasLoop(variable: Variable): boolean {
    return variable.extent !== 1 && !this.collapsed.has(variable);
  }

  /** A loop has taken over the loops outside it that collapsed into it. */
  private extentOf(variable: Variable): number {
    let extent = variable.extent;
    if (variable.kind !== 'loop') return extent;
    const space = this.currentSpace();
    for (let depth = variable.depth - 1; depth >= 0; depth -= 1) {
      const outside = at(space, depth);
      if (!this.collapsed.has(outside)) break;
      extent *= outside.extent;
    }
    return extent;
  }

  private currentSpace(): readonly Variable[] {
    return at(at(this.launch.stages, this.stage).units, 0).space;
  }

  private printUnit(unit: Unit, block: Block, epilogues: Map<number, string[]>, stores: string[]): void {
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
        if (unit.stored) stores.push(`${this.cell(unit, block)} = ${storeText(text, unit)};`);
        return;
      }
      case 'reduce':
        this.printFold(unit, kind.monoid, value, block, epilogues);
        return;
      case 'argreduce':
        this.printArgreduce(unit, kind.direction, value, block, epilogues);
        return;
      case 'scan': {
        const accumulator = this.local(unit.node.label, unit.space.length - 1);
        const depth = unit.space.length - 1;
        at(this.blocks, depth).push(`let ${accumulator} = ${identities[kind.monoid]};`);
        block.push(`${accumulator} = ${combine(kind.monoid, accumulator, value)};`);
        this.unitTexts.set(unit, primary(accumulator));
        if (unit.stored) stores.push(`${this.cell(unit, block)} = ${accumulator};`);
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

  private isReadHere(unit: Unit): boolean {
    return (this.unitUses.get(unit) ?? 0) > (unit.stored ? 1 : 0);
  }

  /** An update in place that changes nothing. */
  private storesWhatItLoads(unit: Unit, value: Expression): boolean {
    const source = this.flatOf(value);
    if (source === undefined) return false;
    const [from, to] = [locate(source.place), locate(unit.place)];
    const target = add(to.base, flatIndex(unit.target, unit.strides));
    return from.buffer === to.buffer && sameIndex(add(from.base, source.index), target);
  }

  private printFold(
    unit: Unit,
    monoid: Monoid,
    value: ScalarText,
    block: Block,
    epilogues: Map<number, string[]>,
  ): void {
    const keptCount = unit.kept.filter((kept) => kept).length;
    const inOrder = unit.kept.slice(0, keptCount).every((kept) => kept);
    if (!inOrder) {
      this.program.fill(this.root, unit.place, identityNumber(monoid));
      const cell = this.cell(unit, block);
      const old: string = unit.node.type.dtype === 'bool' ? `${cell}! !== 0` : `${cell}!`;
      const grown = combine(monoid, unit.node.type.dtype === 'bool' ? `(${old})` : old, value);
      block.push(`${cell} = ${storeText({ text: grown, precedence: precedence.or }, unit)};`);
      return;
    }
    const accumulator = this.local(unit.node.label, keptCount);
    const home = at(this.blocks, keptCount);
    home.push(`let ${accumulator} = ${identities[monoid]};`);
    block.push(`${accumulator} = ${combine(monoid, accumulator, value)};`);
    this.unitTexts.set(unit, primary(accumulator));
    if (!unit.stored) return;
    const lines = epilogues.get(keptCount) ?? [];
    epilogues.set(keptCount, lines);
    lines.push(`${this.cell(unit, home)} = ${storeText(primary(accumulator), unit)};`);
  }

  private printArgreduce(
    unit: Unit,
    direction: 'max' | 'min',
    value: ScalarText,
    block: Block,
    epilogues: Map<number, string[]>,
  ): void {
    const depth = unit.space.length - 1;
    const home = at(this.blocks, depth);
    const [best, index] = [this.local('best', depth), this.local(unit.node.label ?? 'index', depth)];
    home.push(`let ${best} = ${direction === 'max' ? '-Infinity' : 'Infinity'};`);
    home.push(`let ${index} = 0;`);
    const folded = at(unit.space, depth);
    const position = folded.extent === 1 ? '0' : loopName(folded);
    const candidate = this.name(value, block, undefined, depth + 1);
    const inner = new Block(block, true);
    inner.push(`${best} = ${candidate.text};`);
    inner.push(`${index} = ${position};`);
    block.close(`if (${candidate.text} ${direction === 'max' ? '>' : '<'} ${best})`, inner);
    this.unitTexts.set(unit, primary(index));
    if (!unit.stored) return;
    const lines = epilogues.get(depth) ?? [];
    epilogues.set(depth, lines);
    lines.push(`${this.cell(unit, home)} = ${index};`);
  }

  private printScatter(unit: Unit, adds: boolean, value: ScalarText, block: Block): void {
    const guards = unit.guards.map((guard) => this.guardText(guard, block));
    const inner = guards.length === 0 ? block : new Block(block, true);
    const cell = this.cell(unit, inner);
    const text = storeText(value, unit);
    inner.push(adds ? `${cell} = ${combine('sum', `${cell}!`, value)};` : `${cell} = ${text};`);
    if (inner !== block) block.close(`if (${guards.join(' && ')})`, inner);
  }

  /** The printed value of an expression, for use in `block`. */
  private emit(expression: Expression, block: Block): ScalarText {
    if (expression.kind === 'constant') return constantText(expression);
    const known = this.lookup(expression, block);
    if (known !== undefined) return known;
    const home =
      block.conditional || insideCondition(block) ? block : at(this.blocks, this.levelOf(expression));
    if (expression.kind === 'reference' && this.isLocal(expression)) {
      const text = this.unitTexts.get(expression.unit);
      if (text === undefined) throw new Error('compiler bug: a value is used before it is computed');
      return text;
    }
    if (expression.kind === 'guarded') return this.emitGuarded(expression, home);
    const text = this.compose(expression, home);
    const often = (this.uses.get(expression) ?? 0) > 1;
    const volatile = this.flatOf(expression) !== undefined && this.readsWritten(expression);
    const trivial = expression.kind === 'integer';
    const short = text.text.length <= longestInlineText;
    if (!volatile && short && (trivial || (!often && home === block))) return text;
    return this.name(text, home, expression, this.levelOf(expression));
  }

  private compose(
    expression: Exclude<Expression, { kind: 'constant' | 'guarded' }>,
    block: Block,
  ): ScalarText {
    switch (expression.kind) {
      case 'load':
      case 'reference': {
        const { place, index } = this.flatOf(expression) ?? missing();
        const { text } = this.load(place, index, block);
        return expression.dtype === 'bool'
          ? { text: `${text} !== 0`, precedence: precedence.equality }
          : primary(text);
      }
      case 'integer':
        return this.affine(expression.value, block);
      case 'apply': {
        const { lowering } = elementwiseTable[expression.name];
        const repeats = repeatsOperand(lowering);
        return this.lower(
          lowering,
          expression.operands.map((operand) => {
            const text = this.emit(operand, block);
            return repeats && !isName(text) ? this.name(text, block, operand, this.levelOf(operand)) : text;
          }),
        );
      }
      case 'cast': {
        const lowering = castLowering(expression.operand.dtype, expression.dtype);
        return this.lower(lowering, [this.emit(expression.operand, block)]);
      }
      case 'uniform': {
        const [seed, step, index] = [expression.seed, expression.step, expression.index].map(
          (operand) => this.emit(operand, block).text,
        );
        this.program.helpers([philoxUniform]);
        const call = `${philoxUniform.name}(${seed}, ${step}, ${index}, ${expression.stream}, ${expression.word})`;
        return primary(call);
      }
      default:
        return expression satisfies never;
    }
  }

  private lower(lowering: ScalarLowering, operands: readonly ScalarText[]): ScalarText {
    this.program.helpers(lowering.helpers);
    return printLowering(lowering, operands);
  }

  private emitGuarded(expression: Extract<Expression, { kind: 'guarded' }>, block: Block): ScalarText {
    const conditions = expression.guards.map((guard) => this.guardText(guard, block));
    const { outside } = expression;
    const start =
      outside.kind === 'constant' ? constantText(outside).text : expression.dtype === 'bool' ? 'false' : '0';
    const name = this.local(undefined, this.levelOf(expression));
    block.push(`let ${name} = ${start};`);
    const branch = (value: Expression): Block => {
      const inner = new Block(block, true);
      inner.push(`${name} = ${this.emit(value, inner).text};`);
      return inner;
    };
    const condition = conditions.join(' && ');
    block.close(`if (${condition})`, branch(expression.inside));
    if (outside.kind !== 'constant') {
      const last = block.lines.pop();
      if (last !== '}') throw new Error('compiler bug: no branch to add to');
      const otherwise = branch(outside);
      block.push('} else {');
      for (const line of otherwise.lines) block.push(`  ${line}`);
      block.push('}');
    }
    return this.remember(expression, block, primary(name));
  }

  private guardText(guard: Guard, block: Block): string {
    const { constant, terms } = guard.index;
    const shifted: Affine = { constant: 0, terms };
    const { text } = this.affine(shifted, block);
    const certain = terms.every(({ variable }) => variable.kind === 'loop');
    const { low, high } = rangeOf(shifted);
    const tests: string[] = [];
    if (!certain || low < guard.low - constant)
      tests.push(`${text} >= ${numberText(guard.low - constant).text}`);
    if (!certain || high >= guard.high - constant)
      tests.push(`${text} < ${numberText(guard.high - constant).text}`);
    return tests.length === 0 ? 'true' : tests.join(' && ');
  }

  /** The address of the element that a unit writes here. */
  private cell(unit: Unit, block: Block): string {
    return this.load(unit.place, flatIndex(unit.target, unit.strides), block).text.slice(0, -1);
  }

  private load(place: Place, index: Affine, block: Block): { readonly text: string } {
    const { buffer, base } = locate(place);
    const { text } = this.affine(add(base, index), block);
    return { text: `${this.program.view(buffer)}[${text}]!` };
  }

  /** An index as text: what does not vary in the innermost loop is named further out. */
  private affine(index: Affine, block: Block): ScalarText {
    const terms = index.terms.filter(({ variable }) => !this.collapsed.has(variable));
    const deepest = Math.max(-1, ...terms.map(({ variable }) => this.levelOfVariable(variable)));
    const outer = terms.filter(({ variable }) => this.levelOfVariable(variable) < deepest);
    const inner = terms.filter(({ variable }) => this.levelOfVariable(variable) === deepest);
    if (outer.length === 0) return this.sum(terms, index.constant, block);
    const prefix: Affine = { constant: index.constant, terms: outer };
    const [single] = outer;
    const plain = outer.length === 1 && single?.coefficient === 1 && index.constant === 0;
    if (plain) return this.sum(terms, 0, block);
    const key = `index ${index.constant} ${outer.map((term) => `${term.variable.id}*${term.coefficient}`).join()}`;
    let base = this.lookup(key, block);
    if (base === undefined) {
      const level = Math.max(...outer.map(({ variable }) => this.levelOfVariable(variable)));
      const home = insideCondition(block) ? block : at(this.blocks, level);
      base = this.name(this.affine(prefix, home), home, key, level, 'p');
    }
    const rest = this.sum(inner, 0, block);
    return { text: `${base.text} + ${rest.text}`, precedence: precedence.additive };
  }

  private sum(terms: readonly Term[], constant: number, block: Block): ScalarText {
    let text = '';
    for (const { variable, coefficient } of terms) {
      const factor = Math.abs(coefficient);
      const name = this.variable(variable, block);
      const product = factor === 1 ? name : `${name} * ${factor}`;
      if (text === '') text = coefficient < 0 ? `-${product}` : product;
      else text += ` ${coefficient < 0 ? '-' : '+'} ${product}`;
    }
    if (text === '') return numberText(constant);
    if (constant !== 0) text += ` ${constant < 0 ? '-' : '+'} ${Math.abs(constant)}`;
    const simple = /^\w+$/.test(text);
    return { text, precedence: simple ? precedence.primary : precedence.additive };
  }

  private variable(variable: Variable, block: Block): string {
    switch (variable.kind) {
      case 'loop':
        return loopName(variable);
      case 'value': {
        const text = this.emit(variable.value, block);
        return text.precedence === precedence.primary ? text.text : `(${text.text})`;
      }
      case 'quotient': {
        const key = `quotient ${variable.id}`;
        const known = this.lookup(key, block);
        if (known !== undefined) return known.text;
        const level = this.levelOfVariable(variable);
        const home = insideCondition(block) ? block : at(this.blocks, level);
        const dividend = this.affine(variable.dividend, home);
        const left = dividend.precedence < precedence.multiplicative ? `(${dividend.text})` : dividend.text;
        const text: ScalarText = { text: `(${left} / ${variable.divisor}) | 0`, precedence: 1 };
        return this.name(text, home, key, level, 'q').text;
      }
      default:
        return variable satisfies never;
    }
  }

  private name(
    text: ScalarText,
    block: Block,
    key: Expression | string | undefined,
    level: number,
    prefix = 't',
  ): ScalarText {
    const name = this.local(undefined, level, prefix);
    block.push(`const ${name} = ${text.text};`);
    return this.remember(key, block, primary(name));
  }

  private nameUnit(unit: Unit, text: ScalarText, block: Block): ScalarText {
    if (isName(text)) return text;
    const level = unit.value === undefined ? 0 : this.levelOf(unit.value);
    const home = at(this.blocks, level);
    const inHome = home === block || text.precedence === precedence.primary ? home : block;
    const name = this.local(unit.node.label, level);
    inHome.push(`const ${name} = ${text.text};`);
    return primary(name);
  }

  private remember(key: Expression | string | undefined, block: Block, text: ScalarText): ScalarText {
    if (key === undefined) return text;
    const list = this.named.get(key);
    if (list === undefined) this.named.set(key, [{ block, text }]);
    else list.push({ block, text });
    return text;
  }

  private lookup(key: Expression | string, block: Block): ScalarText | undefined {
    return this.named.get(key)?.find((named) => block.isWithin(named.block))?.text;
  }

  /** A name that is free in the function: `margin_i` for what is labelled, `t3` otherwise. */
  private local(label: string | undefined, level: number, prefix = 't'): string {
    const letter = level === 0 ? 'v' : (loopLetters[level - 1] ?? 'n');
    for (;;) {
      this.temporaries += 1;
      const numbered = `${prefix}${this.names.size + 1}`;
      let name = label === undefined ? numbered : `${encodeIdentifier(label)}_${letter}`;
      if (this.names.has(name))
        name =
          label === undefined
            ? `${prefix}${this.names.size + this.temporaries}`
            : `${name}${this.names.size + this.temporaries}`;
      if (this.names.has(name)) continue;
      this.names.add(name);
      return name;
    }
  }

  /** How many loops a value is inside of. */
  private levelOf(expression: Expression): number {
    const known = this.levels.get(expression);
    if (known !== undefined) return known;
    let level = 0;
    if (expression.kind === 'reference' && this.isLocal(expression)) {
      const { unit } = expression;
      level =
        unit.stage === this.stage && unit.kind.kind !== 'reduce' ? unit.space.length : this.launch.depth;
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

  private levelOfVariable(variable: Variable): number {
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

  private readsWritten(expression: Expression): boolean {
    const flat = this.flatOf(expression);
    return flat !== undefined && this.written.has(rootPlace(flat.place));
  }

  /** Where a load, or a reference that becomes one, reads. */
  private flatOf(expression: Expression): { readonly place: Place; readonly index: Affine } | undefined {
    if (expression.kind === 'load') return { place: expression.place, index: expression.index };
    if (expression.kind !== 'reference' || this.isLocal(expression)) return undefined;
    const { unit, index } = expression;
    return { place: unit.place, index: flatIndex(index, unit.strides) };
  }

  private isLocal(reference: Reference): boolean {
    const consumer = this.launch.stages[this.stage]?.units[0] ?? this.launch.units[0];
    return consumer !== undefined && isLocal(reference, consumer);
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

function loopName(variable: Variable): string {
  if (variable.kind !== 'loop') throw new Error('compiler bug: not a loop');
  return loopLetters[variable.depth] ?? `i${variable.depth}`;
}

/** Does the text mention an operand twice (`a * a`)? Then the operand must be a name. */
function repeatsOperand(lowering: ScalarLowering): boolean {
  const text = lowering.print('@0', '@1', '@2');
  return ['@0', '@1', '@2'].some((operand) => text.indexOf(operand) !== text.lastIndexOf(operand));
}

function isName({ text }: ScalarText): boolean {
  return /^-?[\w.]+$/.test(text);
}

function insideCondition(block: Block): boolean {
  for (let current: Block | undefined = block; current !== undefined; current = current.parent) {
    if (current.conditional) return true;
  }
  return false;
}

function constantText(expression: Extract<Expression, { kind: 'constant' }>): ScalarText {
  if (expression.dtype === 'bool') return primary(expression.value === 0 ? 'false' : 'true');
  return numberText(expression.value);
}

function identityNumber(monoid: Monoid): number {
  return { sum: 0, product: 1, max: -Infinity, min: Infinity, and: 1, or: 0 }[monoid];
}

function storeText(text: ScalarText, unit: Unit): string {
  if (unit.place.dtype !== 'bool') return text.text;
  return text.precedence <= precedence.conditional ? `(${text.text}) ? 1 : 0` : `${text.text} ? 1 : 0`;
}

function primary(text: string): ScalarText {
  return { text, precedence: precedence.primary };
}

function missing(): never {
  throw new Error('compiler bug: an expression without a place');
}
