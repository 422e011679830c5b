/** Counted loops over fixed ranges, and locals, for code that is not the body of a launch. */
import { Scope } from '../blocks.js';
import { get, newLocal, operate, select, set } from './code.js';
import type { Address, Code, Local, Statement } from './code.js';
import { constantOf, minus, plus, word } from './integer.js';
import type { Word } from './integer.js';
import type { ValueType } from './operations.js';

export type CodeScope = Scope<Statement>;

/** `body` for from, from + step, .. below to; without a loop where it runs once. */
export function countTo(
  scope: CodeScope,
  from: number,
  to: number,
  step: number,
  body: (position: Word, inner: CodeScope) => void,
): void {
  if (from >= to) return;
  if (from + step >= to) {
    body(word(from), scope);
    return;
  }
  const counter = newLocal('i32');
  const inner = new Scope<Statement>(scope);
  body(get(counter), inner);
  inner.push(set(counter, plus(get(counter), word(step))));
  scope.push(set(counter, word(from)));
  const again = operate('i32.lt_s', get(counter), word(to));
  scope.push({ kind: 'loop', body: inner.lines, again });
}

/** `body` for 0, step, .. below `count`, which is at least 1. */
export function repeatFor(
  scope: CodeScope,
  count: Word,
  step: number,
  body: (position: Word, inner: CodeScope) => void,
): void {
  const known = constantOf(count);
  if (known !== undefined) {
    countTo(scope, 0, known, step, body);
    return;
  }
  const counter = newLocal('i32');
  const inner = new Scope<Statement>(scope);
  body(get(counter), inner);
  inner.push(set(counter, plus(get(counter), word(step))));
  scope.push(set(counter, word(0)));
  scope.push({ kind: 'loop', body: inner.lines, again: operate('i32.lt_s', get(counter), count) });
}

/** `body` for each run of at most `block` of `total`: where it begins, and how many it has; once if there is nothing. */
export function inBlocks(
  scope: CodeScope,
  total: number,
  block: number,
  body: (from: Word, count: Word, inner: CodeScope) => void,
): void {
  if (total <= block) {
    body(word(0), word(total), scope);
    return;
  }
  countTo(scope, 0, total, block, (from, inner) => {
    const rest = minus(word(total), from);
    const even = total % block === 0 || constantOf(rest) !== undefined;
    const count = even
      ? word(Math.min(block, constantOf(rest) ?? block))
      : get(variable(inner, select(operate('i32.lt_s', rest, word(block)), rest, word(block))));
    body(from, count, inner);
  });
}

/** A new local with this value. */
export function variable<T extends ValueType>(scope: CodeScope, value: Code<T>): Local<T> {
  const local = newLocal(value.type);
  scope.push(set(local, value));
  return local;
}

export function advance(scope: CodeScope, local: Local<'i32'>, bytes: number): void {
  if (bytes !== 0) scope.push(set(local, plus(get(local), word(bytes))));
}

/** Bytes behind a pointer; those before it are reached by arithmetic, since an offset is never negative. */
export function behind(base: Word, offset: number): Address {
  return offset >= 0 ? { base, offset } : { base: plus(base, word(offset)), offset: 0 };
}
