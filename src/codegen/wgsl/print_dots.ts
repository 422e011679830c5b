/**
 * Products as dot products, each summed by a power of two of threads. Where there are few and long ones, each is cut into parts that
 * workgroups sum, and a second function puts the parts together.
 */
import type { Place } from '../../ir/nest.js';
import { sharesNeighbours } from './contraction_shape.js';
import type { ModuleText } from './module_text.js';
import { steps } from './operand_text.js';
import type { PrintedProduct } from './operand_text.js';
import { pointsLoop } from './print_moves.js';
import { teamFold } from './team_folds.js';

/** Each of the dot products in so many parts, whose sums lie in `sums`. */
export interface Parts {
  readonly count: number;
  readonly sums: Place;
}

/** What one dot product, or a part of one, is in the code. */
interface Item {
  /** Defines where it is, from `item`, its number. */
  readonly place: readonly string[];
  /** Defines `sum`, of what a thread sums. */
  readonly sum: readonly string[];
  readonly finished: (total: string) => string;
  readonly count: number;
}

export function printDots(
  product: PrintedProduct,
  share: number,
  module: ModuleText,
  parts?: Parts,
): readonly string[] {
  const item = itemOf(product, share, module, parts);
  const { place, sum, count, finished } = item;
  if (share === 1) return pointsLoop(count, ['let item = i32(point);', ...place, ...sum, finished('sum')]);
  if (share === module.profile.threads) return printTeamDots(item, module);
  const outputs = Math.floor(module.profile.threads / share);
  // Neighbouring threads read neighbouring elements: along the summed axis where one of the operands lies so.
  const alongDepth = sharesNeighbours(product);
  const [turn, output] = alongDepth
    ? [`thread % ${share}u`, `thread / ${share}u`]
    : [`thread / ${outputs}u`, `thread % ${outputs}u`];
  const cells = module.scratch('f32', module.profile.threads);
  const distance = alongDepth ? 1 : outputs;
  return [
    `let turn = i32(${turn});`,
    `for (var team = group; team < ${Math.ceil(count / outputs)}u; team += groups) {`,
    `  let item = i32(team) * ${outputs} + i32(${output});`,
    ...place.map((line) => `  ${line}`),
    '  workgroupBarrier();',
    `  if (item < ${count}) {`,
    ...sum.map((line) => `    ${line}`),
    `    ${cells}[thread] = sum;`,
    '  }',
    ...foldLines(cells, share, distance).map((line) => `  ${line}`),
    `  if (turn == 0 && item < ${count}) {`,
    `    ${finished(`${cells}[thread] + ${cells}[thread + ${distance}u]`)}`,
    '  }',
    '}',
  ];
}

/** Puts the parts of each dot product together, in order. */
export function printParts(product: PrintedProduct, parts: Parts, module: ModuleText): readonly string[] {
  const { batch, rows, columns } = product.size;
  return pointsLoop(batch * rows * columns, [
    'let output = i32(point);',
    ...positionLines(product),
    'var sum = 0.0;',
    `for (var part = 0; part < ${parts.count}; part += 1) {`,
    `  sum += ${module.element(parts.sums, `output * ${parts.count} + part`)};`,
    '}',
    `${product.finish}(product, row, column, sum);`,
  ]);
}

function positionLines({ size: { rows, columns } }: PrintedProduct): readonly string[] {
  return [
    `let product = output / ${rows * columns};`,
    `let row = output / ${columns} % ${rows};`,
    `let column = output % ${columns};`,
  ];
}

function itemOf(product: PrintedProduct, share: number, module: ModuleText, parts: Parts | undefined): Item {
  const { size, left, right, leftStart, rightStart, finish } = product;
  const { batch, rows, columns, depth } = size;
  const length = Math.ceil(depth / (parts?.count ?? 1));
  const turn = share === 1 ? '0' : 'turn';
  const position = [
    ...positionLines(product),
    `let p = ${leftStart}(product)${steps('row', left.free)};`,
    `let q = ${rightStart}(product)${steps('column', right.free)};`,
  ];
  const count = batch * rows * columns;
  if (parts === undefined) {
    return {
      place: ['let output = item;', ...position],
      sum: sumLines(product, share, length, turn, String(depth)),
      finished: (total) => `${finish}(product, row, column, ${total});`,
      count,
    };
  }
  return {
    place: [
      `let output = item / ${parts.count};`,
      `let first = item % ${parts.count} * ${length};`,
      ...position,
    ],
    sum: sumLines(product, share, length, `first + ${turn}`, `min(${depth}, first + ${length})`),
    finished: (total) => `${module.element(parts.sums, 'item')} = ${total};`,
    count: count * parts.count,
  };
}

/** The whole workgroup sums one. */
function printTeamDots({ place, sum, count, finished }: Item, module: ModuleText): readonly string[] {
  return [
    'let turn = i32(thread);',
    `for (var team = group; team < ${count}u; team += groups) {`,
    '  let item = i32(team);',
    ...[...place, ...sum].map((line) => `  ${line}`),
    `  let total = ${teamFold('sum', 'real', module)}(thread, sum);`,
    `  if (thread == 0u) { ${finished('total')} }`,
    '}',
  ];
}

/** `sum` over every share-th of `length` elements or fewer of the summed axis, in four lanes where there are many. */
function sumLines(
  { left, right }: PrintedProduct,
  share: number,
  length: number,
  first: string,
  end: string,
): readonly string[] {
  const elements = (k: string): readonly [string, string] => [
    `${left.array}[p${steps(k, left.contract)}]`,
    `${right.array}[q${steps(k, right.contract)}]`,
  ];
  const [x, y] = elements('k');
  const tail = (from: string): string[] => [
    `for (var k = ${from}; k < ${end}; k += ${share}) {`,
    `  sum += ${x} * ${y};`,
    '}',
  ];
  if (length < 8 * share) return ['var sum = 0.0;', ...tail(first)];
  const four = [0, 1, 2, 3].map((lane) => elements(lane === 0 ? 'k' : `(k + ${lane * share})`));
  return [
    'var sums = vec4f();',
    `var next = ${first};`,
    `for (; next + ${3 * share} < ${end}; next += ${4 * share}) {`,
    '  let k = next;',
    `  sums += vec4f(${four.map((pair) => pair[0]).join(', ')})`,
    `    * vec4f(${four.map((pair) => pair[1]).join(', ')});`,
    '}',
    'var sum = (sums.x + sums.y) + (sums.z + sums.w);',
    ...tail('next'),
  ];
}

/** Halves the number of partial sums until two are left. */
function foldLines(cells: string, share: number, distance: number): readonly string[] {
  const lines = ['workgroupBarrier();'];
  for (let half = share / 2; half > 1; half /= 2) {
    lines.push(`if (turn < ${half}) { ${cells}[thread] += ${cells}[thread + ${half * distance}u]; }`);
    lines.push('workgroupBarrier();');
  }
  return lines;
}
