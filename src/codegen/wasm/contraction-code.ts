/**
 * A contraction as a register-tiled product: a tile of the output lives in locals while the summed axis runs once, in
 * order, so that every tile gives the same bits. With vectors, lanes are neighbouring columns; columns that do not
 * lie side by side are packed into panels first, and so are those of operands that no near cache holds.
 */
import { add } from '../../ir/nest-affine.js';
import { locate } from '../../ir/nest.js';
import type { Contraction, ContractionOperand } from '../../ir/nest.js';
import { at, range, sizeOf, stridesOf } from '../../ir/types.js';
import { Scope } from '../blocks.js';
import { get, load, newLocal, operateBy } from './code.js';
import type { Address, Code, Local, Statement } from './code.js';
import { plus, times, word } from './integer.js';
import type { Word } from './integer.js';
import { advance, behind, countTo, variable } from './loops.js';
import { loadApart, transposed } from './lane-moves.js';
import type { CodeScope } from './loops.js';
import { turns } from './memory.js';
import { laneOf } from './program-code.js';
import type { ProgramCode } from './program-code.js';
import { bytesOf, lanesOf, loadReal, realBinary, realConstant, storeReal } from './real.js';
import type { RealForm } from './real.js';

/** Sums of a dot product, as in every other back end. */
const dotSums = 4;
/** Rows of a tile. */
const tallest = 4;
/** Bytes of the right operand that the nearest cache holds, with room to spare. */
const cachedBytes = 24576;

/** One side: where its next element lies along the axes that are not summed, and along the summed one, in bytes. */
interface Side {
  readonly start: Word;
  readonly across: number;
  readonly along: number;
}

interface Product {
  readonly left: Side;
  readonly right: Side;
  readonly output: Word;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

export function writeContraction(contraction: Contraction, program: ProgramCode): readonly Statement[] {
  const { left, right, output, batch } = contraction;
  if (contraction.epilogue !== undefined)
    throw new Error('compiler bug: this back end asks for no epilogues');
  const [rows, columns] = [left.free.extent, right.free.extent];
  const root: CodeScope = new Scope(undefined);
  if (sizeOf([...batch, rows, columns]) === 0) return root.lines;
  const bytes = bytesOf[program.precision];
  const outputStrides = stridesOf([...batch, rows * columns]);
  const starts = [
    startOf(left, program),
    startOf(right, program),
    startOf({ place: output, base: { constant: 0, terms: [] } }, program),
  ];
  const strides = [left.batch, right.batch, outputStrides];
  const inBatch = (axis: number, scope: CodeScope, begins: readonly Word[]): void => {
    if (axis < batch.length) {
      countTo(scope, 0, at(batch, axis), 1, (position, inner) => {
        const moved = begins.map((begin, side) =>
          plus(begin, times(position, at(at(strides, side), axis) * bytes)),
        );
        inBatch(axis + 1, inner, moved);
      });
      return;
    }
    const [p, q, o] = begins.map((begin) => get(variable(scope, begin)));
    const product: Product = {
      left: { start: p as Word, across: left.free.stride * bytes, along: left.contract.stride * bytes },
      right: { start: q as Word, across: right.free.stride * bytes, along: right.contract.stride * bytes },
      output: o as Word,
      rows,
      columns,
      depth: left.contract.extent,
    };
    new ProductWriter(product, program).write(scope);
  };
  inBatch(0, root, starts);
  return root.lines;
}

function startOf({ place, base }: Pick<ContractionOperand, 'place' | 'base'>, program: ProgramCode): Word {
  const { buffer, base: within } = locate(place);
  const { start, bytes } = program.addressOf(buffer);
  const whole = add(within, base);
  return plus(turns(program, whole, bytes), word(start + whole.constant * bytes));
}

/** Neighbouring columns that are computed together: `vectors` forms of them, `valid` of which count. */
interface Strip {
  readonly form: RealForm;
  readonly vectors: number;
  readonly valid: number;
  /** The summed axis lies side by side: squares are loaded and turned. */
  readonly turned?: true;
}

class ProductWriter {
  private readonly bytes: number;
  private readonly product: Product;

  constructor(
    product: Product,
    private readonly program: ProgramCode,
  ) {
    this.bytes = bytesOf[program.precision];
    // The product of a matrix and a vector is one of a row and a matrix.
    this.product =
      product.columns === 1 && product.rows > 1
        ? { ...product, left: product.right, right: product.left, rows: 1, columns: product.rows }
        : product;
  }

  write(scope: CodeScope): void {
    const { rows, columns, depth } = this.product;
    if (rows === 1 && columns === 1 && depth >= 2 * dotSums) {
      this.dot(scope);
      return;
    }
    let from = 0;
    for (const { strip, count } of this.strips()) {
      const to = from + count * strip.valid;
      countTo(scope, from, to, strip.valid, (column, inner) => this.strip(strip, column, inner));
      from = to;
    }
  }

