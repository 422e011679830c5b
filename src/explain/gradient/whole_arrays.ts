/**
 * Terms as text without indices, where they have such a form: products of matrices for sums of products, transposes, sums
 * over an axis, and operations element by element where trailing axes line up.
 */
import { bareSymbol, constantValue, printDimension } from '../../check/dimension.js';
import { ElementPrinter, sizeText } from './by_element.js';
import type { Index, Term } from './term.js';
import {
  comparesToNumber,
  decided,
  factored,
  isNumber,
  mentions,
  multiply,
  number,
  substitute,
} from './term.js';
import { atom, inside, isCondition, levels, numberText, operation, summed } from './written.js';
import type { Written } from './written.js';

/** A text and the axes that it has: the last ones of those that were asked for. */
interface Whole extends Written {
  readonly axes: readonly Index[];
}

/** Longer ones are comprehensions. */
const longestList = 6;

/** Thrown where a term has no form without indices; caught where the term begins. */
class NoWholeForm extends Error {}

export class FormulaPrinter extends ElementPrinter {
  private straightening = false;

  /** The array over `out`: as a whole where that can be said, part by part, and else element by element. */
  formula(given: Term, out: readonly Index[]): Written {
    const list = this.listed(given, out);
    if (list !== undefined) return list;
    const term = given.kind === 'add' ? factored(given) : given;
    const whole = this.attempt(term, out);
    if (whole !== undefined) return whole;
    const parts = term.kind === 'add' ? term.terms : [term];
    const texts = parts.map((part) => this.attempt(part, out) ?? this.array(part, out));
    return texts.length === 1 ? (texts[0] ?? atom('0')) : summed(texts);
  }

  /** `[a, b, c]`, where elements are told one by one. */
  private listed(term: Term, [only, ...more]: readonly Index[]): Written | undefined {
    if (only === undefined || more.length > 0 || !comparesToNumber(term, only)) return undefined;
    const size = constantValue(only.size);
    if (size === undefined || size > longestList) return undefined;
    const elements = Array.from({ length: size }, (_, place) => {
      const here = decided(substitute(term, new Map([[only, number(place)]])));
      return this.scalar(here.kind === 'add' ? factored(here) : here).text;
    });
    return atom(`[${elements.join(', ')}]`);
  }

  private attempt(term: Term, out: readonly Index[]): Written | undefined {
    try {
      const { text, level, axes } = this.whole(term, out);
      return axes.length === out.length ? { text, level } : undefined;
    } catch (error) {
      if (error instanceof NoWholeForm) return undefined;
      throw error;
    }
  }

  private whole(term: Term, out: readonly Index[]): Whole {
    switch (term.kind) {
      case 'number':
        return { ...numberText(term.value), axes: [] };
      case 'size':
        return { ...sizeText(term.dimension), axes: [] };
      case 'index':
        throw new NoWholeForm();
      case 'element':
        return this.element(term, out);
      case 'add': {
        const outside = factored(term);
        if (outside.kind !== 'add') return this.whole(outside, out);
        const parts = term.terms.map((each) => this.numeric(each, out));
        return this.straightened({ ...summed(parts), axes: longest(parts) }, term, out);
      }
      case 'multiply':
        return this.multiplied(term.factors, out);
      case 'apply': {
        const [base, exponent] = term.operands;
        if (
          term.operator === 'power' &&
          base !== undefined &&
          exponent?.kind === 'number' &&
          exponent.value < 0
        ) {
          return this.multiplied([term], out);
        }
        const hot = this.oneHot(term, out);
        if (hot !== undefined) return hot;
        const operands = term.operands.map((each) => this.whole(each, out));
        return { ...operation(term.operator, operands), axes: longest(operands) };
      }
      case 'sum':
        return this.contracted(
          term.over,
          term.body.kind === 'multiply' ? term.body.factors : [term.body],
          out,
        );
      case 'reduce':
        if (term.guard !== undefined) throw new NoWholeForm();
        return this.along(term.operator, term.over, term.body, out);
      case 'softmax': {
        const last = out.at(-1);
        if (term.at.kind !== 'index' || term.at.index !== last) throw new NoWholeForm();
        const axes = [...out.slice(0, -1), term.over];
        const body = this.whole(term.body, axes);
        if (!body.axes.includes(term.over)) throw new NoWholeForm();
        return {
          ...atom(`softmax(${body.text})`),
          axes: body.axes.map((axis) => (axis === term.over ? last : axis)),
        };
      }
      case 'cases': {
        if (!isNumber(term.otherwise, 0)) throw new NoWholeForm();
        const condition = this.whole(term.condition, out);
        const chosen = { ...atom(`real(${condition.text})`), axes: condition.axes };
        if (isNumber(term.then, 1)) return chosen;
        const then = this.whole(term.then, out);
        const text = `${chosen.text} * ${inside(then, levels.matmul)}`;
        return { text, level: levels.multiply, axes: longest([chosen, then]) };
      }
      case 'call': {
        const operands = term.operands.map((each) => this.whole(each, out));
        this.uses.functions.add(term.function);
        const text = `${term.function.name}(${operands.map((each) => each.text).join(', ')})`;
        return { ...atom(text), axes: longest(operands) };
      }
      case 'stop': {
        const body = this.whole(term.body, out);
        return { ...atom(`stop(${body.text})`), axes: body.axes };
      }
      default:
        return term satisfies never;
    }
  }

