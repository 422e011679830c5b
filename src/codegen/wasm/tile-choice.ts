/**
 * Into what tiles a product is cut, which operands are packed, and in what blocks: rules over sizes, from a small model of
 * a processor. `npm run bench:kernels` checks them.
 */
import { at, range } from '../../ir/types.js';

/** Neighbouring columns that are computed together, in tiles of so many rows. */
export interface Cut {
  readonly vectors: number;
  /** How many of its columns count. */
  readonly valid: number;
  readonly height: number;
  /** How many such strips lie side by side. */
  readonly count: number;
}

/** Vector registers that an engine leaves to us. */
const registers = 15;

/** All sums, a column of one operand and a row of the other are in registers: engines load before they compute. */
function fits(height: number, vectors: number, fused: boolean): boolean {
  const between = !fused && height > 1 && vectors > 1 ? 1 : 0;
  return height * vectors + height + vectors + between <= registers;
}

/** Cycles for one element of the summed axis, as measured: bound by latency, by arithmetic, or by loads. */
function cyclesOf(height: number, vectors: number, fused: boolean): number {
  if (height === 0) return 0;
  const [sums, loads] = [height * vectors, height + vectors];
  return fused ? Math.max(4, sums / 2, 0.63 * loads) : Math.max(3, (2 * sums + loads + 1) / 4);
}

function heightFor(vectors: number, rows: number, fused: boolean): number {
  let height = 1;
  while (height < rows && fits(height + 1, vectors, fused)) height += 1;
  return height;
}

function cyclesOfStrip(vectors: number, rows: number, fused: boolean): number {
  if (vectors === 0) return 0;
  const height = heightFor(vectors, rows, fused);
  const whole = Math.floor(rows / height);
  return whole * cyclesOf(height, vectors, fused) + cyclesOf(rows % height, vectors, fused);
}

/** Strips of one width, and one of what is left. */
export function cutColumns(rows: number, columns: number, lanes: number, fused: boolean): readonly Cut[] {
  const vectors = Math.ceil(columns / lanes);
  const cycles = (width: number): number =>
    Math.floor(vectors / width) * cyclesOfStrip(width, rows, fused) +
    cyclesOfStrip(vectors % width, rows, fused);
  const widths = range(Math.min(7, vectors)).map((index) => index + 1);
  // Of those that are equally good, the wider one: the left operand is read less often.
  const width = widths.reduce(
    (best, each) => (cycles(each) <= cycles(best) * 0.999 ? each : best),
    at(widths, 0),
  );
  const height = heightFor(width, rows, fused);
  const count = Math.floor(columns / (width * lanes));
  const cuts: Cut[] = [];
  if (count > 0) cuts.push({ vectors: width, valid: width * lanes, height, count });
  const rest = columns - count * width * lanes;
  if (rest > 0) {
    const last = Math.ceil(rest / lanes);
    cuts.push({ vectors: last, valid: rest, height: heightFor(last, rows, fused), count: 1 });
  }
  return cuts;
}

/** One operand, as far as its place in memory matters: distances in bytes. */
interface Strides {
  readonly across: number;
  readonly along: number;
}

export interface Blocks {
  /** Elements of the summed axis, strips of columns and tiles of rows that are worked on at once. */
  readonly depth: number;
  readonly strips: number;
  readonly tiles: number;
  readonly packsLeft: boolean;
  readonly packsRight: boolean;
  /** Tile by tile along the rows of the output, not strip by strip. */
  readonly alongRows: boolean;
}

/** Bytes that stay in the nearest cache beside what passes through it, and in those behind it. */
const cacheRoom = { first: 24576, second: 262144, last: 1048576 };
/** Bytes of a column that are summed before the next part of the summed axis. */
export const longestColumn = 4096;
/** So few rows or strips read an operand that packing it costs more than it saves. */
const few = { rows: 16, strips: 4 };

export function chooseBlocks(
  product: { readonly rows: number; readonly depth: number; readonly left: Strides; readonly right: Strides },
  { height, vectors, count }: Cut,
  bytes: number,
): Blocks {
  const { rows, left, right } = product;
  const full = vectors * 16;
  const pieces = Math.max(1, Math.ceil((product.depth * bytes) / longestColumn));
  const depth = Math.min(product.depth, Math.ceil(product.depth / pieces / 4) * 4);
  const large = count * full * depth > cacheRoom.first && depth * right.along > cacheRoom.first / 4;
  const blockOf = (total: number, room: number, each: number): number => {
    const most = Math.max(1, Math.floor(room / Math.max(1, each)));
    return Math.ceil(total / Math.ceil(total / most));
  };
  return {
    depth,
    strips: blockOf(count, cacheRoom.last, depth * full),
    tiles: blockOf(Math.floor(rows / height), cacheRoom.second, depth * height * bytes),
    packsLeft: left.along !== bytes && count >= few.strips && depth * left.along > cacheRoom.first,
    packsRight: right.across !== bytes || (rows >= few.rows && large),
    alongRows: count * full * depth <= cacheRoom.second / 2,
  };
}
