/** Counted loops over fixed ranges, and locals, for code that is not the body of a launch. */
import { Scope } from '../blocks.js';
import { get, newLocal, operate, set } from './code.js';
import type { Address, Code, Local, Statement } from './code.js';
import { plus, word } from './integer.js';
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
