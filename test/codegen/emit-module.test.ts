import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { emitModule } from '../../src/codegen/typescript/emit-module.js';
import { instantiate } from '../../src/codegen/typescript/instantiate.js';
import { compileSource } from '../../src/compile.js';
import { GraphBuilder } from '../../src/ir/builder.js';
import type { ElementwiseName } from '../../src/ir/graph.js';
import { elementwiseTable } from '../../src/ir/operators/elementwise/table.js';
import type { Program } from '../../src/ir/program.js';
import { at } from '../../src/ir/types.js';
import { runProgram } from '../../src/runtime/run.js';
import { importText } from './emitted.js';
import type { Emitted, Progress, Result } from './emitted.js';
import { arraysFor, networkProgram } from './programs.js';

const toCheck: string[] = [];

/** What the TypeScript compiler says about modules, under its strictest settings; in one run, which is slow. */
function complaints(texts: readonly string[]): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'emitted-'));
  const files = texts.map((text, index) => {
    const file = path.join(folder, `module${index}.ts`);
    writeFileSync(file, text);
    return file;
  });
  const compilation = ts.createProgram(files, {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    types: [],
  });
  const found = ts
    .getPreEmitDiagnostics(compilation)
    .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
  rmSync(folder, { recursive: true });
  return found;
}

const sizes = { rows: 23, inputs: 5, hidden: 7, classes: 3 };
const program = networkProgram(sizes, 8, 40);
const [X, y] = arraysFor(program).map((array) => Array.from(array));
const data = { X: X ?? [], y: y ?? [] };
let text: string;
let emitted: Emitted;

beforeAll(async () => {
  text = await emitModule(program, { wasm: 'none' });
  emitted = await importText(text);
}, 30_000);

describe('a module of a program with a black box', () => {
  it('takes the functions of the host, typed, and trains as the run command does', async () => {
    const { compilation } = await compileSource(
      {
        path: 'box.opt',
        text: `/// The cost of a design.
extern fn cost(x: real[n], rows: real[n, m], k: int, sharp: bool): real
param x: real[2] = [-1.2, 1]
minimize cost(x, [[1.0, 2], [3, 4]], 2, true)
solve using nelder_mead() for 60 steps`,
      },
      {},
    );
    if (compilation === undefined) throw new Error('no program');
    const cost = (x: Float64Array, rows: readonly Float64Array[], k: number, sharp: boolean): number =>
      k * ((rows[0]?.[0] ?? NaN) - (x[0] ?? NaN)) ** 2 + (sharp ? Math.abs(x[1] ?? NaN) : 0);
    const module = await emitModule(compilation.program);
    toCheck.push(module);
    expect(module).toContain('readonly extern: Extern;');
    expect(module).toContain(
      'readonly cost: (x_: Float64Array, rows_: Float64Array[], k_: number, sharp_: boolean) => number;',
    );
    const compiled = instantiate(compilation.program, { cost });
    compiled.load([]);
    const outcome = await runProgram(compilation.program, compiled);
    const { train } = (await importText(module)) as unknown as {
      train: (data: object, options: { extern: { cost: unknown } }) => Promise<Result>;
    };
    const result = await train({}, { extern: { cost } });
    expect(Array.from(result.params['x'] ?? [])).toEqual(Array.from(at(outcome.parameters, 0).data));
    const wrong = train({}, { extern: { cost: () => 'none' } });
    await expect(wrong).rejects.toThrow(
      '`cost([-1.2,1], [[1,2],[3,4]], 2, true)` gave a value of type string',
    );
  });
});

