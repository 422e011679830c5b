/**
 * A whole program as text: its schedules printed as functions over two arenas. Who runs the text (the `run`
 * command, an emitted module) adds only the order of calls.
 */
import type { Arena } from '../../ir/memory.js';
import type { Schedule } from '../../ir/nest.js';
import { locate } from '../../ir/nest.js';
import type { Program } from '../../ir/program.js';
import { at } from '../../ir/types.js';
import { Layout } from '../layout.js';
import { scheduleProgram, storagePlaces } from '../schedule-program.js';
import type { ProgramPlaces } from '../schedule-program.js';
import { printFunction } from './print-schedule.js';
import { ProgramText } from './program-text.js';

export interface FunctionNames {
  readonly prepare: string;
  readonly initial: string;
  readonly phases: readonly { readonly start: string; readonly step: string; readonly evaluate: string }[];
  readonly reports: readonly string[];
}

export interface PrintedProgram {
  readonly text: ProgramText;
  readonly sizes: Readonly<Record<Arena, number>>;
  readonly places: ProgramPlaces;
  readonly functions: FunctionNames;
  /** What each function does, by name: `step_1`, `report_accuracy`. */
  readonly schedules: ReadonlyMap<string, Schedule>;
}

/** @param taken names that the surrounding text declares */
export function printProgram(program: Program, taken: Iterable<string> = []): PrintedProgram {
  const layout = new Layout();
  const { places, schedules } = scheduleProgram(program, layout);
  const text = new ProgramText(taken);
  for (const place of storagePlaces(places)) text.view(locate(place).buffer);
  const names = [...schedules].map(([name, schedule]) => printFunction(schedule, name, text));
  return {
    text,
    sizes: layout.sizes,
    places,
    functions: nameFunctions(program, names),
    schedules,
  };
}

/** @param names in the order in which a program is scheduled */
export function nameFunctions(program: Program, names: readonly string[]): FunctionNames {
  const phases = program.phases.map((_, index) => ({
    start: at(names, 2 + 3 * index),
    step: at(names, 3 + 3 * index),
    evaluate: at(names, 4 + 3 * index),
  }));
  return {
    prepare: at(names, 0),
    initial: at(names, 1),
    phases,
    reports: names.slice(2 + 3 * phases.length),
  };
}
