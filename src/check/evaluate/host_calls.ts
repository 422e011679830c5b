/** Calls of the host's functions: plain numbers in and out, nothing recorded for a derivative. */
import type { TypedHostCall } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, numbersOf, sizeOf } from './array.js';
import type { Environment } from './environment.js';

export function hostValue(
  { name }: TypedHostCall,
  inputs: readonly ArrayValue[],
  shape: readonly number[],
  environment: Environment,
): ArrayValue {
  const supplied = environment.context.host?.get(name);
  if (supplied === undefined) throw new Error(`compiler bug: the host supplies no \`${name}\``);
  const result = supplied(...inputs.map(numbersOf));
  if (result.length !== sizeOf(shape))
    throw new Error(`compiler bug: \`${name}\` has a result of a wrong size`);
  return arrayOf(shape, [...result]);
}
