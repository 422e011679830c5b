/**
 * A process of its own, with `--expose-gc`: how many bytes the heap grows over 10000 steps of a program, for each back end and
 * problem, the least of a few rounds (the engine allocates too, while it optimises). Prints them as JSON.
 */
import { engineOptions } from '../../../src/codegen/wasm/features.js';
import { instantiateWasm } from '../../../src/codegen/wasm/instantiate.js';
import { instantiate } from '../../../src/codegen/typescript/instantiate.js';
import { compileSource, rawArrays } from '../../../src/compile.js';
import type { CompiledProgram } from '../../../src/runtime/compiled.js';

const data = `data seed 1 { X: real[N, 8] ~ normal(0, 1)  y: real[N] ~ normal(0, 1) }
let N = 256
param w: real[8] = 0
param b: real = 0
minimize mean((X @ w + b - y)^2)
`;
const problems: Readonly<Record<string, string>> = {
  full: `${data}solve using adam(1e-3) for 100000 steps`,
  batches: `${data}solve using momentum(1e-3) batch 32 for 100000 steps seed 3`,
  loops: `${data}solve using lbfgs(memory = 3) for 100000 steps`,
};

const collect = globalThis.gc as () => void;

function growth(compiled: CompiledProgram, steps: number): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let step = 0; step < steps; step += 1) compiled.step(0);
  return process.memoryUsage().heapUsed - before;
}

const found: Record<string, number> = {};
for (const [name, text] of Object.entries(problems)) {
  const { compilation, diagnostics } = await compileSource({ path: `${name}.opt`, text });
  if (compilation === undefined) throw new Error(JSON.stringify(diagnostics.map(({ message }) => message)));
  const { program, bound } = compilation;
  const wasm = instantiateWasm(program, engineOptions());
  if (!wasm.ok) throw new Error('no memory');
  for (const [target, compiled] of [
    ['ts', instantiate(program)],
    ['wasm', wasm.compiled],
  ] as const) {
    compiled.load(rawArrays(program, bound));
    compiled.initialize(program.seed);
    compiled.startPhase(0);
    for (let step = 0; step < 3000; step += 1) compiled.step(0);
    // On a busy machine the engine is late with its optimised code, and its other code does make objects.
    let least = Infinity;
    for (let round = 0; round < 20 && least > 1000; round += 1) {
      least = Math.min(least, growth(compiled, 10_000));
    }
    found[`${name} ${target}`] = least;
  }
}
process.stdout.write(JSON.stringify(found));
