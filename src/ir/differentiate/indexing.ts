/** Tangents and transposes of gather and scatter: each is the other's transpose. */
import type { GraphBuilder, IndexingOptions } from '../builder.js';
import type { Node } from '../graph.js';
import { at, range, sizeOf } from '../types.js';
import type { Of, TangentRule, TransposeRule } from './rule.js';
import { orZero } from './rule.js';

export const gatherTangent: TangentRule<Of<'gather'>> = ({ b, operator, inputs, tangents }) =>
  b.gather(at(tangents as readonly Node[], 0), at(inputs, 1), operator);

export const gatherTranspose: TransposeRule<Of<'gather'>> = ({ b, operator, inputs, cotangents }) => {
  const [operand, indices] = [at(inputs, 0), at(inputs, 1)];
  const cotangent = at(cotangents as readonly Node[], 0);
  return [b.scatterAdd(b.constant(0, 'real', operand.type.shape), indices, cotangent, operator), undefined];
};

export const scatterTangent: TangentRule<Of<'scatter_add'> | Of<'scatter_set'>> = (context) => {
  const { b, operator, inputs, tangents } = context;
  const [base, indices, updates] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
  return b.node(operator, [orZero(b, tangents[0], base), indices, orZero(b, tangents[2], updates)]);
};

export const scatterAddTranspose: TransposeRule<Of<'scatter_add'>> = (context) => {
  const { b, operator, inputs, linear, cotangents } = context;
  const cotangent = at(cotangents as readonly Node[], 0);
  const updates = linear[2] === true ? gatherOrZero(b, cotangent, at(inputs, 1), operator) : undefined;
  return [cotangent, undefined, updates];
};

export const scatterSetTranspose: TransposeRule<Of<'scatter_set'>> = (context) => {
  const { b, operator, inputs, linear, cotangents } = context;
  const cotangent = at(cotangents as readonly Node[], 0);
  const [indices, updates] = [at(inputs, 1), at(inputs, 2)];
  const base =
    linear[0] === true ? b.scatterSet(cotangent, indices, b.like(updates, 0), operator) : undefined;
  if (linear[2] !== true) return [base, undefined, undefined];
  const passed = gatherOrZero(b, cotangent, indices, operator);
  const wins = overRows(b, lastWriters(b, cotangent, indices, operator), passed);
  return [base, undefined, b.select(wins, passed, b.like(passed, 0))];
};

/** Rows at the indices; zeros for those outside, which a scatter drops. */
function gatherOrZero(
  b: GraphBuilder,
  operand: Node,
  indices: Node,
  options: Required<IndexingOptions>,
): Node {
  const rows = b.gather(operand, indices, options);
  if (options.inBounds) return rows;
  const extent = at(operand.type.shape, options.batch);
  const inside = b.binary(
    'and',
    b.binary('greater_equal', indices, b.like(indices, 0)),
    b.binary('less', indices, b.like(indices, extent)),
  );
  return b.select(overRows(b, inside, rows), rows, b.like(rows, 0));
}

/** Which updates survive where indices repeat: each position writes its number, and looks whose number is there. */
function lastWriters(b: GraphBuilder, base: Node, indices: Node, options: Required<IndexingOptions>): Node {
  const { batch } = options;
  const { shape } = indices.type;
  const count = sizeOf(shape.slice(batch));
  const numbers = b.reshape(b.iota([...shape.slice(0, batch), count], batch), shape);
  const empty = b.constant(-1, 'int', base.type.shape.slice(0, batch + 1));
  const written = b.scatterSet(empty, indices, numbers, options);
  return b.binary('equal', b.gather(written, indices, options), numbers);
}

/** Repeats a mask over the trailing axes of the rows it speaks of. */
function overRows(b: GraphBuilder, mask: Node, rows: Node): Node {
  return b.broadcast(mask, rows.type.shape, range(mask.type.shape.length));
}
