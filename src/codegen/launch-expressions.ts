/**
 * Prints the expressions of a launch: a value becomes a constant as far out as its variables allow, or stands where
 * it is used, and an index is split into the part that varies in the innermost loop and the rest.
 */
import { add, offset, rangeOf } from '../ir/nest-affine.js';
import type { Affine, Term, Variable } from '../ir/nest-affine.js';
import { flatIndex } from '../ir/nest-expressions.js';
import { locate } from '../ir/nest.js';
import type { Expression, Guard, Launch, Place, Unit } from '../ir/nest.js';
import { precedence } from '../ir/operators/elementwise/lowering.js';
import type { ScalarText } from '../ir/operators/elementwise/lowering.js';
import { at } from '../ir/types.js';
import { Block } from './blocks.js';
import { LaunchLevels } from './launch-levels.js';
import { isName, loopLetters, loopName, parenthesized, primary, wholeNumber } from './launch-text.js';
import type { LaunchDialect } from './launch-text.js';
import { encodeIdentifier } from './source-text.js';

export const longestInlineText = 60;

interface Named {
  readonly block: Block;
  readonly text: ScalarText;
}

export class LaunchExpressions extends LaunchLevels {
  protected readonly root = new Block(undefined);
  /** Block at each loop depth, of the stage that is being printed. */
  protected blocks: Block[] = [this.root];
  private readonly named = new Map<Expression | string, Named[]>();
  protected readonly unitTexts = new Map<Unit, ScalarText>();
  private temporaries = 0;

  constructor(
    launch: Launch,
    protected readonly dialect: LaunchDialect,
    private readonly names: Set<string>,
  ) {
    super(launch);
  }

  /** The printed value of an expression, for use in `block`. */
  protected emit(expression: Expression, block: Block): ScalarText {
    if (expression.kind === 'constant') return this.dialect.constant(expression.value, expression.dtype);
    const known = this.lookup(expression, block);
    if (known !== undefined) return known;
    const home = block.insideCondition ? block : at(this.blocks, this.levelOf(expression));
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
        return this.dialect.read(this.cellAt(place, index, block), expression.dtype);
      }
      case 'integer':
        return this.affine(expression.value, block);
      case 'apply': {
        const types = expression.operands.map((operand) => operand.dtype);
        const repeats = this.dialect.repeatsOperand(expression.name, types);
        return this.dialect.apply(
          expression.name,
          types,
          expression.operands.map((operand) => {
            const text = this.emit(operand, block);
            return repeats && !isName(text) ? this.name(text, block, operand, this.levelOf(operand)) : text;
          }),
        );
      }
      case 'cast': {
        const { operand, dtype } = expression;
        return this.dialect.cast(operand.dtype, dtype, this.emit(operand, block));
      }
      case 'uniform': {
        const text = (operand: Expression): string => this.emit(operand, block).text;
        const { seed, step, index, stream, word } = expression;
        return this.dialect.uniform(text(seed), text(step), text(index), stream, word);
      }
      default:
        return expression satisfies never;
    }
  }

  private emitGuarded(expression: Extract<Expression, { kind: 'guarded' }>, block: Block): ScalarText {
    const conditions = expression.guards.map((guard) => this.guardText(guard, block));
    const { outside, dtype } = expression;
    const start = this.dialect.constant(outside.kind === 'constant' ? outside.value : 0, dtype);
    const name = this.local(undefined, this.levelOf(expression));
    block.push(this.dialect.declareVariable(name, dtype, start.text));
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

  protected guardText(guard: Guard, block: Block): string {
    const { constant, terms } = guard.index;
    const shifted: Affine = { constant: 0, terms };
    const { text } = this.affine(shifted, block);
    const certain = terms.every(({ variable }) => variable.kind === 'loop');
    const { low, high } = rangeOf(shifted);
    const tests: string[] = [];
    if (!certain || low < guard.low - constant)
      tests.push(`${text} >= ${wholeNumber(guard.low - constant).text}`);
    if (!certain || high >= guard.high - constant)
      tests.push(`${text} < ${wholeNumber(guard.high - constant).text}`);
    return tests.length === 0 ? 'true' : tests.join(' && ');
  }

  /** The element that a unit writes here. */
  protected cell(unit: Unit, block: Block): string {
    return this.cellAt(unit.place, flatIndex(unit.target, unit.strides), block);
  }

  private cellAt(place: Place, index: Affine, block: Block): string {
    const { buffer, base } = locate(place);
    const whole = offset(add(base, index), this.dialect.startOf(buffer));
    return this.dialect.cell(buffer, this.affine(whole, block).text);
  }

  /** An index as text: what does not vary in the innermost loop is named further out. */
  protected affine(index: Affine, block: Block): ScalarText {
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
      const home = block.insideCondition ? block : at(this.blocks, level);
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
    if (text === '') return wholeNumber(constant);
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
        const home = block.insideCondition ? block : at(this.blocks, level);
        const dividend = this.affine(variable.dividend, home);
        const left = parenthesized(dividend, precedence.multiplicative);
        const text = this.dialect.quotient(left, variable.divisor);
        return this.name(text, home, key, level, 'q').text;
      }
      default:
        return variable satisfies never;
    }
  }

  protected name(
    text: ScalarText,
    block: Block,
    key: Expression | string | undefined,
    level: number,
    prefix = 't',
  ): ScalarText {
    const name = this.local(undefined, level, prefix);
    block.push(this.dialect.declare(name, text.text));
    return this.remember(key, block, primary(name));
  }

  protected nameUnit(unit: Unit, text: ScalarText, block: Block): ScalarText {
    if (isName(text)) return text;
    const level = unit.value === undefined ? 0 : this.levelOf(unit.value);
    const home = at(this.blocks, level);
    const inHome = home === block || text.precedence === precedence.primary ? home : block;
    const name = this.local(unit.node.label, level);
    inHome.push(this.dialect.declare(name, text.text));
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
  protected local(label: string | undefined, level: number, prefix = 't'): string {
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
}

function missing(): never {
  throw new Error('compiler bug: an expression without a place');
}
