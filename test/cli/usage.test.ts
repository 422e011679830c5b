import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { argmin, scratchFolder } from './harness.js';

const { folder, write } = scratchFolder();
const good = write(
  'good.opt',
  'param w: real = 1\n\nminimize w^2\n\nsolve using gradient_descent(0.1) for 10 steps\n',
);
const empty = path.dirname(write('empty/notes.txt', 'none here'));
const binary = write('binary.opt', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe));
const quadratic = write(
  'set.opt',
  'hyper a: real in 0..10 = 1\nhyper n: int in 1..4 = 2\nparam w: real = 1\nminimize a * w^2\nsolve using gradient_descent(0.1) for 10 steps\n',
);

describe('wrong usage has a code, a status of 2, and says nothing on standard output', () => {
  it.each([
    ['no command', [], ''],
    ['an unknown command', ['bogus'], 'AM0001'],
    ['a missing argument', ['run'], 'AM0001'],
    ['an unknown option', ['check', good, '--jsno'], 'AM0001'],
    ['a surplus argument', ['run', good, good], 'AM0001'],
    ['a missing file', ['check', `${folder}/none.opt`], 'AM0002'],
    ['a folder to run', ['run', folder], 'AM0003'],
    ['a folder to check', ['check', folder], 'AM0003'],
    ['a folder without sources', ['test', empty], 'AM0007'],
    ['a seed that is no number', ['run', good, '--seed', 'one'], 'AM0009'],
    ['negative steps', ['run', good, '--steps', '-3'], 'AM0009'],
    ['an unknown target', ['run', good, '--target', 'cuda'], 'AM0013'],
    ['a target that a command does not have', ['compile', good, '-o', folder, '--target', 'wasm'], 'AM0013'],
    ['a setting without a value', ['run', quadratic, '--set', 'a'], 'AM0001'],
    ['a setting that is no number', ['run', quadratic, '--set', 'a=fast'], 'AM0009'],
    ['a setting of nothing', ['run', quadratic, '--set', 'aa=1'], 'AM0008'],
    ['a setting outside its interval', ['run', quadratic, '--set', 'a=11'], 'AM0010'],
    ['a fraction for an int', ['run', quadratic, '--set', 'n=1.5'], 'AM0009'],
    ['data for nothing', ['run', good, '--data', `X=${write('x.json', '[1, 2]')}`], 'AM0011'],
    ['an unknown pass', ['explain', good, '--after', 'elaborat'], 'AM0015'],
  ])('%s', async (_, argv, code) => {
    const { status, out, err } = await argmin(...argv);
    expect(status).toBe(2);
    expect(err).toContain(code);
    expect(err).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(out).toBe('');
  });
});

describe('a file that cannot be understood has a status of 1', () => {
  it.each([
    ['bytes', ['check', binary], 'AM0005'],
    ['bytes to run', ['run', binary], 'AM0005'],
    ['a syntax error', ['check', write('syntax.opt', 'minimize w +\n')], 'AM1'],
    ['a syntax error to run', ['run', write('syntax.opt', 'minimize w +\n')], 'AM1'],
    ['a name that is not there', ['check', write('name.opt', 'minimize ww^2\n')], 'AM2'],
    ['nothing to solve', ['run', write('nothing.opt', 'let a = 1\n')], 'AM0006'],
    ['an output folder that cannot be', ['run', good, '--out', `${good}/below`], 'AM0012'],
  ])('%s', async (_, argv, code) => {
    const { status, err } = await argmin(...argv);
    expect(status).toBe(1);
    expect(err).toContain(code);
    expect(err).not.toMatch(/^\s+at .*:\d+:\d+/m);
  });
});

it('help and version are no errors', async () => {
  expect(await argmin('--help')).toMatchObject({ status: 0, err: '' });
  expect((await argmin('run', '--help')).out).toContain('--seed');
  expect((await argmin('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});
