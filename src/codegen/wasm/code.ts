/**
 * Typed trees of WebAssembly: values, statements and functions. A value carries its type in TypeScript's types, so
 * that an operand of a wrong type is an error of the compiler that compiles us; trees made from tables are
 * checked again when they are made.
 */
import { extractions, laneLoads, loads, operations, replacements } from './operations.js';
import type {
  ExtractionName,
  LaneLoadName,
  LoadName,
  OperationName,
  ReplacementName,
  StoreName,
  stores,
  ValueType,
} from './operations.js';

/** A local variable or a parameter of one function. */
export interface Local<out T extends ValueType = ValueType> {
  readonly type: T;
}

/** A value that can be computed again and again; its type is `T`. */
export interface Code<out T extends ValueType = ValueType> {
  readonly type: T;
  readonly node: CodeNode;
}

export type CodeNode =
  | { readonly kind: 'constant'; readonly value: number }
  /** 16 bytes. */
  | { readonly kind: 'vector'; readonly bytes: readonly number[] }
  | { readonly kind: 'wide'; readonly value: bigint }
  | { readonly kind: 'local'; readonly local: Local }
  | { readonly kind: 'operation'; readonly name: OperationName; readonly operands: readonly Code[] }
  | { readonly kind: 'load'; readonly name: LoadName; readonly address: Address }
  | {
      readonly kind: 'load_lane';
      readonly name: LaneLoadName;
      readonly address: Address;
      readonly lane: number;
      readonly into: Code<'v128'>;
    }
  | {
      readonly kind: 'extract';
      readonly name: ExtractionName;
      readonly lane: number;
      readonly from: Code<'v128'>;
    }
  | {
      readonly kind: 'replace';
      readonly name: ReplacementName;
      readonly lane: number;
      readonly into: Code<'v128'>;
      readonly value: Code;
    }
  /** Bytes chosen from two vectors, numbered 0 .. 31. */
  | {
      readonly kind: 'shuffle';
      readonly left: Code<'v128'>;
      readonly right: Code<'v128'>;
      readonly bytes: readonly number[];
    }
  | { readonly kind: 'call'; readonly callee: Callee; readonly operands: readonly Code[] }
  /** Both are computed, one is taken. */
  | {
      readonly kind: 'select';
      readonly condition: Code<'i32'>;
      readonly then: Code;
      readonly otherwise: Code;
    }
  /** Only one is computed. */
  | {
      readonly kind: 'branch';
      readonly condition: Code<'i32'>;
      readonly then: Code;
      readonly otherwise: Code;
    };

/** `base + offset` in bytes; the base is an unsigned word, so it must not be negative where it is used. */
export interface Address {
  readonly base: Code<'i32'>;
  readonly offset: number;
}

export type Statement =
  | { readonly kind: 'set'; readonly local: Local; readonly value: Code }
  | { readonly kind: 'store'; readonly name: StoreName; readonly address: Address; readonly value: Code }
  | { readonly kind: 'call'; readonly callee: Callee; readonly operands: readonly Code[] }
  | {
      readonly kind: 'if';
      readonly condition: Code<'i32'>;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  /** At least once, and again while `again` is not 0. */
  | { readonly kind: 'loop'; readonly body: readonly Statement[]; readonly again: Code<'i32'> }
  | { readonly kind: 'block'; readonly label: Label; readonly body: readonly Statement[] }
  /** Out of the block if `when` is not 0. */
  | { readonly kind: 'leave'; readonly label: Label; readonly when: Code<'i32'> }
  /** `memory.copy` (to, from, bytes) or `memory.fill` (to, byte, bytes). */
  | {
      readonly kind: 'memory';
      readonly name: 'copy' | 'fill';
      readonly operands: readonly [Code<'i32'>, Code<'i32'>, Code<'i32'>];
    };

/** A block that can be left. */
export interface Label {
  readonly label: string;
}

export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | undefined;
}

/** A function of the host. */
export interface ImportedFunction {
  readonly kind: 'imported';
  readonly name: string;
  readonly signature: Signature;
}

/** A function of the module; its body may be filled after it is called. */
export interface DefinedFunction {
  readonly kind: 'defined';
  readonly name: string;
  readonly signature: Signature;
  readonly parameters: readonly Local[];
  readonly body: Statement[];
  /** What it gives after its body. */
  result: Code | undefined;
}

export type Callee = ImportedFunction | DefinedFunction;

export function newLocal<T extends ValueType>(type: T): Local<T> {
  return { type };
}

export function constant<T extends 'i32' | 'f32' | 'f64'>(type: T, value: number): Code<T> {
  return { type, node: { kind: 'constant', value } };
}

export function wide(value: bigint): Code<'i64'> {
  return { type: 'i64', node: { kind: 'wide', value } };
}

/** The bytes of an array as a vector. */
export function vectorOf(values: Float32Array | Float64Array | Int32Array | BigInt64Array): Code<'v128'> {
  const bytes = [...new Uint8Array(values.buffer, values.byteOffset, values.byteLength)];
  if (bytes.length !== 16) throw new Error('compiler bug: a vector has 16 bytes');
  return { type: 'v128', node: { kind: 'vector', bytes } };
}

