/** The texts of a contraction that every kernel for it needs: its operands, and what becomes of an output. */
import { locate } from '../../ir/nest.js';
import type { Contraction, ContractionOperand } from '../../ir/nest.js';
import { makePlace } from '../../ir/schedule.js';
import { at, sizeOf, stridesOf } from '../../ir/types.js';
import type { ProductSize } from './contraction_shape.js';
import type { ModuleText } from './module_text.js';
import { declareFinish } from './print_epilogue.js';

export interface PrintedProduct {
  readonly size: ProductSize;
  /** `fn NAME(batch: i32) -> i32`: where the operands of one product begin. */
  readonly leftStart: string;
  readonly rightStart: string;
  /** `fn NAME(batch: i32, row: i32, column: i32, value: f32)`: what becomes of an output. */
  readonly finish: string;
  /** Whether that is more than a store. */
  readonly hasEpilogue: boolean;
  readonly left: PrintedOperand;
  readonly right: PrintedOperand;
}

export interface PrintedOperand {
  readonly array: string;
  readonly free: number;
  readonly contract: number;
}

export function declareProduct(
  contraction: Contraction,
  size: ProductSize,
  name: string,
  module: ModuleText,
): PrintedProduct {
  const operand = (side: ContractionOperand): PrintedOperand => ({
    array: module.arena(locate(side.place).buffer),
    free: side.free.stride,
    contract: side.contract.stride,
  });
  const startOf = (side: ContractionOperand, label: string): string => {
    const own = module.fresh(`${name}_${label}`);
    const start = makePlace('real', 0, label);
    start.within = { place: side.place, offset: side.base };
    module.declare([
      `fn ${own}(batch: i32) -> i32 {`,
      `  return ${module.startText(start)}${batchOffset(contraction.batch, side.batch)};`,
      '}',
    ]);
    return own;
  };
  const leftStart = startOf(contraction.left, 'left');
  const rightStart = startOf(contraction.right, 'right');
  const finish = declareFinish(contraction, size, `${name}_finish`, module);
  return {
    size,
    leftStart,
    rightStart,
    finish,
    hasEpilogue: contraction.epilogue !== undefined,
    left: operand(contraction.left),
    right: operand(contraction.right),
  };
}

/** ` + batch / 6 * 40 + batch % 6 * 5`, from the number of a product to the offset of its operand. */
function batchOffset(extents: readonly number[], strides: readonly number[]): string {
  const inner = stridesOf(extents);
  let offset = '';
  extents.forEach((extent, axis) => {
    const stride = at(strides, axis);
    if (extent === 1 || stride === 0) return;
    const divisor = at(inner, axis);
    const quotient = divisor === 1 ? 'batch' : `batch / ${divisor}`;
    const outermost = divisor * extent === sizeOf(extents);
    offset += ` + ${outermost ? quotient : `${quotient} % ${extent}`} * ${stride}`;
  });
  return offset;
}

/** ` + k * 12`. */
export function steps(position: string, stride: number): string {
  return stride === 0 ? '' : ` + ${position} * ${stride}`;
}
