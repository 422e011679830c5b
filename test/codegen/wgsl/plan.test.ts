/** Programs as plans: each composition agrees with TypeScript in single precision, control flow included. */
import { describe, expect, it } from 'vitest';
import { compileDeviceProgram } from '../../../src/codegen/wgsl/compile_program.js';
import type { DeviceOptions, DeviceProgram } from '../../../src/codegen/wgsl/compile_program.js';
import { instantiate } from '../../../src/codegen/typescript/instantiate.js';
import { compileSource } from '../../../src/compile.js';
import type { Program } from '../../../src/ir/program.js';
import { at } from '../../../src/ir/types.js';
import { leastCapabilities } from '../../../src/codegen/wgsl/device_limits.js';
import { nullDevice, swiftShader } from '../../support/device.js';
import { replay } from './replay_plan.js';

const sources = {
  line: `let N = 40
let a = [i in N: sin(i) + i / 40]
param w: real = 0.3
param b: real = 0
minimize mean((w * a + b - 2 * a - 1)^2)
solve using gradient_descent(0.1) for 20 steps until grad_norm < 0.2`,
  batches: `let N = 40
data seed 1 { a: real[N] ~ uniform(-1, 1) }
param w: real = 0.3
minimize mean((w * a - 2 * a)^2)
solve using adam(0.1) batch 8 for 4 epochs`,
  fixed_loop: `let N = 6
fn mixed(x: real[n]): real[n] {
  let y = x
  for k in 1..5 { y <- [i in n: sin(y[i] + k) + sum(y) / 10] }
  return y
}
param w: real[N] = 0.1
minimize sum(mixed(w)^2)
solve using gradient_descent(0.05) for 8 steps`,
  search: `let N = 5
param w: real[N] = 2
minimize sum([i in N: (w[i] - i)^4])
solve using line_search() for 6 steps`,
} as const;

async function programOf(name: keyof typeof sources): Promise<Program> {
  const { compilation, diagnostics } = await compileSource({ path: `${name}.opt`, text: sources[name] });
  if (compilation === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return compilation.program;
}

function planned(program: Program, options: DeviceOptions): DeviceProgram {
  const compiled = compileDeviceProgram(program, options);
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join('\n'));
  return compiled.value;
}

const dawn = await swiftShader();

for (const name of Object.keys(sources) as (keyof typeof sources)[]) {
  describe.each(['grid', 'workgroup', 'auto'] as const)(
    `the plan of ${name}, composition %s`,
    (composition) => {
      it('is accepted by Dawn', async () => {
        const { plan } = planned(await programOf(name), { composition });
        expect(await (await nullDevice()).validate(plan.modules)).toEqual([]);
      });

      it.skipIf(dawn.driver === undefined)(`steps as TypeScript does${dawn.reason}`, async () => {
        const program = await programOf(name);
        const { plan } = planned(program, { composition });
        const steps = Math.min(at(plan.phases, 0).slots, 8);
        const found = await replay(dawn.driver!, program, plan, steps);
        const reference = instantiate({ ...program, precision: 'f32' });
        reference.load([]);
        reference.initialize(program.seed);
        reference.startPhase(0);
        const { stops } = at(program.phases, 0);
        for (let step = 0; step < found.steps; step += 1) {
          reference.step(0);
          expectNear(at(found.measures, step), reference.measures);
          const stopped = stops && reference.measures.at(-1) === 1;
          expect(found.isDone && step === found.steps - 1).toBe(stopped);
        }
        expect(found.isDone || found.steps === steps).toBe(true);
        expectNear(found.parameters, reference.parameters);
        expectNear(found.evaluation, reference.evaluate(0));
      });
    },
  );
}

describe('a program on a device with small buffers', () => {
  const small = (bytes: number, buffers: number): DeviceOptions => {
    const { limits, features } = leastCapabilities;
    const changed = { maxStorageBufferBindingSize: bytes, maxStorageBuffersPerShaderStage: buffers };
    return { capabilities: { limits: { ...limits, ...changed }, features } };
  };

  it.skipIf(dawn.driver === undefined)(
    `is spread over several and runs as before${dawn.reason}`,
    async () => {
      const program = await programOf('fixed_loop');
      const { plan } = planned(program, small(256, 8));
      expect(plan.arenas.length).toBeGreaterThan(2);
      expect(Math.max(...plan.arenas.map(({ size }) => size * 4))).toBeLessThanOrEqual(256);
      const found = await replay(dawn.driver!, program, plan, 4);
      const whole = await replay(dawn.driver!, program, planned(program, {}).plan, 4);
      expectNear(found.parameters, whole.parameters);
    },
  );

  it('is refused, with sizes, where an array fits none of them', async () => {
    const compiled = compileDeviceProgram(await programOf('line'), small(128, 8));
    expect(compiled.ok).toBe(false);
    if (compiled.ok) return;
    expect(compiled.diagnostics).toMatchObject([{ code: 'AM6050', severity: 'error' }]);
    expect(compiled.diagnostics[0]?.message).toMatch(
      /takes .* (bytes|kB), and the device gives a kernel 128 bytes/,
    );
  });

  it('is refused, with sizes, where they are too few', async () => {
    const compiled = compileDeviceProgram(await programOf('fixed_loop'), small(256, 2));
    expect(compiled).toMatchObject({ ok: false, diagnostics: [{ code: 'AM6051' }] });
  });
});

function expectNear(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(found.length).toBeGreaterThanOrEqual(wanted.length);
  for (let index = 0; index < wanted.length; index += 1) {
    const value = at(wanted, index);
    expect(Math.abs(at(found, index) - value)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(value)));
  }
}
