/** A program that runs in this process as one WebAssembly module over one memory. */
import type { Program } from '../../ir/program.js';
import type { Host } from '../../runtime/host.js';
import { RunningProgram } from '../running-program.js';
import type { InstantiatedProgram } from '../running-program.js';
import { loadModule } from './module.js';
import type { WasmOptions } from './program-code.js';
import { writeProgram } from './write-program.js';

export type Instantiated =
  | { readonly ok: true; readonly compiled: InstantiatedProgram }
  /** More bytes than one memory has, or than this machine gives. */
  | { readonly ok: false; readonly needed: number };

/** @param host what the host supplies for `extern fn` */
export function instantiateWasm(program: Program, options: WasmOptions, host: Host = {}): Instantiated {
  const made = writeProgram(program, options);
  if (!made.ok) return made;
  const { code, exports, sizes, places, names } = made.written;
  const loaded = loadModule(code, exports, sizes);
  if (loaded === undefined) return { ok: false, needed: code.memorySize };
  const { functions, extern, reals, integers, source } = loaded;
  Object.assign(extern ?? {}, host);
  const named = (name: string): (() => void) => {
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
    phases: names.phases.map(({ start, step, evaluate }) => ({
      start: named(start),
      step: named(step),
      evaluate: named(evaluate),
    })),
    reports: names.reports.map(named),
  };
  return { ok: true, compiled: new RunningProgram(program, places, evaluated, source) };
}
