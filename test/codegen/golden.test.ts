/**
 * The emitted module of three examples and the step's graph of two, kept whole: a change of the compiler shows as a
 * change of what it writes. `npm run golden` writes them anew; they are reviewed as code. The project's type check
 * covers the modules too.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emitModule } from '../../src/codegen/typescript/emit-module.js';
import { compileSource } from '../../src/compile.js';
import type { Program } from '../../src/ir/program.js';
import { printRegion } from '../../src/ir/print.js';
import { hasErrors } from '../../src/parser/diagnostic.js';

async function programOf(name: string): Promise<Program> {
  const path = `examples/${name}.opt`;
  const { compilation, diagnostics } = await compileSource({ path, text: readFileSync(path, 'utf8') });
  expect(hasErrors(diagnostics)).toBe(false);
  if (compilation === undefined) throw new Error(`${path} does not compile`);
  return compilation.program;
}

describe('the emitted module', () => {
  it.each(['own_optimizer', 'softmax', 'sinkhorn'])(
    'of %s is what it was',
    { timeout: 60_000 },
    async (name) => {
      const text = await emitModule(await programOf(name), { wasm: 'none' });
      await expect(text).toMatchFileSnapshot(`golden/${name}.ts`);
    },
  );
});

describe('the graph of a step', () => {
  it.each(['own_optimizer', 'sinkhorn'])('of %s is what it was', { timeout: 60_000 }, async (name) => {
    const [phase] = (await programOf(name)).phases;
    if (phase === undefined) throw new Error('no phase');
    await expect(printRegion(phase.step.region)).toMatchFileSnapshot(`golden/${name}.graph.txt`);
  });
});
