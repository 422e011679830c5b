/**
 * `compile --target wgsl`: a program as files: its plan as JSON, its kernels as WGSL to be read, and a typed host module
 * that checks the data, opens a device and runs the plan. The module imports `argmin/runtime/webgpu` and nothing else.
 */
import type { StatementStructures } from 'ts-morph';
import type { HyperSlot, Program } from '../../ir/program.js';
import type { DevicePlan } from '../../runtime/webgpu/plan.js';
import { planText } from '../../runtime/webgpu/program_plan.js';
import { checkIntegers, checkNumbers, routine } from '../typescript/module-routines.js';
import {
  access,
  dataMembers,
  headerComment,
  hyperMembers,
  inputCheck,
  interfaceMembers,
  key,
  paramMembers,
  reportMembers,
  sizesText,
  tidy,
} from '../typescript/module-types.js';
import type { EmitOptions } from '../typescript/module-types.js';
import { stringText } from '../typescript/text.js';
import { programPlan } from './program_plan.js';

export interface EmittedFile {
  readonly name: string;
  readonly text: string;
}

/** @param name of the program, as files carry it */
export async function emitDeviceModule(
  name: string,
  program: Program,
  plan: DevicePlan,
  options: EmitOptions = {},
): Promise<readonly EmittedFile[]> {
  return [
    ...plan.modules.map((module) => ({ name: `${name}.${module.name}.wgsl`, text: module.code })),
    { name: `${name}.plan.json`, text: `${planText(programPlan(program, plan))}\n` },
    { name: `${name}.ts`, text: await hostModule(name, program, options) },
  ];
}

async function hostModule(name: string, program: Program, options: EmitOptions): Promise<string> {
  const { IndentationText, Project, QuoteKind, StructureKind } = await import('ts-morph');
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces, quoteKind: QuoteKind.Single },
  });
  const described = (
    title: string,
    doc: string,
    body: string,
    base: readonly string[] = [],
  ): StatementStructures => ({
    kind: StructureKind.Interface,
    name: title,
    isExported: true,
    extends: [...base],
    docs: [doc],
    ...interfaceMembers(body),
  });
  const reals = 'Float64Array';
  const hyped = program.hypers.length > 0;
  const shown = asShown(program);
  const statements: (string | StatementStructures)[] = [
    headerComment(program, options),
    [
      `import { faultText, openProgram, runOnce } from 'argmin/runtime/webgpu';`,
      `import type { OpenOptions, ProgramPlan, RunOptions, RunOutcome } from 'argmin/runtime/webgpu';`,
      `import written from ${stringText(`./${name}.plan.json`)} with { type: 'json' };`,
    ].join('\n'),
    '\n/** The kernels, and what is done with them; plain data. */\nexport const plan = written as unknown as ProgramPlan;',
    described(
      'Data',
      'What the program is trained on: row-major arrays in the order of the source.',
      dataMembers(program),
    ),
    described('Params', 'The parameters, row-major.', paramMembers(shown, reals)),
    described('Reports', 'Values reported at the final parameters.', reportMembers(shown, reals)),
    ...(hyped
      ? [
          described(
            'Hypers',
            'Hyperparameters, where they are not to be as in the source.',
            hyperMembers(program),
          ),
        ]
      : []),
    described(
      'Options',
      'How to run, and on which device: `gpu` is what `create` of the package webgpu gives in Node.',
      hyped ? '/** Hyperparameters by name. */\nreadonly hypers?: Hypers;' : '',
      [`Omit<RunOptions, 'hypers'>`, 'OpenOptions'],
    ),
    described('Result', 'How a run ended.', 'readonly params: Params;\nreadonly reports: Reports;', [
      `Omit<RunOutcome, 'reports' | 'parameters'>`,
    ]),
    sizesText(program),
    routine(
      'train',
      [
        ['data', 'Data'],
        ['options', 'Options = {}'],
      ],
      'Promise<Result>',
      trainBody(program, hyped),
      {
        isExported: true,
        isAsync: true,
        docs: ['Opens a device, runs all phases on it, and frees what it took there.'],
      },
    ),
    ...(program.raw.length === 0 ? [] : [checkNumbers]),
    ...(program.raw.every(({ type }) => type.dtype === 'real') ? [] : [checkIntegers]),
  ];
  return tidy(project.createSourceFile('module.ts', { statements }).getFullText());
}

/** A parameter that is given by coordinates is shown as its value, which is then no report. */
function asShown(program: Program): Program {
  const parameters = program.parameters.map((slot, index) => {
    const value = program.reports.find(({ parameter }) => parameter === index);
    return value === undefined ? slot : { ...slot, shape: value.type.shape };
  });
  return {
    ...program,
    parameters,
    reports: program.reports.filter(({ parameter }) => parameter === undefined),
  };
}

function boundsCheck({ name, interval }: HyperSlot): readonly string[] {
  const { from, to } = interval ?? { from: -Number.MAX_VALUE, to: Number.MAX_VALUE };
  const given = access('hypers', name);
  const message = `the hyperparameter ${name} is not a number from ${from} to ${to}`;
  return [
    `if (${given} !== undefined && !(${given} >= ${from} && ${given} <= ${to})) throw new Error(${stringText(message)});`,
  ];
}

function trainBody(program: Program, hyped: boolean): string {
  const params = program.parameters.map(
    ({ name }, index) => `  ${key(name)}: outcome.parameters[${index}]?.data ?? new Float64Array(0),`,
  );
  const rest = hyped ? 'rest' : 'options';
  const reports = asShown(program).reports.map(({ name, type }, index) => {
    const data = `outcome.reports[${index}]?.data`;
    return `  ${key(name)}: ${type.shape.length === 0 ? `${data}[0] ?? NaN` : `${data} ?? new Float64Array(0)`},`;
  });
  return [
    ...(program.raw.length === 0 ? ['void data;'] : program.raw.map(inputCheck)),
    ...(hyped ? ['const { hypers = {}, ...rest } = options;'] : []),
    ...program.hypers.flatMap(boundsCheck),
    `const opened = await openProgram(plan, ${rest});`,
    `if (!opened.ok) throw new Error(opened.faults.map(faultText).join('; '));`,
    'const program = opened.value;',
    'try {',
    `  program.load([${program.raw.map(({ name }) => access('data', name)).join(', ')}]);`,
    `  const outcome = await runOnce(plan.run, program, ${hyped ? '{ ...rest, hypers: new Map(Object.entries(hypers)) }' : rest});`,
    '  const params = {',
    ...params.map((line) => `  ${line}`),
    '  };',
    '  const reports = {',
    ...reports.map((line) => `  ${line}`),
    '  };',
    '  return { ...outcome, params, reports };',
    '} finally {',
    '  program.destroy();',
    '}',
  ].join('\n');
}
