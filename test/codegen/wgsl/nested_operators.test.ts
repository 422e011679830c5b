import { describe, expect, it } from 'vitest';
import type { DType, ElementwiseName } from '../../../src/ir/graph.js';
import { castWgsl } from '../../../src/ir/operators/elementwise/cast.js';
import { castFunction, scalarFunction } from '../../../src/ir/operators/elementwise/evaluate.js';
import { precedence, printLowering } from '../../../src/ir/operators/elementwise/lowering.js';
import { wgslLowering } from '../../../src/ir/operators/elementwise/table.js';
import { shortestF32, wgslConstant } from '../../../src/ir/operators/elementwise/wgsl/lowering.js';
import type { WgslLowering } from '../../../src/ir/operators/elementwise/wgsl/lowering.js';
import { at } from '../../../src/ir/types.js';
import { generator } from '../../ir/inputs.js';
import { onDrivers } from '../../support/on_drivers.js';
import { samplePairs } from './sample.js';
import { evaluateScalars } from './scalar_kernels.js';
import type { ScalarCase } from './scalar_kernels.js';

/** A tree of operations on ints and truth values, as WGSL and as a function. Leaves are the operands of its case. */
interface Tree {
  readonly lowering: WgslLowering;
  readonly evaluate: (operands: readonly number[]) => number;
}

const leaves = ['int', 'int', 'bool', 'bool'] as const;

/** Results stay small enough to be exact: products are of leaves only. */
const operations: Readonly<Record<'int' | 'bool', readonly (readonly [ElementwiseName, ...DType[]])[]>> = {
  int: [
    ['negate', 'int'],
    ['abs', 'int'],
    ['add', 'int', 'int'],
    ['subtract', 'int', 'int'],
    ['maximum', 'int', 'int'],
    ['floor_divide', 'int', 'int'],
    ['modulo', 'int', 'int'],
    ['select', 'bool', 'int', 'int'],
  ],
  bool: [
    ['not', 'bool'],
    ['and', 'bool', 'bool'],
    ['or', 'bool', 'bool'],
    ['equal', 'bool', 'bool'],
    ['equal', 'int', 'int'],
    ['not_equal', 'int', 'int'],
    ['less', 'int', 'int'],
    ['greater_equal', 'int', 'int'],
    ['select', 'bool', 'bool', 'bool'],
  ],
};

function randomTree(dtype: 'int' | 'bool', depth: number, random: () => number): Tree {
  const below = (count: number): number => Math.floor(random() * count);
  if (depth === 0) {
    const which = (dtype === 'int' ? 0 : 2) + below(2);
    return { lowering: leaf(which), evaluate: (operands) => at(operands, which) };
  }
  if (below(6) === 0) {
    const from = dtype === 'int' ? 'bool' : 'int';
    const operand = randomTree(from, depth - 1, random);
    const cast = castFunction(from, dtype);
    return {
      lowering: compose(castWgsl(from, dtype), [operand]),
      evaluate: (operands) => cast(operand.evaluate(operands)),
    };
  }
  if (dtype === 'int' && below(8) === 0) {
    const value = below(9) - 4;
    const { text, helpers } = wgslConstant(value, 'int');
    const lowering = {
      precedence: text.precedence,
      operands: leaves.map(() => precedence.primary),
      print: () => text.text,
      helpers,
    };
    return { lowering, evaluate: () => value };
  }
  const choices = operations[dtype];
  const [name, ...types] = at(choices, below(choices.length));
  const trees = types.map((type) => randomTree(type === 'int' ? 'int' : 'bool', depth - 1, random));
  const evaluate = scalarFunction(name, types);
  return {
    lowering: compose(wgslLowering(name, types), trees),
    // A quotient by 0 is stored as the int 0.
    evaluate: (operands) => evaluate(...trees.map((tree) => tree.evaluate(operands))) | 0,
  };
}

function leaf(which: number): WgslLowering {
  const operands = leaves.map(() => precedence.primary);
  return {
    precedence: precedence.primary,
    operands,
    print: (...texts) => at(texts, which),
    helpers: [],
  };
}

/** The operation printed around the printed operands. */
function compose(outer: WgslLowering, trees: readonly Tree[]): WgslLowering {
  const print = (...texts: readonly string[]): string =>
    printLowering(
      outer,
      trees.map(({ lowering }) => ({ text: lowering.print(...texts), precedence: lowering.precedence })),
    ).text;
  return {
    precedence: outer.precedence,
    operands: leaves.map(() => precedence.primary),
    print,
    helpers: [...outer.helpers, ...trees.flatMap(({ lowering }) => lowering.helpers)],
  };
}

describe('expressions in WGSL', () => {
  onDrivers('mean what the tree of operations means', async (driver) => {
    const random = generator(7);
    const trees = Array.from({ length: 120 }, (_, index) =>
      randomTree(index % 2 === 0 ? 'int' : 'bool', 1 + (index % 4), random),
    );
    const rows = Array.from({ length: 64 }, () =>
      leaves.map((dtype) => Math.floor(random() * (dtype === 'int' ? 9 : 2)) - (dtype === 'int' ? 4 : 0)),
    );
    const cases = trees.map(({ lowering }, index): ScalarCase => ({
      name: String(index),
      operands: leaves,
      result: index % 2 === 0 ? 'int' : 'bool',
      wgsl: lowering,
    }));
    const columns = leaves.map((_, k) => Int32Array.from(rows, (row) => at(row, k)));
    const results = await evaluateScalars(driver, cases, columns);
    trees.forEach(({ lowering, evaluate }, index) => {
      const expected = rows.map((row) => evaluate(row) | 0);
      expect([...at(results, index)], lowering.print('a', 'b', 'p', 'q')).toEqual(expected);
    });
  });
});

describe('constants in WGSL', () => {
  it('give the same f32 back, with as few digits as that takes', () => {
    for (const value of samplePairs(5000)[0]) {
      if (!Number.isFinite(value) || value <= 0) continue;
      expect(Math.fround(Number(shortestF32(value)))).toBe(value);
    }
    expect(shortestF32(Math.fround(0.1))).toBe('0.1');
  });

  onDrivers('reach the device as they are, beyond the range and NaN too', async (driver) => {
    const reals = [0, 1, -1.5, 0.1, 1e-30, 1e300, -1e300, Infinity, NaN, Math.PI, 2 ** 24 + 1, 3.4028235e38];
    const ints = [0, 1, -1, 2147483647, -2147483648];
    const cases = [
      ...reals.map((value) => constantCase(value, 'real')),
      ...ints.map((value) => constantCase(value, 'int')),
    ];
    const results = await evaluateScalars(driver, cases, [Int32Array.of(0)]);
    expect(results.map((column) => column[0])).toEqual([...reals.map(Math.fround), ...ints]);
  });
});

function constantCase(value: number, dtype: 'real' | 'int'): ScalarCase {
  const { text, helpers } = wgslConstant(value, dtype);
  const wgsl = {
    precedence: text.precedence,
    operands: [precedence.primary],
    print: () => text.text,
    helpers,
  };
  return { name: String(value), operands: ['int'], result: dtype, wgsl };
}