  /** As `whole`; a truth value counts as a number. */
  private numeric(term: Term, out: readonly Index[]): Whole {
    const whole = this.whole(term, out);
    if (term.kind !== 'apply' || !isCondition(term.operator) || whole.text.startsWith('one_hot('))
      return whole;
    return { ...atom(`real(${whole.text})`), axes: whole.axes };
  }

  private element({ of, indices }: Extract<Term, { kind: 'element' }>, out: readonly Index[]): Whole {
    this.uses.elements.add(of);
    if (indices.length === 0) return { ...atom(of.text), axes: [] };
    const axes = indices.map((each) => (each.kind === 'index' ? each.index : undefined));
    const last = out.slice(out.length - indices.length);
    if (out.length >= indices.length && axes.every((axis, place) => axis === last[place])) {
      return { ...atom(of.text), axes: last };
    }
    const [row, column] = axes;
    if (axes.length === 2 && row !== undefined && row === last[1] && column === last[0] && row !== column) {
      return { ...atom(`transpose(${of.text})`), axes: last };
    }
    return this.picked(of.text, indices, out);
  }

  /** `b[y]`, `W[0]`: an index in front that is a term, and the last axes whole. */
  private picked(text: string, indices: readonly Term[], out: readonly Index[]): Whole {
    const rest = indices.findIndex((each) => each.kind === 'index' && out.includes(each.index));
    const kept = rest === -1 ? [] : indices.slice(rest);
    const axes = out.slice(out.length - kept.length);
    const isWhole = kept.every((each, place) => each.kind === 'index' && each.index === axes[place]);
    const fixed = indices.slice(0, indices.length - kept.length);
    const [only] = fixed;
    if (!isWhole || only === undefined) throw new NoWholeForm();
    const before = out.slice(0, out.length - kept.length);
    const places = fixed.map((each) => this.whole(each, before));
    if (places.length > 1 && places.some((place) => place.axes.length > 0)) throw new NoWholeForm();
    return {
      ...atom(`${text}[${places.map((place) => place.text).join(', ')}]`),
      axes: [...longest(places), ...axes],
    };
  }

  /** `k == y[n]` over n and k. */
  private oneHot(term: Extract<Term, { kind: 'apply' }>, out: readonly Index[]): Whole | undefined {
    const last = out.at(-1);
    if (term.operator !== 'equal' || last === undefined) return undefined;
    const place = term.operands.findIndex((each) => each.kind === 'index' && each.index === last);
    const other = term.operands[1 - place];
    if (place === -1 || other?.kind !== 'element' || other.of.isClass !== true) return undefined;
    const label = this.whole(other, out.slice(0, -1));
    const over = label.axes.map((axis) => bareName(axis));
    const suffix = over.length === 0 ? '' : ` over ${over.join(', ')}`;
    return { ...atom(`one_hot(${label.text}${suffix})`), axes: [...label.axes, last] };
  }

