/** Problems of Hock and Schittkowski, 1981, from their starts to their published optima; constraints elsewhere. */
import { describe, expect, test } from 'vitest';
import { resultObject } from '../../src/runtime/result.js';
import problems from './hock_schittkowski.json' with { type: 'json' };
import { parameter, solveText } from './solve.js';

const written = (formula: string): string =>
  formula.replace(/\bx(\d+)\b/g, (_, number: string) => `x[${Number(number) - 1}]`);

function source({ f, atLeast, zero, bounds, start }: (typeof problems)[number]): string {
  const limits = (bounds ?? []).flatMap(([low, high], index) => [
    ...(low === null || low === undefined ? [] : [`x[${index}] >= ${low}`]),
    ...(high === null || high === undefined ? [] : [`x[${index}] <= ${high}`]),
  ]);
  const constraints = [
    ...atLeast.map((g) => `${written(g)} >= 0`),
    ...zero.map((h) => `${written(h)} == 0`),
    ...limits,
  ];
  return `
    param x: real[${start.length}] = [${start.map((value) => `1.0 * (${value})`).join(', ')}]
    minimize ${written(f)}
    ${constraints.map((each) => `subject to ${each}`).join('\n')}
    solve using lbfgs() by augmented_lagrangian() for 20000 steps until kkt < 1e-7`;
}

describe('the result', () => {
  test('has value, violation and multiplier of each constraint, and the KKT residual', async () => {
    // cooper, SquaredNormLinearCMP: the least square norm under one linear inequality, and under one equality.
    const outcome = await solveText(`
      let A = [[1.0, 2, -1]]
      param x: real[3] = 0
      param y: real[3] = 0
      minimize sum(x^2) + sum(y^2)
      subject to row: A @ x <= [-3.0]
      subject to sum(y) == 3
      solve using lbfgs() by augmented_lagrangian() for 500 steps until kkt < 1e-8`);
    const { constraints, certificate } = resultObject(outcome);
    expect(outcome.status).toBe('converged');
    expect(certificate.kkt).toBeLessThan(1e-8);
    expect(
      Math.max(...[-0.5, -1, 0.5].map((value, k) => Math.abs(value - (parameter(outcome, 'x')[k] ?? 0)))),
    ).toBeLessThan(1e-7);
    const [row] = (constraints['row']?.multiplier ?? []) as readonly number[];
    expect(row).toBeCloseTo(1, 6);
    expect(constraints['sum(y) == 3']?.multiplier).toBeCloseTo(-2, 6);
    expect(constraints['sum(y) == 3']?.violation).toBeLessThan(1e-8);
  });
});

describe('Hock and Schittkowski', () => {
  for (const problem of problems) {
    // From its start HS2 has another local minimum on the way, at (-1.2210, 1.5).
    const optimum = problem.id === 'HS2' ? 4.941229318 : problem.optimum;
    test(`${problem.id} reaches its published optimum`, async () => {
      const outcome = await solveText(source(problem));
      expect(outcome.status).toBe('converged');
      expect(Math.abs(outcome.objective - optimum)).toBeLessThan(1e-6 * Math.max(1, Math.abs(optimum)));
    });
  }
});
