/** A source through the whole compiler beside the direct evaluator, which says what it should have computed. */
import { expect } from 'vitest';
import { replaySolve } from '../../../src/check/evaluate/optimizer.js';
import { instantiate } from '../../../src/codegen/typescript/instantiate.js';
import { prepareProblem, type PreparedProblem } from '../../../src/check/evaluate/prepare.js';
import type { TypedProblem } from '../../../src/check/typed.js';
import { checkSource } from '../../../src/front_end.js';
import { elaborate } from '../../../src/ir/elaborate/elaborate.js';
import type { Program } from '../../../src/ir/program.js';
import { verifyRegion } from '../../../src/ir/verify.js';
import { programPasses, regionsOf } from '../../../src/program_passes.js';

export interface Both {
  readonly problem: TypedProblem;
  readonly oracle: PreparedProblem;
  readonly program: Program;
}

/** Problems of these tests have no data from outside. */
export async function throughBoth(text: string, steps?: number): Promise<Both> {
  const { problem, diagnostics } = checkSource({ path: 'test.opt', text });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (problem === undefined || errors.length > 0)
    throw new Error(errors.map(({ message }) => message).join('\n'));
  const { sizes } = prepareProblem(problem, {});
  const made = elaborate(problem, { sizes, hypers: new Map(), seed: 0, steps });
  if (made.program === undefined) throw new Error(made.diagnostics.map(({ message }) => message).join('\n'));
  let program = made.program;
  for (const pass of programPasses) {
    program = (await pass.run(program)).program;
    for (const { name, region } of regionsOf(program)) verifyRegion(region, `${pass.name} ${name}`);
  }
  const splits = new Map(program.tables.map((table) => [table.dimension, table.splits]));
  return { problem, oracle: prepareProblem(problem, { splits }), program };
}

/** The emitted program, its data prepared and its parameters at their start. */
export function started(program: Program): ReturnType<typeof instantiate> {
  const compiled = instantiate(program);
  compiled.load([]);
  compiled.initialize(0);
  return compiled;
}

export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  for (let index = 0; index < expected.length; index += 1) {
    const wanted = expected[index] ?? NaN;
    const error = Math.abs((actual[index] ?? NaN) - wanted) / Math.max(1, Math.abs(wanted));
    if (!(error <= largest)) largest = error;
  }
  return largest;
}

/** Every step of the first solve, its objective included, is the one that the evaluator takes. */
export async function expectSameSteps(text: string, steps: number): Promise<void> {
  const { problem, oracle, program } = await throughBoth(text);
  const [solve] = problem.solves;
  if (solve === undefined) throw new Error('no solve');
  const { history, x } = replaySolve(oracle, solve, { steps });
  const compiled = started(program);
  compiled.startPhase(0);
  for (const { x: expected, objective } of history) {
    expect(largestDifference(compiled.parameters, expected)).toBeLessThan(1e-9);
    compiled.step(0);
    expect(largestDifference([compiled.measures[0] ?? NaN], [objective])).toBeLessThan(1e-9);
  }
  expect(largestDifference(compiled.parameters, x)).toBeLessThan(1e-9);
}
