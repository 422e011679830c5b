/**
 * A contraction as a register-tiled product: a tile of the output lives in locals while the summed axis runs, in order,
 * so that every tile gives the same bits; where that axis is cut in blocks, sums wait in the output. With vectors, lanes
 * are neighbouring columns; columns that do not lie side by side are packed into panels first, and so are those of
 * operands that no near cache holds.
 */
import { add } from '../../ir/nest-affine.js';
import { locate } from '../../ir/nest.js';
import type { Contraction, ContractionOperand, Launch } from '../../ir/nest.js';
import { at, range, sizeOf, stridesOf } from '../../ir/types.js';
import { Scope } from '../blocks.js';
import { get, load, newLocal, operateBy } from './code.js';
import type { Address, Code, Local, Statement } from './code.js';
import { constantOf, plus, times, word } from './integer.js';
import type { Word } from './integer.js';
import { advance, behind, countTo, inBlocks, repeatFor, variable } from './loops.js';
import { loadApart, transposed } from './lane-moves.js';
import type { CodeScope } from './loops.js';
import { EpilogueWriter } from './contraction-epilogue.js';
import { rowLayout } from './launch-layout.js';
import { outlined } from './outline.js';
import { packPanels, panelBytes, roomFor } from './panels.js';
import type { PanelShape, Side } from './panels.js';
import { chooseBlocks, cutColumns } from './tile-choice.js';
import type { Blocks } from './tile-choice.js';
import { turns } from './memory.js';
import { laneOf } from './program-code.js';
import type { ProgramCode } from './program-code.js';
import { bytesOf, lanesOf, loadReal, realBinary, realConstant, storeReal } from './real.js';
import type { RealForm } from './real.js';

/** Sums of a dot product, as in every other back end. */
const dotSums = 4;
/** Products of numbers that take so long that the engine should not wait for the next call to use its better code. */
const longProduct = 1e6;
/** Rows from which on it pays to pack columns for them. */
const fewRows = 4;

interface Product {
  readonly left: Side;
  readonly right: Side;
  readonly output: Word;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Which of the batch it is. */
  readonly number: Word;
}

