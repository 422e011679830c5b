/**
 * Every scalar operator in one kernel: element `i` of each input goes through each of them, so that a driver compiles
 * one kernel for all. Inputs and results are bits in one arena of ints, whatever their type.
 */
import { printLowering } from '../../../src/ir/operators/elementwise/lowering.js';
import { precedence } from '../../../src/ir/operators/elementwise/lowering.js';
import type { DType } from '../../../src/ir/graph.js';
import { printWgslHelpers } from '../../../src/ir/operators/elementwise/wgsl/lowering.js';
import type { WgslHelper, WgslLowering } from '../../../src/ir/operators/elementwise/wgsl/lowering.js';
import { at } from '../../../src/ir/types.js';
import type { Driver } from '../../support/device.js';

/** A scalar operation on inputs of these dtypes. */
export interface ScalarCase {
  readonly name: string;
  readonly operands: readonly DType[];
  readonly result: DType;
  readonly wgsl: WgslLowering;
}

/** Reals are rounded to f32; ints and truth values stand as they are. */
export type Column = Float32Array | Int32Array;

const fromBits: Readonly<Record<DType, (bits: string) => string>> = {
  real: (bits) => `bitcast<f32>(${bits})`,
  int: (bits) => bits,
  bool: (bits) => `(${bits} != 0)`,
};

const toBits: Readonly<Record<DType, (value: string) => string>> = {
  real: (value) => `bitcast<i32>(${value})`,
  int: (value) => value,
  bool: (value) => `select(0, 1, ${value})`,
};

const threads = 64;

/** The module; results of case `c` stand behind the inputs, `count` for each. */
export function scalarModule(cases: readonly ScalarCase[], inputs: number, count: number): string {
  const helpers: WgslHelper[] = [];
  const lines = cases.flatMap(({ operands, result, wgsl }, index) => {
    helpers.push(...wgsl.helpers);
    const texts = operands.map((dtype, input) => ({
      text: fromBits[dtype](`x${input}`),
      precedence: precedence.primary,
    }));
    const { text } = printLowering(wgsl, texts);
    return `  cells[i + ${(inputs + index) * count}u] = ${toBits[result](text)};`;
  });
  return [
    '@group(0) @binding(0) var<storage, read_write> cells: array<i32>;',
    ...printWgslHelpers(helpers),
    `@compute @workgroup_size(${threads}) fn evaluate(@builtin(global_invocation_id) id: vec3<u32>) {`,
    '  let i = id.x;',
    `  if (i >= ${count}u) {`,
    '    return;',
    '  }',
    ...Array.from({ length: inputs }, (_, input) => `  let x${input} = cells[i + ${input * count}u];`),
    ...lines,
    '}',
  ].join('\n');
}

/** The results of each case on columns of equal length. Operand `k` of every case is column `k`. */
export async function evaluateScalars(
  driver: Driver,
  cases: readonly ScalarCase[],
  columns: readonly Column[],
): Promise<Column[]> {
  const count = at(columns, 0).length;
  const cells = new Int32Array((columns.length + cases.length) * count);
  columns.forEach((column, input) => {
    cells.set(new Int32Array(column.buffer, column.byteOffset, count), input * count);
  });
  const outcome = await driver.runKernels({
    arenas: [cells],
    modules: [{ name: 'scalars', code: scalarModule(cases, columns.length, count) }],
    dispatches: [{ module: 0, entryPoint: 'evaluate', groups: [Math.ceil(count / threads), 1, 1] }],
  });
  if (outcome.kind === 'refused') throw new Error(outcome.messages.map(({ text }) => text).join('\n'));
  const answer = at(outcome.arenas, 0);
  return cases.map(({ result }, index) => {
    const start = answer.byteOffset + (columns.length + index) * count * 4;
    return result === 'real'
      ? new Float32Array(answer.buffer, start, count)
      : new Int32Array(answer.buffer, start, count);
  });
}
