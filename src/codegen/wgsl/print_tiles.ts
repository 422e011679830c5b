/**
 * The register-tiled product. A workgroup computes a tile of the output, each thread a few rows and columns of it in
 * registers; along the summed axis the operands come in steps through workgroup memory, as vectors of four: the left
 * one along the summed axis, the right one along the columns. Beyond the edges of the operands zeros are read. In
 * workgroup memory the operands may have 16 bits; products and sums always have 32.
 */
import type { TileShape } from './contraction_shape.js';
import { tileMemory } from './contraction_shape.js';
import type { ModuleText } from './module_text.js';
import { steps } from './operand_text.js';
import type { PrintedProduct } from './operand_text.js';

const parts = ['x', 'y', 'z', 'w'] as const;

interface Tiles {
  readonly array: string;
  readonly halves: boolean;
}

function readTile({ array, halves }: Tiles, index: string): string {
  return halves ? `vec4f(${array}[${index}])` : `${array}[${index}]`;
}

/** Every thread brings vectors of four until all `count` are there; `element` reads one of the four numbers. */
function loadLines(
  { array, halves }: Tiles,
  [count, threads]: readonly [number, number],
  positions: readonly string[],
  index: string,
  element: (lane: number) => string,
): readonly string[] {
  const [first, second, third, fourth] = [0, 1, 2, 3].map(element);
  return [
    `for (var i = i32(thread); i < ${count}; i += ${threads}) {`,
    ...positions.map((line) => `  ${line}`),
    '  let four = vec4f(',
    `    ${first}, ${second},`,
    `    ${third}, ${fourth});`,
    `  ${array}[${index}] = ${halves ? 'vec4h(four)' : 'four'};`,
    '}',
  ];
}

export function printTiles(
  product: PrintedProduct,
  shape: TileShape,
  name: string,
  module: ModuleText,
): readonly string[] {
  const { size, leftStart, rightStart } = product;
  const { height, width, down, across, step } = shape;
  const [tall, wide] = [height * down, width * across];
  const [tilesDown, tilesAcross] = [Math.ceil(size.rows / tall), Math.ceil(size.columns / wide)];
  const memory = tileMemory(shape);
  const halves = module.profile.halfTiles === true && module.profile.features.has('shader-f16');
  if (halves) module.enable('shader-f16');
  const tiles: Tiles = { array: module.scratch(halves ? 'vec4h' : 'vec4f', memory.size), halves };
  const [leftElement, rightElement, store] = declareElements(product, shape, name, module);
  const idle = down * across < module.profile.threads;
  const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  const vectors = range(width / 4);
  const sums = range(height).flatMap((row) => vectors.map((vector) => `sum_${row}_${vector}`));
  const computes = idle ? [`if (thread < ${down * across}u) {`, '}'] : ['{', '}'];
  return [
    `let across = i32(thread % ${across}u);`,
    `let down = ${idle ? `min(i32(thread / ${across}u), ${down - 1})` : `i32(thread / ${across}u)`};`,
    `for (var team = group; team < ${size.batch * tilesDown * tilesAcross}u; team += groups) {`,
    `  let first_row = i32(team) / ${tilesAcross} % ${tilesDown} * ${tall};`,
    `  let first_column = i32(team) % ${tilesAcross} * ${wide};`,
    `  let product = i32(team) / ${tilesDown * tilesAcross};`,
    `  let p = ${leftStart}(product);`,
    `  let q = ${rightStart}(product);`,
    ...sums.map((sum) => `  var ${sum} = vec4f();`),
    `  for (var start = 0; start < ${size.depth}; start += ${step}) {`,
    '    workgroupBarrier();',
    ...loadLeft(product, shape, tiles, leftElement, module).map((line) => `    ${line}`),
    ...loadRight(product, shape, tiles, rightElement, module).map((line) => `    ${line}`),
    '    workgroupBarrier();',
    `    for (var k = 0; k < ${step / 4}; k += 1) {`,
    ...range(height).map(
      (row) =>
        `      let left_${row} = ${readTile(tiles, `(down * ${height} + ${row}) * ${memory.leftPitch} + k`)};`,
    ),
    ...parts.flatMap((part, lane) => [
      ...vectors.map(
        (vector) =>
          `      let right_${lane}_${vector} = ${readTile(tiles, `${memory.rightStart} + (k * 4 + ${lane}) * ${memory.rightPitch} + across${width === 4 ? '' : ` * ${width / 4} + ${vector}`}`)};`,
      ),
      ...range(height).flatMap((row) =>
        vectors.map(
          (vector) => `      sum_${row}_${vector} += left_${row}.${part} * right_${lane}_${vector};`,
        ),
      ),
    ]),
    '    }',
    '  }',
    `  ${computes[0]}`,
    `    let row = first_row + down * ${height};`,
    `    let column = first_column + across * ${width};`,
    ...storeSums(sums, vectors.length, store, storesInLoop(product, module)).map((line) => `    ${line}`),
    `  ${computes[1]}`,
    '}',
  ];
}

