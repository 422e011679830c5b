/** Random reductions: over binders with guards, over named dimensions, over whole arrays. */
import { fit } from './build.js';
import type { Interval } from './interval.js';
import { contains, hull, interval, magnitude, point, times } from './interval.js';
import type { Choices } from './scope.js';
import type { Dim, Term } from './term.js';
import { term } from './term.js';

interface Reduction {
  readonly name: string;
  /** What elements must lie in. */
  readonly domain: Interval;
  /** Whether it means something finite of no elements. */
  readonly allowsNone: boolean;
  /** Only of exact elements: a tie would be a kink. */
  readonly exactOnly: boolean;
  readonly image: (element: Interval, least: number, most: number) => Interval;
}

const anything = interval(-300, 300);

const reductions: readonly Reduction[] = [
  {
    name: 'sum',
    domain: anything,
    allowsNone: true,
    exactOnly: false,
    image: (a, least, most) => hull(times(a, point(least)), times(a, point(most))),
  },
  {
    name: 'mean',
    domain: anything,
    allowsNone: true,
    exactOnly: false,
    image: (a, least) => (least === 0 ? hull(a, point(0)) : a),
  },
  {
    name: 'product',
    domain: interval(0.7, 1.35),
    allowsNone: true,
    exactOnly: false,
    image: (a, _least, most) => interval(Math.min(1, a.low) ** most, Math.max(1, a.high) ** most),
  },
  { name: 'max', domain: anything, allowsNone: false, exactOnly: true, image: (a) => a },
  { name: 'min', domain: anything, allowsNone: false, exactOnly: true, image: (a) => a },
  {
    name: 'logsumexp',
    domain: interval(-20, 20),
    allowsNone: false,
    exactOnly: false,
    image: (a, least, most) => interval(a.low + Math.log(least), a.high + Math.log(most)),
  },
  {
    name: 'norm',
    domain: interval(0.2, 100),
    allowsNone: false,
    exactOnly: false,
    image: (a, _least, most) => interval(0, magnitude(a) * Math.sqrt(most)),
  },
  {
    name: 'variance',
    domain: interval(-40, 40),
    allowsNone: true,
    exactOnly: false,
    image: (a) => interval(0, (a.high - a.low) ** 2),
  },
];

/** A reduction that fits what it is given. */
function choose(choices: Choices, isExact: boolean, canBeEmpty: boolean): Reduction {
  return choices.pick(
    reductions.filter(
      (reduction) => (isExact || !reduction.exactOnly) && (!canBeEmpty || reduction.allowsNone),
    ),
  );
}

const countOf = (dims: readonly Dim[], end: 'least' | 'most'): number =>
  dims.reduce((product, dim) => product * dim[end], 1);

function reduction(
  chosen: Reduction,
  operand: Term,
  dims: readonly Dim[],
  isGuarded: boolean,
): Pick<Term, 'kind' | 'range' | 'accepts'> & { operand: Term } {
  const least = isGuarded ? 0 : countOf(dims, 'least');
  return {
    kind: chosen.name,
    operand: fit(operand, chosen.domain),
    range: ([a]) =>
      a !== undefined && contains(chosen.domain, a)
        ? chosen.image(a, least, countOf(dims, 'most'))
        : undefined,
    accepts: ([part]) => !chosen.exactOnly || part?.exact === true,
  };
}

/** `sum(T over K)`: the axis of a dimension disappears. */
export function reduceOver(choices: Choices, operand: Term, dim: Dim): Term {
  const chosen = choose(choices, operand.exact === true, dim.least === 0);
  const { operand: fitted, ...rest } = reduction(chosen, operand, [dim], false);
  return term({
    ...rest,
    shape: operand.shape.filter((other) => other.text !== dim.text),
    parts: [fitted],
    print: ([a]) => `${chosen.name}(${a} over ${dim.text})`,
  });
}

/** `sum(T)`. */
export function reduceAll(choices: Choices, operand: Term): Term {
  const chosen = choose(
    choices,
    operand.exact === true,
    operand.shape.some((dim) => dim.least === 0),
  );
  const { operand: fitted, ...rest } = reduction(chosen, operand, operand.shape, false);
  return term({ ...rest, shape: [], parts: [fitted], print: ([a]) => `${chosen.name}(${a})` });
}

/** `sum(i in N, j in M where g: e)`. */
export function reduceBinders(
  choices: Choices,
  binders: readonly { readonly name: string; readonly dim: Dim; readonly domain: string }[],
  guard: Term | undefined,
  body: Term,
): Term {
  const dims = binders.map(({ dim }) => dim);
  const canBeEmpty = guard !== undefined || dims.some((dim) => dim.least === 0);
  const chosen = choose(choices, body.exact === true, canBeEmpty);
  const { operand, accepts, ...rest } = reduction(chosen, body, dims, guard !== undefined);
  const head = binders.map(({ name, domain }) => `${name} in ${domain}`).join(', ');
  return term({
    ...rest,
    shape: [],
    parts: guard === undefined ? [operand] : [operand, guard],
    binds: binders.map(({ name }) => name),
    repeats: countOf(dims, 'most'),
    accepts: (parts) => (accepts?.(parts) ?? true) && (guard === undefined || parts[1]?.kind === 'condition'),
    print: ([a, g]) => `${chosen.name}(${head}${g === undefined ? '' : ` where ${g}`}: ${a})`,
  });
}

/** `count(i in N: condition)`. */
export function countBinders(binder: string, dim: Dim, condition: Term): Term {
  return term({
    kind: 'count',
    shape: [],
    parts: [condition],
    binds: [binder],
    print: ([a]) => `count(${binder} in ${dim.text}: ${a})`,
    range: () => interval(0, dim.most),
    accepts: ([part]) => part?.kind === 'condition',
  });
}
