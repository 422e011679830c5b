/** The kernels of a plan, built at once; what the device says about their text, at the place in the source. */
import { messageOf } from './device.js';
import type { DeviceFault, DeviceResult } from './fault.js';
import { failed } from './fault.js';
import type { DevicePlan, KernelModule, Origin } from './plan.js';

/** What a command needs to become a dispatch. */
export interface Pipelines {
  /** All arenas, bound once for every kernel. */
  readonly bindGroup: GPUBindGroup;
  /** By kernel. */
  readonly pipelines: readonly GPUComputePipeline[];
}

const computeStage = 0x4;

export async function makePipelines(
  device: GPUDevice,
  plan: DevicePlan,
  buffers: readonly GPUBuffer[],
): Promise<DeviceResult<Pipelines>> {
  const modules = await makeModules(device, plan.modules);
  if (!modules.ok) return modules;
  const layout = device.createBindGroupLayout({
    entries: buffers.map((_, binding) => ({
      binding,
      visibility: computeStage,
      buffer: { type: 'storage' },
    })),
  });
  const bindGroup = device.createBindGroup({
    layout,
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
  const faults: DeviceFault[] = [];
  const pipelines = await Promise.all(
    plan.kernels.map(async ({ name, module, entryPoint }) => {
      const built = modules.value[module];
      if (built === undefined) throw new Error(`compiler bug: there is no module ${module}`);
      try {
        return await device.createComputePipelineAsync({
          label: name,
          layout: pipelineLayout,
          compute: { module: built, entryPoint },
        });
      } catch (error) {
        faults.push({ kind: 'pipeline', kernel: name, message: messageOf(error) });
        return undefined;
      }
    }),
  );
  if (faults.length > 0) return failed(...faults);
  return { ok: true, value: { bindGroup, pipelines: pipelines.filter((each) => each !== undefined) } };
}

async function makeModules(
  device: GPUDevice,
  texts: readonly KernelModule[],
): Promise<DeviceResult<readonly GPUShaderModule[]>> {
  device.pushErrorScope('validation');
  const modules = texts.map(({ name, code }) => device.createShaderModule({ label: name, code }));
  const scope = device.popErrorScope();
  const faults = await Promise.all(
    modules.map(async (module, index) => {
      const text = texts[index];
      const { messages } = await module.getCompilationInfo();
      return text === undefined
        ? []
        : messages.filter(({ type }) => type === 'error').map((each) => shaderFault(text, each));
    }),
  );
  const error = await scope;
  const found = faults.flat();
  if (found.length > 0) return failed(...found);
  if (error === null) return { ok: true, value: modules };
  const module = texts.map(({ name }) => name).join(', ');
  return failed({ kind: 'shader', module, message: error.message, line: 0, column: 0, origin: undefined });
}

function shaderFault(text: KernelModule, { message, lineNum, linePos }: GPUCompilationMessage): DeviceFault {
  const origin = originOf(text.origins, lineNum);
  return { kind: 'shader', module: text.name, message, line: lineNum, column: linePos, origin };
}

/** The place in a source file that a line of a module comes from. */
export function originOf(origins: readonly Origin[], line: number): Origin | undefined {
  return origins.findLast((origin) => origin.line <= line && line < origin.line + origin.lines);
}
