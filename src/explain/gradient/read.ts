/**
 * Reads checked expressions as terms. `let`s and what a body names become definitions, so that a formula can use their
 * names; functions of scalars keep theirs; other calls are read through. What has no form as a term is refused by name.
 */
import {
  constantDimension,
  constantValue,
  substituteDimension,
  subtractDimensions,
} from '../../check/dimension.js';
import type {
  TypedBinder,
  TypedCall,
  TypedExpression,
  TypedFunction,
  TypedIndex,
  TypedReduce,
  TypedReduceAxes,
  TypedStatement,
  TypedStructural,
  ValueSymbol,
} from '../../check/typed.js';
import type { Dimension, DimensionSymbol } from '../../check/types.js';
import { positionAt } from '../../parser/source.js';
import type { Span } from '../../parser/source.js';
import { arrayNamed, broadcast, freshIndex, freshIndices, indexTerms, scalar } from './arrays.js';
import type { TermArray } from './arrays.js';
import {
  add,
  apply,
  cases,
  freeIndices,
  indexTerm,
  multiply,
  number,
  one,
  power,
  sizeTerm,
  substitute,
  sum,
  zero,
} from './term.js';
import type { Index, Named, ScalarFunction, Term } from './term.js';

/** Why an expression has no formula. */
export class NoFormula extends Error {
  constructor(
    readonly what: string,
    readonly span: Span,
  ) {
    super(`${what} (${span.file.path}:${positionAt(span.file, span.start).line})`);
  }
}

/** A loop is read turn by turn, if it has few. */
const mostTurns = 12;
const deepestCalls = 30;

/** What is shared by everything that is read for one formula. */
export interface Reading {
  readonly functions: Map<TypedFunction, ScalarFunction>;
  /** Texts of names that definitions have taken. */
  readonly taken: Set<string>;
  /** How many expressions may still be read. */
  readonly budget: { left: number };
  /** What a name of the file stands for. */
  readonly fileName: (symbol: ValueSymbol) => TermArray | undefined;
}

type Bound = TermArray | TypedFunction | string;

export class Reader {
  private readonly values = new Map<ValueSymbol, Bound>();
  private readonly sizes = new Map<DimensionSymbol, Dimension>();

  constructor(
    private readonly reading: Reading,
    private readonly depth = 0,
  ) {}

  read(expression: TypedExpression): TermArray {
    this.reading.budget.left -= 1;
    if (this.reading.budget.left < 0) throw new NoFormula('so long an expression', expression.span);
    switch (expression.kind) {
      case 'constant':
        return scalar(number(expression.value));
      case 'dimension':
        return scalar(sizeTerm(this.dimension(expression.dimension)));
      case 'reference':
        return this.reference(expression.symbol, expression.span);
      case 'apply': {
        const { operator } = expression;
        return broadcast(this.all(expression.operands), (operands) => apply(operator, ...operands));
      }
      case 'matmul':
        return this.matmul(this.read(expression.left), this.read(expression.right));
      case 'if': {
        const condition = this.read(expression.condition).at([]);
        return broadcast([this.read(expression.then), this.read(expression.otherwise)], ([then, otherwise]) =>
          cases(condition, then ?? zero, otherwise ?? zero),
        );
      }
      case 'comprehension':
        return this.comprehension(expression.binders, expression.body);
      case 'reduce':
        return this.reduce(expression);
      case 'reduce_axes':
        return this.reduceAxes(expression);
      case 'index':
        return this.index(expression);
      case 'call':
        return this.call(expression);
      case 'call_value': {
        const callee = this.values.get(expression.callee);
        const given = this.all(expression.arguments);
        if (typeof callee === 'string') {
          const operator = callee as Parameters<typeof apply>[0];
          return broadcast(given, (operands) => apply(operator, ...operands));
        }
        if (callee !== undefined && !('at' in callee)) {
          return this.mapped(callee, given, expression.lift, [], expression.span);
        }
        throw new NoFormula('a function that is not known here', expression.span);
      }
      case 'structural':
        return this.structural(expression);
      case 'block':
        return this.block(expression.statements, expression.result);
      case 'list': {
        const elements = this.all(expression.elements);
        const [first = scalar(zero)] = elements;
        const dimensions = [constantDimension(elements.length), ...first.dimensions];
        return { dimensions, at: ([place = zero, ...rest]) => listed(elements, place, rest) };
      }
      default:
        throw new NoFormula(`\`${wordOf(expression)}\``, expression.span);
    }
  }

  private all(expressions: readonly TypedExpression[]): TermArray[] {
    return expressions.map((each) => this.read(each));
  }

