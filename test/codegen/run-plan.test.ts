import { expect, it } from 'vitest';
import { inputPlan, runPlan } from '../../src/codegen/run-plan.js';
import { instantiate } from '../../src/codegen/typescript/instantiate.js';
import { runProgram } from '../../src/runtime/run.js';
import { arraysFor, networkProgram } from './programs.js';

it('a run by the plan, read from JSON, is the run by the program', async () => {
  const program = networkProgram({ rows: 23, inputs: 5, hidden: 7, classes: 3 }, 8, 10);
  const plan = JSON.parse(JSON.stringify(runPlan(program))) as ReturnType<typeof runPlan>;
  const outcomes = [];
  for (const each of [program, plan]) {
    const compiled = instantiate(program);
    compiled.load(arraysFor(program));
    outcomes.push({ ...(await runProgram(each, compiled)), seconds: 0 });
  }
  expect(outcomes[0]).toEqual(outcomes[1]);
  expect(JSON.stringify(plan)).not.toContain('span');
});

it('the inputs are named with their shapes, tables and batches', () => {
  const program = networkProgram({ rows: 23, inputs: 5, hidden: 7, classes: 3 }, 8, 10);
  const plan = inputPlan(program);
  expect(plan.raw.map(({ shape }) => shape)).toEqual(program.raw.map(({ type }) => type.shape));
  expect(plan.batches).toEqual([{ start: 0, count: 23, size: 8, stepsPerEpoch: 2, inOrder: false }]);
});
