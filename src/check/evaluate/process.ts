/**
 * Processes step by step. The names of the file are those of one environment, in which the body's updates change
 * parameters and states; what is computed from them is forgotten at every update, and computed anew when it is read.
 */
import { phaseOf } from '../phases.js';
import type { TypedProcess, ValueSymbol } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, elementAt, isTrue, numbersOf, scalarArray, sizeOf } from './array.js';
import { carriedStart, carryOn, hasRows, withRows } from './carried.js';
import { asArray } from './environment.js';
import type { Environment } from './environment.js';
import { evaluateArray } from './expression.js';
import type { PreparedProblem } from './prepare.js';
import type { Carried, View } from './problem.js';
import { openView, startOf } from './problem.js';
import { projected } from './sets.js';
import { valueOf } from './scalar.js';
import { execute } from './statements.js';

export interface ProcessReplay {
  readonly x: readonly number[];
  readonly carried: Carried;
  readonly converged: boolean;
  readonly steps: number;
}

export function replayProcess(
  prepared: PreparedProblem,
  process: TypedProcess,
  /** `steps`: how many of them are taken. */
  options: { readonly x?: readonly number[]; readonly carried?: Carried; readonly steps?: number } = {},
): ProcessReplay {
  let x = options.x ?? startOf(prepared);
  let carried = options.carried ?? carriedStart(prepared, x);
  const count = evaluateArray(process.count, openView(prepared, { x, training: true }));
  const length = valueOf(elementAt(count, 0));
  const last = Math.min(length, options.steps ?? length);
  for (let step = 1; step <= last; step += 1) {
    const view: View = { x, training: true, step, carried };
    const environment = openView(prepared, view);
    if (process.until !== undefined) {
      const frame = environment.inner();
      frame.bind(prepared.problem.until.step, scalarArray(step));
      if (isTrue(evaluateArray(process.until, frame)))
        return { x, carried, converged: true, steps: step - 1 };
    }
    run(prepared, process, environment, step, length);
    const reached = pointOf(prepared, process, environment, x);
    const states = statesOf(prepared, process, environment, carried);
    carried = carryOn(
      prepared,
      { ...view, carried: states },
      reached,
      1,
      false,
      phaseOf(prepared.problem, process),
    );
    x = reached;
  }
  return { x, carried, converged: false, steps: last };
}

function run(
  { problem }: PreparedProblem,
  process: TypedProcess,
  environment: Environment,
  step: number,
  length: number,
): void {
  // The file's frame holds what is updated.
  for (const symbol of process.updated) environment.lookup(symbol);
  const body = environment.inner();
  body.bind(process.implicit.t, scalarArray(step));
  body.bind(process.implicit.T, scalarArray(length));
  const lets = problem.lets.map(({ symbol }) => symbol);
  const forget = (symbol: ValueSymbol): void => {
    if (!process.updated.includes(symbol)) return;
    // What is written is a number: no derivative passes through an update.
    const value = asArray(environment.lookup(symbol));
    environment.update(symbol, arrayOf(value.shape, numbersOf(value)));
    environment.forget(lets);
  };
  execute(process.statements, body, { updated: forget });
}

function pointOf(
  prepared: PreparedProblem,
  process: TypedProcess,
  environment: Environment,
  before: readonly number[],
): readonly number[] {
  let offset = 0;
  const { parameters } = prepared.problem;
  const moved = parameters.flatMap(({ symbol }, position) => {
    const shape = prepared.shapes[position] ?? [];
    const old = arrayOf(shape, before.slice(offset, offset + sizeOf(shape)));
    offset += sizeOf(shape);
    return process.updated.includes(symbol)
      ? numbersOf(present(prepared, symbol, environment, old))
      : numbersOf(old);
  });
  return parameters.some(({ symbol }) => process.updated.includes(symbol))
    ? projected(prepared, moved)
    : moved;
}

function statesOf(
  prepared: PreparedProblem,
  process: TypedProcess,
  environment: Environment,
  carried: Carried,
): Carried {
  return new Map(
    [...carried].map(([symbol, old]) => {
      if (!process.updated.includes(symbol)) return [symbol, old];
      const value = present(prepared, symbol, environment, old);
      return [symbol, arrayOf(value.shape, numbersOf(value))];
    }),
  );
}

/** What has become of a name; rows that the step does not see stay. */
function present(
  prepared: PreparedProblem,
  symbol: ValueSymbol,
  environment: Environment,
  old: ArrayValue,
): ArrayValue {
  const value = asArray(environment.lookup(symbol));
  if (!hasRows(prepared, symbol)) return value;
  const [leading] = symbol.type.kind === 'array' ? symbol.type.shape.dimensions : [];
  return withRows(old, value, leading && environment.describe(leading).rows);
}
