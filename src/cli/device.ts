/**
 * Runs on a device from the command line: WebGPU comes from the optional package `webgpu` (in Deno from the host), the
 * program is fitted to the adapter that there is, and everything that can be missing has words of its own.
 */
import type { Compilation } from '../compile.js';
import { prepareDeviceRun } from '../device_run.js';
import type { Declaration } from '../parser/ast.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import type { Program } from '../ir/program.js';
import type { DeviceFault, DeviceProgram } from '../runtime/webgpu/index.js';
import { shaderDiagnostic } from './device_faults.js';
import { commandError, exit, say, sayDiagnostics, sayError } from './terminal.js';
import type { CommandError, ExitStatus } from './terminal.js';

/** What holds the native side in place: without a reference its devices go away. */
const held: GPU[] = [];

export type DeviceRun =
  | { readonly ok: true; readonly program: DeviceProgram }
  | { readonly ok: false; readonly status: ExitStatus };

/** @param flags for Dawn: `backend=vulkan`, `adapter=SwiftShader` */
export async function prepareDevice(
  compilation: Compilation,
  flags: readonly string[],
  quiet: boolean,
  halfTiles = false,
): Promise<DeviceRun> {
  const refuse = (error: CommandError): DeviceRun => ({ ok: false, status: sayError(error) });
  const refuseAll = (diagnostics: readonly Diagnostic[]): DeviceRun => {
    sayDiagnostics(diagnostics);
    return { ok: false, status: exit.error };
  };
  const { program, file } = compilation;
  const gpu = await findGpu(flags);
  if (!gpu.ok) return refuse(gpu.error);
  const { findAdapter, adapterName } = await import('../runtime/webgpu/index.js');
  const adapter = await findAdapter(gpu.gpu, { powerPreference: 'high-performance' });
  if (!adapter.ok) return refuse(adapterError(adapter.faults));
  const prepared = await prepareDeviceRun(compilation, adapter.value, { halfTiles });
  if (!prepared.ok) {
    if (prepared.kind === 'unfit') return refuseAll(prepared.diagnostics);
    const { kind, faults } = prepared;
    const broken =
      kind === 'adapter' ? [] : faults.flatMap((fault) => shaderDiagnostic(fault, program) ?? []);
    return broken.length > 0 ? refuseAll(broken) : refuse(adapterError(faults));
  }
  sayDiagnostics(precisionWarnings(file.declarations));
  if (!quiet) say(`on ${adapterName(adapter.value)}; numbers there are f32`);
  if (halfTiles && !adapter.value.features.has('shader-f16'))
    say('this adapter has no numbers of 16 bits; --half-tiles changes nothing');
  return prepared;
}

type FoundGpu =
  { readonly ok: true; readonly gpu: GPU | undefined } | { readonly ok: false; readonly error: CommandError };

async function findGpu(flags: readonly string[]): Promise<FoundGpu> {
  const own = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (own !== undefined) return { ok: true, gpu: own };
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const gpu = create([...flags]);
    held.push(gpu);
    return { ok: true, gpu };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { ok: false, error: noWebGpu(reason) };
  }
}

function noWebGpu(reason: string): CommandError {
  return commandError('AM0020', 'there is no WebGPU here', [
    reason,
    'install it beside argmin: `npm install webgpu` (on Linux it also needs libvulkan1 and a driver)',
    '`--target ts` needs no device',
  ]);
}

function adapterError(faults: readonly DeviceFault[]): CommandError {
  const [fault] = faults;
  switch (fault?.kind) {
    case undefined:
    case 'no-webgpu':
      return noWebGpu('the host has no `navigator.gpu`');
    case 'no-adapter':
      return commandError('AM0021', 'WebGPU finds no adapter', [
        'a graphics card needs its driver (on Linux one for Vulkan, and libvulkan1)',
        'without a card, a driver on the CPU will do: SwiftShader comes with Chromium, and the environment variable VK_ICD_FILENAMES names its vk_swiftshader_icd.json',
        'a driver is chosen by `--webgpu adapter=NAME` or `--webgpu backend=vulkan`',
        '`--target ts` needs no device',
      ]);
    case 'missing-feature':
    case 'missing-limit':
      return commandError('AM0022', `the adapter ${fault.adapter} is not enough for this program`, [
        ...faults.flatMap(missing),
        '`--target ts` needs no device',
      ]);
    case 'out-of-memory':
      return commandError(
        'AM0023',
        `the device has no room for ${fault.bytes} bytes`,
        [fault.message, 'make the problem smaller, or run with `--target ts`'],
        exit.error,
      );
    case 'refused':
    case 'lost':
    case 'pipeline':
    case 'shader':
      return commandError('AM0024', 'the adapter does not give a device that works', [
        fault.message,
        '`--target ts` needs no device',
      ]);
    default:
      return fault satisfies never;
  }
}

function missing(fault: DeviceFault): readonly string[] {
  if (fault.kind === 'missing-feature') return [`it lacks the feature ${fault.feature}`];
  if (fault.kind !== 'missing-limit') return [];
  return [`${fault.limit} is ${fault.given}, and ${fault.wanted} is needed`];
}

/** The default is a matter of the target; what the file asks for in words is not. */
function precisionWarnings(declarations: readonly Declaration[]): readonly Diagnostic[] {
  return declarations.flatMap((declaration): readonly Diagnostic[] => {
    if (declaration.kind !== 'precision' || declaration.precision.name !== 'f64') return [];
    return [
      {
        code: 'AM6053',
        severity: 'warning',
        message: 'the file asks for f64, and the device computes in f32',
        span: declaration.span,
        notes: ['no WebGPU device has f64: expect about seven digits', '`--target ts` computes in f64'],
      },
    ];
  });
}

/** As the device computes it, for replays on the host. */
export function inSinglePrecision(compilation: Compilation): Compilation {
  const program: Program = { ...compilation.program, precision: 'f32' };
  return { ...compilation, program };
}
