/** A program that runs in this process as one WebAssembly module over one memory. */
import type { Program } from '../../ir/program.js';
import type { Host } from '../../runtime/host.js';
import { Layout } from '../layout.js';
import { RunningProgram } from '../running-program.js';
import type { InstantiatedProgram } from '../running-program.js';
import { scheduleProgram } from '../schedule-program.js';
import { loadModule } from './module.js';
import { ProgramCode } from './program-code.js';
import type { WasmOptions } from './program-code.js';
import { writeFunction } from './schedule-code.js';

/** A memory has 32-bit addresses. */
export const largestMemory = 2 ** 32 - 65536;

export type Instantiated =
  | { readonly ok: true; readonly compiled: InstantiatedProgram }
  /** More bytes than one memory has. */
  | { readonly ok: false; readonly needed: number };

/** @param host what the host supplies for `extern fn` */
export function instantiateWasm(program: Program, options: WasmOptions, host: Host = {}): Instantiated {
  const layout = new Layout();
  const { places, schedules } = scheduleProgram(program, layout);
  const code = new ProgramCode(program.precision, layout.sizes, options);
  if (code.memorySize > largestMemory) return { ok: false, needed: code.memorySize };
  const exports = [...schedules].map(([name, schedule]) => writeFunction(schedule, name, code));
  if (code.memorySize > largestMemory) return { ok: false, needed: code.memorySize };
  const loaded = loadModule(code, exports, layout.sizes);
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
    prepare: named('prepare'),
    initial: named('initial'),
    phases: program.phases.map((_, index) => ({
      start: named(`start_${index + 1}`),
      step: named(`step_${index + 1}`),
      evaluate: named(`evaluate_${index + 1}`),
    })),
    reports: program.reports.map(({ name }) => named(`report_${name}`)),
  };
  return { ok: true, compiled: new RunningProgram(program, places, evaluated, source) };
}
