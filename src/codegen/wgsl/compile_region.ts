/**
 * One region as a WGSL module: the smallest thing that runs on a device, for tests. In the composition `grid` each
 * function is a dispatch; in `workgroup` one dispatch of one workgroup runs all of them.
 */
import type { Region } from '../../ir/graph.js';
import type { Schedule } from '../../ir/nest.js';
import { scheduleRegion } from '../../ir/schedule.js';
import { at } from '../../ir/types.js';
import type { Arena, KernelModule, Literal, Slice } from '../../runtime/webgpu/plan.js';
import type { DeviceFunction } from './device_function.js';
import { DeviceLayout } from './device_layout.js';
import { leastCapabilities } from './device_limits.js';
import { gridEntry, groupsFor, ModuleText, plainProfile, workgroupEntry } from './module_text.js';
import type { DeviceProfile } from './module_text.js';
import { deviceFunctions } from './print_schedule.js';

export type Composition = 'grid' | 'workgroup';

export interface CompiledDeviceRegion {
  readonly module: KernelModule;
  readonly features: readonly string[];
  readonly arenas: readonly Arena[];
  readonly literals: readonly Literal[];
  readonly inputs: readonly Slice[];
  readonly results: readonly Slice[];
  /** In order; each sees what the ones before have written. */
  readonly dispatches: readonly {
    readonly entryPoint: string;
    readonly groups: readonly [number, number, number];
  }[];
}

/** @param updated for each result: the input that it replaces, if any */
export function compileDeviceRegion(
  region: Region,
  composition: Composition,
  profile: DeviceProfile = plainProfile,
  updated: readonly (number | undefined)[] = [],
): CompiledDeviceRegion {
  const layout = new DeviceLayout(leastCapabilities.limits);
  const inputs = region.parameters.map((parameter, index) =>
    layout.fixed(parameter.type, parameter.label ?? `input_${index}`),
  );
  const results = region.results.map((result, index) => {
    const input = updated[index];
    return input === undefined
      ? layout.fixed(result.type, result.label ?? `result_${index}`)
      : at(inputs, input);
  });
  const { schedule, frames } = scheduleRegion(
    region,
    inputs.map((place) => ({ kind: 'place', place })),
    results,
    layout.context,
  );
  layout.settleFrames([frames]);
  const text = new ModuleText(layout, profile);
  const functions = functionsOf(schedule, text);
  const { entries, dispatches } = compose(functions, composition, text);
  return {
    module: text.assemble('region', functions, entries),
    features: text.enabled,
    arenas: layout.arenas(),
    literals: layout.initialValues(),
    inputs: inputs.map((place) => layout.slice(place)),
    results: results.map((place) => layout.slice(place)),
    dispatches,
  };
}

function functionsOf(schedule: Schedule, text: ModuleText): readonly DeviceFunction[] {
  switch (schedule.kind) {
    case 'sequence':
      return schedule.steps.flatMap((step) => functionsOf(step, text));
    case 'repeat':
    case 'if':
      throw new Error('compiler bug: a region with control flow needs a plan');
    default:
      return deviceFunctions(schedule, text);
  }
}

function compose(
  functions: readonly DeviceFunction[],
  composition: Composition,
  text: ModuleText,
): { entries: readonly string[]; dispatches: CompiledDeviceRegion['dispatches'] } {
  if (composition === 'workgroup') {
    const entryPoint = text.fresh('all');
    const calls = functions.map(({ name }) => name);
    const entries = workgroupEntry(entryPoint, calls, text.barrier());
    return { entries, dispatches: [{ entryPoint, groups: [1, 1, 1] }] };
  }
  const dispatches = functions.map((printed) => ({
    entryPoint: text.fresh(`${printed.name}_grid`),
    groups: groupsFor(printed, text.profile.threads),
  }));
  const entries = functions.flatMap(({ name }, index) =>
    gridEntry(dispatches[index]?.entryPoint ?? '', name),
  );
  return { entries, dispatches };
}
