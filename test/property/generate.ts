/**
 * Random well-typed programs for fast-check: dimensions, data, parameters, functions, lets and a scalar objective,
 * with a point to evaluate at. Values stay finite, and the point stays away from kinks, by construction; a failing
 * program is shrunk on its syntax trees.
 */
import * as fc from 'fast-check';
import { fit } from './build.js';
import { interval, symmetric } from './interval.js';
import { printFunction, someFunction, typeText } from './random_functions.js';
import type { Labels, RandomFunction, Scope, Variable } from './scope.js';
import { Choices } from './scope.js';
import type { Dim, Shape, Term } from './term.js';
import { print, simpler, subterms } from './term.js';
import { someTerm } from './terms.js';
import { contains } from './interval.js';

interface Filled extends Variable {
  readonly values: readonly number[];
}

interface LabelColumn extends Labels {
  readonly values: readonly number[];
}

interface LetOf {
  readonly variable: Variable;
  readonly value: Term;
}

export interface RandomProgram {
  readonly dims: readonly Dim[];
  /** Dimensions have no size in the source, and the checker must do without. */
  readonly isSymbolic: boolean;
  readonly parameters: readonly Filled[];
  readonly data: readonly Filled[];
  readonly labels: readonly LabelColumn[];
  readonly functions: readonly RandomFunction[];
  readonly lets: readonly LetOf[];
  readonly objective: Term;
}

const letInterval = symmetric(20);

// ---------------------------------------------------------------------------------------------------- printing

/** Names that the objective needs, through lets and functions. */
function namesNeeded(program: RandomProgram): ReadonlySet<string> {
  const needed = new Set(program.objective.free);
  for (const { variable, value } of program.lets.toReversed()) {
    if (needed.has(variable.name)) for (const name of value.free) needed.add(name);
  }
  for (const { name, body } of program.functions.toReversed()) {
    if (needed.has(name)) for (const other of body.free) needed.add(other);
  }
  return needed;
}

/** Steps whose next x is the gradient, and the Hessian times x. */
const revealing = [
  'optimizer slope() { x <- g }',
  'optimizer curve() { x <- hvp(x, x) }',
  'solve using slope() for 1 steps',
  'solve using curve() for 1 steps',
];

/** The source text; with `solve` also steps to compile. */
export function sourceOf(program: RandomProgram, options: { readonly solve?: boolean } = {}): string {
  const needed = namesNeeded(program);
  const columns = [
    ...program.data.map(({ name, shape }) => `  ${name}: ${typeText(shape)}`),
    ...program.labels.map(
      ({ name, shape, classes }) => `  ${name}: class(${classes.text})[${shape[0]?.text}]`,
    ),
  ];
  return [
    ...program.dims.map(({ text, most }) => (program.isSymbolic ? `dim ${text}` : `dim ${text} = ${most}`)),
    ...(columns.length === 0 ? [] : ['data {', ...columns, '}']),
    ...program.parameters.map(({ name, shape }) => `param ${name}: ${typeText(shape)} = 0`),
    ...program.functions
      .filter(({ name }) => needed.has(name))
      .map((target) => printFunction(target, print(target.body))),
    ...program.lets
      .filter(({ variable }) => needed.has(variable.name))
      .map(({ variable, value }) => `let ${variable.name}: ${typeText(variable.shape)} = ${print(value)}`),
    `minimize ${print(program.objective)}`,
    ...(options.solve === true ? revealing : []),
    '',
  ].join('\n');
}

/** The parameters' values in the order of x. */
export function pointOf(program: RandomProgram): number[] {
  const needed = namesNeeded(program);
  const weights = program.functions.filter(({ name }) => needed.has(name)).map(({ weight }) => weight);
  return [
    ...program.parameters.flatMap(({ values }) => values),
    ...weights.filter((weight) => weight !== undefined),
  ];
}

export function rawOf(
  program: RandomProgram,
): Map<string, { readonly shape: readonly number[]; readonly data: readonly number[] }> {
  return new Map(
    [...program.data, ...program.labels].map(({ name, shape, values }) => [
      name,
      { shape: shape.map(({ most }) => most), data: values },
    ]),
  );
}

export function kindsOf(program: RandomProgram): ReadonlySet<string> {
  const needed = namesNeeded(program);
  const roots = [
    program.objective,
    ...program.lets.filter(({ variable }) => needed.has(variable.name)).map(({ value }) => value),
    ...program.functions.filter(({ name }) => needed.has(name)).map(({ body }) => body),
  ];
  return new Set(roots.flatMap((root) => Array.from(subterms(root), ({ kind }) => kind)));
}

// -------------------------------------------------------------------------------------------------- generation

const countOf = (shape: Shape): number => shape.reduce((size, dim) => size * dim.most, 1);

/** Distinct numbers in [g/8 + 1/64, g/8 + 3/64]: thresholds lie at g/8 + 3/32. */
class Grid {
  private used = 0;

  constructor(private readonly choices: Choices) {}

  next(): number {
    this.used += 1;
    return this.choices.integer(-8, 7) / 8 + 1 / 64 + (this.used % 64) / 2048;
  }
}

const leafInterval = interval(-1, 1.0625);

/** Dimensions with sizes in the source are equal where their sizes are, so those are all different. */
function someDims(choices: Choices, isSymbolic: boolean): Dim[] {
  const dims: Dim[] = [];
  for (const text of ['N', 'D', 'K'].slice(0, choices.integer(1, 3))) {
    const sizes = [1, 2, 2, 3, 3, 3, 4, 5, ...(choices.chance(15) ? [0] : [])];
    const size = choices.pick(
      sizes.filter((option) => isSymbolic || dims.every(({ most }) => most !== option)),
    );
    dims.push({ text, least: size, most: size });
  }
  return dims;
}