describe('an emitted module', () => {
  it('imports nothing', () => {
    toCheck.push(text);
    expect(text).not.toMatch(/^import |require\(/m);
  });

  it('trains to the same bits as the run command', async () => {
    const compiled = instantiate(program);
    compiled.load([data.X, data.y]);
    const outcome = await runProgram(program, compiled);
    const result = await emitted.train(data);
    expect(result.status).toBe('finished');
    expect(result.steps).toBe(40);
    expect(result.objective).toBe(outcome.objective);
    expect(Array.from(result.params['w'] ?? [])).toEqual(Array.from(at(outcome.parameters, 0).data));
    expect(result.reports['final_loss']).toBe(result.objective);
  });

  it('states its sizes and refuses data of other sizes, of no numbers and of unknown classes', async () => {
    expect(emitted.sizes).toEqual({ N: 23, X: [23, 5], y: [23] });
    await expect(emitted.train({ ...data, X: data.X.slice(1) })).rejects.toThrow(
      'X has 114 values instead of 115',
    );
    await expect(emitted.train({ y: data.y })).rejects.toThrow('X has 0 values instead of 115');
    await expect(emitted.train({ ...data, X: [NaN, ...data.X.slice(1)] })).rejects.toThrow('X[0] is NaN');
    await expect(emitted.train({ ...data, y: [3, ...data.y.slice(1)] })).rejects.toThrow(
      'y[0] is 3, which is not an integer from 0 to 2',
    );
  });

  it('stops when its caller says so, with what it has', async () => {
    const steps: number[] = [];
    const seen = new Set<Progress>();
    const result = await emitted.train(data, {
      onStep: (progress) => {
        steps.push(progress.step);
        seen.add(progress);
        return progress.step === 5 ? 'stop' : undefined;
      },
    });
    expect(result.status).toBe('stopped');
    expect(steps).toEqual([1, 2, 3, 4, 5]);
    expect(seen.size).toBe(1);
    const aborted = await emitted.train(data, { signal: AbortSignal.abort() });
    expect(aborted.status).toBe('stopped');
    expect(aborted.steps).toBe(0);
  });

  it('stops by a signal that comes in the middle of a long run', async () => {
    const long: Program = {
      ...program,
      phases: program.phases.map((phase) => ({ ...phase, steps: 1e9 })),
    };
    const endless = await importText(await emitModule(long, { wasm: 'none' }));
    const result = await endless.train(data, { signal: AbortSignal.timeout(50) });
    expect(result.status).toBe('stopped');
    expect(result.steps).toBeGreaterThan(0);
    expect(Number.isFinite(result.objective)).toBe(true);
  }, 30_000);

  it('says that it diverged and when, and keeps finite parameters', async () => {
    // The logarithm of a negative number, once the parameters have moved.
    const { train } = await importText(text.replaceAll('Math.tanh(', 'Math.log('));
    const result = await train(data);
    expect(result.status).toBe('diverged');
    expect(result.steps).toBe(1);
    expect(result.params['w']?.every(Number.isFinite)).toBe(true);
  });

  it('lets no text of the source become code', async () => {
    const hostile = 'x*/globalThis.stolen=1;/*`${globalThis.stolen=1}`\u2028globalThis.stolen=1\n"\'\\]}';
    const file = { path: hostile, text: hostile };
    const span = { file, start: 0, end: 3 };
    const b = new GraphBuilder();
    const x = b.withSpan(span, hostile, () => b.parameter(at(program.phases, 0).states[0]!.type, hostile));
    const names = {
      ...program,
      name: hostile,
      data: program.data.map((slot) => ({ ...slot, name: hostile })),
      raw: program.raw.map((input, index) => ({ ...input, name: `${hostile}${index}`, origin: hostile })),
      tables: program.tables.map((table) => ({ ...table, dimension: hostile })),
      parameters: program.parameters.map((slot) => ({ ...slot, name: hostile })),
      reports: program.reports.map((report) => ({
        ...report,
        name: hostile,
        type: x.type,
        value: {
          inputs: [{ kind: 'parameters' as const }],
          region: b.region(
            [x],
            [
              b.withSpan(span, hostile, () =>
                b.unary(
                  'exp',
                  b.withSpan(span, hostile, () => b.unary('sin', x)),
                ),
              ),
            ],
          ),
        },
      })),
      phases: program.phases.map((phase) => ({
        ...phase,
        title: hostile,
        objective: { name: hostile, sense: 'minimize' as const },
        states: phase.states.map((state) => ({ ...state, name: hostile })),
      })),
    } satisfies Program;
    const module = await emitModule(names, { doc: hostile });
    toCheck.push(module);
    const { train } = await importText(module);
    const result = await train({ [`${hostile}0`]: data.X, [`${hostile}1`]: data.y });
    expect(result.status).toBe('finished');
    const compiled = instantiate(names);
    compiled.load([data.X, data.y]);
    await runProgram(names, compiled);
    expect('stolen' in globalThis).toBe(false);
  }, 30_000);

  it('says in its result what became of objectives and constraints', async () => {
    const { compilation } = await compileSource({
      path: 'constrained.opt',
      text: `
        param x: real[3] = 0
        minimize length: sum(x^2)
        subject to row: x[0] + 2 * x[1] - x[2] <= -3
        subject to each: x[0..1] >= -2
        solve using lbfgs() by augmented_lagrangian() for 500 steps until kkt < 1e-8`,
    });
    if (compilation === undefined) throw new Error('a problem that compiles');
    const module = await emitModule(compilation.program);
    toCheck.push(module);
    const { train } = await importText(module);
    const result = (await train({})) as unknown as {
      readonly kkt: number;
      readonly objectives: Readonly<Record<string, number>>;
      readonly constraints: Readonly<
        Record<string, { value: number | Float64Array; violation: number; multiplier: number | Float64Array }>
      >;
    };
    // cooper: the least square norm under one linear inequality.
    expect(result.kkt).toBeLessThan(1e-8);
    expect(result.objectives['length']).toBeCloseTo(1.5, 7);
    expect(result.constraints['row']?.multiplier).toBeCloseTo(1, 6);
    expect(result.constraints['row']?.violation).toBeLessThan(1e-8);
    const each = result.constraints['each'];
    expect([...(each?.value as Float64Array)].map((value) => Number(value.toFixed(6)))).toEqual([-1.5, -1]);
    expect([...(each?.multiplier as Float64Array)]).toEqual([0, 0]);
  });

  it('compiles under the strictest settings, whatever scalar functions it calls', async () => {
    const b = new GraphBuilder();
    const type = at(program.phases, 0).states[0]!.type;
    const x = b.parameter(type, 'x');
    let total = x;
    for (const name of Object.keys(elementwiseTable) as ElementwiseName[]) {
      const { signature, tangents } = elementwiseTable[name];
      if (signature === 'bool' || signature === 'choice') continue;
      const result = b.elementwise(
        name,
        tangents.map(() => total),
      );
      total = b.binary('add', total, b.cast(result, 'real'));
    }
    const value = { inputs: [{ kind: 'parameters' as const }], region: b.region([x], [total]) };
    const report = { ...at(program.reports, 0), name: 'everything', type, value };
    const everything = { ...program, reports: [report] };
    toCheck.push(await emitModule(everything), await emitModule({ ...everything, precision: 'f32' }));
    expect(toCheck.length).toBe(6);
    expect(complaints(toCheck)).toEqual([]);
  }, 60_000);
});
