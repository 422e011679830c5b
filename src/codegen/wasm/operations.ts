/**
 * The operations that take all of their operands from the stack, by signature: the opcode table of the encoder, and
 * the types that make `operate('f64.add', ...)` refuse an operand of another type before anything runs.
 */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

export interface OperationRow<
  Operands extends readonly ValueType[] = readonly ValueType[],
  Result extends ValueType = ValueType,
> {
  /** One byte, or a prefix times 4096 plus the number behind it. */
  readonly opcode: number;
  readonly operands: Operands;
  readonly result: Result;
}

/** Opcodes behind the prefixes for saturating conversions and for vectors. */
const numeric = (code: number): number => 0xfc000 + code;
const vector = (code: number): number => 0xfd000 + code;

function rows<
  const Operands extends readonly ValueType[],
  const Result extends ValueType,
  const Codes extends Readonly<Record<string, number>>,
>(
  operands: Operands,
  result: Result,
  codes: Codes,
): { readonly [Name in keyof Codes]: OperationRow<Operands, Result> } {
  const entries = Object.entries(codes).map(([name, opcode]) => [name, { opcode, operands, result }]);
  return Object.fromEntries(entries) as { readonly [Name in keyof Codes]: OperationRow<Operands, Result> };
}

export const operations = {
  ...rows(['i32'], 'i32', { 'i32.eqz': 0x45, 'i32.clz': 0x67, 'i32.ctz': 0x68, 'i32.popcnt': 0x69 }),
  ...rows(['i32', 'i32'], 'i32', {
    'i32.eq': 0x46,
    'i32.ne': 0x47,
    'i32.lt_s': 0x48,
    'i32.lt_u': 0x49,
    'i32.gt_s': 0x4a,
    'i32.gt_u': 0x4b,
    'i32.le_s': 0x4c,
    'i32.le_u': 0x4d,
    'i32.ge_s': 0x4e,
    'i32.ge_u': 0x4f,
    'i32.add': 0x6a,
    'i32.sub': 0x6b,
    'i32.mul': 0x6c,
    'i32.div_s': 0x6d,
    'i32.div_u': 0x6e,
    'i32.rem_s': 0x6f,
    'i32.rem_u': 0x70,
    'i32.and': 0x71,
    'i32.or': 0x72,
    'i32.xor': 0x73,
    'i32.shl': 0x74,
    'i32.shr_s': 0x75,
    'i32.shr_u': 0x76,
    'i32.rotl': 0x77,
    'i32.rotr': 0x78,
  }),
  ...rows(['i64'], 'i32', { 'i64.eqz': 0x50, 'i32.wrap_i64': 0xa7 }),
  ...rows(['i64', 'i64'], 'i32', {
    'i64.eq': 0x51,
    'i64.ne': 0x52,
    'i64.lt_s': 0x53,
    'i64.lt_u': 0x54,
    'i64.gt_s': 0x55,
    'i64.gt_u': 0x56,
    'i64.le_s': 0x57,
    'i64.le_u': 0x58,
    'i64.ge_s': 0x59,
    'i64.ge_u': 0x5a,
  }),
  ...rows(['i64'], 'i64', { 'i64.clz': 0x79, 'i64.ctz': 0x7a, 'i64.popcnt': 0x7b }),
  ...rows(['i64', 'i64'], 'i64', {
    'i64.add': 0x7c,
    'i64.sub': 0x7d,
    'i64.mul': 0x7e,
    'i64.div_s': 0x7f,
    'i64.div_u': 0x80,
    'i64.rem_s': 0x81,
    'i64.rem_u': 0x82,
    'i64.and': 0x83,
    'i64.or': 0x84,
    'i64.xor': 0x85,
    'i64.shl': 0x86,
    'i64.shr_s': 0x87,
    'i64.shr_u': 0x88,
  }),
  ...rows(['f32', 'f32'], 'i32', {
    'f32.eq': 0x5b,
    'f32.ne': 0x5c,
    'f32.lt': 0x5d,
    'f32.gt': 0x5e,
    'f32.le': 0x5f,
    'f32.ge': 0x60,
  }),
  ...rows(['f64', 'f64'], 'i32', {
    'f64.eq': 0x61,
    'f64.ne': 0x62,
    'f64.lt': 0x63,
    'f64.gt': 0x64,
    'f64.le': 0x65,
    'f64.ge': 0x66,
  }),
  ...rows(['f32'], 'f32', {
    'f32.abs': 0x8b,
    'f32.neg': 0x8c,
    'f32.ceil': 0x8d,
    'f32.floor': 0x8e,
    'f32.trunc': 0x8f,
    'f32.nearest': 0x90,
    'f32.sqrt': 0x91,
  }),
  ...rows(['f32', 'f32'], 'f32', {
    'f32.add': 0x92,
    'f32.sub': 0x93,
    'f32.mul': 0x94,
    'f32.div': 0x95,
    'f32.min': 0x96,
    'f32.max': 0x97,
    'f32.copysign': 0x98,
  }),
  ...rows(['f64'], 'f64', {
    'f64.abs': 0x99,
    'f64.neg': 0x9a,
    'f64.ceil': 0x9b,
    'f64.floor': 0x9c,
    'f64.trunc': 0x9d,
    'f64.nearest': 0x9e,
    'f64.sqrt': 0x9f,
  }),
  ...rows(['f64', 'f64'], 'f64', {
    'f64.add': 0xa0,
    'f64.sub': 0xa1,
    'f64.mul': 0xa2,
    'f64.div': 0xa3,
    'f64.min': 0xa4,
    'f64.max': 0xa5,
    'f64.copysign': 0xa6,
  }),
  ...rows(['i32'], 'i64', { 'i64.extend_i32_s': 0xac, 'i64.extend_i32_u': 0xad }),
  ...rows(['i32'], 'f32', {
    'f32.convert_i32_s': 0xb2,
    'f32.convert_i32_u': 0xb3,
    'f32.reinterpret_i32': 0xbe,
  }),
  ...rows(['f64'], 'f32', { 'f32.demote_f64': 0xb6 }),
  ...rows(['i32'], 'f64', { 'f64.convert_i32_s': 0xb7, 'f64.convert_i32_u': 0xb8 }),
  ...rows(['i64'], 'f64', {
    'f64.convert_i64_s': 0xb9,
    'f64.convert_i64_u': 0xba,
    'f64.reinterpret_i64': 0xbf,
  }),
  ...rows(['f32'], 'f64', { 'f64.promote_f32': 0xbb }),
  ...rows(['f32'], 'i32', {
    'i32.reinterpret_f32': 0xbc,
    'i32.trunc_sat_f32_s': numeric(0),
    'i32.trunc_sat_f32_u': numeric(1),
  }),
  ...rows(['f64'], 'i64', { 'i64.reinterpret_f64': 0xbd, 'i64.trunc_sat_f64_s': numeric(6) }),
  ...rows(['f64'], 'i32', { 'i32.trunc_sat_f64_s': numeric(2), 'i32.trunc_sat_f64_u': numeric(3) }),

  ...rows(['i32'], 'v128', { 'i32x4.splat': vector(0x11) }),
  ...rows(['i64'], 'v128', { 'i64x2.splat': vector(0x12) }),
  ...rows(['f32'], 'v128', { 'f32x4.splat': vector(0x13) }),
  ...rows(['f64'], 'v128', { 'f64x2.splat': vector(0x14) }),
  ...rows(['v128'], 'i32', {
    'v128.any_true': vector(0x53),
    'i32x4.all_true': vector(0xa3),
    'i32x4.bitmask': vector(0xa4),
    'i64x2.all_true': vector(0xc3),
    'i64x2.bitmask': vector(0xc4),
  }),
  ...rows(['v128'], 'v128', {
    'v128.not': vector(0x4d),
    'f32x4.demote_f64x2_zero': vector(0x5e),
    'f64x2.promote_low_f32x4': vector(0x5f),
    'f32x4.ceil': vector(0x67),
    'f32x4.floor': vector(0x68),
    'f32x4.trunc': vector(0x69),
    'f32x4.nearest': vector(0x6a),
    'f64x2.ceil': vector(0x74),
    'f64x2.floor': vector(0x75),
    'f64x2.trunc': vector(0x7a),
    'f64x2.nearest': vector(0x94),
    'i32x4.abs': vector(0xa0),
    'i32x4.neg': vector(0xa1),
    'i64x2.abs': vector(0xc0),
    'i64x2.neg': vector(0xc1),
    'i64x2.extend_low_i32x4_s': vector(0xc7),
    'i64x2.extend_low_i32x4_u': vector(0xc9),
    'f32x4.abs': vector(0xe0),
    'f32x4.neg': vector(0xe1),
    'f32x4.sqrt': vector(0xe3),
    'f64x2.abs': vector(0xec),
    'f64x2.neg': vector(0xed),
    'f64x2.sqrt': vector(0xef),
    'i32x4.trunc_sat_f32x4_s': vector(0xf8),
    'f32x4.convert_i32x4_s': vector(0xfa),
    'i32x4.trunc_sat_f64x2_s_zero': vector(0xfc),
    'f64x2.convert_low_i32x4_s': vector(0xfe),
  }),
  ...rows(['v128', 'i32'], 'v128', {
    'i32x4.shl': vector(0xab),
    'i32x4.shr_s': vector(0xac),
    'i32x4.shr_u': vector(0xad),
    'i64x2.shl': vector(0xcb),
    'i64x2.shr_s': vector(0xcc),
    'i64x2.shr_u': vector(0xcd),
  }),
  ...rows(['v128', 'v128'], 'v128', {
    'i32x4.eq': vector(0x37),
    'i32x4.ne': vector(0x38),
    'i32x4.lt_s': vector(0x39),
    'i32x4.gt_s': vector(0x3b),
    'i32x4.le_s': vector(0x3d),
    'i32x4.ge_s': vector(0x3f),
    'f32x4.eq': vector(0x41),
    'f32x4.ne': vector(0x42),
    'f32x4.lt': vector(0x43),
    'f32x4.gt': vector(0x44),
    'f32x4.le': vector(0x45),
    'f32x4.ge': vector(0x46),
    'f64x2.eq': vector(0x47),
    'f64x2.ne': vector(0x48),
    'f64x2.lt': vector(0x49),
    'f64x2.gt': vector(0x4a),
    'f64x2.le': vector(0x4b),
    'f64x2.ge': vector(0x4c),
    'v128.and': vector(0x4e),
    'v128.andnot': vector(0x4f),
    'v128.or': vector(0x50),
    'v128.xor': vector(0x51),
    'i32x4.add': vector(0xae),
    'i32x4.sub': vector(0xb1),
    'i32x4.mul': vector(0xb5),
    'i64x2.extmul_low_i32x4_u': vector(0xde),
    'i64x2.extmul_high_i32x4_u': vector(0xdf),
    'i32x4.min_s': vector(0xb6),
    'i32x4.max_s': vector(0xb8),
    'i64x2.add': vector(0xce),
    'i64x2.sub': vector(0xd1),
    'i64x2.mul': vector(0xd5),
    'i64x2.eq': vector(0xd6),
    'i64x2.ne': vector(0xd7),
    'f32x4.add': vector(0xe4),
    'f32x4.sub': vector(0xe5),
    'f32x4.mul': vector(0xe6),
    'f32x4.div': vector(0xe7),
    'f32x4.min': vector(0xe8),
    'f32x4.max': vector(0xe9),
    'f32x4.pmin': vector(0xea),
    'f32x4.pmax': vector(0xeb),
    'f64x2.add': vector(0xf0),
    'f64x2.sub': vector(0xf1),
    'f64x2.mul': vector(0xf2),
    'f64x2.div': vector(0xf3),
    'f64x2.min': vector(0xf4),
    'f64x2.max': vector(0xf5),
    'f64x2.pmin': vector(0xf6),
    'f64x2.pmax': vector(0xf7),
  }),
  ...rows(['v128', 'v128', 'v128'], 'v128', {
    'v128.bitselect': vector(0x52),
    'f32x4.relaxed_madd': vector(0x105),
    'f32x4.relaxed_nmadd': vector(0x106),
    'f64x2.relaxed_madd': vector(0x107),
    'f64x2.relaxed_nmadd': vector(0x108),
  }),
} as const;