  // ------------------------------------------------------------------------------------------------ products

  private multiplied(factors: readonly Term[], out: readonly Index[]): Whole {
    const axes: (readonly Index[])[] = [];
    try {
      const written = this.product(factors, (factor) => {
        const whole = this.numeric(factor, out);
        axes.push(whole.axes);
        return whole;
      });
      const whole = { ...written, axes: longest(axes.map((each) => ({ axes: each }))) };
      return this.straightened(whole, multiply(...factors), out);
    } catch (error) {
      if (!(error instanceof NoWholeForm)) throw error;
      return this.outer(factors, out);
    }
  }

  /** `outer(a, b)`, times what has both axes. */
  private outer(factors: readonly Term[], out: readonly Index[]): Whole {
    const [row, column] = out;
    if (row === undefined || column === undefined || out.length !== 2) throw new NoWholeForm();
    const rows = factors.filter((each) => mentions(each, row) && !mentions(each, column));
    const columns = factors.filter((each) => mentions(each, column) && !mentions(each, row));
    const both = factors.filter((each) => mentions(each, column) && mentions(each, row));
    const numbers = factors.filter((each) => !mentions(each, column) && !mentions(each, row));
    if (rows.length === 0 || columns.length === 0) throw new NoWholeForm();
    const first = this.full(multiply(...rows), [row]);
    const second = this.full(multiply(...columns), [column]);
    const product: Term = { kind: 'add', terms: [] };
    const written = this.product([...numbers, product, ...both], (factor) =>
      factor === product ? atom(`outer(${first.text}, ${second.text})`) : this.numeric(factor, out),
    );
    return { ...written, axes: out };
  }

  /** All axes must be there. */
  private full(term: Term, out: readonly Index[]): Whole {
    const whole = this.numeric(term, out);
    if (whole.axes.length !== out.length) throw new NoWholeForm();
    return whole;
  }

  /** A sum of products over some indices. */
  private contracted(over: readonly Index[], factors: readonly Term[], out: readonly Index[]): Whole {
    if (over.some(({ from }) => from !== undefined)) throw new NoWholeForm();
    const free = out.filter((index) => factors.some((each) => mentions(each, index)));
    const axes = out.slice(out.length - free.length);
    if (!free.every((index, place) => index === axes[place])) throw new NoWholeForm();
    const [along] = over;
    if (along === undefined) throw new NoWholeForm();
    if (over.length > 1) return this.nested(over, factors, axes);
    if (axes.length === 0) return { ...this.total(factors, along), axes };
    if (axes.length > 2) return this.summedOver(factors, along, axes);
    const [first, second] = axes;
    if (first === undefined) throw new NoWholeForm();
    const left = factors.filter((each) => mentions(each, first));
    const right = factors.filter((each) => second !== undefined && mentions(each, second));
    const rest = factors.filter((each) => !left.includes(each) && !right.includes(each));
    if (left.some((each) => right.includes(each))) return this.summedOver(factors, along, axes);
    if (second === undefined && rest.length === 0) return this.summedOver(factors, along, axes);
    const [one, other] =
      second === undefined
        ? [this.full(multiply(...left), [first, along]), this.full(multiply(...rest), [along])]
        : [
            this.full(multiply(...left, ...rest), [first, along]),
            this.full(multiply(...right), [along, second]),
          ];
    const text = `${inside(one, levels.matmul)} @ ${inside(other, levels.negate)}`;
    const body: Term = { kind: 'sum', over, body: multiply(...factors) };
    return this.straightened({ text, level: levels.matmul, axes }, body, axes);
  }

