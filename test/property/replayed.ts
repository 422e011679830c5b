/** The steps of a solve by the interpreter and by emitted code, against the evaluator's replay. */
import { expect } from 'vitest';
import { replaySolve } from '../../src/check/evaluate/optimizer.js';
import { replayProcess } from '../../src/check/evaluate/process.js';
import { prepareProblem } from '../../src/check/evaluate/prepare.js';
import type { PreparedProblem } from '../../src/check/evaluate/prepare.js';
import { evaluateReport, startOf } from '../../src/check/evaluate/problem.js';
import { elaborate } from '../../src/ir/elaborate/elaborate.js';
import { compileRegion } from '../../src/codegen/typescript/compile-region.js';
import type { CompiledRegion } from '../../src/codegen/typescript/compile-region.js';
import type { Region } from '../../src/ir/graph.js';
import { at } from '../../src/ir/types.js';
import { interpret } from '../../src/ir/interpreter.js';
import type { BoundRegion, Program, RegionInput } from '../../src/ir/program.js';
import { tensor } from '../../src/ir/tensor.js';
import { checkSource } from '../../src/front_end.js';

export const rows = 7;
const features = 3;

export const raw = new Map([
  [
    'X',
    {
      shape: [rows, features],
      data: Array.from({ length: rows * features }, (_, index) =>
        Math.sin(1 + 2.3 * index + 0.1 * index * index),
      ),
    },
  ],
  ['y', { shape: [rows], data: Array.from({ length: rows }, (_, index) => Math.cos(3 * index)) }],
]);

interface Compiled {
  readonly problem: PreparedProblem;
  readonly program: Program;
}

function compiled(text: string, steps: number): Compiled {
  const { problem, diagnostics } = checkSource({ path: '<solve>', text });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (problem === undefined || errors.length > 0)
    throw new Error(errors.map(({ message }) => message).join('\n'));
  const prepared = prepareProblem(problem, { raw });
  const elaborated = elaborate(problem, { sizes: prepared.sizes, hypers: new Map(), seed: 0, steps });
  if (elaborated.program === undefined) {
    throw new Error(elaborated.diagnostics.map(({ message }) => message).join('\n'));
  }
  return { problem: prepared, program: elaborated.program };
}

type Run = (bound: BoundRegion, values: (input: RegionInput) => readonly number[]) => (readonly number[])[];

const interpreted: Run = ({ region, inputs }, values) =>
  interpret(
    region,
    inputs.map((input, index) => tensor(at(region.parameters, index).type, values(input))),
  ).map(({ data }) => [...data]);

const compilations = new Map<Region, CompiledRegion>();

const emitted: Run = ({ region, inputs }, values) => {
  const made = compilations.get(region) ?? compileRegion(region);
  compilations.set(region, made);
  inputs.forEach((input, index) => at(made.inputs, index).set(values(input)));
  made.run();
  return made.results.map((cells) => [...cells]);
};

/** The points x of a phase, one a step. */
function stepsOf(
  both: Compiled,
  run: Run,
  steps: number,
  rowsOf: (step: number) => readonly number[],
): (readonly number[])[] {
  return momentsOf(both, run, steps, rowsOf).map(([x = []]) => x);
}

/** The points x of a phase with the phase's states, one a step. */
function momentsOf(
  { program }: Compiled,
  run: Run,
  steps: number,
  rowsOf: (step: number) => readonly number[],
): (readonly (readonly number[])[])[] {
  let data: (readonly number[])[] = [];
  let states: (readonly number[])[] = [];
  let x: readonly number[] = [];
  let step = 0;
  const values = (input: RegionInput): readonly number[] => {
    switch (input.kind) {
      case 'seed':
        return [program.seed];
      case 'step':
        return [step];
      case 'hyper':
        return [program.hypers[input.index]?.value ?? NaN];
      case 'rows':
        return rowsOf(step);
      case 'parameters':
        return x;
      case 'state':
        return states[input.index] ?? [];
      case 'raw':
        return raw.get(program.raw[input.index]?.name ?? '')?.data ?? [];
      case 'data':
        return data[input.index] ?? [];
      default:
        return input satisfies never;
    }
  };
  data = run(program.prepare, values);
  x = run(program.initial, values)[0] ?? [];
  const [phase] = program.phases;
  if (phase === undefined) throw new Error('a solve has a phase');
  states = run(phase.start, values);
  const moments = [[x, ...states]];
  for (step = 1; step <= steps; step += 1) {
    const results = run(phase.step, values);
    x = results[0] ?? [];
    states = results.slice(1, 1 + phase.states.length);
    moments.push([x, ...states]);
  }
  return moments;
}

