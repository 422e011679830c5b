/** Evaluation of gather, scatter and random draws. */
import type { Operator } from '../../graph.js';
import type { Tensor } from '../../tensor.js';
import { zeros } from '../../tensor.js';
import { at, sizeOf } from '../../types.js';
import { compileHelper } from '../elementwise/evaluate.js';
import { philoxUniform } from '../philox.js';
import type { EvaluationRule } from './rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

/** Calls `visit` for each index with the offset of its row in the updates and, if it is inside, in the operand. */
function forEachRow(
  operand: Tensor,
  indices: Tensor,
  batch: number,
  visit: (selected: number, operandOffset: number | undefined, width: number) => void,
): void {
  const extent = at(operand.type.shape, batch);
  const width = sizeOf(operand.type.shape.slice(batch + 1));
  const count = sizeOf(indices.type.shape.slice(batch));
  indices.data.forEach((index, position) => {
    const start = Math.floor(position / count) * extent;
    const inside = index >= 0 && index < extent;
    visit(position * width, inside ? (start + index) * width : undefined, width);
  });
}

export const evaluateGather: EvaluationRule<Of<'gather'>> = (operator, inputs, { types }) => {
  const [operand, indices] = [at(inputs, 0), at(inputs, 1)];
  const result = zeros(at(types, 0));
  const outside = result.type.dtype === 'real' ? NaN : 0;
  forEachRow(operand, indices, operator.batch, (selected, offset, width) => {
    for (let k = 0; k < width; k += 1) {
      result.data[selected + k] = offset === undefined ? outside : at(operand.data, offset + k);
    }
  });
  return [result];
};

export const evaluateScatter: EvaluationRule<Of<'scatter_add'> | Of<'scatter_set'>> = (operator, inputs) => {
  const [base, indices, updates] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
  const data = Float64Array.from(base.data);
  forEachRow(base, indices, operator.batch, (selected, offset, width) => {
    if (offset === undefined) return;
    for (let k = 0; k < width; k += 1) {
      const value = at(updates.data, selected + k);
      data[offset + k] = operator.kind === 'scatter_set' ? value : at(data, offset + k) + value;
    }
  });
  return [{ type: base.type, data }];
};

export const evaluateUniform: EvaluationRule<Of<'uniform'>> = (operator, inputs, { types }) => {
  const draw = compileHelper(philoxUniform);
  const [seed, step, index] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
  const { stream, word } = operator;
  const data = index.data.map((value) => draw(at(seed.data, 0), at(step.data, 0), value, stream, word));
  return [{ type: at(types, 0), data }];
};