  private reference(symbol: ValueSymbol, span: Span): TermArray {
    const known = this.values.get(symbol);
    if (known !== undefined && typeof known !== 'string' && 'at' in known) return known;
    const named = this.reading.fileName(symbol);
    if (named === undefined) throw new NoFormula(`\`${symbol.name}\``, span);
    return named;
  }

  private dimension(dimension: Dimension): Dimension {
    return this.sizes.size === 0
      ? dimension
      : substituteDimension(dimension, (symbol) => this.sizes.get(symbol));
  }

  // --------------------------------------------------------------------------------------- sums and products

  /** As `@`: the last axis of the left with the second to last of the right, or its only one. */
  private matmul(left: TermArray, right: TermArray): TermArray {
    const contracted = left.dimensions.at(-1) ?? constantDimension(1);
    const leftRun = left.dimensions.slice(0, -2);
    const rightRun = right.dimensions.slice(0, -2);
    const run = leftRun.length > rightRun.length ? leftRun : rightRun;
    const row = left.dimensions.length > 1 ? left.dimensions.slice(-2, -1) : [];
    const column = right.dimensions.length > 1 ? right.dimensions.slice(-1) : [];
    return {
      dimensions: [...run, ...row, ...column],
      at: (indices) => {
        const along = freshIndex(contracted);
        const leading = indices.slice(0, run.length);
        const rows = indices.slice(run.length, run.length + row.length);
        const columns = indices.slice(run.length + row.length);
        const first = left.at([...leading.slice(run.length - leftRun.length), ...rows, indexTerm(along)]);
        const second = right.at([
          ...leading.slice(run.length - rightRun.length),
          indexTerm(along),
          ...columns,
        ]);
        return sum([along], multiply(first, second));
      },
    };
  }

  private binders(binders: readonly TypedBinder[]): Index[] {
    return binders.map(({ symbol, from, size }) => {
      const start = this.dimension(from);
      const index = freshIndex(this.dimension(size), constantValue(start) === 0 ? undefined : start);
      const named = { ...index, name: symbol.name };
      this.values.set(symbol, scalar(indexTerm(named)));
      return named;
    });
  }

  private comprehension(binders: readonly TypedBinder[], body: TypedExpression): TermArray {
    const indices = this.binders(binders);
    const inner = this.read(body);
    return {
      dimensions: [...indices.map(({ size }) => size), ...inner.dimensions],
      at: (given) => {
        // An axis counts from 0, its binder from where it begins.
        const values = indices.map(({ from }, place): [Index, Term] => [
          indices[place] as Index,
          from === undefined ? (given[place] ?? zero) : add(given[place] ?? zero, sizeTerm(from)),
        ]);
        return substitute(renewed(inner.at(given.slice(indices.length))), new Map(values));
      },
    };
  }

  private reduce({ operator, binders, guard, body, span }: TypedReduce): TermArray {
    const over = this.binders(binders);
    const condition = guard === undefined ? undefined : this.read(guard).at([]);
    return {
      dimensions: [],
      at: () => renewed(reduced(operator, over, condition, this.read(body).at([]), span)),
    };
  }

  private reduceAxes({ operator, operand, axes, span }: TypedReduceAxes): TermArray {
    const array = this.read(operand);
    const rank = array.dimensions.length;
    const gone = new Set(
      axes === 'all' ? array.dimensions.keys() : axes.map((fromTheEnd) => rank - fromTheEnd),
    );
    return {
      dimensions: array.dimensions.filter((_, axis) => !gone.has(axis)),
      at: (indices) => {
        const rest = [...indices];
        const over: Index[] = [];
        const places = array.dimensions.map((size, axis) => {
          if (!gone.has(axis)) return rest.shift() ?? zero;
          const index = freshIndex(size);
          over.push(index);
          return indexTerm(index);
        });
        return reduced(operator, over, undefined, array.at(places), span);
      },
    };
  }

  private index({ object, indices, span }: TypedIndex): TermArray {
    const array = this.read(object);
    const items = indices.map((item) =>
      item.kind === 'at'
        ? { array: this.read(item.value), from: undefined }
        : { array: this.read(item.from), from: this.dimension(item.size) },
    );
    const dimensions = items.flatMap(({ array: value, from }) =>
      from === undefined ? value.dimensions : [from],
    );
    if (items.length > 1 && items.some(({ array: { dimensions: inner } }) => inner.length > 0)) {
      throw new NoFormula('an index that is an array', span);
    }
    return {
      dimensions: [...dimensions, ...array.dimensions.slice(items.length)],
      at: (given) => {
        const rest = [...given];
        const places = items.map(({ array: value, from }) =>
          from === undefined
            ? value.at(rest.splice(0, value.dimensions.length))
            : add(rest.shift() ?? zero, value.at([])),
        );
        return array.at([...places, ...rest]);
      },
    };
  }

