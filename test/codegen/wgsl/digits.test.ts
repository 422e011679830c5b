/** The program that the number of dispatches is promised for. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileDeviceProgram } from '../../../src/codegen/wgsl/compile_program.js';
import { compileSource } from '../../../src/compile.js';

it('a step of the digits example takes at most 12 dispatches', async () => {
  const path = 'examples/digits.opt';
  const { compilation } = await compileSource({ path, text: readFileSync(path, 'utf8') });
  if (compilation === undefined) throw new Error('the example does not compile');
  const compiled = compileDeviceProgram(compilation.program);
  if (!compiled.ok) throw new Error('the example does not fit a device');
  const step = compiled.value.functions.find(({ name }) => name === 'step_1');
  expect(step?.whole).toBe(false);
  expect(step?.dispatches).toBeLessThanOrEqual(12);
});
