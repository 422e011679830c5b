/**
 * One region as a JavaScript function on arrays: the smallest thing the back end can run, for tests and for
 * evaluations outside a training program.
 */
import type { Region } from '../../ir/graph.js';
import type { Place } from '../../ir/nest.js';
import { locate } from '../../ir/nest.js';
import { at } from '../../ir/types.js';
import type { Cells } from '../running-program.js';
import { evaluateText } from './evaluate-text.js';
import { scheduleAlone } from '../schedule-region.js';
import { printFunction } from './print-schedule.js';
import { ProgramText, withoutAssertions } from './program-text.js';

export type Precision = 'f64' | 'f32';

export interface CompiledRegion {
  /** Where to write the inputs, and where the results stand after `run`. */
  readonly inputs: readonly Cells[];
  readonly results: readonly Cells[];
  readonly run: () => void;
  readonly source: string;
}

export function compileRegion(region: Region, precision: Precision = 'f64'): CompiledRegion {
  const { inputs, outputs, schedule, sizes } = scheduleAlone(region);
  const program = new ProgramText(['inputs', 'results', 'run']);
  const name = printFunction(schedule, 'region', program);
  const list = (places: readonly Place[]): string =>
    `[${places.map((place) => program.view(locate(place).buffer)).join(', ')}]`;
  const [inputList, resultList] = [list(inputs), list(outputs)];
  const array = precision === 'f64' ? 'Float64Array' : 'Float32Array';
  const source = withoutAssertions(
    [
      ...program.declareArenas(array, sizes),
      ...program.declareViews(),
      ...program.declareHelpers(false),
      ...program.declareFunctions(),
      `return { inputs: ${inputList}, results: ${resultList}, run: ${name} };`,
    ].join('\n'),
  );
  const made = evaluateText(source) as Omit<CompiledRegion, 'source'>;
  return { ...made, source };
}

/** Runs a region once on copies of the inputs; truth values and ints are numbers. */
export function runRegion(
  region: Region,
  inputs: readonly ArrayLike<number>[],
  precision: Precision = 'f64',
): Float64Array[] {
  const compiled = compileRegion(region, precision);
  compiled.inputs.forEach((cells, index) => cells.set(at(inputs, index)));
  compiled.run();
  return compiled.results.map((cells) => Float64Array.from(cells));
}
