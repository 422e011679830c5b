/** Words of 32 bits: loop counters, indices and addresses, with constants folded as they are put together. */
import { constant, operate } from './code.js';
import type { Code } from './code.js';

export type Word = Code<'i32'>;

export function word(value: number): Word {
  return constant('i32', value);
}

export function constantOf({ node }: Code): number | undefined {
  return node.kind === 'constant' ? node.value : undefined;
}

export function plus(left: Word, right: Word): Word {
  const [a, b] = [constantOf(left), constantOf(right)];
  if (a !== undefined && b !== undefined) return word((a + b) | 0);
  if (a === 0) return right;
  return b === 0 ? left : operate('i32.add', left, right);
}

export function minus(left: Word, right: Word): Word {
  const [a, b] = [constantOf(left), constantOf(right)];
  if (a !== undefined && b !== undefined) return word((a - b) | 0);
  return b === 0 ? left : operate('i32.sub', left, right);
}

export function times(value: Word, factor: number): Word {
  const known = constantOf(value);
  if (known !== undefined) return word(Math.imul(known, factor));
  if (factor === 1) return value;
  if (factor === 0) return word(0);
  const shift = Math.log2(factor);
  if (factor > 0 && Number.isInteger(shift)) return operate('i32.shl', value, word(shift));
  return operate('i32.mul', value, word(factor));
}

/** All of them hold; none at all is true. */
export function all(conditions: readonly Word[]): Word {
  const [first, ...rest] = conditions;
  return first === undefined ? word(1) : rest.reduce((left, right) => operate('i32.and', left, right), first);
}
