import { describe, expect, it } from 'vitest';
import { codeActions } from '../../src/editor/code_actions.js';
import { codeLenses } from '../../src/editor/code_lenses.js';
import { applyEdits, openDocument } from '../../src/editor/document.js';
import { foldingRanges } from '../../src/editor/folding.js';
import { formatDocument, formatRange } from '../../src/editor/formatting.js';
import { hover } from '../../src/editor/hover.js';
import { inlayHints } from '../../src/editor/inlay_hints.js';
import { selectionRanges } from '../../src/editor/selection_ranges.js';
import { semanticTokens } from '../../src/editor/semantic_tokens.js';
import { signatureHelp } from '../../src/editor/signature_help.js';
import { documentSymbols, workspaceSymbols } from '../../src/editor/symbols.js';
import { marked, workspaceOf } from './documents.js';

const table = 'data { X: real[N, D]\n y: class(3)[N] }\nparam w: real[D] = 0\n';

describe('hover', () => {
  const shown = (text: string): string => {
    const { document, offset } = marked(text);
    const found = hover(document, offset);
    return found === undefined ? 'nothing' : [found.code, ...found.text].join(' / ');
  };

  it.each([
    [`${table}let |m = X @ w`, 'let m: real[N] / affine; smooth'],
    [
      `${table}/// The margin.\nlet m = X @ w\nlet s = sum(|m^2)`,
      'let m: real[N] / The margin. / affine; smooth',
    ],
    [`${table}let s = sum(|w^2)`, 'param w: real[D]'],
    [`${table}let s = |X`, 'data X: real[N, D]'],
    [`${table}let s = [i in |N: 1]`, 'dimension N / Bound by the types of data and parameters.'],
    [`${table}let s = [i in N: |i]`, 'i: int'],
    [
      '/// How far.\nhyper rate: real in 0..1 = 0.1\nlet a = |rate',
      'hyper rate: real in 0..1 = 0.1 / How far.',
    ],
    ['let a = |exp(1)', 'exp(x: real[...]): real[...] / Exponential.'],
    ['fn f(a: real[n]): real = sum(|a)', 'a: real[n]'],
    ['optimizer o() { x <- x - |g }', 'g: real[P] / The gradient of the objective at the start of the step.'],
    [
      '/// Doubles.\nfn f(x: real,\n  y: real = 1): real =\n  2 * x\nlet a = |f(1)',
      'fn f(x: real, y: real = 1): real / Doubles.',
    ],
    ['let a = huber(1, |delta = 2)', 'delta: real = 1'],
    ['let a = 1 |+ 2', 'nothing'],
    ['|', 'nothing'],
  ])('at %s is %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('shows the documentation of the library with its file', () => {
    expect(shown('solve using |adam()')).toMatch(
      /^optimizer adam\(.*\) \/ .*Kingma.* \/ \*std\/optimizers\.opt\*$/s,
    );
  });

  it('tells curvature and smoothness of an objective at its keyword', () => {
    expect(shown(`${table}|minimize mean((X @ w)^2)\nsolve using lbfgs() for 5 steps`)).toMatch(
      /convex, so every local minimum is global; smooth; at least 0 \/ ```\nd f \/ d w = .*\n```$/,
    );
    expect(shown(`${table}|minimize mean(abs(X @ w))\nsolve using lbfgs() for 5 steps`)).toMatch(
      /kinked by `abs`/,
    );
  });

  it('counts the numbers of a model', () => {
    expect(
      shown('import { mlp } from std.nn\nmodel |net = mlp(inputs = 4, hidden = [8], outputs = 2)'),
    ).toMatch(/58 parameters$/);
  });
});

