/** What can be wrong with a device, as values; whoever shows a fault turns it into a message of its own. */
import type { Origin } from './plan.js';

export type DeviceFault =
  /** The host has no `navigator.gpu`, and handed nothing in. */
  | { readonly kind: 'no-webgpu' }
  | { readonly kind: 'no-adapter' }
  | { readonly kind: 'missing-feature'; readonly feature: string; readonly adapter: string }
  | {
      readonly kind: 'missing-limit';
      readonly limit: string;
      readonly wanted: number;
      readonly given: number;
      readonly adapter: string;
    }
  /** The adapter would not give a device. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'out-of-memory'; readonly bytes: number; readonly message: string }
  | {
      readonly kind: 'shader';
      readonly module: string;
      readonly message: string;
      /** In the module, from 1; 0 where the device names no place. */
      readonly line: number;
      readonly column: number;
      /** Where that line comes from. */
      readonly origin: Origin | undefined;
    }
  | { readonly kind: 'pipeline'; readonly kernel: string; readonly message: string }
  | { readonly kind: 'lost'; readonly message: string };

export type DeviceResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly DeviceFault[] };

export function failed(...faults: readonly DeviceFault[]): {
  readonly ok: false;
  readonly faults: readonly DeviceFault[];
} {
  return { ok: false, faults };
}

/** In one sentence, for hosts without messages of their own. */
export function faultText(fault: DeviceFault): string {
  switch (fault.kind) {
    case 'no-webgpu':
      return 'there is no WebGPU here';
    case 'no-adapter':
      return 'WebGPU finds no adapter, neither a graphics card nor a driver on the CPU';
    case 'missing-feature':
      return `${fault.adapter} lacks the feature ${fault.feature}`;
    case 'missing-limit':
      return `the program needs ${fault.limit} ${fault.wanted}, and ${fault.adapter} has ${fault.given}`;
    case 'refused':
      return `the adapter gives no device: ${fault.message}`;
    case 'out-of-memory':
      return `the device has no room for ${fault.bytes} bytes: ${fault.message}`;
    case 'shader': {
      const { origin } = fault;
      const place =
        origin === undefined ? '' : ` (from ${origin.path}:${origin.sourceLine}:${origin.sourceColumn})`;
      return `${fault.module}:${fault.line}:${fault.column}: ${fault.message}${place}`;
    }
    case 'pipeline':
      return `the kernel ${fault.kernel} cannot be built: ${fault.message}`;
    case 'lost':
      return `the device was lost: ${fault.message}`;
    default:
      return fault satisfies never;
  }
}
