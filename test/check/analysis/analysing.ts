/** Shared by the tests of the analysis: a source without errors, its warnings and the facts of its objectives. */
import { analyse } from '../../../src/check/analysis/analyse.js';
import type { ObjectiveFacts } from '../../../src/check/analysis/objective_facts.js';
import { objectiveFacts } from '../../../src/check/analysis/objective_facts.js';
import type { TypedProblem } from '../../../src/check/typed.js';
import type { Diagnostic } from '../../../src/parser/diagnostic.js';
import { hasErrors } from '../../../src/parser/diagnostic.js';
import { checkText } from '../checking.js';

export function problemOf(text: string): TypedProblem {
  const { problem, diagnostics } = checkText(text);
  if (problem === undefined || hasErrors(diagnostics)) {
    throw new Error(
      `the source of this test has errors: ${diagnostics.map(({ message }) => message).join('; ')}`,
    );
  }
  return problem;
}

export function warningsOf(text: string): readonly Diagnostic[] {
  return analyse(problemOf(text));
}

export function codesOf(text: string): string[] {
  return warningsOf(text).map(({ code }) => code);
}

/** The text that each warning points to. */
export function placesOf(text: string): string[] {
  return warningsOf(text).map(({ code, span }) => `${code} ${span.file.text.slice(span.start, span.end)}`);
}

export function factsOf(text: string): ObjectiveFacts {
  const [facts] = objectiveFacts(problemOf(text));
  if (facts === undefined) throw new Error('the source of this test has no objective');
  return facts;
}

/** Facts of one expression of `w: real[3]`, `v: real`, data `X: real[N, 3]`, `y: real[N]` and `c: class(4)[N]`. */
export function factsOfObjective(expression: string): ObjectiveFacts {
  return factsOf(`${declarations}\nminimize ${expression}`);
}

export const declarations = `data { X: real[N, 3] y: real[N] c: class(4)[N] }
param w: real[3] = 1
param v: real = 1
param W: real[3, 4] = 0`;
