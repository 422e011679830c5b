/** Emitted modules that carry WebAssembly: they run it where the engine can, and the printed loops where it cannot. */
import { setFlagsFromString } from 'node:v8';
import wabt from 'wabt';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { emitModule } from '../../src/codegen/typescript/emit-module.js';
import { instantiate } from '../../src/codegen/typescript/instantiate.js';
import { engineOptions } from '../../src/codegen/wasm/features.js';
import { instantiateWasm } from '../../src/codegen/wasm/instantiate.js';
import type { WasmOptions } from '../../src/codegen/wasm/program-code.js';
import { compileSource } from '../../src/compile.js';
import type { Program } from '../../src/ir/program.js';
import { at } from '../../src/ir/types.js';
import type { CompiledProgram } from '../../src/runtime/compiled.js';
import { runProgram } from '../../src/runtime/run.js';
import { importText } from './emitted.js';
import type { Result } from './emitted.js';
import { arraysFor, networkProgram } from './programs.js';

// Node 20 has fused products and sums behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');

const engine = WebAssembly;
const validate = (bytes: BufferSource): boolean => engine.validate(bytes);

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The engine with some of it replaced, and what it was asked to validate. */
function stubEngine(parts: Partial<Record<keyof typeof WebAssembly, unknown>>): void {
  vi.stubGlobal('WebAssembly', { ...ownMembers(), ...parts });
}

function ownMembers(): Record<string, unknown> {
  const { Instance, Memory, Module } = engine;
  return { Instance, Memory, Module, validate };
}

const program = networkProgram({ rows: 23, inputs: 5, hidden: 7, classes: 3 }, 8, 40);
const [X, y] = arraysFor(program);
const data = { X: X ?? [], y: y ?? [] };
let text: string;

async function trained(module: string, count?: (instances: number) => void): Promise<Result> {
  const { train } = await importText(module);
  let instances = 0;
  if (count !== undefined) {
    const { Instance } = engine;
    stubEngine({
      Instance: function (module: WebAssembly.Module, imports: WebAssembly.Imports) {
        instances += 1;
        return new Instance(module, imports);
      },
    });
  }
  const result = await train(data);
  count?.(instances);
  return result;
}

/** Parameters and objective of the same run in this process. */
async function reference(
  wanted: Program,
  compiled: CompiledProgram,
): Promise<Pick<Result, 'objective'> & { w: number[] }> {
  compiled.load([data.X, data.y]);
  const outcome = await runProgram(wanted, compiled);
  return { objective: outcome.objective, w: Array.from(at(outcome.parameters, 0).data) };
}

function inWasm(wanted: Program, options: WasmOptions): CompiledProgram {
  const made = instantiateWasm(wanted, options);
  if (!made.ok) throw new Error('no memory');
  return made.compiled;
}

const ownFigures = ({ objective, params }: Result): { objective: number; w: number[] } => ({
  objective,
  w: Array.from(params['w'] ?? []),
});

beforeAll(async () => {
  text = await emitModule(program);
}, 30_000);

