/** `argmin run FILE`: compile, solve, and say what came out. */
import path from 'node:path';
import type { Compilation } from '../../compile.js';
import { compileSource, diagnoseDivergence } from '../../compile.js';
import { hasErrors } from '../../parser/diagnostic.js';
import type { Diagnostic } from '../../parser/diagnostic.js';
import { writeNpy } from '../../runtime/data/npy.js';
import type { CompiledProgram } from '../../runtime/compiled.js';
import type { Host } from '../../runtime/host.js';
import { resultObject } from '../../runtime/result.js';
import { runProgram } from '../../runtime/run.js';
import type { RunOutcome } from '../../runtime/run.js';
import type { DeviceProgram } from '../../runtime/webgpu/index.js';
import type { RunCommandOptions } from '../command_line.js';
import { readBindings } from '../bindings.js';
import { readHost } from '../host.js';
import { infeasibleDiagnostic } from '../infeasible.js';
import { writeWhole } from '../output.js';
import { frontDiagnostic, frontFiles, frontText } from '../front.js';
import { progressDisplay } from '../progress.js';
import { readSource } from '../sources.js';
import { prepareHere } from '../prepare.js';
import { unsupportedTarget } from '../targets.js';
import { inSinglePrecision, prepareDevice } from '../device.js';
import { lossDiagnostic } from '../device_faults.js';
import { arrayText, numberText, table, typeText } from '../table.js';
import { unfinishedNested } from '../nested.js';
import { commandError, exit, print, say, sayDiagnostics, sayError, statusOf } from '../terminal.js';
import type { ExitStatus } from '../terminal.js';

