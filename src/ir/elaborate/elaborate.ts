/**
 * Elaboration: from the typed problem, once all sizes are known, to the program of closed regions. Comprehensions
 * become mapped axes, loops become loop nodes, the objective is differentiated as the optimizer asks, and every region
 * says which stored arrays it reads.
 */
import { isConditioned } from '../../check/fronts.js';
import type { TypedFunction, TypedProblem, ValueSymbol } from '../../check/typed.js';
import { phasesOf } from '../../check/phases.js';
import type { Diagnostic } from '../../parser/diagnostic.js';
import type { TensorType } from '../graph.js';
import type { BoundRegion, ExternSlot, Front, ParameterSlot, Program, RawInput, Report } from '../program.js';
import { NoDerivativeError } from '../operators/host_call.js';
import type { Applied, Report as RewriteReport } from '../rewrite/rewrite.js';
import { at, sizeOf } from '../types.js';
import { dtypeOf } from './apply.js';
import { ElaborationError, fail } from './context.js';
import { type ElaborationOptions, gatherFacts, leadingRows, type ProblemFacts } from './facts.js';
import { refuseDerivative } from './host_call.js';
import { vectorOf } from './objective.js';
import { elaboratePhase } from './phase.js';
import { elaborateProcess } from './process.js';
import { meanOverSteps } from './samples.js';
import { project, projectionOf } from './sets.js';
import { castTo, constantOf, expand } from './tensor.js';
import { type RowsOfView, View } from './view.js';

export type { ElaborationOptions } from './facts.js';

export function elaborate(
  problem: TypedProblem,
  options: ElaborationOptions,
): {
  readonly program: Program | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly rewrites: readonly Applied[];
} {
  const rewrites: Applied[] = [];
  try {
    const program = withoutHostDerivatives(problem, () =>
      elaborateProblem(problem, options, (applied) => rewrites.push(applied)),
    );
    return { program, diagnostics: [], rewrites };
  } catch (error) {
    if (error instanceof ElaborationError)
      return { program: undefined, diagnostics: [error.diagnostic], rewrites };
    throw error;
  }
}

function withoutHostDerivatives<T>(problem: TypedProblem, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof NoDerivativeError) return refuseDerivative(error, problem.path);
    throw error;
  }
}

function elaborateProblem(
  problem: TypedProblem,
  options: ElaborationOptions,
  report: RewriteReport,
): Program {
  const facts = gatherFacts(problem, options, report);
  const slots = parameterSlots(facts);
  const solveSeed = phasesOf(problem).find((phase) => phase.of.seed !== undefined)?.of.seed;
  return {
    name: problem.path,
    precision: problem.precision,
    seed: options.seed ?? (solveSeed === undefined ? 0 : staticNumber(facts, solveSeed)),
    tables: facts.tables,
    hypers: hyperSlots(facts),
    raw: rawInputs(facts),
    externs: problem.externs.map(externSlot),
    data: dataSlots(facts),
    prepare: prepareRegion(facts),
    parameters: slots,
    size: slots.reduce((total, slot) => total + slot.size, 0),
    initial: initialRegion(facts, slots),
    phases: phasesOf(problem).map((phase, index) =>
      phase.kind === 'solve'
        ? elaboratePhase(facts, slots, phase.of, index === 0)
        : elaborateProcess(facts, slots, phase.of, index === 0),
    ),
    ...frontOf(facts),
    reports: [
      ...problem.reports.map((report): Report => elaborateReport(facts, slots, report)),
      ...mappedValues(facts, slots),
    ],
  };
}

function externSlot({ name, doc, parameters, result, span }: TypedFunction): ExternSlot {
  const rankOf = (type: TypedFunction['result']): number =>
    type.kind === 'array' ? type.shape.dimensions.length : 0;
  return {
    name,
    parameters: parameters.map(({ name: parameter, type }) => ({
      name: parameter,
      dtype: dtypeOf(type),
      rank: rankOf(type),
    })),
    rank: rankOf(result),
    doc,
    span,
  };
}

/** What the run has to know of the problem's front. */
function frontOf(facts: ProblemFacts): { readonly front?: Front } {
  const { problem, carriedIndex } = facts;
  const front = problem.solves.find((solve) => solve.front !== undefined)?.front;
  const phase = phasesOf(problem).findIndex(({ kind, of }) => kind === 'solve' && of.front === front);
  if (front === undefined) return {};
  const count = staticNumber(facts, front.count);
  if (count < 2) {
    fail('AM5065', front.span, `a front of ${count} points`, ['a front has at least two points']);
  }
  const indexOf = (symbol: ValueSymbol): number => carriedIndex.get(symbol) ?? 0;
  return {
    front: {
      phase,
      count,
      preference: indexOf(front.preference),
      points: indexOf(front.points),
      conditioned: isConditioned(problem, front),
    },
  };
}

const everyRow: RowsOfView = { kind: 'all' };

function plainView(facts: ProblemFacts): View {
  return new View(facts, { rows: everyRow, training: false, parameters: 'none', slots: [] });
}

function staticNumber(facts: ProblemFacts, expression: Parameters<View['tensor']>[0]): number {
  return constantOf(plainView(facts).tensor(expression)) ?? 0;
}

