/**
 * The part of an emitted module that holds a program's memory and functions: `createProgram`. What the module's driver
 * works on is one object of views and functions, whatever made them: printed TypeScript, or WebAssembly.
 */
import { arenaOf } from '../../ir/memory.js';
import { locate } from '../../ir/nest.js';
import type { Place } from '../../ir/nest.js';
import { at } from '../../ir/types.js';
import { startOf } from '../schedule-program.js';
import type { ProgramPlaces } from '../schedule-program.js';
import { importModule, pagesOf } from '../wasm/encode.js';
import { declareMemory, printImports } from '../wasm/module.js';
import { stepsName } from '../wasm/write-program.js';
import type { WrittenProgram } from '../wasm/write-program.js';
import type { FunctionNames, PrintedProgram } from './print-program.js';
import { stringText } from './text.js';

export function storageName(kind: 'raw' | 'hyper' | 'report' | 'reported', index: number): string {
  return `${kind}${index}`;
}

interface Parts {
  readonly places: ProgramPlaces;
  readonly functions: FunctionNames;
  readonly callsHost: boolean;
  readonly view: (place: Place) => string;
  readonly call: (name: string) => string;
  /** Where one of the two can take several steps in a call: that function of each phase, and the cell of the epoch. */
  readonly blocks?: { readonly several: (phase: number) => string; readonly epoch: string };
}

/** `return { ... };` */
function returnProgram({ places, functions, callsHost, view, call, blocks }: Parts): string[] {
  const phases = functions.phases.map(({ start, step, evaluate }, index) => {
    const rows = at(places.phases, index).rows;
    // Without the wide type a program that never samples would be refused where the driver fills in rows.
    const sampled = rows === undefined ? 'undefined as Int32Array | undefined' : view(rows);
    const several = blocks === undefined ? '' : `, several: ${blocks.several(index)}`;
    return `    { start: ${call(start)}, step: ${call(step)}${several}, evaluate: ${call(evaluate)}, rows: ${sampled} },`;
  });
  const members = [
    ...(callsHost ? ['extern'] : []),
    `x: ${view(places.parameters)}`,
    `measures: ${view(places.measures)}`,
    `evaluation: ${view(places.evaluation)}`,
    `seed: ${view(places.seed)}`,
    `step: ${view(places.step)}`,
    ...(blocks === undefined ? [] : [`epoch: ${blocks.epoch}`]),
    ...places.hypers.map((place, index) => `${storageName('hyper', index)}: ${view(place)}`),
    `prepare: ${call(functions.prepare)}`,
    `initial: ${call(functions.initial)}`,
    ...places.raw.map((place, index) => `${storageName('raw', index)}: ${view(place)}`),
    ...functions.reports.map((name, index) => `${storageName('report', index)}: ${call(name)}`),
    ...places.reports.map((place, index) => `${storageName('reported', index)}: ${view(place)}`),
  ];
  return ['return {', ...members.map((member) => `  ${member},`), '  phases: [', ...phases, '  ],', '};'];
}

/** A function of this name that makes the program from printed loops. @param isFallback of `createInWasm` */
export function programInScript(
  name: string,
  { text, sizes, places, functions }: PrintedProgram,
  reals: 'Float64Array' | 'Float32Array',
  isFallback: boolean,
): string {
  const returned = returnProgram({
    places,
    functions,
    callsHost: text.declareExtern(true).length > 0,
    view: (place) => text.view(locate(place).buffer),
    call: (own) => own,
    ...(isFallback
      ? {
          blocks: {
            several: () => 'undefined as ((count: number) => number) | undefined',
            epoch: 'new Int32Array(1)',
          },
        }
      : {}),
  });
  return [
    `function ${name}() {`,
    ...indented([
      ...text.declareArenas(reals, sizes),
      ...text.declareExtern(true),
      ...text.declareViews(),
      '',
      ...text.declareFunctions(),
      '',
      ...returned,
    ]),
    '}',
  ].join('\n');
}

/** `createInWasm`, which makes it from the module's bytes, or gives `undefined` where the engine cannot. */
export function programInWasm({ code, places, block, names, sizes }: WrittenProgram): string {
  const view = (place: Place): string => {
    const start = startOf(place);
    const arena = arenaOf(locate(place).buffer) === 'real' ? 'reals' : 'integers';
    return `${arena}.subarray(${start}, ${start + place.size})`;
  };
  const extern = code.glue.declareExtern(true);
  const returned = returnProgram({
    places,
    functions: names,
    callsHost: extern.length > 0,
    view,
    call: (name) => `call(${stringText(name)})`,
    blocks: {
      several: (phase) => `exports[${stringText(stepsName(phase))}] as (count: number) => number`,
      epoch: view(block.epoch),
    },
  });
  const body = [
    'wasm ??= loadWasm();',
    'if (wasm === undefined) return undefined;',
    `const memory = new wasm.engine.Memory({ initial: ${pagesOf(code.memorySize)} });`,
    ...extern,
    ...declareMemory(code, sizes),
    `const { exports } = new wasm.engine.Instance(wasm.module, {`,
    `  ${importModule}: {`,
    '    memory,',
    ...printImports(code, true).map((line) => `    ${line},`),
    '  },',
    '});',
    'const call = (name: string): (() => void) => exports[name] as () => void;',
    ...returned,
  ];
  return [
    'function createInWasm(): ReturnType<typeof createInScript> | undefined {',
    '  try {',
    ...indented(indented(body)),
    '  } catch {',
    '    // Too little memory, or a module larger than the engine takes at once.',
    '    return undefined;',
    '  }',
    '}',
  ].join('\n');
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
