/** Regions of contractions and routines only, as modules with one entry point a function, run on a device and compared. */
import { expect } from 'vitest';
import type { DeviceFunction } from '../../../src/codegen/wgsl/device_function.js';
import { DeviceLayout } from '../../../src/codegen/wgsl/device_layout.js';
import { leastCapabilities } from '../../../src/codegen/wgsl/device_limits.js';
import { gridEntry, ModuleText, plainProfile } from '../../../src/codegen/wgsl/module_text.js';
import type { DeviceProfile } from '../../../src/codegen/wgsl/module_text.js';
import type { Region } from '../../../src/ir/graph.js';
import { interpret } from '../../../src/ir/interpreter.js';
import type { Place, Schedule } from '../../../src/ir/nest.js';
import { scheduleRegion } from '../../../src/ir/schedule.js';
import type { Tensor } from '../../../src/ir/tensor.js';
import { at } from '../../../src/ir/types.js';
import type { Driver } from '../../support/device.js';

export type Print = (schedule: Schedule, module: ModuleText) => readonly DeviceFunction[];

export interface Trial {
  readonly region: Region;
  readonly inputs: readonly Tensor[];
  readonly print: Print;
  /** What is wrong with the results, seen beside those of the interpreter. */
  readonly judge: (results: readonly ArrayLike<number>[], expected: readonly Tensor[]) => string | undefined;
}

/** All trials in one module, each function in a dispatch of a few workgroups, fewer than it would like. */
export async function expectRight(
  driver: Driver,
  trials: readonly Trial[],
  profile: DeviceProfile = plainProfile,
): Promise<void> {
  const layout = new DeviceLayout(leastCapabilities.limits);
  const text = new ModuleText(layout, profile);
  const planned = trials.map(({ region }) => {
    const inputs = region.parameters.map((parameter) => layout.fixed(parameter.type, 'input'));
    const outputs = region.results.map((result) => layout.fixed(result.type, 'result'));
    const sources = inputs.map((place) => ({ kind: 'place', place }) as const);
    const { schedule, frames } = scheduleRegion(region, sources, outputs, layout.context);
    layout.settleFrames([frames]);
    return { inputs, outputs, schedule };
  });
  const arenas = layout
    .arenas()
    .map(({ type, size }) =>
      type === 'f32' ? new Float32Array(size).fill(NaN) : new Int32Array(size).fill(77),
    );
  const functions: DeviceFunction[] = [];
  trials.forEach(({ inputs, print }, index) => {
    const plan = at(planned, index);
    inputs.forEach(({ data }, input) => {
      const { arena, offset } = layout.slice(at(plan.inputs, input));
      at(arenas, arena).set(data, offset);
    });
    const items = plan.schedule.kind === 'sequence' ? plan.schedule.steps : [plan.schedule];
    for (const item of items) functions.push(...print(item, text));
  });
  const entries = functions.flatMap(({ name }) => gridEntry(`run_${name}`, name));
  const module = text.assemble('kernels', functions, entries);
  const dispatches = functions.map(({ name, work }, index) => ({
    module: 0,
    entryPoint: `run_${name}`,
    groups: [Math.max(1, Math.min(work.count, 1 + (index % 3))), 1, 1] as const,
  }));
  const outcome = await driver.runKernels({ arenas, modules: [module], dispatches });
  if (outcome.kind === 'refused') {
    expect.fail(
      `${outcome.messages.map(({ line, text: said }) => `${line}: ${said}`).join('\n')}\n${module.code}`,
    );
  }
  trials.forEach(({ region, inputs, judge }, index) => {
    const plan = at(planned, index);
    const found = (place: Place): ArrayLike<number> => {
      const { arena, offset, size } = layout.slice(place);
      return at(outcome.arenas, arena).subarray(offset, offset + size);
    };
    const problem = judge(plan.outputs.map(found), interpret(region, inputs, { precision: 'f32' }));
    if (problem !== undefined) expect.fail(`trial ${index}: ${problem}\n${module.code}`);
  });
}

/** Every element within `tolerance` of the expected one. */
export function near(tolerance: number): Trial['judge'] {
  return (results, expected) => {
    for (const [index, { data }] of expected.entries()) {
      for (const [element, value] of data.entries()) {
        const found = at(results, index)[element] ?? NaN;
        const same = value === found || Math.abs(value - found) <= tolerance;
        if (!same && !(Number.isNaN(value) && Number.isNaN(found))) {
          return `result ${index}, element ${element}: ${found} instead of ${value}`;
        }
      }
    }
    return undefined;
  };
}
