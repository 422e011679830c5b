/**
 * Examples on a device (SwiftShader), beside TypeScript in double precision: each of the first steps from the
 * reference's state, within what the step itself allows, and the objective after so many steps in a row.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Compilation } from '../../src/compile.js';
import { compileSource, prepareRun } from '../../src/compile.js';
import { runProgram } from '../../src/runtime/run.js';
import { swiftShader } from '../support/device.js';
import { atAKink, leftOut, looser, onRequest, sensitive } from './device_table.js';
import { firstSteps, onDevice } from './on_device.js';

const folder = fileURLToPath(new URL('../../examples', import.meta.url));
const steps = 20;
const { driver, reason } = await swiftShader();

const all = readdirSync(folder).filter((name) => name.endsWith('.opt'));
const asked = process.env['ARGMIN_ALL_EXAMPLES'] !== undefined;
const chosen = all.filter((name) => leftOut[name] === undefined && (asked || onRequest[name] === undefined));

async function compiled(name: string): Promise<Compilation | undefined> {
  const file = path.join(folder, name);
  const source = { path: file, text: readFileSync(file, 'utf8') };
  const { compilation, diagnostics } = await compileSource(source, { steps });
  if (compilation === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  // A file of definitions has nothing to solve.
  return compilation.program.phases.length === 0 ? undefined : compilation;
}

describe('the table of examples on a device', () => {
  it('names only files that there are', () => {
    const named = Object.keys({ ...leftOut, ...onRequest, ...sensitive, ...atAKink, ...looser });
    expect(named.filter((name) => !all.includes(name))).toEqual([]);
  });
});

describe.skipIf(driver === undefined)(`examples on SwiftShader${reason}`, () => {
  it.each(chosen)(
    '%s steps as TypeScript does, and comes out where it does',
    { timeout: asked ? 600_000 : 120_000 },
    async (name) => {
      const compilation = await compiled(name);
      if (compilation === undefined) return;
      // Made once: what takes time is to compile its kernels.
      const device = await onDevice(compilation, driver!);
      onTestFinished(() => device.destroy());
      const differences = await firstSteps(compilation, device, steps);
      expect(differences.length).toBeGreaterThan(0);
      const wrong = differences.filter(({ difference, allowed }) => !(difference <= allowed));
      if (atAKink[name] === undefined) expect(wrong.slice(0, 3)).toEqual([]);

      const { program } = compilation;
      const objectives = program.phases.some(({ process }) => process !== true);
      if (sensitive[name] !== undefined || !objectives) return;
      const first = await prepareRun(compilation);
      first.initialize(program.seed);
      first.startPhase(0);
      const start = first.evaluate(0)[0] ?? NaN;
      const reference = await runProgram(program, await prepareRun(compilation));
      const found = await runProgram(program, device);
      const scale = Math.max(Math.abs(reference.objective), Math.abs(start - reference.objective));
      expect(Math.abs(found.objective - reference.objective)).toBeLessThanOrEqual(1e-4 * scale);
    },
  );
});