export type OperationName = keyof typeof operations;

/** Whether an operation's result may differ between machines: fused or not. */
export function isRelaxed(name: OperationName): boolean {
  return operations[name].opcode >= vector(0x100);
}

/** A load or store: its opcode, the bytes that it moves, and what stands on the stack. */
export interface AccessRow<Type extends ValueType = ValueType> {
  readonly opcode: number;
  readonly bytes: number;
  readonly type: Type;
}

function accesses<
  const Type extends ValueType,
  const Codes extends Readonly<Record<string, readonly [number, number]>>,
>(type: Type, codes: Codes): { readonly [Name in keyof Codes]: AccessRow<Type> } {
  const entries = Object.entries(codes).map(([name, [opcode, bytes]]) => [name, { opcode, bytes, type }]);
  return Object.fromEntries(entries) as { readonly [Name in keyof Codes]: AccessRow<Type> };
}

export const loads = {
  ...accesses('i32', { 'i32.load': [0x28, 4] }),
  ...accesses('i64', { 'i64.load': [0x29, 8] }),
  ...accesses('f32', { 'f32.load': [0x2a, 4] }),
  ...accesses('f64', { 'f64.load': [0x2b, 8] }),
  ...accesses('v128', {
    'v128.load': [vector(0x00), 16],
    'v128.load32_splat': [vector(0x09), 4],
    'v128.load64_splat': [vector(0x0a), 8],
    'v128.load32_zero': [vector(0x5c), 4],
    'v128.load64_zero': [vector(0x5d), 8],
  }),
} as const;

