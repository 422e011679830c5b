import { expect, it } from 'vitest';
import { mathematics } from '../../src/explain/mathematics.js';
import { latex, plain } from '../../src/explain/notation.js';
import { parse } from '../../src/parser/parse.js';

function shown(text: string, notation = plain): string {
  const { file, diagnostics } = parse({ path: 'm.opt', text: `minimize ${text}` });
  const [declaration] = file.declarations;
  if (diagnostics.length > 0 || declaration?.kind !== 'objective')
    throw new Error(JSON.stringify(diagnostics));
  return mathematics(declaration.value, notation);
}

it.each([
  ['mean(softplus(-margin)) + 1e-3 * sum(w^2)', 'mean softplus(−margin) + 10⁻³ (Σ w²)'],
  ['sum(i in 0..n - 2: (1 - x[i])^2)', 'Σ[i ∈ 0..n − 2] (1 − x[i])²'],
  ['sum(i in N, j in N where i != j: K[i, j])', 'Σ[i ∈ N, j ∈ N : i ≠ j] K[i, j]'],
  ['a - (b - c)', 'a − (b − c)'],
  ['(a + b) * c', '(a + b) c'],
  ['2 * 3', '2 · 3'],
  ['a / (b * c)', 'a / (b c)'],
  ['-x^2', '−x²'],
  ['(-x)^2', '(−x)²'],
  ['x^n', 'x^n'],
  ['2^-3', '2^(−3)'],
  ['sqrt(abs(alpha)) * norm(x)', '√|α| ‖x‖'],
  ['transpose(A) @ A', 'Aᵀ A'],
  ['if a <= b then 1 else 0', '1 if a ≤ b, else 0'],
  ['logsumexp(z over K)', 'log Σ exp[K] z'],
  ['softmax(z over K)', 'softmax[K](z)'],
  ['not (a and b) or c', '¬(a ∧ b) ∨ c'],
  ['[i in N: x[i] * 2]', '(x[i] · 2)[i ∈ N]'],
])('%s reads as %s', (text, expected) => {
  expect(shown(text)).toBe(expected);
});

it.each([
  [
    'mean(softplus(-margin)) + 1e-3 * sum(w^2)',
    '\\operatorname{mean} \\operatorname{softplus}\\left(-\\mathit{margin}\\right) + 10^{-3} \\, \\left(\\sum w^{2}\\right)',
  ],
  ['sum(i in N where i != j: lambda[i] / 2)', '\\sum_{i \\in N \\,:\\, i \\ne j} \\frac{{\\lambda}_{i}}{2}'],
  ['sqrt(x_max) * 2', '\\sqrt{x_{\\text{max}}} \\cdot 2'],
  ['if a < b then 1 else 0', '\\begin{cases} 1 & \\text{if } a < b \\\\ 0 & \\text{otherwise} \\end{cases}'],
])('%s in LaTeX', (text, expected) => {
  expect(shown(text, latex)).toBe(expected);
});
