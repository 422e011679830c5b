/** What is missing or wrong is said as a value, with the place in the source where there is one. */
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/runtime/run.js';
import {
  acquireDevice,
  capabilitiesOf,
  findAdapter,
  needsOf,
  openDevice,
} from '../../../src/runtime/webgpu/device.js';
import { faultText } from '../../../src/runtime/webgpu/fault.js';
import type { DeviceFault } from '../../../src/runtime/webgpu/fault.js';
import { openProgram } from '../../../src/runtime/webgpu/index.js';
import type { DevicePlan } from '../../../src/runtime/webgpu/plan.js';
import type { ProgramPlan } from '../../../src/runtime/webgpu/program_plan.js';
import { nullDevice, swiftShader } from '../../support/device.js';
import { data, halving } from './halving.js';

function changed(change: (plan: DevicePlan) => Partial<DevicePlan>): ProgramPlan {
  const plan = halving();
  return { ...plan, device: { ...plan.device, ...change(plan.device) } };
}

async function faultsOf(plan: ProgramPlan): Promise<readonly DeviceFault[]> {
  const { gpu } = await nullDevice();
  const opened = await openProgram(plan, { gpu });
  return opened.ok ? [] : opened.faults;
}

describe('a device for a plan', () => {
  it('is not there without WebGPU', async () => {
    expect(await acquireDevice(undefined, needsOf(halving().device))).toEqual({
      ok: false,
      faults: [{ kind: 'no-webgpu' }],
    });
  });

  it('is not there without an adapter', async () => {
    const gpu = { requestAdapter: async () => null } as unknown as GPU;
    const acquired = await acquireDevice(gpu, needsOf(halving().device));
    expect(acquired).toEqual({ ok: false, faults: [{ kind: 'no-adapter' }] });
  });

  it('has what the plan needs, and the plan needs no more than it uses', async () => {
    const { gpu } = await nullDevice();
    const needs = needsOf(halving().device);
    expect(needs).toEqual({
      features: [],
      limits: {
        maxBufferSize: 176,
        maxStorageBufferBindingSize: 176,
        maxStorageBuffersPerShaderStage: 2,
        maxComputeWorkgroupsPerDimension: 1,
        maxComputeInvocationsPerWorkgroup: 1,
        maxComputeWorkgroupSizeX: 1,
      },
    });
    const adapter = await findAdapter(gpu);
    if (!adapter.ok) throw new Error('the null device has an adapter');
    expect(capabilitiesOf(adapter.value).limits.maxBufferSize).toBeGreaterThanOrEqual(2 ** 28);
    expect((await openDevice(adapter.value, needs)).ok).toBe(true);
  });

  it('names every limit that is too low, with what is wanted and what is given', async () => {
    const faults = await faultsOf(
      changed(({ kernels }) => ({
        arenas: [{ type: 'f32', size: 2 ** 50 }],
        kernels: kernels.map((kernel) => ({ ...kernel, groups: [2 ** 30, 1, 1] })),
      })),
    );
    expect(faults).toMatchObject([
      { kind: 'missing-limit', limit: 'maxBufferSize', wanted: 2 ** 52 },
      { kind: 'missing-limit', limit: 'maxStorageBufferBindingSize', wanted: 2 ** 52 },
      { kind: 'missing-limit', limit: 'maxComputeWorkgroupsPerDimension', wanted: 2 ** 30 },
    ]);
    expect(faultText(faults[2]!)).toMatch(
      /needs maxComputeWorkgroupsPerDimension 1073741824, and .* has \d+/,
    );
  });

  it('names a feature that is missing', async () => {
    const faults = await faultsOf(changed(() => ({ features: ['antigravity'] })));
    expect(faults).toMatchObject([{ kind: 'missing-feature', feature: 'antigravity' }]);
  });
});

