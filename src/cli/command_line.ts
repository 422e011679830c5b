/**
 * `argmin`: the command line. This file knows the commands and their options; each command is a file of its own,
 * loaded when it is called, so that `check` does not wait for what only `compile` needs.
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { version } from '../package.js';
import { commandError, exit, say, sayError } from './terminal.js';
import type { ExitStatus } from './terminal.js';

/** Runs one command; never throws. `argv` is what follows the program's name. */
export async function commandLine(argv: readonly string[]): Promise<ExitStatus> {
  const program = new Command('argmin')
    .description('a small declarative language for optimization, and its compiler')
    .version(version)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, outputError: () => undefined });

  let status: ExitStatus = exit.ok;

  program
    .command('check')
    .description('report what is wrong with files')
    .argument('<file...>', '.opt files')
    .option('--json', 'print diagnostics as JSON, in the shape of the Language Server Protocol')
    .option('--allow-outside', 'let imports leave the folder of the file')
    .action(async (files: string[], options: { json?: true; allowOutside?: true }) => {
      status = await (await import('./commands/check.js')).check(files, options);
    });

  program
    .command('run')
    .description('compile and solve a problem')
    .argument('<file>', 'an .opt file')
    .option('--json', 'print one JSON object with the result, and nothing else')
    .option('--set <name=value>', 'give a hyperparameter a value', collect, [])
    .option('--data <name=file>', 'fill a column that has no source', collect, [])
    .option('--extern <module>', 'a JavaScript module with the functions that `extern fn` names')
    .option('--seed <number>', 'seed of the run', wholeNumber)
    .option('--steps <number>', 'at most so many steps in each solve', wholeNumber)
    .option('--target <target>', 'ts, wasm or wgsl; without it wasm where the engine can, otherwise ts')
    .option('--deterministic', 'with WebAssembly: the same bits on every machine')
    .option('--webgpu <flag>', 'a flag for WebGPU, as backend=vulkan or adapter=SwiftShader', collect, [])
    .option('--half-tiles', 'with --target wgsl: operands of products in 16 bits, where the device has them')
    .option('--out <folder>', 'write result.json and the parameters as .npy')
    .option('--allow-outside', 'let data and imports leave the folder of the file')
    .action(async (file: string, options: RunCommandOptions) => {
      status = await (await import('./commands/run.js')).run(file, options);
    });

  program
    .command('compile')
    .description('write the program that solves the problem')
    .argument('<file>', 'an .opt file')
    .requiredOption('-o, --out <folder>', 'where the program is written')
    .option('--target <target>', 'ts or wgsl', 'ts')
    .option('--no-wasm', 'with --target ts: TypeScript only, without the same functions as WebAssembly')
    .option('--deterministic', 'with --target ts: WebAssembly that has the same bits on every machine')
    .option('--set <name=value>', 'give a hyperparameter a value', collect, [])
    .option('--data <name=file>', 'fill a column that has no source, for its shape', collect, [])
    .option('--source-map', 'with --target ts: write FILE.ts.map, which leads from the loops to the source')
    .option('--allow-outside', 'let data and imports leave the folder of the file')
    .action(async (file: string, options: CompileCommandOptions) => {
      status = await (await import('./commands/compile.js')).compile(file, options);
    });

  program
    .command('explain')
    .description('the problem in mathematics, its types and shapes, and what a step costs')
    .argument('<file>', 'an .opt file')
    .option('--after <pass>', 'print the program as it is after a pass')
    .option('--latex', 'the problem in LaTeX, and nothing else')
    .option('--no-data', 'read no data file; sizes stay symbols')
    .option('--set <name=value>', 'give a hyperparameter a value', collect, [])
    .option('--data <name=file>', 'fill a column that has no source', collect, [])
    .option('--allow-outside', 'let data and imports leave the folder of the file')
    .action(async (file: string, options: ExplainCommandOptions) => {
      status = await (await import('./commands/explain.js')).explain(file, options);
    });

  program
    .command('sweep')
    .description('solve a problem for every combination of hyperparameters, and for several seeds')
    .argument('<file>', 'an .opt file')
    .option('--set <name=a,b,c>', 'values of a hyperparameter; repeated for more of them', collect, [])
    .option('--seeds <number>', 'how many seeds each setting is run with', positiveNumber)
    .option('--seed <number>', 'the first of them', wholeNumber)
    .option('--steps <number>', 'at most so many steps in each solve', wholeNumber)
    .option('--data <name=file>', 'fill a column that has no source', collect, [])
    .option('--extern <module>', 'a JavaScript module with the functions that `extern fn` names')
    .option('--target <target>', 'ts, wasm or wgsl; without it wasm where the engine can, otherwise ts')
    .option('--deterministic', 'with WebAssembly: the same bits on every machine')
    .option('--webgpu <flag>', 'a flag for WebGPU, as backend=vulkan or adapter=SwiftShader', collect, [])
    .option('--max <report>', 'name the setting where the mean of a report is highest')
    .option('--min <report>', 'name the setting where the mean of a report is lowest')
    .option('--json', 'print one JSON object with every run, and nothing else')
    .option('--out <folder>', 'write sweep.csv and sweep.json')
    .option('--allow-outside', 'let data and imports leave the folder of the file')
    .action(async (file: string, options: SweepCommandOptions) => {
      status = await (await import('./commands/sweep.js')).sweep(file, options);
    });

  program
    .command('test')
    .description('run the test blocks of files and folders')
    .argument('<path...>', '.opt files, and folders of them')
    .option('--allow-outside', 'let data and imports leave the folder of the file')
    .action(async (paths: string[], options: { allowOutside?: true }) => {
      status = await (await import('./commands/test.js')).test(paths, options);
    });

  program
    .command('fmt')
    .description('give files the canonical layout')
    .argument('<file...>', '.opt files')
    .option('--check', 'change nothing; fail when a file is not formatted')
    .action(async (files: string[], options: { check?: true }) => {
      status = await (await import('./commands/fmt.js')).fmt(files, options);
    });

  program
    .command('lsp')
    .description('the language server, on standard input and output')
    .option('--stdio', 'what it does anyway; editors say so')
    .action(async () => {
      status = await (await import('./commands/lsp.js')).lsp();
    });

  try {
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    return error instanceof CommanderError ? usage(error, program) : internalError(error);
  }
}

