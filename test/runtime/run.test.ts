import { describe, expect, it } from 'vitest';
import { resultObject } from '../../src/runtime/result.js';
import { runProgram } from '../../src/runtime/run.js';
import type { Progress } from '../../src/runtime/run.js';
import { fake } from './fake_program.js';

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
