import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DType, ElementwiseName } from '../../../src/ir/graph.js';
import { castWgsl } from '../../../src/ir/operators/elementwise/cast.js';
import {
  castFunction,
  compileHelper,
  scalarFunction,
} from '../../../src/ir/operators/elementwise/evaluate.js';
import { elementwiseTable, wgslHelpers, wgslLowering } from '../../../src/ir/operators/elementwise/table.js';
import { printWgslHelper } from '../../../src/ir/operators/elementwise/wgsl/lowering.js';
import { acceptedTypes } from '../../../src/ir/operators/elementwise_types.js';
import { philoxUniform, wgslUniform } from '../../../src/ir/operators/philox.js';
import { at } from '../../../src/ir/types.js';
import { nullDevice } from '../../support/device.js';
import type { Driver } from '../../support/device.js';
import { onDrivers } from '../../support/on_drivers.js';
import { accuracies, accuracyRows } from './accuracy.js';
import type { Accuracy } from './accuracy.js';
import { samplePairs } from './sample.js';
import { evaluateScalars } from './scalar_kernels.js';
import type { Column, ScalarCase } from './scalar_kernels.js';
import { unitAt, unitsApart } from './units.js';

const names = Object.keys(elementwiseTable) as ElementwiseName[];
const smallestNormal = 2 ** -126;

function caseOf(name: ElementwiseName, dtype: DType): ScalarCase {
  const { signature, tangents } = elementwiseTable[name];
  const operands = tangents.map((_, index): DType =>
    signature === 'choice' && index === 0 ? 'bool' : dtype,
  );
  const answersBool = signature === 'test' || signature === 'order' || signature === 'equality';
  return { name, operands, result: answersBool ? 'bool' : dtype, wgsl: wgslLowering(name, operands) };
}

const casesOf = (dtype: DType): ScalarCase[] =>
  names
    .filter((name) => acceptedTypes(elementwiseTable[name].signature).includes(dtype))
    .map((name) => caseOf(name, dtype));

/** How wrong one result is, by the table's measure; subnormal operands may have been taken for zeros. */
function errorAt(rule: Accuracy, found: number, operands: readonly number[]): number {
  const evaluate = (name: ElementwiseName, ...values: readonly number[]): number =>
    scalarFunction(
      name,
      values.map(() => 'real' as const),
    )(...values);
  const against = (values: readonly number[]): number => {
    const exact = evaluate(rule.name, ...values);
    const apart = unitsApart(found, exact);
    if (rule.scale === undefined || !Number.isFinite(found) || !Number.isFinite(exact)) return apart;
    return Math.abs(found - exact) / unitAt(Math.max(Math.abs(exact), rule.scale(at(values, 0), evaluate)));
  };
  const apart = against(operands);
  if (!(apart > rule.units) || !operands.some((x) => x !== 0 && Math.abs(x) < smallestNormal)) return apart;
  return Math.min(apart, against(operands.map((x) => (Math.abs(x) < smallestNormal ? x * 0 : x))));
}

/** A quotient's remainder may be flushed where the divisor is near the end of the normal range. */
const dividesByTiny = (name: ElementwiseName, y: number): boolean =>
  (name === 'modulo' || name === 'floor_divide') && Math.abs(y) < 2 ** -100;

function samplesOf(rule: Accuracy, x: number): boolean {
  return rule.where === 'anywhere' || (rule.where === 'negative' ? x < 0 : !(x < 0));
}

