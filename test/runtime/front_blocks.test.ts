/** Fronts of a program of one number: step by step, and behind promises in blocks. */
import { describe, expect, it } from 'vitest';
import type { CompiledProgram, RunPlan } from '../../src/runtime/compiled.js';
import { runProgram } from '../../src/runtime/run.js';
import { fake, inBlocks } from './fake_program.js';

const count = 5;

/** Two objectives, x and 1 - x; x goes a tenth of the way to the first preference in each step. */
function twoObjectives(conditioned: boolean): {
  readonly plan: RunPlan;
  readonly program: CompiledProgram;
  readonly reported: () => number;
} {
  const preference = new Float64Array(2);
  const points = new Float64Array(2 * count);
  let reported = 0;
  const { plan, program } = fake({ steps: 12, update: (x) => x + ((preference[0] ?? NaN) - x) / 10 });
  const [phase] = plan.phases;
  if (phase === undefined) throw new Error('a plan without a phase');
  const several = ['first', 'second'].map((name) => ({ name, sense: 'minimize' as const }));
  return {
    reported: () => reported,
    plan: {
      ...plan,
      phases: [{ ...phase, several }],
      front: { phase: 0, count, preference: 0, points: 1, conditioned },
    },
    program: {
      ...program,
      carried: (index) => (index === 0 ? preference : points),
      evaluate: () => {
        const x = program.parameters[0] ?? NaN;
        return [1, 0, x, 1 - x];
      },
      report: (index) => {
        reported += 1;
        return program.report(index);
      },
    },
  };
}

describe.each([
  ['run once for each preference', false],
  ['with one set of parameters', true],
])('a front %s', (_, conditioned) => {
  it('is the same in blocks of steps', async () => {
    const [stepped, blocked] = [twoObjectives(conditioned), twoObjectives(conditioned)];
    const wanted = await runProgram(stepped.plan, stepped.program);
    const found = await runProgram(blocked.plan, inBlocks(blocked, { block: 5 }).driven);
    expect({ ...found, seconds: 0 }).toEqual({ ...wanted, seconds: 0 });
    expect(wanted.front?.points.length).toBe(count);
  });

  it('asks for its reports once, when the front is there', async () => {
    const { plan, program, reported } = twoObjectives(conditioned);
    await runProgram(plan, program);
    expect(reported()).toBe(1);
  });
});