  /** How the columns are cut. */
  private strips(): readonly { readonly strip: Strip; readonly count: number }[] {
    const { rows, columns, right } = this.product;
    const { form } = this.program;
    const vectorForm = lanesOf[this.program.precision];
    const { lanes } = vectorForm;
    const sideBySide = right.across === this.bytes;
    const cuts: { strip: Strip; count: number }[] = [];
    let rest = columns;
    const take = (strip: Strip): void => {
      const count = Math.floor(rest / strip.valid);
      if (count > 0) cuts.push({ strip, count });
      rest -= count * strip.valid;
    };
    if (this.program.options.vectors && (sideBySide || rows >= tallest)) {
      const wide = rows >= 3 ? 2 : 4;
      for (let vectors = wide; vectors >= 1; vectors /= 2) {
        take({ form: vectorForm, vectors, valid: vectors * lanes });
      }
      if (rest > 0 && rows >= tallest) take({ form: vectorForm, vectors: 1, valid: rest });
    }
    if (this.turns()) {
      for (const vectors of [2, 1]) {
        take({ form: vectorForm, vectors, valid: vectors * lanes, turned: true });
      }
    }
    for (const width of rows >= 3 ? [2, 1] : [8, 4, 2, 1]) take({ form, vectors: width, valid: width });
    return cuts;
  }

  /** Too few rows to pack anything for, of columns whose own elements lie together. */
  private turns(): boolean {
    const { rows, depth, right } = this.product;
    const { vectors } = this.program.options;
    return vectors && rows < tallest && right.along === this.bytes && depth * this.bytes >= 16;
  }

  private strip(strip: Strip, column: Word, scope: CodeScope): void {
    const { rows, columns, depth, left, right, output } = this.product;
    const begin = get(variable(scope, plus(right.start, times(column, right.across))));
    const panel = this.packs(strip) ? this.pack(strip, begin, scope) : { ...right, start: begin };
    const firstOutput = get(variable(scope, plus(output, times(column, this.bytes))));
    let from = 0;
    for (const height of [tallest, 3, 2, 1]) {
      const to = from + Math.floor((rows - from) / height) * height;
      countTo(scope, from, to, height, (row, inner) => {
        const start = plus(left.start, times(row, left.across));
        const cell = plus(firstOutput, times(row, columns * this.bytes));
        this.tile(strip, height, depth, { ...left, start }, panel, cell, inner);
      });
      from = to;
    }
  }

  private packs({ form, vectors, valid, turned }: Strip): boolean {
    const { rows, columns, depth, right } = this.product;
    if (form.lanes === 1 || turned === true) return false;
    if (right.across !== this.bytes || valid < vectors * form.lanes) return true;
    return rows >= 16 && columns * depth * this.bytes > cachedBytes && depth * right.along > 4096;
  }

  /** The strip's columns side by side, one line an element of the summed axis; columns that do not count are 0. */
  private pack({ form, vectors, valid }: Strip, begin: Word, scope: CodeScope): Side {
    const { depth, right } = this.product;
    const single = this.program.form;
    const line = vectors * 16;
    const start = word(this.program.scratch(depth * line));
    const [from, to] = [variable(scope, begin), variable(scope, start)];
    countTo(scope, 0, depth, 1, (_, inner) => {
      if (right.across === this.bytes && valid === vectors * form.lanes) {
        for (const vector of range(vectors)) {
          const value = loadReal(form, behind(get(from), vector * 16));
          inner.push(storeReal(form, { base: get(to), offset: vector * 16 }, value));
        }
      } else {
        for (const column of range(vectors * form.lanes)) {
          const source = behind(get(from), column * right.across);
          const value = column < valid ? loadReal(single, source) : realConstant(single, 0);
          inner.push(storeReal(single, { base: get(to), offset: column * this.bytes }, value));
        }
      }
      advance(inner, from, right.along);
      advance(inner, to, line);
    });
    return { start, across: this.bytes, along: line };
  }