describe('kernels that a device refuses', () => {
  it('are named with the line in the module and the place in the source that it comes from', async () => {
    const code = 'fn fine() {}\n\nfn wrong() {\n  let a = 1 + true;\n}\n';
    const origin = { path: 'fit.opt', sourceLine: 7, sourceColumn: 3 };
    const origins = [
      { line: 1, lines: 2, ...origin, sourceLine: 2 },
      { line: 3, lines: 3, ...origin },
      { line: 5, lines: 1, ...origin, sourceLine: 9 },
    ];
    const faults = await faultsOf(
      changed(({ modules }) => ({ modules: [...modules, { name: 'broken', code, origins }] })),
    );
    expect(faults).toMatchObject([
      { kind: 'shader', module: 'broken', line: 4, column: 11, origin: { line: 3, lines: 3, ...origin } },
    ]);
    expect(faultText(faults[0]!)).toMatch(/^broken:4:11: .*\(from fit\.opt:7:3\)$/s);
  });

  it('are named when an entry point is not there', async () => {
    const faults = await faultsOf(
      changed(({ kernels }) => ({
        kernels: kernels.map((kernel) =>
          kernel.name === 'halve' ? { ...kernel, entryPoint: 'missing' } : kernel,
        ),
      })),
    );
    expect(faults).toMatchObject([{ kind: 'pipeline', kernel: 'halve' }]);
  });
});

const { driver, reason } = await swiftShader();

describe.skipIf(driver === undefined)(`a run on SwiftShader${reason}`, () => {
  it('whose device is destroyed on the way ends with what was read last', async () => {
    const plan = halving({ steps: 1e6, slots: 64 });
    const acquired = await acquireDevice(driver!.gpu, needsOf(plan.device));
    if (!acquired.ok) throw new Error(acquired.faults.map(faultText).join('\n'));
    const device = acquired.value;
    const program = await openProgram(plan, { device, stepsPerSubmission: 5 });
    if (!program.ok) throw new Error(program.faults.map(faultText).join('\n'));
    program.value.load([data]);
    const outcome = await runProgram(plan.run, program.value, {
      snapshotEvery: 10,
      progressMilliseconds: 0,
      onProgress: ({ step }) => {
        if (step === 20) device.destroy();
      },
    });
    expect(outcome).toMatchObject({ status: 'stopped', steps: 20, loss: { phase: 0, step: 20 } });
    expect(outcome.loss?.message).not.toBe('');
    expect(outcome.parameters[0]?.data).toEqual(Float64Array.of(2 ** -20, 20));
  });

  it('reads back a large array as it was uploaded in pieces', async () => {
    const size = 5_000_000;
    const large = { arena: 0, offset: 64, size };
    const plan = changed(({ arenas }) => ({
      arenas: [{ type: 'f32', size: 64 + size }, arenas[1]!],
      raw: [large],
      parameters: large,
    }));
    const program = await openProgram(
      { ...plan, inputs: { ...plan.inputs, raw: [{ name: 'data', shape: [size] }] } },
      { device: driver!.device },
    );
    if (!program.ok) throw new Error(program.faults.map(faultText).join('\n'));
    const values = Float32Array.from({ length: size }, (_, index) => index % 65521);
    program.value.load([values]);
    const read = await program.value.readParameters();
    expect(read.length).toBe(size);
    expect(read.findIndex((value, index) => value !== values[index])).toBe(-1);
    program.value.destroy();
  });

  it('hears an abort soon, and keeps the state', async () => {
    const plan = halving({ steps: 1e9, slots: 1024 });
    const program = await openProgram(plan, { device: driver!.device });
    if (!program.ok) throw new Error(program.faults.map(faultText).join('\n'));
    program.value.load([data]);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    const begun = performance.now();
    const outcome = await runProgram(plan.run, program.value, { signal: controller.signal });
    expect(performance.now() - begun).toBeLessThan(3000);
    expect(outcome.status).toBe('stopped');
    expect(outcome.steps).toBeGreaterThan(10);
    expect(outcome.parameters[0]?.data[1]).toBe(outcome.steps);
    program.value.destroy();
  });
});
