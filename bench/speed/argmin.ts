/**
 * One contender, one workload, in a process of its own: `argmin.ts WORKLOAD SECONDS TARGET` prints the loss after the workload's
 * steps and the microseconds of one call, as JSON.
 */
import { instantiate } from '../../src/codegen/typescript/instantiate.js';
import { allowRelaxedVectors } from '../../src/cli/engine.js';
import { engineOptions } from '../../src/codegen/wasm/features.js';
import { instantiateWasm } from '../../src/codegen/wasm/instantiate.js';
import { rawArrays } from '../../src/compile.js';
import type { Program } from '../../src/ir/program.js';
import type { CompiledProgram } from '../../src/runtime/compiled.js';
import { fastest } from '../timing.js';
import { compileWorkload } from './folder.js';
import { workloads } from './workloads.js';
import type { Workload } from './workloads.js';

/** A call that is timed, and the figure that contenders must agree on. */
interface Timed {
  readonly call: () => void;
  readonly loss: () => number;
}

function timedCall(workload: Workload, compiled: CompiledProgram, stop: number, seed: number): Timed {
  switch (workload.timed) {
    case 'step':
      return { call: () => compiled.step(0), loss: () => compiled.evaluate(0)[0] ?? NaN };
    case 'report': {
      const sum = (): number => Array.from(compiled.report(0)).reduce((total, value) => total + value, 0);
      return { call: () => void compiled.report(0), loss: sum };
    }
    case 'solve':
      return {
        call: () => {
          compiled.initialize(seed);
          compiled.startPhase(0);
          do compiled.step(0);
          while (compiled.measures[stop] !== 1);
        },
        loss: () => compiled.evaluate(0)[0] ?? NaN,
      };
    default:
      return workload.timed satisfies never;
  }
}

function instantiateFor(target: string, program: Program): CompiledProgram {
  if (target !== 'wasm') return instantiate(program);
  allowRelaxedVectors();
  const made = instantiateWasm(program, engineOptions());
  if (!made.ok) throw new Error('no memory of this size');
  return made.compiled;
}

const [name = '', seconds = '1', target = 'ts'] = process.argv.slice(2);
const workload = workloads.map((make) => make()).find((each) => each.name === name);
if (workload === undefined) throw new Error(`no workload ${name}`);
const { program, bound } = await compileWorkload(workload);
const compiled = instantiateFor(target, program);
compiled.load(rawArrays(program, bound));
compiled.initialize(program.seed);
if (program.phases.length > 0) compiled.startPhase(0);
const stop = (program.phases[0]?.measures.length ?? 0) - 1;
const { call, loss } = timedCall(workload, compiled, stop, program.seed);
for (let step = 0; step < workload.steps; step += 1) call();
const reached = loss();
const { microseconds } = fastest(call, Number(seconds));
console.log(JSON.stringify({ loss: reached, microseconds }));
