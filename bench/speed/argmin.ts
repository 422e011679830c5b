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
import type { DrivenProgram } from '../../src/runtime/driven.js';
import { driven } from '../../src/runtime/stepped.js';
import { fastest } from '../timing.js';
import { compileWorkload } from './folder.js';
import { workloads } from './workloads.js';
import type { Workload } from './workloads.js';

/** A call that is timed, and the figure that contenders must agree on. */
interface Timed {
  readonly call: () => void;
  /** Steps of a call that trains; 1 for the other kinds. */
  readonly steps: number;
  readonly loss: () => number;
}

/** Steps in one call take about so long, as when the command line trains. */
const blockMicroseconds = 2000;

/** Takes steps until there are `count`, or until the measure `stop` is 1. */
function advance(program: DrivenProgram, count: number, measures: number, stop?: number): void {
  for (let left = count; left > 0;) {
    const taken = program.advance(0, left);
    if (typeof taken !== 'number') throw new Error('a program of this process answers at once');
    left -= taken;
    if (stop !== undefined && program.measures[(taken - 1) * measures + stop] === 1) return;
  }
}

function timedCall(workload: Workload, compiled: CompiledProgram, { phases, seed }: Program): Timed {
  const measures = phases[0]?.measures.length ?? 0;
  const loss = (): number => compiled.evaluate(0)[0] ?? NaN;
  switch (workload.timed) {
    case 'step': {
      if (compiled.block === undefined) return { call: () => compiled.step(0), steps: 1, loss };
      const program = driven(compiled);
      const single = fastest(() => compiled.step(0), 0.2).microseconds;
      const steps = Math.max(1, Math.min(compiled.block.steps, Math.round(blockMicroseconds / single)));
      return { call: () => advance(program, steps, measures), steps, loss };
    }
    case 'report': {
      const sum = (): number => Array.from(compiled.report(0)).reduce((total, value) => total + value, 0);
      return { call: () => void compiled.report(0), steps: 1, loss: sum };
    }
    case 'solve': {
      const program = driven(compiled);
      const solve = (): void => {
        compiled.initialize(seed);
        void program.startPhase(0);
        advance(program, Infinity, measures, measures - 1);
      };
      return { call: solve, steps: 1, loss };
    }
    default:
      return workload.timed satisfies never;
  }
}

function instantiateFor(target: string, program: Program): CompiledProgram {
  if (target === 'ts') return instantiate(program);
  allowRelaxedVectors();
  const made = instantiateWasm(program, engineOptions());
  if (!made.ok) throw new Error('no memory of this size');
  const { compiled } = made;
  // Where each step is a call of its own, the program is one that cannot do otherwise.
  if (target === 'wasm-steps') Object.defineProperty(compiled, 'block', { value: undefined });
  return compiled;
}

const [name = '', seconds = '1', target = 'ts'] = process.argv.slice(2);
const workload = workloads.map((make) => make()).find((each) => each.name === name);
if (workload === undefined) throw new Error(`no workload ${name}`);
const { program, bound } = await compileWorkload(workload);
const compiled = instantiateFor(target, program);
compiled.load(rawArrays(program, bound));
compiled.initialize(program.seed);
if (program.phases.length > 0) compiled.startPhase(0);
const { call, steps, loss } = timedCall(workload, compiled, program);
compiled.initialize(program.seed);
if (program.phases.length > 0) compiled.startPhase(0);
for (let step = 0; step < workload.steps; step += 1) {
  if (workload.timed === 'step') compiled.step(0);
  else call();
}
const reached = loss();
const { microseconds } = fastest(call, Number(seconds));
console.log(JSON.stringify({ loss: reached, microseconds: microseconds / steps }));