export function get<T extends ValueType>(local: Local<T>): Code<T> {
  return { type: local.type, node: { kind: 'local', local } };
}

type CodesOf<Types extends readonly ValueType[]> = {
  readonly [Index in keyof Types]: Code<Types[Index]>;
};

/** `operate('f64.add', x, y)`. */
export function operate<Name extends OperationName>(
  name: Name,
  ...operands: CodesOf<(typeof operations)[Name]['operands']>
): Code<(typeof operations)[Name]['result']> {
  const { operands: types, result } = operations[name];
  expectTypes(name, types, operands);
  return { type: result, node: { kind: 'operation', name, operands } };
}

/** As `operate`, for names that are put together from a table; what the types cannot see is checked here. */
export function operateBy<T extends ValueType>(type: T, name: string, ...operands: readonly Code[]): Code<T> {
  if (!(name in operations)) throw new Error(`compiler bug: there is no operation ${name}`);
  const known = name as OperationName;
  const { operands: types, result } = operations[known];
  expectTypes(name, types, operands);
  if (result !== type) throw new Error(`compiler bug: ${name} gives ${result} and not ${type}`);
  return { type, node: { kind: 'operation', name: known, operands } };
}

function expectTypes(name: string, types: readonly ValueType[], operands: readonly Code[]): void {
  const given = operands.map((operand) => operand.type);
  if (types.join() !== given.join()) {
    throw new Error(`compiler bug: ${name} takes (${types.join(', ')}) and not (${given.join(', ')})`);
  }
}

export function load<Name extends LoadName>(
  name: Name,
  address: Address,
): Code<(typeof loads)[Name]['type']> {
  return { type: loads[name].type, node: { kind: 'load', name, address } };
}

export function loadLane(
  name: LaneLoadName,
  address: Address,
  lane: number,
  into: Code<'v128'>,
): Code<'v128'> {
  expectLane(name, lane, laneLoads[name].lanes);
  return { type: 'v128', node: { kind: 'load_lane', name, address, lane, into } };
}

export function extract<Name extends ExtractionName>(
  name: Name,
  lane: number,
  from: Code<'v128'>,
): Code<(typeof extractions)[Name]['type']> {
  expectLane(name, lane, extractions[name].lanes);
  return { type: extractions[name].type, node: { kind: 'extract', name, lane, from } };
}

export function replace<Name extends ReplacementName>(
  name: Name,
  lane: number,
  into: Code<'v128'>,
  value: Code<(typeof replacements)[Name]['type']>,
): Code<'v128'> {
  expectLane(name, lane, replacements[name].lanes);
  return { type: 'v128', node: { kind: 'replace', name, lane, into, value } };
}

function expectLane(name: string, lane: number, lanes: number): void {
  if (!(lane >= 0 && lane < lanes)) throw new Error(`compiler bug: ${name} has no lane ${lane}`);
}

export function shuffle(left: Code<'v128'>, right: Code<'v128'>, bytes: readonly number[]): Code<'v128'> {
  if (bytes.length !== 16 || bytes.some((byte) => !(byte >= 0 && byte < 32))) {
    throw new Error('compiler bug: a shuffle chooses 16 of 32 bytes');
  }
  return { type: 'v128', node: { kind: 'shuffle', left, right, bytes } };
}

export function select<T extends ValueType>(
  condition: Code<'i32'>,
  then: Code<T>,
  otherwise: Code<T>,
): Code<T> {
  return { type: then.type, node: { kind: 'select', condition, then, otherwise } };
}

export function branch<T extends ValueType>(
  condition: Code<'i32'>,
  then: Code<T>,
  otherwise: Code<T>,
): Code<T> {
  return { type: then.type, node: { kind: 'branch', condition, then, otherwise } };
}

export function call<T extends ValueType>(type: T, callee: Callee, operands: readonly Code[]): Code<T> {
  expectTypes(callee.name, callee.signature.parameters, operands);
  if (callee.signature.result !== type) throw new Error(`compiler bug: ${callee.name} does not give ${type}`);
  return { type, node: { kind: 'call', callee, operands } };
}

export function set<T extends ValueType>(local: Local<T>, value: Code<T>): Statement {
  if (local.type !== value.type) {
    throw new Error(`compiler bug: a local of type ${local.type} is set to a value of type ${value.type}`);
  }
  return { kind: 'set', local, value };
}

export function store<Name extends StoreName>(
  name: Name,
  address: Address,
  value: Code<(typeof stores)[Name]['type']>,
): Statement {
  return { kind: 'store', name, address, value };
}

/** A call for its effect. */
export function perform(callee: Callee, operands: readonly Code[] = []): Statement {
  expectTypes(callee.name, callee.signature.parameters, operands);
  if (callee.signature.result !== undefined) throw new Error(`compiler bug: ${callee.name} gives a value`);
  return { kind: 'call', callee, operands };
}

/** A function with the given parameters, still without a body. */
export function defineFunction(
  name: string,
  parameters: readonly Local[],
  result?: ValueType,
): DefinedFunction {
  const signature = { parameters: parameters.map(({ type }) => type), result };
  return { kind: 'defined', name, signature, parameters, body: [], result: undefined };
}
