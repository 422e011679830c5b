import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../src/runtime/data/npy.js';
import { argmin, scratchFolder } from './harness.js';

const { folder, write } = scratchFolder();

const line = write(
  'line.opt',
  `data "line.csv" {
  x: real[N] = column(x)
  y: real[N] = column(y)
}

param a: real = 0
param b: real[1] = 0

minimize mean((a * x + b[0] - y)^2)

solve using lbfgs() for 100 steps until grad_norm < 1e-9

report largest = max(abs(a * x + b[0] - y))
`,
);
write('line.csv', 'x,y\n0,1\n1,3\n2,5\n3,7\n');

describe('check', () => {
  it('of a good file says so', async () => {
    expect(await argmin('check', line)).toEqual({ status: 0, out: 'no errors\n', err: '' });
  });

  it('as JSON gives positions as editors count them', async () => {
    const bad = write('bad.opt', 'param w: real = 0\nminimize w + vv\n');
    const { status, out } = await argmin('check', '--json', line, bad);
    expect(status).toBe(1);
    const [first, second] = JSON.parse(out) as {
      uri: string;
      diagnostics: { range: { start: object }; code: string }[];
    }[];
    expect(first).toMatchObject({ uri: `file://${line}`, diagnostics: [] });
    expect(second?.diagnostics[0]).toMatchObject({
      severity: 1,
      range: { start: { line: 1, character: 13 } },
    });
    expect(second?.diagnostics[0]?.code).toMatch(/^AM2/);
  });

  it('reads no data', async () => {
    const file = write('no_data.opt', 'data "none.csv" { x: real[N] = column(x) }\nminimize mean(x)\n');
    expect((await argmin('check', file)).err).not.toContain('AM4');
  });
});

describe('run', () => {
  it('solves, and shows objective, reports and parameters', async () => {
    const { status, out } = await argmin('run', line);
    expect(status).toBe(0);
    expect(out).toMatch(/^converged after \d+ steps/);
    expect(out).toMatch(/objective\s+\S+/);
    expect(out).toMatch(/largest\s+\S+/);
    expect(out).toMatch(/a\s+2\n/);
    expect(out).toMatch(/b\s+\[1\]\n/);
  });

  it('as JSON prints one object and nothing else', async () => {
    const { status, out } = await argmin('run', line, '--json');
    expect(status).toBe(0);
    const result = JSON.parse(out) as Record<string, unknown>;
    expect(result).toMatchObject({ status: 'converged', constraints: {} });
    expect(Object.keys(result).sort()).toEqual(
      [
        'certificate',
        'constraints',
        'objective',
        'objectives',
        'params',
        'reports',
        'seconds',
        'status',
        'steps',
      ].sort(),
    );
    const { a, b } = result['params'] as { a: number; b: number[] };
    expect(a).toBeCloseTo(2, 7);
    expect(b[0]).toBeCloseTo(1, 7);
  });

  it('writes result and parameters whole', async () => {
    const out = `${folder}/result`;
    expect((await argmin('run', line, '--out', out)).status).toBe(0);
    const result = JSON.parse(readFileSync(`${out}/result.json`, 'utf8')) as { params: { b: number[] } };
    const b = readNpy(readFileSync(`${out}/b.npy`), 'b.npy');
    expect(b.ok && b.value.shape).toEqual([1]);
    expect(b.ok && b.value.data[0]).toBe(result.params.b[0]);
    expect(existsSync(`${out}/a.npy`)).toBe(true);
  });

  it('fills columns without a source', async () => {
    const file = write(
      'host.opt',
      'data { X: real[N, D] }\nparam w: real[D] = 0\nminimize mean((X @ w - 1)^2)\nsolve using lbfgs() for 50 steps until grad_norm < 1e-9\n',
    );
    const missing = await argmin('run', file);
    expect(missing.status).toBe(1);
    expect(missing.err).toContain('AM4016');
    const npy = write('x.npy', writeNpy([2, 2], [1, 0, 0, 2]));
    const { status, out } = await argmin('run', file, '--data', `X=${npy}`, '--json');
    expect(status).toBe(0);
    const { w } = (JSON.parse(out) as { params: { w: number[] } }).params;
    expect(w[0]).toBeCloseTo(1, 6);
    expect(w[1]).toBeCloseTo(0.5, 6);
  });

  it('says when the condition never held', async () => {
    const { status, out } = await argmin('run', line, '--steps', '1');
    expect(status).toBe(0);
    expect(out).toMatch(/^finished after 1 steps/);
    expect(out).toContain('AM6003');
  });

  it('that diverges ends with 3 and names expression, step and parameter', async () => {
    const file = write(
      'nan.opt',
      'param w: real = 1\nminimize log(w) + w\nsolve using gradient_descent(0.9) for 100 steps\n',
    );
    const { status, out, err } = await argmin('run', file, '--json');
    expect(status).toBe(3);
    expect(err).toContain('AM6001');
    expect(err).toContain('log(w)');
    expect(err).toMatch(/step \d+/);
    expect(JSON.parse(out)).toMatchObject({ status: 'diverged' });
  });
});

