import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileSource } from '../../src/compile.js';
import { argmin, scratchFolder } from './harness.js';

const { folder, write } = scratchFolder();
const text = `
hyper lr: real in 1e-4..10 = 0.1
hyper scale: real = 1
hyper n: int in 1..8 = 2
hyper half: real = 2.5
let count = int(half)
param w: real[n] ~ normal(0, scale)
let noise: real[n] ~ normal(0, 0.1)
minimize sum((w - 1 - noise)^2) / count
solve using gradient_descent(lr) for 20 steps
report total = sum(w)
report whole = w
`;
const file = write('noisy.opt', text);

interface SweepJson {
  readonly status: string;
  readonly best: { readonly set: Readonly<Record<string, number>> } | null;
  readonly settings: readonly {
    readonly set: Readonly<Record<string, number>>;
    readonly runs: number;
    readonly failed: number;
    readonly figures: Readonly<Record<string, { readonly mean: number; readonly deviation?: number }>>;
  }[];
  readonly runs: readonly {
    readonly seed: number;
    readonly status: string;
    readonly figures: Readonly<Record<string, number>> | null;
  }[];
}

async function sweepJson(...argv: readonly string[]): Promise<SweepJson> {
  const { status, out, err } = await argmin('sweep', ...argv, '--json');
  expect(err).toBe('');
  expect(status).toBe(0);
  return JSON.parse(out) as SweepJson;
}

describe('argmin sweep', () => {
  it('gives each setting and seed the figures that a run of its own gives', async () => {
    const { settings, runs } = await sweepJson(
      file,
      '--set',
      'lr=0.05,0.3',
      '--set',
      'n=2,3',
      '--seeds',
      '2',
    );
    expect(settings.map(({ set }) => set)).toEqual([
      { lr: 0.05, n: 2 },
      { lr: 0.05, n: 3 },
      { lr: 0.3, n: 2 },
      { lr: 0.3, n: 3 },
    ]);
    for (const [index, [lr, n, seed]] of [
      [0, [0.05, 2, 0]],
      [3, [0.05, 3, 1]],
      [7, [0.3, 3, 1]],
    ] as const) {
      const options = ['--set', `lr=${lr}`, '--set', `n=${n}`, '--seed', String(seed)];
      const { out } = await argmin('run', file, '--json', ...options);
      const alone = JSON.parse(out) as { objective: number; reports: { total: number } };
      expect(runs[index]).toMatchObject({
        seed,
        figures: { objective: alone.objective, total: alone.reports.total },
      });
    }
  });

  it('reports the mean and the sample deviation over the seeds', async () => {
    const { settings, runs } = await sweepJson(file, '--seeds', '5');
    const totals = runs.map(({ figures }) => figures?.['total'] ?? NaN);
    const mean = totals.reduce((sum, value) => sum + value, 0) / 5;
    const squares = totals.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(new Set(totals).size).toBe(5);
    expect(settings[0]?.figures['total']?.mean).toBeCloseTo(mean, 12);
    expect(settings[0]?.figures['total']?.deviation).toBeCloseTo(Math.sqrt(squares / 4), 12);
    expect(settings[0]?.figures).not.toHaveProperty('whole');
  });

  it('names the setting with the lowest mean, or with the highest of a report', async () => {
    expect((await sweepJson(file, '--set', 'lr=0.01,0.5,0.1')).best?.set).toEqual({ lr: 0.5 });
    expect((await sweepJson(file, '--set', 'lr=0.01,0.5', '--max', 'objective')).best?.set).toEqual({
      lr: 0.01,
    });
  });

  it('counts runs without an answer and leaves them out of the means', async () => {
    const { settings, runs } = await sweepJson(file, '--set', 'scale=1,1e308', '--set', 'lr=9');
    expect(settings.map(({ failed }) => failed)).toEqual([0, 1]);
    expect(runs[1]).toMatchObject({ status: 'diverged', figures: null });
    const { status } = await argmin('sweep', file, '--set', 'scale=1e308', '--set', 'lr=9');
    expect(status).toBe(3);
  });

  it('writes a table of runs and the whole result', async () => {
    const out = path.join(folder, 'out');
    const { out: shown } = await argmin('sweep', file, '--set', 'lr=0.1,0.2', '--seeds', '2', '--out', out);
    expect(shown).toMatch(/lr\s+runs\s+objective\s+total/);
    expect(shown).toContain('lowest mean objective: lr = 0.2');
    const lines = readFileSync(path.join(out, 'sweep.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('lr,seed,status,steps,seconds,objective,total');
    expect(lines).toHaveLength(5);
    expect(JSON.parse(readFileSync(path.join(out, 'sweep.json'), 'utf8'))).toHaveProperty('settings');
  });

  it('solves with functions of the host, and refuses to without', async () => {
    const boxed = write(
      'boxed.opt',
      `extern fn cost(x: real[2]): real
hyper size: real = 0.5
param w: real[2] = 0
minimize cost(w)
solve using nelder_mead(size) for 200 steps`,
    );
    const host = write('cost.mjs', 'export const cost = ([a, b]) => (a - 1) ** 2 + (b + 2) ** 2;');
    const { runs } = await sweepJson(boxed, '--set', 'size=0.5,1', '--extern', host);
    for (const { figures } of runs) expect(figures?.['objective']).toBeLessThan(1e-8);
    const { status, err } = await argmin('sweep', boxed, '--set', 'size=0.5,1');
    expect(err).toContain('AM6046');
    expect(status).toBe(1);
  });

  it.each([
    ['a value outside its interval, though it is not the first', ['--set', 'lr=0.1,11'], 'AM0010'],
    ['a fraction for an int', ['--set', 'n=2,2.5'], 'AM0009'],
    ['an unknown name', ['--set', 'rl=1,2'], 'AM0008'],
    ['no value', ['--set', 'lr='], 'AM0001'],
    ['a word among the values', ['--set', 'lr=1,two'], 'AM0009'],
    ['a name given twice', ['--set', 'lr=1', '--set', 'lr=2'], 'AM0018'],
    ['runs without end', ['--set', 'lr=0.1,0.2', '--seeds', '1000000'], 'AM0018'],
    ['no seed at all', ['--seeds', '0'], 'AM0009'],
    ['a figure that is not reported', ['--max', 'totle'], 'AM0019'],
  ])('refuses %s with status 2', async (_, argv, code) => {
    const { status, out, err } = await argmin('sweep', file, ...argv);
    expect(err).toContain(`error[${code}]`);
    expect(status).toBe(2);
    expect(out).toBe('');
  });
});

describe('a hyperparameter', () => {
  it('is a number of the run unless a whole number depends on it', async () => {
    const { compilation } = await compileSource({ path: file, text });
    expect(compilation?.program.hypers.map(({ name, value }) => [name, value])).toEqual([
      ['lr', 0.1],
      ['scale', 1],
    ]);
    expect(compilation?.program.hypers[0]?.interval).toEqual({ from: 1e-4, to: 10 });
  });
});
