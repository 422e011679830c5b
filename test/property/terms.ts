/** Random terms by shape: what is asked for is a shape, what comes is a term of that shape whose values stay finite. */
import { product, someArray } from './arrays.js';
import {
  arithmetic,
  compound,
  condition,
  counted,
  element,
  fit,
  kinked,
  negative,
  power,
  reference,
  smooth,
  someConstant,
  squash,
  stopped,
  threshold,
  twoSided,
} from './build.js';
import { callOf } from './calls.js';
import { derivativeOf } from './derivatives.js';
import { contains, hull, interval, magnitude, symmetric, times } from './interval.js';
import { countBinders, reduceAll, reduceBinders } from './reduce.js';
import type { Binder, Choices, Scope } from './scope.js';
import type { Dim, Shape, Term } from './term.js';
import { lanesOf, numberText, term } from './term.js';

type Maker = (choices: Choices, scope: Scope) => Term | undefined;

/** Tries makers until one has something to say. */
export function first(choices: Choices, scope: Scope, makers: readonly Maker[]): Term | undefined {
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const made = choices.pick(makers)(choices, scope);
    if (made !== undefined) return made;
  }
  return undefined;
}

export function someTerm(choices: Choices, scope: Scope, shape: Shape): Term {
  return shape.length === 0 ? someScalar(choices, scope) : someArray(choices, scope, shape);
}

// --------------------------------------------------------------------------------------------------- scalars

export function someScalar(choices: Choices, scope: Scope): Term {
  choices.fuel -= 1;
  if (choices.fuel <= 0) return scalarLeaf(choices, scope);
  return first(choices, scope, scalarMakers) ?? scalarLeaf(choices, scope);
}

function scalarLeaf(choices: Choices, scope: Scope): Term {
  if (choices.chance(80)) return element(choices, scope) ?? someConstant(choices);
  return counted(choices, scope) ?? someConstant(choices);
}

export const ordinary = (scope: Scope): Dim[] => scope.dims.filter((dim) => dim.isRun !== true);

export function inScope(scope: Scope, ...binders: readonly Binder[]): Scope {
  return { ...scope, binders: [...scope.binders, ...binders] };
}

/** One or two binders over dimensions of the scope, sometimes over a part of one. */
function someBinders(
  choices: Choices,
  scope: Scope,
): readonly { binder: Binder; name: string; dim: Dim; domain: string }[] {
  const dims = ordinary(scope);
  const one = (): { binder: Binder; name: string; dim: Dim; domain: string } => {
    const dim = choices.pick(dims);
    const name = choices.fresh('i');
    const skips = choices.chance(15) && dim.least > 0 && !dim.text.includes(' ');
    return skips
      ? {
          binder: { name, dim, first: 1 },
          name,
          dim: { ...dim, least: dim.least - 1, most: dim.most - 1 },
          domain: `1..${dim.text} - 1`,
        }
      : { binder: { name, dim, first: 0 }, name, dim, domain: dim.text };
  };
  if (dims.length === 0) return [];
  return choices.chance(25) ? [one(), one()] : [one()];
}

const scalarMakers: readonly Maker[] = [
  (choices, scope) => smooth(choices, someScalar(choices, scope)),
  (choices, scope) => smooth(choices, someScalar(choices, scope)),
  (choices, scope) =>
    arithmetic(
      choices.pick(['+', '-', '*', '*', '/']),
      someScalar(choices, scope),
      someScalar(choices, scope),
      [],
    ),
  (choices, scope) =>
    arithmetic(choices.pick(['+', '-', '*']), someScalar(choices, scope), someScalar(choices, scope), []),
  (choices, scope) => power(choices, someScalar(choices, scope)),
  (choices, scope) => twoSided(choices, someScalar(choices, scope), someScalar(choices, scope), []),
  (choices, scope) => negative(someScalar(choices, scope)),
  (choices, scope) => choice(choices, scope, []),
  (choices, scope) => guardedDomain(choices, scope),
  (choices, scope) => {
    const leaf = element(choices, scope, true);
    return leaf && kinked(choices, leaf);
  },
  binderReduction,
  binderReduction,
  (choices, scope) => {
    const operand = arrayOfSomeShape(choices, scope);
    return operand && reduceAll(choices, operand);
  },
  (choices, scope) => {
    const operand = arrayOfSomeShape(choices, scope);
    return operand && reduceAll(choices, operand);
  },
  (choices, scope) => {
    const dim = choices.maybe(ordinary(scope));
    return dim && product(choices, scope, [dim], [dim], dim, []);
  },
  (choices, scope) => callOf(choices, scope, [], someTerm),
  (choices, scope) => callOf(choices, scope, [], someTerm),
  literalList,
  concatenation,
  (choices, scope) => (choices.chance(25) ? stopped(someScalar(choices, scope)) : undefined),
  (choices, scope) => derivativeOf(choices, scope, [], someTerm),
  (choices, scope) => {
    const dim = choices.maybe(ordinary(scope));
    if (dim === undefined) return undefined;
    const name = choices.fresh('i');
    const test = condition(choices, inScope(scope, { name, dim, first: 0 }));
    return test && countBinders(name, dim, test);
  },
  linearAlgebra,
  ordered,
  slice,
];