  // ---------------------------------------------------------------------------------------------------- calls

  private call({ function: callee, arguments: given, instantiation, lift, span }: TypedCall): TermArray {
    const values = given.map((each): Bound => {
      if (each.kind !== 'function_value') return this.read(each);
      if (each.target.kind === 'builtin') return each.target.operator;
      return each.target.function;
    });
    const sizes = instantiation.dimensions.map(
      ({ symbol, value }) => [symbol, this.dimension(value)] as const,
    );
    return this.mapped(callee, values, lift, sizes, span);
  }

  private mapped(
    callee: TypedFunction,
    given: readonly Bound[],
    lift: TypedCall['lift'],
    sizes: readonly (readonly [DimensionSymbol, Dimension])[],
    span: Span,
  ): TermArray {
    if (callee.derivative !== undefined)
      throw new NoFormula(`the derivative rule of \`${callee.name}\``, span);
    const arrays = given.filter((each): each is TermArray => typeof each !== 'string' && 'at' in each);
    const isScalar =
      arrays.length === given.length &&
      callee.result.kind === 'array' &&
      callee.result.shape.dimensions.length === 0 &&
      callee.result.shape.run === undefined &&
      callee.parameters.every(
        ({ type }) =>
          type.kind === 'array' && type.shape.dimensions.length === 0 && type.shape.run === undefined,
      );
    if (isScalar && (lift === undefined || lift.kind === 'elementwise')) {
      const own = this.scalarFunction(callee);
      return broadcast(arrays, (operands) => ({ kind: 'call', function: own, operands }));
    }
    if (lift?.kind !== 'over') return this.inlined(callee, given, sizes, span);
    const leading = lift.over.map(({ dimension }) => this.dimension(dimension));
    const at = (indices: readonly Term[]): TermArray =>
      this.inlined(
        callee,
        given.map((each, place) => {
          if (typeof each === 'string' || !('at' in each)) return each;
          return mappedAt(each, lift.over, place, indices);
        }),
        sizes,
        span,
      );
    // The rank of one call, found with any indices.
    const inner = at(leading.map(() => zero)).dimensions;
    return {
      dimensions: [...leading, ...inner],
      at: (indices) => at(indices.slice(0, leading.length)).at(indices.slice(leading.length)),
    };
  }

  private inlined(
    callee: TypedFunction,
    given: readonly Bound[],
    sizes: readonly (readonly [DimensionSymbol, Dimension])[],
    span: Span,
  ): TermArray {
    if (this.depth >= deepestCalls) throw new NoFormula(`\`${callee.name}\``, span);
    if (callee.name === 'softmax' && callee.span.file.path.startsWith('std/'))
      return softmaxOf(given[0], span);
    const inner = new Reader(this.reading, this.depth + 1);
    for (const [symbol, value] of sizes) inner.sizes.set(symbol, value);
    callee.parameters.forEach((parameter, place) => {
      const value = given[place];
      if (value !== undefined) inner.bind(parameter, value);
    });
    return inner.read(callee.body);
  }

  private bind(symbol: ValueSymbol, value: Bound): void {
    this.values.set(symbol, value);
    if (symbol.dimension === undefined || typeof value === 'string' || !('at' in value)) return;
    const size = value.dimensions.length === 0 ? value.at([]) : zero;
    if (size.kind === 'number') this.sizes.set(symbol.dimension, constantDimension(size.value));
    if (size.kind === 'size') this.sizes.set(symbol.dimension, size.dimension);
  }

  /** A function of scalars, with a term over its own parameters. */
  private scalarFunction(callee: TypedFunction): ScalarFunction {
    const known = this.reading.functions.get(callee);
    if (known !== undefined) return known;
    if (this.depth >= deepestCalls) throw new NoFormula(`\`${callee.name}\``, callee.span);
    const parameters = callee.parameters.map(({ name }): Named => ({
      text: name,
      dimensions: [],
      definition: undefined,
      isVariable: true,
    }));
    const inner = new Reader({ ...this.reading, taken: new Set() }, this.depth + 1);
    callee.parameters.forEach((symbol, place) => {
      const parameter = parameters[place];
      if (parameter !== undefined) inner.values.set(symbol, arrayNamed(parameter));
    });
    const body = inner.plainly(callee.body);
    const made: ScalarFunction = { name: callee.name, parameters, body, source: callee };
    this.reading.functions.set(callee, made);
    return made;
  }

