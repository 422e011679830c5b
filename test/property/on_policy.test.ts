/** Data made anew whenever a snapshot is: steps against the evaluator's replay. */
import { describe, expect, it } from 'vitest';
import { codesOf } from '../check/checking.js';
import { expectSameSteps } from './replayed.js';

const rollout = `
  dim N = 6
  module walk()(p: real[2]): { at: real[N], move: class(2)[N] } {
    let at = zeros(N), here = 0.5
    let move: class(2)[N] ~ categorical(zeros(N, 2))
    for n in 0..N - 1 {
      let z ~ normal(0, 0.3)
      here <- 0.5 * here + p[move[n]] + z
      at[n] <- here
    }
    return { at = at, move = move }
  }
  model game = walk()
  param w: real[2] = 0.1
  param v: real = 0.2`;

describe('a data block that reads a snapshot', () => {
  it.each(['', 'every 2 steps', 'every 3 steps'])('is made anew with it: %s', (every) => {
    expectSameSteps(
      `${rollout}
       let old = snapshot(w) ${every}
       let run = game(old)
       data {
         at: real[N]       = run.at
         move: class(2)[N] = run.move
         gain: real[N]     = (at - mean(at)) / deviation(at) + noise
         noise: real[N]    ~ normal(0, old[0]^2 + 0.1)
       }
       minimize mean(n in N: (w[move[n]] - at[n])^2 + v * gain[n]) + v^2
       solve using adam(0.1) for 7 steps`,
      7,
    );
  });

  it('is a table whose rows are sampled', () => {
    expectSameSteps(
      `${rollout}
       let old = snapshot(w) every 2 steps
       data { at: real[N] = game(old).at }
       state seen: real[N] = 0
       seen <- seen + at
       minimize mean(n in N: (w[0] - at[n] - 0.1 * seen[n])^2) + w[1]^2 + v^2
       solve using adam(0.1) batch 3 for 6 steps`,
      6,
      (step) => [step % 6, (step + 2) % 6, (5 * step + 1) % 6],
    );
  });
});

it('what cannot be made anew is refused', () => {
  const file = (data: string): string[] =>
    codesOf(`dim N = 4
      param w: real = 1
      let a = snapshot(w) every 2 steps
      let b = snapshot(w) every 2 steps
      let c = snapshot(w) every 3 steps
      let d = ema(w, 0.9)
      data { ${data} }
      minimize w^2
      solve using adam() for 1 steps`);
  expect(file('Y: real[N] = [n in N: a + b]')).toEqual([]);
  expect(file('Y: real[N] = [n in N: a + c]')).toEqual(['AM2714']);
  expect(file('Y: real[N] = [n in N: w]')).toEqual(['AM2503']);
  expect(file('Y: real[N] = [n in N: a + d]')).toEqual(['AM2503']);
  expect(file('X: real[N]  Y: real[N] = [n in N: a]')).toEqual(['AM2713']);
});
