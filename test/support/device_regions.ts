/**
 * Several small regions in one module, printed and cut as functions of a program are. A driver takes its time for every
 * kernel and for every module, so that this is how it can judge a thousand programs.
 */
import { cutSchedule } from '../../src/codegen/wgsl/cut.js';
import { DeviceLayout } from '../../src/codegen/wgsl/device_layout.js';
import { leastCapabilities } from '../../src/codegen/wgsl/device_limits.js';
import { ModuleText, plainProfile } from '../../src/codegen/wgsl/module_text.js';
import type { DeviceProfile } from '../../src/codegen/wgsl/module_text.js';
import { PiecePrinter } from '../../src/codegen/wgsl/print_pieces.js';
import type { Region } from '../../src/ir/graph.js';
import { scheduleRegion } from '../../src/ir/schedule.js';
import type { Tensor } from '../../src/ir/tensor.js';
import { at } from '../../src/ir/types.js';
import type { Kernel, Slice } from '../../src/runtime/webgpu/plan.js';
import { kernelsOf } from '../codegen/wgsl/replay_plan.js';
import type { ArenaValues, KernelWork } from './kernels.js';

export interface DeviceRegions {
  readonly work: KernelWork;
  /** The results of each region, from the arenas after the work. */
  readonly resultsIn: (arenas: readonly ArenaValues[]) => readonly (readonly ArenaValues[])[];
}

export interface RegionCall {
  readonly region: Region;
  readonly inputs: readonly Tensor[];
}

/** `grid`: every function is a dispatch; `workgroup`: a region is one, control flow included. */
export function compileRegions(
  calls: readonly RegionCall[],
  composition: 'grid' | 'workgroup',
  profile: DeviceProfile = plainProfile,
): DeviceRegions {
  const { limits } = leastCapabilities;
  const layout = new DeviceLayout(limits);
  const frames: Parameters<DeviceLayout['settleFrames']>[0][number][] = [];
  const scheduled = calls.map(({ region }) => {
    const inputs = region.parameters.map(({ type }, index) => layout.fixed(type, `input_${index}`));
    const results = region.results.map(({ type }, index) => layout.fixed(type, `result_${index}`));
    const sources = inputs.map((place) => ({ kind: 'place', place }) as const);
    const made = scheduleRegion(region, sources, results, layout.context);
    frames.push(made.frames);
    const pieces = cutSchedule([made.schedule], {
      composition,
      threads: profile.threads,
      runs: 'often',
      makeCell: (label) => layout.fixed({ dtype: 'int', shape: [] }, label),
    });
    return { inputs, results, pieces };
  });
  layout.settleFrames(frames);
  const kernels: Kernel[] = [];
  const text = new ModuleText(layout, profile);
  const printer = new PiecePrinter(text, 0, { layout, limits, kernels });
  const commands = scheduled.flatMap(({ pieces }, index) => printer.commands(pieces, `region_${index}`));
  const { name, code } = text.assemble('regions', printer.functions, printer.entries);
  const arenas = layout
    .arenas()
    .map(({ type, size }) => (type === 'f32' ? new Float32Array(size) : new Int32Array(size)));
  const part = ({ arena, offset, size }: Slice, whole: readonly ArenaValues[]): ArenaValues =>
    at(whole, arena).subarray(offset, offset + size);
  // What stands in memory from before must not matter.
  for (const values of arenas) values.fill(values instanceof Float32Array ? NaN : -77);
  for (const { place, values } of layout.initialValues()) part(place, arenas).set(values);
  scheduled.forEach(({ inputs }, index) => {
    inputs.forEach((place, input) => {
      part(layout.slice(place), arenas).set(at(at(calls, index).inputs, input).data);
    });
  });
  return {
    work: {
      arenas,
      modules: [{ name, code }],
      dispatches: kernelsOf(commands).map((kernel) => at(kernels, kernel)),
    },
    resultsIn: (whole) =>
      scheduled.map(({ results }) => results.map((place) => part(layout.slice(place), whole))),
  };
}
