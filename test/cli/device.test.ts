/** `run --target wgsl`: what it computes with a driver on the CPU, and what it says without a device. */
import { describe, expect, it } from 'vitest';
import { swiftShader } from '../support/device.js';
import { argmin, scratchFolder } from './harness.js';

const { write } = scratchFolder();
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
