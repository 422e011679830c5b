/**
 * Random draws, each a function of (seed, name of the draw, step, position) through counter-based uniforms, so that
 * every back end and every order of evaluation sees the same numbers.
 */
import type { Turn, TypedDraw } from '../../check/typed.js';
import type { Node, Shape } from '../graph.js';
import { at, sizeOf } from '../types.js';
import type { Context } from './context.js';
import type { Frame } from './frame.js';
import { castTo, constant, constantOf, elementwise, ownPositions, tensor } from './tensor.js';
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

/** Which numbers a draw takes: the name of its stream, the step, and the position of each element. */
interface Counter {
  readonly name: string;
  readonly step: Node;
  readonly positions: Tensor;
}

/** What is drawn once is drawn at step 0, under the name of its parameter or column. */
function drawnOnce(context: Context, own: Shape): Counter {
  const { frame } = context;
  return {
    name: context.drawName(),
    step: frame.builder.constant(0, 'int'),
    positions: ownPositions(frame, own),
  };
}

function counterOf(context: Context, expression: TypedDraw, own: Shape): Counter {
  const { path, type } = expression;
  if (path === undefined) return drawnOnce(context, own);
  const { frame } = context;
  const step = frame.read(tensor(context.root, context.step()));
  const rows = context.rowPositions(type);
  const name = path.startsWith('.') ? `${context.solver}${path}` : path;
  const { turn, count } = turnIn(context, expression.turns ?? []);
  const whole = rows === undefined ? ownPositions(frame, own) : undefined;
  const positions = whole ?? positionsOfRows(frame, frame.read(needed(rows)), own, count);
  if (turn === undefined) return { name, step, positions };
  const stride = constant(frame, rows === undefined ? sizeOf(own) : sizeOf(own.slice(1)), 'int');
  const offset = elementwise(frame, 'multiply', [turn, stride]);
  return { name, step, positions: elementwise(frame, 'add', [positions, offset]) };
}

function needed(rows: Tensor | undefined): Tensor {
  if (rows === undefined) throw new Error('compiler bug: a draw of rows without rows');
  return rows;
}

/** Which turn of all that the loops around a draw make: what is drawn there is an array over them, drawn part by part. */
function turnIn(
  context: Context,
  turns: readonly Turn[],
): { readonly turn: Tensor | undefined; readonly count: number } {
  const { frame } = context;
  let turn: Tensor | undefined;
  let count = 1;
  for (const { symbol, from, to } of turns) {
    const first = castTo(frame, context.tensor(from), 'int');
    const size = (constantOf(castTo(frame, context.tensor(to), 'int')) ?? 0) - (constantOf(first) ?? 0) + 1;
    const index = context.tensor({ kind: 'reference', symbol, type: symbol.type, span: from.span });
    const here = elementwise(frame, 'subtract', [castTo(frame, index, 'int'), first]);
    const before = turn && elementwise(frame, 'multiply', [turn, constant(frame, size, 'int')]);
    turn = before === undefined ? here : elementwise(frame, 'add', [before, here]);
    count *= size;
  }
  return { turn, count };
}

/** Row-major positions in the whole table, so that a row has the same draw in whatever batch it comes. */
function positionsOfRows(frame: Frame, rows: Node, own: Shape, turns: number): Tensor {
  const { builder } = frame;
  const stride = sizeOf(own.slice(1));
  const scaled = builder.binary('multiply', rows, builder.constant(stride * turns, 'int', rows.type.shape));
  const within = builder.iota([stride], 0);
  const size = [at(own, 0), stride];
  const all = builder.binary(
    'add',
    builder.broadcast(scaled, size, [0]),
    builder.broadcast(within, size, [1]),
  );
  return tensor(frame, builder.reshape(all, own));
}

function uniform(context: Context, counter: Counter, word: 0 | 1): Tensor {
  const { frame } = context;
  const index = frame.read(counter.positions);
  const seed = frame.read(tensor(context.root, context.seed()));
  return tensor(frame, frame.builder.uniform(seed, counter.step, index, streamOf(counter.name), word));
}

/** Box and Muller, 1958. */
function standardNormal(context: Context, counter: Counter): Tensor {
  const { frame } = context;
  const real = (value: number): Tensor => constant(frame, value, 'real');
  const logarithm = elementwise(frame, 'log', [uniform(context, counter, 0)]);
  const radius = elementwise(frame, 'sqrt', [elementwise(frame, 'multiply', [real(-2), logarithm])]);
  const angle = elementwise(frame, 'multiply', [real(2 * Math.PI), uniform(context, counter, 1)]);
  return elementwise(frame, 'multiply', [radius, elementwise(frame, 'cos', [angle])]);
}

export function draw(context: Context, expression: TypedDraw): Tensor {
  const { type, noise, lane } = expression;
  const own = type.kind === 'array' ? context.environment.shape(type.shape).map((size) => size.value) : [];
  const counter = counterOf(context, expression, own);
  const named = { ...counter, name: laneName(counter.name, lane) };
  return noise === 'normal' ? standardNormal(context, named) : uniform(context, named, 0);
}

/** The several numbers that one element of a draw takes come from streams of their own. */
function laneName(name: string, lane: number): string {
  return lane === 0 ? name : `${name}#${lane}`;
}

/** A draw whose parameters no distribution has is a NaN, at which the run stops and names the draw. */
export function wherePossible(context: Context, value: Tensor, condition: Tensor): Tensor {
  const { frame } = context;
  if (value.node.type.dtype !== 'real') return value;
  // The root of a negative number, so that a replay finds an operation that made a NaN of finite operands.
  const [fine, wrong] = [constant(frame, 1, 'real'), constant(frame, -1, 'real')];
  const fault = elementwise(frame, 'sqrt', [elementwise(frame, 'select', [condition, fine, wrong])]);
  return elementwise(frame, 'select', [condition, value, fault]);
}

/** glorot: uniform in +-sqrt(6 / (in + out)); he, lecun: normal with variance 2 / in and 1 / in. */
export function initialWeights(context: Context, scheme: 'glorot' | 'he' | 'lecun', own: Shape): Tensor {
  const { frame } = context;
  const counter = drawnOnce(context, own);
  const outputs = own[own.length - 1] ?? 1;
  const inputs = own[own.length - 2] ?? 1;
  if (scheme === 'glorot') {
    const bound = Math.sqrt(6 / Math.max(1, inputs + outputs));
    const width = constant(frame, 2 * bound, 'real');
    const low = constant(frame, -bound, 'real');
    return elementwise(frame, 'add', [
      low,
      elementwise(frame, 'multiply', [width, uniform(context, counter, 0)]),
    ]);
  }
  const deviation = Math.sqrt((scheme === 'he' ? 2 : 1) / Math.max(1, inputs));
  return elementwise(frame, 'multiply', [
    constant(frame, deviation, 'real'),
    standardNormal(context, counter),
  ]);
}
