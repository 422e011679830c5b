/**
 * Prints a contraction: as tiles (print_tiles.ts) or as dot products, each summed by a power of two of threads. The
 * share of a thread and the order of the fold are fixed by the shape, so the bits do not depend on the number of workgroups.
 */
import { locate } from '../../ir/nest.js';
import type { Contraction, ContractionOperand } from '../../ir/nest.js';
import { makePlace } from '../../ir/schedule.js';
import { at, sizeOf, stridesOf } from '../../ir/types.js';
import type { DeviceFunction } from './device_function.js';
import { chooseShape, sizeOfProduct, teamsOf } from './contraction_shape.js';
import type { ContractionShape, DotShape, ProductSize } from './contraction_shape.js';
import type { ModuleText } from './module_text.js';
import { pointsLoop } from './print_moves.js';
import { declareFinish } from './print_epilogue.js';
import { printTiles } from './print_tiles.js';
import { teamFold } from './team_folds.js';

/** A contraction with the texts that every kernel for it needs. */
export interface PrintedProduct {
  readonly size: ProductSize;
  /** `fn NAME(batch: i32) -> i32`: where the operands of one product begin. */
  readonly leftStart: string;
  readonly rightStart: string;
  /** `fn NAME(batch: i32, row: i32, column: i32, value: f32)`: what becomes of an output. */
  readonly finish: string;
  readonly left: PrintedOperand;
  readonly right: PrintedOperand;
}

export interface PrintedOperand {
  readonly array: string;
  readonly free: number;
  readonly contract: number;
}

/** The functions of a contraction, in order; none where nothing is to be computed. */
export function printContraction(
  contraction: Contraction,
  module: ModuleText,
  chosen?: ContractionShape,
): readonly DeviceFunction[] {
  const size = sizeOfProduct(contraction);
  if (size.batch * size.rows * size.columns === 0) return [];
  const name = module.fresh('contract');
  const shape = chosen ?? chooseShape(size, module.profile);
  const product = declareParts(contraction, size, name, module);
  const lines =
    shape.kind === 'dot' ? printDots(product, shape, module) : printTiles(product, shape, name, module);
  const count = shape.kind === 'dot' && shape.share === 1 ? size.batch * size.rows * size.columns : undefined;
  const work =
    count === undefined
      ? ({ kind: 'teams', count: teamsOf(shape, size, module.profile.threads) } as const)
      : ({ kind: 'points', count } as const);
  return [{ name, lines, work, span: contraction.node.span }];
}

function declareParts(
  contraction: Contraction,
  size: ProductSize,
  name: string,
  module: ModuleText,
): PrintedProduct {
  const operand = (side: ContractionOperand): PrintedOperand => ({
    array: module.arena(locate(side.place).buffer),
    free: side.free.stride,
    contract: side.contract.stride,
  });
  const startOf = (side: ContractionOperand, label: string): string => {
    const own = module.fresh(`${name}_${label}`);
    const start = makePlace('real', 0, label);
    start.within = { place: side.place, offset: side.base };
    module.declare([
      `fn ${own}(batch: i32) -> i32 {`,
      `  return ${module.startText(start)}${batchOffset(contraction.batch, side.batch)};`,
      '}',
    ]);
    return own;
  };
  const leftStart = startOf(contraction.left, 'left');
  const rightStart = startOf(contraction.right, 'right');
  const finish = declareFinish(contraction, size, `${name}_finish`, module);
  return {
    size,
    leftStart,
    rightStart,
    finish,
    left: operand(contraction.left),
    right: operand(contraction.right),
  };
}

/** ` + batch / 6 * 40 + batch % 6 * 5`, from the number of a product to the offset of its operand. */
function batchOffset(extents: readonly number[], strides: readonly number[]): string {
  const inner = stridesOf(extents);
  let offset = '';
  extents.forEach((extent, axis) => {
    const stride = at(strides, axis);
    if (extent === 1 || stride === 0) return;
    const divisor = at(inner, axis);
    const quotient = divisor === 1 ? 'batch' : `batch / ${divisor}`;
    const outermost = divisor * extent === sizeOf(extents);
    offset += ` + ${outermost ? quotient : `${quotient} % ${extent}`} * ${stride}`;
  });
  return offset;
}

/** ` + k * 12`. */
export function steps(position: string, stride: number): string {
  return stride === 0 ? '' : ` + ${position} * ${stride}`;
}

