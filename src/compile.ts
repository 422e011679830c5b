/**
 * The whole pipeline on one page: named passes in order, each from what is known to what is known next, each with a
 * dump. The command line, an editor and embedders run a prefix of this list.
 */
import type { BoundProblem } from './bind/bind.js';
import { bindProblem } from './bind/bind.js';
import type { Loader } from './check/session.js';
import type { TypedProblem } from './check/typed.js';
import { checkSource } from './front_end.js';
import type { Schedule } from './ir/nest.js';
import type { Program } from './ir/program.js';
import type { FileSyntax } from './parser/ast.js';
import type { Diagnostic } from './parser/diagnostic.js';
import { hasErrors } from './parser/diagnostic.js';
import type { SourceFile } from './parser/source.js';
import { programPasses } from './program_passes.js';
import type { Rewrite } from './program_passes.js';
import type { Instantiated } from './codegen/wasm/instantiate.js';
import type { CompiledProgram, Snapshot } from './runtime/compiled.js';
import { files } from './runtime/data/files.js';
import type { DataSource } from './runtime/data/source.js';
import type { Host } from './runtime/host.js';
import type { Divergence } from './runtime/run.js';
import type { Origin } from './runtime/webgpu/plan.js';

export interface CompileOptions {
  /** The folder that data paths are relative to; the source's own without one. */
  readonly folder?: string;
  /** Data and imports may lie outside that folder. */
  readonly allowOutside?: boolean;
  /** Values of hyperparameters by name. */
  readonly set?: ReadonlyMap<string, number>;
  /** Arrays for columns without a source. */
  readonly data?: ReadonlyMap<string, DataSource>;
  readonly seed?: number;
  /** At most so many steps in each `solve`. */
  readonly steps?: number;
  /** Where library and imports come from. */
  readonly loader?: Loader;
}

/** What is known so far. Later passes fill later fields. */
export interface CompileState {
  readonly source: SourceFile;
  readonly options: CompileOptions;
  readonly diagnostics: readonly Diagnostic[];
  readonly file?: FileSyntax;
  readonly problem?: TypedProblem;
  readonly bound?: BoundProblem;
  readonly program?: Program;
  /** The printed program: its text, what each function launches, how large its memory is. */
  readonly printed?: PrintedCode;
  /** What was rewritten, in order, for `explain`. */
  readonly rewrites: readonly Rewrite[];
}

export interface PrintedCode {
  readonly text: string;
  /**
   * Which lines of `text` come from which places of the source, for views that link them: `origin.line` to
   * `origin.line + origin.lines - 1` come from line `origin.sourceLine` of `origin.path`. A fused nest has several
   * origins; the last of them names the place that it ends in.
   */
  readonly origins: readonly Origin[];
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** Numbers in the arena, all storage of the program included. */
  readonly cells: { readonly real: number; readonly integer: number };
}

export interface Pass {
  readonly name: string;
  /** What it does, in a few words. */
  readonly does: string;
  readonly run: (state: CompileState) => CompileState | Promise<CompileState>;
}

/** Every pass, in order. Stages that `check` does not need are loaded when they run. */
export const passes: readonly Pass[] = [
  {
    name: 'check',
    does: 'parses and checks the file: names, types, symbolic shapes',
    run: (state) => {
      const { file, problem, diagnostics } = checkSource(state.source, state.options);
      return withDiagnostics({ ...state, file, ...(problem === undefined ? {} : { problem }) }, diagnostics);
    },
  },
  {
    name: 'bind',
    does: 'reads the data; every dimension gets its size, every hyperparameter its value',
    run: (state) => {
      const { options } = state;
      const folder = options.folder ?? files.folderOf(files.resolve(state.source.path));
      const { bound, diagnostics } = bindProblem(known(state.problem), { ...options, folder });
      return withDiagnostics({ ...state, ...(bound === undefined ? {} : { bound }) }, diagnostics);
    },
  },
  {
    name: 'elaborate',
    does: 'turns the problem into closed graphs, differentiated as the optimizer asks',
    run: async (state) => {
      const { elaborate } = await import('./ir/elaborate/elaborate.js');
      const { problem, sizes, hypers } = known(state.bound);
      const { program, diagnostics, rewrites } = elaborate(problem, {
        sizes,
        hypers: new Map([...hypers].map(([symbol, value]) => [symbol.name, value])),
        seed: state.options.seed,
        steps: state.options.steps,
      });
      const applied = rewrites.map(({ name, span }) => ({ pass: 'elaborate', name, span }));
      const next = { ...state, rewrites: [...state.rewrites, ...applied] };
      return withDiagnostics({ ...next, ...(program === undefined ? {} : { program }) }, diagnostics);
    },
  },
  ...programPasses.map((pass): Pass => ({
    name: pass.name,
    does: pass.does,
    run: async (state) => {
      const { program, rewrites } = await pass.run(known(state.program));
      return { ...state, program, rewrites: [...state.rewrites, ...rewrites] };
    },
  })),
  {
    name: 'print',
    does: 'schedules, fuses, plans memory, and prints the loops',
    run: async (state) => {
      const { printProgram } = await import('./codegen/typescript/print-program.js');
      const { originsOf, textsOf } = await import('./codegen/origins.js');
      const { text, schedules, sizes } = printProgram(known(state.program));
      const lines = text.functionLines();
      const printed = { text: textsOf(lines).join('\n'), origins: originsOf(lines), schedules, cells: sizes };
      return { ...state, printed };
    },
  },
];

