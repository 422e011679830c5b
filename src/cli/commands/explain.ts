/** `argmin explain FILE`: the problem in mathematics, its sizes, what was rewritten, and what a step costs. */
import { passes, runPasses, startState } from '../../compile.js';
import type { CompileState, PrintedCode } from '../../compile.js';
import type { BoundProblem } from '../../bind/bind.js';
import { didYouMean } from '../../parser/suggest.js';
import { amount } from '../../explain/amount.js';
import { kernelTable } from '../../explain/kernel_table.js';
import type { KernelCount } from '../../explain/kernels.js';
import { latexProblem } from '../../explain/latex_problem.js';
import { objectivesText } from '../../explain/objectives.js';
import { problemText } from '../../explain/problem.js';
import { stepCosts } from '../../explain/step_cost.js';
import { printRegion } from '../../ir/print.js';
import type { Program } from '../../ir/program.js';
import { positionAt } from '../../parser/source.js';
import { hasErrors } from '../../parser/diagnostic.js';
import { regionsOf } from '../../program_passes.js';
import type { Rewrite } from '../../program_passes.js';
import type { ExplainCommandOptions } from '../command_line.js';
import { readBindings } from '../bindings.js';
import { readSource } from '../sources.js';
import { table, typeText } from '../table.js';
import { commandError, exit, print, sayDiagnostics, sayError, statusOf } from '../terminal.js';
import type { ExitStatus } from '../terminal.js';

export async function explain(file: string, options: ExplainCommandOptions): Promise<ExitStatus> {
  const names = passes.map((pass) => pass.name);
  if (options.after !== undefined && !names.includes(options.after)) {
    const known = passes.map(({ name, does }) => `${name}: ${does}`);
    return sayError(
      commandError('AM0015', `there is no pass \`${options.after}\``, [
        ...didYouMean(options.after, names),
        'the passes are',
        ...known,
      ]),
    );
  }
  const source = readSource(file);
  if (!source.ok) return sayError(source.error);
  const bindings = readBindings({
    set: options.set,
    data: Array.isArray(options.data) ? (options.data as readonly string[]) : [],
  });
  if (!bindings.ok) return sayError(bindings.error);
  const start = startState(source.source, { allowOutside: options.allowOutside === true, ...bindings.value });

  const last = options.data === false || options.latex === true ? 'check' : options.after;
  const state = await runPasses(start, last);
  const readable = state.problem !== undefined && state.file !== undefined;
  if (options.after !== undefined || !readable) {
    sayDiagnostics(state.diagnostics);
    if (!hasErrors(state.diagnostics)) print(dump(state));
    return statusOf(state.diagnostics);
  }
  if (options.latex === true && state.file !== undefined && state.problem !== undefined) {
    print(latexProblem(state.file, state.problem));
    return exit.ok;
  }
  print(await explanation(state));
  // Data that is not there leaves the sizes open, and the rest of the explanation stands.
  sayDiagnostics(state.diagnostics);
  return statusOf(state.diagnostics);
}

async function explanation(state: CompileState): Promise<string> {
  const { file, problem, bound, program, rewrites, printed } = state;
  if (file === undefined || problem === undefined) throw new Error('compiler bug: nothing to explain');
  const sections = [problemText(file, problem), objectivesText(problem)];
  if (bound !== undefined) sections.push(sizesText(bound));
  if (program !== undefined) {
    sections.push(
      rewritesText(rewrites, file.source.path),
      costText(program, printed, await deviceFacts(program)),
      ...stepKernels(program, printed),
    );
  }
  return sections.filter((section) => section !== '').join('\n\n');
}

function sizesText(bound: BoundProblem): string {
  const seen = new Set<string>();
  const rows = [...bound.sizes].flatMap(([symbol, size]) => {
    if (seen.has(symbol.name)) return [];
    seen.add(symbol.name);
    return [[symbol.name, String(size)]];
  });
  const levels = bound.arrays.flatMap(({ raw, levels: all }) =>
    all === undefined ? [] : [[raw.name, `${all.slice(0, 12).join(', ')}${all.length > 12 ? ', ...' : ''}`]],
  );
  return [
    ...(rows.length === 0 ? [] : [`sizes\n${table(rows)}`]),
    ...(levels.length === 0 ? [] : [`classes\n${table(levels)}`]),
  ].join('\n\n');
}

