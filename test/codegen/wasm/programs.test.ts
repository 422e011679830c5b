/** Whole programs as WebAssembly: the examples take the steps of the TypeScript back end, from the same start. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { instantiate } from '../../../src/codegen/typescript/instantiate.js';
import { engineOptions } from '../../../src/codegen/wasm/features.js';
import { instantiateWasm } from '../../../src/codegen/wasm/instantiate.js';
import type { WasmOptions } from '../../../src/codegen/wasm/program-code.js';
import { compileSource, rawArrays } from '../../../src/compile.js';
import type { Compilation } from '../../../src/compile.js';
import type { CompiledProgram } from '../../../src/runtime/compiled.js';
import { at } from '../../../src/ir/types.js';
import { argmin } from '../../cli/harness.js';

const example = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/${name}.opt`, import.meta.url));

async function compiledExample(name: string): Promise<Compilation> {
  const path = example(name);
  const { compilation } = await compileSource({ path, text: readFileSync(path, 'utf8') }, {});
  if (compilation === undefined) throw new Error(`${name} has errors`);
  return compilation;
}

function asWasm({ program }: Compilation, options: WasmOptions): CompiledProgram {
  const made = instantiateWasm(program, options);
  if (!made.ok) throw new Error('no memory');
  return made.compiled;
}

/** Parameters, measures, the evaluation and the reports after a few steps of every phase. */
function take({ program, bound }: Compilation, compiled: CompiledProgram, steps: number): number[][] {
  compiled.load(rawArrays(program, bound));
  compiled.initialize(program.seed);
  const seen: number[][] = [];
  program.phases.forEach((_, phase) => {
    compiled.startPhase(phase);
    for (let step = 0; step < steps; step += 1) compiled.step(phase);
    seen.push(Array.from(compiled.parameters), Array.from(compiled.measures));
    seen.push(Array.from(compiled.evaluate(phase)));
  });
  program.reports.forEach((_, index) => seen.push(Array.from(compiled.report(index))));
  return seen;
}

describe('whole programs as WebAssembly', () => {
  it.each([
    ['logistic', 3],
    ['rosenbrock', 20],
    ['digits', 3],
    ['hs71', 2],
    ['bandit', 5],
    ['pca', 3],
    ['sinkhorn', 2],
    ['curve_fit', 10],
    ['langevin', 5],
    ['convolution', 1],
  ])('%s has the bits of the TypeScript back end', async (name, steps) => {
    const compilation = await compiledExample(name);
    const wanted = take(compilation, instantiate(compilation.program), steps);
    const found = take(
      compilation,
      asWasm(compilation, { vectors: false, relaxed: false, functions: 'host' }),
      steps,
    );
    expect(found).toEqual(wanted);
    const inLanes = take(compilation, asWasm(compilation, engineOptions(true)), steps);
    inLanes.forEach((values, place) => {
      const own = at(wanted, place);
      const scale = Math.max(1, ...own.map(Math.abs).filter(Number.isFinite));
      values.forEach((value, index) => {
        const other = at(own, index);
        if (Object.is(value, other)) return;
        expect(Math.abs(value - other)).toBeLessThan(1e-7 * scale);
      });
    });
  });

  it('continues from a saved state with the same bits', async () => {
    const { program, bound } = await compiledExample('digits');
    const compiled = asWasm({ program } as Compilation, engineOptions());
    compiled.load(rawArrays(program, bound));
    compiled.initialize(3);
    compiled.startPhase(0);
    compiled.step(0);
    const saved = compiled.saveState();
    compiled.step(0);
    const first = Array.from(compiled.parameters);
    compiled.restoreState(saved);
    compiled.step(0);
    expect(Array.from(compiled.parameters)).toEqual(first);
  });

  it('is what `run --target wasm` runs', async () => {
    const answer = async (...target: string[]): Promise<{ objective: number; steps: number }> => {
      const { out, status } = await argmin('run', example('logistic'), '--target', ...target, '--json');
      expect(status).toBe(0);
      return JSON.parse(out) as { objective: number; steps: number };
    };
    const [text, wasm] = [await answer('ts'), await answer('wasm', '--deterministic')];
    expect(Math.abs(wasm.steps - text.steps)).toBeLessThan(5);
    expect(wasm.objective).toBeCloseTo(text.objective, 9);
  });

  it('says what a program needs that no memory holds', async () => {
    const { program } = await compiledExample('rosenbrock');
    const report = { name: 'huge', type: { dtype: 'real', shape: [2 ** 30] } } as const;
    const made = instantiateWasm(
      { ...program, raw: [{ ...report, table: undefined } as never] },
      engineOptions(),
    );
    expect(made.ok ? 0 : made.needed).toBeGreaterThan(2 ** 33);
  });
});
