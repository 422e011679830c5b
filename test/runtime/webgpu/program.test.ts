/** The runtime on a double of a device, which counts, and the same plans on a driver, which computes. */
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/runtime/run.js';
import type { RunOptions, RunOutcome } from '../../../src/runtime/run.js';
import { BatchSampler, storedOrder } from '../../../src/runtime/sampler.js';
import { DeviceProgram } from '../../../src/runtime/webgpu/program.js';
import type { DeviceProgramOptions } from '../../../src/runtime/webgpu/program.js';
import type { ProgramPlan } from '../../../src/runtime/webgpu/program_plan.js';
import { swiftShader } from '../../support/device.js';
import { deviceDouble } from '../../support/device_double.js';
import type { DeviceDouble } from '../../support/device_double.js';
import { data, halving, kernels } from './halving.js';
import type { HalvingOptions } from './halving.js';

async function loaded(
  device: GPUDevice,
  plan: ProgramPlan,
  options: DeviceProgramOptions = {},
): Promise<DeviceProgram> {
  const program = await DeviceProgram.create(device, plan, options);
  if (!program.ok) throw new Error(JSON.stringify(program.faults));
  program.value.load([data]);
  return program.value;
}

/** What the rows of the first steps bring together, by the host's own account. */
function gathered(plan: ProgramPlan, steps: number, seed: number): number {
  const batch = plan.inputs.batches[0]!;
  const sampler = new BatchSampler(batch);
  const order = storedOrder(data.length, plan.inputs.tables[0]!.shuffleSeed!);
  const rows = new Int32Array(batch.size);
  let sum = 0;
  for (let step = 1; step <= steps; step += 1) {
    sampler.sample(rows, seed, step);
    for (const row of rows) sum += data[order[row]!]!;
  }
  return sum;
}

async function onDouble(
  about: HalvingOptions,
  options: DeviceProgramOptions & RunOptions = {},
): Promise<{ outcome: RunOutcome; double: DeviceDouble; program: DeviceProgram }> {
  const plan = halving(about);
  const double = deviceDouble(kernels);
  const program = await loaded(double.device, plan, options);
  return { outcome: await runProgram(plan.run, program, options), double, program };
}

describe('a run on a device', () => {
  it('reads back once for each submission, never for a step', async () => {
    const plan = halving({ steps: 32, slots: 8 });
    const { device, counts } = deviceDouble(kernels);
    const program = await loaded(device, plan, { stepsPerSubmission: 8 });
    await program.initialize(0);
    await program.startPhase(0);
    const before = { ...counts };
    expect(await program.advance(0, 32)).toBe(32);
    expect(counts.maps - before.maps).toBe(4);
    expect(counts.submits - before.submits).toBe(4);
  });

  it('makes one compute pass of each step', async () => {
    const plan = halving({ steps: 32, slots: 8 });
    const { device, counts } = deviceDouble(kernels);
    const program = await loaded(device, plan, { stepsPerSubmission: 8 });
    await program.initialize(0);
    await program.startPhase(0);
    const before = { ...counts };
    await program.advance(0, 16);
    expect(counts.passes - before.passes).toBe(16);
    expect(counts.dispatches - before.dispatches).toBe(32);
  });

  it('has two submissions in flight', async () => {
    const { double } = await onDouble({ steps: 32, slots: 4 }, { stepsPerSubmission: 4 });
    expect(double.counts.mostInFlight).toBe(2);
  });

  it('takes many steps in one dispatch where the plan says so', async () => {
    const { outcome, double } = await onDouble(
      { steps: 16, slots: 8, many: true },
      { stepsPerSubmission: 8 },
    );
    expect(outcome).toMatchObject({ status: 'finished', steps: 16, objective: 2 ** -32 });
    expect(double.counts.dispatches).toBeLessThan(10);
  });

  it('keeps the measures of all steps, and the step that the device counts', async () => {
    const plan = halving({ steps: 20, slots: 4 });
    const { device } = deviceDouble(kernels);
    const program = await loaded(device, plan, { stepsPerSubmission: 3 });
    await program.initialize(0);
    await program.startPhase(0);
    expect(await program.advance(0, 7)).toBe(7);
    const objectives = Array.from({ length: 7 }, (_, step) => program.measures[3 * step]);
    expect(objectives).toEqual(Array.from({ length: 7 }, (_, step) => 4 ** -step));
    expect(await program.readParameters()).toEqual(Float32Array.of(2 ** -7, 7));
    expect(await program.evaluate(0)).toEqual(Float32Array.of(2 ** -14, 7));
  });

  it('takes fewer steps than it is asked for until it knows how long one takes', async () => {
    const plan = halving({ steps: 1000, slots: 64 });
    const { device } = deviceDouble(kernels);
    const program = await loaded(device, plan);
    await program.initialize(0);
    await program.startPhase(0);
    const taken = [
      await program.advance(0, 1000),
      await program.advance(0, 999),
      await program.advance(0, 995),
    ];
    expect(taken[0]).toBe(1);
    expect(taken[1]).toBe(4);
    expect(taken[2]).toBe(16);
  });

  it('whose device goes away keeps the parameters of the last block, and says so', async () => {
    const plan = halving({ steps: 20, slots: 4 });
    const double = deviceDouble(kernels);
    const program = await loaded(double.device, plan, { stepsPerSubmission: 4 });
    const outcome = await runProgram(plan.run, program, {
      snapshotEvery: 8,
      progressMilliseconds: 0,
      onProgress: ({ step }) => {
        if (step === 8) double.lose('the driver was reset');
      },
    });
    expect(outcome).toMatchObject({
      status: 'stopped',
      steps: 8,
      loss: { phase: 0, step: 8, message: 'the driver was reset' },
    });
    expect(outcome.parameters[0]?.data).toEqual(Float64Array.of(2 ** -8, 8));
  });
});

