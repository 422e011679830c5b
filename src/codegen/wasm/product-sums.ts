/**
 * Instructions that make a product and a sum with one rounding, and the two that every engine with vectors has in their
 * stead. A module is written for both with the same number of bytes, so that a list of places turns one into the
 * other.
 */
import { Bytes } from './bytes.js';
import { operations } from './operations.js';
import type { OperationName } from './operations.js';

/** In one instruction with one rounding, or in two. */
export type Products = 'fused' | 'apart';

/** Where a product stands, once its factors are there, and what follows once the summand is. */
interface ProductSum {
  readonly product: OperationName;
  readonly sum: OperationName;
  readonly after?: OperationName;
}

const productSums: Readonly<Partial<Record<OperationName, ProductSum>>> = {
  'f32x4.relaxed_madd': { product: 'f32x4.mul', sum: 'f32x4.add' },
  'f32x4.relaxed_nmadd': { product: 'f32x4.mul', sum: 'f32x4.sub', after: 'f32x4.neg' },
  'f64x2.relaxed_madd': { product: 'f64x2.mul', sum: 'f64x2.add' },
  'f64x2.relaxed_nmadd': { product: 'f64x2.mul', sum: 'f64x2.sub', after: 'f64x2.neg' },
};

/** Bytes of each instruction here. */
const width = 3;
const nothing = 0x01;

function instruction(name: OperationName): readonly number[] {
  const bytes = [...new Bytes().opcode(operations[name].opcode).finish()];
  if (bytes.length !== width) throw new Error(`compiler bug: ${name} has ${bytes.length} bytes`);
  return bytes;
}

export interface WrittenProductSum {
  readonly afterFactors: readonly number[];
  readonly afterSummand: readonly number[];
}

/** The bytes between the operands; undefined for any other operation. */
export function writeProductSum(name: OperationName, products: Products): WrittenProductSum | undefined {
  const row = productSums[name];
  if (row === undefined) return undefined;
  const rest = row.after === undefined ? [] : [row.after];
  if (products === 'apart') {
    return {
      afterFactors: instruction(row.product),
      afterSummand: [row.sum, ...rest].flatMap(instruction),
    };
  }
  const none = Array<number>(width).fill(nothing);
  return { afterFactors: none, afterSummand: [...instruction(name), ...rest.flatMap(() => none)] };
}

/** The instructions, counted from the one before, in which the two forms of a module differ: unsigned LEB128. */
export function productPlaces(apart: Uint8Array, fused: Uint8Array): Uint8Array {
  if (apart.length !== fused.length) throw new Error('compiler bug: two forms of different lengths');
  const gaps = new Bytes();
  let last = 0;
  for (let index = 0; index < apart.length; index += 1) {
    if (apart[index] === fused[index]) continue;
    // All begin with the same byte, which an instruction that does nothing has not.
    const place = fused[index] === nothing ? index : index - 1;
    gaps.unsigned(place - last);
    last = place;
    index = place + width - 1;
  }
  return gaps.finish();
}

/** By the second byte of a sum that stands apart: that of the instruction which takes its place; others become nothing. */
export const fusedOpcodes: ReadonlyMap<number, number> = new Map(
  (Object.entries(productSums) as [OperationName, ProductSum][]).map(([name, { sum }]) => [
    instruction(sum)[1] ?? 0,
    instruction(name)[1] ?? 0,
  ]),
);
