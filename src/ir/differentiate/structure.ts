/** Tangents and transposes of the operators that move elements: each is linear, its tangent is itself. */
import type { GraphBuilder } from '../builder.js';
import type { Node, Operator } from '../graph.js';
import { at, otherAxes, range } from '../types.js';
import type { Of, Tangent, TangentContext, TransposeContext, TransposeRule } from './rule.js';
import { orZero } from './rule.js';

/** An operator linear in all its inputs together: apply it to the tangents. */
export function linearTangent({ b, operator, inputs, tangents, output }: TangentContext<Operator>): Tangent {
  const operands = inputs.map((input, index) => orZero(b, tangents[index], input));
  return b.node(operator, operands, output.type);
}

/** Values of the other types, and steps, have no derivative. */
export function zeroTangent(): Tangent {
  return undefined;
}

/** For operators that no tangent rule produces. */
export function notLinear({ operator }: TransposeContext<Operator>): readonly Tangent[] {
  throw new Error(`compiler bug: ${operator.kind} is not linear and has no transpose`);
}

function only<O extends Operator>(
  transpose: (b: GraphBuilder, cotangent: Node, operator: O, input: Node) => Node,
): TransposeRule<O> {
  return ({ b, operator, inputs, cotangents }) => [
    transpose(b, at(cotangents as readonly Node[], 0), operator, at(inputs, 0)),
  ];
}

export const broadcastTranspose = only<Of<'broadcast'>>((b, cotangent, operator) =>
  b.reduce('sum', cotangent, otherAxes(cotangent.type.shape.length, operator.axes)),
);

export const reshapeTranspose = only<Of<'reshape'>>((b, cotangent, _operator, input) =>
  b.reshape(cotangent, input.type.shape),
);

export const transposeTranspose = only<Of<'transpose'>>((b, cotangent, { permutation }) =>
  b.transpose(
    cotangent,
    range(permutation.length).map((axis) => permutation.indexOf(axis)),
  ),
);

export const reverseTranspose = only<Of<'reverse'>>((b, cotangent, { axes }) => b.reverse(cotangent, axes));

export const sliceTranspose = only<Of<'slice'>>((b, cotangent, { starts, strides }, input) => {
  const high = input.type.shape.map((extent, axis) => {
    const count = at(cotangent.type.shape, axis);
    const used = count === 0 ? 0 : (count - 1) * at(strides, axis) + 1;
    return extent - at(starts, axis) - used;
  });
  return b.pad(
    cotangent,
    starts,
    high,
    strides.map((stride) => stride - 1),
  );
});

export const padTranspose = only<Of<'pad'>>((b, cotangent, { low, interior }, input) => {
  const limits = input.type.shape.map((extent, axis) => {
    const used = extent === 0 ? 0 : (extent - 1) * (at(interior, axis) + 1) + 1;
    return at(low, axis) + used;
  });
  return b.slice(
    cotangent,
    low,
    limits,
    interior.map((count) => count + 1),
  );
});

export const concatTranspose: TransposeRule<Of<'concat'>> = ({ b, operator, inputs, linear, cotangents }) => {
  const cotangent = at(cotangents as readonly Node[], 0);
  let start = 0;
  return inputs.map((input, index) => {
    const limit = start + at(input.type.shape, operator.axis);
    const part = linear[index] === true ? b.sliceAxis(cotangent, operator.axis, start, limit) : undefined;
    start = limit;
    return part;
  });
};