export interface RunCommandOptions {
  readonly json?: true;
  readonly extern?: string;
  readonly set: readonly string[];
  readonly data: readonly string[];
  readonly seed?: number;
  readonly steps?: number;
  readonly target?: string;
  readonly deterministic?: true;
  /** Flags for Dawn. */
  readonly webgpu: readonly string[];
  readonly halfTiles?: true;
  readonly out?: string;
  readonly allowOutside?: true;
}

export interface CompileCommandOptions {
  readonly out: string;
  readonly sourceMap?: true;
  readonly target: string;
  /** False with `--no-wasm`. */
  readonly wasm: boolean;
  readonly deterministic?: true;
  readonly set: readonly string[];
  readonly data: readonly string[];
  readonly allowOutside?: true;
}

export interface SweepCommandOptions {
  readonly set: readonly string[];
  readonly seeds?: number;
  readonly seed?: number;
  readonly steps?: number;
  readonly data: readonly string[];
  readonly target?: string;
  readonly deterministic?: true;
  readonly webgpu: readonly string[];
  readonly extern?: string;
  readonly max?: string;
  readonly min?: string;
  readonly json?: true;
  readonly out?: string;
  readonly allowOutside?: true;
}

export interface ExplainCommandOptions {
  readonly after?: string;
  readonly latex?: true;
  /** False with `--no-data`, otherwise the values of `--data`. */
  readonly data: readonly string[] | boolean;
  readonly set: readonly string[];
  readonly allowOutside?: true;
}

function collect(value: string, earlier: readonly string[] | boolean): readonly string[] {
  return Array.isArray(earlier) ? [...(earlier as readonly string[]), value] : [value];
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value >= 2 ** 31)
    throw new InvalidArgumentError('it must be a whole number below 2^31');
  return value;
}

function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('it must be at least 1');
  return value;
}

/** Commander's own words, under a code of ours. */
function usage(error: CommanderError, program: Command): ExitStatus {
  if (error.exitCode === 0) return exit.ok;
  if (error.code === 'commander.help') {
    say(program.helpInformation());
    return exit.usage;
  }
  const [message = 'wrong usage', ...notes] = error.message.replace(/^error: /, '').split('\n');
  const code = error.code === 'commander.invalidArgument' ? 'AM0009' : 'AM0001';
  return sayError(
    commandError(code, message, [...notes, '`argmin --help` and `argmin COMMAND --help` show the options']),
  );
}

function internalError(error: unknown): ExitStatus {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const detail = process.env['ARGMIN_DEBUG'] === undefined ? message : (stack ?? message);
  return sayError(
    commandError('AM0017', `internal error: ${detail}`, ['this is a bug of argmin'], exit.error),
  );
}
