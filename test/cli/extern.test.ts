/** `argmin run --extern FILE.mjs`: functions of the host on the command line. */
import { describe, expect, it } from 'vitest';
import { argmin, scratchFolder } from './harness.js';

const { write } = scratchFolder();

const problem = write(
  'box.opt',
  `extern fn cost(x: real[n]): real
param x: real[2] = [-1.2, 1]
minimize cost(x)
solve using nelder_mead() for 150 steps
`,
);
const good = write('good.mjs', 'export const cost = (x) => (x[0] - 1) ** 2 + (x[1] + 2) ** 2;\n');

describe('--extern', () => {
  it('supplies the functions, and the result has no gradient norm', async () => {
    const { status, out } = await argmin('run', problem, '--extern', good, '--json');
    expect(status).toBe(0);
    const result = JSON.parse(out) as { objective: number; certificate: { grad_norm: number | null } };
    expect(result.objective).toBeLessThan(1e-6);
    expect(result.certificate.grad_norm).toBeNull();
  });

  it('is asked for where it is missing', async () => {
    const { status, err } = await argmin('run', problem);
    expect(status).toBe(1);
    expect(err).toContain('error[AM6046]: the host supplies `cost`, and no module of the host is given');
  });

  it('names what the module lacks', async () => {
    const other = write('other.mjs', 'export const price = () => 1;\n');
    const { status, err } = await argmin('run', problem, '--extern', other);
    expect(status).toBe(1);
    expect(err).toContain('error[AM6046]');
    expect(err).toContain('it exports price');
  });

  it('says why a module cannot be loaded', async () => {
    const { status, err } = await argmin('run', problem, '--extern', 'no_such_module.mjs');
    expect(status).toBe(1);
    expect(err).toContain('error[AM6047]');
  });

  it('ends with a verdict where a function throws', async () => {
    const bad = write('bad.mjs', 'export function cost(x) { throw new Error("no license"); }\n');
    const { status, err, out } = await argmin('run', problem, '--extern', bad);
    expect(status).toBe(3);
    expect(err).toContain('error[AM6045]: `cost([-1.2,1])` threw Error: no license, at step 1');
    expect(out).toContain('diverged after 1 steps');
  });

  it('is loaded by no command but run', async () => {
    const marks = write('marks.mjs', 'globalThis.argminWasHere = true;\nexport const cost = () => 1;\n');
    expect(marks).toContain('marks');
    for (const command of ['check', 'explain', 'fmt']) {
      const { status } = await argmin(command, problem);
      expect(status).toBe(0);
    }
    expect('argminWasHere' in globalThis).toBe(false);
  });
});
