/** Random calls of the program's functions, in every way that a call can be mapped over its arguments. */
import { fit } from './build.js';
import { contains, symmetric } from './interval.js';
import type { Choices, RandomFunction, Scope } from './scope.js';
import { argumentInterval } from './scope.js';
import type { Dim, Shape, Term } from './term.js';
import { lanesOf, makeTerm, term } from './term.js';

type SomeTerm = (choices: Choices, scope: Scope, shape: Shape) => Term;

/** A call whose result has the shape; undefined where no function fits. */
export function callOf(choices: Choices, scope: Scope, shape: Shape, someTerm: SomeTerm): Term | undefined {
  const callback = choices.maybe(scope.callbacks);
  if (callback !== undefined && choices.chance(60))
    return callbackCall(choices, scope, callback, shape, someTerm);
  const candidate = choices.maybe(scope.functions);
  if (candidate === undefined) return undefined;
  const isScalar = candidate.parameters.every((parameter) => parameter.shape.length === 0);
  if (isScalar && candidate.result.length === 0)
    return liftedCall(choices, scope, candidate, shape, someTerm);
  if (candidate.hasRun) return runCall(choices, scope, candidate, shape, someTerm);
  const direct = bindResult(candidate.result, shape, scope, choices, candidate.quantified);
  if (direct !== undefined) return directCall(choices, scope, candidate, direct, shape, someTerm);
  return overCall(choices, scope, candidate, shape, someTerm);
}

/** A function-typed parameter, of whose results nothing is known. */
function callbackCall(
  choices: Choices,
  scope: Scope,
  callback: string,
  shape: Shape,
  someTerm: SomeTerm,
): Term {
  return term({
    kind: 'callback',
    shape,
    parts: [fit(someTerm(choices, scope, shape), argumentInterval)],
    names: [callback],
    print: ([a]) => `tanh(${callback}(${a}))`,
    range: ([a]) => (a !== undefined && contains(argumentInterval, a) ? symmetric(1) : undefined),
  });
}

function makeCall(
  target: RandomFunction,
  shape: Shape,
  parts: readonly (Term | string)[],
  over: Dim | undefined,
): Term | undefined {
  const terms = parts.filter((part) => typeof part !== 'string').map((part) => fit(part, argumentInterval));
  const functions = parts.filter((part) => typeof part === 'string');
  return makeTerm({
    kind: over === undefined ? 'call' : 'call over',
    shape,
    extra: target.body.work * lanesOf(shape.slice(0, shape.length - target.result.length)),
    parts: terms,
    names: [target.name, ...functions],
    print: (texts) => {
      const waiting = [...texts];
      const written = parts.map((part) => (typeof part === 'string' ? part : waiting.shift()));
      return `${target.name}(${written.join(', ')}${over === undefined ? '' : ` over ${over.text}`})`;
    },
    range: (ranges) =>
      ranges.every((range) => contains(argumentInterval, range)) ? target.interval : undefined,
  });
}

/** Something to hand over for a function-typed parameter. */
function functionArgument(choices: Choices, scope: Scope): string {
  const own = scope.functions.filter(
    ({ parameters, result, weight }) =>
      result.length === 0 &&
      weight === undefined &&
      parameters.length === 1 &&
      parameters[0]?.shape.length === 0 &&
      parameters[0].isFunction === false,
  );
  const options = [...own.map(({ name }) => name), 'tanh', 'sin', 'sigmoid', 'softplus'];
  return choices.pick(options);
}

/** Scalar parameters: each argument is a scalar or has the whole shape. */
function liftedCall(
  choices: Choices,
  scope: Scope,
  target: RandomFunction,
  shape: Shape,
  someTerm: SomeTerm,
): Term | undefined {
  const whole = choices.integer(0, target.parameters.length - 1);
  const parts = target.parameters.map((parameter, position) =>
    parameter.isFunction
      ? functionArgument(choices, scope)
      : someTerm(choices, scope, position === whole || choices.chance(40) ? shape : []),
  );
  const reaches = parts.some((part) => typeof part !== 'string' && part.shape.length === shape.length);
  return reaches ? makeCall(target, shape, parts, undefined) : undefined;
}

