import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/runtime/run.js';
import type { RunOptions, RunOutcome } from '../../src/runtime/run.js';
import { fake, inBlocks } from './fake_program.js';
import type { FakeOptions } from './fake_program.js';

async function both(
  about: FakeOptions,
  block: number,
  options: RunOptions = {},
): Promise<readonly RunOutcome[]> {
  const stepped = fake(about);
  const outcomes = [
    await runProgram(stepped.plan, stepped.program, options),
    await runProgram(stepped.plan, inBlocks(fake(about), { block }).driven, options),
  ];
  return outcomes.map((outcome) => ({ ...outcome, seconds: 0 }));
}

describe('a run in blocks of steps', () => {
  it('ends as the same run step by step, wherever it converges or diverges', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(-1, 1e-3, 1e-6),
        async (block, steps, bad, snapshotEvery, stopsBelow) => {
          const update = (x: number, step: number): number => (step === bad ? NaN : x / 2);
          const [stepped, blocked] = await both({ steps, update, stopsBelow }, block, { snapshotEvery });
          expect(blocked).toEqual(stepped);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('ends a block where a snapshot is due, and at the last step', async () => {
    const about = fake({ steps: 20 });
    const { driven, blocks } = inBlocks(about, { block: 6 });
    await runProgram(about.plan, driven, { snapshotEvery: 8 });
    expect(blocks).toEqual([6, 2, 6, 2, 4]);
  });

  it('tells the progress of each step of a block', async () => {
    const about = fake({ steps: 7 });
    const seen: number[] = [];
    await runProgram(about.plan, inBlocks(about, { block: 3 }).driven, {
      progressMilliseconds: 0,
      onProgress: ({ step, objective }) => void seen.push(step, objective),
    });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7].flatMap((step) => [step, 4 ** (1 - step)]));
  });

  it('asked to stop within a block ends with the block, whose state it reports', async () => {
    const about = fake();
    const outcome = await runProgram(about.plan, inBlocks(about, { block: 4 }).driven, {
      progressMilliseconds: 0,
      onProgress: ({ step }) => (step === 6 ? 'stop' : undefined),
    });
    expect(outcome).toMatchObject({ status: 'stopped', steps: 8 });
    expect(outcome.parameters[0]?.data[0]).toBe(2 ** -8);
  });

  it('hears an abort after the block at hand', async () => {
    const about = fake({ steps: 1e9, update: (x) => x });
    const controller = new AbortController();
    const { driven, blocks } = inBlocks(about, { block: 5 });
    const outcome = await runProgram(about.plan, driven, {
      signal: controller.signal,
      progressMilliseconds: 0,
      onProgress: ({ step }) => void (step === 7 && controller.abort()),
    });
    expect(outcome).toMatchObject({ status: 'stopped', steps: 10 });
    expect(blocks).toEqual([5, 5]);
  });

  it('whose device is lost keeps what was read last, and says so', async () => {
    const about = fake({ steps: 20 });
    const { driven } = inBlocks(about, { block: 3, lostAfter: 10 });
    const outcome = await runProgram(about.plan, driven);
    expect(outcome).toMatchObject({
      status: 'stopped',
      steps: 9,
      loss: { phase: 0, step: 9, message: 'the device went away' },
    });
    expect(outcome.parameters[0]?.data[0]).toBe(2 ** -9);
    expect(outcome.objective).toBeNaN();
    expect(outcome.reports[0]?.data).toEqual(Float64Array.of(NaN));
  });

  it('whose device is lost in its second phase keeps the first', async () => {
    const about = fake({ steps: 4, phases: 2 });
    const outcome = await runProgram(about.plan, inBlocks(about, { block: 4, lostAfter: 5 }).driven);
    expect(outcome.phases.map(({ status, steps }) => [status, steps])).toEqual([
      ['finished', 4],
      ['stopped', 0],
    ]);
    expect(outcome).toMatchObject({ status: 'stopped', steps: 4, loss: { phase: 1, step: 0 } });
  });
});
