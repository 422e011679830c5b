import { describe, expect, it } from 'vitest';
import { gradientFormulas, gradientPlace } from '../../src/editor/gradient.js';
import { hover } from '../../src/editor/hover.js';
import { marked } from './documents.js';

const regression = `data {
  X: real[N, D]
  y: real[N]
}
param w: real[D] = 0
param b: real = 0
let residual = X @ w + b - y
let size = norm(w)
fn robust(r: real, delta: real = 1): real = if abs(r) <= delta then r^2 / 2 else delta * abs(r)
fn energy(a: real[n], M: real[n, n]): real = a @ M @ a
let used = robust(1) + energy([1.0, 2], [[1.0, 0], [0, 1.0]])
minimize fit: mean(residual^2)
solve using lbfgs()
`;

function gradientAt(mark: string): readonly string[] {
  const { document, offset } = marked(regression.replace(mark, `|${mark}`));
  const answer = gradientFormulas(document, offset);
  return answer.ok ? answer.lines : [answer.reason];
}

describe('the gradient as a formula', () => {
  it('of an objective is a line for each variable', () => {
    expect(gradientAt('minimize fit')).toEqual([
      'd fit / d w = 2 * transpose(X) @ residual / N',
      'd fit / d b = 2 * sum(residual) / N',
    ]);
  });

  it('of a `let` is its gradient, or its Jacobian', () => {
    expect(gradientAt('size')).toEqual(['d size / d w = w / norm(w)']);
    expect(gradientAt('residual')).toEqual(['d residual / d w = X', 'd residual / d b = [n in N: 1]']);
  });

  it('of a function is by its own parameters', () => {
    expect(gradientAt('fn energy')).toEqual([
      'd energy / d a = M @ a + transpose(M) @ a',
      'd energy / d M = outer(a, a)',
    ]);
    expect(gradientAt('fn robust')[0]).toBe(
      'd robust / d r = if abs(r) <= delta then r else delta * sign(r)',
    );
  });

  it('of anything else is refused', () => {
    expect(gradientAt('solve')).toEqual([
      'a gradient can be asked for at an objective, a `let` or a function',
    ]);
    expect(gradientAt('used')).toEqual(['used depends on no parameter']);
    const { document, offset } = marked('minimize |a');
    expect(gradientFormulas(document, offset)).toEqual({ ok: false, reason: 'the file has errors' });
    expect(gradientPlace(document, offset)).toEqual({ start: 0, end: 10 });
  });

  it('comes in LaTeX too', () => {
    const { document, offset } = marked(regression.replace('minimize', '|minimize'));
    const answer = gradientFormulas(document, offset);
    expect(answer.ok && answer.latex).toContain(
      '\\nabla_{w} \\mathit{fit} &= \\frac{2 \\, X^{\\top} \\, \\mathit{residual}}{N}',
    );
  });

  it('is shown over `minimize` where it is short', () => {
    const { document, offset } = marked(regression.replace('minimize', 'mini|mize'));
    expect(hover(document, offset)?.text.join('\n')).toContain(
      'd fit / d w = 2 * transpose(X) @ residual / N',
    );
  });
});
