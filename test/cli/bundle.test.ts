/** The bundle as a process: what can only be seen from outside. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from './harness.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outdir = path.join(root, 'out', `bundle-${process.pid}`);
const cli = path.join(outdir, 'cli.js');
const { write } = scratchFolder();

beforeAll(() => {
  execFileSync(process.execPath, [path.join(root, 'scripts/build.mjs'), '--no-types', `--outdir=${outdir}`]);
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

/** Processor seconds of a command, the best of a few. */
function cpuSeconds(...argv: readonly string[]): number {
  const times = Array.from({ length: 3 }, () => {
    const { stderr } = spawnSync(
      'bash',
      ['-c', `TIMEFORMAT='%U %S'; time "$@" >/dev/null`, 'bash', process.execPath, ...argv],
      {
        encoding: 'utf8',
      },
    );
    return stderr
      .trim()
      .split(' ')
      .slice(-2)
      .map(Number)
      .reduce((sum, each) => sum + each, 0);
  });
  return Math.min(...times);
}

describe('the bundle', () => {
  it('runs by itself', () => {
    const { status, stdout } = spawnSync(cli, ['--version'], { encoding: 'utf8' });
    expect({ status, stdout: stdout.trim() }).toEqual({ status: 0, stdout: '0.1.0' });
  });

  it('checks an example in less than 0.4 seconds of processor time, start included', () => {
    const idle = cpuSeconds('-e', '0');
    const used = cpuSeconds(cli, 'check', path.join(root, 'examples/digits.opt'));
    // A busy machine slows everything; an empty Node takes 0.04 s on an idle one.
    const slowdown = Math.max(1, idle / 0.04);
    expect(used / slowdown).toBeLessThan(0.4);
  }, 180_000);

  it('keeps compiled code for the next start, and does without it where it is damaged', () => {
    const example = path.join(root, 'examples/curve_fit.opt');
    const check = (): string => {
      const { stdout, stderr } = spawnSync(cli, ['check', example], { encoding: 'utf8' });
      return stdout + stderr;
    };
    const first = check();
    const compiled = path.join(outdir, 'compiled');
    const [kept = ''] = readdirSync(compiled).filter((name) => name.startsWith('check-'));
    const size = statSync(path.join(compiled, kept)).size;
    expect(check()).toBe(first);
    writeFileSync(path.join(compiled, kept), 'damaged');
    expect(check()).toBe(first);
    expect(statSync(path.join(compiled, kept)).size).toBeGreaterThan(size / 2);
  });

  it('leaves quietly when nobody reads its output', () => {
    const { status, stderr } = spawnSync(
      'bash',
      [
        '-c',
        `"$0" explain "$1" | head -1 >/dev/null; exit \${PIPESTATUS[0]}`,
        cli,
        path.join(root, 'examples/digits.opt'),
      ],
      {
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('keeps the last state on an interrupt, and says so', async () => {
    const file = write(
      'long.opt',
      'param w: real = 1\nminimize (w - 3)^2\nsolve using gradient_descent(0.001) for 1000000000 steps\n',
    );
    const child = spawn(process.execPath, [cli, 'run', file]);
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      if (err.includes('step ')) child.kill('SIGINT');
    });
    const status = await new Promise((resolve) => child.on('exit', (code) => resolve(code)));
    expect(out).toContain('stopped by Ctrl-C');
    expect(out).toMatch(/w\s+3/);
    expect(status).toBe(0);
  });
});
