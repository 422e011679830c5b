/** Everything that a call of a host's function means: type, evaluation, batching by one more axis of calls, no derivative. */
import type { Span } from '../../parser/source.js';
import type { BatchRule } from '../batching/rule.js';
import { inLanes } from '../batching/rule.js';
import type { TangentRule } from '../differentiate/rule.js';
import type { Operator } from '../graph.js';
import { sizeOf } from '../types.js';
import type { EvaluationRule } from './evaluation/rule.js';
import { require, requireDeclared, requireDType } from './type_rule.js';
import type { TypeRule } from './type_rule.js';

type HostCall = Extract<Operator, { kind: 'host_call' }>;

/** Something asked for the derivative of a black box. */
export class NoDerivativeError extends Error {
  constructor(
    readonly host: string,
    readonly span: Span | undefined,
  ) {
    super(`\`${host}\` has no derivative`);
  }
}

export const hostCallType: TypeRule<HostCall> = ({ lanes }, inputs, declared) => {
  const type = requireDeclared(declared);
  requireDType(type, 'real', 'the result');
  const lead = type.shape.slice(0, lanes);
  require(lead.length === lanes, () => `has fewer axes than its ${lanes} lanes`);
  for (const { shape } of inputs) {
    require(lead.every((extent, axis) => shape[axis] === extent), () =>
      `the lanes [${lead.join(', ')}] differ from an input [${shape.join(', ')}]`);
  }
  return [type];
};

export const evaluateHostCall: EvaluationRule<HostCall> = ({ name, lanes }, inputs, { types, host }) => {
  const [type] = types;
  if (type === undefined || host === undefined) throw new Error(`compiler bug: nobody supplies \`${name}\``);
  const count = sizeOf(type.shape.slice(0, lanes));
  const own = type.shape.slice(lanes);
  const size = sizeOf(own);
  const data = new Float64Array(count * size);
  for (let lane = 0; lane < count; lane += 1) {
    const given = inputs.map((input) => {
      const shape = input.type.shape.slice(lanes);
      const length = sizeOf(shape);
      return {
        shape,
        dtype: input.type.dtype,
        data: input.data.subarray(lane * length, (lane + 1) * length),
      };
    });
    data.set(host(name, given, own), lane * size);
  }
  return [{ type, data }];
};

export const hostCallTangent: TangentRule<HostCall> = ({ operator, output }) => {
  throw new NoDerivativeError(operator.name, output.span);
};

export const batchHostCall: BatchRule<HostCall> = ({ b, operator, original, inputs, size }) =>
  b.node(
    { ...operator, lanes: operator.lanes + 1 },
    inputs.map((input) => inLanes(b, input, size)),
    { dtype: 'real', shape: [size, ...original.type.shape] },
  );
