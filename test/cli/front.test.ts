/** A front on the command line: the table, the JSON object, the CSV, the plot, and what is said when runs diverge. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { argmin, scratchFolder } from './harness.js';

const { folder, write } = scratchFolder();

const problem = (solve: string): string => `
param x: real[2] = [0.3, 0.8]
minimize cost: sum((x - [1.0, 0])^2)
maximize gain: -sum((x - [0.0, 1])^2)
${solve}`;

const front = write(
  'front.opt',
  problem('solve front 3 using lbfgs() on weighted_sum until grad_norm < 1e-10'),
);

describe('run', () => {
  test('says how large the front is, its measures, and its points', async () => {
    const { status, out } = await argmin('run', front);
    expect(status).toBe(0);
    expect(out).toMatch(/a front of 3 points\n/);
    expect(out).toMatch(/hypervolume\s+1\.163456\d+ below \(/);
    expect(out).toMatch(/preference\s+cost\s+gain\n\s+0.833 0.167\s+0.05555\d+\s+-1.3888/);
    expect(out).toMatch(/at the point that compromises most\n\n\s+cost\s+0.5/);
  });

  test('gives its points as JSON', async () => {
    const { out } = await argmin('run', front, '--json');
    const result = JSON.parse(out) as {
      front: { preference: number[]; objectives: Record<string, number>; params: { x: number[] } }[];
      front_measures: { hypervolume: number; reference: number[]; dominated: number };
    };
    expect(result.front).toHaveLength(3);
    expect(result.front[1]?.objectives['gain']).toBeCloseTo(-0.5, 8);
    expect(result.front[2]?.params.x[0]).toBeCloseTo(1 / 6, 8);
    expect(result.front_measures.dominated).toBe(0);
    // The extent of both is from 1/18 to 25/18.
    for (const side of result.front_measures.reference) expect(side).toBeCloseTo(25 / 18 + 24 / 180, 6);
  });

  test('writes a table and a plot, whole', async () => {
    const out = path.join(folder, 'out');
    await argmin('run', front, '--out', out);
    expect(readdirSync(out).sort()).toEqual(['front.csv', 'front.svg', 'result.json', 'x.npy']);
    const [head, ...rows] = readFileSync(path.join(out, 'front.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('preference_1,preference_2,cost,gain,dominated');
    expect(rows).toHaveLength(3);
    expect(Number(rows[1]?.split(',')[2])).toBeCloseTo(0.5, 8);
    const plot = readFileSync(path.join(out, 'front.svg'), 'utf8');
    expect(plot).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(plot.match(/<circle/g)).toHaveLength(3);
    expect(plot).toContain('>cost</text>');
    expect(plot).not.toContain('NaN');
  });

  test('says when no run reached a point', async () => {
    const file = write(
      'empty.opt',
      `param x: real = 1
       minimize a: x^4
       minimize b: (x - 3)^4
       solve front 4 using gradient_descent(1e6) on weighted_sum for 60 steps`,
    );
    const { status, err } = await argmin('run', file);
    expect(status).toBe(3);
    expect(err).toContain('error[AM6036]: the front is empty: all 4 runs diverged');
  });
});

test('compile refuses a front', async () => {
  const { status, err } = await argmin('compile', front, '--target', 'ts', '-o', path.join(folder, 'module'));
  expect(status).toBe(1);
  expect(err).toContain('AM6037');
});
