/**
 * `compile`: a program as one readable TypeScript module without imports. The function bodies are the text that `run`
 * executes; ts-morph shapes the declarations around them, in one batch, and is loaded only here.
 */
import type {
  FunctionDeclarationStructure,
  InterfaceDeclarationStructure,
  StatementStructures,
} from 'ts-morph';
import { arenaOf } from '../../ir/memory.js';
import { locate } from '../../ir/nest.js';
import type { ExternSlot, Phase, Program } from '../../ir/program.js';
import { at } from '../../ir/types.js';
import { evaluated } from '../../runtime/infeasible.js';
import type { Origin } from '../../runtime/webgpu/plan.js';
import { batchStream, orderStream } from '../../runtime/sampler.js';
import {
  createTrainerBody,
  driverInterfaces,
  setHyperBody,
  setRowsBody,
  trainBody,
} from './module-driver.js';
import { checkIntegers, checkNumbers, routine } from './module-routines.js';
import { indented, originsOf, textsOf } from '../origins.js';
import type { CodeLine } from '../origins.js';
import { programInScript, programInWasm, storageName } from './module-program.js';
import { wasmNames, wasmText } from './module-wasm.js';
import { printProgram } from './print-program.js';
import type { PrintedProgram } from './print-program.js';
import {
  access,
  dataMembers,
  headerComment,
  hyperMembers,
  inputCheck,
  interfaceMembers,
  key,
  paramMembers,
  property,
  reportMembers,
  sizesText,
  tidy,
} from './module-types.js';
import type { EmitOptions } from './module-types.js';
import {
  constrainedPhase,
  constraintMembers,
  constraintsBody,
  objectiveMembers,
  objectivesBody,
} from './module-result.js';
import { writeProgram } from '../wasm/write-program.js';
import type { WrittenProgram } from '../wasm/write-program.js';
import { stringText } from './text.js';

/** Names of the module, which no array of the program may take. */
const moduleNames =
  'Objectives Constraints readObjectives readConstraints Data Params Reports Extern Options Progress Result Trainer ' +
  'PhaseFacts sizes phases defaultSeed batchStream orderStream init ' +
  'train createTrainer createProgram loadData setHyper Hypers readParams readReports checkNumbers checkIntegers setRows';

export async function emitModule(program: Program, options: EmitOptions = {}): Promise<string> {
  return (await emitMappedModule(program, options)).text;
}

export interface MappedModule {
  readonly text: string;
  readonly origins: readonly Origin[];
}

