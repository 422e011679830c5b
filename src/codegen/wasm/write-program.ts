/** A whole program written as functions of one WebAssembly module, for whoever runs it or keeps it. */
import type { Arena } from '../../ir/memory.js';
import type { Program } from '../../ir/program.js';
import { Layout } from '../layout.js';
import { scheduleProgram } from '../schedule-program.js';
import type { ProgramPlaces } from '../schedule-program.js';
import { nameFunctions } from '../typescript/print-program.js';
import type { FunctionNames } from '../typescript/print-program.js';
import type { DefinedFunction } from './code.js';
import { fusionFor, ProgramCode } from './program-code.js';
import type { WasmOptions } from './program-code.js';
import { writeFunction } from './schedule-code.js';

/** A memory has 32-bit addresses. */
export const largestMemory = 2 ** 32 - 65536;

export interface WrittenProgram {
  readonly code: ProgramCode;
  readonly exports: readonly DefinedFunction[];
  readonly names: FunctionNames;
  readonly places: ProgramPlaces;
  readonly sizes: Readonly<Record<Arena, number>>;
}

export type Written =
  | { readonly ok: true; readonly written: WrittenProgram }
  /** More bytes than one memory has. */
  | { readonly ok: false; readonly needed: number };

export function writeProgram(program: Program, options: WasmOptions): Written {
  const layout = new Layout(fusionFor(options));
  const { places, schedules } = scheduleProgram(program, layout);
  const { sizes } = layout;
  const code = new ProgramCode(program.precision, sizes, options);
  if (code.memorySize > largestMemory) return { ok: false, needed: code.memorySize };
  // The names of reports are any text.
  const functions = [...schedules].map(
    ([name, schedule], index) => [name.startsWith('report_') ? `report_${index}` : name, schedule] as const,
  );
  const exports = functions.map(([name, schedule]) => writeFunction(schedule, name, code));
  if (code.memorySize > largestMemory) return { ok: false, needed: code.memorySize };
  const names = nameFunctions(
    program,
    functions.map(([name]) => name),
  );
  return { ok: true, written: { code, exports, names, places, sizes } };
}
