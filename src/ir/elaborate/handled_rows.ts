/**
 * Constraints with a row for each row of a table, under `batch`: a handler's states hold an element for every training
 * row, a step sees those of the sampled rows, and what it makes of them goes back to their places. The other rows keep
 * their multipliers.
 */
import type { TypedHandling, ValueSymbol } from '../../check/typed.js';
import type { Node, TensorType } from '../graph.js';
import { range, sizeOf } from '../types.js';
import { fail } from './context.js';
import { leadingRows, type ProblemFacts } from './facts.js';
import { type RowsOfView, View } from './view.js';

type Relation = 'equal' | 'at_most';

interface Piece {
  readonly offset: number;
  /** Of one row, for a constraint with rows; of all of it otherwise. */
  readonly stride: number;
  readonly rows: boolean;
}

export interface HandledRows {
  /** Sampled rows. */
  readonly size: number;
  /** Where each constraint's elements stand among those of all training rows. */
  readonly pieces: Readonly<Record<Relation, readonly Piece[]>>;
  /** Elements over all training rows. */
  readonly all: Readonly<Record<Relation, number>>;
}

/** Undefined where every step sees all constraints. */
export function handledRowsOf(facts: ProblemFacts, rows: RowsOfView): HandledRows | undefined {
  if (rows.kind !== 'batch') return undefined;
  const view = new View(facts, {
    rows: { kind: 'split', name: undefined },
    training: true,
    parameters: 'none',
    slots: [],
  });
  const pieces: Record<Relation, Piece[]> = { equal: [], at_most: [] };
  const all: Record<Relation, number> = { equal: 0, at_most: 0 };
  for (const { relation, value } of facts.problem.constraints) {
    const { shape } = view.tensorType(value.type);
    const dimension = leadingRows(value.type, facts.tableOf);
    const isRows = dimension !== undefined && facts.tableOf.get(dimension) === rows.table;
    pieces[relation].push({
      offset: all[relation],
      stride: sizeOf(isRows ? shape.slice(1) : shape),
      rows: isRows,
    });
    all[relation] += sizeOf(shape);
  }
  const some = [...pieces.equal, ...pieces.at_most].some((piece) => piece.rows);
  return some ? { size: rows.size, pieces, all } : undefined;
}

/** The places of the step's elements among all, int [elements that the step sees]. */
function positions(view: View, { size, pieces }: HandledRows, relation: Relation): Node {
  const { builder } = view.root;
  const parts = pieces[relation].map(({ offset, stride, rows }) => {
    const count = rows ? size * stride : stride;
    const first = builder.constant(offset, 'int', [count]);
    if (!rows) return builder.binary('add', builder.iota([count], 0), first);
    const sampled = view.input({ kind: 'rows' }, { dtype: 'int', shape: [size] }, 'rows');
    const within = builder.iota([size, stride], 1);
    const starts = builder.binary(
      'multiply',
      builder.broadcast(sampled, [size, stride], [0]),
      builder.constant(stride, 'int', [size, stride]),
    );
    const places = builder.reshape(builder.binary('add', starts, within), [count]);
    return builder.binary('add', places, first);
  });
  return parts.length === 0 ? builder.constant(0, 'int', [0]) : builder.concat(parts, 0);
}

/** The axes of a state that run over constraints. */
function constraintAxes(
  { type }: ValueSymbol,
  names: TypedHandling,
): readonly { readonly axis: number; readonly relation: Relation }[] {
  if (type.kind !== 'array') return [];
  return type.shape.dimensions.flatMap((dimension, axis): { axis: number; relation: Relation }[] => {
    const factor = dimension.terms.length === 1 ? dimension.terms[0]?.factors[0] : undefined;
    if (factor?.atom.kind !== 'symbol') return [];
    if (factor.atom.symbol === names.equalities) return [{ axis, relation: 'equal' }];
    return factor.atom.symbol === names.inequalities ? [{ axis, relation: 'at_most' }] : [];
  });
}

function first(rank: number, axis: number): number[] {
  return [axis, ...range(rank).filter((each) => each !== axis)];
}

/** The axis back in its place. */
function back(rank: number, axis: number): number[] {
  return range(rank).map((each) => first(rank, axis).indexOf(each));
}

/** The elements of a stored state that the step sees; `seen` is their type, `stored` the input of a given type. */
export function sampledState(
  view: View,
  sampled: HandledRows | undefined,
  names: TypedHandling,
  symbol: ValueSymbol,
  seen: TensorType,
  stored: (type: TensorType) => Node,
): Node {
  const axes = sampled === undefined ? [] : constraintAxes(symbol, names);
  if (sampled === undefined || axes.length === 0) return stored(seen);
  const shape = seen.shape.map((extent, axis) => {
    const found = axes.find((each) => each.axis === axis);
    return found === undefined ? extent : sampled.all[found.relation];
  });
  const { builder } = view.root;
  const rank = shape.length;
  return axes.reduce(
    (node, { axis, relation }) => {
      const turned = builder.transpose(node, first(rank, axis));
      const taken = builder.gather(turned, positions(view, sampled, relation), { inBounds: true });
      return builder.transpose(taken, back(rank, axis));
    },
    stored({ dtype: seen.dtype, shape }),
  );
}

/** A stored state in which the step's elements are replaced. */
export function keptState(
  view: View,
  sampled: HandledRows | undefined,
  names: TypedHandling,
  symbol: ValueSymbol,
  stored: Node,
  made: Node,
): Node {
  const axes = sampled === undefined ? [] : constraintAxes(symbol, names);
  const [only, second] = axes;
  if (sampled === undefined || only === undefined) return made;
  if (second !== undefined) {
    fail('AM5061', symbol.span, 'a state with two axes of constraints cannot follow sampled rows', [
      'Under `batch` a constraint with a row for each sampled row has its multipliers advanced row by row.',
    ]);
  }
  const { builder } = view.root;
  const rank = stored.type.shape.length;
  const turn = first(rank, only.axis);
  const set = builder.scatterSet(
    builder.transpose(stored, turn),
    positions(view, sampled, only.relation),
    builder.transpose(builder.cast(made, stored.type.dtype), turn),
    { inBounds: true },
  );
  return builder.transpose(set, back(rank, only.axis));
}