  private tile(
    strip: Strip,
    height: number,
    depth: number,
    left: Side,
    right: Side,
    output: Word,
    scope: CodeScope,
  ): void {
    const { form, vectors, valid } = strip;
    const sums = range(height).map(() => range(vectors).map(() => newLocal(form.type)));
    for (const sum of sums.flat()) scope.push({ kind: 'set', local: sum, value: realConstant(form, 0) });
    const [p, q] = [variable(scope, left.start), variable(scope, right.start)];
    /** One term of every sum; `ys` are the elements of the right operand. */
    const grow = (inner: CodeScope, ys: readonly Code[], turn: number): void => {
      sums.forEach((row, index) => {
        const address = behind(get(p), index * left.across + turn * left.along);
        const x = get(variable(inner, this.broadcast(form, address)));
        row.forEach((sum, vector) => {
          inner.push({ kind: 'set', local: sum, value: this.multiplyAdd(form, x, at(ys, vector), get(sum)) });
        });
      });
    };
    const once = (inner: CodeScope, load: (vector: number) => Code): void => {
      grow(
        inner,
        range(vectors).map((vector) => get(variable(inner, load(vector)))),
        0,
      );
      advance(inner, p, left.along);
      advance(inner, q, right.along);
    };
    const offsetOf = (vector: number): number => vector * form.lanes * right.across;
    if (strip.turned === true) {
      countTo(scope, 0, depth - (depth % form.lanes), form.lanes, (_, inner) => {
        const squares = range(vectors).map((vector) =>
          this.square(form, get(q), offsetOf(vector), right, inner),
        );
        for (const turn of range(form.lanes))
          grow(
            inner,
            squares.map((square) => at(square, turn)),
            turn,
          );
        advance(inner, p, form.lanes * left.along);
        advance(inner, q, form.lanes * right.along);
      });
      for (const _ of range(depth % form.lanes)) {
        once(scope, (vector) => loadApart(form, get(q), offsetOf(vector), right.across));
      }
    } else {
      countTo(scope, 0, depth, 1, (_, inner) => {
        once(inner, (vector) => loadReal(form, behind(get(q), offsetOf(vector))));
      });
    }
    const cell = get(variable(scope, output));
    sums.forEach((row, index) => {
      row.forEach((sum, vector) => {
        const offset = (index * this.product.columns + vector * form.lanes) * this.bytes;
        const counted = Math.min(form.lanes, valid - vector * form.lanes);
        this.put(form, sum, counted, { base: cell, offset }, scope);
      });
    });
  }

  /** The next elements of as many columns as a vector has lanes, turned: one vector an element. */
  private square(form: RealForm, q: Word, offset: number, right: Side, scope: CodeScope): readonly Code[] {
    const columns = range(form.lanes).map((column) =>
      get(variable(scope, load('v128.load', behind(q, offset + column * right.across)))),
    );
    return transposed(columns, scope);
  }

  private put(
    form: RealForm,
    sum: Local,
    counted: number,
    { base, offset }: Address,
    scope: CodeScope,
  ): void {
    if (counted === form.lanes) {
      scope.push(storeReal(form, { base, offset }, get(sum)));
      return;
    }
    for (const lane of range(counted)) {
      const value = laneOf(form, get(sum), lane);
      scope.push(storeReal(this.program.form, { base, offset: offset + lane * this.bytes }, value));
    }
  }

  private broadcast(form: RealForm, address: Address): Code {
    if (form.lanes === 1) return loadReal(form, address);
    return load(form.lanes === 2 ? 'v128.load64_splat' : 'v128.load32_splat', address);
  }

  private multiplyAdd(form: RealForm, x: Code, y: Code, sum: Code): Code {
    if (this.program.options.relaxed && form.lanes > 1) {
      return operateBy('v128', `${form.prefix}.relaxed_madd`, x, y, sum);
    }
    return realBinary(form, 'add', sum, realBinary(form, 'mul', x, y));
  }

  /** Several sums, each of every so manieth term. */
  private dot(scope: CodeScope): void {
    const { depth, left, right, output } = this.product;
    const { form } = this.program;
    const sums = range(dotSums).map(() => variable(scope, realConstant(form, 0)));
    const [p, q] = [variable(scope, left.start), variable(scope, right.start)];
    const grow = (lane: number, inner: CodeScope): void => {
      const x = loadReal(form, behind(get(p), lane * left.along));
      const y = loadReal(form, behind(get(q), lane * right.along));
      const sum = at(sums, lane);
      const value = realBinary(form, 'add', get(sum), realBinary(form, 'mul', x, y));
      inner.push({ kind: 'set', local: sum, value });
    };
    const whole = depth - (depth % dotSums);
    countTo(scope, 0, whole, dotSums, (_, inner) => {
      for (const lane of range(dotSums)) grow(lane, inner);
      advance(inner, p, dotSums * left.along);
      advance(inner, q, dotSums * right.along);
    });
    for (const lane of range(depth - whole)) grow(lane, scope);
    const [s0, s1, s2, s3] = sums.map((sum) => get(sum)) as [Code, Code, Code, Code];
    const total = realBinary(form, 'add', realBinary(form, 'add', s0, s1), realBinary(form, 'add', s2, s3));
    scope.push(storeReal(form, { base: output, offset: 0 }, total));
  }
}
