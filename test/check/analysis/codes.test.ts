import { describe, expect, it } from 'vitest';
import { analysisCodes } from '../../../src/check/analysis/codes.js';
import { applyFix } from '../../../src/parser/fixes.js';
import { renderDiagnostics } from '../../../src/parser/render.js';
import { codesOf, warningsOf } from './analysing.js';

describe('every code of the analysis', () => {
  it.each(analysisCodes)('$code is what its example gets, and nothing else: $title', ({ code, example }) => {
    expect(codesOf(example)).toEqual([code]);
  });

  it('has a rendered form that is kept', async () => {
    const rendered = analysisCodes.map(({ example }) => renderDiagnostics(warningsOf(example)));
    await expect(rendered.join('\n\n') + '\n').toMatchFileSnapshot('./golden/warnings.txt');
  });

  it('is listed once', () => {
    const codes = analysisCodes.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('fixes', () => {
  it.each(analysisCodes)('of $code leave a source without that warning', ({ code, example }) => {
    const fixes = warningsOf(example).flatMap((diagnostic) => diagnostic.fixes ?? []);
    for (const fix of fixes) expect(codesOf(applyFix(example, fix))).not.toContain(code);
  });
});