/** The last pass before a back end. */
const lastProgramPass = programPasses.at(-1)?.name ?? 'elaborate';

export function startState(source: SourceFile, options: CompileOptions): CompileState {
  return { source, options, diagnostics: [], rewrites: [] };
}

/** Runs the passes in order, up to `last` and included, and stops after one that reports an error. */
export async function runPasses(start: CompileState, last?: string): Promise<CompileState> {
  let state = start;
  for (const pass of passes) {
    state = await pass.run(state);
    if (pass.name === last || hasErrors(state.diagnostics)) break;
  }
  return state;
}

function withDiagnostics(state: CompileState, diagnostics: readonly Diagnostic[]): CompileState {
  return { ...state, diagnostics: [...state.diagnostics, ...diagnostics] };
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('compiler bug: a pass ran without what it needs');
  return value;
}

// ------------------------------------------------------------------------------------------- whole programs

/** A file compiled up to the program that back ends take. */
export interface Compilation {
  readonly source: SourceFile;
  readonly file: FileSyntax;
  readonly bound: BoundProblem;
  readonly program: Program;
  readonly rewrites: readonly Rewrite[];
}

export async function compileSource(
  source: SourceFile,
  options: CompileOptions = {},
): Promise<{ readonly compilation: Compilation | undefined; readonly diagnostics: readonly Diagnostic[] }> {
  const { file, bound, program, rewrites, diagnostics } = await runPasses(
    startState(source, options),
    lastProgramPass,
  );
  const failed = hasErrors(diagnostics) || file === undefined || bound === undefined || program === undefined;
  return { compilation: failed ? undefined : { source, file, bound, program, rewrites }, diagnostics };
}

/** The program instantiated by the TypeScript back end, with its data loaded. */
export async function prepareRun({ program, bound }: Compilation, host: Host = {}): Promise<CompiledProgram> {
  const { instantiate } = await import('./codegen/typescript/instantiate.js');
  const compiled = instantiate(program, host);
  compiled.load(rawArrays(program, bound));
  return compiled;
}

/**
 * The same by WebAssembly, with what the engine can do; it may be too large for one memory.
 *
 * @param deterministic the same bits on every machine
 */
export async function prepareWasmRun(
  { program, bound }: Compilation,
  host: Host = {},
  deterministic = false,
): Promise<Instantiated> {
  const { instantiateWasm } = await import('./codegen/wasm/instantiate.js');
  const { engineOptions } = await import('./codegen/wasm/features.js');
  const made = instantiateWasm(program, engineOptions(deterministic), host);
  if (made.ok) made.compiled.load(rawArrays(program, bound));
  return made;
}

/**
 * As WebAssembly where the engine can and its memory is enough, otherwise by the TypeScript back end.
 *
 * @param deterministic the same bits on every machine that has WebAssembly
 */
export async function prepareFastRun(
  compilation: Compilation,
  host: Host = {},
  deterministic = false,
): Promise<CompiledProgram> {
  if (typeof WebAssembly === 'undefined') return prepareRun(compilation, host);
  try {
    const made = await prepareWasmRun(compilation, host, deterministic);
    if (made.ok) return made.compiled;
  } catch (error) {
    // Engines bound the bytes and the locals of a function.
    if (!(error instanceof WebAssembly.CompileError)) throw error;
  }
  return prepareRun(compilation, host);
}

/** The arrays that the program reads, in its order. */
export function rawArrays(program: Program, bound: BoundProblem): readonly Float64Array[] {
  const arrays = new Map(bound.arrays.map(({ raw, data }) => [raw.name, data]));
  return program.raw.map(({ name }) => known(arrays.get(name)));
}

/** Says which expression made a run diverge; `compiled` has gone back to its last finite state, on a device or here. */
export async function diagnoseDivergence(
  { program, bound }: Compilation,
  compiled: CompiledProgram | { readonly snapshot: () => Promise<Snapshot> },
  divergence: Divergence,
  seed: number = program.seed,
  host: Host = {},
): Promise<Diagnostic> {
  const { traceDivergence } = await import('./explain/divergence.js');
  const state = 'snapshot' in compiled ? await compiled.snapshot() : compiled.saveState();
  return traceDivergence(program, rawArrays(program, bound), seed, state, divergence, host);
}