function binderReduction(choices: Choices, scope: Scope): Term | undefined {
  const binders = someBinders(choices, scope);
  if (binders.length === 0) return undefined;
  const inside = inScope(scope, ...binders.map(({ binder }) => binder));
  const leaf = choices.chance(15) ? element(choices, inside, true) : undefined;
  const body = leaf ?? someScalar(choices, inside);
  const guard = choices.chance(35) ? compound(choices, inside) : undefined;
  return reduceBinders(choices, binders, guard, body);
}

/** `if c then a else b`, of any shape. */
export function choice(choices: Choices, scope: Scope, shape: Shape): Term | undefined {
  const test = compound(choices, scope);
  if (test === undefined) return undefined;
  return term({
    kind: 'if',
    shape,
    parts: [test, someTerm(choices, scope, shape), someTerm(choices, scope, shape)],
    print: ([c, a, b]) => `(if ${c} then ${a} else ${b})`,
    range: ([, a, b]) => a && b && hull(a, b),
    accepts: ([c]) => c?.kind === 'condition',
  });
}

/** A branch that means nothing where it is not taken: `if x > c then log(x - c) else e`. */
function guardedDomain(choices: Choices, scope: Scope): Term | undefined {
  const leaf = element(choices, scope, true);
  if (leaf === undefined) return undefined;
  const bound = numberText(threshold(choices));
  const name = choices.pick(['log', 'sqrt', 'lgamma', 'acosh']);
  const shift = name === 'acosh' ? '1 + ' : '';
  return term({
    kind: 'guarded domain',
    shape: [],
    parts: [leaf, someScalar(choices, scope)],
    print: ([x, other]) => `(if ${x} > ${bound} then ${name}(${shift}${x} - ${bound}) else ${other})`,
    range: ([, other]) => other && hull(other, symmetric(4)),
    accepts: ([x]) => x?.exact === true,
  });
}

function arrayOfSomeShape(choices: Choices, scope: Scope): Term | undefined {
  const variable = choices.chance(50)
    ? choices.maybe(scope.variables.filter(({ shape }) => shape.length > 0))
    : undefined;
  if (variable !== undefined) {
    if (choices.chance(20)) return reference(variable);
    return someArray(choices, scope, variable.shape);
  }
  const dims = ordinary(scope);
  if (dims.length === 0) return undefined;
  const one = choices.pick(dims);
  const others = dims.filter((dim) => dim.text !== one.text);
  return someArray(
    choices,
    scope,
    choices.chance(40) && others.length > 0 ? [one, choices.pick(others)] : [one],
  );
}

