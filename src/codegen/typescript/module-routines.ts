/** Functions of emitted modules as declarations, and the two that check a host's arrays, whatever runs the program. */
import { StructureKind } from 'ts-morph';
import type { FunctionDeclarationStructure } from 'ts-morph';
import { checkIntegersBody, checkNumbersBody } from './module-driver.js';

/** A function of a module, from names with types and a printed body. */
export function routine(
  name: string,
  parameters: readonly (readonly [string, string])[],
  returnType: string,
  statements: string,
  more: Partial<FunctionDeclarationStructure> = {},
): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    name,
    parameters: parameters.map(([parameter, type]) => ({ name: parameter, type })),
    returnType,
    statements,
    ...more,
  };
}

export const checkNumbers = routine(
  'checkNumbers',
  [
    ['name', 'string'],
    ['values', 'ArrayLike<number> | undefined | null'],
    ['size', 'number'],
  ],
  'asserts values is ArrayLike<number>',
  checkNumbersBody,
);

export const checkIntegers = routine(
  'checkIntegers',
  [
    ['name', 'string'],
    ['values', 'ArrayLike<number>'],
    ['size', 'number'],
    ['low', 'number'],
    ['high', 'number'],
  ],
  'void',
  checkIntegersBody,
);
