/** A program that runs in this process as one WebAssembly module over one memory. */
import type { Program } from '../../ir/program.js';
import type { Host } from '../../runtime/host.js';
import { RunningProgram } from '../running-program.js';
import type { InstantiatedProgram } from '../running-program.js';
import { loadModule } from './module.js';
import type { WasmOptions } from './program-code.js';
import { largestBlock } from './steps-code.js';
import { stepsName, writeProgram } from './write-program.js';

export type Instantiated =
  | { readonly ok: true; readonly compiled: InstantiatedProgram }
  /** More bytes than one memory has, or than this machine gives. */
  | { readonly ok: false; readonly needed: number };

/** @param host what the host supplies for `extern fn` */
export function instantiateWasm(program: Program, options: WasmOptions, host: Host = {}): Instantiated {
  const made = writeProgram(program, options);
  if (!made.ok) return made;
  const { code, exports, sizes, places, block, names } = made.written;
  const loaded = loadModule(code, exports, sizes);
  if (loaded === undefined) return { ok: false, needed: code.memorySize };
  const { functions, extern, reals, integers, source } = loaded;
  Object.assign(extern ?? {}, host);
  const named = (name: string): ((count?: number) => unknown) => {
    const found = functions[name];
    if (found === undefined) throw new Error(`compiler bug: the module has no function ${name}`);
    return found;
  };
  const evaluated = {
    extern,
    reals,
    integers,
    prepare: named(names.prepare),
    initial: named(names.initial),
    phases: names.phases.map(({ start, step, evaluate }, phase) => ({
      start: named(start),
      step: named(step),
      evaluate: named(evaluate),
      several: named(stepsName(phase)) as (count: number) => number,
    })),
    reports: names.reports.map((name) => named(name)),
    block: { steps: largestBlock, measures: block.trail, epoch: block.epoch },
  };
  return { ok: true, compiled: new RunningProgram(program, places, evaluated, source) };
}