/** `sum([a, b, c])` and `[a, b, c][1]`. */
function literalList(choices: Choices, scope: Scope): Term {
  const parts = Array.from({ length: choices.integer(1, 4) }, () =>
    fit(someScalar(choices, scope), symmetric(1e3)),
  );
  if (choices.chance(50)) {
    return term({
      kind: 'list sum',
      shape: [],
      parts,
      print: (texts) => `sum([${texts.join(', ')}])`,
      range: (parts) => interval(total(parts.map((a) => a.low)), total(parts.map((a) => a.high))),
    });
  }
  const position = choices.integer(0, parts.length - 1);
  return term({
    kind: 'list element',
    shape: [],
    parts,
    print: (texts) => `[${texts.join(', ')}][${position}]`,
    range: (parts) => parts[position],
  });
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** `sum(concat(a, b)^2)`: vectors joined, changed, and added up. */
function concatenation(choices: Choices, scope: Scope): Term | undefined {
  const dims = ordinary(scope);
  if (dims.length === 0) return undefined;
  const left = fit(someArray(choices, scope, [choices.pick(dims)]), symmetric(20));
  const right = fit(someArray(choices, scope, [choices.pick(dims)]), symmetric(20));
  const most = (left.shape[0]?.most ?? 0) + (right.shape[0]?.most ?? 0);
  const way = choices.pick([
    'sum(tanh(concat(A, B)))',
    'mean(sin(cumsum(concat(A, B))))',
    'sum(concat(A, B)^2)',
  ]);
  return term({
    kind: 'concat',
    shape: [],
    parts: [left, right],
    print: ([a, b]) => way.replace('A', () => a as string).replace('B', () => b as string),
    range: ([a, b]) => {
      if (a === undefined || b === undefined) return undefined;
      const bound = way.includes('^2') ? most * magnitude(hull(a, b)) ** 2 : most;
      return symmetric(bound);
    },
  });
}

/** By position in sorted order, or the position of the extreme. */
function ordered(choices: Choices, scope: Scope): Term | undefined {
  const vectors = scope.variables.filter(
    ({ exact, shape: [dim, ...more] }) => exact && more.length === 0 && dim !== undefined && dim.least > 0,
  );
  const variable = choices.maybe(vectors);
  if (variable === undefined) return undefined;
  const v = variable.name;
  const way = choices.pick([`${v}[argmax(${v})]`, `${v}[argmin(${v})]`, `sum(cumsum(${v}[argsort(${v})]))`]);
  const most = way.startsWith('sum') ? lanesOf(variable.shape) ** 2 : 1;
  return term({
    kind: 'order',
    shape: [],
    parts: [],
    names: [v],
    print: () => way,
    range: () => times(variable.interval, interval(1, most)),
  });
}

/** Some neighbouring elements of a vector. */
function slice(choices: Choices, scope: Scope): Term | undefined {
  const vectors = scope.variables.filter(
    ({ shape: [dim], shape }) =>
      shape.length === 1 && dim !== undefined && dim.least >= 2 && dim.isRun !== true,
  );
  const variable = choices.maybe(vectors);
  if (variable === undefined) return undefined;
  const least = variable.shape[0]?.least ?? 0;
  const from = choices.integer(0, least - 1);
  const to = choices.integer(from, least - 1);
  return term({
    kind: 'slice',
    shape: [],
    parts: [],
    names: [variable.name],
    print: () => `sum(tanh(${variable.name}[${from}..${to}]))`,
    range: () => symmetric(to - from + 1),
  });
}

/** Factorisations and triangular solves of matrices that are safely positive definite. */
function linearAlgebra(choices: Choices, scope: Scope): Term | undefined {
  const dims = ordinary(scope);
  const [n, m] = [choices.maybe(dims), choices.maybe(dims)];
  if (n === undefined || m === undefined || n.text === m.text || !choices.chance(40)) return undefined;
  const A = squash(someArray(choices, scope, [m, n]));
  const b = fit(someArray(choices, scope, [n]), symmetric(2));
  const definite = `(transpose(A) @ A + 2 * eye(${n.text}))`;
  // With eigenvalues far apart, so that vectors and their derivatives are settled.
  const spaced = `(transpose(A) @ A + diag([entry in ${n.text}: 2.0 + 40 * entry]))`;
  const way = choices.pick([
    `sum(tanh(cholesky(${definite})))`,
    `sum(tanh(solve_lower(cholesky(${definite}), b)))`,
    `sum(tanh(solve_upper(transpose(cholesky(${definite})), b)))`,
    `sum(sin(diagonal(${definite}) * b))`,
    `sum(tanh(eigh(${spaced}).values))`,
    `sum(sin(eigh(${spaced}).vectors))`,
    `sum(sin(qr(concat(A, ${spaced})).q)) + sum(tanh(qr(${spaced}).r))`,
    `sum(sin(svd(concat(${spaced}, A)).u)) + sum(sin(svd(${spaced}).v)) + sum(tanh(svd(concat(A, ${spaced})).s))`,
    `sum(tanh(diag(b) @ transpose(A)))`,
  ]);
  const usesVector = way.includes('b)') || way.includes('(b');
  return term({
    kind: 'linear algebra',
    shape: [],
    parts: usesVector ? [A, b] : [A],
    print: ([a, v]) => way.replaceAll(/\b[Ab]\b/g, (name) => (name === 'A' ? `${a}` : `${v}`)),
    range: ([a, v]) =>
      a !== undefined && contains(symmetric(1), a) && (v === undefined || contains(symmetric(2), v))
        ? symmetric(4 * n.most * Math.max(n.most, m.most))
        : undefined,
  });
}
