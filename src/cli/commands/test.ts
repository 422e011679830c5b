/** `argmin test PATH...`: runs test blocks, and says of each that fails what both sides were. */
import path from 'node:path';
import { bindProblem } from '../../bind/bind.js';
import type { AssertResult, TestResult } from '../../check/evaluate/tests.js';
import type { ProblemInput } from '../../check/evaluate/prepare.js';
import type { PropertyResult } from '../../check/evaluate/properties.js';
import { runProperties } from '../../check/evaluate/properties.js';
import { runTests } from '../../check/evaluate/tests.js';
import type { TypedProblem } from '../../check/typed.js';
import { checkSource } from '../../front_end.js';
import { hasErrors } from '../../parser/diagnostic.js';
import { positionAt } from '../../parser/source.js';
import { findSources, readSource } from '../sources.js';
import { arrayText, numberText } from '../table.js';
import { exit, print, say, sayDiagnostics, sayError } from '../terminal.js';
import type { ExitStatus } from '../terminal.js';

interface Options {
  readonly allowOutside?: true;
}

export function test(paths: readonly string[], options: Options): ExitStatus {
  const { files, errors } = findSources(paths);
  let status: ExitStatus = exit.ok;
  for (const error of errors) status = sayError(error);
  let passed = 0;
  let failed = 0;
  const count = (holds: boolean, text: () => string): void => {
    if (holds) passed += 1;
    else {
      failed += 1;
      say(text());
    }
  };
  for (const file of files) {
    const results = testFile(file, options);
    if (typeof results === 'number') {
      status = results;
      failed += 1;
      continue;
    }
    for (const result of results.tests) count(result.passed, () => failureText(result));
    for (const result of results.properties)
      count(result.counterexample === undefined, () => propertyText(result));
  }
  if (files.length === 0) return status;
  if (failed > 0 && status === exit.ok) status = exit.error;
  print(`${passed} passed, ${failed} failed`);
  return status;
}

interface Tested {
  readonly tests: readonly TestResult[];
  readonly properties: readonly PropertyResult[];
}

function tested(problem: TypedProblem, input?: ProblemInput): Tested {
  return { tests: runTests(problem, input), properties: runProperties(problem, input) };
}

function testFile(file: string, options: Options): Tested | ExitStatus {
  const source = readSource(file);
  if (!source.ok) return sayError(source.error);
  const allowOutside = options.allowOutside === true;
  const { problem, diagnostics } = checkSource(source.source, { allowOutside });
  if (problem === undefined || hasErrors(diagnostics)) {
    sayDiagnostics(diagnostics.filter(({ severity }) => severity === 'error'));
    return exit.error;
  }
  if (problem.tests.length === 0 && problem.properties.length === 0) return { tests: [], properties: [] };
  if (problem.data.length === 0) return tested(problem);
  return testWithData(problem, path.dirname(path.resolve(file)), allowOutside);
}

/** Tests of a problem may read its data. */
function testWithData(problem: TypedProblem, folder: string, allowOutside: boolean): Tested | ExitStatus {
  const { bound, diagnostics } = bindProblem(problem, { folder, allowOutside });
  if (bound === undefined) {
    sayDiagnostics(diagnostics);
    return exit.error;
  }
  const raw = new Map(bound.arrays.map((array) => [array.raw.name, array]));
  return tested(problem, { raw, sizes: bound.sizes });
}

function failureText(result: TestResult): string {
  const lines = [`failed: ${result.name}`];
  for (const assert of result.asserts) {
    if (assert.passed) continue;
    const { file, start, end } = assert.span;
    const text = file.text.slice(start, end).replace(/\s+/g, ' ');
    lines.push(
      `  ${file.path}:${positionAt(file, start).line}: ${text}`,
      ...sides(assert).map((side) => `    ${side}`),
    );
  }
  return lines.join('\n');
}

function propertyText({ aggregator, property, span, counterexample }: PropertyResult): string {
  const { file, start } = span;
  const lines = [
    `failed: ${aggregator} is ${property}`,
    `  ${file.path}:${positionAt(file, start).line}: a counterexample`,
  ];
  if (counterexample === undefined) return lines.join('\n');
  const { jacobian, says, left, right } = counterexample;
  const show = (values: readonly number[]): string =>
    `[${values.map((value) => numberText(value)).join(', ')}]`;
  return [
    ...lines,
    `    J = [${jacobian.map(show).join(', ')}]`,
    `    ${says}`,
    `    left  ${show(left)}`,
    `    right ${show(right)}`,
  ].join('\n');
}

function sides({ left, right, tolerance }: AssertResult): readonly string[] {
  const show = (value: AssertResult['left']): string =>
    arrayText(value.shape, value.data, 30) ?? `an array of shape (${value.shape.join(', ')})`;
  if (right === undefined) return [`is ${show(left)}`];
  const difference = Math.max(
    ...left.data.map((value, index) => Math.abs(value - (right.data[index] ?? right.data[0] ?? NaN))),
  );
  return [
    `left  ${show(left)}`,
    `right ${show(right)}`,
    ...(tolerance === undefined
      ? []
      : [`differ by ${difference.toPrecision(3)}, and ${tolerance} is allowed`]),
  ];
}
