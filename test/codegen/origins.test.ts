/** Printed code knows where it comes from: tables of origins, and source maps made of them. */
import { SourceMap } from 'node:module';
import { describe, expect, it } from 'vitest';
import { emitMappedModule } from '../../src/codegen/typescript/emit-module.js';
import { sourceMap } from '../../src/codegen/source-map.js';
import { compileDeviceProgram } from '../../src/codegen/wgsl/compile_program.js';
import { lastProgramState } from './origins.js';
import type { Origin } from '../../src/runtime/webgpu/plan.js';

const text = `param w: real[3] = 1
param b: real = 0

let residual = w^2 - 1 + b
let loss = sum(residual^2)

minimize loss + b^2
solve using gradient_descent(0.1) for 20 steps
report largest = max(residual)
`;

/** The lines of code that come from a line of a file. */
function codeOf(code: string, origins: readonly Origin[], path: string, line: number): string {
  const lines = code.split('\n');
  return origins
    .filter((origin) => origin.path === path && origin.sourceLine === line)
    .flatMap((origin) => lines.slice(origin.line - 1, origin.line - 1 + origin.lines))
    .join('\n');
}

/** Every nest stands under a comment that names the line that it ends in. */
function expectComments(code: string, origins: readonly Origin[]): void {
  const lines = code.split('\n');
  const own = new Map(origins.map((origin) => [origin.line, origin]));
  expect(own.size).toBeGreaterThan(3);
  for (const { line, path, sourceLine } of own.values()) {
    expect(lines[line - 1]).toContain(`// ${path}:${sourceLine}: `);
  }
}

describe('the origins of printed code', () => {
  it('lead from each nest to the places that it computes, and from a place to its code', async () => {
    const { printed } = await lastProgramState(text);
    expectComments(printed.text, printed.origins);
    expect(codeOf(printed.text, printed.origins, 'fit.opt', 4)).toContain('residual');
    expect(codeOf(printed.text, printed.origins, 'fit.opt', 9)).toContain('largest');
    // The optimizer's update is a line of the library.
    expect(printed.origins.some(({ path }) => path === 'std/optimizers.opt')).toBe(true);
  });

  it('count lines of the module that is written', async () => {
    const { program } = await lastProgramState(text);
    const module = await emitMappedModule(program);
    expectComments(module.text, module.origins);
  });

  it('end where the functions of a kernel end', async () => {
    const { program } = await lastProgramState(text);
    const compiled = compileDeviceProgram(program);
    if (!compiled.ok) throw new Error('it compiles');
    for (const { code, origins } of compiled.value.plan.modules) {
      const lines = code.split('\n');
      for (const { line, lines: count } of origins) {
        expect(lines[line - 1]).toMatch(/^fn /);
        expect(lines[line + count - 2]).toBe('}');
      }
    }
  });

  it('are a source map that others can read', async () => {
    const { printed } = await lastProgramState(text);
    const made = sourceMap('fit.ts', printed.origins, [{ path: 'fit.opt', text }]);
    const map = new SourceMap({
      ...made,
      sourceRoot: '',
      sources: [...made.sources],
      names: [],
      sourcesContent: [],
    });
    const own = new Map(printed.origins.map((origin) => [origin.line, origin]));
    for (const { line, path, sourceLine, sourceColumn } of own.values()) {
      expect(map.findEntry(line - 1, 0)).toMatchObject({
        originalSource: path,
        originalLine: sourceLine - 1,
        originalColumn: sourceColumn - 1,
      });
    }
    expect(made.sourcesContent[made.sources.indexOf('fit.opt')]).toBe(text);
  });
});
