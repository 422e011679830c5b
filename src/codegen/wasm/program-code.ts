/**
 * The module of one program while it is written: where the arenas lie in its memory, the functions that several
 * launches share, and what it imports. Imports come with their JavaScript, over views of the same memory.
 */
import { inLanes, sequential } from '../../ir/fuse.js';
import type { FusionPolicy } from '../../ir/fuse.js';
import type { DType, ElementwiseName } from '../../ir/graph.js';
import { addressOf } from '../../ir/nest.js';
import type { Buffer } from '../../ir/nest.js';
import { arenaOf } from '../../ir/memory.js';
import type { Arena } from '../../ir/memory.js';
import { printLowering } from '../../ir/operators/elementwise/lowering.js';
import { elementwiseTable } from '../../ir/operators/elementwise/table.js';
import { range } from '../../ir/types.js';
import { primary } from '../launch-text.js';
import { ProgramText } from '../typescript/program-text.js';
import { call, operateBy, vectorOf } from './code.js';
import type { Code, DefinedFunction, ImportedFunction, Statement } from './code.js';
import { elementaryFunction, elementaryValue, hasForm } from './functions.js';
import type { FunctionContext } from './functions.js';
import type { ValueType } from './operations.js';
import { philoxFunction, philoxLanes } from './philox.js';
import { bytesOf, realForms } from './real.js';
import type { Precision, RealForm } from './real.js';

export interface WasmOptions {
  /** Whether loops are written in lanes of vectors. */
  readonly vectors: boolean;
  /** Whether products and sums may be fused into one rounding, where the engine has such an instruction. */
  readonly relaxed: boolean;
  /** Elementary functions of the module's own, or those of the host: the bits of the TypeScript back end. */
  readonly functions: 'own' | 'host';
}

/** One number at a time, loops and sums are those of the TypeScript back end. */
export function fusionFor({ vectors }: WasmOptions): FusionPolicy {
  return vectors ? inLanes : sequential;
}

export interface HostFunctionText {
  readonly imported: ImportedFunction;
  readonly parameters: readonly string[];
  /** What stands behind the arrow of a JavaScript function: an expression, or statements in braces. */
  readonly body: string;
}