/** The module, and which of its lines come from which places of the source. */
export async function emitMappedModule(program: Program, options: EmitOptions = {}): Promise<MappedModule> {
  const { IndentationText, Project, QuoteKind, StructureKind } = await import('ts-morph');
  const written = writtenProgram(program, options);
  const printed = printProgram(program, [
    ...moduleNames.split(' '),
    ...(written === undefined ? [] : wasmNames.split(' ')),
  ]);
  printed.text.routine('shuffleRows');
  if (written !== undefined) printed.text.include(written.code.glue);
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces, quoteKind: QuoteKind.Single },
  });
  const described = (name: string, doc: string, body: string): InterfaceDeclarationStructure => ({
    kind: StructureKind.Interface,
    name,
    isExported: true,
    docs: [doc],
    properties: [],
    ...interfaceMembers(body),
  });
  const constrained = constrainedPhase(program);
  const reals = program.precision === 'f64' ? 'Float64Array' : 'Float32Array';
  const { externs = [] } = program;
  const defaults = externs.length === 0 ? ' = {}' : '';
  const statements: (string | StatementStructures)[] = [
    headerComment(program, options),
    described(
      'Data',
      'What the program is trained on: row-major arrays in the order of the source.',
      dataMembers(program),
    ),
    described('Params', 'The parameters, row-major.', paramMembers(program, reals)),
    described('Reports', 'Values reported at the final parameters.', reportMembers(program, reals)),
    ...(program.hypers.length === 0
      ? []
      : [
          described(
            'Hypers',
            'Hyperparameters, where they are not to be as in the source.',
            hyperMembers(program),
          ),
        ]),
    ...(externs.length === 0
      ? []
      : [described('Extern', 'The functions that the host supplies.', externMembers(externs))]),
    described('Options', 'How to run.', optionMembers(program)),
    described('Progress', 'How a run is going.', driverInterfaces.Progress),
    described('Objectives', 'Each objective, on all training rows.', objectiveMembers(program)),
    ...(constrained === undefined
      ? []
      : [
          described(
            'Constraints',
            'Left less right side of each constraint, or right less left for `>=`; how far it is from holding; its multiplier.',
            constraintMembers(constrained, reals),
          ),
        ]),
    described(
      'Result',
      'How a run ended.',
      driverInterfaces.Result +
        (constrained === undefined
          ? ''
          : '\n/** How far the conditions of optimality are from holding. */\nreadonly kkt: number;\nreadonly constraints: Constraints;'),
    ),
    described('Trainer', 'A run that the caller advances step by step.', driverInterfaces.Trainer),
    sizesText(program),
    phasesText(program),
    routine(
      'init',
      [
        ['data', 'Data'],
        ...(externs.length === 0 ? [] : [['extern', 'Extern'] as const]),
        ['seed', 'number = defaultSeed'],
      ],
      'Params',
      initBody(externs.length > 0),
      {
        isExported: true,
        docs: ['The parameters before the first step.'],
      },
    ),
    ...trainerRoutines(
      `Options${defaults}`,
      createTrainerBody({
        setHypers: setHypersText(program) + setExternText(program),
        constrained:
          constrained === undefined
            ? ''
            : `    kkt: program.evaluation[${evaluated.kkt}] ?? NaN,\n    constraints: readConstraints(program.evaluation),\n`,
        blocks: written !== undefined,
      }),
      written !== undefined,
    ),
    routine(
      'loadData',
      [
        ['program', 'ReturnType<typeof createProgram>'],
        ['data', 'Data'],
      ],
      'void',
      loadBody(program),
    ),
    ...(program.hypers.length === 0
      ? []
      : [
          routine(
            'setHyper',
            [
              ['name', 'string'],
              ['cell', reals],
              ['value', 'number'],
              ['from', 'number'],
              ['to', 'number'],
            ],
            'void',
            setHyperBody,
          ),
        ]),
    routine('readParams', [['x', reals]], 'Params', paramsBody(program)),
    routine(
      'readReports',
      [['program', 'ReturnType<typeof createProgram>']],
      'Reports',
      reportsBody(program, printed),
    ),
    routine(
      'readObjectives',
      [
        ['program', 'ReturnType<typeof createProgram>'],
        ['entered', 'number'],
      ],
      'Objectives',
      objectivesBody(program),
    ),
    ...(constrained === undefined
      ? []
      : [routine('readConstraints', [['cells', reals]], 'Constraints', constraintsBody(constrained))]),
    checkNumbers,
    checkIntegers,
    routine(
      'setRows',
      [
        ['cells', `${reals} | Int32Array`],
        ['values', 'ArrayLike<number>'],
        ['order', 'Int32Array'],
      ],
      'void',
      setRowsBody,
    ),
    printed.text.declareHelpers(true).join('\n'),
    ...(written === undefined ? [] : [bothPrograms, programInWasm(written)]),
    `/** The memory of one run and the functions that work on it. Arrays with names of the same range share memory over time. */`,
    programInScript(
      written === undefined ? 'createProgram' : 'createInScript',
      printed,
      reals,
      written !== undefined,
    ),
    ...(written === undefined ? [] : [wasmText(written)]),
  ];
  const file = project.createSourceFile('module.ts', { statements: withUsed(statements, program) });
  const text = tidy(file.getFullText());
  return { text, origins: originsIn(text, printed.text.functionLines()) };
}

/** The origins of printed functions where they stand in the text around them. */
function originsIn(text: string, functions: readonly CodeLine[]): readonly Origin[] {
  const wanted = textsOf(indented(functions));
  const [first = ''] = wanted;
  const lines = text.split('\n');
  for (let start = lines.indexOf(first); start >= 0; start = lines.indexOf(first, start + 1)) {
    if (wanted.every((line, index) => lines[start + index] === line)) return originsOf(functions, start + 1);
  }
  throw new Error('compiler bug: the functions of a module are not in it as they were printed');
}

