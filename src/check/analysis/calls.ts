/** Calls: the body with the facts of the arguments, remembered; kinks and findings of library code move to the call. */
import type { TypedCall, TypedCallValue, TypedFunction } from '../typed.js';
import type { Span } from '../../parser/source.js';
import { applyFacts } from './apply_facts.js';
import { domainFindings } from './domains.js';
import type { Abstract, Facts, Kink } from './facts.js';
import { constantFacts, unknownFacts } from './facts.js';
import { isLibrary, seenFromCall, textAt } from './findings.js';
import { unionOf } from './flow.js';
import type { Analysis } from './interpreter.js';
import { asFacts, interpret } from './interpreter.js';
import { everything, keyOfInterval } from './interval.js';
import { sameValue } from './keys.js';
import type { Scope } from './scope.js';

export function callAbstract(expression: TypedCall, scope: Scope, analysis: Analysis): Abstract {
  const { instantiation } = expression;
  const given = expression.arguments.map((argument) => interpret(argument, scope, analysis));
  // Arguments that are one value are one object in the body, so that `dot(r, r)` is a sum of squares.
  const values = given.map((value, index) => {
    const twin = expression.arguments.findIndex((other, position) => {
      const argument = expression.arguments[index];
      return position < index && argument !== undefined && sameValue(other, argument);
    });
    return given[twin] ?? value;
  });
  const frame = scope.forCall();
  for (const { symbol, value } of instantiation.dimensions) frame.bindDimension(symbol, scope.resolve(value));
  if (instantiation.run !== undefined) {
    frame.bindRun(instantiation.run.symbol, scope.resolveShape(instantiation.run.value));
  }
  const sizes = instantiation.dimensions.map(({ value }) => scope.resolve(value).key).join(';');
  return enter(expression.function, values, frame, sizes, expression.span, analysis);
}

export function callValueAbstract(expression: TypedCallValue, scope: Scope, analysis: Analysis): Abstract {
  const callee = scope.find(expression.callee);
  const values = expression.arguments.map((argument) => interpret(argument, scope, analysis));
  if (callee?.kind !== 'function') return unknownFacts(unionOf(values.map((value) => asFacts(value).flow)));
  const { target } = callee;
  const { span } = expression;
  if (target.kind === 'function') return enter(target.function, values, scope.forCall(), '', span, analysis);
  const facts = values.map(asFacts);
  const operation = { operator: target.operator, operands: expression.arguments, span };
  analysis.findings.push(...domainFindings(operation, facts, analysis.startsNonzero));
  return applyFacts(target.operator, facts, span, false);
}

function enter(
  target: TypedFunction,
  values: readonly Abstract[],
  frame: Scope,
  sizes: string,
  span: Span,
  analysis: Analysis,
): Abstract {
  const { problem } = analysis;
  const inLibrary = isLibrary(target.span, problem.path);
  const { result, findings } = remembered(target, values, frame, sizes, analysis);
  const caller = isLibrary(span, problem.path);
  analysis.findings.push(
    ...(inLibrary ? seenFromCall(findings, { span, name: target.name, inLibrary: caller }) : findings),
  );
  if (result.kind !== 'facts' || result.kink === undefined || !inLibrary) return result;
  return { ...result, kink: atCall(result.kink, target, span, problem.path) };
}

/** A kink inside the library is told by the name of the function that has it. */
function atCall(kink: Kink, target: TypedFunction, span: Span, path: string): Kink {
  if (!isLibrary(kink.span, path)) return kink;
  const isModule = textAt(target.span).startsWith('module');
  return { ...kink, span, what: isModule ? kink.what : `\`${target.name}\`` };
}

function remembered(
  target: TypedFunction,
  values: readonly Abstract[],
  frame: Scope,
  sizes: string,
  analysis: Analysis,
): { readonly result: Abstract; readonly findings: Analysis['findings'] } {
  const memory = analysis.calls.get(target) ?? new Map<string, ReturnType<typeof remembered>>();
  analysis.calls.set(target, memory);
  const key = `${sizes}|${values.map((value) => keyOfAbstract(value, values)).join('|')}`;
  const known = memory.get(key);
  if (known !== undefined) return { result: known.result, findings: [...known.findings] };
  const { findings, branching, asking } = analysis;
  Object.assign(analysis, { findings: [], branching: 0, asking: 0 });
  target.parameters.forEach((parameter, index) => {
    frame.bind(parameter, values[index] ?? constantFacts(everything));
  });
  const result = interpret(target.body, frame, analysis);
  const entry = { result, findings: analysis.findings };
  Object.assign(analysis, { findings, branching, asking });
  memory.set(key, entry);
  return entry;
}

const identities = new WeakMap<object, number>();
let identified = 0;

function identityOf(thing: object | undefined): number {
  if (thing === undefined) return 0;
  let identity = identities.get(thing);
  if (identity === undefined) {
    identified += 1;
    identity = identified;
    identities.set(thing, identity);
  }
  return identity;
}

function keyOfAbstract(value: Abstract, values: readonly Abstract[]): string {
  switch (value.kind) {
    case 'facts':
      return `${keyOfFacts(value)}=${values.indexOf(value)}`;
    case 'function':
      return `f${value.target.kind === 'builtin' ? value.target.operator : identityOf(value.target.function)}`;
    default:
      return `o${identityOf(value)}`;
  }
}

function keyOfFacts({ interval, curvature, kink, flow, nonzero, diagonal }: Facts): string {
  return `${keyOfInterval(interval)}${curvature},${identityOf(kink)},${flow.id}${nonzero === true ? ',n' : ''}${diagonal === undefined ? '' : keyOfInterval(diagonal)}`;
}