/** The points x of a solve, by emitted code. */
export function pointsOf(
  text: string,
  steps: number,
  rowsOf: (step: number) => readonly number[],
): readonly (readonly number[])[] {
  return stepsOf(compiled(text, steps), emitted, steps, rowsOf);
}

export function expectSameSteps(
  text: string,
  steps: number,
  rowsOf?: (step: number) => readonly number[],
): void {
  const both = compiled(text, steps);
  const [solve] = both.problem.problem.solves;
  if (solve === undefined) throw new Error('no solve');
  const replay = replaySolve(both.problem, solve, {
    steps,
    x: startOf(both.problem),
    ...(rowsOf === undefined ? {} : { rowsOf }),
  });
  const expected = [...replay.history.map(({ x }) => x), replay.x];
  for (const [name, run] of Object.entries({ interpreted, emitted })) {
    const actual = stepsOf(both, run, steps, rowsOf ?? (() => []));
    expect(actual.length).toBe(expected.length);
    actual.forEach((x, step) => {
      const size = 1 + Math.hypot(...(expected[step] ?? []));
      const error = Math.hypot(...x.map((value, index) => value - (expected[step]?.[index] ?? NaN)));
      expect(error, `${name}: x after ${step} steps is ${String(x)}`).toBeLessThanOrEqual(1e-9 * size);
    });
  }
}

/** Parameters and states after each step of a file's one process. */
export function expectSameProcess(text: string, steps: number): void {
  const both = compiled(text, steps);
  const [process] = both.problem.problem.processes;
  if (process === undefined) throw new Error('no process');
  const expected: (readonly (readonly number[])[])[] = [];
  for (let step = 0; step <= steps; step += 1) {
    const { x, carried } = replayProcess(both.problem, process, { steps: step });
    expected.push([x, ...[...carried.values()].map(({ data }) => data.map(Number))]);
  }
  for (const [name, run] of Object.entries({ interpreted, emitted })) {
    const actual = momentsOf(both, run, steps, () => []);
    expect(actual.length).toBe(expected.length);
    actual.forEach((moment, step) => {
      moment.flat().forEach((value, index) => {
        const wanted = expected[step]?.flat()[index] ?? NaN;
        const place = `${name}: number ${index} after ${step} steps`;
        if (Number.isNaN(wanted)) expect(value, place).toBeNaN();
        else
          expect(Math.abs(value - wanted), `${place} is ${value} instead of ${wanted}`).toBeLessThan(
            1e-9 * (1 + Math.abs(wanted)),
          );
      });
    });
  }
}

/** The reports of a file without carried values, at the start. */
export function expectSameReports(text: string): void {
  const both = compiled(text, 1);
  const { program, problem } = both;
  const x = startOf(problem);
  for (const [name, run] of Object.entries({ interpreted, emitted })) {
    const seeded = (input: RegionInput): readonly number[] =>
      input.kind === 'seed'
        ? [program.seed]
        : input.kind === 'raw'
          ? (raw.get(program.raw[input.index]?.name ?? '')?.data ?? [])
          : [];
    const data = run(program.prepare, seeded);
    problem.problem.reports.forEach((report, index) => {
      const actual = run(at(program.reports, index).value, (input) =>
        input.kind === 'parameters' ? x : input.kind === 'data' ? at(data, input.index) : seeded(input),
      );
      const expected = evaluateReport(problem, report, x).data;
      expect(actual[0]?.length).toBe(expected.length);
      expected.forEach((value, position) => {
        expect(actual[0]?.[position], `${name}: ${report.name}`).toBeCloseTo(value, 12);
      });
    });
  }
}
