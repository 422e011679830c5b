import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { argmin, scratchFolder } from './harness.js';

const { folder, write } = scratchFolder();
write('secret.opt', 'fn half(x: real): real = x / 2\n');
write('secret.csv', 'x\n1\n');

it('imports stay in the folder of the file, unless that is allowed', async () => {
  const file = write('home/a.opt', 'import { half } from "../secret.opt"\nlet b = half(2)\n');
  const refused = await argmin('check', file);
  expect(refused.status).toBe(1);
  expect(refused.err).toContain('AM0016');
  expect(await argmin('check', file, '--allow-outside')).toMatchObject({ status: 0 });
});

it('imports do not leave by a link', async () => {
  symlinkSync(
    path.join(folder, 'secret.opt'),
    path.join(path.dirname(write('linked/x.txt', '')), 'inner.opt'),
  );
  const file = write('linked/a.opt', 'import { half } from "./inner.opt"\nlet b = half(2)\n');
  expect(await argmin('check', file)).toMatchObject({ status: 1 });
});

it('data outside is read only when that is allowed', async () => {
  const file = write(
    'home/d.opt',
    'data "../secret.csv" { x: real[N] = column(x) }\nparam w: real = 0\nminimize mean((x - w)^2)\nsolve using lbfgs() for 9 steps until grad_norm < 1e-9\n',
  );
  const refused = await argmin('run', file);
  expect(refused).toMatchObject({ status: 1, out: '' });
  expect(refused.err).toContain('AM4002');
  expect(await argmin('run', file, '--allow-outside')).toMatchObject({ status: 0 });
});
