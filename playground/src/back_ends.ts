/** Where a program runs: on WebGPU where the browser has it, otherwise as WebAssembly, and as JavaScript where that lacks too. */
import { prepareRun, prepareWasmRun, rawArrays } from '../../src/compile.js';
import type { Compilation } from '../../src/compile.js';
import type { CompiledProgram } from '../../src/runtime/compiled.js';
import type { DrivenProgram } from '../../src/runtime/driven.js';
import type { DeviceProgram } from '../../src/runtime/webgpu/index.js';
import { wgslOf } from './generated.js';
import type { Generated, Target } from './messages.js';

export interface Prepared {
  readonly program: CompiledProgram | DrivenProgram;
  /** For a person: what it runs on. */
  readonly device: string;
  /** The kernels, where there are some. */
  readonly wgsl: Generated | undefined;
  /** Set on a device, which can be asked for its last state. */
  readonly onDevice: DeviceProgram | undefined;
  /** Set elsewhere. */
  readonly here: CompiledProgram | undefined;
}

export type Preparation =
  { readonly ok: true; readonly prepared: Prepared } | { readonly ok: false; readonly reason: string };

export async function prepare(compilation: Compilation, target: Target): Promise<Preparation> {
  if (target === 'webgpu') return prepareDevice(compilation);
  if (target === 'auto' && 'gpu' in navigator) {
    const found = await prepareDevice(compilation);
    if (found.ok) return found;
  }
  if (target !== 'javascript') {
    const made = await prepareWasmRun(compilation);
    if (made.ok) return ok(made.compiled, 'WebAssembly');
  }
  return ok(await prepareRun(compilation), 'JavaScript');
}

function ok(here: CompiledProgram, device: string): Preparation {
  return { ok: true, prepared: { program: here, here, device, wgsl: undefined, onDevice: undefined } };
}

async function prepareDevice({ program, bound }: Compilation): Promise<Preparation> {
  const [runtime, { compileDeviceProgram }, { programPlan }] = await Promise.all([
    import('../../src/runtime/webgpu/index.js'),
    import('../../src/codegen/wgsl/compile_program.js'),
    import('../../src/codegen/wgsl/program_plan.js'),
  ]);
  const gpu = (navigator as { readonly gpu?: GPU }).gpu;
  const refused = (faults: Parameters<typeof runtime.faultText>[0][]): Preparation => ({
    ok: false,
    reason: faults.map(runtime.faultText).join('\n'),
  });
  const adapter = await runtime.findAdapter(gpu);
  if (!adapter.ok) return refused([...adapter.faults]);
  const compiled = compileDeviceProgram(program, { capabilities: runtime.capabilitiesOf(adapter.value) });
  if (!compiled.ok)
    return { ok: false, reason: compiled.diagnostics.map(({ message }) => message).join('\n') };
  const { plan } = compiled.value;
  const device = await runtime.openDevice(adapter.value, runtime.needsOf(plan));
  if (!device.ok) return refused([...device.faults]);
  const opened = await runtime.DeviceProgram.create(device.value, programPlan(program, plan));
  if (!opened.ok) return refused([...opened.faults]);
  opened.value.load(rawArrays(program, bound));
  return {
    ok: true,
    prepared: {
      program: opened.value,
      onDevice: opened.value,
      here: undefined,
      device: `WebGPU (${runtime.adapterName(adapter.value)}, f32)`,
      wgsl: wgslOf(plan),
    },
  };
}