describe('the WGSL of elementwise operators', () => {
  it('is accepted by the front end, helper by helper', async () => {
    const helpers = wgslHelpers().map(printWgslHelper);
    const driver = await nullDevice();
    expect(await driver.validate([{ name: 'helpers', code: helpers.join('\n') }])).toEqual([]);
  });

  it('has a stated accuracy for each operator on reals', () => {
    const stated = new Set(accuracies.map(({ name }) => name));
    const onReals = casesOf('real').filter(({ name }) => name !== 'select');
    expect(onReals.filter(({ name }) => !stated.has(name as ElementwiseName))).toEqual([]);
  });

  it('has the accuracy that the documentation states', () => {
    const text = readFileSync(new URL('../../../docs/language.md', import.meta.url), 'utf8');
    const table = /<!-- accuracy:begin -->([^]*)<!-- accuracy:end -->/.exec(text)?.[1] ?? '';
    const rows = table.split('\n').filter((line) => /^\| [0-9]/.test(line));
    const cells = rows.map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim())
        .join(' | '),
    );
    expect(cells).toEqual(accuracyRows());
  });

  onDrivers('computes reals within the stated units of the value in f64', async (driver) => {
    const cases = casesOf('real').filter(({ name }) => name !== 'select');
    const [x, y] = samplePairs(12000);
    const results = await evaluateScalars(driver, cases, [x, y]);
    const wrong: string[] = [];
    for (const rule of accuracies) {
      const which = cases.findIndex(({ name }) => name === rule.name);
      const found = at(results, which);
      const { length } = at(cases, which).operands;
      for (let i = 0; i < x.length; i += 1) {
        const operands = [at(x, i), at(y, i)].slice(0, length);
        if (!samplesOf(rule, at(x, i)) || dividesByTiny(rule.name, at(y, i))) continue;
        const error = errorAt(rule, at(found, i), operands);
        if (error > rule.units)
          wrong.push(`${rule.name}(${operands.join(', ')}) = ${at(found, i)}: ${error} units`);
      }
    }
    expect([...new Set(wrong)].slice(0, 20)).toEqual([]);
  });

  onDrivers('computes ints, truth values and casts exactly', async (driver) => {
    const [low, high] = [-2147483648, 2147483647];
    const ints = [...Array.from({ length: 41 }, (_, index) => index - 20), 1000, -1000, 46340, -46340];
    const x = Int32Array.from(ints.flatMap((a) => ints.map(() => a)));
    const y = Int32Array.from(ints.flatMap(() => ints));
    await expectExact(driver, casesOf('int').filter(takesTwo), [x, y]);
    const bits = [0, 1];
    const truths = bits.flatMap((a) => bits.flatMap((b) => bits.map((c) => [a, b, c])));
    const columns = [0, 1, 2].map((k) => Int32Array.from(truths, (row) => at(row, k)));
    await expectExact(driver, casesOf('bool'), columns);
    const reals = new Float32Array([1.5, -0, NaN, Infinity, -2.5, 7, 1e-3, 1e30]);
    for (const dtype of ['int', 'real'] as const) {
      const column = dtype === 'int' ? Int32Array.from(reals) : reals;
      const values = [Int32Array.from(truths, (row) => at(row, 0)), column, column.map((v) => -v)];
      await expectExact(driver, [caseOf('select', dtype)], values);
    }
    const cast = (from: DType, to: DType): ScalarCase => ({
      name: `cast ${to}`,
      operands: [from],
      result: to,
      wgsl: castWgsl(from, to),
    });
    const dtypes = ['real', 'int', 'bool'] as const;
    const every = (from: DType): ScalarCase[] => dtypes.map((to) => cast(from, to));
    await expectExact(driver, every('bool'), [Int32Array.of(0, 1)]);
    await expectExact(driver, every('int'), [Int32Array.of(0, 1, -1, 7, -16777216, low, high - 127)]);
    const some = new Float32Array([0, -0, 0.9, -0.9, 1.5, -2.5, 1e9, -1e9, 3e-30]);
    await expectExact(driver, every('real'), [some]);
    const far = new Float32Array([3e9, -3e9, Infinity, -Infinity, NaN, 2147483648, -2147483648]);
    const [saturated] = await evaluateScalars(driver, [cast('real', 'int')], [far]);
    expect([...(saturated ?? [])]).toEqual([high, low, high, low, 0, high, low]);
    const [asBool] = await evaluateScalars(driver, [cast('real', 'bool')], [far]);
    expect([...(asBool ?? [])]).toEqual(far.map(() => 1).reduce<number[]>((all, one) => [...all, one], []));
  });

  onDrivers('draws the same uniforms as JavaScript, bit by bit', async (driver) => {
    const draw = compileHelper(philoxUniform);
    const seeds = [0, 1, 42, 2147483647, 4294967295, 3000000000, -5];
    const steps = [0, 1, 77, 123456789, 2147483647];
    const indices = [0, 1, 2, 65535, 65536, 2000000000, 31];
    const rows = seeds.flatMap((seed) =>
      steps.flatMap((step) => indices.map((index) => [seed, step, index])),
    );
    const columns = [0, 1, 2].map((k) => Int32Array.from(rows, (row) => at(row, k)));
    const words = [0, 1, 2, 3].flatMap((word) => [0, 5, 4000000000].map((stream) => ({ word, stream })));
    const results = await evaluateScalars(
      driver,
      words.map(({ word, stream }) => ({
        name: `word ${word} of ${stream}`,
        operands: ['int', 'int', 'int'],
        result: 'real',
        wgsl: wgslUniform(stream, word),
      })),
      columns,
    );
    words.forEach(({ word, stream }, index) => {
      const expected = rows.map(([seed = 0, step = 0, element = 0]) =>
        draw(seed, step, element, stream, word),
      );
      expect([...at(results, index)]).toEqual(expected);
    });
  });
});

const takesTwo = ({ operands }: ScalarCase): boolean => operands.length <= 2;

async function expectExact(
  driver: Driver,
  cases: readonly ScalarCase[],
  columns: readonly Column[],
): Promise<void> {
  const results = await evaluateScalars(driver, cases, columns);
  cases.forEach(({ name, operands, result }, which) => {
    const evaluate = name.startsWith('cast')
      ? castFunction(at(operands, 0), result)
      : scalarFunction(name as ElementwiseName, operands);
    const found = [...at(results, which)].map((value, i) => [
      name,
      ...operands.map((_, k) => at(at(columns, k), i)),
      value,
    ]);
    const expected = found.map((row, i) => {
      const values = operands.map((_, k) => at(at(columns, k), i));
      const value = evaluate(...values);
      return [...row.slice(0, -1), result === 'real' ? Math.fround(value) : value | 0];
    });
    expect(found).toEqual(expected);
  });
}
