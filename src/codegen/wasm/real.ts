/**
 * The forms in which reals are computed: one number, or the lanes of a vector. Code that is written over a form
 * serves both; truth values are words for one number and masks for lanes.
 */
import { constant, get, load, newLocal, operate, operateBy, select, store, vectorOf } from './code.js';
import type { Address, Code, Local, Statement } from './code.js';

export type Precision = 'f64' | 'f32';
export type Prefix = 'f64' | 'f32' | 'f64x2' | 'f32x4';

export interface RealForm {
  readonly prefix: Prefix;
  readonly precision: Precision;
  readonly type: 'f64' | 'f32' | 'v128';
  /** The type of truth values. */
  readonly truth: 'i32' | 'v128';
  readonly lanes: 1 | 2 | 4;
}

export const realForms: Readonly<Record<Prefix, RealForm>> = {
  f64: { prefix: 'f64', precision: 'f64', type: 'f64', truth: 'i32', lanes: 1 },
  f32: { prefix: 'f32', precision: 'f32', type: 'f32', truth: 'i32', lanes: 1 },
  f64x2: { prefix: 'f64x2', precision: 'f64', type: 'v128', truth: 'v128', lanes: 2 },
  f32x4: { prefix: 'f32x4', precision: 'f32', type: 'v128', truth: 'v128', lanes: 4 },
};

export const bytesOf: Readonly<Record<Precision, 4 | 8>> = { f32: 4, f64: 8 };

export const lanesOf: Readonly<Record<Precision, RealForm>> = { f64: realForms.f64x2, f32: realForms.f32x4 };

type Unary = 'abs' | 'neg' | 'ceil' | 'floor' | 'trunc' | 'nearest' | 'sqrt';
type Binary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max';
type Comparison = 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge';

export function realUnary({ prefix, type }: RealForm, name: Unary, operand: Code): Code {
  return operateBy(type, `${prefix}.${name}`, operand);
}

export function realBinary({ prefix, type }: RealForm, name: Binary, left: Code, right: Code): Code {
  return operateBy(type, `${prefix}.${name}`, left, right);
}

export function compareReals(
  { prefix, truth }: RealForm,
  name: Comparison,
  left: Code,
  right: Code,
): Code<'i32' | 'v128'> {
  return operateBy(truth, `${prefix}.${name}`, left, right);
}

export function realConstant({ prefix }: RealForm, value: number): Code {
  switch (prefix) {
    case 'f64':
    case 'f32':
      return constant(prefix, value);
    case 'f64x2':
      return vectorOf(Float64Array.of(value, value));
    case 'f32x4':
      return vectorOf(Float32Array.of(value, value, value, value));
    default:
      return prefix satisfies never;
  }
}

/** `then` where the truth value holds, both being computed. */
export function choose(truth: Code, then: Code, otherwise: Code): Code {
  if (truth.type === 'i32') return select(truth as Code<'i32'>, then, otherwise);
  return operateBy('v128', 'v128.bitselect', then, otherwise, truth);
}

/** The same number in every lane. */
export function splat({ prefix }: RealForm, value: Code): Code {
  return operateBy('v128', `${prefix}.splat`, value);
}

export function loadReal({ type }: RealForm, address: Address): Code {
  return type === 'v128' ? load('v128.load', address) : load(`${type}.load`, address);
}

export function storeReal({ type }: RealForm, address: Address, value: Code): Statement {
  if (type === 'v128') return store('v128.store', address, value as Code<'v128'>);
  return { kind: 'store', name: `${type}.store`, address, value };
}

/** The value in a new local variable. */
export function keep(value: Code, statements: { push(statement: Statement): void }): Code {
  if (isSimple(value)) return value;
  const local: Local = newLocal(value.type);
  statements.push({ kind: 'set', local, value });
  return get(local);
}

/** A constant or a local: computing it twice costs nothing. */
export function isSimple({ node }: Code): boolean {
  return node.kind === 'constant' || node.kind === 'local' || node.kind === 'vector' || node.kind === 'wide';
}

export function not(truth: Code): Code {
  return truth.type === 'i32'
    ? operate('i32.eqz', truth as Code<'i32'>)
    : operateBy('v128', 'v128.not', truth);
}