function someDistinct(choices: Choices, dims: readonly Dim[], most: number): Shape {
  const shape: Dim[] = [];
  for (let rank = choices.integer(0, most); rank > 0; rank -= 1) {
    const rest = dims.filter((dim) => !shape.includes(dim));
    if (rest.length > 0) shape.push(choices.pick(rest));
  }
  return shape;
}

function generateProgram(random: fc.Random): RandomProgram {
  const size = random.nextInt(1, 100);
  const choices = new Choices(random, 0);
  const isSymbolic = choices.chance(70);
  const dims = someDims(choices, isSymbolic);
  const grid = new Grid(choices);
  const filled = (prefix: string, shape: Shape): Filled => ({
    name: choices.fresh(prefix),
    shape,
    interval: leafInterval,
    exact: true,
    values: Array.from({ length: countOf(shape) }, () => grid.next()),
  });
  const parameters = Array.from({ length: choices.integer(1, 3) }, () =>
    filled('p', someDistinct(choices, dims, 2)),
  );
  const data = Array.from({ length: choices.integer(0, 2) }, () =>
    filled('x', someDistinct(choices, dims, 2)),
  );
  const labels = someLabels(choices, dims);
  const functions: RandomFunction[] = [];
  for (let count = choices.integer(0, size > 50 ? 3 : 1); count > 0; count -= 1) {
    choices.fuel = choices.integer(3, 5 + size / 8);
    functions.push(someFunction(choices, functions, choices.chance(30) ? grid.next() : undefined));
  }
  const lets: LetOf[] = [];
  const scope = (): Scope => ({
    dims,
    variables: [...parameters, ...parameters, ...data, ...lets.map(({ variable }) => variable)],
    labels,
    binders: [],
    functions,
    callbacks: [],
    order: 0,
  });
  for (let count = choices.integer(0, size > 30 ? 3 : 1); count > 0; count -= 1) {
    choices.fuel = choices.integer(3, 4 + size / 6);
    const shape = someDistinct(choices, dims, 2);
    const value = fit(someTerm(choices, scope(), shape), letInterval);
    lets.push({ variable: { name: choices.fresh('l'), shape, interval: letInterval, exact: false }, value });
  }
  choices.fuel = choices.integer(4, 6 + size / 3);
  const objective = someTerm(choices, scope(), []);
  return { dims, isSymbolic, parameters, data, labels, functions, lets, objective };
}

function someLabels(choices: Choices, dims: readonly Dim[]): LabelColumn[] {
  const classes = choices.maybe(dims.filter(({ least }) => least > 0));
  const rows = choices.maybe(dims.filter((dim) => dim !== classes));
  if (classes === undefined || rows === undefined || !choices.chance(50)) return [];
  return [
    {
      name: choices.fresh('y'),
      shape: [rows],
      classes,
      values: Array.from({ length: rows.most }, () => choices.integer(0, classes.most - 1)),
    },
  ];
}

// --------------------------------------------------------------------------------------------------- shrinking

function* simplerPrograms(program: RandomProgram): Generator<RandomProgram> {
  for (const objective of simpler(program.objective)) yield { ...program, objective };
  const needed = namesNeeded(program);
  for (const [position, { variable, value }] of program.lets.entries()) {
    if (!needed.has(variable.name)) continue;
    for (const replacement of simpler(value)) {
      if (!contains(variable.interval, replacement.interval)) continue;
      yield { ...program, lets: program.lets.with(position, { variable, value: replacement }) };
    }
  }
  for (const [position, target] of program.functions.entries()) {
    if (!needed.has(target.name)) continue;
    for (const body of simpler(target.body)) {
      if (!contains(target.interval, body.interval)) continue;
      yield { ...program, functions: program.functions.with(position, { ...target, body }) };
    }
  }
  yield* withoutUnused(program, needed);
}

function* withoutUnused(program: RandomProgram, needed: ReadonlySet<string>): Generator<RandomProgram> {
  const keep = <Item extends { readonly name: string }>(items: readonly Item[]): Item[] =>
    items.filter(({ name }) => needed.has(name));
  const [parameters, data, labels] = [keep(program.parameters), keep(program.data), keep(program.labels)];
  const before = program.parameters.length + program.data.length + program.labels.length;
  if (parameters.length + data.length + labels.length < before)
    yield { ...program, parameters, data, labels };
}

/** Scalar operations of one evaluation that a program may take. */
const affordable = 4000;

const workOf = ({ objective, lets }: RandomProgram): number =>
  lets.reduce((total, { value }) => total + value.work, objective.work);

/** Reported as source text when a property fails. */
function shown(program: RandomProgram): RandomProgram {
  const text = (): string => `\n${sourceOf(program)}at ${JSON.stringify(pointOf(program))}\n`;
  return Object.defineProperty({ ...program }, fc.toStringMethod, { value: text });
}

class ProgramArbitrary extends fc.Arbitrary<RandomProgram> {
  override generate(random: fc.Random): fc.Value<RandomProgram> {
    let program = generateProgram(random);
    while (workOf(program) > affordable) program = generateProgram(random);
    return new fc.Value(shown(program), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is RandomProgram {
    return typeof value === 'object' && value !== null && 'objective' in value;
  }

  override shrink(program: RandomProgram): fc.Stream<fc.Value<RandomProgram>> {
    const values = function* (): Generator<fc.Value<RandomProgram>> {
      for (const simplerOne of simplerPrograms(program)) yield new fc.Value(shown(simplerOne), undefined);
    };
    return fc.stream(values());
  }
}

export function randomProgram(): fc.Arbitrary<RandomProgram> {
  return new ProgramArbitrary();
}
