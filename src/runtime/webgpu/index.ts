/** What a host needs to run a compiled program on a WebGPU device, and nothing else: no compiler, no readers of data. */
import type { DeviceResult } from './fault.js';
import type { AdapterOptions } from './device.js';
import { acquireDevice, needsOf } from './device.js';
import { DeviceProgram } from './program.js';
import type { DeviceProgramOptions } from './program.js';
import type { ProgramPlan } from './program_plan.js';

export interface OpenOptions extends AdapterOptions, Omit<DeviceProgramOptions, 'ownsDevice'> {
  /** In Node, what the package `webgpu` creates; a browser and Deno have their own. */
  readonly gpu?: GPU;
  /** A device that the host has already, and that has what `needsOf` says. */
  readonly device?: GPUDevice;
}

/** A program on a device that has what it needs; the faults say what is missing, or wrong with a kernel. */
export async function openProgram(
  plan: ProgramPlan,
  { gpu, device, ...options }: OpenOptions = {},
): Promise<DeviceResult<DeviceProgram>> {
  if (device !== undefined) return DeviceProgram.create(device, plan, options);
  const acquired = await acquireDevice(gpu, needsOf(plan.device), options);
  if (!acquired.ok) return acquired;
  const program = await DeviceProgram.create(acquired.value, plan, { ...options, ownsDevice: true });
  if (!program.ok) acquired.value.destroy();
  return program;
}

export { acquireDevice, adapterName, capabilitiesOf, findAdapter, needsOf, openDevice } from './device.js';
export type { AdapterOptions, DeviceLimitValues, DeviceNeeds, LimitName } from './device.js';
export { faultText } from './fault.js';
export type { DeviceFault, DeviceResult } from './fault.js';
export type { DevicePlan } from './plan.js';
export { DeviceProgram } from './program.js';
export type { DeviceProgramOptions } from './program.js';
export type { InputPlan, ProgramPlan } from './program_plan.js';
export { runOnce } from '../single_run.js';
export type { Progress, RunOptions, RunOutcome, RunStatus } from '../run.js';
