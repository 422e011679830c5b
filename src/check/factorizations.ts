/**
 * Factorizations with several factors: `eigh(A)`, `qr(A)`, `svd(A)` are records of factors. In the typed tree each
 * factor is an operation of its own on the same matrix, which a block binds to a name first.
 */
import type { CallExpression } from '../parser/ast.js';
import { freshSymbol } from './session.js';
import { arrayType, realElement } from './type_facts.js';
import type { StructuralName, TypedExpression } from './typed.js';
import type { ArrayType, Dimension, ShapeType } from './types.js';

export type FactorizationName = 'eigh' | 'qr' | 'svd';

interface Factor {
  readonly name: string;
  readonly operator: StructuralName;
  /** From the rows and columns of the matrix to those of the factor. */
  readonly dimensions: (rows: Dimension, columns: Dimension) => readonly Dimension[];
}

export const factorizations: Readonly<Record<FactorizationName, readonly Factor[]>> = {
  eigh: [
    { name: 'values', operator: 'eigen_values', dimensions: (rows) => [rows] },
    { name: 'vectors', operator: 'eigen_vectors', dimensions: (rows) => [rows, rows] },
  ],
  qr: [
    { name: 'q', operator: 'qr_q', dimensions: (rows, columns) => [rows, columns] },
    { name: 'r', operator: 'qr_r', dimensions: (_rows, columns) => [columns, columns] },
  ],
  svd: [
    { name: 'u', operator: 'svd_u', dimensions: (rows, columns) => [rows, columns] },
    { name: 's', operator: 'svd_s', dimensions: (_rows, columns) => [columns] },
    { name: 'v', operator: 'svd_v', dimensions: (_rows, columns) => [columns, columns] },
  ],
};

/** The record of factors of a matrix, which is real and whose last two dimensions are given. */
export function factorization(
  name: FactorizationName,
  matrix: TypedExpression & { readonly type: ArrayType },
  rows: Dimension,
  columns: Dimension,
  call: CallExpression,
): TypedExpression {
  const { span } = call;
  const symbol = freshSymbol('matrix', 'local', matrix.type, matrix.span);
  const bound: TypedExpression =
    matrix.kind === 'reference'
      ? matrix
      : { kind: 'reference', symbol, type: matrix.type, span: matrix.span };
  const fields = factorizations[name].map((factor) => {
    const shape: ShapeType = { run: matrix.type.shape.run, dimensions: factor.dimensions(rows, columns) };
    const type = arrayType(realElement, shape);
    const value: TypedExpression = {
      kind: 'structural',
      operator: factor.operator,
      operands: [bound],
      type,
      span,
    };
    return { name: factor.name, type, value };
  });
  const type = {
    kind: 'record' as const,
    fields: fields.map((field) => ({ name: field.name, type: field.type })),
  };
  const result: TypedExpression = { kind: 'record', fields, type, span };
  if (bound === matrix) return result;
  const statements = [{ kind: 'let' as const, symbol, value: matrix, span: matrix.span }];
  return { kind: 'block', statements, result, type, span };
}