  /** A scalar body whose `let`s are read through. */
  private plainly(body: TypedExpression): Term {
    if (body.kind !== 'block') return this.read(body).at([]);
    for (const statement of body.statements) {
      if (statement.kind !== 'let') throw new NoFormula('a body with updates', statement.span);
      this.values.set(statement.symbol, scalar(this.plainly(statement.value)));
    }
    return this.plainly(body.result);
  }

  // --------------------------------------------------------------------------------------------------- bodies

  private block(statements: readonly TypedStatement[], result: TypedExpression): TermArray {
    for (const statement of statements) this.statement(statement);
    return this.read(result);
  }

  private statement(statement: TypedStatement): void {
    switch (statement.kind) {
      case 'let':
        this.bind(statement.symbol, this.defined(statement.symbol.name, this.read(statement.value)));
        return;
      case 'update':
        if (statement.indices.length > 0) throw new NoFormula('an update of elements', statement.span);
        this.bind(statement.symbol, this.defined(statement.symbol.name, this.read(statement.value)));
        return;
      case 'for': {
        const [from, to] = [this.read(statement.from).at([]), this.read(statement.to).at([])];
        const few = from.kind === 'number' && to.kind === 'number' && to.value - from.value < mostTurns;
        if (!few || statement.condition !== undefined) throw new NoFormula('a loop', statement.span);
        for (let turn = from.value; turn <= to.value; turn += 1) {
          this.bind(statement.symbol, scalar(number(turn)));
          for (const each of statement.body) this.statement(each);
        }
        return;
      }
      default:
        throw new NoFormula(`a statement of a body`, statement.span);
    }
  }

  /** Gives an array a name of its own, unless it is simple. */
  private defined(name: string, array: TermArray): TermArray {
    const indices = freshIndices(array.dimensions);
    const term = array.at(indexTerms(indices));
    if (term.kind === 'number' || term.kind === 'size' || term.kind === 'element') return array;
    // In a comprehension it is another array for each index.
    if (freeIndices(term).some((index) => !indices.includes(index))) return array;
    return arrayNamed({
      text: freshName(name, this.reading.taken),
      dimensions: array.dimensions,
      definition: { indices, term },
      isVariable: false,
    });
  }

  // ----------------------------------------------------------------------------------------------- structural

  private structural({ operator, operands, type, span }: TypedStructural): TermArray {
    const [first, second] = operands.map((each) => this.read(each));
    if (operator === 'fill' && first !== undefined && type.kind === 'array') {
      if (type.shape.run !== undefined) throw new NoFormula('`full`', span);
      const own = first.at([]);
      return { dimensions: type.shape.dimensions.map((each) => this.dimension(each)), at: () => own };
    }
    if (operator === 'identity' && type.kind === 'array') {
      const dimensions = type.shape.dimensions.map((each) => this.dimension(each));
      return { dimensions, at: ([row = zero, column = zero]) => equal(row, column) };
    }
    if (first === undefined) throw new NoFormula(`\`${operator}\``, span);
    const { dimensions } = first;
    switch (operator) {
      case 'transpose':
        return {
          dimensions: [...dimensions.slice(0, -2), ...dimensions.slice(-2).reverse()],
          at: (indices) => first.at([...indices.slice(0, -2), ...indices.slice(-2).reverse()]),
        };
      case 'pick':
        if (second === undefined) break;
        return { dimensions: dimensions.slice(0, -1), at: (at) => first.at([...at, second.at(at)]) };
      case 'stop':
        return { dimensions, at: (indices) => ({ kind: 'stop', body: first.at(indices) }) };
      case 'possible':
        return first;
      case 'diagonal':
        return { dimensions: dimensions.slice(1), at: ([place = zero]) => first.at([place, place]) };
      case 'diag':
        return {
          dimensions: [...dimensions, ...dimensions],
          at: ([row = zero, column = zero]) => multiply(first.at([row]), equal(row, column)),
        };
      case 'reverse': {
        const [size = constantDimension(1)] = dimensions;
        const last = sizeTerm(subtractDimensions(size, constantDimension(1)));
        return { dimensions, at: ([at = zero, ...rest]) => first.at([apply('subtract', last, at), ...rest]) };
      }
      default:
    }
    throw new NoFormula(`\`${operator}\``, span);
  }
}

export function equal(first: Term, second: Term): Term {
  return apply('equal', first, second);
}

