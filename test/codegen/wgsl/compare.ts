/** Runs a region on a device and in the interpreter in single precision, and says where they differ. */
import { expect } from 'vitest';
import { compileDeviceRegion } from '../../../src/codegen/wgsl/compile_region.js';
import type { Composition } from '../../../src/codegen/wgsl/compile_region.js';
import { plainProfile } from '../../../src/codegen/wgsl/module_text.js';
import type { DeviceProfile } from '../../../src/codegen/wgsl/module_text.js';
import type { Region } from '../../../src/ir/graph.js';
import { interpret } from '../../../src/ir/interpreter.js';
import type { Tensor } from '../../../src/ir/tensor.js';
import { at } from '../../../src/ir/types.js';
import type { Slice } from '../../../src/runtime/webgpu/plan.js';
import type { Driver } from '../../support/device.js';
import type { ArenaValues } from '../../support/kernels.js';

export const compositions: readonly Composition[] = ['grid', 'workgroup'];

export interface Ran {
  readonly results: readonly ArenaValues[];
  readonly code: string;
  readonly dispatches: number;
}

export async function runOnDevice(
  driver: Driver,
  region: Region,
  inputs: readonly Tensor[],
  composition: Composition,
  profile: DeviceProfile = plainProfile,
  updated: readonly (number | undefined)[] = [],
): Promise<Ran> {
  const compiled = compileDeviceRegion(region, composition, profile, updated);
  const arenas = compiled.arenas.map(({ type, size }) =>
    type === 'f32' ? new Float32Array(size) : new Int32Array(size),
  );
  const write = ({ arena, offset }: Slice, values: ArrayLike<number>): void =>
    at(arenas, arena).set(values, offset);
  for (const { place, values } of compiled.literals) write(place, values);
  compiled.inputs.forEach((place, index) => write(place, at(inputs, index).data));
  // Twice, unless it changes its inputs: what a run leaves in memory must not matter to the next.
  const dispatches =
    updated.length > 0 ? compiled.dispatches : [...compiled.dispatches, ...compiled.dispatches];
  const outcome = await driver.runKernels({
    arenas,
    modules: [compiled.module],
    dispatches: dispatches.map((dispatch) => ({ module: 0, ...dispatch })),
  });
  const { code } = compiled.module;
  if (outcome.kind === 'refused') {
    const texts = outcome.messages.map(({ line, text }) => `line ${line}: ${text}`);
    throw new Error(`${texts.join('\n')}\n${code}`);
  }
  const results = compiled.results.map(({ arena, offset, size }) =>
    at(outcome.arenas, arena).slice(offset, offset + size),
  );
  return { results, code, dispatches: compiled.dispatches.length };
}

/** @param relative the tolerance, of the largest value of a result */
export async function expectSameOnDevice(
  driver: Driver,
  region: Region,
  inputs: readonly Tensor[],
  relative = 1e-5,
  profile: DeviceProfile = plainProfile,
  over: readonly Composition[] = compositions,
  updated: readonly (number | undefined)[] = [],
): Promise<void> {
  const expected = interpret(region, inputs, { precision: 'f32' });
  for (const composition of over) {
    const { results, code } = await runOnDevice(driver, region, inputs, composition, profile, updated);
    expected.forEach(({ data, type }, index) => {
      let scale = 1e-12;
      for (const value of data) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
      const tolerance = type.dtype === 'real' ? scale * relative : 0;
      data.forEach((value, element) => {
        const found = at(results, index)[element] ?? 0;
        const same = value === found || Math.abs(value - found) <= tolerance;
        if (!same && !(Number.isNaN(value) && Number.isNaN(found))) {
          const where = `${composition}: result ${index}, element ${element}`;
          expect.fail(`${where}: ${found} instead of ${value}\n${code}`);
        }
      });
    });
  }
}
