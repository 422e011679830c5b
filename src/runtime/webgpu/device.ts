/** A device that has what a plan needs, or what is missing: limits and features are compared before anything is made. */
import type { DeviceFault, DeviceResult } from './fault.js';
import { failed } from './fault.js';
import type { DevicePlan } from './plan.js';

/** Names of WebGPU's limits, in the order in which they are reported. */
const limitNames = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
] as const;

export type LimitName = (typeof limitNames)[number];
export type DeviceLimitValues = Readonly<Record<LimitName, number>>;

export interface DeviceNeeds {
  readonly limits: Readonly<Partial<Record<LimitName, number>>>;
  readonly features: readonly string[];
}

/** Exactly what the plan needs; a device has more where the specification asks for more. */
export function needsOf(plan: DevicePlan): DeviceNeeds {
  const largest = Math.max(...plan.arenas.map(arenaBytes));
  return {
    limits: {
      maxBufferSize: largest,
      maxStorageBufferBindingSize: largest,
      maxStorageBuffersPerShaderStage: plan.arenas.length,
      maxComputeWorkgroupsPerDimension: Math.max(1, ...plan.kernels.flatMap(({ groups }) => groups)),
      maxComputeInvocationsPerWorkgroup: plan.workgroupSize,
      maxComputeWorkgroupSizeX: plan.workgroupSize,
      ...(plan.workgroupStorage === undefined
        ? {}
        : { maxComputeWorkgroupStorageSize: plan.workgroupStorage }),
    },
    features: plan.features,
  };
}

/** A binding is not empty. */
export function arenaBytes({ size }: { readonly size: number }): number {
  return Math.max(16, size * 4);
}

export interface AdapterOptions {
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** A driver on the CPU, where the host lets one choose. */
  readonly forceFallbackAdapter?: boolean;
}

/** @param gpu the host's; a browser's and Deno's is found without */
export async function findAdapter(
  gpu: GPU | undefined,
  options: AdapterOptions = {},
): Promise<DeviceResult<GPUAdapter>> {
  const found = gpu ?? (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (found === undefined) return failed({ kind: 'no-webgpu' });
  try {
    const adapter = await found.requestAdapter({ ...options });
    return adapter === null ? failed({ kind: 'no-adapter' }) : { ok: true, value: adapter };
  } catch (error) {
    return failed({ kind: 'refused', message: messageOf(error) });
  }
}

/** What a compiler may count on. */
export function capabilitiesOf(adapter: GPUAdapter): {
  readonly limits: DeviceLimitValues;
  readonly features: readonly string[];
} {
  const limits = Object.fromEntries(limitNames.map((name) => [name, adapter.limits[name]]));
  return { limits: limits as Record<LimitName, number>, features: [...adapter.features] };
}

export function adapterName(adapter: GPUAdapter): string {
  const { description, device, architecture, vendor } = adapter.info;
  return [description, device, architecture, vendor].find((text) => text !== '') ?? 'the adapter';
}

/** Features that are used where they are, and not needed. */
const optionalFeatures = ['timestamp-query'];

export async function openDevice(adapter: GPUAdapter, needs: DeviceNeeds): Promise<DeviceResult<GPUDevice>> {
  const faults = [...missingFeatures(adapter, needs), ...missingLimits(adapter, needs)];
  if (faults.length > 0) return failed(...faults);
  const features = [...needs.features, ...optionalFeatures.filter((name) => adapter.features.has(name))];
  try {
    const device = await adapter.requestDevice({
      requiredLimits: { ...needs.limits },
      requiredFeatures: features as GPUFeatureName[],
    });
    return { ok: true, value: device };
  } catch (error) {
    return failed({ kind: 'refused', message: messageOf(error) });
  }
}

/** An adapter, and a device of it that has what the plan needs. */
export async function acquireDevice(
  gpu: GPU | undefined,
  needs: DeviceNeeds,
  options: AdapterOptions = {},
): Promise<DeviceResult<GPUDevice>> {
  const adapter = await findAdapter(gpu, options);
  return adapter.ok ? openDevice(adapter.value, needs) : adapter;
}

function missingFeatures(adapter: GPUAdapter, { features }: DeviceNeeds): readonly DeviceFault[] {
  return features
    .filter((feature) => !adapter.features.has(feature))
    .map((feature) => ({ kind: 'missing-feature', feature, adapter: adapterName(adapter) }));
}

function missingLimits(adapter: GPUAdapter, { limits }: DeviceNeeds): readonly DeviceFault[] {
  return limitNames.flatMap((limit): readonly DeviceFault[] => {
    const [wanted, given] = [limits[limit] ?? 0, adapter.limits[limit]];
    if (wanted <= given) return [];
    return [{ kind: 'missing-limit', limit, wanted, given, adapter: adapterName(adapter) }];
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