describe('data that is not right', () => {
  const source = (selection: string, type = 'real[N]', file = 'd.csv'): string =>
    `data "${file}" { x: ${type} = ${selection} }\nparam w: real = 0\nminimize w^2\nsolve using gradient_descent(0.1) for 2 steps\n`;
  it.each([
    ['a missing file', source('column(x)', 'real[N]', 'none.csv'), '', 'AM4001'],
    ['a file elsewhere', source('column(x)', 'real[N]', '../d.csv'), '', 'AM4002'],
    ['a missing column', source('column(xx)'), 'x\n1\n', 'AM4004'],
    ['a ragged row', source('column(x)'), 'x,y\n1,2\n3\n', 'AM4005'],
    ['a word', source('column(x)'), 'x\n1\ntwo\n', 'AM4006'],
    ['no rows', source('column(x)'), 'x\n', 'AM4007'],
    ['an empty cell', source('column(x)'), 'x,y\n1,2\n,3\n', 'AM4008'],
    ['too many classes', source('column(x)', 'class(2)[N]'), 'x\na\nb\nc\n', 'AM4010'],
    ['a dimension of another size', 'dim N = 3\n' + source('column(x)'), 'x\n1\n2\n', 'AM4011'],
    ['a repeated name', source('column(x)'), 'x,x\n1,2\n', 'AM4012'],
    ['an unknown format', source('column(x)', 'real[N]', 'd.dat'), '', 'AM4019'],
  ])('%s has its code, and a status of 1', async (_, text, csv, code) => {
    write('cases/d.csv', csv);
    const { status, err } = await argmin('run', write('cases/case.opt', text));
    expect(err).toContain(code);
    expect(status).toBe(1);
  });

  it('shows the line of the data', async () => {
    write('cases/d.csv', 'x,y\n1,2\n3,oops\n');
    const { err } = await argmin('run', write('cases/case.opt', source('column(y)')));
    expect(err).toMatch(/line 3, column 3[^]*::: d\.csv:3:/);
    expect(err).toContain('3,oops');
  });

  it('suggests a column', async () => {
    write('cases/d.csv', 'petal_length\n1\n');
    const { err } = await argmin('run', write('cases/case.opt', source('column(petal_lenght)')));
    expect(err).toContain('did you mean `petal_length`?');
  });
});

describe('test', () => {
  it('counts, and shows both sides of what fails', async () => {
    const good = write('tests/good.opt', 'test "one" {\n  assert 1 + 1 == 2\n}\n');
    expect(await argmin('test', good)).toEqual({ status: 0, out: '1 passed, 0 failed\n', err: '' });
    write('tests/bad.opt', 'test "two" {\n  assert 1 + 1 == 3 within 1e-3\n}\n');
    const { status, out, err } = await argmin('test', `${folder}/tests`);
    expect(status).toBe(1);
    expect(out).toBe('1 passed, 1 failed\n');
    expect(err).toContain('failed: two');
    expect(err).toContain('left  2');
    expect(err).toContain('right 3');
  });
});

describe('fmt', () => {
  it('checks without writing, and writes when asked', async () => {
    const file = write('layout.opt', 'param   w:real=0\n\n\n\nminimize w^2');
    expect(await argmin('fmt', '--check', file)).toMatchObject({ status: 1 });
    expect(readFileSync(file, 'utf8')).toContain('param   w');
    expect(await argmin('fmt', file)).toMatchObject({ status: 0 });
    expect(readFileSync(file, 'utf8')).toBe('param w: real = 0\n\nminimize w^2\n');
    expect(await argmin('fmt', '--check', file)).toMatchObject({ status: 0 });
  });

  it('leaves a damaged file alone', async () => {
    const file = write('damaged.opt', 'minimize (');
    expect(await argmin('fmt', file)).toMatchObject({ status: 1 });
    expect(readFileSync(file, 'utf8')).toBe('minimize (');
  });
});

describe('explain', () => {
  it('states the problem, its sizes and its cost', async () => {
    const { status, out } = await argmin('explain', line);
    expect(status).toBe(0);
    expect(out).toContain('minimize  mean');
    expect(out).toContain('over  a: real');
    expect(out).toMatch(/N\s+4/);
    expect(out).toMatch(/operations/);
  });

  it('reads no file when told not to', async () => {
    const file = write(
      'stranger.opt',
      'data "none.csv" { x: real[N] = column(x) }\nparam w: real = 0\nminimize mean((x - w)^2)\n',
    );
    const { status, out } = await argmin('explain', '--no-data', file);
    expect(status).toBe(0);
    expect(out).toContain('(x − w)²');
  });

  it.each(['check', 'bind', 'elaborate'])('dumps what is known after %s', async (pass) => {
    const { status, out } = await argmin('explain', line, '--after', pass);
    expect(status).toBe(0);
    expect(out.length).toBeGreaterThan(20);
  });
});