describe('signature help', () => {
  const shown = (text: string): string | undefined => {
    const { document, offset } = marked(text);
    const help = signatureHelp(document, offset);
    if (help === undefined) return undefined;
    const active = help.parameters[help.active ?? -1];
    return `${help.label}: ${active === undefined ? '' : help.label.slice(active.start, active.end)}`;
  };

  it.each([
    ['let a = huber(|', 'huber(r: real, delta: real = 1): real: r: real'],
    ['let a = huber(1, |', 'huber(r: real, delta: real = 1): real: delta: real = 1'],
    ['let a = huber(delta = |1', 'huber(r: real, delta: real = 1): real: delta: real = 1'],
    ['let a = huber([1, 2][|0]', undefined],
    ['let a = huber(exp(1), (1 + 2) * |', 'huber(r: real, delta: real = 1): real: delta: real = 1'],
    ['let a = exp(|)', 'exp(x: real[...]): real[...]: '],
    ['let a = nothing(|)', undefined],
    ['let a = 1|', undefined],
  ])('in %s is %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });
});

describe('inlay hints', () => {
  it('are the types that are not written', () => {
    const text = `${table}let m = X @ w, k = 3\nlet r: real[N] = m\nfn f(x: real[n]): real {\n  let y = 2 * x\n  return sum(y)\n}\nminimize mean(m^2)\nsolve using adam() batch 16 for 2 epochs`;
    const document = openDocument(workspaceOf(), 'a.opt', text);
    expect(
      inlayHints(document).map(
        ({ offset, text: hint }) => `${text.slice(0, offset).split('\n').at(-1)}${hint}`,
      ),
    ).toEqual(['let m: real[N]', '  let y: real[n]', 'solve using adam() batch 16of N']);
  });
});

describe('semantic tokens', () => {
  it('tell what names are', () => {
    const { document } = marked(`${table}let m = sum(X @ w over N)\nreport over = m`);
    const shown = semanticTokens(document).map(
      ({ range, type, modifiers }) =>
        `${document.text.slice(range.start, range.end)} ${[type, ...modifiers].join(' ')}`,
    );
    expect(shown.slice(-8)).toEqual([
      'm variable declaration',
      'sum function defaultLibrary',
      'X variable readonly',
      'w property',
      'over keyword',
      'N type',
      'over label declaration',
      'm variable',
    ]);
  });
});

describe('the outline', () => {
  it('has every declaration, and columns within data', () => {
    const { document } = marked(`${table}minimize fit: mean(w)\nsolve using adam() for 3 steps`);
    const symbols = documentSymbols(document);
    expect(symbols.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'data data',
      'parameter w',
      'objective fit',
      'solve solve',
    ]);
    expect(symbols[0]?.children.map(({ name }) => name)).toEqual(['X', 'y']);
    for (const { range, selection } of symbols) {
      expect(range.start).toBeLessThanOrEqual(selection.start);
      expect(range.end).toBeGreaterThanOrEqual(selection.end);
    }
    expect(workspaceSymbols([document], 'FT').map(({ symbol }) => symbol.name)).toEqual(['fit']);
  });
});

describe('folding', () => {
  it('folds brackets, comments and long declarations, and leaves the last line in sight', () => {
    const { document } = marked('// a\n// b\ndata {\n  X: real[N]\n}\nlet a =\n  1 +\n  2\nfn f(');
    expect(foldingRanges(document)).toEqual([
      { startLine: 0, endLine: 1, kind: 'comment' },
      { startLine: 2, endLine: 3, kind: 'code' },
      { startLine: 5, endLine: 7, kind: 'code' },
    ]);
  });
});

describe('selection', () => {
  it('grows from the name to the file', () => {
    const { document, offset } = marked('let a = 1\nlet b = exp(|a + 1)');
    const shown = selectionRanges(document, offset).map(({ start, end }) => document.text.slice(start, end));
    expect(shown).toEqual([
      'a',
      'a + 1',
      'exp(a + 1)',
      '= exp(a + 1)',
      'b = exp(a + 1)',
      'let b = exp(a + 1)',
      document.text,
    ]);
  });
});

describe('formatting', () => {
  it('gives the smallest edit that makes the canonical layout', () => {
    const { document } = marked('let a=1\nlet   b = 2\n');
    const edits = formatDocument(document);
    expect(edits).toHaveLength(1);
    expect(applyEdits(document.text, edits)).toBe('let a = 1\nlet b = 2\n');
    expect(formatDocument(openDocument(workspaceOf(), 'a.opt', 'let a = 1\n'))).toEqual([]);
    expect(formatDocument(openDocument(workspaceOf(), 'a.opt', 'let a = (\n'))).toEqual([]);
  });

  it('of a range leaves the other declarations', () => {
    const { document, offset } = marked('let a=1\n\n// about b\nlet   |b = 2\nlet   c=3\n');
    const edits = formatRange(document, { start: offset, end: offset });
    expect(applyEdits(document.text, edits)).toBe('let a=1\n\n// about b\nlet b = 2\nlet   c=3\n');
  });

  it('of a range works beside a broken declaration', () => {
    const { document, offset } = marked('let a = (\n\nlet   b=2|\n');
    expect(applyEdits(document.text, formatRange(document, { start: offset, end: offset }))).toBe(
      'let a = (\n\nlet b = 2\n',
    );
  });
});

describe('code actions', () => {
  it('are the fixes of the diagnostics at the place', () => {
    const { document, offset } = marked('let a = 1;\nlet b = hubr|(1)');
    const actions = codeActions(document, { start: offset, end: offset });
    expect(actions.map(({ title }) => title)).toEqual(['write `huber`']);
    expect(applyEdits(document.text, actions[0]!.edits)).toBe('let a = 1;\nlet b = huber(1)');
  });
});

describe('code lenses', () => {
  it('stand at the first solve, at objectives and at tests', () => {
    const { document } = marked(
      'param w: real[3] = 0\nminimize sum(w^2)\nsolve using adam() for 1 steps\nsolve using adam() for 2 steps\ntest "t" { assert 1 == 1 }',
    );
    expect(codeLenses(document).map(({ title }) => title)).toEqual([
      'Show in mathematics',
      'Gradient',
      'Run',
      'Check gradients',
      '3 parameters',
      'Cost of a step',
      'Run tests',
    ]);
  });
});
