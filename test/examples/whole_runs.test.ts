/**
 * Examples from their start to their end, on a device (SwiftShader) and as TypeScript in double precision. Whole runs
 * take about an hour, so that they are made on request: ARGMIN_WHOLE_RUNS=1, or a part of an example's name. A file
 * that demands double precision is left out; the table says which others are held to a looser bound.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileSource, prepareRun } from '../../src/compile.js';
import { prepareDeviceRun } from '../../src/device_run.js';
import { runProgram } from '../../src/runtime/run.js';
import { swiftShader } from '../support/device.js';
import { leftOut, looser } from './device_table.js';

const folder = fileURLToPath(new URL('../../examples', import.meta.url));
const wanted = process.env['ARGMIN_WHOLE_RUNS'];
const { driver, reason } = await swiftShader();

const demandsDouble = /^precision f64/m;
const names = readdirSync(folder).filter((name) => name.endsWith('.opt') && leftOut[name] === undefined);
const chosen = wanted === undefined || wanted === '1' ? names : names.filter((name) => name.includes(wanted));

const skipped = wanted === undefined ? ' (skipped: whole runs are made on request)' : reason;

describe.skipIf(wanted === undefined || driver === undefined)(`whole runs on SwiftShader${skipped}`, () => {
  it.each(chosen)('%s comes out where TypeScript does', { timeout: 1_800_000 }, async (name) => {
    const file = path.join(folder, name);
    const source = { path: file, text: readFileSync(file, 'utf8') };
    const { compilation, diagnostics } = await compileSource(source, {});
    if (compilation === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
    const { program } = compilation;
    if (program.phases.length === 0 || demandsDouble.test(source.text)) return;

    const first = await prepareRun(compilation);
    first.initialize(program.seed);
    first.startPhase(0);
    const start = first.evaluate(0)[0] ?? NaN;
    const reference = await runProgram(program, await prepareRun(compilation));
    // An adapter gives one device.
    const adapter = await driver!.gpu.requestAdapter();
    if (adapter === null) throw new Error('the driver gives no second adapter');
    const opened = await prepareDeviceRun(compilation, adapter);
    if (!opened.ok) throw new Error(JSON.stringify(opened));
    const found = await runProgram(program, opened.program).finally(() => opened.program.destroy());

    const scale = Math.max(Math.abs(reference.objective), Math.abs(start - reference.objective));
    const difference = Math.abs(found.objective - reference.objective);
    // What was found is the point of such a run.
    // eslint-disable-next-line no-console
    console.log(
      `${name}: start ${start}, reference ${reference.objective} (${reference.status}), device ${found.objective} (${found.status}), difference ${(difference / scale).toExponential(1)}`,
    );
    if (Number.isNaN(reference.objective)) expect(found.objective).toBeNaN();
    else expect(difference).toBeLessThanOrEqual((looser[name]?.bound ?? 1e-4) * scale);
  });
});
