/** A program that runs in this process: its printed text, evaluated. */
import type { Program } from '../../ir/program.js';
import type { Host } from '../../runtime/host.js';
import { RunningProgram } from '../running-program.js';
import type { Evaluated, InstantiatedProgram } from '../running-program.js';
import { evaluateText } from './evaluate-text.js';
import { printProgram } from './print-program.js';
import type { PrintedProgram } from './print-program.js';
import { withoutAssertions } from './program-text.js';

/** @param host what the host supplies for `extern fn` */
export function instantiate(program: Program, host: Host = {}): InstantiatedProgram {
  const printed = printProgram(program);
  const source = programSource(program, printed);
  const code = evaluateText(source) as Evaluated;
  Object.assign(code.extern ?? {}, host);
  return new RunningProgram(program, printed.places, code, source);
}

function programSource(program: Program, { text, sizes, functions }: PrintedProgram): string {
  const array = program.precision === 'f64' ? 'Float64Array' : 'Float32Array';
  const phases = functions.phases.map(
    ({ start, step, evaluate }) => `{ start: ${start}, step: ${step}, evaluate: ${evaluate} }`,
  );
  return withoutAssertions(
    [
      ...text.declareArenas(array, sizes),
      ...text.declareViews(),
      ...text.declareExtern(false),
      ...text.declareHelpers(false),
      ...text.declareFunctions(),
      `return { extern: ${text.declareExtern(false).length > 0 ? 'extern' : 'undefined'}, reals, integers, prepare: ${functions.prepare}, initial: ${functions.initial}, phases: [${phases.join(', ')}], reports: [${functions.reports.join(', ')}] };`,
    ].join('\n'),
  );
}
