/** The library's schedules, seen through the steps of gradient descent on a line. */
import { expect, test } from 'vitest';
import cases from './cases.json' with { type: 'json' };
import { compileText, parameter } from './solve.js';

/** The values of a schedule at steps 1 to `count`, in a solve of `length` steps. */
async function valuesOf(schedule: string, count: number, length: number): Promise<number[]> {
  // The gradient is -1, so x is the sum of the values so far.
  const { run } = await compileText(`
    param x: real = 0
    minimize -x
    solve using gradient_descent(lr = ${schedule}) for ${Math.max(count, length)} steps`);
  const sums = [0];
  for (let step = 1; step <= count; step += 1) {
    sums.push(parameter(await run({ steps: step }), 'x')[0] ?? NaN);
  }
  return sums.slice(1).map((sum, index) => sum - (sums[index] ?? NaN));
}

for (const { id, schedule, steps, first, values, tolerance } of cases.schedules) {
  test(`${schedule} agrees with ${id}`, async () => {
    const length = Math.min(values.length, (steps ?? Infinity) - first + 1);
    const own = await valuesOf(schedule, length + first - 1, steps ?? 0);
    for (const [index, expected] of values.slice(0, length).entries()) {
      expect(Math.abs((own[index + first - 1] ?? NaN) - expected)).toBeLessThan(
        tolerance * Math.max(1, expected),
      );
    }
  });
}

test('inverse_sqrt rises to its peak at the end of the warm-up', async () => {
  const values = await valuesOf('inverse_sqrt(1, warmup = 4)', 16, 16);
  expect(values[1]).toBeCloseTo(0.5, 12);
  expect(values[3]).toBeCloseTo(1, 12);
  expect(values[15]).toBeCloseTo(0.5, 12);
});

test('polynomial of power one is linear', async () => {
  const straight = await valuesOf('linear(1, 0)', 8, 8);
  const power = await valuesOf('polynomial(1)', 8, 8);
  for (const [index, value] of straight.entries()) expect(power[index]).toBeCloseTo(value, 12);
});

test('cosine_restarts begins again at its peak', async () => {
  const values = await valuesOf('cosine_restarts(2, cycle = 4)', 9, 9);
  expect(values[0]).toBeCloseTo(2, 12);
  expect(values[2]).toBeCloseTo(1, 12);
  expect(values[4]).toBeCloseTo(2, 12);
  expect(values[8]).toBeCloseTo(2, 12);
});