export const stores = {
  ...accesses('i32', { 'i32.store': [0x36, 4] }),
  ...accesses('i64', { 'i64.store': [0x37, 8] }),
  ...accesses('f32', { 'f32.store': [0x38, 4] }),
  ...accesses('f64', { 'f64.store': [0x39, 8] }),
  ...accesses('v128', { 'v128.store': [vector(0x0b), 16] }),
} as const;

/** Reading one lane of a vector. */
export const extractions = {
  'i32x4.extract_lane': { opcode: vector(0x1b), lanes: 4, type: 'i32' },
  'i64x2.extract_lane': { opcode: vector(0x1d), lanes: 2, type: 'i64' },
  'f32x4.extract_lane': { opcode: vector(0x1f), lanes: 4, type: 'f32' },
  'f64x2.extract_lane': { opcode: vector(0x21), lanes: 2, type: 'f64' },
} as const;

/** Putting a number into one lane of a vector. */
export const replacements = {
  'i32x4.replace_lane': { opcode: vector(0x1c), lanes: 4, type: 'i32' },
  'i64x2.replace_lane': { opcode: vector(0x1e), lanes: 2, type: 'i64' },
  'f32x4.replace_lane': { opcode: vector(0x20), lanes: 4, type: 'f32' },
  'f64x2.replace_lane': { opcode: vector(0x22), lanes: 2, type: 'f64' },
} as const;

/** Loading one lane of a vector from memory. */
export const laneLoads = {
  'v128.load32_lane': { opcode: vector(0x56), bytes: 4, lanes: 4 },
  'v128.load64_lane': { opcode: vector(0x57), bytes: 8, lanes: 2 },
} as const;

export type LoadName = keyof typeof loads;
export type StoreName = keyof typeof stores;
export type ExtractionName = keyof typeof extractions;
export type ReplacementName = keyof typeof replacements;
export type LaneLoadName = keyof typeof laneLoads;
