/** Type rules of the factorizations with several factors, which stand one below the other in one result. */
import type { Operator } from '../graph.js';
import { at, showType } from '../types.js';
import { require, requireArity, requireDType } from './type_rule.js';
import type { TypeRule } from './type_rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

/** The result has as many columns as the matrix, and `rowsOf` says how many rows. */
function stacked<K extends 'symmetric_eigen' | 'qr' | 'svd'>(
  isSquare: boolean,
  rowsOf: (rows: number, columns: number) => number,
): TypeRule<Of<K>> {
  return (_operator, inputs) => {
    requireArity(inputs, 1);
    const input = at(inputs, 0);
    requireDType(input, 'real', 'a matrix');
    const { shape } = input;
    const [rows = 0, columns = 0] = shape.slice(-2);
    require(shape.length >= 2 && (isSquare ? rows === columns : rows >= columns), () =>
      `${showType(input)} is no ${isSquare ? 'square matrix' : 'matrix of at least as many rows as columns'}`);
    return [{ dtype: 'real', shape: [...shape.slice(0, -2), rowsOf(rows, columns), columns] }];
  };
}

export const symmetricEigenType = stacked<'symmetric_eigen'>(true, (rows) => 1 + rows);
export const qrType = stacked<'qr'>(false, (rows, columns) => rows + columns);
export const svdType = stacked<'svd'>(false, (rows, columns) => rows + 1 + columns);