export function writeContraction(contraction: Contraction, program: ProgramCode): readonly Statement[] {
  const { left, right, output, batch } = contraction;
  const [rows, columns] = [left.free.extent, right.free.extent];
  const root: CodeScope = new Scope(undefined);
  if (sizeOf([...batch, rows, columns]) === 0) return root.lines;
  const bytes = bytesOf[program.precision];
  const outputStrides = stridesOf([...batch, rows * columns]);
  const starts = [
    startOf(left, program),
    startOf(right, program),
    contraction.epilogue?.given?.stored === false
      ? word(0)
      : startOf({ place: output, base: { constant: 0, terms: [] } }, program),
  ];
  const strides = [left.batch, right.batch, outputStrides];
  const inBatch = (axis: number, scope: CodeScope, begins: readonly Word[], before: Word): void => {
    if (axis < batch.length) {
      countTo(scope, 0, at(batch, axis), 1, (position, inner) => {
        const moved = begins.map((begin, side) =>
          plus(begin, times(position, at(at(strides, side), axis) * bytes)),
        );
        inBatch(axis + 1, inner, moved, plus(times(before, at(batch, axis)), position));
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
      number: before,
    };
    new ProductWriter(product, contraction.epilogue, program).write(scope);
  };
  inBatch(0, root, starts, word(0));
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

/** Where a block of tiles lies: its first column, its strips, and its part of the summed axis. */
interface Place {
  readonly column: Word;
  readonly strips: Word;
  readonly turn: Word;
  readonly turns: Word;
  readonly scope: CodeScope;
}

/** Where a tile of sums goes. */
interface SumsPlace {
  /** Counted over all of the batch. */
  readonly row: Word;
  readonly column: Word;
  /** Its first element in the output. */
  readonly cell: Word;
  /** Where it waits for an epilogue if nobody else reads it. */
  readonly scratch: number;
}

class ProductWriter {
  private readonly bytes: number;
  private readonly product: Product;

  constructor(
    product: Product,
    private readonly epilogue: Launch | undefined,
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
    for (const { strip, count, height } of this.strips()) {
      this.band(strip, height, from, count, scope);
      from += count * strip.valid;
    }
  }

  /** How the columns are cut, and in tiles of how many rows. */
  private strips(): readonly { readonly strip: Strip; readonly count: number; readonly height: number }[] {
    const { rows, columns, right } = this.product;
    const { form, precision, options } = this.program;
    const vectorForm = lanesOf[precision];
    const { lanes } = vectorForm;
    if (options.vectors && (right.across === this.bytes || rows >= fewRows)) {
      return cutColumns(rows, columns, lanes, options.relaxed).map(({ vectors, valid, height, count }) => {
        return { strip: { form: vectorForm, vectors, valid }, count, height };
      });
    }
    const height = Math.min(rows, fewRows);
    const cuts: { strip: Strip; count: number; height: number }[] = [];
    let rest = columns;
    const take = (strip: Strip): void => {
      const count = Math.floor(rest / strip.valid);
      if (count > 0) cuts.push({ strip, count, height });
      rest -= count * strip.valid;
    };
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
    return vectors && rows < fewRows && right.along === this.bytes && depth * this.bytes >= 16;
  }

  /** Neighbouring strips of one kind, block by block. */
  private band(strip: Strip, height: number, first: number, count: number, scope: CodeScope): void {
    const { rows, columns, depth, left, right, output } = this.product;
    const { bytes, program } = this;
    const { form, vectors, valid } = strip;
    const blocks: Blocks =
      form.lanes === 1 || strip.turned === true
        ? {
            depth: Math.max(1, depth),
            strips: count,
            tiles: rows,
            packsLeft: false,
            packsRight: false,
            alongRows: false,
          }
        : chooseBlocks(this.product, { vectors, valid, height, count }, bytes);
    const rightShape: PanelShape = { width: vectors * form.lanes, valid, depth: blocks.depth };
    const leftShape = (tall: number): PanelShape => ({ width: tall, valid: tall, depth: blocks.depth });
    const rightRoom = blocks.packsRight ? roomFor(blocks.strips, rightShape, bytes) : 0;
    const leftRoom = blocks.packsLeft ? roomFor(blocks.tiles, leftShape(height), bytes) : 0;
    const scratch = program.scratch(rightRoom + leftRoom + height * vectors * 16);
    const whole = Math.floor(rows / height);
    const large = rows * columns * depth > longProduct;

    const inRows = (
      row: Word,
      tiles: Word,
      tall: number,
      panels: (strip: Word) => Side,
      place: Place,
    ): void => {
      const begin = plus(left.start, plus(times(row, left.across), times(place.turn, left.along)));
      let lefts = (tile: Word): Side => ({ ...left, start: plus(begin, times(tile, tall * left.across)) });
      if (blocks.packsLeft) {
        const shape = leftShape(tall);
        const start = word(scratch + rightRoom);
        packPanels({ ...left, start: begin }, shape, tiles, place.turns, start, program, place.scope);
        const next = panelBytes(shape, bytes);
        lefts = (tile) => ({ start: plus(start, times(tile, next)), across: bytes, along: tall * bytes });
      }
      const cell = plus(output, plus(times(row, columns * bytes), times(place.column, bytes)));
      const tile = (tileIndex: Word, stripIndex: Word, inner: CodeScope): void => {
        const to = plus(
          cell,
          plus(times(tileIndex, tall * columns * bytes), times(stripIndex, valid * bytes)),
        );
        const sums: SumsPlace = {
          row: plus(plus(times(this.product.number, rows), row), times(tileIndex, tall)),
          column: plus(place.column, times(stripIndex, valid)),
          cell: to,
          scratch: scratch + rightRoom + leftRoom,
        };
        this.tile(strip, tall, place, lefts(tileIndex), panels(stripIndex), sums, inner);
      };
      const [outerCount, innerCount] = blocks.alongRows ? [tiles, place.strips] : [place.strips, tiles];
      repeatFor(place.scope, outerCount, 1, (outerIndex, outer) => {
        const run: CodeScope = new Scope(outer);
        repeatFor(run, innerCount, 1, (innerIndex, inner) => {
          if (blocks.alongRows) tile(outerIndex, innerIndex, inner);
          else tile(innerIndex, outerIndex, inner);
        });
        if (large) outer.push(outlined('tiles', run.lines));
        else for (const each of run.lines) outer.push(each);
      });
    };

    inBlocks(scope, count, blocks.strips, (from, strips, outer) => {
      const column = plus(word(first), times(from, valid));
      inBlocks(outer, depth, blocks.depth, (turn, turns, inner) => {
        const begin = plus(right.start, plus(times(column, right.across), times(turn, right.along)));
        let panels = (each: Word): Side => ({
          ...right,
          start: plus(begin, times(each, valid * right.across)),
        });
        if (blocks.packsRight) {
          packPanels({ ...right, start: begin }, rightShape, strips, turns, word(scratch), program, inner);
          const next = panelBytes(rightShape, bytes);
          panels = (each) => ({
            start: plus(word(scratch), times(each, next)),
            across: bytes,
            along: rightShape.width * bytes,
          });
        }
        const place = { column, strips, turn, turns };
        if (whole > 0)
          inBlocks(inner, whole, blocks.tiles, (tile, tiles, within) => {
            inRows(times(tile, height), tiles, height, panels, { ...place, scope: within });
          });
        if (rows % height > 0) {
          inRows(word(whole * height), word(1), rows % height, panels, { ...place, scope: inner });
        }
      });
    });
  }

  private tile(
    strip: Strip,
    height: number,
    { turn, turns }: Place,
    left: Side,
    right: Side,
    to: SumsPlace,
    scope: CodeScope,
  ): void {
    const { form, vectors, valid } = strip;
    const cell = get(variable(scope, to.cell));
    const offsetIn = (row: number, vector: number): number =>
      (row * this.product.columns + vector * form.lanes) * this.bytes;
    const sums = range(height).map(() => range(vectors).map(() => newLocal(form.type)));
    const begin = (value: (row: number, vector: number) => Code): Statement[] =>
      sums.flatMap((row, index) =>
        row.map((local, vector): Statement => ({ kind: 'set', local, value: value(index, vector) })),
      );
    const zeros = begin(() => realConstant(form, 0));
    if (constantOf(turn) === 0) {
      for (const each of zeros) scope.push(each);
    } else {
      const sofar = begin((row, vector) => loadReal(form, { base: cell, offset: offsetIn(row, vector) }));
      scope.push({ kind: 'if', condition: turn, then: sofar, otherwise: zeros });
    }
    const [p, q] = [variable(scope, left.start), variable(scope, right.start)];
    /** One term of every sum; `ys` are the elements of the right operand. */
    const grow = (inner: CodeScope, ys: readonly Code[], ahead: number): void => {
      sums.forEach((row, index) => {
        const address = behind(get(p), index * left.across + ahead * left.along);
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
      const { depth } = this.product;
      countTo(scope, 0, depth - (depth % form.lanes), form.lanes, (_, inner) => {
        const squares = range(vectors).map((vector) =>
          this.square(form, get(q), offsetOf(vector), right, inner),
        );
        for (const ahead of range(form.lanes))
          grow(
            inner,
            squares.map((square) => at(square, ahead)),
            ahead,
          );
        advance(inner, p, form.lanes * left.along);
        advance(inner, q, form.lanes * right.along);
      });
      for (const _ of range(depth % form.lanes)) {
        once(scope, (vector) => loadApart(form, get(q), offsetOf(vector), right.across));
      }
    } else {
      repeatFor(scope, turns, 1, (_, inner) => {
        once(inner, (vector) => loadReal(form, behind(get(q), offsetOf(vector))));
      });
    }
    const { epilogue } = this;
    const stored = epilogue?.given?.stored !== false;
    sums.forEach((row, index) => {
      row.forEach((sum, vector) => {
        if (stored) {
          const counted = Math.min(form.lanes, valid - vector * form.lanes);
          this.put(form, sum, counted, { base: cell, offset: offsetIn(index, vector) }, scope);
        } else {
          const offset = to.scratch + (index * vectors + vector) * (form.lanes * this.bytes);
          scope.push(storeReal(form, { base: word(0), offset }, get(sum)));
        }
      });
    });
    if (epilogue === undefined) return;
    const { columns } = this.product;
    const place = stored
      ? { sums: cell, pitch: columns * this.bytes }
      : { sums: word(to.scratch), pitch: vectors * (form.lanes * this.bytes) };
    const tile = { row: to.row, column: to.column, height, width: valid, columns, ...place };
    for (const each of new EpilogueWriter(epilogue, this.program, rowLayout(epilogue)).writeTile(tile))
      scope.push(each);
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
