/** The bundle that pages load, in Deno, where WebGPU is another one: from a plan in JSON to a result. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { planText } from '../../../src/runtime/webgpu/program_plan.js';
import { denoOnMesa, llvmpipe } from '../../support/device.js';
import { data, halving } from './halving.js';

const { driver, reason } = await llvmpipe();

const script = `
import { faultText, openProgram, runOnce } from './webgpu.js';
const plan = JSON.parse(await Deno.readTextFile(new URL('plan.json', import.meta.url)));
const opened = await openProgram(plan);
if (!opened.ok) throw new Error(opened.faults.map(faultText).join());
opened.value.load([plan.data]);
const { status, steps, objective, parameters, reports } = await runOnce(plan.run, opened.value);
const arrays = [...parameters, ...reports].map(({ data }) => Array.from(data));
console.log(JSON.stringify({ status, steps, objective, arrays }));
`;

describe.skipIf(driver === undefined)(`the runtime under Deno${reason}`, () => {
  it('opens a plan and runs it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'argmin-deno-'));
    await build({
      entryPoints: ['src/runtime/webgpu/index.ts'],
      outfile: path.join(folder, 'webgpu.js'),
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'neutral',
      logLevel: 'error',
    });
    const plan = halving({ steps: 30, slots: 8, stopsBelow: 1e-6 });
    writeFileSync(path.join(folder, 'plan.json'), JSON.stringify({ ...JSON.parse(planText(plan)), data }));
    writeFileSync(path.join(folder, 'run.js'), script);
    const deno = denoOnMesa(path.join(folder, 'run.js'));
    if (typeof deno === 'string') throw new Error(deno);
    const { stdout } = await promisify(execFile)(deno.command, deno.args, { env: deno.env });
    const outcome: unknown = JSON.parse(stdout);
    rmSync(folder, { recursive: true });
    expect(outcome).toMatchObject({
      status: 'converged',
      steps: 10,
      objective: 2 ** -20,
      arrays: [[2 ** -10, 10], [expect.any(Number)]],
    });
  });
});
