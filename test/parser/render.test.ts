import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/parser/diagnostic.js';
import { renderDiagnostic, toLspDiagnostic } from '../../src/parser/render.js';
import type { Span } from '../../src/parser/source.js';

const file = { path: 'fair.opt', text: 'let a = 1\nlet centred = logits - m\n' };

function spanOf(text: string, from = 0): Span {
  const start = file.text.indexOf(text, from);
  return { file, start, end: start + text.length };
}

const shapes: Diagnostic = {
  code: 'AM2103',
  severity: 'error',
  message: 'shapes do not agree',
  span: spanOf('logits - m'),
  labels: [
    { span: spanOf('logits'), message: 'real[N, K]' },
    { span: spanOf('m', 30), message: 'real[N]' },
  ],
  notes: ['`-` lines up trailing dimensions by name, and K is not N'],
  fixes: [{ title: 'write a', edits: [{ span: spanOf('logits'), newText: 'a' }] }],
};

describe('a rendered diagnostic', () => {
  it('shows the line, what each part is, and why', () => {
    expect(renderDiagnostic(shapes)).toBe(
      [
        'error[AM2103]: shapes do not agree',
        '  --> fair.opt:2:15',
        '  |',
        '2 | let centred = logits - m',
        '  |               ^^^^^^   ^ real[N]',
        '  |               real[N, K]',
        '  = `-` lines up trailing dimensions by name, and K is not N',
      ].join('\n'),
    );
  });

  it('marks other places with another sign', () => {
    const text = renderDiagnostic({
      ...shapes,
      severity: 'warning',
      span: spanOf('logits'),
      labels: [{ span: spanOf('a = 1'), message: 'made here' }],
      notes: [],
    });
    expect(text.split('\n')).toEqual([
      'warning[AM2103]: shapes do not agree',
      '  --> fair.opt:2:15',
      '  |',
      '1 | let a = 1',
      '  |     ----- made here',
      '2 | let centred = logits - m',
      '  |               ^^^^^^',
      '  = to fix it, write a',
    ]);
  });

  it('has colours only on request', () => {
    expect(renderDiagnostic(shapes)).not.toContain('\u001b');
    expect(renderDiagnostic(shapes, { color: true })).toContain('\u001b[1;31merror[AM2103]');
  });

  it('passes no control characters of the source on to the terminal', () => {
    const hostile = { path: 'x.opt', text: 'let \u001b[2Ja = 1' };
    const text = renderDiagnostic({ ...shapes, labels: [], span: { file: hostile, start: 4, end: 5 } });
    expect(text).not.toContain('\u001b');
  });

  it('cuts very long lines around the place', () => {
    const long = { path: 'x.opt', text: `${'a'.repeat(5000)} here ${'b'.repeat(5000)}` };
    const text = renderDiagnostic({ ...shapes, labels: [], span: { file: long, start: 5001, end: 5005 } });
    const [, , , line = '', marks = ''] = text.split('\n');
    expect(line.length).toBeLessThan(200);
    expect(line.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1)).toBe('here');
  });
});

describe('a diagnostic for the language server', () => {
  it('counts from zero and carries labels and fixes', () => {
    expect(toLspDiagnostic(shapes)).toMatchObject({
      range: { start: { line: 1, character: 14 }, end: { line: 1, character: 24 } },
      severity: 1,
      code: 'AM2103',
      source: 'argmin',
      relatedInformation: [{ message: 'real[N, K]' }, { message: 'real[N]' }],
      data: { fixes: [{ title: 'write a', edits: [{ newText: 'a' }] }] },
    });
  });
});
