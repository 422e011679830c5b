/** Makers of the simple terms: arithmetic, squashing into an interval, references, conditions. */
import { smoothFunctions } from './smooth_functions.js';
import type { Interval } from './interval.js';
import { contains, corners, hull, interval, minus, plus, point, symmetric, times } from './interval.js';
import type { Choices, Scope, Variable } from './scope.js';
import type { Shape, Term } from './term.js';
import { constant, makeTerm, numberText, term } from './term.js';

export type Arithmetic = '+' | '-' | '*' | '/';

const arithmeticRange: Readonly<Record<Arithmetic, (a: Interval, b: Interval) => Interval | undefined>> = {
  '+': plus,
  '-': minus,
  '*': times,
  '/': (a, b) => (b.low >= 0.2 || b.high <= -0.2 ? corners(a, b, (x, y) => x / y) : undefined),
};

export function arithmetic(operator: Arithmetic, left: Term, right: Term, shape: Shape): Term {
  const recipe = {
    kind: operator,
    shape,
    print: ([a, b]: readonly string[]) => `(${a} ${operator} ${b})`,
    range: ([a, b]: readonly Interval[]) => arithmeticRange[operator](a as Interval, b as Interval),
  };
  const made = makeTerm({ ...recipe, parts: [left, right] });
  return made ?? term({ ...recipe, parts: [squash(left), fit(right, interval(0.5, 2))] });
}

/** tanh of a term of whatever size. */
export function squash(inner: Term): Term {
  const scale = Math.max(Math.abs(inner.interval.low), Math.abs(inner.interval.high)) > 20 ? '0.05 * ' : '';
  return term({
    kind: 'squash',
    shape: inner.shape,
    parts: [inner],
    print: ([a]) => `tanh(${scale}${a})`,
    range: () => symmetric(1),
  });
}

/** The term itself where it lies in the interval, else one made of it that does. */
export function fit(inner: Term, wanted: Interval): Term {
  if (contains(wanted, inner.interval)) return inner;
  const low = Math.max(wanted.low, -2);
  const high = Math.min(wanted.high, low + 4);
  const centre = (low + high) / 2;
  const reach = (high - low) / 2;
  const inside = squash(inner);
  return term({
    kind: 'fit',
    shape: inner.shape,
    parts: [inside],
    print: ([a]) => `(${numberText(centre)} + ${numberText(reach * 0.999)} * ${a})`,
    range: ([a = symmetric(1)]) =>
      contains(symmetric(1), a)
        ? interval(centre + reach * 0.999 * a.low, centre + reach * 0.999 * a.high)
        : undefined,
  });
}

export function smooth(choices: Choices, inner: Term): Term {
  const chosen = choices.pick(smoothFunctions);
  return term({
    kind: chosen.name,
    shape: inner.shape,
    parts: [fit(inner, chosen.domain)],
    print: ([a]) => `${chosen.name}(${a})`,
    range: ([a]) => (a !== undefined && contains(chosen.domain, a) ? chosen.image(a) : undefined),
  });
}

export function power(choices: Choices, base: Term): Term {
  const exponent = choices.pick([2, 3, 4, 0.5, -1, 1.7]);
  const anySign = Number.isInteger(exponent) && exponent > 0;
  const domain = anySign ? symmetric(5) : interval(0.3, 10);
  const image = (a: Interval): Interval => {
    const ends = interval(
      Math.min(a.low ** exponent, a.high ** exponent),
      Math.max(a.low ** exponent, a.high ** exponent),
    );
    return anySign && a.low < 0 && a.high > 0 ? hull(ends, point(0)) : ends;
  };
  return term({
    kind: 'power',
    shape: base.shape,
    parts: [fit(base, domain)],
    print: ([a]) => `(${a}^${numberText(exponent)})`,
    range: ([a]) => (a !== undefined && contains(domain, a) ? image(a) : undefined),
  });
}

/** x^y with both varying, and atan2. */
export function twoSided(choices: Choices, left: Term, right: Term, shape: Shape): Term {
  if (choices.chance(50)) {
    const [bases, exponents] = [interval(0.3, 3), symmetric(2)];
    return term({
      kind: 'varying power',
      shape,
      parts: [fit(left, bases), fit(right, exponents)],
      print: ([a, b]) => `(${a}^${b})`,
      range: ([a, b]) =>
        a !== undefined && b !== undefined && contains(bases, a) && contains(exponents, b)
          ? corners(a, b, Math.pow)
          : undefined,
    });
  }
  const positive = interval(0.2, 5);
  return term({
    kind: 'atan2',
    shape,
    parts: [left, fit(right, positive)],
    print: ([a, b]) => `atan2(${a}, ${b})`,
    range: ([, b]) => (b !== undefined && contains(positive, b) ? symmetric(Math.PI / 2) : undefined),
  });
}

