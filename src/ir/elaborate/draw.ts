/**
 * Random draws, each a function of (seed, name of the draw, step, position) through counter-based uniforms, so that
 * every back end and every order of evaluation sees the same numbers.
 */
import type { TypedDraw } from '../../check/typed.js';
import type { Shape } from '../graph.js';
import type { Context } from './context.js';
import { castTo, constant, elementwise, ownPositions, tensor } from './tensor.js';
import type { Tensor } from './value.js';

/** 32-bit FNV-1a over the UTF-16 code units, low byte first. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

function uniform(context: Context, own: Shape, word: 0 | 1): Tensor {
  const { frame } = context;
  const index = frame.read(ownPositions(frame, own));
  const seed = frame.read(tensor(context.root, context.seed()));
  const step = frame.builder.constant(0, 'int');
  return tensor(frame, frame.builder.uniform(seed, step, index, streamOf(context.drawName()), word));
}

/** Box and Muller, 1958. */
function standardNormal(context: Context, own: Shape): Tensor {
  const { frame } = context;
  const real = (value: number): Tensor => constant(frame, value, 'real');
  const logarithm = elementwise(frame, 'log', [uniform(context, own, 0)]);
  const radius = elementwise(frame, 'sqrt', [elementwise(frame, 'multiply', [real(-2), logarithm])]);
  const angle = elementwise(frame, 'multiply', [real(2 * Math.PI), uniform(context, own, 1)]);
  return elementwise(frame, 'multiply', [radius, elementwise(frame, 'cos', [angle])]);
}

export function draw(context: Context, expression: TypedDraw): Tensor {
  const { frame } = context;
  const { type } = expression;
  const own = type.kind === 'array' ? context.environment.shape(type.shape).map((size) => size.value) : [];
  const [first, second] = expression.operands.map((operand) =>
    castTo(frame, context.tensor(operand), 'real'),
  );
  const zero = constant(frame, 0, 'real');
  const a = first ?? zero;
  const b = second ?? constant(frame, 1, 'real');
  const scaled = (noise: Tensor): Tensor =>
    elementwise(frame, 'add', [a, elementwise(frame, 'multiply', [b, noise])]);
  switch (expression.distribution) {
    case 'normal':
      return scaled(standardNormal(context, own));
    case 'uniform': {
      const width = elementwise(frame, 'subtract', [b, a]);
      return elementwise(frame, 'add', [
        a,
        elementwise(frame, 'multiply', [width, uniform(context, own, 0)]),
      ]);
    }
    case 'bernoulli':
      return elementwise(frame, 'less', [uniform(context, own, 0), a]);
    case 'exponential': {
      const logarithm = elementwise(frame, 'log', [uniform(context, own, 0)]);
      return elementwise(frame, 'divide', [elementwise(frame, 'negate', [logarithm]), a]);
    }
    case 'gumbel': {
      const logarithm = elementwise(frame, 'negate', [elementwise(frame, 'log', [uniform(context, own, 0)])]);
      return elementwise(frame, 'subtract', [
        a,
        elementwise(frame, 'multiply', [b, elementwise(frame, 'log', [logarithm])]),
      ]);
    }
    default:
      return expression.distribution satisfies never;
  }
}

/** glorot: uniform in +-sqrt(6 / (in + out)); he, lecun: normal with variance 2 / in and 1 / in. */
export function initialWeights(context: Context, scheme: 'glorot' | 'he' | 'lecun', own: Shape): Tensor {
  const { frame } = context;
  const outputs = own[own.length - 1] ?? 1;
  const inputs = own[own.length - 2] ?? 1;
  if (scheme === 'glorot') {
    const bound = Math.sqrt(6 / Math.max(1, inputs + outputs));
    const width = constant(frame, 2 * bound, 'real');
    const low = constant(frame, -bound, 'real');
    return elementwise(frame, 'add', [
      low,
      elementwise(frame, 'multiply', [width, uniform(context, own, 0)]),
    ]);
  }
  const deviation = Math.sqrt((scheme === 'he' ? 2 : 1) / Math.max(1, inputs));
  return elementwise(frame, 'multiply', [constant(frame, deviation, 'real'), standardNormal(context, own)]);
}