/** Undefined where it is not wanted, or where no memory is large enough. */
function writtenProgram(program: Program, { wasm = 'fast' }: EmitOptions): WrittenProgram | undefined {
  if (wasm === 'none') return undefined;
  const made = writeProgram(program, { vectors: true, relaxed: wasm === 'fast', functions: 'own' });
  return made.ok ? made.written : undefined;
}

const bothPrograms = `/** The memory of one run and the functions that work on it: as WebAssembly where the engine can. */
function createProgram() {
  return createInWasm() ?? createInScript();
}`;

/** `createTrainer` and `train`; where steps come in blocks, both take them from `createDriver`. */
function trainerRoutines(
  options: string,
  body: string,
  blocks: boolean,
): readonly FunctionDeclarationStructure[] {
  const given = [
    ['data', 'Data'],
    ['options', options],
  ] as const;
  const driver = 'Trainer & { advance(most: number): boolean }';
  return [
    routine('createTrainer', given, 'Trainer', blocks ? 'return createDriver(data, options);' : body, {
      isExported: true,
      docs: ['Checks and loads the data, and stands before the first step.'],
    }),
    routine('train', given, 'Promise<Result>', trainBody(blocks), {
      isExported: true,
      isAsync: true,
      docs: [
        'Runs all phases, in slices of about 10 ms, so that timers, rendering and an abort get their turn.',
      ],
    }),
    ...(blocks ? [routine('createDriver', given, driver, body)] : []),
  ];
}

/** Leaves out what this program does not call. */
function withUsed(
  statements: readonly (string | StatementStructures)[],
  program: Program,
): (string | StatementStructures)[] {
  const shuffled = program.tables.some((table) => table.shuffleSeed !== undefined);
  const integers = program.raw.some((input) => input.type.dtype !== 'real');
  const unused = new Set([
    ...(shuffled ? [] : ['setRows']),
    ...(integers ? [] : ['checkIntegers']),
    ...(program.raw.length > 0 ? [] : ['checkNumbers']),
  ]);
  return statements.filter(
    (statement) =>
      typeof statement === 'string' || !('name' in statement) || !unused.has(String(statement.name)),
  );
}

const initBody = (
  callsHost: boolean,
): string => `const { params } = createTrainer(data, { seed${callsHost ? ', extern' : ''} });
return params;`;

function optionMembers(program: Program): string {
  const own =
    program.hypers.length === 0 ? '' : '/** Hyperparameters by name. */\nreadonly hypers?: Hypers;\n';
  const extern = hasExterns(program) ? 'readonly extern: Extern;\n' : '';
  return own + extern + driverInterfaces.Options;
}

function hasExterns({ externs = [] }: Program): boolean {
  return externs.length > 0;
}

/** `readonly f: (x: Float64Array, k: number) => number;` */
function externMembers(externs: readonly ExternSlot[]): string {
  return externs
    .map(({ name, parameters, rank, doc }) => {
      const given = parameters.map(
        (parameter) => `${parameter.name}_: ${hostType(parameter.rank, parameter.dtype, false)}`,
      );
      const note = doc.trim() === '' ? `${name} of the source.` : doc.trim();
      return property(name, `(${given.join(', ')}) => ${hostType(rank, 'real', true)}`, note);
    })
    .join('\n');
}

/** Scalars are numbers or truth values, vectors typed arrays, larger arrays arrays of rows. */
function hostType(rank: number, dtype: 'real' | 'int' | 'bool', isResult: boolean): string {
  if (rank === 0) return dtype === 'bool' ? 'boolean' : 'number';
  const vector = isResult ? 'ArrayLike<number>' : 'Float64Array';
  return isResult
    ? 'ArrayLike<'.repeat(rank - 1) + vector + '>'.repeat(rank - 1)
    : vector + '[]'.repeat(rank - 1);
}

function setExternText(program: Program): string {
  return hasExterns(program) ? 'Object.assign(program.extern, options.extern);\n' : '';
}

