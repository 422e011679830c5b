/** Several steps in one call are the steps that single calls would have taken, measures, rows and the end of a run included. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { instantiate } from '../../../src/codegen/typescript/instantiate.js';
import { instantiateWasm } from '../../../src/codegen/wasm/instantiate.js';
import { compileSource, rawArrays } from '../../../src/compile.js';
import type { Compilation } from '../../../src/compile.js';
import type { CompiledProgram, StepBlock } from '../../../src/runtime/compiled.js';
import { runProgram } from '../../../src/runtime/run.js';
import type { RunOptions, RunOutcome } from '../../../src/runtime/run.js';

/** In the order of the printed loops, with the host's functions: the same bits. */
const scalar = { vectors: false, relaxed: false, functions: 'host' } as const;

const table = `data seed 1 { X: real[N, D] ~ normal(0, 1) }
dim N = 37
dim D = 3
param w: real[D] = 0.5
`;
const sources = {
  drawn: `${table}minimize mean((X @ w - 1)^2)\nsolve using adam(0.1) batch 5 for 60 steps`,
  'in order': `${table}minimize mean((X @ w - 1)^2)\nsolve using adam(0.1) batch 4 in order for 60 steps`,
  'in f32': `precision f32\n${table}minimize mean((X @ w - 1)^2)\nsolve using adam(0.1) batch 5 for 60 steps`,
  'of draws': `${table}let e: real[D] ~ normal(0, 1)\nminimize sum((w - e)^2)\nsolve using adam(0.1) for 60 steps`,
  'in two phases': `${table}minimize mean((X @ w - 1)^2)
solve using adam(0.1) batch 5 for 30 steps
solve using adam(0.01) batch 7 for 30 steps`,
  'that converge': `param x: real[2] = [-1, 1]
minimize (1 - x[0])^2 + 5 * (x[1] - x[0]^2)^2
solve using lbfgs() for 200 steps until grad_norm < 1e-8`,
  'that diverge': `param x: real = 3
minimize sqrt(x) + x
solve using gradient_descent(0.1) for 200 steps`,
} as const;
type Name = keyof typeof sources;
const names = Object.keys(sources) as Name[];

const compilations = new Map<Name, Compilation>();
beforeAll(async () => {
  for (const name of names) {
    const { compilation, diagnostics } = await compileSource({ path: `${name}.opt`, text: sources[name] });
    if (compilation === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
    compilations.set(name, compilation);
  }
});

function compilationOf(name: Name): Compilation {
  const found = compilations.get(name);
  if (found === undefined) throw new Error('not compiled');
  return found;
}

function inWasm({ program, bound }: Compilation): { compiled: CompiledProgram; block: StepBlock } {
  const made = instantiateWasm(program, scalar);
  if (!made.ok || made.compiled.block === undefined) throw new Error('no blocks');
  made.compiled.load(rawArrays(program, bound));
  return { compiled: made.compiled, block: made.compiled.block };
}

/** Rows of measures, and the parameters behind them, up to a step that ends the run. */
interface Walk {
  readonly rows: readonly (readonly number[])[];
  readonly parameters: readonly number[];
}

/** Single precision has other bits in printed TypeScript, which computes in double precision between stores. */
function reference(compilation: Compilation): CompiledProgram {
  const { program, bound } = compilation;
  if (program.precision === 'f32') return inWasm(compilation).compiled;
  const compiled = instantiate(program);
  compiled.load(rawArrays(program, bound));
  return compiled;
}

function singly(compilation: Compilation, phase: number, seed: number, count: number): Walk {
  const { program } = compilation;
  const compiled = reference(compilation);
  compiled.initialize(seed);
  compiled.startPhase(phase);
  const { measures, stops } = program.phases[phase] ?? { measures: [], stops: false };
  const rows: number[][] = [];
  for (let step = 0; step < count; step += 1) {
    compiled.step(phase);
    const row = Array.from(compiled.measures.subarray(0, measures.length));
    rows.push(row);
    if (!row.every(Number.isFinite) || (stops && row.at(-1) === 1)) break;
  }
  return { rows, parameters: Array.from(compiled.parameters) };
}

describe('several steps in a call', () => {
  it.each(names)('are the single steps of programs %s', (name) => {
    const compilation = compilationOf(name);
    const { compiled, block } = inWasm(compilation);
    const { phases } = compilation.program;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 3 }),
        fc.nat(phases.length - 1),
        (counts, seed, phase) => {
          const width = phases[phase]?.measures.length ?? 0;
          const wanted = singly(
            compilation,
            phase,
            seed,
            counts.reduce((sum, each) => sum + each),
          );
          compiled.initialize(seed);
          compiled.startPhase(phase);
          const rows: number[][] = [];
          for (const count of counts) {
            if (rows.length === wanted.rows.length) break;
            const taken = block.advance(phase, count);
            expect(taken).toBe(Math.min(count, wanted.rows.length - rows.length));
            for (let row = 0; row < taken; row += 1) {
              rows.push(Array.from(block.measures.subarray(row * width, (row + 1) * width)));
            }
          }
          expect(rows).toEqual(wanted.rows);
          expect(Array.from(compiled.parameters)).toEqual(wanted.parameters);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('of a saved state go on with its rows', () => {
    const compilation = compilationOf('drawn');
    const { compiled, block } = inWasm(compilation);
    compiled.initialize(3);
    compiled.startPhase(0);
    block.advance(0, 9);
    const saved = compiled.saveState();
    block.advance(0, 30);
    const wanted = Array.from(compiled.parameters);
    compiled.restoreState(saved);
    block.advance(0, 30);
    expect(Array.from(compiled.parameters)).toEqual(wanted);
  });
});

describe('a run by blocks', () => {
  const ended = async (
    { program }: Compilation,
    compiled: CompiledProgram,
    options: RunOptions = {},
  ): Promise<Omit<RunOutcome, 'seconds'>> => {
    const { seconds: _, ...outcome } = await runProgram(program, compiled, options);
    return outcome;
  };

  it.each(names)('ends as one by single steps, of programs %s', async (name) => {
    const compilation = compilationOf(name);
    const singleSteps = await ended(compilation, reference(compilation), { snapshotEvery: 1 });
    expect(await ended(compilation, inWasm(compilation).compiled)).toEqual(singleSteps);
  });

  it('is told of every step, and hears an interrupt', async () => {
    const { program, bound } = compilationOf('drawn');
    const long = { ...program, phases: program.phases.map((phase) => ({ ...phase, steps: 1e9 })) };
    const made = instantiateWasm(long, scalar);
    if (!made.ok) throw new Error('no memory');
    made.compiled.load(rawArrays(long, bound));
    const seen: number[] = [];
    const begun = performance.now();
    const outcome = await runProgram(long, made.compiled, {
      signal: AbortSignal.timeout(60),
      progressMilliseconds: 0,
      onProgress: ({ step }) => void seen.push(step),
    });
    expect(outcome.status).toBe('stopped');
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(seen.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    expect(outcome.steps).toBe(seen.length);
  });
});
