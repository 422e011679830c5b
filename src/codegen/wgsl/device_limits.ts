/** What a program is fitted to: the limits and features of a device, named as WebGPU names them. */

export interface DeviceLimits {
  /** Bytes. */
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxComputeWorkgroupSizeX: number;
  /** Bytes. */
  readonly maxComputeWorkgroupStorageSize: number;
}

export interface DeviceCapabilities {
  readonly limits: DeviceLimits;
  /** Those of `subgroups` and `shader-f16` that the device has. */
  readonly features: readonly string[];
}

/** What every WebGPU device can do: the defaults of the specification. */
export const leastCapabilities: DeviceCapabilities = {
  limits: {
    maxStorageBufferBindingSize: 134217728,
    maxBufferSize: 268435456,
    maxStorageBuffersPerShaderStage: 8,
    maxComputeWorkgroupsPerDimension: 65535,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
    maxComputeWorkgroupStorageSize: 16384,
  },
  features: [],
};
