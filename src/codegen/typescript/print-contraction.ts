/**
 * Prints a contraction as a register-tiled product: a tile of the output lives in local variables while the summed
 * axis runs once. The sum is sequential in the summed axis, except for a dot product, which runs in four lanes.
 */
import { add } from '../../ir/nest-affine.js';
import { locate } from '../../ir/nest.js';
import type { Contraction, ContractionOperand } from '../../ir/nest.js';
import { at, sizeOf, stridesOf } from '../../ir/types.js';
import { Block } from '../blocks.js';
import type { ProgramText } from './program-text.js';

const lanes = 4;
/** Elements of the right operand that a nearby cache holds, with room to spare. */
const cachedElements = 16384;

interface Product {
  readonly left: { readonly view: string; readonly row: number; readonly step: number };
  readonly right: { readonly view: string; readonly column: number; readonly step: number };
  readonly output: string;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

export function printContraction(contraction: Contraction, program: ProgramText): string[] {
  const { left, right, output, batch } = contraction;
  const product: Product = {
    left: {
      view: program.view(locate(left.place).buffer),
      row: left.free.stride,
      step: left.contract.stride,
    },
    right: {
      view: program.view(locate(right.place).buffer),
      column: right.free.stride,
      step: right.contract.stride,
    },
    output: program.view(locate(output).buffer),
    rows: left.free.extent,
    columns: right.free.extent,
    depth: left.contract.extent,
  };
  const root = new Block(undefined);
  const outputStrides = stridesOf([...batch, product.rows * product.columns]);
  const offsets = (operand: readonly number[]): string =>
    batch.map((extent, axis) => (extent === 1 ? '' : ` + b${axis} * ${at(operand, axis)}`)).join('');
  let innermost = root;
  const opened: { readonly header: string; readonly block: Block; readonly parent: Block }[] = [];
  batch.forEach((extent, axis) => {
    if (extent === 1) return;
    const block = new Block(innermost);
    opened.push({
      header: `for (let b${axis} = 0; b${axis} < ${extent}; b${axis} += 1)`,
      block,
      parent: innermost,
    });
    innermost = block;
  });
  innermost.push(`const p0 = ${start(left, program)}${offsets(left.batch)};`);
  innermost.push(`const q0 = ${start(right, program)}${offsets(right.batch)};`);
  innermost.push(`const o0 = ${program.index(locate(output).base)}${offsets(outputStrides)};`);
  if (sizeOf([...batch, product.rows, product.columns]) > 0) printProduct(product, innermost, program);
  for (const { header, block, parent } of opened.reverse()) parent.close(header, block);
  return root.lines;
}

function start(operand: ContractionOperand, program: ProgramText): string {
  return program.index(add(locate(operand.place).base, operand.base));
}

function printProduct(product: Product, block: Block, program: ProgramText): void {
  const { rows, columns, depth } = product;
  if (rows === 1 && columns === 1 && depth >= 2 * lanes) return printDot(product, block);
  if (rows >= 16 && columns >= 8 && columns * depth > cachedElements)
    return printBlocked(product, block, program);
  const tallest = columns === 1 ? 8 : 4;
  const height = Math.min(rows, tallest);
  const width = Math.min(columns, height === 1 ? 8 : height === 2 ? 4 : 2);
  for (const band of cut(rows, height)) {
    along('i', band, block, (row, outer) => {
      outer.push(`const pi = p0${term(row, product.left.row)};`);
      outer.push(`const oi = o0${term(row, columns)};`);
      for (const strip of cut(columns, width)) {
        along('j', strip, outer, (column, inner) => printTile(product, band.size, strip.size, column, inner));
      }
    });
  }
}

/**
 * For operands that do not fit the cache: blocks of columns of the right operand are packed, pair by pair, and stay
 * in the cache while all rows pass; so is a band of rows of the left operand where its elements do not lie together.
 */
function printBlocked(product: Product, block: Block, program: ProgramText): void {
  const { rows, columns, depth, left, right } = product;
  const across = Math.max(8, 2 * Math.floor(cachedElements / 2 / depth));
  const packsRows = left.step !== 1;
  const size = across * depth;
  const packed = program.packed(size + (packsRows ? 4 * depth : 0));
  const outer = new Block(block);
  outer.push(`const end = Math.min(start + ${across}, ${columns});`);
  const pack = (width: number, position: string, inner: Block): void => {
    inner.push(`let t = (${position} - start) * ${depth};`);
    inner.push(`let q = q0${term(position, right.column)};`);
    const loop = new Block(inner);
    for (let c = 0; c < width; c += 1) {
      loop.push(`${packed}[t${term(String(c), 1)}] = ${right.view}[q${term(String(c), right.column)}]!;`);
    }
    loop.push(`t += ${width};`);
    loop.push(`q += ${right.step};`);
    inner.close(`for (let k = 0; k < ${depth}; k += 1)`, loop);
  };
  const pairs = 'for (let j = start; j + 2 <= end; j += 2)';
  const last = columns % 2 === 1 ? `if (end === ${columns})` : undefined;
  const strips = (parent: Block, body: (width: number, position: string, inner: Block) => void): void => {
    const pair = new Block(parent);
    body(2, 'j', pair);
    parent.close(pairs, pair);
    if (last === undefined) return;
    const single = new Block(parent);
    body(1, String(columns - 1), single);
    parent.close(last, single);
  };
  strips(outer, pack);
  for (const band of cut(rows, 4)) {
    along('i', band, outer, (row, inner) => {
      inner.push(`const oi = o0${term(row, columns)};`);
      const height = band.size;
      if (packsRows) {
        inner.push(`let t = ${size};`);
        inner.push(`let p = p0${term(row, left.row)};`);
        const loop = new Block(inner);
        for (let r = 0; r < height; r += 1) {
          loop.push(`${packed}[t${term(String(r), 1)}] = ${left.view}[p${term(String(r), left.row)}]!;`);
        }
        loop.push(`t += ${height};`);
        loop.push(`p += ${left.step};`);
        inner.close(`for (let k = 0; k < ${depth}; k += 1)`, loop);
        inner.push(`const pi = ${size};`);
      } else {
        inner.push(`const pi = p0${term(row, left.row)};`);
      }
      strips(inner, (width, position, tile) => {
        tile.push(`const qj = (${position} - start) * ${depth};`);
        printTile(
          {
            ...product,
            left: packsRows ? { view: packed, row: 1, step: height } : left,
            right: { view: packed, column: 1, step: width },
          },
          height,
          width,
          position,
          tile,
          'qj',
        );
      });
    });
  }
  block.close(`for (let start = 0; start < ${columns}; start += ${across})`, outer);
}

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/** Whole tiles, then what is left. */
function cut(extent: number, size: number): Cut[] {
  const whole = extent - (extent % size);
  const cuts: Cut[] = whole > 0 ? [{ from: 0, to: whole, size }] : [];
  if (whole < extent) cuts.push({ from: whole, to: extent, size: extent - whole });
  return cuts;
}

/** A loop over tiles, or a block where there is only one. */
function along(
  letter: string,
  range: Cut,
  block: Block,
  body: (position: string, inner: Block) => void,
): void {
  const inner = new Block(block);
  const single = range.to - range.from === range.size;
  body(single ? String(range.from) : letter, inner);
  const header = single
    ? ''
    : `for (let ${letter} = ${range.from}; ${letter} < ${range.to}; ${letter} += ${range.size})`;
  if (single) {
    block.push('{');
    for (const line of inner.lines) block.push(`  ${line}`);
    block.push('}');
  } else {
    block.close(header, inner);
  }
}

function term(position: string, factor: number): string {
  if (position === '0' || factor === 0) return '';
  if (/^\d+$/.test(position)) return ` + ${Number(position) * factor}`;
  return factor === 1 ? ` + ${position}` : ` + ${position} * ${factor}`;
}

function printTile(
  product: Product,
  height: number,
  width: number,
  column: string,
  block: Block,
  firstColumn = `q0${term(column, product.right.column)}`,
): void {
  const { left, right, depth } = product;
  const sums = (row: number): string[] => Array.from({ length: width }, (_, c) => `s${row}${c}`);
  for (let row = 0; row < height; row += 1) {
    for (const sum of sums(row)) block.push(`let ${sum} = 0;`);
  }
  const moving = depth === 1 ? 'const' : 'let';
  block.push(`${moving} p = pi;`);
  block.push(`${moving} q = ${firstColumn};`);
  const loop = new Block(block);
  for (let row = 0; row < height; row += 1) {
    loop.push(`const x${row} = ${left.view}[p${term(String(row), left.row)}]!;`);
  }
  for (let c = 0; c < width; c += 1) {
    loop.push(`const y${c} = ${right.view}[q${term(String(c), right.column)}]!;`);
    for (let row = 0; row < height; row += 1) loop.push(`s${row}${c} += x${row} * y${c};`);
  }
  if (depth === 1) {
    for (const line of loop.lines) block.push(line);
  } else {
    if (left.step !== 0) loop.push(`p += ${left.step};`);
    if (right.step !== 0) loop.push(`q += ${right.step};`);
    block.close(`for (let k = 0; k < ${depth}; k += 1)`, loop);
  }
  block.push(`const o = oi${term(column, 1)};`);
  for (let row = 0; row < height; row += 1) {
    sums(row).forEach((sum, c) => {
      const offset = row * product.columns + c;
      block.push(`${product.output}[o${offset === 0 ? '' : ` + ${offset}`}] = ${sum};`);
    });
  }
}

function printDot(product: Product, block: Block): void {
  const { left, right, depth, output } = product;
  const whole = depth - (depth % lanes);
  for (let lane = 0; lane < lanes; lane += 1) block.push(`let s${lane} = 0;`);
  block.push('let p = p0;');
  block.push('let q = q0;');
  const loop = new Block(block);
  for (let lane = 0; lane < lanes; lane += 1) {
    const [x, y] = [
      `${left.view}[p${term(String(lane), left.step)}]!`,
      `${right.view}[q${term(String(lane), right.step)}]!`,
    ];
    loop.push(`s${lane} += ${x} * ${y};`);
  }
  loop.push(`p += ${left.step * lanes};`);
  loop.push(`q += ${right.step * lanes};`);
  block.close(`for (let k = 0; k < ${whole}; k += ${lanes})`, loop);
  for (let k = whole; k < depth; k += 1) {
    const lane = k - whole;
    const [x, y] = [
      `${left.view}[p${term(String(lane), left.step)}]!`,
      `${right.view}[q${term(String(lane), right.step)}]!`,
    ];
    block.push(`s${lane} += ${x} * ${y};`);
  }
  block.push(`${output}[o0] = s0 + s1 + (s2 + s3);`);
}