describe('an emitted module with WebAssembly', () => {
  it.each(['f64', 'f32'] as const)('has the bits of `run --target wasm`, in %s', async (precision) => {
    const own = { ...program, precision };
    const wanted = await reference(own, inWasm(own, engineOptions()));
    const result = await trained(await emitModule(own), (instances) => expect(instances).toBe(1));
    expect(result.status).toBe('finished');
    expect(result.steps).toBe(40);
    expect(ownFigures(result)).toEqual(wanted);
  });

  it('has nothing fused when it is to be deterministic', async () => {
    const module = await emitModule(program, { wasm: 'deterministic' });
    expect(module).not.toContain('fusedPlaces');
    const wanted = await reference(program, inWasm(program, engineOptions(true)));
    expect(ownFigures(await trained(module, (instances) => expect(instances).toBe(1)))).toEqual(wanted);
  });

  it('goes without fused products where the engine has none', async () => {
    const asked: Uint8Array[] = [];
    stubEngine({
      validate: (bytes: Uint8Array) => {
        asked.push(bytes);
        return asked.length > 1 && validate(bytes as BufferSource);
      },
    });
    const result = await trained(text);
    vi.unstubAllGlobals();
    const wanted = await reference(program, inWasm(program, engineOptions(true)));
    expect(ownFigures(result)).toEqual(wanted);
    const tool = await wabt();
    const [fused, plain] = asked.map((bytes) => {
      const module = tool.readWasm(bytes, { readDebugNames: false, relaxed_simd: true });
      module.validate();
      const listing = module.toText({ foldExprs: false, inlineExport: false });
      module.destroy();
      return listing;
    });
    const count = (listing: string | undefined, pattern: RegExp): number =>
      (listing ?? '').match(pattern)?.length ?? 0;
    expect(asked.length).toBe(2);
    expect(count(fused, /relaxed_madd/g)).toBeGreaterThan(0);
    expect(count(plain, /relaxed/g)).toBe(0);
    expect(count(plain, /f64x2\.mul/g)).toBe(count(fused, /f64x2\.mul/g) + count(fused, /relaxed_n?madd/g));
  });

  it.each<[string, () => void]>([
    ['there is no WebAssembly', () => vi.stubGlobal('WebAssembly', undefined)],
    ['it has no vectors', () => stubEngine({ validate: () => false })],
    [
      'it has no memory of this size',
      () =>
        stubEngine({
          Memory: function () {
            throw new RangeError('could not allocate memory');
          },
        }),
    ],
    [
      'it takes no module of this size at once',
      () =>
        stubEngine({
          Module: function () {
            throw new RangeError('disallowed on the main thread');
          },
        }),
    ],
  ])('runs its loops where %s, with their bits', async (_, stub) => {
    const wanted = await reference(program, instantiate(program));
    stub();
    const result = await trained(text);
    expect(ownFigures(result)).toEqual(wanted);
  });

  it('takes the same steps with a caller at every step as in blocks', async () => {
    const { train } = await importText(text);
    const steps: number[] = [];
    const each = await train(data, { onStep: ({ step }) => void steps.push(step) });
    expect(steps).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(ownFigures(each)).toEqual(ownFigures(await train(data)));
    const stopped = await train(data, { onStep: ({ step }) => (step === 7 ? 'stop' : undefined) });
    expect(stopped).toMatchObject({ status: 'stopped', steps: 7 });
    const limited = await train(data, { steps: 11 });
    expect(limited).toMatchObject({ status: 'finished', steps: 11 });
  });

  it.each([
    [
      'converged',
      'minimize (x - 1)^2 + (x - 1)^4',
      'solve using gradient_descent(0.05) for 900 steps until grad_norm < 1e-4',
    ],
    [
      'converged',
      'minimize (x - 1)^2',
      'solve using gradient_descent(0.1) for 150 steps\nsolve using lbfgs() for 9 steps until grad_norm < 1e-9',
    ],
    ['diverged', 'minimize sqrt(x) + x', 'solve using gradient_descent(0.01) for 900 steps'],
  ])('has %s where its loops have', async (status, objective, solve) => {
    const { compilation } = await compileSource({
      path: 'end.opt',
      text: `param x: real = 3\n${objective}\n${solve}`,
    });
    if (compilation === undefined) throw new Error('no program');
    const [wasm, loops] = await Promise.all(
      (['deterministic', 'none'] as const).map(async (how) => {
        const { train } = await importText(await emitModule(compilation.program, { wasm: how }));
        return train({});
      }),
    );
    expect(loops?.status).toBe(status);
    expect(wasm).toMatchObject({ status, steps: loops?.steps });
    expect(wasm?.params['x']?.[0]).toBeCloseTo(loops?.params['x']?.[0] ?? NaN, 12);
  });

  it('calls routines and the functions of the host', async () => {
    const { compilation } = await compileSource({
      path: 'box.opt',
      text: `extern fn cost(x: real[n], sharp: bool): real
param x: real[2] = [-1.2, 1]
let A = [[4.0, 1], [1, 3]]
minimize cost(x, true) + sum(cholesky(A)^2) * x[1]^2 + lgamma(2 + x[0]^2)
solve using nelder_mead() for 60 steps`,
    });
    if (compilation === undefined) throw new Error('no program');
    const cost = (x: Float64Array, sharp: boolean): number => (sharp ? Math.abs((x[0] ?? NaN) - 1) : NaN);
    const made = instantiateWasm(compilation.program, engineOptions(), { cost });
    if (!made.ok) throw new Error('no memory');
    made.compiled.load([]);
    const outcome = await runProgram(compilation.program, made.compiled);
    const { train } = (await importText(await emitModule(compilation.program))) as unknown as {
      train: (data: object, options: { extern: { cost: unknown } }) => Promise<Result>;
    };
    const result = await train({}, { extern: { cost } });
    expect(Array.from(result.params['x'] ?? [])).toEqual(Array.from(at(outcome.parameters, 0).data));
    await expect(train({}, { extern: { cost: () => 'none' } })).rejects.toThrow(
      'gave a value of type string',
    );
  });
});