type Binding = ReadonlyMap<string, Dim>;

const usable = (dim: Dim): boolean => dim.least >= 1 && dim.isRun !== true;

/** What the quantified dimensions are if the result is to have this shape; the others are chosen. */
function bindResult(
  result: Shape,
  shape: Shape,
  scope: Scope,
  choices: Choices,
  quantified: readonly Dim[],
): Binding | undefined {
  if (result.length !== shape.length) return undefined;
  const binding = new Map<string, Dim>();
  for (const [axis, dim] of result.entries()) {
    const actual = shape[axis] as Dim;
    const before = binding.get(dim.text);
    if (!usable(actual) || (before !== undefined && before.text !== actual.text)) return undefined;
    binding.set(dim.text, actual);
  }
  for (const dim of quantified) {
    if (binding.has(dim.text)) continue;
    const taken = new Set([...binding.values()].map(({ text }) => text));
    const other = choices.maybe(scope.dims.filter((option) => usable(option) && !taken.has(option.text)));
    if (other === undefined) return undefined;
    binding.set(dim.text, other);
  }
  return binding;
}

function directCall(
  choices: Choices,
  scope: Scope,
  target: RandomFunction,
  binding: Binding,
  shape: Shape,
  someTerm: SomeTerm,
): Term | undefined {
  const parts = target.parameters.map((parameter) =>
    parameter.isFunction
      ? functionArgument(choices, scope)
      : someTerm(
          choices,
          scope,
          parameter.shape.map((dim) => binding.get(dim.text) ?? dim),
        ),
  );
  return makeCall(target, shape, parts, undefined);
}

/** `f(v over D)`: the first axis of the result is D, which one argument or more have in addition. */
function overCall(
  choices: Choices,
  scope: Scope,
  target: RandomFunction,
  shape: Shape,
  someTerm: SomeTerm,
): Term | undefined {
  const [over, ...rest] = shape;
  if (over === undefined || over.isRun === true) return undefined;
  const binding = bindResult(target.result, rest, scope, choices, target.quantified);
  if (binding === undefined || [...binding.values()].some(({ text }) => text === over.text)) return undefined;
  const mapped = choices.integer(0, target.parameters.length - 1);
  if (target.parameters[mapped]?.isFunction === true) return undefined;
  const parts = target.parameters.map((parameter, position) => {
    if (parameter.isFunction) return functionArgument(choices, scope);
    const own = parameter.shape.map((dim) => binding.get(dim.text) ?? dim);
    const isMapped = position === mapped || choices.chance(30);
    return someTerm(choices, scope, isMapped ? own.toSpliced(choices.integer(0, own.length), 0, over) : own);
  });
  return makeCall(target, shape, parts, over);
}

/** A parameter of shape [..., n]: the run is whatever the result needs. */
function runCall(
  choices: Choices,
  scope: Scope,
  target: RandomFunction,
  shape: Shape,
  someTerm: SomeTerm,
): Term | undefined {
  const own = target.result.filter((dim) => dim.isRun !== true);
  if (shape.length < own.length) return undefined;
  const run = shape.slice(0, shape.length - own.length);
  const binding = bindResult(own, shape.slice(run.length), scope, choices, target.quantified);
  if (binding === undefined) return undefined;
  const texts = [...run, ...binding.values()].map(({ text }) => text);
  if (new Set(texts).size < texts.length) return undefined;
  const parts = target.parameters.map((parameter) => {
    if (parameter.isFunction) return functionArgument(choices, scope);
    const dims = parameter.shape.flatMap((dim) =>
      dim.isRun === true ? run : [binding.get(dim.text) ?? dim],
    );
    return someTerm(choices, scope, dims);
  });
  return makeCall(target, shape, parts, undefined);
}
