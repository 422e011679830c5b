/**
 * What the problem carries from step to step beside its parameters, as the first states of every phase. A state takes
 * its new value from the start of the step; a copy or an average looks at the point that the step has reached, on the
 * step's rows and draws.
 */
import { symbolsOf } from '../../check/dimension.js';
import type { TypedCarried, TypedExpression } from '../../check/typed.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import type { ParameterSlot, StateSlot } from '../program.js';
import { at, sizeOf } from '../types.js';
import { dtypeOf } from './apply.js';
import { asTensor } from './call.js';
import { fail } from './context.js';
import { leadingRows, type ProblemFacts } from './facts.js';
import { tensorsOf } from './objective.js';
import { castTo, constantOf, expand, tensor } from './tensor.js';
import { type RowsOfView, View } from './view.js';

const allRows: RowsOfView = { kind: 'all' };
const trainingRows: RowsOfView = { kind: 'split', name: undefined };

export function carriedSlots(facts: ProblemFacts): readonly StateSlot[] {
  const view = new View(facts, { rows: allRows, training: true, parameters: 'none', slots: [] });
  return facts.problem.carried.map(({ symbol, path }) => ({
    name: path,
    type: view.tensorType(symbol.type),
    carried: true,
  }));
}

/** Before the first step of a phase: states and averages start once, in the first phase; snapshots are taken anew. */
export function carriedStarts(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  view: View,
  isFirstPhase: boolean,
): readonly Node[] {
  const { carried } = facts.problem;
  const starting = (index: number): TypedExpression | undefined => {
    const { start, rule } = at(carried, index);
    if (rule.kind === 'given') return undefined;
    return isFirstPhase || rule.kind === 'snapshot' || rule.kind === 'remade' ? start : undefined;
  };
  const types = carriedSlots(facts);
  return carried.map((item, index) => {
    if (item.rule.kind === 'history') checkHistory(facts, item, at(types, index));
    const hasRows = leadingRows(item.symbol.type, facts.tableOf) !== undefined;
    if (hasRows && item.rule.kind !== 'state' && item.rule.kind !== 'remade') {
      fail('AM5021', item.span, `\`${item.path}\` would copy a value for each sampled row`, [
        'a copy or an average of rows has no place for rows that are not sampled; copy what they are computed from',
      ]);
    }
    const start = starting(index);
    if (start === undefined) return view.input({ kind: 'state', index }, at(types, index).type, item.path);
    const rows = hasRows ? allRows : trainingRows;
    return valueAt(facts, slots, view, view.x(), item, start, rows, starting);
  });
}

/** The most numbers that a history may hold. */
const longestHistory = 2 ** 24;

function checkHistory({ tableOf }: ProblemFacts, { symbol, span }: TypedCarried, { type }: StateSlot): void {
  const dimensions = symbol.type.kind === 'array' ? symbol.type.shape.dimensions : [];
  const hasRows = dimensions.some((dimension) => [...symbolsOf(dimension)].some((each) => tableOf.has(each)));
  if (hasRows) {
    fail('AM5071', span, 'a history of rows: what a step sees of a table changes from step to step', [
      'take the history of a mean, or of what has no rows',
    ]);
  }
  const size = sizeOf(type.shape);
  if (size <= longestHistory) return;
  fail('AM5070', span, `this history holds ${size} numbers, and at most ${longestHistory} are kept`, [
    'take the history of less at each step, or of a shorter phase',
  ]);
}

/** The carried values behind a step that has reached `reached`. */
export function carriedUpdates(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  view: View,
  reached: Node,
  stepsPerEpoch: number,
  phase: number,
  /** The states behind the step, where it is not their own updates that make them. */
  states?: (index: number) => Node,
): readonly Node[] {
  const { builder } = view.root;
  const types = carriedSlots(facts);
  const moved = facts.problem.carried.map((item, index) => {
    const { type } = at(types, index);
    const { rule } = item;
    const old = view.input({ kind: 'state', index }, type, item.path);
    switch (rule.kind) {
      case 'state':
        if (states !== undefined) return states(index);
        return rule.value === undefined ? old : newState(view, item, rule.value, old);
      case 'given':
        return old;
      case 'snapshot': {
        const { every } = rule;
        if (every === undefined) return old;
        const steps = everySteps(view, every.count, item) * (every.unit === 'epochs' ? stepsPerEpoch : 1);
        const value = valueAt(facts, slots, view, reached, item, rule.value, view.options.rows);
        const rest = builder.binary('modulo', view.step(), builder.constant(steps, 'int'));
        const now = builder.binary('equal', rest, builder.constant(0, 'int'));
        return builder.select(builder.broadcastScalar(now, type.shape), value, old);
      }
      case 'remade':
        return old;
      case 'history':
        return rule.phase === phase
          ? recorded(facts, slots, view, item, rule.value, old, states === undefined ? undefined : reached)
          : old;
      case 'ema': {
        const value = valueAt(facts, slots, view, reached, item, rule.value, view.options.rows);
        const decay = view.atRoot(() => castTo(view.root, view.tensor(rule.decay), 'real'));
        const share = view.root.read(decay);
        const rest = builder.binary('subtract', builder.constant(1, 'real'), share);
        return builder.binary(
          'add',
          builder.binary('multiply', builder.broadcastScalar(share, type.shape), old),
          builder.binary('multiply', builder.broadcastScalar(rest, type.shape), value),
        );
      }
      default:
        return rule satisfies never;
    }
  });
  return remadeColumns(facts, slots, view, reached, stepsPerEpoch, moved);
}