/** A function expression. Engines call functions of `Math` themselves directly, and make no objects of the numbers. */
export function printImport({ parameters, body }: HostFunctionText, typed: boolean): string {
  const plain = /^(Math\.\w+)\(/.exec(body)?.[1];
  if (plain !== undefined && body === `${plain}(${parameters.join(', ')})`) return plain;
  const list = parameters.map((name) => (typed ? `${name}: number` : name));
  return `(${list.join(', ')}) => ${body}`;
}

/** Bytes for the constants of elementary functions; more than all of them have. */
const constantRoom = 4096;

/** Vectors are read fastest where they do not lie across lines of the cache. */
const alignment = 64;

export class ProgramCode {
  readonly form: RealForm;
  /** What the imported functions need: helpers, routines, scratch memory. */
  readonly glue = new ProgramText(['reals', 'integers', 'memory']);
  readonly imports = new Map<string, HostFunctionText>();
  /** Buffers that hold something from the start. */
  readonly literals = new Set<Buffer>();
  private readonly shared = new Map<string, DefinedFunction>();
  private readonly starts: Readonly<Record<Arena, number>>;
  private readonly constantStart: number;
  private readonly scratchStart: number;
  private end: number;

  constructor(
    readonly precision: Precision,
    sizes: Readonly<Record<Arena, number>>,
    readonly options: WasmOptions,
  ) {
    this.form = realForms[precision];
    const integers = aligned(sizes.real * bytesOf[precision]);
    this.starts = { real: 0, integer: integers };
    this.constantStart = aligned(integers + sizes.integer * 4);
    this.scratchStart = this.constantStart + constantRoom;
    this.end = this.scratchStart;
  }

  /** In bytes. */
  get memorySize(): number {
    return this.end;
  }

  startOf(arena: Arena): number {
    return this.starts[arena];
  }

  /** The first byte of a buffer, and the bytes of an element. */
  addressOf(buffer: Buffer): { readonly start: number; readonly bytes: number } {
    const arena = arenaOf(buffer);
    const bytes = arena === 'real' ? bytesOf[this.precision] : 4;
    return { start: this.starts[arena] + this.elementOf(buffer) * bytes, bytes };
  }

  /** The first element of a buffer in the view of its arena. */
  elementOf(buffer: Buffer): number {
    if (buffer.values !== undefined) this.literals.add(buffer);
    return addressOf(buffer);
  }

  /** The first byte of memory that is free whenever a function begins. */
  scratch(bytes: number): number {
    this.end = Math.max(this.end, aligned(this.scratchStart + bytes));
    return this.scratchStart;
  }

  /** Numbers that stand in memory from the start, by value: their addresses. */
  readonly constants = new Map<number, number>();

  private constantAt(value: number): number {
    let place = this.constants.get(value);
    if (place === undefined) {
      place = this.constantStart + this.constants.size * bytesOf[this.precision];
      if (place >= this.scratchStart) throw new Error('compiler bug: too many constants');
      this.constants.set(value, place);
    }
    return place;
  }

  /** A function that many may call, made once. */
  function(name: string, make: () => DefinedFunction): DefinedFunction {
    let made = this.shared.get(name);
    if (made === undefined) {
      made = make();
      this.shared.set(name, made);
    }
    return made;
  }

  philox(): DefinedFunction {
    return this.function('philox', () => philoxFunction(this.form));
  }

  philoxLanes(form: RealForm, word: number): DefinedFunction {
    return this.function(`philox_${form.prefix}_${word}`, () => philoxLanes(form, word));
  }

  import(
    name: string,
    parameters: readonly ValueType[],
    result: ValueType | undefined,
    body: (names: readonly string[]) => string,
  ): ImportedFunction {
    let known = this.imports.get(name);
    if (known === undefined) {
      const names = parameters.map((_, index) => `p${index}`);
      const imported = { kind: 'imported', name, signature: { parameters, result } } as const;
      known = { imported, parameters: names, body: body(names) };
      this.imports.set(name, known);
    }
    return known.imported;
  }

  /** A function of reals that has no instruction; lane by lane where it has no vectors. */
  callReal(
    form: RealForm,
    name: ElementwiseName,
    operands: readonly Code[],
    keep: (value: Code) => Code,
  ): Code {
    if (this.options.functions === 'own' && hasForm(name, this.precision)) {
      const own = this.function(`${name}_${form.prefix}`, () =>
        elementaryFunction(name, form, this.functionContext),
      );
      return call(form.type, own, operands);
    }
    if (form.lanes === 1) return this.callOne(name, operands);
    const kept = operands.map(keep);
    const zero: Code = form.lanes === 2 ? vectorOf(new Float64Array(2)) : vectorOf(new Float32Array(4));
    return range(form.lanes).reduce<Code>((lanes, lane) => {
      const own = kept.map((operand) => laneOf(form, operand, lane));
      return withLane(form, lanes, lane, this.callOne(name, own));
    }, zero);
  }

  /** As `callReal` without a call: its statements stand before where it is used. */
  inlineReal(
    form: RealForm,
    name: ElementwiseName,
    x: Code,
    body: { push(statement: Statement): void },
  ): Code | undefined {
    if (this.options.functions !== 'own' || !hasForm(name, this.precision)) return undefined;
    return elementaryValue(name, form, x, body, this.functionContext);
  }

  private get functionContext(): FunctionContext {
    return { relaxed: this.options.relaxed, constantAt: (value) => this.constantAt(value) };
  }

  private callOne(name: ElementwiseName, operands: readonly Code[]): Code {
    const imported = this.import(
      name,
      operands.map(() => 'f64'),
      'f64',
      (names) => this.elementwiseText(name, names),
    );
    if (this.precision === 'f64') return call('f64', imported, operands);
    const wide = operands.map((operand) => operateBy('f64', 'f64.promote_f32', operand));
    return operateBy('f32', 'f32.demote_f64', call('f64', imported, wide));
  }

  private elementwiseText(name: ElementwiseName, names: readonly string[]): string {
    const { lowering } = elementwiseTable[name];
    this.glue.helpers(lowering.helpers);
    return printLowering(lowering, names.map(primary)).text;
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** One lane as a number. */
export function laneOf({ prefix, precision }: RealForm, lanes: Code, lane: number): Code {
  const name = `${prefix}.extract_lane`;
  return {
    type: precision,
    node: { kind: 'extract', name: name as 'f64x2.extract_lane', lane, from: lanes as Code<'v128'> },
  };
}

function withLane({ prefix }: RealForm, lanes: Code, lane: number, value: Code): Code {
  const name = `${prefix}.replace_lane`;
  const into = lanes as Code<'v128'>;
  return { type: 'v128', node: { kind: 'replace', name: name as 'f64x2.replace_lane', lane, into, value } };
}

/** Truth values are 0 and 1 in memory. */
export function typeOfLocal(form: RealForm, dtype: DType): ValueType {
  return dtype === 'real' ? form.type : 'i32';
}
