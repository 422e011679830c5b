/** Random terms of one axis or more. */
import {
  arithmetic,
  fit,
  indexAlong,
  indexed,
  kinked,
  negative,
  power,
  reference,
  smooth,
  someConstant,
  stopped,
  twoSided,
} from './build.js';
import { callOf } from './calls.js';
import { derivativeOf } from './derivatives.js';
import { contains, hull, interval, point, symmetric, times } from './interval.js';
import { reduceOver } from './reduce.js';
import type { Choices, Scope } from './scope.js';
import type { Dim, Shape, Term } from './term.js';
import { isSameShape, lanesOf, term } from './term.js';
import { choice, first, inScope, ordinary, someScalar, someTerm } from './terms.js';

export function someArray(choices: Choices, scope: Scope, shape: Shape): Term {
  choices.fuel -= 1;
  if (choices.fuel <= 0) return arrayLeaf(choices, scope, shape);
  const makers = shape.some((dim) => dim.isRun === true) ? runMakers : [...runMakers, ...arrayMakers];
  return (
    first(
      choices,
      scope,
      makers.map((maker) => (inner: Choices, there: Scope) => maker(inner, there, shape)),
    ) ?? arrayLeaf(choices, scope, shape)
  );
}

function arrayLeaf(choices: Choices, scope: Scope, shape: Shape): Term {
  const same = choices.maybe(scope.variables.filter((variable) => isSameShape(variable.shape, shape)));
  if (same !== undefined) return reference(same);
  const run = shape.findIndex((dim) => dim.isRun === true);
  if (run >= 0) return reduceToRun(choices, scope, shape);
  return partial(choices, scope, shape) ?? someConstant(choices, shape);
}

/** Something of a shape with a run that no variable has: an argument's axis reduced away. */
function reduceToRun(choices: Choices, scope: Scope, shape: Shape): Term {
  const longer = scope.variables.find(
    (variable) =>
      variable.shape.length === shape.length + 1 && isSameShape(variable.shape.slice(0, -1), shape),
  );
  const last = longer?.shape[shape.length];
  if (longer === undefined || last === undefined) throw new Error('no variable has a run');
  return reduceOver(choices, reference(longer), last);
}

/** A variable with leading axes indexed away: `A[i]` of shape [D]. */
function partial(choices: Choices, scope: Scope, shape: Shape): Term | undefined {
  const candidates = scope.variables.filter(
    (variable) =>
      variable.shape.length > shape.length &&
      isSameShape(variable.shape.slice(variable.shape.length - shape.length), shape) &&
      variable.shape.every((dim) => dim.isRun !== true),
  );
  const variable = choices.maybe(candidates);
  const indices = variable?.shape
    .slice(0, variable.shape.length - shape.length)
    .map((dim) => indexAlong(choices, scope, dim));
  return variable !== undefined && indices?.every((index) => index !== undefined) === true
    ? indexed(variable, indices)
    : undefined;
}

type ArrayMaker = (choices: Choices, scope: Scope, shape: Shape) => Term | undefined;

/** What also works under a run `...`. */
const runMakers: readonly ArrayMaker[] = [
  (choices, scope, shape) => smooth(choices, someArray(choices, scope, shape)),
  (choices, scope, shape) => smooth(choices, someArray(choices, scope, shape)),
  (choices, scope, shape) =>
    arithmetic(
      choices.pick(['+', '-', '*', '/']),
      someArray(choices, scope, shape),
      someArray(choices, scope, shape),
      shape,
    ),
  (choices, scope, shape) =>
    choices.chance(50)
      ? arithmetic(
          choices.pick(['+', '-', '*', '/']),
          someScalar(choices, scope),
          someArray(choices, scope, shape),
          shape,
        )
      : arithmetic(
          choices.pick(['+', '-', '*', '/']),
          someArray(choices, scope, shape),
          someScalar(choices, scope),
          shape,
        ),
  (choices, scope, shape) => power(choices, someArray(choices, scope, shape)),
  (choices, scope, shape) => negative(someArray(choices, scope, shape)),
  (choices, scope, shape) =>
    twoSided(choices, someArray(choices, scope, shape), someArray(choices, scope, shape), shape),
  scan,
];