function setHypersText(program: Program): string {
  if (program.hypers.length === 0) return '';
  const calls = program.hypers.map(({ name, value, interval }, index) => {
    const given = `${access('hypers', name)} ?? ${value}`;
    const bounds = [interval?.from ?? -Infinity, interval?.to ?? Infinity].join(', ');
    return `setHyper(${stringText(name)}, program.${storageName('hyper', index)}, ${given}, ${bounds});`;
  });
  return ['const { hypers = {} } = options;', ...calls, ''].join('\n');
}

function phasesText(program: Program): string {
  return [
    `const defaultSeed = ${program.seed};`,
    `const batchStream = ${batchStream};`,
    ...(program.tables.some((table) => table.shuffleSeed !== undefined)
      ? [`const orderStream = ${orderStream};`]
      : []),
    '',
    'interface PhaseFacts {',
    '  readonly title: string;',
    '  readonly steps: number;',
    '  readonly stepsPerEpoch: number;',
    '  /** How many values a step measures, and where the gradient norm and the stop flag stand among them. */',
    '  readonly measures: number;',
    '  readonly gradNorm: number;',
    '  readonly stop: number;',
    '  readonly batch: { readonly start: number; readonly count: number; readonly size: number; readonly inOrder: boolean } | undefined;',
    '}',
    '',
    'const phases: readonly PhaseFacts[] = [',
    ...program.phases.map((phase) => `  ${phaseText(program, phase)},`),
    '];',
  ].join('\n');
}

function phaseText(program: Program, phase: Phase): string {
  const { sampler } = phase;
  let batch = 'undefined';
  if (sampler.kind === 'batch') {
    const { start, count } = at(at(program.tables, sampler.table).splits, 0);
    batch = `{ start: ${start}, count: ${count}, size: ${sampler.size}, inOrder: ${sampler.inOrder} }`;
  }
  const facts = [
    `title: ${stringText(phase.title)}`,
    `steps: ${phase.steps}`,
    `stepsPerEpoch: ${phase.stepsPerEpoch}`,
    `measures: ${phase.measures.length}`,
    `gradNorm: ${phase.measures.indexOf('grad_norm')}`,
    `stop: ${phase.stops ? phase.measures.length - 1 : -1}`,
    `batch: ${batch}`,
  ];
  return `{ ${facts.join(', ')} }`;
}

function loadBody(program: Program): string {
  const lines: string[] = [];
  if (program.raw.length === 0) return 'void program;\nvoid data;';
  program.tables.forEach((table, index) => {
    if (table.shuffleSeed === undefined || !program.raw.some((input) => input.table === index)) return;
    lines.push(`const order${index} = new Int32Array(${table.rows});`);
    lines.push(`shuffleRows(order${index}, ${table.rows}, ${table.shuffleSeed}, orderStream, 0);`);
  });
  program.raw.forEach((input, index) => {
    const values = access('data', input.name);
    lines.push(inputCheck(input));
    const cells = `program.${storageName('raw', index)}`;
    const shuffled = input.table !== undefined && program.tables[input.table]?.shuffleSeed !== undefined;
    lines.push(shuffled ? `setRows(${cells}, ${values}, order${input.table});` : `${cells}.set(${values});`);
  });
  return lines.join('\n');
}

function paramsBody(program: Program): string {
  const members = program.parameters.map(
    (slot) => `  ${key(slot.name)}: x.subarray(${slot.offset}, ${slot.offset + slot.size}),`,
  );
  return ['return {', ...members, '};'].join('\n');
}

function reportsBody(program: Program, printed: PrintedProgram): string {
  if (program.reports.length === 0) return 'void program;\nreturn {};';
  const calls = program.reports.map((_, index) => `program.${storageName('report', index)}();`);
  const members = program.reports.map((report, index) => {
    const cells = `program.${storageName('reported', index)}`;
    const integer = arenaOf(locate(at(printed.places.reports, index)).buffer) === 'integer';
    const array = program.precision === 'f64' ? 'Float64Array' : 'Float32Array';
    const copy = integer ? `${array}.from(${cells})` : `${cells}.slice()`;
    return `  ${key(report.name)}: ${report.type.shape.length === 0 ? `${cells}[0] ?? NaN` : copy},`;
  });
  return [...calls, 'return {', ...members, '};'].join('\n');
}