export async function run(file: string, options: RunCommandOptions): Promise<ExitStatus> {
  const wrong = unsupportedTarget('run', options.target);
  if (wrong !== undefined) return wrong;
  const source = readSource(file);
  if (!source.ok) return sayError(source.error);
  const bindings = readBindings(options);
  if (!bindings.ok) return sayError(bindings.error);

  const compiled = await compileSource(source.source, {
    allowOutside: options.allowOutside === true,
    ...bindings.value,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  sayDiagnostics(compiled.diagnostics);
  if (compiled.compilation === undefined) return statusOf(compiled.diagnostics);
  const { compilation } = compiled;
  if (compilation.program.phases.length === 0) {
    return sayError(
      commandError('AM0006', `"${file}" has nothing to solve`, ['it needs a `solve using ...`'], exit.error),
    );
  }
  if (options.target === 'wgsl') {
    const device = await prepareDevice(
      compilation,
      options.webgpu,
      options.json === true,
      options.halfTiles === true,
    );
    if (!device.ok) return device.status;
    return await solve(inSinglePrecision(compilation), options, device.program);
  }
  const host = await readHost(options.extern, compilation.program.externs ?? []);
  if (!host.ok) return sayError(host.error);
  const prepared = await prepareHere(compilation, options, host.value);
  if (typeof prepared === 'number') return prepared;
  return await solve(compilation, options, prepared, host.value);
}

async function solve(
  compilation: Compilation,
  options: RunCommandOptions,
  prepared: CompiledProgram | DeviceProgram,
  host: Host = {},
): Promise<ExitStatus> {
  const { program } = compilation;
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  const display = await progressDisplay(options.json === true);
  const outcome = await runProgram(program, prepared, {
    signal: interrupt.signal,
    onProgress: (progress) => display.update(progress),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.steps === undefined ? {} : { steps: options.steps }),
  });
  display.finish();
  process.off('SIGINT', onInterrupt);

  const notes: Diagnostic[] = [];
  if (outcome.divergence !== undefined) {
    notes.push(await diagnoseDivergence(compilation, prepared, outcome.divergence, options.seed, host));
  }
  if (outcome.loss !== undefined) notes.push(lossDiagnostic(outcome.loss, program));
  const solved = program.phases[program.front?.phase ?? 0];
  const missing = outcome.front && solved && frontDiagnostic(outcome.front, solved.span);
  if (missing !== undefined) notes.push(missing);
  notes.push(...unfinishedNested(compilation, outcome));
  if (outcome.infeasibility !== undefined)
    notes.push(infeasibleDiagnostic(compilation, outcome.infeasibility));
  sayDiagnostics(notes);
  if (options.json === true) print(JSON.stringify(resultObject(outcome)));
  else print(resultText(outcome, interrupt.signal.aborted));
  if (options.out !== undefined) {
    const error = writeResult(options.out, outcome);
    if (error !== undefined) return error;
    if (options.json !== true) say(`written to ${options.out}`);
  }
  if (outcome.status === 'diverged' || outcome.status === 'infeasible') return exit.diverged;
  return hasErrors(notes) ? exit.error : exit.ok;
}

// ------------------------------------------------------------------------------------------------- result

function resultText(outcome: RunOutcome, interrupted: boolean): string {
  const { status, steps, seconds, objectives, gradNorm, reports, parameters, phases } = outcome;
  const lines = [
    `${interrupted ? 'stopped by Ctrl-C' : status} after ${steps} steps in ${numberText(Number(seconds.toPrecision(3)))} s`,
  ];
  if (interrupted) lines.push('the last state is kept; the figures are those of that state');
  if (status === 'diverged') lines.push('the figures are those of the last finite state');
  const last = phases.at(-1);
  if (status === 'finished' && last?.hasCondition === true) {
    lines.push('the `until` condition did not hold within these steps (AM6003)');
  }
  if (phases.length > 1) {
    lines.push('', table(phases.map((phase) => [phase.title, `${phase.steps} steps`, phase.status])));
  }
  const evaluations = phases.reduce((sum, phase) => sum + phase.evaluations, 0);
  const figures: string[][] = objectives.map(({ name, value }) => [name, numberText(value, 11)]);
  if (Number.isFinite(gradNorm)) figures.push(['gradient norm', gradNorm.toExponential(2)]);
  if (outcome.kkt !== undefined) figures.push(['KKT residual', outcome.kkt.toExponential(2)]);
  if (evaluations > 0) figures.push(['evaluations', String(evaluations)]);
  if (outcome.front !== undefined && outcome.front.points.length > 0) {
    lines.push('', frontText(outcome.front), '', 'at the point that compromises most');
  }
  if (figures.length > 0) lines.push('', table(figures));
  if (outcome.constraints.length > 0) {
    const rows = outcome.constraints.map(({ name, shape, violation, multiplier }) => [
      name,
      violation.toExponential(2),
      arrayText(shape, multiplier) ?? typeText('real', shape),
    ]);
    lines.push('', table([['subject to', 'violation', 'multiplier'], ...rows]));
  }
  if (reports.length > 0) {
    lines.push(
      '',
      table(
        reports.map(({ name, shape, data }) => [name, arrayText(shape, data) ?? typeText('real', shape)]),
      ),
    );
  }
  if (parameters.length === 0) return lines.join('\n');
  lines.push(
    '',
    table(
      parameters.map(({ name, shape, data }) => [
        name,
        arrayText(shape, data) ?? `${typeText('real', shape)}, norm ${numberText(norm(data))}`,
      ]),
    ),
  );
  return lines.join('\n');
}

function norm(data: Float64Array): number {
  return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
}

function writeResult(folder: string, outcome: RunOutcome): ExitStatus | undefined {
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    ...outcome.parameters.map(
      ({ name, shape, data }) => [`${fileName(name)}.npy`, writeNpy(shape, data)] as const,
    ),
    ...(outcome.front === undefined ? [] : frontFiles(outcome.front)),
    ['result.json', JSON.stringify(resultObject(outcome), undefined, 2) + '\n'],
  ];
  for (const [name, content] of files) {
    const error = writeWhole(path.join(folder, name), content);
    if (error !== undefined) return sayError(error);
  }
  return undefined;
}

/** `net.hidden[0].W` as `net.hidden.0.W`. */
function fileName(name: string): string {
  return name.replaceAll(/\[(\d+)\]/g, '.$1').replaceAll(/[^A-Za-z0-9_.-]/g, '_');
}