function parameterSlots(facts: ProblemFacts): readonly ParameterSlot[] {
  const view = plainView(facts);
  let offset = 0;
  return facts.problem.parameters.map(({ symbol, path }) => {
    const { shape } = view.tensorType(symbol.type);
    const size = sizeOf(shape);
    offset += size;
    return { name: path, shape, offset: offset - size, size, span: symbol.span };
  });
}

function hyperSlots(facts: ProblemFacts): Program['hypers'] {
  const open = facts.problem.hypers.filter(({ symbol }) => facts.hyperIndex.has(symbol));
  return open.map(({ symbol, value, interval }) => {
    return {
      name: symbol.name,
      value: facts.options.hypers.get(symbol.name) ?? staticNumber(facts, value),
      interval:
        interval === undefined
          ? undefined
          : { from: staticNumber(facts, interval.from), to: staticNumber(facts, interval.to) },
      span: symbol.span,
    };
  });
}

function rawInputs(facts: ProblemFacts): readonly RawInput[] {
  const view = plainView(facts);
  return facts.raw.map((raw) => {
    const rows = leadingRows(raw.type, facts.tableOf);
    const classes =
      raw.type.kind === 'array' && raw.type.element.kind === 'class'
        ? view.environment.size(raw.type.element.classes).value
        : undefined;
    return {
      name: raw.name,
      type: view.tensorType(raw.type),
      classes,
      table: rows === undefined ? undefined : facts.tableOf.get(rows),
      origin: raw.text,
      span: raw.span,
    };
  });
}

function dataSlots(facts: ProblemFacts): Program['data'] {
  const view = plainView(facts);
  return facts.data.map(({ symbol }) => ({
    name: symbol.name,
    type: view.tensorType(symbol.type),
    span: symbol.span,
  }));
}

function prepareRegion(facts: ProblemFacts): BoundRegion {
  const view = plainView(facts);
  const columns = facts.problem.data.flatMap((block) => {
    const seed = block.seed === undefined ? undefined : staticNumber(facts, block.seed);
    return block.columns.map((column) => ({ ...column, seed }));
  });
  for (const { symbol, value, seed } of columns) {
    view.define(symbol, () =>
      view.named(symbol.name, seed, () => castTo(view.root, view.tensor(value), dtypeOf(symbol.type))),
    );
  }
  const results = columns.map(({ symbol }) => {
    const value = view.environment.cell(symbol).read();
    if (value.kind !== 'tensor') throw new Error('compiler bug: a column that is no array');
    return expand(view.root, value, [], view.tensorType(symbol.type).shape);
  });
  return view.close(results);
}

function initialRegion(facts: ProblemFacts, slots: readonly ParameterSlot[]): BoundRegion {
  const view = plainView(facts);
  const { parameters } = facts.problem;
  // A start may read another parameter's start.
  for (const { symbol, start, path } of parameters) {
    view.define(symbol, () =>
      view.named(path, undefined, () => castTo(view.root, view.tensor(start), 'real')),
    );
  }
  const tensors = parameters.map(({ symbol }, index) => {
    const value = view.environment.cell(symbol).read();
    if (value.kind !== 'tensor') throw new Error('compiler bug: a parameter that is no array');
    return expand(view.root, value, [], at(slots, index).shape);
  });
  const start = vectorOf(view.root.builder, tensors, slots);
  const projection = projectionOf(facts, slots);
  return view.close([projection === undefined ? start : project(view, projection, start)]);
}

/** The values of parameters that are given by coordinates. */
function mappedValues(facts: ProblemFacts, slots: readonly ParameterSlot[]): readonly Report[] {
  const taken = facts.problem.reports.map(({ name }) => name);
  return facts.problem.mapped.map(({ symbol, coordinates, path }): Report => {
    const view = new View(facts, { rows: { kind: 'all' }, training: false, parameters: 'vector', slots });
    const value = view.environment.cell(symbol).read();
    if (value.kind !== 'tensor') throw new Error('compiler bug: a parameter that is no array');
    const type: TensorType = { dtype: 'real', shape: view.tensorType(symbol.type).shape };
    const node = expand(view.root, castTo(view.root, value, 'real'), [], type.shape);
    const name = taken.includes(path) ? `value of ${path}` : path;
    return {
      name,
      parameter: facts.parameterIndex.get(coordinates) ?? -1,
      type,
      value: view.close([node]),
      span: symbol.span,
    };
  });
}

function elaborateReport(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  report: TypedProblem['reports'][number],
): Report {
  const rows: RowsOfView = { kind: 'split', name: report.split };
  const view = new View(facts, { rows, training: false, parameters: 'vector', slots });
  const value = view.tensor(report.value);
  const node = view.root.builder.cast(value.node, 'real');
  const once = view.close([node]);
  const { name, span } = report;
  if (report.samples === undefined) return { name, type: node.type, value: once, span };
  const count = staticNumber(facts, report.samples);
  if (!(count >= 1)) {
    fail('AM5050', report.samples.span, `a report is the mean of at least one sample, and not of ${count}`);
  }
  return { name, type: node.type, value: meanOverSteps(once, count), span };
}
