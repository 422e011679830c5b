/**
 * Random draws: Philox4x32-10 (Salmon et al., 2011) with the counter (index, step, 0, 0) and the key (seed, stream),
 * the stream being a hash of the draw's name. Every element is a function of these alone.
 */
import type { TypedDraw } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, sizeOf } from './array.js';

/** 32-bit FNV-1a of a name's UTF-16 code units, low byte first. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

/** The high and low words of a 32 by 32 bit product. */
function wideProduct(a: number, b: number): readonly [number, number] {
  const product = BigInt(a) * BigInt(b);
  return [Number(product >> 32n), Number(product & 0xffffffffn)];
}

export function philox(counter: readonly number[], key: readonly number[]): readonly number[] {
  let [a, b, c, d] = counter.map((word) => word >>> 0) as [number, number, number, number];
  let [k0, k1] = key.map((word) => word >>> 0) as [number, number];
  for (let round = 0; round < 10; round += 1) {
    const [high0, low0] = wideProduct(0xd2511f53, a);
    const [high1, low1] = wideProduct(0xcd9e8d57, c);
    [a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1, (high0 ^ d ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

export interface Stream {
  readonly seed: number;
  readonly name: string;
  /** 0 for what is drawn once. */
  readonly step: number;
}

/** A number in (0, 1), exact in single precision. */
export function uniform(stream: Stream, index: number, word: number): number {
  const words = philox([index, stream.step, 0, 0], [stream.seed, streamOf(stream.name)]);
  return (((words[word] as number) >>> 9) + 0.5) * 2 ** -23;
}

function standardNormal(stream: Stream, index: number): number {
  return (
    Math.sqrt(-2 * Math.log(uniform(stream, index, 0))) * Math.cos(2 * Math.PI * uniform(stream, index, 1))
  );
}

export function draw(
  { noise, lane }: TypedDraw,
  shape: readonly number[],
  stream: Stream,
  /** Where in its stream an element is drawn. */
  position: (index: number) => number,
): ArrayValue {
  // The several numbers that one element of a draw takes come from streams of their own.
  const own = lane === 0 ? stream : { ...stream, name: `${stream.name}#${lane}` };
  const element = (index: number): number =>
    noise === 'normal' ? standardNormal(own, index) : uniform(own, index, 0);
  return arrayOf(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, index) => element(position(index))),
  );
}

/** Initial weights by the size of a layer: fan in is the second-to-last dimension (1 for a vector), fan out the last. */
export function initialWeights(
  scheme: 'glorot' | 'he' | 'lecun',
  shape: readonly number[],
  stream: Stream,
): ArrayValue {
  const fanIn = shape.length > 1 ? (shape[shape.length - 2] as number) : 1;
  const fanOut = shape[shape.length - 1] ?? 1;
  const bound = Math.sqrt(6 / (fanIn + fanOut));
  const element = (index: number): number => {
    switch (scheme) {
      case 'glorot':
        return bound * (2 * uniform(stream, index, 0) - 1);
      case 'he':
        return Math.sqrt(2 / fanIn) * standardNormal(stream, index);
      case 'lecun':
        return Math.sqrt(1 / fanIn) * standardNormal(stream, index);
    }
  };
  return arrayOf(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, index) => element(index)),
  );
}
