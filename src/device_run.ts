/** A compiled file on the device of a WebGPU adapter: fitted to what the adapter can do, opened, its data loaded. */
import type { DeviceCapabilities } from './codegen/wgsl/device_limits.js';
import type { Compilation } from './compile.js';
import { rawArrays } from './compile.js';
import type { Diagnostic } from './parser/diagnostic.js';
import type { DeviceFault, DeviceProgram } from './runtime/webgpu/index.js';

export type DeviceRun =
  | { readonly ok: true; readonly program: DeviceProgram }
  /** The program does not fit the device. */
  | { readonly ok: false; readonly kind: 'unfit'; readonly diagnostics: readonly Diagnostic[] }
  /** The adapter gives no device for it. */
  | { readonly ok: false; readonly kind: 'adapter'; readonly faults: readonly DeviceFault[] }
  /** The device does not take it. */
  | { readonly ok: false; readonly kind: 'device'; readonly faults: readonly DeviceFault[] };

export interface DeviceRunOptions {
  /** Products keep their operands in 16 bits while they pass through workgroup memory, where the adapter has these. */
  readonly halfTiles?: boolean;
}

export async function prepareDeviceRun(
  { program, bound }: Compilation,
  adapter: GPUAdapter,
  { halfTiles = false }: DeviceRunOptions = {},
): Promise<DeviceRun> {
  const runtime = await import('./runtime/webgpu/index.js');
  const { compileDeviceProgram } = await import('./codegen/wgsl/compile_program.js');
  const { programPlan } = await import('./codegen/wgsl/program_plan.js');
  const capabilities = fitting(runtime.capabilitiesOf(adapter), halfTiles);
  const software = adapter.info.isFallbackAdapter;
  const threads = software ? 64 : 256;
  const compiled = compileDeviceProgram(program, { capabilities, threads, software, halfTiles });
  if (!compiled.ok) return { ok: false, kind: 'unfit', diagnostics: compiled.diagnostics };
  const { plan } = compiled.value;
  const device = await runtime.openDevice(adapter, runtime.needsOf(plan));
  if (!device.ok) return { ok: false, kind: 'adapter', faults: device.faults };
  const opened = await runtime.DeviceProgram.create(device.value, programPlan(program, plan));
  if (!opened.ok) return { ok: false, kind: 'device', faults: opened.faults };
  opened.value.load(rawArrays(program, bound));
  return { ok: true, program: opened.value };
}

/** The features that kernels make use of. */
function fitting({ limits, features }: DeviceCapabilities, halfTiles: boolean): DeviceCapabilities {
  const used = (name: string): boolean => name === 'subgroups' || (halfTiles && name === 'shader-f16');
  return { limits, features: features.filter(used) };
}
