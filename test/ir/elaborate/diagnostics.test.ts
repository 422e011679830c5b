/** Each diagnostic of elaboration is provoked by its example, at a place, with words that do not change unnoticed. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileSource } from '../../../src/compile.js';
import { elaborationCodes } from '../../../src/ir/elaborate/codes.js';
import { renderDiagnostic } from '../../../src/parser/render.js';

const examples = elaborationCodes.filter(({ example }) => example !== '');

it.each(examples)('$code: $title', async ({ code, example }) => {
  const { diagnostics } = await compileSource({ path: 'example.opt', text: example }, {});
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors.map((diagnostic) => diagnostic.code)).toEqual([code]);
  expect(errors.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n')).toMatchSnapshot();
});

it('lists every code that elaboration reports', () => {
  const folder = 'src/ir/elaborate';
  const sources = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
  const reported = new Set(
    sources.flatMap((text) => [...text.matchAll(/fail\(\s*'(AM5\d\d\d)'/g)].map(([, code]) => code)),
  );
  expect([...reported].sort()).toEqual(elaborationCodes.map(({ code }) => code));
});
