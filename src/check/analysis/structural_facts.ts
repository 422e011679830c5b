/** Facts of structural operations: most move elements and keep every fact of them. */
import type { TypedStructural } from '../typed.js';
import type { Curvature } from './curvature.js';
import { joinCurvature } from './curvature.js';
import type { Facts } from './facts.js';
import { constantFacts, joinFacts, joinKinks, movedKink, numberFacts, unknownFacts } from './facts.js';
import type { Flow } from './flow.js';
import { cutAt, noFlow, union, unionOf, varies } from './flow.js';
import type { Analysis } from './interpreter.js';
import { countOf } from './interpreter.js';
import type { Interval } from './interval.js';
import { everything, interval, isNonnegative, nonnegative, positive, sumOf, unit } from './interval.js';
import type { Scope } from './scope.js';

export function structuralFacts(
  expression: TypedStructural,
  operands: readonly Facts[],
  analysis: Analysis,
  scope: Scope,
): Facts {
  const { operator, span } = expression;
  const [first = constantFacts(everything), second = constantFacts(everything)] = operands;
  const changing = varies(first.flow);
  switch (operator) {
    case 'fill':
    case 'transpose':
    case 'reshape':
    case 'reverse':
    case 'possible':
      return { ...first };
    case 'diagonal':
      return { ...first, interval: first.diagonal ?? first.interval };
    case 'identity':
    case 'training':
      return constantFacts(unit);
    case 'diag':
      return joinFacts(first, numberFacts(0));
    case 'concat':
      return { ...operands.slice(1).reduce(joinFacts, first) };
    case 'pick': {
      const choice = cutAt(second.flow, { span, what: 'the choice of an index' });
      if (choice === noFlow) return { ...first };
      return { ...first, flow: union(first.flow, choice), curvature: 'unknown' };
    }
    case 'cumsum': {
      const last = expression.type.kind === 'array' ? expression.type.shape.dimensions.at(-1) : undefined;
      const count = last === undefined ? interval(1, Infinity) : countOf([scope.resolve(last)], analysis);
      return {
        ...first,
        interval: sumOf(first.interval, interval(1, count.high)),
        kink: movedKink(first.kink),
      };
    }
    case 'cumprod':
      return mixed(first.flow, operands, isNonnegative(first.interval) ? nonnegative : everything);
    case 'sort':
      return {
        ...first,
        curvature: changing ? 'unknown' : 'constant',
        kink: changing ? { span, what: '`sort`', atZero: false } : undefined,
      };
    case 'argsort': {
      const kink = changing ? { span, what: '`argsort`', atZero: false } : undefined;
      return { ...unknownFacts(cutAt(first.flow, { span, what: '`argsort`' }), nonnegative), kink };
    }
    case 'stop': {
      const flow = cutAt(first.flow, { span, what: '`stop`' });
      return { ...first, flow };
    }
    case 'cholesky':
      return { ...mixed(first.flow, operands, everything), diagonal: positive };
    case 'eigen_values':
    case 'eigen_vectors':
    case 'qr_q':
    case 'svd_u':
    case 'svd_v':
      return mixed(first.flow, operands, everything);
    case 'qr_r':
      return { ...mixed(first.flow, operands, everything), diagonal: nonnegative };
    case 'svd_s':
      return mixed(first.flow, operands, nonnegative);
    case 'solve_lower':
    case 'solve_upper': {
      const flow = union(first.flow, second.flow);
      const linear = first.curvature === 'constant' && joinCurvature(second.curvature, 'affine') === 'affine';
      const curvature: Curvature = linear ? second.curvature : varies(flow) ? 'unknown' : 'constant';
      return { ...mixed(flow, operands, everything), curvature };
    }
    case 'glorot':
    case 'he':
    case 'lecun':
      return constantFacts(everything);
    default:
      return operator satisfies never;
  }
}

function mixed(flow: Flow, operands: readonly Facts[], range: Interval): Facts {
  const all = union(flow, unionOf(operands.map((operand) => operand.flow)));
  const kink = joinKinks(...operands.map((operand) => movedKink(operand.kink)));
  return { ...unknownFacts(all, range), kink };
}