  /** One transpose around the whole, rather than many inside. */
  private straightened(whole: Whole, term: Term, out: readonly Index[]): Whole {
    const [row, column] = out;
    const isMany = whole.text.split('transpose(').length > 2;
    if (this.straightening || !isMany || out.length !== 2 || whole.axes.length !== 2) return whole;
    if (row === undefined || column === undefined) return whole;
    this.straightening = true;
    try {
      const { text } = this.whole(term, [column, row]);
      return text.length + 'transpose()'.length < whole.text.length
        ? { ...atom(`transpose(${text})`), axes: whole.axes }
        : whole;
    } catch (error) {
      if (error instanceof NoWholeForm) return whole;
      throw error;
    } finally {
      this.straightening = false;
    }
  }

  /** A scalar: `a @ b` of two vectors, else `sum(...)`. */
  private total(factors: readonly Term[], along: Index): Written {
    const [first, second] = factors;
    if (factors.length === 2 && first?.kind === 'element' && second?.kind === 'element') {
      const [one, other] = [this.full(first, [along]), this.full(second, [along])];
      return {
        text: `${inside(one, levels.matmul)} @ ${inside(other, levels.negate)}`,
        level: levels.matmul,
      };
    }
    return atom(`sum(${this.full(multiply(...factors), [along]).text})`);
  }

  /** `sum(e over N)`, where the axis has a name of its own. */
  private summedOver(factors: readonly Term[], along: Index, axes: readonly Index[]): Whole {
    return this.along('sum', [along], multiply(...factors), axes);
  }

  private along(name: string, over: readonly Index[], body: Term, out: readonly Index[]): Whole {
    if (over.some(({ from }) => from !== undefined)) throw new NoWholeForm();
    const free = out.filter((index) => mentions(body, index));
    const axes = out.slice(out.length - free.length);
    if (!free.every((index, place) => index === axes[place])) throw new NoWholeForm();
    const [only] = over;
    if (axes.length === 0) return { ...atom(`${name}(${this.full(body, over).text})`), axes };
    const bare = only === undefined ? undefined : bareName(only);
    if (bare === undefined || over.length > 1 || axes.some(({ size }) => size.key === only?.size.key)) {
      throw new NoWholeForm();
    }
    // The axis that goes may stand behind the others, or before them.
    const inner = this.either(body, [
      [...axes, ...over],
      [...over, ...axes],
    ]);
    return { ...atom(`${name}(${inner.text} over ${bare})`), axes };
  }

  private either(body: Term, orders: readonly (readonly Index[])[]): Whole {
    let best: Whole | undefined;
    for (const order of orders) {
      try {
        const found = this.full(body, order);
        if (best === undefined || found.text.length < best.text.length) best = found;
      } catch (error) {
        if (!(error instanceof NoWholeForm)) throw error;
      }
    }
    if (best === undefined) throw new NoWholeForm();
    return best;
  }

  /** Sums over several indices: at once, or one inside the others. */
  private nested(over: readonly Index[], factors: readonly Term[], axes: readonly Index[]): Whole {
    if (axes.length === 0 && over.length === 2) {
      try {
        const body = this.either(multiply(...factors), [over, [...over].reverse()]);
        return { ...atom(`sum(${body.text})`), axes };
      } catch (error) {
        if (!(error instanceof NoWholeForm)) throw error;
      }
    }
    for (const inner of [...over].reverse()) {
      const within = factors.filter((each) => mentions(each, inner));
      const outside = factors.filter((each) => !within.includes(each));
      const body: Term = { kind: 'sum', over: [inner], body: multiply(...within) };
      try {
        return this.contracted(
          over.filter((each) => each !== inner),
          [...outside, body],
          axes,
        );
      } catch (error) {
        if (!(error instanceof NoWholeForm)) throw error;
      }
    }
    throw new NoWholeForm();
  }
}

function longest(parts: readonly { readonly axes: readonly Index[] }[]): readonly Index[] {
  return parts.reduce<readonly Index[]>((most, { axes }) => (axes.length > most.length ? axes : most), []);
}

function bareName({ size }: Index): string | undefined {
  return bareSymbol(size) === undefined ? undefined : printDimension(size);
}