/**
 * Whether one text serves all outputs of a thread: an epilogue is long, and compilers write it out as often as it is
 * called; those of CPU drivers take minutes for a kernel with dozens of copies.
 */
function storesInLoop({ hasEpilogue }: PrintedProduct, module: ModuleText): boolean {
  return hasEpilogue || module.profile.barriers === 'costly';
}

function storeSums(
  sums: readonly string[],
  vectors: number,
  store: string,
  loops: boolean,
): readonly string[] {
  if (!loops) {
    return sums.map((sum, index) => {
      const [row, column] = [Math.floor(index / vectors), (index % vectors) * 4];
      return `${store}(product, row + ${row}, column + ${column}, ${sum});`;
    });
  }
  return [
    `var sums = array<vec4f, ${sums.length}>(${sums.join(', ')});`,
    `for (var part = 0; part < ${sums.length}; part += 1) {`,
    `  ${store}(product, row + part / ${vectors}, column + part % ${vectors} * 4, sums[part]);`,
    '}',
  ];
}

/** Element functions of the operands (zero beyond the edges) and of four outputs in a row (nothing beyond the edges). */
function declareElements(
  product: PrintedProduct,
  shape: TileShape,
  name: string,
  module: ModuleText,
): readonly [string, string, string] {
  const { size, finish, left, right } = product;
  const tall = size.rows % (shape.height * shape.down) !== 0;
  const wide = size.columns % (shape.width * shape.across) !== 0;
  const deep = size.depth % shape.step !== 0;
  const element = (
    side: string,
    position: string,
    array: string,
    strides: string,
    limits: string[],
  ): string => {
    const own = module.fresh(`${name}_${side}_element`);
    const value = `${array}[base${strides}]`;
    module.declare([
      `fn ${own}(base: i32, ${position}: i32, k: i32) -> f32 {`,
      ...(limits.length === 0
        ? [`  return ${value};`]
        : [`  if (${limits.join(' && ')}) { return ${value}; }`, '  return 0.0;']),
      '}',
    ]);
    return own;
  };
  const depthLimit = deep ? [`k < ${size.depth}`] : [];
  const leftElement = element(
    'left',
    'row',
    left.array,
    `${steps('row', left.free)}${steps('k', left.contract)}`,
    [...(tall ? [`row < ${size.rows}`] : []), ...depthLimit],
  );
  const rightElement = element(
    'right',
    'column',
    right.array,
    `${steps('column', right.free)}${steps('k', right.contract)}`,
    [...(wide ? [`column < ${size.columns}`] : []), ...depthLimit],
  );
  const store = module.fresh(`${name}_store`);
  const finishLane = (lane: string, value: string): string => {
    const call = `${finish}(product, row, column + ${lane}, ${value});`;
    return wide ? `  if (column + ${lane} < ${size.columns}) { ${call} }` : `  ${call}`;
  };
  module.declare([
    `fn ${store}(product: i32, row: i32, column: i32, value: vec4f) {`,
    ...(tall ? [`  if (row >= ${size.rows}) { return; }`] : []),
    ...(storesInLoop(product, module)
      ? ['  for (var lane = 0; lane < 4; lane += 1) {', `  ${finishLane('lane', 'value[lane]')}`, '  }']
      : parts.map((part, lane) => finishLane(String(lane), `value.${part}`))),
    '}',
  ]);
  return [leftElement, rightElement, store];
}

/** Four neighbours along the summed axis; neighbouring threads go where the memory goes. */
function loadLeft(
  { left }: PrintedProduct,
  { height, down, step }: TileShape,
  tiles: Tiles,
  element: string,
  module: ModuleText,
): readonly string[] {
  const tall = height * down;
  const quarters = step / 4;
  const [row, k] = left.free === 1 ? [`i % ${tall}`, `i / ${tall}`] : [`i / ${quarters}`, `i % ${quarters}`];
  return loadLines(
    tiles,
    [tall * quarters, module.profile.threads],
    [`let row = ${row};`, `let k = ${k};`],
    `row * ${quarters + 1} + k`,
    (lane) => `${element}(p, first_row + row, start + k * 4 + ${lane})`,
  );
}

/** Four neighbours along the columns. */
function loadRight(
  { right }: PrintedProduct,
  shape: TileShape,
  tiles: Tiles,
  element: string,
  module: ModuleText,
): readonly string[] {
  const { step } = shape;
  const quarters = (shape.width * shape.across) / 4;
  const { rightStart, rightPitch } = tileMemory(shape);
  const [column, k] =
    right.free === 1 ? [`i % ${quarters}`, `i / ${quarters}`] : [`i / ${step}`, `i % ${step}`];
  return loadLines(
    tiles,
    [step * quarters, module.profile.threads],
    [`let column = ${column};`, `let k = ${k};`],
    `${rightStart} + k * ${rightPitch} + column`,
    (lane) => `${element}(q, first_column + column * 4 + ${lane}, start + k)`,
  );
}
