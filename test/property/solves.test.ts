/** Every optimizer of the library, step by step: interpreted and emitted steps against the evaluator's replay. */
import { describe, it } from 'vitest';
import { librarySources } from '../../src/package.js';
import { expectSameSteps, rows } from './replayed.js';

const library = librarySources()
  .map(({ text }) => text)
  .join('\n');

/** `name(argument, ...)` with the arguments that have no default. */
function callsOf(keyword: 'optimizer' | 'schedule'): string[] {
  return Array.from(
    library.matchAll(new RegExp(`^${keyword} (\\w+)\\(([^)]*)\\)`, 'gm')),
    ([, name, list]) => {
      const needed = (list ?? '')
        .split(',')
        .map((parameter) => parameter.trim())
        .filter((parameter) => parameter !== '' && !parameter.includes('='))
        .map((parameter) => {
          const [own, type] = parameter.split(':').map((part) => part.trim());
          return `${own} = ${type === 'optimizer' ? 'momentum(0.02)' : type === 'int' ? '4' : '0.05'}`;
        });
      return `${name}(${needed.join(', ')})`;
    },
  );
}

const objectives = {
  'least squares': 'minimize mean((X @ w + b - y)^2)',
  'a small network': 'minimize mean((tanh(X @ V) @ c + b - y)^2) + 0.01 * sum(w^2)',
} as const;

/** Smaller than by default: the evaluator is as slow as it is plain. Its memory is full before the last step. */
const smaller: Readonly<Record<string, string>> = {
  'bayesian_optimization()': 'bayesian_optimization(initial = 2, capacity = 4, candidates = 4, settings = 1)',
};

/** Its first covariance is the identity, whose eigenvectors are anyone's choice; `separable_cma_es` is compared. */
const undetermined = ['cma_es()'];

/** Those that go toward the lowest point of a set need bounded variables. */
const source = (objective: string, solve: string): string => {
  const bounds = solve.startsWith('frank_wolfe') ? ' in box(-1, 1)' : '';
  // An entropic method moves weights above 0.
  const start = solve.startsWith('mirror_prox') ? '0.3' : 'glorot()';
  return `data { X: real[N, D]  y: real[N] }
   param w: real[D]${bounds} = 0.1
   param b: real${bounds} = 0.2
   param V: real[D, 2]${bounds} = ${start}
   param c: real[2]${bounds} = 0.5
   ${objective}
   solve using ${solve}
   `;
};

describe.each(Object.entries(objectives))('on %s', (_name, objective) => {
  const compared = callsOf('optimizer').filter((call) => !undetermined.includes(call));
  it.each(compared)('%s takes the steps that its definition says', (solve) => {
    expectSameSteps(source(objective, `${smaller[solve] ?? solve} for 6 steps`), 6);
  });

  it.each(callsOf('schedule'))('adam follows the schedule %s', (schedule) => {
    expectSameSteps(source(objective, `adam(lr = ${schedule}) for 8 steps`), 8);
  });
});

describe('on batches', () => {
  const rowsOf = (step: number): readonly number[] => [step % rows, (3 * step + 1) % rows, 5];
  it.each(['adam()', 'sam(momentum(0.1))', 'lbfgs()', 'schedule_free(lr = 0.1)'])(
    '%s sees the sampled rows',
    (solve) => {
      expectSameSteps(source(objectives['a small network'], `${solve} batch 3 for 5 steps`), 5, rowsOf);
    },
  );
});
