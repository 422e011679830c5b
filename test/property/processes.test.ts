/** Processes: steps against the evaluator's replay, and what a file may not say. */
import { describe, expect, it } from 'vitest';
import { codesOf } from '../check/checking.js';
import { report, solveText } from '../library/solve.js';
import { expectSameProcess } from './replayed.js';

const data = 'data { X: real[N, D]  y: real[N] }\n';

describe('a process', () => {
  it('updates states one after the other, at indices that it computes, under conditions', () => {
    expectSameProcess(
      `let K = 3
       data { mu: real[K] = [0.2, 0.5, 0.8] }
       state count: real[K] = 0, total: real[K] = 0, last: int = 0
       solve for 12 steps {
         let a = if t <= K then t - 1 else argmax([k in K: total[k] / count[k] + sqrt(log(t) / count[k])])
         let u ~ uniform(0, 1)
         count[a] <- count[a] + 1
         if u < mu[a] { total[a] <- total[a] + 1 } else { last <- a + T }
         total <- total + 0.01 * count
       }`,
      12,
    );
  });

  it('sees the names of the file at its present values, derivatives included, in loops and branches too', () => {
    expectSameProcess(
      `${data}param w: real[D] = 0.5
       param b: real = 0.1
       let r = X @ w - b * y
       let loss = mean(r^2)
       state seen: real = 0, slope: real[D] = 0
       solve for 4 steps {
         w <- w - 0.1 * grad(loss, w)
         seen <- seen + loss
         for k in 1..3 {
           let z: real[D] ~ normal(0, 0.1)
           if loss > 0.2 * k { w <- w - 0.1 * grad(loss, w) + z }
           slope <- slope + grad(loss, w)
           b <- b - 0.2 * grad(loss, b) + 0.01 * seen
         }
       }`,
      4,
    );
  });

  it('sees parameters through functions and models, and keeps parameters in their sets', () => {
    expectSameProcess(
      `import { linear } from std.nn
       ${data}model net = linear(D, 1)
       param p: real[3] in simplex = 1 / 3
       state best: real = 5
       fn score(q: real[3]): real = dot(q, p) + mean(net(X))
       let now = score([1.0, 2, 3])
       solve for 5 steps {
         p <- p - 0.3 * grad(now, p)
         best <- min(best, now)
       }`,
      5,
    );
  });

  it('moves copies and averages behind each step, and leaves the updates of other phases alone', () => {
    expectSameProcess(
      `param w: real = 1
       state s: real = 1, other: real = 3
       other <- other + 1
       let slow = ema(w + s, 0.5)
       let old = snapshot(s) every 2 steps
       solve for 5 steps {
         s <- s + slow + 0.1 * old
         w <- w / 2 + s
       }`,
      5,
    );
  });

  it('with a row for each row of a table updates the rows that it sees', () => {
    expectSameProcess(
      `${data}state u: real[N] = 1
       param v: real[N] = 2
       solve for 3 steps {
         u <- u + y
         for n in 0..2 { v[n] <- v[n] + u[n] }
       }`,
      3,
    );
  });
});

it('a process stops where its condition holds, and solves and processes are phases in order', async () => {
  const outcome = await solveText(
    `param w: real = 8
     state gap: real = 1, turns: int = 0
     solve for 50 steps until gap < 0.3 {
       let before = w
       w <- w / 2
       gap <- abs(w - before)
       turns <- turns + 1
     }
     minimize (w - 1)^2
     solve using gradient_descent(0.5) for 3 steps
     solve for 2 steps { turns <- turns + 10 }
     report turns = turns
     report reached = w`,
  );
  expect(outcome.phases.map(({ status, steps }) => [status, steps])).toEqual([
    ['converged', 5],
    ['finished', 3],
    ['finished', 2],
  ]);
  expect(report(outcome, 'turns')).toEqual([25]);
  expect(report(outcome, 'reached')).toEqual([1]);
  expect(outcome.objective).toBe(0);
});

it('a NaN of a process ends the run', async () => {
  const outcome = await solveText(
    `state s: real = 2, unused: real = 0
     solve for 9 steps {
       s <- s - 1
       unused <- sqrt(s)
     }
     report s = s`,
  );
  expect(outcome.status).toBe('diverged');
  expect(outcome.divergence).toEqual({ phase: 0, step: 3, where: 'updates' });
});

it('what a process may not do is refused', () => {
  const body = (text: string): string[] =>
    codesOf(`param w: real = 1\nlet a = 2 * w\nstate s: real = 0\nsolve for 3 steps { ${text} }`);
  expect(body('w <- a')).toEqual([]);
  expect(body('a <- w')).toEqual(['AM2710']);
  expect(body('let b = w')).toEqual(['AM2711']);
  expect(body('state q = 1\ns <- 1')).toEqual(['AM2304']);
  expect(body('s <- [1, 2]')).toEqual(['AM2302']);
  expect(codesOf('state s: real = 0\nsolve for 3 epochs { s <- 1 }')).toEqual(['AM1080']);
  expect(codesOf('state s: real = 0\nsolve for 3 steps seed 1 seed 2 { s <- 1 }')).toEqual(['AM1033']);
  expect(codesOf('state s: real = 0\nsolve for 3 steps until s { s <- 1 }')).toEqual(['AM2108']);
});
