import { describe, expect, it } from 'vitest';
import { compileSource, diagnoseDivergence, prepareRun, rawArrays } from '../../src/compile.js';
import { InterpretedProgram } from '../../src/explain/interpreted.js';
import type { Diagnostic } from '../../src/parser/diagnostic.js';
import { runProgram } from '../../src/runtime/run.js';

async function diverge(
  text: string,
): Promise<{ diagnostic: Diagnostic; at: string; finite: boolean; step: number }> {
  const { compilation, diagnostics } = await compileSource({ path: 'd.opt', text });
  if (compilation === undefined) throw new Error(JSON.stringify(diagnostics.map(({ message }) => message)));
  const program = await prepareRun(compilation);
  const outcome = await runProgram(compilation.program, program);
  if (outcome.divergence === undefined) throw new Error(`ended as ${outcome.status}`);
  const diagnostic = await diagnoseDivergence(compilation, program, outcome.divergence);
  const { file, start, end } = diagnostic.span;
  const finite = outcome.parameters.every(({ data }) => data.every(Number.isFinite));
  return { diagnostic, at: file.text.slice(start, end), finite, step: outcome.divergence.step };
}

describe('a run that diverges names', () => {
  it('an expression of the objective that leaves its domain', async () => {
    const { diagnostic, at, finite } = await diverge(
      'param w: real[3] = 1\nlet u = log(w)\nminimize sum(u)\nsolve using gradient_descent(2) for 100 steps',
    );
    expect(diagnostic.code).toBe('AM6001');
    expect(at).toContain('log(w)');
    expect(diagnostic.labels?.[0]?.message).toMatch(/`log` of -\S+ is NaN/);
    expect(finite).toBe(true);
  });

  it('an objective that is infinite at the start', async () => {
    const { at, step } = await diverge(
      'param w: real = 0\nminimize 1 / w\nsolve using gradient_descent(0.1) for 5 steps',
    );
    expect(step).toBe(1);
    expect(at).toContain('1 / w');
  });

  it.each([
    ['normal(1, w)', 'deviation >= 0'],
    ['bernoulli(w)', 'p >= 0'],
    ['poisson(w)', 'rate > 0'],
    ['choice([w, 1 - w])', 'p >= 0'],
  ])('a draw of %s whose parameters became impossible, with the numbers', async (draw, condition) => {
    const { diagnostic, at, finite } = await diverge(
      `param w: real = 0.35\nlet z ~ ${draw}\nlet y = real(z)\nminimize w + 0 * y
       solve using gradient_descent(0.1) for 20 steps`,
    );
    expect(diagnostic.code).toBe('AM6020');
    expect(at).toBe(draw);
    expect(diagnostic.labels?.[0]?.message).toMatch(/does not hold: it compares -0.05 and 0$/);
    expect(diagnostic.labels?.[0]?.message).toContain(`\`${condition}\``);
    expect(finite).toBe(true);
  });

  it('the parameter that was reached', async () => {
    const { diagnostic, finite } = await diverge(
      'param a: real = 1\nparam b: real = 1\nminimize a^2 + (b - 1)^2\nsolve using gradient_descent(1e200) for 50 steps',
    );
    expect(diagnostic.notes?.[0]).toContain('`a`');
    expect(finite).toBe(true);
  });

  it('the expression in a loop', async () => {
    const { at } = await diverge(
      'param w: real = 0.5\nfn walk(x: real): real {\n  let y = x\n  for k in 1..3 {\n    y <- log(y)\n  }\n  return y\n}\nminimize walk(w)\nsolve using gradient_descent(0.1) for 5 steps',
    );
    expect(at).toContain('log(y)');
  });
});

it('the interpreter takes the same steps as the printed program, batches and splits included', async () => {
  const text = `dim N = 40
data split train 75%, test 25% seed 3 {
  X: real[N, 3] = [i in N, j in 3: sin(i + 2 * j)]
}
param w: real[3] = [i in 3: i]
minimize mean((X @ w - 1)^2)
solve using adam(0.05) batch 7 for 2 epochs seed 5
report error = mean(abs(X @ w - 1)) on test`;
  const { compilation } = await compileSource({ path: 'b.opt', text });
  if (compilation === undefined) throw new Error('does not compile');
  const { program, bound } = compilation;
  const interpreted = new InterpretedProgram(program);
  interpreted.load(rawArrays(program, bound));
  const slow = await runProgram(program, interpreted);
  const fast = await runProgram(program, await prepareRun(compilation));
  expect(slow.steps).toBe(fast.steps);
  slow.parameters.forEach(({ data }, index) =>
    data.forEach((value, at) => expect(value).toBeCloseTo(fast.parameters[index]?.data[at] ?? NaN, 12)),
  );
  expect(slow.reports[0]?.data[0]).toBeCloseTo(fast.reports[0]?.data[0] ?? NaN, 12);
});
