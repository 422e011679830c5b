/** Models as vectors, models made of vectors, copies and binders over models: compiled steps are the evaluator's. */
import { describe, expect, it } from 'vitest';
import { replaySolve } from '../../../src/check/evaluate/optimizer.js';
import { checkSource } from '../../../src/front_end.js';
import { parameter, solveText } from '../../library/solve.js';
import { largestDifference, started, throughBoth } from './compare.js';

const layer = `
module layer(n: int, k: int)(x: real[..., n]): real[..., k] {
  param W: real[n, k] ~ normal(0, 1)
  param b: real[k] = 0.5
  return tanh(x @ W + b)
}
module two(n: int)(x: real[n]): real {
  model first = layer(n, 3)
  model second = layer(3, 1)
  return sum(second(first(x)))
}
data seed 4 { X: real[5, 2] ~ normal(0, 1) }
`;

async function expectSameSteps(text: string): Promise<void> {
  const { problem, oracle, program } = await throughBoth(text);
  const [solve] = problem.solves;
  if (solve === undefined) throw new Error('no solve');
  const { history } = replaySolve(oracle, solve, { steps: 4 });
  const compiled = started(program);
  compiled.startPhase(0);
  for (const { x: expected } of history) {
    expect(largestDifference(compiled.parameters, expected)).toBeLessThan(1e-12);
    compiled.step(0);
  }
}

describe('models', () => {
  it('are vectors of their parameters where a value is wanted', async () => {
    await expectSameSteps(`${layer}
      model net = two(2)
      let old = snapshot(net)
      minimize mean(n in 5: (net(X[n]) - 1)^2) + 0.1 * sum(net^2) + norm(net - 2 * old) + sum(net.first)
      solve using adam(0.1) for 4 steps`);
  });

  it('may be made of a vector of other models, which then are what is optimized', async () => {
    await expectSameSteps(`${layer}
      model end[3] = two(2)
      let t ~ uniform(0, 1)
      model point = (1 - t) * end[0] + t * end[2]
      model pruned = end[1] * [i in 13: if mod(i, 2) == 0 then 1 else 0]
      minimize mean(n in 5: (point(X[n]) - 1)^2 + (pruned(X[n]) + 1)^2)
      solve using adam(0.1) for 4 steps`);
  });

  it('are run over by the binders of any reduction, beside other binders and under guards', async () => {
    await expectSameSteps(`${layer}
      model end[3] = two(2)
      let each = [m in end: mean(n in 5: m(X[n]))]
      minimize mean(m in end, n in 5: (m(X[n]) - 1)^2)
        + logsumexp(k in 3: norm(end[k])) + sum(each^2) + max(m in end: m(X[0]))
        + 0.1 * sum(i in 3, j in 3 where i < j: dot(end[i], end[j]))
        + sum(n in 5, k in 3 where n > k: end[k](X[n]))
        + norm([n in 5, k in 3: end[k](X[n])])
      solve using adam(0.1) for 4 steps`);
  });

  it('start as differently as the draws of their paths', async () => {
    const outcome = await solveText(`${layer}
      model end[2] = layer(2, 2)
      minimize sum(end^2)
      solve using gradient_descent(0) for 1 steps`);
    expect(parameter(outcome, 'end[0].W')).not.toEqual(parameter(outcome, 'end[1].W'));
  });

  it.each([
    ['a vector of another length', 'model other = concat(net, net)', 'AM2740'],
    ['a number', 'model other = sum(net)', 'AM2740'],
    [
      'a guard that is known only at run time',
      'model e[2] = two(2)\nlet s = sum(i in 2 where e[i](X[0]) > 0: sum(e[i]))',
      'AM2112',
    ],
    [
      'no model',
      'model e[2] = two(2)\nlet s = max(i in 2, j in 2 where i > j + 1: dot(e[i], e[j]))',
      'AM2112',
    ],
  ])('are refused as %s', (_, text, code) => {
    const source = { path: 'test.opt', text: `${layer}\nmodel net = two(2)\n${text}\n` };
    expect(checkSource(source).diagnostics.map((each) => each.code)).toContain(code);
  });
});
