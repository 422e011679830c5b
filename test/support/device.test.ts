import { describe, expect, it } from 'vitest';
import { llvmpipe, nullDevice, swiftShader } from './device.js';
import type { Driver } from './device.js';
import type { KernelWork } from './kernels.js';

const prelude = `@group(0) @binding(0) var<storage, read_write> reals: array<f32>;
@group(0) @binding(1) var<storage, read_write> integers: array<i32>;
`;
const doubling = `${prelude}
@compute @workgroup_size(4) fn double(@builtin(global_invocation_id) at: vec3u) {
  if (at.x < arrayLength(&reals)) { reals[at.x] *= 2.0; }
}
@compute @workgroup_size(1) fn count() { integers[0] += i32(reals[1]); }
`;
const wrong = `${prelude}
fn f() -> i32 { return 1.5; }`;

const work: KernelWork = {
  arenas: [new Float32Array([1, 2, NaN, Infinity, -0]), new Int32Array([-7])],
  modules: [{ name: 'doubling', code: doubling }],
  dispatches: [
    { module: 0, entryPoint: 'double', groups: [2, 1, 1] },
    { module: 0, entryPoint: 'count', groups: [1, 1, 1] },
  ],
};

async function expectRuns(driver: Driver): Promise<void> {
  expect(await driver.runKernels(work)).toEqual({
    kind: 'done',
    arenas: [new Float32Array([2, 4, NaN, Infinity, -0]), new Int32Array([-3])],
  });
  const refused = await driver.runKernels({ ...work, modules: [{ name: 'wrong', code: wrong }] });
  expect(refused).toMatchObject({ kind: 'refused', messages: [{ module: 'wrong', kind: 'error' }] });
}

describe("Dawn's null device", () => {
  it('says where a module is wrong, and nothing about one that is right', async () => {
    const device = await nullDevice();
    expect(await device.validate([{ name: 'doubling', code: doubling }])).toEqual([]);
    const messages = await device.validate([
      { name: 'doubling', code: doubling },
      { name: 'wrong', code: wrong },
    ]);
    expect(messages).toMatchObject([{ module: 'wrong', kind: 'error', line: 4 }]);
  });
});

const dawn = await swiftShader();
describe.skipIf(dawn.driver === undefined)(`SwiftShader under Dawn${dawn.reason}`, () => {
  it('runs dispatches in order, keeps NaN and infinities, and refuses a wrong module', () =>
    expectRuns(dawn.driver!));
});

const deno = await llvmpipe();
describe.skipIf(deno.driver === undefined)(`llvmpipe under Deno${deno.reason}`, () => {
  it('runs dispatches in order, keeps NaN and infinities, and refuses a wrong module', () =>
    expectRuns(deno.driver!));
});
