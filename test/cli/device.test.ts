/** `run` and `compile` for a device: what they compute with a driver on the CPU, write, and say without a device. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { create } from 'webgpu';
import { nullDevice, swiftShader } from '../support/device.js';
import { argmin, scratchFolder } from './harness.js';

const { folder, write } = scratchFolder();
const line = `let N = 40
let a = [i in N: sin(i) + i / 40]
param w: real = 0.3
param b: real = 0
minimize mean((w * a + b - 2 * a - 1)^2)
solve using gradient_descent(0.1) for 200 steps until grad_norm < 1e-3
report slope = w
`;
const flags = ['--webgpu', 'backend=vulkan', '--webgpu', 'adapter=SwiftShader'];

const dawn = await swiftShader();
describe.skipIf(dawn.driver === undefined)(`run --target wgsl${dawn.reason}`, () => {
  it('agrees with TypeScript, and says where it ran', async () => {
    const file = write('line.opt', line);
    const device = await argmin('run', file, '--target', 'wgsl', ...flags, '--json');
    const here = await argmin('run', file, '--json');
    expect(device.status).toBe(0);
    const [found, wanted] = [JSON.parse(device.out), JSON.parse(here.out)] as Record<string, unknown>[];
    expect(found).toMatchObject({ status: 'converged', steps: wanted?.['steps'] });
    expect((found?.['reports'] as { slope: number }).slope).toBeCloseTo(
      (wanted?.['reports'] as { slope: number }).slope,
      4,
    );
    const shown = await argmin('run', file, '--target', 'wgsl', ...flags);
    expect(shown.err).toMatch(/on SwiftShader.*f32/);
  });

  it('keeps operands of products in 16 bits with --half-tiles, where the adapter has these', async () => {
    const file = write(
      'products.opt',
      [
        'data seed 1 {',
        '  A: real[64, 64] ~ normal(0, 1)',
        '  B: real[64, 64] ~ normal(0, 1)',
        '}',
        'param w: real = 1',
        'minimize w^2',
        'solve using gradient_descent(0.1) for 1 steps',
        'report total = sum(abs(A @ B))',
      ].join('\n'),
    );
    const total = async (...more: string[]): Promise<number> => {
      const ran = await argmin('run', file, '--target', 'wgsl', ...flags, '--json', ...more);
      expect(ran.status).toBe(0);
      return (JSON.parse(ran.out) as { reports: { total: number } }).reports.total;
    };
    const whole = await total();
    const halves = await total('--half-tiles');
    const has = dawn.driver?.adapter.features.has('shader-f16') === true;
    expect(Math.abs(halves / whole - 1)).toBeLessThan(has ? 1e-3 : 1e-9);
    expect(halves === whole).toBe(!has);
  });

  it('warns where the file demands f64', async () => {
    const file = write('double.opt', `precision f64\n${line}`);
    const { status, err } = await argmin('run', file, '--target', 'wgsl', ...flags);
    expect(status).toBe(0);
    expect(err).toContain('warning[AM6053]');
    expect(err).toContain('double.opt:1:1');
  });

  it('names the expression that diverged, from the last state that was finite', async () => {
    const file = write(
      'log.opt',
      'param w: real = 1\nminimize log(w) + w\nsolve using gradient_descent(0.3) for 50 steps',
    );
    const { status, err } = await argmin('run', file, '--target', 'wgsl', ...flags);
    expect(status).toBe(3);
    expect(err).toContain('AM6001');
    expect(err).toContain('log.opt:2:');
  });

  it('sweeps on one device', async () => {
    const file = write(
      'rates.opt',
      line.replace('0.1)', 'rate)').replace('param b', 'hyper rate: real in 0..1 = 0.1\nparam b'),
    );
    const settings = ['--set', 'rate=0.05,0.1', '--target', 'wgsl', ...flags, '--json'];
    const { status, out } = await argmin('sweep', file, ...settings);
    expect(status).toBe(0);
    const { runs } = JSON.parse(out) as { runs: { status: string }[] };
    expect(runs.map((each) => each.status)).toEqual(['converged', 'converged']);
  });

  it('refuses functions of the host', async () => {
    const file = write(
      'host.opt',
      'extern fn cost(x: real[n]): real\nparam w: real[2] = 1\nminimize cost(w)\nsolve using nelder_mead() for 5 steps',
    );
    const { status, err } = await argmin('run', file, '--target', 'wgsl', ...flags);
    expect(status).toBe(1);
    expect(err).toContain('AM6052');
  });
});

describe('without a device', () => {
  it('says what to install, and that the usage is wrong', async () => {
    const file = write('line.opt', line);
    const flag = ['--webgpu', 'backend=opengl', '--webgpu', 'adapter=nothing'];
    const { status, err, out } = await argmin('run', file, '--target', 'wgsl', ...flag);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/AM0021[^]*driver[^]*--target ts/);
  });
});

it('explain counts the dispatches of a step', async () => {
  const { out } = await argmin('explain', write('line.opt', line));
  expect(out).toMatch(/device +up to \d+ steps a dispatch, each whole in one workgroup/);
});

describe('compile --target wgsl', () => {
  const data = ['--data', `x=${write('x.json', '[1, 2, 3]')}`, '--data', `y=${write('y.json', '[2, 4, 6]')}`];
  const source = `data {
  x: real[N]
  y: real[N]
}
dim N = 3
hyper rate: real in 0..1 = 0.05
param a: real = 0
minimize mean((a * x - y)^2)
solve using gradient_descent(rate) for 100 steps until grad_norm < 1e-4
report twice = 2 * a`;

  it('writes kernels, plan and host module together, the same every time', async () => {
    const file = write('line3.opt', source);
    const out = path.join(folder, 'written');
    const ran = await argmin('compile', file, '--target', 'wgsl', '-o', out, ...data);
    expect(ran.status).toBe(0);
    const names = readdirSync(out).sort();
    expect(names).toEqual(
      ['evaluate_1.wgsl', 'initial.wgsl', 'plan.json', 'report_twice.wgsl', 'step_1.wgsl', 'ts'].map(
        (end) => `line3.${end}`,
      ),
    );
    const contents = names.map((name) => readFileSync(path.join(out, name), 'utf8'));
    await argmin('compile', file, '--target', 'wgsl', '-o', out, ...data);
    expect(names.map((name) => readFileSync(path.join(out, name), 'utf8'))).toEqual(contents);
    const modules = names
      .filter((name) => name.endsWith('.wgsl'))
      .map((name) => ({ name, code: readFileSync(path.join(out, name), 'utf8') }));
    expect(await (await nullDevice()).validate(modules)).toEqual([]);
  });

  it.skipIf(dawn.driver === undefined)(`gives a module that trains${dawn.reason}`, async () => {
    const file = write('line4.opt', source);
    const out = path.join(folder, 'module');
    await argmin('compile', file, '--target', 'wgsl', '-o', out, ...data);
    const module = path.join(out, 'line4.ts');
    const runtime = fileURLToPath(new URL('../../src/runtime/webgpu/index.ts', import.meta.url));
    writeFileSync(module, readFileSync(module, 'utf8').replaceAll('argmin/runtime/webgpu', runtime));
    const { train } = (await import(module)) as { train: Train };
    const gpu = create(['backend=vulkan', 'adapter=SwiftShader']);
    const result = await train({ x: [1, 2, 3], y: [3, 6, 9] }, { gpu });
    expect(result.status).toBe('converged');
    expect(result.params.a[0]).toBeCloseTo(3, 4);
    expect(result.reports.twice).toBeCloseTo(6, 4);
    await expect(train({ x: [1, 2], y: [3, 6] }, { gpu })).rejects.toThrow(/x has 2 values/);
    await expect(train({ x: [1, 2, 3], y: [3, 6, 9] }, { gpu, hypers: { rate: 2 } })).rejects.toThrow(/rate/);
  });
});

type Train = (
  data: Record<string, readonly number[]>,
  options: { gpu: GPU; hypers?: { rate: number } },
) => Promise<{ status: string; params: { a: Float64Array }; reports: { twice: number } }>;