function rewritesText(rewrites: readonly Rewrite[], main: string): string {
  const groups = new Map<string, { count: number; readonly places: Set<string> }>();
  for (const { name, span } of rewrites) {
    const group = groups.get(name) ?? { count: 0, places: new Set<string>() };
    group.count += 1;
    if (span !== undefined) {
      const line = String(positionAt(span.file, span.start).line);
      group.places.add(span.file.path === main ? `line ${line}` : `${span.file.path}:${line}`);
    }
    groups.set(name, group);
  }
  if (groups.size === 0) return '';
  const rows = [...groups].map(([name, { count, places }]) => {
    const shown = [...places].slice(0, 4).join(', ') + (places.size > 4 ? ', ...' : '');
    return [name, count === 1 ? 'once' : `${count} times`, shown];
  });
  return `rewritten\n${table(rows)}`;
}

/** How the steps of each phase run on a device with `--target wgsl`. */
async function deviceFacts(program: Program): Promise<readonly string[]> {
  if (program.phases.length === 0) return [];
  const { compileDeviceProgram } = await import('../../codegen/wgsl/compile_program.js');
  const compiled = compileDeviceProgram(program);
  if (!compiled.ok) return program.phases.map(() => `none: ${compiled.diagnostics[0]?.message ?? ''}`);
  const { plan, functions } = compiled.value;
  return program.phases.map((_, index) => {
    const step = functions.find(({ name }) => name === `step_${index + 1}`);
    const slots = plan.phases[index]?.slots ?? 1;
    if (plan.phases[index]?.stepsPerReplay === 'many') {
      return `up to ${slots} steps a dispatch, each whole in one workgroup`;
    }
    return `${step?.dispatches ?? 0} dispatches a step, up to ${slots} steps a submission`;
  });
}

function costText(program: Program, printed: PrintedCode | undefined, device: readonly string[]): string {
  const bytes = program.precision === 'f32' ? 4 : 8;
  const rows = stepCosts(program, printed?.schedules).flatMap(({ phase, kernels, ...cost }, index) => {
    const states = phase.states.reduce((sum, { type }) => sum + type.shape.reduce((a, b) => a * b, 1), 0);
    const share =
      cost.operations === 0 ? 0 : Math.round((100 * cost.contractionOperations) / cost.operations);
    return [
      ['phase', phase.title],
      ['steps', `at most ${phase.steps}`],
      [
        'operations',
        `${amount(cost.operations).trimEnd()} a step${share === 0 ? '' : `, ${share}% of them in contractions`}`,
      ],
      ['graph', `${cost.nodes} nodes`],
      ...(kernels === undefined ? [] : [['kernels', kernelText(kernels)]]),
      ['device', device[index] ?? ''],
      [
        'state',
        `${amount((states + program.size) * bytes)}B for ${program.size} parameters and the optimizer`,
      ],
    ];
  });
  if (printed !== undefined) {
    const { real, integer } = printed.cells;
    rows.push(['memory', `${amount(real * bytes + integer * 4)}B in one arena, data included`]);
  }
  const data = program.data.map(({ name, type }) => [name, typeText(type.dtype, type.shape)]);
  return [`a step\n${table(rows)}`, ...(data.length === 0 ? [] : [`data in memory\n${table(data)}`])].join(
    '\n\n',
  );
}

/** What the kernels of each step take on one core, by the model of its costs. */
function stepKernels(program: Program, printed: PrintedCode | undefined): readonly string[] {
  return program.phases.flatMap((_, index) => {
    const schedule = printed?.schedules.get(`step_${index + 1}`);
    if (schedule === undefined) return [];
    const which = program.phases.length === 1 ? '' : ` of phase ${index + 1}`;
    const rows = kernelTable(schedule, program.precision);
    return [`kernels of a step${which}, on one core as WebAssembly\n${table(rows)}`];
  });
}

function kernelText({ written, run }: KernelCount): string {
  return run === written ? String(written) : `${written}, launched at most ${run} times with loops`;
}

/** What is known after the last pass that ran. */
function dump(state: CompileState): string {
  const { file, problem, bound, program, printed } = state;
  if (printed !== undefined) return printed.text;
  if (program !== undefined)
    return regionsOf(program)
      .map(({ name, region }) => printRegion(region, name))
      .join('\n\n');
  if (bound !== undefined) {
    const arrays = bound.arrays.map(({ raw, shape }) => [raw.name, `[${shape.join(', ')}]`, raw.text]);
    return [sizesText(bound), `arrays\n${table(arrays)}`].join('\n\n');
  }
  return file === undefined || problem === undefined ? '' : problemText(file, problem);
}
