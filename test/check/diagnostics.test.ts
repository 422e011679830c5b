import { describe, expect, it } from 'vitest';
import { checkCodes } from '../../src/check/codes.js';
import { applyFix } from '../../src/parser/fixes.js';
import { renderDiagnostics } from '../../src/parser/render.js';
import { checkText, codesOf } from './checking.js';

const provoked = checkCodes.filter(({ example }) => example !== '');

describe('every code of the checker', () => {
  it.each(provoked)('$code is what its example gets, and nothing else: $title', ({ code, example }) => {
    expect(codesOf(example)).toEqual([code]);
  });

  it('has a rendered form that is kept', async () => {
    const rendered = provoked.map(({ example }) => renderDiagnostics(checkText(example).diagnostics));
    await expect(rendered.join('\n\n') + '\n').toMatchFileSnapshot('./golden/diagnostics.txt');
  });

  it('is listed once', () => {
    const codes = checkCodes.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('fixes', () => {
  it.each(provoked)('of $code leave a source without that error', ({ code, example }) => {
    const fixes = checkText(example).diagnostics.flatMap((diagnostic) => diagnostic.fixes ?? []);
    for (const fix of fixes) expect(codesOf(applyFix(example, fix))).not.toContain(code);
  });
});
