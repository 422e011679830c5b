/** What a problem carries from step to step: states, frozen copies and moving averages. */
import type { TypedCarried, ValueSymbol } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, elementAt, mapElements, numbersOf } from './array.js';
import { bareSymbol } from './environment.js';
import { evaluateArray } from './expression.js';
import type { PreparedProblem } from './prepare.js';
import { widen } from './prepare.js';
import type { Carried, View } from './problem.js';
import { openView } from './problem.js';
import { valueOf } from './scalar.js';

/** Before the first step of the run. A start may read other starts. */
export function carriedStart(prepared: PreparedProblem, x: readonly number[]): Carried {
  const some = openView(prepared, { x, training: true });
  const all = openView(prepared, { x, training: true, whole: true });
  return new Map(
    prepared.problem.carried.map(({ symbol, start }) => {
      // What has rows has them for the whole table; everything else starts from training rows.
      const environment = hasRows(prepared, symbol) ? all : some;
      const shape = symbol.type.kind === 'array' ? environment.shapeOf(symbol.type.shape) : [];
      const value = widen(evaluateArray(start, environment), shape);
      return [symbol, arrayOf(value.shape, numbersOf(value))];
    }),
  );
}

/** Whether the type begins with the rows of a table. */
export function hasRows({ splits }: PreparedProblem, { type }: ValueSymbol): boolean {
  const [leading] = type.kind === 'array' ? type.shape.dimensions : [];
  const symbol = leading && bareSymbol(leading);
  return symbol !== undefined && splits.has(symbol);
}

/** The carried values after a step that was seen as `view` and has reached another point. */
export function carryOn(
  prepared: PreparedProblem,
  view: View,
  reached: readonly number[],
  stepsPerEpoch: number,
  /** False in a process, whose body is all that happens to states. */
  updates = true,
  phase = 0,
): Carried {
  const before = openView(prepared, view);
  const behind = openView(prepared, { ...view, x: reached });
  const next = ({ symbol, rule }: TypedCarried, old: ArrayValue): ArrayValue => {
    switch (rule.kind) {
      case 'state': {
        if (rule.value === undefined || !updates) return old;
        const [leading] = symbol.type.kind === 'array' ? symbol.type.shape.dimensions : [];
        const own = leading && bareSymbol(leading);
        const rows =
          own?.origin === 'file' ? before.describe(leading as NonNullable<typeof leading>).rows : undefined;
        const shape = rows === undefined ? old.shape : [rows.length, ...old.shape.slice(1)];
        return withRows(old, widen(evaluateArray(rule.value, before), shape), rows);
      }
      case 'given':
        return old;
      case 'snapshot': {
        if (rule.every === undefined) return old;
        const count = valueOf(elementAt(evaluateArray(rule.every.count, before), 0));
        const period = rule.every.unit === 'epochs' ? count * stepsPerEpoch : count;
        return (view.step ?? 0) % period === 0 ? evaluateArray(rule.value, behind) : old;
      }
      case 'remade':
        return old;
      case 'history': {
        if (rule.phase !== phase) return old;
        const entry = numbersOf(evaluateArray(rule.value, updates ? before : behind));
        const data = [...old.data];
        entry.forEach((number, index) => (data[((view.step ?? 1) - 1) * entry.length + index] = number));
        return arrayOf(old.shape, data);
      }
      case 'ema': {
        const decay = valueOf(elementAt(evaluateArray(rule.decay, before), 0));
        return mapElements(
          [old, evaluateArray(rule.value, behind)],
          ([kept = 0, fresh = 0]) => decay * valueOf(kept) + (1 - decay) * valueOf(fresh),
          old.shape,
        );
      }
    }
  };
  const moved = new Map(
    prepared.problem.carried.map((item): readonly [ValueSymbol, ArrayValue] => {
      const old = view.carried?.get(item.symbol);
      if (old === undefined) throw new Error(`compiler bug: ${item.path} has no value`);
      const value = next(item, old);
      return [item.symbol, arrayOf(value.shape, numbersOf(value))];
    }),
  );
  return remade(prepared, view, reached, stepsPerEpoch, moved);
}

/** Columns that read snapshots, after those of the step. */
function remade(
  prepared: PreparedProblem,
  view: View,
  reached: readonly number[],
  stepsPerEpoch: number,
  moved: Map<ValueSymbol, ArrayValue>,
): Carried {
  for (const { symbol, rule } of prepared.problem.carried) {
    if (rule.kind !== 'remade' || rule.every === undefined) continue;
    const environment = openView(prepared, {
      x: reached,
      step: view.step,
      training: true,
      whole: true,
      carried: moved,
    });
    const count = valueOf(elementAt(evaluateArray(rule.every.count, environment), 0));
    const period = rule.every.unit === 'epochs' ? count * stepsPerEpoch : count;
    if ((view.step ?? 0) % period !== 0) continue;
    const shape = symbol.type.kind === 'array' ? environment.shapeOf(symbol.type.shape) : [];
    const value = widen(evaluateArray(rule.value, environment), shape);
    moved.set(symbol, arrayOf(value.shape, numbersOf(value)));
  }
  return moved;
}

/** Rows that are not seen keep their values. */
export function withRows(old: ArrayValue, seen: ArrayValue, rows: readonly number[] | undefined): ArrayValue {
  if (rows === undefined) return seen;
  const stride = seen.data.length / Math.max(1, rows.length);
  const data = [...old.data];
  rows.forEach((row, position) => {
    for (let index = 0; index < stride; index += 1) {
      data[row * stride + index] = seen.data[position * stride + index] ?? NaN;
    }
  });
  return arrayOf(old.shape, data);
}