const { driver, reason } = await swiftShader();

const places: readonly (readonly [string, (() => GPUDevice) | undefined])[] = [
  ['a double', () => deviceDouble(kernels).device],
  [`SwiftShader${reason}`, driver === undefined ? undefined : () => driver.device],
];

describe.each(places)('on %s', (_, place) => {
  const run = async (
    about: HalvingOptions,
    options: DeviceProgramOptions & RunOptions = {},
  ): Promise<RunOutcome> => {
    const plan = halving(about);
    const program = await loaded(place!(), plan, options);
    const outcome = await runProgram(plan.run, program, options);
    program.destroy();
    return outcome;
  };

  const forms: readonly (readonly [string, HalvingOptions])[] = [
    ['step by step', {}],
    ['many steps in a dispatch', { many: true }],
    ['with a loop that asks the host', { turns: 3 }],
  ];

  describe.skipIf(place === undefined).each(forms)('a run %s', (__, form) => {
    it('takes all its steps, each with its rows', async () => {
      const outcome = await run({ ...form, steps: 11, slots: 4 }, { seed: 9, snapshotEvery: 7 });
      expect(outcome).toMatchObject({ status: 'finished', steps: 11, objective: 2 ** -22, gradNorm: 11 });
      expect(outcome.parameters[0]?.data).toEqual(Float64Array.of(2 ** -11, 11));
      expect(outcome.reports[0]?.data[0]).toBe(gathered(halving(), 11, 9));
    });

    it('converges in the middle of a submission and goes no further', async () => {
      const outcome = await run({ ...form, stopsBelow: 1e-2, slots: 8 }, { stepsPerSubmission: 3 });
      expect(outcome).toMatchObject({ status: 'converged', steps: 4, objective: 2 ** -8, gradNorm: 5 });
      expect(outcome.reports[0]?.data[0]).toBe(gathered(halving(), 4, 5));
    });

    it('goes back from a NaN to the last finite state', async () => {
      const outcome = await run(
        { ...form, spoiledStep: 10, slots: 8 },
        { snapshotEvery: 4, stepsPerSubmission: 4 },
      );
      expect(outcome).toMatchObject({ status: 'diverged', divergence: { step: 10, where: 'objective' } });
      expect(outcome.parameters[0]?.data).toEqual(Float64Array.of(2 ** -8, 8));
      expect(outcome.reports[0]?.data[0]).toBe(gathered(halving(), 8, 5));
    });

    it('takes hyperparameters', async () => {
      const outcome = await run({ ...form, steps: 2 }, { hypers: new Map([['scale', 8]]) });
      expect(outcome.parameters[0]?.data[0]).toBe(2);
    });
  });

  it.skipIf(place === undefined)('a snapshot holds parameters, states and the step', async () => {
    const program = await loaded(place!(), halving(), { stepsPerSubmission: 2 });
    await program.initialize(5);
    await program.startPhase(0);
    await program.advance(0, 3);
    const saved = program.saveState();
    const seen = await program.snapshot();
    await program.advance(0, 5);
    program.restoreState(saved);
    expect(await program.snapshot()).toEqual(seen);
    expect(seen).toMatchObject({ step: 3, states: [[Float32Array.of(gathered(halving(), 3, 5))]] });
  });
});