function mappedAt(
  array: TermArray,
  over: readonly { readonly axes: readonly (number | undefined)[] }[],
  argument: number,
  indices: readonly Term[],
): TermArray {
  const rank = array.dimensions.length;
  const fixed = new Map<number, Term>();
  over.forEach(({ axes }, place) => {
    const fromTheEnd = axes[argument];
    if (fromTheEnd !== undefined) fixed.set(rank - fromTheEnd, indices[place] ?? zero);
  });
  return {
    dimensions: array.dimensions.filter((_, axis) => !fixed.has(axis)),
    at: (given) => {
      const rest = [...given];
      return array.at(array.dimensions.map((_, axis) => fixed.get(axis) ?? rest.shift() ?? zero));
    },
  };
}

function softmaxOf(given: Bound | undefined, span: Span): TermArray {
  if (given === undefined || typeof given === 'string' || !('at' in given))
    throw new NoFormula('`softmax`', span);
  return {
    dimensions: given.dimensions,
    at: (indices) => {
      const over = freshIndex(given.dimensions.at(-1) ?? constantDimension(1));
      const body = given.at([...indices.slice(0, -1), indexTerm(over)]);
      return { kind: 'softmax', over, body, at: indices.at(-1) ?? zero };
    },
  };
}

function listed(elements: readonly TermArray[], place: Term, rest: readonly Term[]): Term {
  if (place.kind === 'number') return elements[place.value]?.at(rest) ?? zero;
  return elements
    .map((each, position) => ({ term: each.at(rest), position }))
    .reduceRight<Term>(
      (others, { term, position }) => cases(equal(place, number(position)), term, others),
      zero,
    );
}

function reduced(
  operator: TypedReduce['operator'],
  over: readonly Index[],
  guard: Term | undefined,
  body: Term,
  span: Span,
): Term {
  const guarded = guard === undefined ? body : cases(guard, body, zero);
  switch (operator) {
    case 'sum':
      return sum(over, guarded);
    case 'mean': {
      const sizes = over.map(({ size }) => sizeTerm(size));
      const count = guard === undefined ? multiply(...sizes) : sum(over, cases(guard, one, zero));
      return multiply(power(count, -1), sum(over, guarded));
    }
    case 'count':
      return sum(over, guard === undefined ? body : cases(guard, body, zero));
    case 'logsumexp':
    case 'max':
    case 'min':
    case 'product':
    case 'norm':
    case 'variance':
    case 'deviation':
      return { kind: 'reduce', operator, over, guard, body };
    default:
      throw new NoFormula(`\`${operator}\``, span);
  }
}

/** The term with new indices wherever it binds some, so that it can stand beside itself. */
export function renewed(term: Term): Term {
  const bound = new Map<Index, Term>();
  const rename = (over: readonly Index[]): Index[] =>
    over.map((index) => {
      const copy = { ...index };
      bound.set(index, indexTerm(copy));
      return copy;
    });
  const walk = (each: Term): Term => {
    if (each.kind === 'sum') {
      const over = rename(each.over);
      return sum(over, substitute(walk(each.body), bound));
    }
    if (each.kind === 'reduce') {
      const over = rename(each.over);
      const again = (inner: Term): Term => substitute(walk(inner), bound);
      return {
        ...each,
        over,
        guard: each.guard === undefined ? undefined : again(each.guard),
        body: again(each.body),
      };
    }
    if (each.kind === 'softmax') {
      const [over = each.over] = rename([each.over]);
      return { ...each, over, body: substitute(walk(each.body), bound), at: walk(each.at) };
    }
    return mapChildren(each, walk);
  };
  return walk(term);
}

function mapChildren(term: Term, change: (term: Term) => Term): Term {
  switch (term.kind) {
    case 'add':
      return add(...term.terms.map(change));
    case 'multiply':
      return multiply(...term.factors.map(change));
    case 'element':
      return { ...term, indices: term.indices.map(change) };
    case 'apply':
      return apply(term.operator, ...term.operands.map(change));
    case 'call':
      return { ...term, operands: term.operands.map(change) };
    case 'stop':
      return { ...term, body: change(term.body) };
    case 'cases':
      return cases(change(term.condition), change(term.then), change(term.otherwise));
    default:
      return term;
  }
}

export function freshName(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let count = 2; taken.has(candidate); count += 1) candidate = `${name}_${count}`;
  taken.add(candidate);
  return candidate;
}

function wordOf(expression: TypedExpression): string {
  const { file, start, end } = expression.span;
  const text = file.text.slice(start, end).replace(/\s+/g, ' ');
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}
