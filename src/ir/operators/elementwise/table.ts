/** All elementwise operators by name; a name without a row does not compile. */
import type { DType, ElementwiseName } from '../../graph.js';
import { arithmetic } from './arithmetic.js';
import { castWgsl } from './cast.js';
import { wgslUniform } from '../philox.js';
import { comparison } from './comparison.js';
import { exponential } from './exponential.js';
import { helpersWithCallees } from './lowering.js';
import type { ElementwiseRow } from './row.js';
import { special } from './special.js';
import { trigonometric } from './trigonometric.js';
import { infinity, notANumber } from './wgsl/lowering.js';
import type { WgslHelper, WgslLowering } from './wgsl/lowering.js';

export const elementwiseTable: Readonly<Record<ElementwiseName, ElementwiseRow>> = {
  ...arithmetic,
  ...exponential,
  ...trigonometric,
  ...special,
  ...comparison,
};

/** How an operator prints as WGSL; the dtypes of its operands choose among the forms of its row. */
export function wgslLowering(name: ElementwiseName, operandTypes: readonly DType[]): WgslLowering {
  const forms: Readonly<Partial<Record<DType, WgslLowering>>> = elementwiseTable[name].wgsl;
  const dtype = operandTypes[operandTypes.length - 1];
  const chosen = dtype === undefined ? undefined : forms[dtype];
  if (chosen === undefined) throw new Error(`compiler bug: ${name} of ${operandTypes.join()} has no WGSL`);
  return chosen;
}

/** Every helper that an expression may bring into a WGSL module: nothing else may have their names there. */
export function wgslHelpers(): WgslHelper[] {
  const rows = Object.values(elementwiseTable).flatMap((row) => Object.values(row.wgsl));
  const others = [castWgsl('real', 'int'), wgslUniform(0, 0)];
  const roots = [...rows, ...others].flatMap((lowering) => lowering.helpers);
  return helpersWithCallees([...roots, infinity, notANumber]);
}
