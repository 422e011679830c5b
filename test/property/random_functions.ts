/** Random functions of the language: scalar, on vectors and matrices, with a run, with a function parameter, as blocks. */
import { compound, fit, squash } from './build.js';
import { contains, interval, symmetric } from './interval.js';
import type { Interval } from './interval.js';
import type { Choices, FunctionParameter, RandomFunction, Scope, Variable } from './scope.js';
import { argumentInterval } from './scope.js';
import type { Dim, Shape, Term } from './term.js';
import { constant, term } from './term.js';
import { someTerm } from './terms.js';

const quantified = (text: string): Dim => ({ text, least: 1, most: 5 });
const run: Dim = { text: '...', least: 1, most: 5, isRun: true };

interface Signature {
  readonly parameters: readonly (readonly [name: string, shape: Shape])[];
  readonly callback?: string;
  readonly quantified: readonly Dim[];
  readonly results: readonly Shape[];
}

const n = quantified('n');
const m = quantified('m');

const signatures: readonly Signature[] = [
  { parameters: [['a', []]], quantified: [], results: [[]] },
  {
    parameters: [
      ['a', []],
      ['b', []],
    ],
    quantified: [],
    results: [[]],
  },
  { parameters: [['v', [n]]], quantified: [n], results: [[], [n]] },
  {
    parameters: [
      ['v', [n]],
      ['s', []],
    ],
    quantified: [n],
    results: [[], [n]],
  },
  {
    parameters: [
      ['A', [n, m]],
      ['v', [m]],
    ],
    quantified: [n, m],
    results: [[], [n], [m]],
  },
  { parameters: [['v', [run, n]]], quantified: [n], results: [[run], [run, n]] },
  { parameters: [['v', [n]]], callback: 'g', quantified: [n], results: [[], [n]] },
];

/** A function, or a model with a parameter of its own whose value is given. */
export function someFunction(
  choices: Choices,
  known: readonly RandomFunction[],
  weight: number | undefined,
): RandomFunction {
  const signature = choices.pick(signatures);
  const hasRun = signature.parameters.some(([, shape]) => shape.some((dim) => dim.isRun === true));
  const result = choices.pick(signature.results);
  const name = choices.fresh('f');
  const parameters: readonly FunctionParameter[] = [
    ...(signature.callback === undefined ? [] : [{ name: signature.callback, shape: [], isFunction: true }]),
    ...signature.parameters.map(([own, shape]) => ({ name: own, shape, isFunction: false })),
  ];
  const scope: Scope = {
    dims: signature.quantified,
    variables: [
      ...signature.parameters.map(([own, shape]) => localOf(own, shape, argumentInterval)),
      ...(weight === undefined ? [] : [{ ...localOf('W', [], interval(-1, 1.0625)), exact: true }]),
    ],
    labels: [],
    binders: [],
    functions: known,
    callbacks: signature.callback === undefined ? [] : [signature.callback],
    order: 0,
  };
  const body =
    hasRun || choices.chance(45) ? expressionBody(choices, scope, result) : block(choices, scope, result);
  return {
    name,
    parameters,
    quantified: signature.quantified,
    hasRun,
    result,
    interval: body.interval,
    body,
    weight,
  };
}

export function printFunction(target: RandomFunction, body: string): string {
  const parameters = target.parameters.map(({ name, shape, isFunction }) =>
    isFunction ? `${name}: fn(real): real` : `${name}: ${typeText(shape)}`,
  );
  const signature = `(${parameters.join(', ')}): ${typeText(target.result)}`;
  if (target.weight === undefined) return `fn ${target.name}${signature} ${body}`;
  const statements = body.startsWith('=') ? `{\n  return ${body.slice(2)}\n}` : body;
  const whole = statements.replace('{\n', '{\n  param W: real = 0\n');
  return `module of_${target.name}()${signature} ${whole}\nmodel ${target.name} = of_${target.name}()`;
}

export function typeText(shape: Shape): string {
  return shape.length === 0 ? 'real' : `real[${shape.map(({ text }) => text).join(', ')}]`;
}

function expressionBody(choices: Choices, scope: Scope, result: Shape): Term {
  const value = fit(someTerm(choices, scope, result), symmetric(100));
  return term({
    kind: 'body',
    shape: result,
    parts: [value],
    print: ([a]) => `= ${a}`,
    range: ([a]) => a,
  });
}

/** A statement with the terms in it, and what it leaves in scope. */
interface Piece {
  readonly parts: readonly Term[];
  /** What each part's values must lie in. */
  readonly within: readonly Interval[];
  readonly print: (parts: readonly string[]) => string;
  readonly binds: readonly Variable[];
}

const local = symmetric(3);

