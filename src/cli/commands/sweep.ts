/**
 * `argmin sweep FILE`: one problem solved for every combination of hyperparameters and for several seeds. What shapes
 * nothing changes from run to run of one compiled program; only another size compiles anew.
 */
import path from 'node:path';
import type { Compilation, CompileOptions } from '../../compile.js';
import { compileSource, runPasses, startState } from '../../compile.js';
import { hasErrors } from '../../parser/diagnostic.js';
import { didYouMean } from '../../parser/suggest.js';
import type { SourceFile } from '../../parser/source.js';
import type { CompiledProgram } from '../../runtime/compiled.js';
import { runProgram } from '../../runtime/run.js';
import type { DeviceProgram } from '../../runtime/webgpu/index.js';
import { readBindings } from '../bindings.js';
import type { SweepCommandOptions } from '../command_line.js';
import { prepareDevice } from '../device.js';
import { readHost } from '../host.js';
import { writeWhole } from '../output.js';
import { prepareHere } from '../prepare.js';
import { readSource } from '../sources.js';
import { readGrid } from '../sweep_grid.js';
import type { Setting } from '../sweep_grid.js';
import { sweepCsv, sweepObject, sweepText } from '../sweep_text.js';
import type { Sweep } from '../sweep_text.js';
import { bestSetting, hasAnswer, objectiveFigure, runOf, summarize } from '../sweep_summary.js';
import type { SweepRun } from '../sweep_summary.js';
import { unsupportedTarget } from '../targets.js';
import { commandError, exit, print, say, sayDiagnostics, sayError, statusOf } from '../terminal.js';
import type { CommandError, ExitStatus } from '../terminal.js';

/** Milliseconds between two lines about the progress. */
const lineEvery = 1000;

export async function sweep(file: string, options: SweepCommandOptions): Promise<ExitStatus> {
  const wrong = unsupportedTarget('sweep', options.target);
  if (wrong !== undefined) return wrong;
  const source = readSource(file);
  if (!source.ok) return sayError(source.error);
  const seeds = options.seeds ?? 1;
  const grid = readGrid(options.set, seeds);
  if (!grid.ok) return sayError(grid.error);
  const bindings = readBindings({ set: [], data: options.data });
  if (!bindings.ok) return sayError(bindings.error);
  const common: CompileOptions = {
    allowOutside: options.allowOutside === true,
    data: bindings.value.data,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  };
  const refused = await firstRefused(source.source, common, grid.settings);
  if (refused !== undefined) return refused;

  const programs = new Programs(source.source, common, options);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  const runs: SweepRun[] = [];
  let sense: 'lowest' | 'highest' = 'lowest';
  let nextLine = performance.now() + lineEvery;
  for (const setting of grid.settings) {
    const ready = await programs.for(setting);
    if (typeof ready === 'number') return ready;
    const { program } = ready.compilation;
    sense = program.phases.at(-1)?.objective.sense === 'maximize' ? 'highest' : 'lowest';
    for (let index = 0; index < seeds && !interrupt.signal.aborted; index += 1) {
      const seed = program.seed + index;
      const outcome = await runProgram(program, ready.compiled, {
        seed,
        hypers: setting,
        signal: interrupt.signal,
        ...(options.steps === undefined ? {} : { steps: options.steps }),
      });
      if (outcome.status === 'stopped') break;
      const run = runOf(setting, seed, outcome);
      runs.push(run);
      const unknown = unknownFigure(run, options);
      if (unknown !== undefined) return sayError(unknown);
      if (options.json === true || performance.now() < nextLine) continue;
      nextLine = performance.now() + lineEvery;
      say(`run ${runs.length} of ${grid.settings.length * seeds}: ${outcome.status}`);
    }
  }
  process.off('SIGINT', onInterrupt);
  return conclude({ names: grid.names, runs, isWhole: !interrupt.signal.aborted }, sense, options);
}