/** One more entry of a history: at the step's start, or in a process at the point reached. */
function recorded(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  view: View,
  item: TypedCarried,
  value: TypedExpression,
  old: Node,
  reached: Node | undefined,
): Node {
  const { root } = view;
  const { builder } = root;
  const entry =
    reached === undefined
      ? root.read(view.atRoot(() => castTo(root, view.tensor(value), 'real')))
      : valueAt(
          facts,
          slots,
          view,
          reached,
          { ...item, symbol: { ...item.symbol, type: value.type } },
          value,
          trainingRows,
        );
  const shape = old.type.shape.slice(1);
  const real = builder.cast(entry, 'real');
  const position = builder.binary('subtract', view.step(), builder.constant(1, 'int'));
  return builder.scatterSet(old, position, shape.length === 0 ? real : builder.reshape(real, shape));
}

/**
 * The columns that read snapshots, made anew after these were taken: in a branch of its own, because a step that takes
 * no snapshot makes no data.
 */
function remadeColumns(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  view: View,
  reached: Node,
  stepsPerEpoch: number,
  moved: readonly Node[],
): readonly Node[] {
  const results = [...moved];
  const groups = new Map<number, number[]>();
  facts.problem.carried.forEach((item, index) => {
    if (item.rule.kind !== 'remade' || item.rule.every === undefined) return;
    const { count, unit } = item.rule.every;
    const period = everySteps(view, count, item) * (unit === 'epochs' ? stepsPerEpoch : 1);
    groups.set(period, [...(groups.get(period) ?? []), index]);
  });
  for (const [period, indices] of groups) {
    const inner = new View(facts, { rows: allRows, training: true, parameters: 'slots', slots });
    const items = indices.map((index) => at(facts.problem.carried, index));
    // A column that reads another one reads the new one.
    for (const { symbol, rule } of items) {
      const value = rule.value;
      if (rule.kind !== 'remade' || value === undefined) continue;
      inner.define(symbol, () => {
        const made = castTo(inner.root, inner.tensor(value), dtypeOf(symbol.type));
        return tensor(inner.root, expand(inner.root, made, [], inner.tensorType(symbol.type).shape));
      });
    }
    const made = items.map(({ symbol }) => inner.root.read(asTensor(inner.environment.cell(symbol).read())));
    const { region, inputs } = inner.close(made);
    const { builder } = view.root;
    const given = [
      ...tensorsOf(builder, reached, slots),
      ...inputs.map((input, index) => {
        const { operator, type } = at(region.parameters, slots.length + index);
        if (input.kind === 'state') return at(results, input.index);
        return view.input(input, type, operator.kind === 'parameter' ? operator.name : input.kind);
      }),
    ];
    const olds = indices.map((index) => at(results, index));
    const rest = builder.binary('modulo', view.step(), builder.constant(period, 'int'));
    const now = builder.binary('equal', rest, builder.constant(0, 'int'));
    const captured = [...given, ...olds];
    const anew = branchOf(captured, (inside, parameters) =>
      inside.inline(region, parameters.slice(0, given.length)),
    );
    const kept = branchOf(captured, (_, parameters) => parameters.slice(given.length));
    builder.cond({ condition: now, captured, then: anew, otherwise: kept }).forEach((node, position) => {
      results[at(indices, position)] = node;
    });
  }
  return results;
}

/** One branch: a region over copies of what it captures. */
function branchOf(
  captured: readonly Node[],
  results: (builder: GraphBuilder, parameters: readonly Node[]) => readonly Node[],
): Region {
  const builder = new GraphBuilder();
  const parameters = captured.map(({ type }) => builder.parameter(type, 'captured'));
  return builder.region(parameters, results(builder, parameters));
}

/** Of a state with a row for each row of a table, the rows that the step sees. */
function newState(view: View, { symbol }: TypedCarried, update: TypedExpression, old: Node): Node {
  const { root } = view;
  const value = view.atRoot(() => castTo(root, view.tensor(update), dtypeOf(symbol.type)));
  const seen = expand(root, value, [], view.tensorType(symbol.type).shape);
  const rows = view.rowPositions(symbol.type);
  if (rows === undefined) return seen;
  return root.builder.scatterSet(old, root.read(rows), seen, { inBounds: true });
}

function everySteps(view: View, count: TypedExpression, { span }: TypedCarried): number {
  const steps = constantOf(view.tensor(count));
  if (steps === undefined) throw new Error('compiler bug: a period that is not known before the run');
  if (steps >= 1) return steps;
  return fail('AM5022', span, `a snapshot every ${steps} steps`, [
    'it is taken every so many steps, at least one',
  ]);
}

/** An expression at another point, built into the region of `view`. */
function valueAt(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  view: View,
  x: Node,
  { symbol }: TypedCarried,
  expression: TypedExpression,
  rows: RowsOfView,
  starting?: (index: number) => TypedExpression | undefined,
): Node {
  const options = { rows, training: true, parameters: 'slots', slots } as const;
  const inner = new View(facts, starting === undefined ? options : { ...options, starting });
  const value = castTo(inner.root, inner.tensor(expression), dtypeOf(symbol.type));
  const shaped = expand(inner.root, value, [], inner.tensorType(symbol.type).shape);
  const bound = inner.close([shaped]);
  const { builder } = view.root;
  return at(builder.inline(bound.region, [...tensorsOf(builder, x, slots), ...view.stored(bound)]), 0);
}
