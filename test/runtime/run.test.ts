import { describe, expect, it } from 'vitest';
import type { CompiledProgram, RunPlan } from '../../src/runtime/compiled.js';
import { resultObject } from '../../src/runtime/result.js';
import { runProgram } from '../../src/runtime/run.js';
import type { Progress } from '../../src/runtime/run.js';

interface FakeOptions {
  readonly steps?: number;
  /** The step's update of x. */
  readonly update?: (x: number, step: number) => number;
  readonly objective?: (x: number) => number;
  readonly stopsBelow?: number;
  readonly phases?: number;
}

/** x halves at each step, and the objective is x^2, unless said otherwise. */
function fake(options: FakeOptions = {}): { plan: RunPlan; program: CompiledProgram; steps: () => number } {
  const update = options.update ?? ((x: number): number => x / 2);
  const objective = options.objective ?? ((x: number): number => x * x);
  const parameters = new Float64Array(1);
  const measures = new Float64Array(3);
  let step = 0;
  let taken = 0;
  const phase = {
    title: 'halving',
    objective: { name: 'loss', sense: 'minimize' },
    measures: ['objective', 'grad_norm', 'stop'],
    stops: true,
    steps: options.steps ?? 20,
    stepsPerEpoch: 4,
    constraints: [],
  } as const;
  return {
    steps: () => taken,
    plan: {
      name: 'fake',
      seed: 0,
      parameters: [{ name: 'x', shape: [1], offset: 0, size: 1 }],
      phases: Array.from({ length: options.phases ?? 1 }, () => phase),
      reports: [{ name: 'twice', type: { dtype: 'real', shape: [] } }],
    },
    program: {
      load: () => undefined,
      initialize: (seed) => void (parameters[0] = 1 + seed),
      startPhase: () => void (step = 0),
      step: () => {
        step += 1;
        taken += 1;
        const x = parameters[0] ?? NaN;
        const value = objective(x);
        const done = value < (options.stopsBelow ?? -1);
        measures.set([value, 2 * x, done ? 1 : 0]);
        if (!done) parameters[0] = update(x, step);
      },
      measures,
      parameters,
      report: () => [2 * (parameters[0] ?? NaN)],
      evaluate: () => [objective(parameters[0] ?? NaN), Math.abs(2 * (parameters[0] ?? NaN))],
      saveState: () => ({ parameters: parameters.slice(), states: [], step }),
      restoreState: (saved) => {
        parameters.set(saved.parameters);
        step = saved.step;
      },
    },
  };
}

describe('a run', () => {
  it('takes all steps and is finished', async () => {
    const { plan, program } = fake({ steps: 3 });
    const outcome = await runProgram(plan, program);
    expect(outcome).toMatchObject({ status: 'finished', steps: 3, objective: 1 / 64, gradNorm: 0.25 });
    expect(resultObject(outcome)).toMatchObject({
      objectives: { loss: 1 / 64 },
      reports: { twice: 0.25 },
      params: { x: [0.125] },
      certificate: { grad_norm: 0.25 },
    });
  });

  it('stops as converged when the condition holds, and does not count that step', async () => {
    const { plan, program } = fake({ stopsBelow: 1e-2 });
    expect(await runProgram(plan, program)).toMatchObject({ status: 'converged', steps: 4 });
  });

  it('honours the seed and the limit of steps', async () => {
    const { plan, program } = fake();
    expect(await runProgram(plan, program, { seed: 3, steps: 1 })).toMatchObject({ steps: 1, objective: 4 });
  });

  it('with no step at all reports the start', async () => {
    const { plan, program } = fake({ steps: 0 });
    expect(await runProgram(plan, program)).toMatchObject({ status: 'finished', steps: 0, objective: 1 });
  });

  it('runs its phases in order', async () => {
    const { plan, program } = fake({ steps: 2, phases: 3 });
    expect(await runProgram(plan, program)).toMatchObject({ steps: 6, objective: 2 ** -12 });
  });

  it('tells its progress with one reused object, the last step included', async () => {
    const { plan, program } = fake({ steps: 8 });
    const seen = new Set<Progress>();
    const steps: number[] = [];
    await runProgram(plan, program, {
      progressMilliseconds: 0,
      onProgress: (progress) => {
        seen.add(progress);
        steps.push(progress.step);
      },
    });
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(seen.size).toBe(1);
    expect([...seen][0]).toMatchObject({ epoch: 2, steps: 8, phases: 1 });
  });

  it('is stopped by its progress callback', async () => {
    const { plan, program } = fake();
    const outcome = await runProgram(plan, program, {
      progressMilliseconds: 0,
      onProgress: ({ step }) => (step === 5 ? 'stop' : undefined),
    });
    expect(outcome).toMatchObject({ status: 'stopped', steps: 5 });
  });

  it('hears an abort while it runs, and keeps the last state', async () => {
    const { plan, program } = fake({ steps: 1e12, update: (x) => x });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const outcome = await runProgram(plan, program, { signal: controller.signal });
    expect(outcome.status).toBe('stopped');
    expect(outcome.steps).toBeGreaterThan(0);
    expect(outcome.steps).toBeLessThan(1e12);
    expect(outcome.objective).toBe(1);
  });
});

describe('a run that meets a value that is not finite', () => {
  it.each([2, 3, 7, 8, 9, 10, 11, 15, 16])('at step %i returns to the last finite state', async (bad) => {
    // The update of step bad - 1 spoils x, which the measures of step `bad` show.
    const { plan, program } = fake({ update: (x, step) => (step === bad - 1 ? NaN : x / 2) });
    const outcome = await runProgram(plan, program, { snapshotEvery: 7 });
    expect(outcome.divergence).toEqual({ phase: 0, step: bad, where: 'objective' });
    expect(outcome.status).toBe('diverged');
    expect(outcome.parameters[0]?.data[0]).toBe(2 ** -(bad - 2));
  });

  it('at its first step reports the start', async () => {
    const { plan, program } = fake({ objective: () => Infinity });
    const outcome = await runProgram(plan, program);
    expect(outcome).toMatchObject({
      status: 'diverged',
      steps: 1,
      divergence: { step: 1, where: 'objective' },
    });
    expect(outcome.parameters[0]?.data[0]).toBe(1);
  });

  it('in the last update notices the parameters', async () => {
    const { plan, program } = fake({ steps: 5, update: (x, step) => (step === 5 ? Infinity : x / 2) });
    const outcome = await runProgram(plan, program);
    expect(outcome).toMatchObject({ status: 'diverged', divergence: { step: 5, where: 'parameters' } });
    expect(outcome.parameters[0]?.data[0]).toBe(2 ** -4);
  });
});
