import { expect, it } from 'vitest';
import { lossDiagnostic, shaderDiagnostic } from '../../src/cli/device_faults.js';
import { compileSource } from '../../src/compile.js';
import { positionAt } from '../../src/parser/source.js';

const source = {
  path: 'two.opt',
  text: 'param w: real = 1\nminimize (w - 2)^2\nsolve using gradient_descent(0.1) for 5 steps\n',
};

async function program() {
  const { compilation } = await compileSource(source);
  if (compilation === undefined) throw new Error('it compiles');
  return compilation.program;
}

it('code that a device refuses is shown at the line that it comes from', async () => {
  const origin = { line: 4, lines: 3, path: 'two.opt', sourceLine: 2, sourceColumn: 10 };
  const fault = {
    kind: 'shader',
    module: 'step_1',
    message: 'no such thing\nmore',
    line: 5,
    column: 3,
    origin,
  } as const;
  const found = shaderDiagnostic(fault, await program());
  expect(found).toMatchObject({ code: 'AM6054', severity: 'error' });
  expect(found && positionAt(found.span.file, found.span.start)).toMatchObject({ line: 2, column: 10 });
  expect(found?.notes?.[0]).toBe('step_1:5:3: no such thing');
});

it('a kernel that cannot be built is shown at the first solve', async () => {
  const found = shaderDiagnostic({ kind: 'pipeline', kernel: 'mean', message: 'too large' }, await program());
  expect(found && positionAt(found.span.file, found.span.start).line).toBe(3);
  expect(found?.notes?.[0]).toBe('the kernel mean: too large');
});

it('other faults are about no place of a source', async () => {
  expect(shaderDiagnostic({ kind: 'no-adapter' }, await program())).toBeUndefined();
});

it('a lost device is said with the step whose parameters are kept', async () => {
  const found = lossDiagnostic({ phase: 0, step: 3, message: 'reset' }, await program());
  expect(found).toMatchObject({
    code: 'AM6055',
    severity: 'error',
    notes: expect.arrayContaining(['reset']) as string[],
  });
  expect(found.message).toContain('after step 3 of `gradient_descent(0.1)`');
});