function conclude(
  { names, runs, isWhole }: Pick<Sweep, 'names' | 'runs' | 'isWhole'>,
  objectiveSense: 'lowest' | 'highest',
  options: SweepCommandOptions,
): ExitStatus {
  const bySetting = new Map<Setting, SweepRun[]>();
  for (const run of runs) bySetting.set(run.setting, [...(bySetting.get(run.setting) ?? []), run]);
  const summaries = [...bySetting].map(([setting, each]) => summarize(setting, each));
  const figure = options.max ?? options.min ?? objectiveFigure;
  const sense = options.max !== undefined ? 'highest' : options.min !== undefined ? 'lowest' : objectiveSense;
  const best = bestSetting(summaries, figure, sense);
  const result: Sweep = { names, runs, summaries, isWhole, best, figure, sense };
  if (options.json === true) print(JSON.stringify(sweepObject(result)));
  else print(sweepText(result));
  if (options.out !== undefined) {
    const json = JSON.stringify(sweepObject(result), undefined, 2) + '\n';
    const error =
      writeWhole(path.join(options.out, 'sweep.csv'), sweepCsv(result)) ??
      writeWhole(path.join(options.out, 'sweep.json'), json);
    if (error !== undefined) return sayError(error);
    if (options.json !== true) say(`written to ${options.out}`);
  }
  return runs.length > 0 && !runs.some(hasAnswer) ? exit.diverged : exit.ok;
}

function unknownFigure({ figures }: SweepRun, { max, min }: SweepCommandOptions): CommandError | undefined {
  const known = [...figures.keys()];
  const unknown = [max, min].find((name) => name !== undefined && !known.includes(name));
  if (unknown === undefined) return undefined;
  const notes = [`there are: ${known.join(', ')}`, ...didYouMean(unknown, known)];
  return commandError('AM0019', `\`${unknown}\` is no figure of this sweep`, notes);
}

/** Every value is bound once before anything runs, so that a bad one is said at once and not after an hour. */
async function firstRefused(
  source: SourceFile,
  options: CompileOptions,
  settings: readonly Setting[],
): Promise<ExitStatus | undefined> {
  const [first] = settings;
  const tried = new Set<string>();
  for (const setting of settings) {
    const changed = [...setting].filter(([name, value]) => first?.get(name) !== value);
    // One value at a time next to the first of all others is enough: bounds do not depend on one another.
    for (const [name, value] of changed.length === 0 ? [['', 0] as const] : changed) {
      if (tried.has(`${name}=${value}`)) continue;
      tried.add(`${name}=${value}`);
      const set = new Map([...(first ?? []), ...(name === '' ? [] : [[name, value] as const])]);
      const { diagnostics } = await runPasses(startState(source, { ...options, set }), 'bind');
      if (!hasErrors(diagnostics)) continue;
      sayDiagnostics(diagnostics);
      return statusOf(diagnostics);
    }
  }
  return undefined;
}

interface Ready {
  readonly compilation: Compilation;
  readonly compiled: CompiledProgram | DeviceProgram;
}

/** The program of a setting: the last one again, unless a hyperparameter that shapes it has changed. */
class Programs {
  private last: { readonly ready: Ready; readonly fixed: string } | undefined;

  constructor(
    private readonly source: SourceFile,
    private readonly options: CompileOptions,
    private readonly command: SweepCommandOptions,
  ) {}

  async for(setting: Setting): Promise<Ready | ExitStatus> {
    if (this.last !== undefined && this.last.fixed === fixedPart(this.last.ready.compilation, setting))
      return this.last.ready;
    const { compilation, diagnostics } = await compileSource(this.source, { ...this.options, set: setting });
    if (this.last === undefined || compilation === undefined) sayDiagnostics(diagnostics);
    if (compilation === undefined) return statusOf(diagnostics);
    if (compilation.program.phases.length === 0)
      return sayError(commandError('AM0006', 'the file has nothing to solve', [], exit.error));
    const compiled = await this.prepare(compilation);
    if (typeof compiled === 'number') return compiled;
    const ready = { compilation, compiled };
    this.last = { ready, fixed: fixedPart(compilation, setting) };
    return ready;
  }

  private async prepare(compilation: Compilation): Promise<Ready['compiled'] | ExitStatus> {
    const { target, webgpu, extern } = this.command;
    if (target === 'wgsl') {
      const device = await prepareDevice(
        compilation,
        webgpu,
        this.last !== undefined || this.command.json === true,
      );
      return device.ok ? device.program : device.status;
    }
    const host = await readHost(extern, compilation.program.externs ?? []);
    return host.ok ? prepareHere(compilation, this.command, host.value) : sayError(host.error);
  }
}

/** The values of a setting that a program has built in. */
function fixedPart({ program }: Compilation, setting: Setting): string {
  const open = new Set(program.hypers.map(({ name }) => name));
  return JSON.stringify([...setting].filter(([name]) => !open.has(name)));
}