function printDots(product: PrintedProduct, { share }: DotShape, module: ModuleText): readonly string[] {
  const { size, leftStart, rightStart, finish, left, right } = product;
  const { batch, rows, columns, depth } = size;
  const count = batch * rows * columns;
  const { threads } = module.profile;
  const outputs = Math.floor(threads / share);
  // Neighbouring threads read neighbouring elements: along the summed axis where one of the operands lies so.
  const alongDepth = left.contract === 1 || right.contract === 1;
  const [turn, output] = alongDepth
    ? [`thread % ${share}u`, `thread / ${share}u`]
    : [`thread / ${outputs}u`, `thread % ${outputs}u`];
  const place = [
    `let product = output / ${rows * columns};`,
    `let row = output / ${columns} % ${rows};`,
    `let column = output % ${columns};`,
    `let p = ${leftStart}(product)${steps('row', left.free)};`,
    `let q = ${rightStart}(product)${steps('column', right.free)};`,
  ];
  const sum = sumLines(product, share, depth);
  if (share === 1) {
    const finished = `${finish}(product, row, column, sum);`;
    return pointsLoop(count, ['let output = i32(point);', ...place, ...sum, finished]);
  }
  if (outputs === 1) return printTeamDots(place, sum, count, finish, module);
  const scratch = module.scratch('f32', threads);
  const distance = alongDepth ? 1 : outputs;
  return [
    `let turn = i32(${turn});`,
    `for (var team = group; team < ${Math.ceil(count / outputs)}u; team += groups) {`,
    `  let output = i32(team) * ${outputs} + i32(${output});`,
    ...place.map((line) => `  ${line}`),
    '  workgroupBarrier();',
    `  if (output < ${count}) {`,
    ...sum.map((line) => `    ${line}`),
    `    ${scratch}[thread] = sum;`,
    '  }',
    ...foldLines(scratch, share, distance).map((line) => `  ${line}`),
    `  if (turn == 0 && output < ${count}) {`,
    `    ${finish}(product, row, column, ${scratch}[thread] + ${scratch}[thread + ${distance}u]);`,
    '  }',
    '}',
  ];
}

/** The whole workgroup sums one output. */
function printTeamDots(
  place: readonly string[],
  sum: readonly string[],
  count: number,
  finish: string,
  module: ModuleText,
): readonly string[] {
  return [
    'let turn = i32(thread);',
    `for (var team = group; team < ${count}u; team += groups) {`,
    '  let output = i32(team);',
    ...[...place, ...sum].map((line) => `  ${line}`),
    `  let total = ${teamFold('sum', 'real', module)}(thread, sum);`,
    `  if (thread == 0u) { ${finish}(product, row, column, total); }`,
    '}',
  ];
}

/** `sum` over every share-th element of the summed axis from `turn` on, in four lanes where there are many. */
function sumLines({ left, right }: PrintedProduct, share: number, depth: number): readonly string[] {
  const first = share === 1 ? '0' : 'turn';
  const elements = (k: string): readonly [string, string] => [
    `${left.array}[p${steps(k, left.contract)}]`,
    `${right.array}[q${steps(k, right.contract)}]`,
  ];
  const [x, y] = elements('k');
  const tail = (from: string): string[] => [
    `for (var k = ${from}; k < ${depth}; k += ${share}) {`,
    `  sum += ${x} * ${y};`,
    '}',
  ];
  if (depth < 8 * share) return ['var sum = 0.0;', ...tail(first)];
  const four = [0, 1, 2, 3].map((lane) => elements(lane === 0 ? 'k' : `(k + ${lane * share})`));
  return [
    'var sums = vec4f();',
    `var next = ${first};`,
    `for (; next + ${3 * share} < ${depth}; next += ${4 * share}) {`,
    '  let k = next;',
    `  sums += vec4f(${four.map((pair) => pair[0]).join(', ')})`,
    `    * vec4f(${four.map((pair) => pair[1]).join(', ')});`,
    '}',
    'var sum = (sums.x + sums.y) + (sums.z + sums.w);',
    ...tail('next'),
  ];
}

/** Halves the number of partial sums until two are left. */
function foldLines(scratch: string, share: number, distance: number): readonly string[] {
  const lines = ['workgroupBarrier();'];
  for (let half = share / 2; half > 1; half /= 2) {
    lines.push(`if (turn < ${half}) { ${scratch}[thread] += ${scratch}[thread + ${half * distance}u]; }`);
    lines.push('workgroupBarrier();');
  }
  return lines;
}