const arrayMakers: readonly ArrayMaker[] = [
  (choices, scope, shape) => {
    const trailing = shape.slice(1);
    if (trailing.length === 0) return undefined;
    const whole = someArray(choices, scope, shape);
    const part = someArray(choices, scope, trailing);
    const operator = choices.pick(['+', '-', '*', '/'] as const);
    return choices.chance(50)
      ? arithmetic(operator, whole, part, shape)
      : arithmetic(operator, part, whole, shape);
  },
  comprehension,
  comprehension,
  comprehension,
  (choices, scope, shape) => {
    const inner = choices.maybe(
      ordinary(scope).filter((dim) => !shape.some(({ text }) => text === dim.text)),
    );
    if (inner === undefined || shape.length > 2) return undefined;
    const [a, b] = shape;
    if (b === undefined) {
      return choices.chance(50)
        ? product(choices, scope, [...shape, inner], [inner], inner, shape)
        : product(choices, scope, [inner], [inner, ...shape], inner, shape);
    }
    return product(choices, scope, [a as Dim, inner], [inner, b], inner, shape);
  },
  (choices, scope, shape) => {
    if (shape.length !== 2) return undefined;
    const inner = someArray(choices, scope, shape.toReversed());
    return term({
      kind: 'transpose',
      shape,
      parts: [inner],
      print: ([a]) => `transpose(${a})`,
      range: ([a]) => a,
    });
  },
  (choices, scope, shape) => {
    const extra = choices.maybe(
      ordinary(scope).filter((dim) => !shape.some(({ text }) => text === dim.text)),
    );
    if (extra === undefined || shape.length > 2) return undefined;
    const position = choices.integer(0, shape.length);
    const operand = someArray(choices, scope, shape.toSpliced(position, 0, extra));
    return reduceOver(choices, operand, extra);
  },
  (choices, scope, shape) => callOf(choices, scope, shape, someTerm),
  (choices, scope, shape) => callOf(choices, scope, shape, someTerm),
  (choices, scope, shape) => choice(choices, scope, shape),
  (choices, scope, shape) => derivativeOf(choices, scope, shape, someTerm),
  (choices, scope, shape) => derivativeOf(choices, scope, shape, someTerm),
  gather,
  gather,
  (choices, scope, shape) => (choices.chance(25) ? stopped(someArray(choices, scope, shape)) : undefined),
  (choices, scope, shape) => {
    const exact = scope.variables.filter((variable) => variable.exact && isSameShape(variable.shape, shape));
    const variable = choices.maybe(exact);
    if (variable === undefined) return undefined;
    const kink = kinked(choices, reference(variable));
    if (choices.chance(60)) return kink;
    return term({
      kind: 'sort',
      shape,
      parts: [reference(variable)],
      print: ([a]) => `sort(${a})`,
      range: ([a]) => a,
      accepts: ([part]) => part?.exact === true,
    });
  },
];

function comprehension(choices: Choices, scope: Scope, shape: Shape): Term {
  const count = choices.integer(1, shape.length);
  const bound = shape.slice(0, count).map((dim) => ({ name: choices.fresh('i'), dim, first: 0 }));
  const body = someTerm(choices, inScope(scope, ...bound), shape.slice(count));
  return term({
    kind: 'comprehension',
    shape,
    parts: [body],
    binds: bound.map(({ name }) => name),
    repeats: lanesOf(bound.map(({ dim }) => dim)),
    print: ([a]) => `[${bound.map(({ name, dim }) => `${name} in ${dim.text}`).join(', ')}: ${a}]`,
    range: ([a]) => a,
  });
}

/** `a @ b`. */
export function product(
  choices: Choices,
  scope: Scope,
  left: Shape,
  right: Shape,
  inner: Dim,
  shape: Shape,
): Term {
  const domain = symmetric(30);
  return term({
    kind: 'matmul',
    shape,
    extra: lanesOf(shape) * inner.most,
    parts: [fit(someArray(choices, scope, left), domain), fit(someArray(choices, scope, right), domain)],
    print: ([a, b]) => `(${a} @ ${b})`,
    range: ([a, b]) =>
      a !== undefined && b !== undefined && contains(domain, a) && contains(domain, b)
        ? hull(times(times(a, b), point(inner.least)), times(times(a, b), point(inner.most)))
        : undefined,
  });
}

/** Running sums and products, and the reverse, along the last axis. */
function scan(choices: Choices, scope: Scope, shape: Shape): Term | undefined {
  const last = shape[shape.length - 1];
  if (last === undefined || last.isRun === true) return undefined;
  const operand = someArray(choices, scope, shape);
  const name = choices.pick(['cumsum', 'cumprod', 'reverse']);
  const domain = name === 'cumprod' ? interval(0.4, 1.5) : symmetric(1e3);
  return term({
    kind: name,
    shape,
    parts: [fit(operand, domain)],
    print: ([a]) => `${name}(${a})`,
    range: ([a]) => {
      if (a === undefined || !contains(domain, a)) return undefined;
      if (name === 'reverse') return a;
      if (name === 'cumsum') return hull(a, times(a, point(Math.max(1, last.most))));
      return interval(Math.min(1, a.low) ** last.most, Math.max(1, a.high) ** last.most);
    },
  });
}

/** `E[y]` of rows by class, and `pick(T, y)` of one class a row. */
function gather(choices: Choices, scope: Scope, shape: Shape): Term | undefined {
  const labels = choices.maybe(scope.labels.filter(({ shape: [dim] }) => dim?.text === shape[0]?.text));
  if (labels === undefined) return undefined;
  const isPick = shape.length === 1 && choices.chance(50);
  const source: Shape = isPick ? [...shape, labels.classes] : [labels.classes, ...shape.slice(1)];
  if (new Set(source.map(({ text }) => text)).size < source.length) return undefined;
  if (isPick) {
    return term({
      kind: 'pick',
      shape,
      parts: [someArray(choices, scope, source)],
      names: [labels.name],
      print: ([a]) => `pick(${a}, ${labels.name})`,
      range: ([a]) => a,
    });
  }
  const table = choices.maybe(scope.variables.filter((variable) => isSameShape(variable.shape, source)));
  if (table === undefined) return undefined;
  return term({
    kind: 'gather',
    shape,
    parts: [],
    names: [table.name, labels.name],
    print: () => `${table.name}[${labels.name}]`,
    range: () => table.interval,
  });
}