function block(choices: Choices, scope: Scope, result: Shape): Term {
  const pieces: Piece[] = [];
  let inside = scope;
  const add = (piece: Piece): void => {
    pieces.push(piece);
    inside = { ...inside, variables: [...inside.variables, ...piece.binds] };
  };
  for (let count = choices.integer(1, 3); count > 0; count -= 1) {
    add(choices.pick([letPiece, loopPiece, loopPiece, branchPiece, recurrencePiece])(choices, inside));
  }
  const value = fit(someTerm(choices, inside, result), symmetric(100));
  const parts = [...pieces.flatMap((piece) => piece.parts), value];
  const bounds = pieces.flatMap((piece) => piece.within);
  return term({
    kind: 'body',
    shape: result,
    parts,
    repeats: 3,
    binds: pieces.flatMap((piece) => piece.binds.map(({ name }) => name)),
    print: (texts) => {
      const waiting = [...texts];
      const lines = pieces.map((piece) => `  ${piece.print(waiting.splice(0, piece.parts.length))}`);
      return `{\n${lines.join('\n')}\n  return ${waiting[0]}\n}`;
    },
    range: (ranges) =>
      bounds.every((bound, position) => contains(bound, ranges[position] as Interval))
        ? ranges[ranges.length - 1]
        : undefined,
  });
}

function localOf(name: string, shape: Shape, within = local): Variable {
  return { name, shape, interval: within, exact: false };
}

function someShape(choices: Choices, scope: Scope): Shape {
  const dim = choices.maybe(scope.dims);
  return dim === undefined || choices.chance(50) ? [] : [dim];
}

function letPiece(choices: Choices, scope: Scope): Piece {
  const name = choices.fresh('q');
  const shape = someShape(choices, scope);
  return {
    parts: [fit(someTerm(choices, scope, shape), local)],
    within: [local],
    print: ([a]) => `let ${name}: ${typeText(shape)} = ${a}`,
    binds: [localOf(name, shape)],
  };
}

/** A state that a loop updates, kept in an interval by the shape of the update. */
function loopPiece(choices: Choices, scope: Scope): Piece {
  const name = choices.fresh('s');
  const shape = someShape(choices, scope);
  const counter = choices.fresh('k');
  const turns = choices.integer(0, 4);
  const state = localOf(name, shape);
  const inside: Scope = {
    ...scope,
    variables: [...scope.variables, state, state],
    binders: [
      ...scope.binders,
      { name: counter, dim: { text: String(turns + 1), least: turns + 1, most: turns + 1 }, first: 1 },
    ],
  };
  const update = fit(someTerm(choices, inside, shape), local);
  const stop = choices.chance(25) ? ` while ${counter} < ${choices.integer(1, 4)}` : '';
  const start = fit(someTerm(choices, scope, shape), local);
  return {
    parts: [start, update],
    within: [local, local],
    print: ([a, b]) =>
      `let ${name}: ${typeText(shape)} = ${a}\n  for ${counter} in 1..${turns}${stop} {\n    ${name} <- ${b}\n  }`,
    binds: [state],
  };
}

/** `out[t] <- e`, each element from the one before. */
function recurrencePiece(choices: Choices, scope: Scope): Piece {
  const dim = choices.maybe(scope.dims);
  if (dim === undefined) return letPiece(choices, scope);
  const name = choices.fresh('o');
  const time = choices.fresh('t');
  const others = scope.dims.filter((other) => other !== dim && other.isRun !== true);
  const rest: Shape = others.length > 0 && choices.chance(40) ? [choices.pick(others)] : [];
  const out = localOf(name, [dim, ...rest]);
  const inside: Scope = {
    ...scope,
    variables: [...scope.variables, out, out, out],
    binders: [...scope.binders, { name: time, dim, first: 1 }],
  };
  return {
    parts: [fit(someTerm(choices, scope, out.shape), local), fit(someTerm(choices, inside, rest), local)],
    within: [local, local],
    print: ([a, b]) =>
      `let ${name}: ${typeText(out.shape)} = ${a}\n  for ${time} in 1..${dim.text} - 1 {\n    ${name}[${time}] <- ${b}\n  }`,
    binds: [out],
  };
}

/** `if c { s <- a } else { s <- b }`; the condition is about a loop counter or a dimension. */
function branchPiece(choices: Choices, scope: Scope): Piece {
  const name = choices.fresh('s');
  const counter = choices.fresh('k');
  const state = localOf(name, []);
  const inside: Scope = {
    ...scope,
    variables: [...scope.variables, state],
    binders: [...scope.binders, { name: counter, dim: { text: '4', least: 4, most: 4 }, first: 1 }],
  };
  const test = compound(choices, { ...inside, variables: [] }) ?? constant(1);
  if (test.kind !== 'condition') return letPiece(choices, scope);
  const [start, then, otherwise] = [scope, inside, inside].map((where) =>
    squash(someTerm(choices, where, [])),
  ) as [Term, Term, Term];
  return {
    parts: [start, test, then, otherwise],
    within: [local, symmetric(1), local, local],
    print: ([a, c, b, d]) =>
      `let ${name}: ${typeText([])} = ${a}\n  for ${counter} in 1..3 {\n    if ${c} {\n      ${name} <- ${b}\n    } else {\n      ${name} <- ${d}\n    }\n  }`,
    binds: [state],
  };
}
