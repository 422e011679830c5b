/** `argmin explain FILE`: the problem in mathematics, its sizes, what was rewritten, and what a step costs. */
import { passes, runPasses, startState } from '../../compile.js';
import type { CompileState } from '../../compile.js';
import type { BoundProblem } from '../../bind/bind.js';
import { didYouMean } from '../../check/suggest.js';
import { costOf } from '../../explain/cost.js';
import { problemText } from '../../explain/problem.js';
import { printRegion } from '../../ir/print.js';
import type { Program } from '../../ir/program.js';
import { positionAt } from '../../parser/source.js';
import { hasErrors } from '../../parser/diagnostic.js';
import { regionsOf } from '../../program_passes.js';
import type { Rewrite } from '../../program_passes.js';
import type { ExplainCommandOptions } from '../command_line.js';
import { readBindings } from '../bindings.js';
import { readSource } from '../sources.js';
import { numberText, table, typeText } from '../table.js';
import { commandError, print, sayDiagnostics, sayError, statusOf } from '../terminal.js';
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

  const last = options.data === false ? 'check' : options.after;
  const state = await runPasses(start, last);
  const readable = state.problem !== undefined && state.file !== undefined;
  if (options.after !== undefined || !readable) {
    sayDiagnostics(state.diagnostics);
    if (!hasErrors(state.diagnostics)) print(dump(state));
    return statusOf(state.diagnostics);
  }
  print(explanation(state));
  // Data that is not there leaves the sizes open, and the rest of the explanation stands.
  sayDiagnostics(state.diagnostics);
  return statusOf(state.diagnostics);
}

function explanation(state: CompileState): string {
  const { file, problem, bound, program, rewrites } = state;
  if (file === undefined || problem === undefined) throw new Error('compiler bug: nothing to explain');
  const sections = [problemText(file, problem)];
  if (bound !== undefined) sections.push(sizesText(bound));
  if (program !== undefined) {
    sections.push(rewritesText(rewrites), costText(program));
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

function rewritesText(rewrites: readonly Rewrite[]): string {
  const groups = new Map<string, { count: number; readonly lines: Set<number> }>();
  for (const { name, span } of rewrites) {
    const group = groups.get(name) ?? { count: 0, lines: new Set<number>() };
    group.count += 1;
    if (span !== undefined) group.lines.add(positionAt(span.file, span.start).line);
    groups.set(name, group);
  }
  if (groups.size === 0) return '';
  const rows = [...groups].map(([name, { count, lines }]) => {
    const shown = [...lines]
      .sort((a, b) => a - b)
      .slice(0, 8)
      .join(', ');
    return [name, `${count} times`, shown === '' ? '' : `line ${shown}`];
  });
  return `rewritten\n${table(rows)}`;
}

function costText(program: Program): string {
  const bytes = program.precision === 'f32' ? 4 : 8;
  const rows = program.phases.flatMap((phase) => {
    const cost = costOf(phase.step.region);
    const states = phase.states.reduce((sum, { type }) => sum + type.shape.reduce((a, b) => a * b, 1), 0);
    const share =
      cost.operations === 0 ? 0 : Math.round((100 * cost.contractionOperations) / cost.operations);
    return [
      ['phase', phase.title],
      ['steps', `at most ${phase.steps}`],
      [
        'operations',
        `${counted(cost.operations)} a step, ${share}% of them in ${cost.contractions} contractions`,
      ],
      ['graph', `${cost.nodes} nodes`],
      [
        'state',
        `${counted((states + program.size) * bytes)}B for ${program.size} parameters and the optimizer`,
      ],
    ];
  });
  const data = program.data.map(({ name, type }) => [name, typeText(type.dtype, type.shape)]);
  return [`a step\n${table(rows)}`, ...(data.length === 0 ? [] : [`data in memory\n${table(data)}`])].join(
    '\n\n',
  );
}

/** 1.2 M */
function counted(value: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  const unit = units.find(([size]) => value >= size);
  return unit === undefined
    ? `${numberText(Math.round(value))} `
    : `${Number((value / unit[0]).toPrecision(3))} ${unit[1]}`;
}

/** What is known after the last pass that ran. */
function dump(state: CompileState): string {
  const { file, problem, bound, program } = state;
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
