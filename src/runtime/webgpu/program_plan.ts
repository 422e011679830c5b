/** All that a host needs to run a program on a device, as plain data that can be written as JSON. */
import type { RunPlan } from '../compiled.js';
import type { BatchPlan } from '../sampler.js';
import type { DevicePlan } from './plan.js';

/** What comes from outside, and how rows are chosen. */
export interface InputPlan {
  readonly tables: readonly {
    readonly rows: number;
    /** The stored order is a permutation by this seed; without it, the source's order. */
    readonly shuffleSeed?: number;
  }[];
  /** Arrays in the source's row order, row-major. */
  readonly raw: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    /** The table whose rows the first axis has. */
    readonly table?: number;
  }[];
  readonly hypers: readonly { readonly name: string; readonly value: number }[];
  /** By phase; null where each step sees all rows. */
  readonly batches: readonly (BatchPlan | null)[];
}

export interface ProgramPlan {
  readonly run: RunPlan;
  readonly inputs: InputPlan;
  readonly device: DevicePlan;
}

/** As JSON; numbers that it cannot write become strings, which the runtime takes for literals. */
export function planText(plan: ProgramPlan): string {
  return JSON.stringify(plan, (_, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? Object.is(value, -0)
        ? '-0'
        : String(value)
      : value,
  );
}
