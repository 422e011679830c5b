/** A whole program written as functions of one WebAssembly module, for whoever runs it or keeps it. */
import type { Arena } from '../../ir/memory.js';
import type { Program } from '../../ir/program.js';
import { Layout } from '../layout.js';
import { scheduleProgram } from '../schedule-program.js';
import type { ProgramPlaces } from '../schedule-program.js';
import { nameFunctions } from '../typescript/print-program.js';
import type { FunctionNames } from '../typescript/print-program.js';
import type { DefinedFunction } from './code.js';
import { withEpilogues } from './contraction-epilogue.js';
import { fusionFor, ProgramCode } from './program-code.js';
import type { WasmOptions } from './program-code.js';
import { writeFunction } from './schedule-code.js';
import { blockPlaces, writeSteps } from './steps-code.js';
import type { BlockPlaces } from './steps-code.js';

/** A memory has 32-bit addresses. */
export const largestMemory = 2 ** 32 - 65536;

export interface WrittenProgram {
  readonly code: ProgramCode;
  readonly exports: readonly DefinedFunction[];
  readonly names: FunctionNames;
  readonly places: ProgramPlaces;
  readonly block: BlockPlaces;
  readonly sizes: Readonly<Record<Arena, number>>;
}

export type Written =
  | { readonly ok: true; readonly written: WrittenProgram }
  /** More bytes than one memory has. */
  | { readonly ok: false; readonly needed: number };

export function writeProgram(program: Program, options: WasmOptions): Written {
  const layout = new Layout(withEpilogues(fusionFor(options), program.precision));
  const { places, schedules } = scheduleProgram(program, layout);
  const block = blockPlaces(program, layout);
  const { sizes } = layout;
  const code = new ProgramCode(program.precision, sizes, options);
  if (code.memorySize > largestMemory) return { ok: false, needed: code.memorySize };
  // The names of reports are any text.
  const functions = [...schedules].map(
    ([name, schedule], index) => [name.startsWith('report_') ? `report_${index}` : name, schedule] as const,
  );
  const made = new Map(functions.map(([name, schedule]) => [name, writeFunction(schedule, name, code)]));
  const names = nameFunctions(
    program,
    functions.map(([name]) => name),
  );
  const steps = names.phases.map(({ step }, phase) => {
    const one = made.get(step);
    if (one === undefined) throw new Error('compiler bug: a phase without a step');
    return writeSteps(stepsName(phase), one, phase, program, places, block, code);
  });
  if (code.memorySize > largestMemory) return { ok: false, needed: code.memorySize };
  const exports = [...made.values(), ...steps];
  return { ok: true, written: { code, exports, names, places, block, sizes } };
}

/** The name of the function that takes several steps of a phase. */
export function stepsName(phase: number): string {
  return `steps_${phase + 1}`;
}