export function negative(inner: Term): Term {
  return term({
    kind: 'negate',
    shape: inner.shape,
    parts: [inner],
    print: ([a]) => `(-${a})`,
    range: ([a = point(0)]) => interval(-a.high, -a.low),
  });
}

/** The same value without a derivative. */
export function stopped(inner: Term): Term {
  return term({
    kind: 'stop',
    shape: inner.shape,
    parts: [inner],
    print: ([a]) => `stop(${a})`,
    range: ([a]) => a,
  });
}

// ------------------------------------------------------------------------------------------------ references

export function reference(variable: Variable): Term {
  return indexed(variable, []);
}

/** A variable with its first axes indexed. */
export function indexed(
  variable: Variable,
  indices: readonly { readonly text: string; readonly names: readonly string[] }[],
): Term {
  const suffix = indices.length === 0 ? '' : `[${indices.map(({ text }) => text).join(', ')}]`;
  return term({
    kind: indices.length === 0 ? 'reference' : 'index',
    shape: variable.shape.slice(indices.length),
    parts: [],
    names: [variable.name, ...indices.flatMap(({ names }) => names)],
    print: () => `${variable.name}${suffix}`,
    range: () => variable.interval,
    exact: variable.exact,
  });
}

/** Some way to write a valid index along a dimension; undefined where there is none. */
export function indexAlong(
  choices: Choices,
  scope: Scope,
  dim: Shape[number],
): { text: string; names: readonly string[] } | undefined {
  const binders = scope.binders.filter((binder) => binder.dim.text === dim.text);
  const options: { text: string; names: readonly string[] }[] = binders.flatMap(({ name, first }) => [
    { text: name, names: [name] },
    { text: name, names: [name] },
    ...(first === 0 ? [{ text: `${dim.text} - 1 - ${name}`, names: [name] }] : []),
    ...(first === 1 ? [{ text: `${name} - 1`, names: [name] }] : []),
  ]);
  if (dim.least > 0 && dim.isRun !== true) {
    options.push({ text: '0', names: [] }, { text: String(choices.integer(0, dim.least - 1)), names: [] });
  }
  return choices.maybe(options);
}

/** A scalar element of some variable. */
export function element(choices: Choices, scope: Scope, exactOnly = false): Term | undefined {
  const candidates = scope.variables.filter((variable) => variable.exact || !exactOnly);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const variable = choices.maybe(candidates);
    if (variable === undefined) return undefined;
    const indices = variable.shape.map((dim) => indexAlong(choices, scope, dim));
    if (indices.every((index) => index !== undefined)) return indexed(variable, indices);
  }
  return undefined;
}

export function someConstant(choices: Choices, shape: Shape = []): Term {
  return constant(choices.pick([-1.5, -1, -0.5, 0, 0.25, 0.5, 1, 2, 3]), shape);
}

/** A binder or dimension as a number. */
export function counted(choices: Choices, scope: Scope): Term | undefined {
  const binder = choices.maybe(scope.binders);
  const dim = choices.maybe(scope.dims);
  if (binder !== undefined && choices.chance(70)) {
    return term({
      kind: 'binder value',
      shape: [],
      parts: [],
      names: [binder.name],
      print: () => `(${binder.name} / 4)`,
      range: () => interval(0, binder.dim.most / 4),
    });
  }
  if (dim === undefined || dim.isRun === true) return undefined;
  return term({
    kind: 'dimension value',
    shape: [],
    parts: [],
    print: () => `(${dim.text} / 3)`,
    range: () => interval(dim.least / 3, dim.most / 3),
  });
}

// ------------------------------------------------------------------------------------------------ conditions

/** Never near an exact value: those lie in [g/8, g/8 + 1/16] for integers g. */
export function threshold(choices: Choices): number {
  return choices.integer(-6, 6) / 8 + 3 / 32;
}

