/**
 * Which kernel computes a contraction. Few outputs, or short rows, are dot products, each shared by some threads of a
 * workgroup (down to one thread); everything else is computed in tiles, whose operands pass through workgroup memory.
 * One rule chooses: the time of one workgroup, counted in multiply-adds of one thread, times the rounds that the
 * device needs. The weights are those of a desktop GPU by its data sheet; they have not been measured.
 */
import type { Node } from '../../ir/graph.js';
import type { Contraction } from '../../ir/nest.js';
import { at, otherAxes, sizeOf } from '../../ir/types.js';
import type { DeviceProfile } from './module_text.js';

export interface ProductSize {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** `share` threads (a power of two) sum one output; a workgroup computes threads / share outputs. */
export interface DotShape {
  readonly kind: 'dot';
  readonly share: number;
}

/** A thread holds height x width outputs (width a multiple of 4); a workgroup has down x across threads that do. */
export interface TileShape {
  readonly kind: 'tile';
  readonly height: number;
  readonly width: number;
  readonly down: number;
  readonly across: number;
  /** Summed elements that lie in workgroup memory at a time; a multiple of 4. */
  readonly step: number;
}

export type ContractionShape = DotShape | TileShape;

/** Workgroups that run at once where nobody knows. */
const usualGroups = 128;

/** The strides of the operands along rows or columns, and along the summed axis. */
export interface OperandStrides {
  readonly left: { readonly free: number; readonly contract: number };
  readonly right: { readonly free: number; readonly contract: number };
}

/**
 * Four numbers read from workgroup memory; one number read from storage, where neighbouring threads read neighbours
 * and where they do not; one barrier; in multiply-adds.
 */
const cost = { shared: 8, storage: 10, scattered: 40, barrier: { cheap: 20, costly: 600 } };

/** A dot product is cut where there are fewer than `groups` and each part still has `length` elements. */
const cutting = { groups: 256, length: 4096 };

/** Vectors of four in the tiles of one workgroup: 11 of the 16 kB that every device has. */
const largestTiles = 704;

export function sizeOfProduct({ left, right, batch }: Contraction): ProductSize {
  return {
    batch: sizeOf(batch),
    rows: left.free.extent,
    columns: right.free.extent,
    depth: left.contract.extent,
  };
}

export function sizeOfNode({ operator, inputs }: Node): ProductSize {
  if (operator.kind !== 'contraction') throw new Error('compiler bug: not a contraction');
  const { batch, contract } = operator;
  const shapes = inputs.map(({ type }) => type.shape);
  const extents = (side: 0 | 1, axes: readonly number[]): number =>
    sizeOf(axes.map((axis) => at(at(shapes, side), axis)));
  const free = (side: 0 | 1): number => {
    const paired = [...batch, ...contract].map((pair) => pair[side]);
    return extents(side, otherAxes(at(shapes, side).length, paired));
  };
  return {
    batch: extents(
      0,
      batch.map(([axis]) => axis),
    ),
    rows: free(0),
    columns: free(1),
    depth: extents(
      0,
      contract.map(([axis]) => axis),
    ),
  };
}

/** Into how many parts each of a few long dot products is cut. */
export function partsOf({ batch, rows, columns, depth }: ProductSize): number {
  const outputs = Math.max(1, batch * rows * columns);
  const wanted = Math.ceil(cutting.groups / outputs);
  return Math.max(1, Math.min(wanted, Math.floor(depth / cutting.length)));
}

export function chooseShape(
  size: ProductSize,
  strides: OperandStrides,
  device: DeviceProfile,
): ContractionShape {
  let best: ContractionShape = { kind: 'dot', share: 1 };
  let least = Infinity;
  for (const shape of candidates(size, device.threads)) {
    const time = timeOf(shape, size, strides, device);
    if (time < least) [best, least] = [shape, time];
  }
  return best;
}

export function teamsOf(shape: ContractionShape, size: ProductSize, threads: number): number {
  if (shape.kind === 'dot') {
    return Math.ceil((size.batch * size.rows * size.columns) / Math.floor(threads / shape.share));
  }
  const down = Math.ceil(size.rows / (shape.height * shape.down));
  return size.batch * down * Math.ceil(size.columns / (shape.width * shape.across));
}

/** Vectors of four that the tiles of one workgroup take: rows of the left one, then rows of the right one, each with one to spare. */
export function tileMemory({ height, width, down, across, step }: TileShape): {
  readonly leftPitch: number;
  readonly rightPitch: number;
  readonly rightStart: number;
  readonly size: number;
} {
  const leftPitch = step / 4 + 1;
  const rightPitch = (width / 4) * across + 1;
  const rightStart = height * down * leftPitch;
  return { leftPitch, rightPitch, rightStart, size: rightStart + step * rightPitch };
}

function* candidates(size: ProductSize, threads: number): Generator<ContractionShape> {
  for (let share = 1; share <= threads; share *= 2) yield { kind: 'dot', share };
  for (const [height, width] of [
    [8, 8],
    [4, 8],
    [4, 4],
    [2, 4],
    [1, 4],
  ] as const) {
    const columns = Math.ceil(size.columns / width);
    for (const across of new Set([4, 8, 16, 32, columns])) {
      if (across > columns || across > threads) continue;
      const down = Math.min(Math.floor(threads / across), Math.ceil(size.rows / height));
      for (const step of [16, 8]) {
        const shape: TileShape = { kind: 'tile', height, width, down, across, step };
        if (down > 0 && tileMemory(shape).size <= largestTiles) yield shape;
      }
    }
  }
}

function timeOf(
  shape: ContractionShape,
  size: ProductSize,
  strides: OperandStrides,
  device: DeviceProfile,
): number {
  const rounds = Math.ceil(teamsOf(shape, size, device.threads) / (device.groups ?? usualGroups));
  const barrier = cost.barrier[device.barriers ?? 'cheap'];
  const isNear = (stride: number): boolean => Math.abs(stride) <= 1;
  const read = (near: boolean): number => (near ? cost.storage : cost.scattered);
  const { left, right } = strides;
  if (shape.kind === 'dot') {
    const fold = Math.log2(shape.share);
    const along = shape.share > 1 && sharesNeighbours(strides);
    const isRow = size.columns === 1;
    const reads = along
      ? read(isNear(left.contract)) + read(isNear(right.contract))
      : read(!isRow || isNear(left.free)) + read(isRow || isNear(right.free));
    return rounds * (Math.ceil(size.depth / shape.share) * (1 + reads) + fold * barrier);
  }
  const { height, width, down, across, step } = shape;
  const sums = step * (height * width + ((height + width) / 4) * cost.shared);
  const reads =
    height * down * read(isNear(left.free) || isNear(left.contract)) +
    width * across * read(isNear(right.free) || isNear(right.contract));
  const turn = sums + (reads * step) / device.threads + 2 * barrier;
  return rounds * Math.ceil(size.depth / step) * turn;
}

/** The threads that share a dot product are neighbours, because elements along the summed axis are. */
export function sharesNeighbours({ left, right }: OperandStrides): boolean {
  return left.contract === 1 || right.contract === 1;
}
