/** Random programs through every stage: the evaluator, the interpreter after each pass, and the emitted code. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runRegion } from '../../src/codegen/typescript/compile-region.js';
import { jvp } from '../../src/ir/differentiate/derivatives.js';
import { elaborate } from '../../src/ir/elaborate/elaborate.js';
import type { Region } from '../../src/ir/graph.js';
import { interpret } from '../../src/ir/interpreter.js';
import type { BoundRegion, Program, RegionInput } from '../../src/ir/program.js';
import { tensor } from '../../src/ir/tensor.js';
import { verifyRegion } from '../../src/ir/verify.js';
import { programPasses } from '../../src/program_passes.js';
import type { Evaluated } from './evaluated.js';
import { difference, evaluateAt, norm, prepared, sensitivity, typedProblemOf } from './evaluated.js';
import type { RandomProgram } from './generate.js';
import { pointOf, randomProgram, rawOf } from './generate.js';
import { runs } from './runs.js';

type Run = (region: Region, inputs: readonly (readonly number[])[]) => (readonly number[])[];

const interpreted: Run = (region, inputs) =>
  interpret(
    region,
    region.parameters.map((parameter, index) => tensor(parameter.type, inputs[index] ?? [])),
  ).map(({ data }) => [...data]);

const emitted: Run = (region, inputs) => runRegion(region, inputs).map((data) => [...data]);

/** The program whose two phases show the gradient and the Hessian times x as the next x. */
function elaborated(random: RandomProgram): {
  readonly program: Program;
  readonly problem: Parameters<typeof prepared>[1];
} {
  const problem = typedProblemOf(random, { solve: true });
  const sizes = prepared(random, problem).sizes;
  const { program, diagnostics } = elaborate(problem, { sizes, hypers: new Map(), seed: 0, steps: 1 });
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return { program, problem };
}

function valuesOf(
  random: RandomProgram,
  program: Program,
  run: Run,
): (input: RegionInput) => readonly number[] {
  const raw = rawOf(random);
  const source = (input: RegionInput): readonly number[] => {
    switch (input.kind) {
      case 'seed':
        return [0];
      case 'step':
        return [1];
      case 'parameters':
        return pointOf(random);
      case 'raw':
        return raw.get(program.raw[input.index]?.name ?? '')?.data ?? [];
      case 'data':
        return data[input.index] ?? [];
      default:
        throw new Error(`a random program has no ${input.kind}`);
    }
  };
  const data = runBound(program.prepare, run, source);
  return source;
}

function runBound(
  { region, inputs }: BoundRegion,
  run: Run,
  values: (input: RegionInput) => readonly number[],
): (readonly number[])[] {
  return run(region, inputs.map(values));
}

/** What a program says where the evaluator says `Evaluated`. */
function answers(random: RandomProgram, program: Program, run: Run): Evaluated {
  const values = valuesOf(random, program, run);
  const [first, second] = program.phases.map((phase) => runBound(phase.step, run, values));
  return {
    value: first?.[1]?.[0] ?? NaN,
    gradient: first?.[0] ?? [],
    curvature: second?.[0] ?? [],
  };
}

function expectSame(
  stage: string,
  actual: Evaluated,
  expected: Evaluated,
  doubt: Record<keyof Evaluated, number>,
): void {
  const within = (name: keyof Evaluated, error: number, size: number): void => {
    const allowed = 1e-9 * (1 + size) + 10 * doubt[name];
    if (!(error <= allowed)) {
      expect.fail(
        `${stage}: the ${name} is ${String(actual[name])} where the evaluator has ${String(expected[name])}`,
      );
    }
  };
  within('value', Math.abs(actual.value - expected.value), Math.abs(expected.value));
  within('gradient', difference(expected.gradient, actual.gradient), norm(expected.gradient));
  within('curvature', difference(expected.curvature, actual.curvature), norm(expected.curvature));
}

/** Forward mode along a direction, against the gradient. */
function expectSameForward(
  random: RandomProgram,
  program: Program,
  { gradient }: Evaluated,
  doubt: Record<keyof Evaluated, number>,
): void {
  const [phase] = program.phases;
  if (phase === undefined) throw new Error('a random program has a phase');
  const values = valuesOf(random, program, interpreted);
  const { region, inputs } = phase.evaluate;
  const wrt = inputs.findIndex(({ kind }) => kind === 'parameters');
  const value: Region = { parameters: region.parameters, results: region.results.slice(0, 1) };
  const v = gradient.map((_, index) => Math.sin(3 * (index + 1)));
  const forward = interpreted(jvp(value, [wrt]), [...inputs.map(values), v])[1]?.[0] ?? NaN;
  const reverse = gradient.reduce((sum, slope, index) => sum + slope * (v[index] ?? 0), 0);
  expect(Math.abs(forward - reverse)).toBeLessThanOrEqual(1e-10 * (1 + norm(gradient)) + doubt.gradient);
}

describe('every stage', () => {
  it('agrees with the evaluator, forward as in reverse', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(randomProgram(), async (random) => {
        const { program: start, problem } = elaborated(random);
        const oracle = prepared(random, problem);
        const x = pointOf(random);
        const expected = evaluateAt(oracle, x);
        const doubt = sensitivity(oracle, x, expected);
        expectSameForward(random, start, expected, doubt);
        let program = start;
        const check = (stage: string): void => {
          for (const { step } of program.phases) verifyRegion(step.region, stage);
          expectSame(`interpreter after ${stage}`, answers(random, program, interpreted), expected, doubt);
        };
        check('elaborate');
        for (const pass of programPasses) {
          program = (await pass.run(program)).program;
          check(pass.name);
        }
        expectSame('emitted code', answers(random, program, emitted), expected, doubt);
      }),
      runs(1000),
    );
  });
});