/** A scalar condition that small changes of the parameters do not change. */
export function condition(choices: Choices, scope: Scope): Term | undefined {
  const binder = choices.maybe(scope.binders);
  if (binder !== undefined && choices.chance(50)) {
    const others = scope.binders.filter((other) => other !== binder);
    const other = choices.maybe(others);
    const [text, names] =
      other !== undefined && choices.chance(50)
        ? [`${binder.name} ${choices.pick(['<', '==', '!=', '>='])} ${other.name}`, [binder.name, other.name]]
        : [`${binder.name} ${choices.pick(['<', '==', '!=', '>='])} ${choices.integer(0, 3)}`, [binder.name]];
    return term({
      kind: 'condition',
      shape: [],
      parts: [],
      names,
      print: () => text,
      range: () => interval(0, 1),
    });
  }
  const dim = choices.maybe(scope.dims.filter((other) => other.isRun !== true));
  if (dim !== undefined && choices.chance(12)) return quantifiedCondition(choices, scope, dim);
  const leaf = element(choices, scope, true);
  if (leaf === undefined) return undefined;
  const bound = numberText(threshold(choices));
  const comparison = choices.pick(['<', '<=', '>', '>=']);
  return term({
    kind: 'condition',
    shape: [],
    parts: [leaf],
    print: ([a]) => `${a} ${comparison} ${bound}`,
    range: () => interval(0, 1),
    accepts: ([part]) => part?.exact === true,
  });
}

/** `any(i in N: c)`. */
function quantifiedCondition(choices: Choices, scope: Scope, dim: Shape[number]): Term | undefined {
  const name = choices.fresh('i');
  const test = condition(choices, { ...scope, binders: [...scope.binders, { name, dim, first: 0 }] });
  const word = choices.pick(['any', 'all']);
  return (
    test &&
    term({
      kind: 'condition',
      shape: [],
      parts: [test],
      binds: [name],
      repeats: dim.most,
      print: ([a]) => `${word}(${name} in ${dim.text}: ${a})`,
      range: () => interval(0, 1),
      accepts: ([part]) => part?.kind === 'condition',
    })
  );
}

export function compound(choices: Choices, scope: Scope): Term | undefined {
  const first = condition(choices, scope);
  if (first === undefined || choices.chance(70)) return first;
  const second = condition(choices, scope);
  if (second === undefined) return first;
  const word = choices.pick(['and', 'or', 'and not']);
  return term({
    kind: 'condition',
    shape: [],
    parts: [first, second],
    print: ([a, b]) => (word === 'and not' ? `(${a} and not (${b}))` : `(${a} ${word} ${b})`),
    range: () => interval(0, 1),
    accepts: (parts) => parts.every((part) => part.kind === 'condition'),
  });
}

/** A kink, or a step, at an exact value: |x - c|, max(x, c), floor(x), relu. */
export function kinked(choices: Choices, leaf: Term): Term {
  const bound = threshold(choices);
  const text = numberText(bound);
  const forms: readonly (readonly [(a: string) => string, (a: Interval) => Interval])[] = [
    [(a) => `abs(${a} - ${text})`, (a) => interval(0, Math.max(a.high - bound, bound - a.low, 0))],
    [(a) => `max(${a}, ${text})`, (a) => interval(Math.max(a.low, bound), Math.max(a.high, bound))],
    [(a) => `minimum(${a}, ${text})`, (a) => interval(Math.min(a.low, bound), Math.min(a.high, bound))],
    [(a) => `floor(4 * (${a} - ${text}))`, (a) => interval(4 * (a.low - bound) - 1, 4 * (a.high - bound))],
    [(a) => `ceil(2 * (${a} - ${text}))`, (a) => interval(2 * (a.low - bound), 2 * (a.high - bound) + 1)],
    [
      (a) => `round(2 * (${a} - ${text}))`,
      (a) => interval(2 * (a.low - bound) - 1, 2 * (a.high - bound) + 1),
    ],
    [(a) => `sign(${a} - ${text})`, () => symmetric(1)],
    [(a) => `mod(${a} - ${text}, 4)`, () => interval(0, 4)],
  ];
  const [write, image] = choices.pick(forms);
  return term({
    kind: 'kink',
    shape: leaf.shape,
    parts: [leaf],
    print: ([a]) => write(a as string),
    range: ([a]) => (a === undefined ? undefined : image(a)),
    accepts: ([part]) => part?.exact === true,
  });
}
