/**
 * Which rows a step sees. An epoch is one permutation of the training rows, cut into batches, the remainder dropped;
 * every epoch has a permutation of its own. Also the order in which the rows of a split table are stored.
 */
import { fraction, uniformBits } from './random.js';

/** Streams of draws of a program are not negative. */
export const orderStream = -1;
export const batchStream = -2;

/** Fisher and Yates' shuffle of 0 .. count - 1, keyed by seed, stream and epoch. */
export function shuffleRows(
  order: Int32Array,
  count: number,
  seed: number,
  stream: number,
  epoch: number,
): void {
  for (let row = 0; row < count; row += 1) order[row] = row;
  for (let row = count - 1; row > 0; row -= 1) {
    const other = Math.floor(fraction(uniformBits(seed, epoch, row, stream, 0)) * (row + 1));
    const moved = order[other] ?? 0;
    order[other] = order[row] ?? 0;
    order[row] = moved;
  }
}

/** The position in the source of each stored row. */
export function storedOrder(rows: number, shuffleSeed: number): Int32Array {
  const order = new Int32Array(rows);
  shuffleRows(order, rows, shuffleSeed, orderStream, 0);
  return order;
}

/** Rows of a row-major array in another order: row `r` of the result is row `order[r]` of the values. */
export function writeRows(
  into: { [index: number]: number; readonly length: number },
  values: ArrayLike<number>,
  order: Int32Array,
): void {
  const width = order.length === 0 ? 0 : values.length / order.length;
  for (let row = 0; row < order.length; row += 1) {
    const from = (order[row] ?? 0) * width;
    for (let column = 0; column < width; column += 1) {
      into[row * width + column] = values[from + column] ?? NaN;
    }
  }
}

export interface BatchPlan {
  /** First training row and number of training rows, in the stored order. */
  readonly start: number;
  readonly count: number;
  readonly size: number;
  readonly stepsPerEpoch: number;
  readonly inOrder: boolean;
}

/** Writes the rows of each step's batch; keeps the permutation of the present epoch. */
export class BatchSampler {
  private readonly order: Int32Array;
  private epoch = -1;
  private seed = NaN;

  constructor(private readonly plan: BatchPlan) {
    this.order = new Int32Array(plan.count);
  }

  /** The batch of a step, from 1. */
  sample(into: Int32Array, seed: number, step: number): void {
    const { start, count, size, stepsPerEpoch, inOrder } = this.plan;
    const epoch = Math.floor((step - 1) / stepsPerEpoch);
    const first = ((step - 1) % stepsPerEpoch) * size;
    if (!inOrder && (epoch !== this.epoch || seed !== this.seed)) {
      shuffleRows(this.order, count, seed, batchStream, epoch);
      this.epoch = epoch;
      this.seed = seed;
    }
    for (let row = 0; row < size; row += 1) {
      into[row] = start + (inOrder ? first + row : (this.order[first + row] ?? 0));
    }
  }
}
