import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runPasses, startState } from '../../src/compile.js';
import { table } from '../../src/cli/table.js';
import { leafTime } from '../../src/codegen/processor_cost.js';
import { kernelTable } from '../../src/explain/kernel_table.js';
import { leavesOf } from '../../src/ir/schedule-leaves.js';
import type { Schedule } from '../../src/ir/nest.js';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));

async function stepOf(text: string): Promise<Schedule> {
  const { printed, diagnostics } = await runPasses(
    startState({ path: path.join(examples, 'step.opt'), text }, { folder: examples }),
  );
  const step = printed?.schedules.get('step_1');
  if (step === undefined) throw new Error(JSON.stringify(diagnostics.map(({ message }) => message)));
  return step;
}

const adam = (size: number, precision = ''): string =>
  `${precision}\nparam x: real[${size}] = 1\nminimize sum((x - 3)^4)\nsolve using adam(0.01) for 10 steps`;

describe('the kernels of a step', () => {
  it.each(['digits', 'logistic', 'rosenbrock'])(
    'of the example %s are told with what they cost',
    async (name) => {
      const step = await stepOf(readFileSync(path.join(examples, `${name}.opt`), 'utf8'));
      await expect(`${table(kernelTable(step, 'f64'))}\n`).toMatchFileSnapshot(`golden/${name}.kernels.txt`);
    },
  );

  it('touch memory in proportion to the parameters', async () => {
    const bytes = async (size: number): Promise<number> =>
      leavesOf(await stepOf(adam(size))).reduce((sum, { leaf }) => sum + leafTime(leaf, 'f64').bytes, 0);
    const [small, large] = [await bytes(10_000), await bytes(1_000_000)];
    expect(large / small).toBeGreaterThan(90);
    expect(large / small).toBeLessThan(110);
    // Parameters, gradient and two moments read and written, and the parameters read for the objective.
    expect(large).toBeLessThan(9.1 * 1_000_000 * 8);
  });

  it('of many parameters wait for memory, and those of a large product for arithmetic', async () => {
    const dearest = async (text: string): Promise<string> => {
      const leaves = leavesOf(await stepOf(text)).map(({ leaf }) => leafTime(leaf, 'f32'));
      return leaves.sort((a, b) => b.microseconds - a.microseconds)[0]?.bound ?? '';
    };
    expect(
      await dearest(
        'param x: real[4000000] = 1\nminimize dot(x, x)\nsolve using gradient_descent(0.1) for 3 steps',
      ),
    ).toBe('memory');
    expect(
      await dearest(
        'param A: real[300, 300] = 0.01\nminimize sum((A @ A)^2)\nsolve using gradient_descent(0.1) for 3 steps',
      ),
    ).toBe('compute');
  });
});
