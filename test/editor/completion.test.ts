import { describe, expect, it } from 'vitest';
import { completion, completionDetails } from '../../src/editor/completion.js';
import { marked, workspaceOf } from './documents.js';

const table =
  'data "a.csv" split train 80%, test 20% { X: real[N, D]\n y: class(3)[N] }\nparam w: real[D] = 0\n';

function labels(text: string): readonly string[] {
  const { document, offset } = marked(
    text,
    workspaceOf({ 'mine.opt': 'fn own(x: real): real = x' }, ['age', 'a b']),
  );
  return completion(document, offset).items.map(({ label }) => label);
}

describe('completion', () => {
  it.each([
    ['at the beginning', '|', ['let', 'minimize', 'test', 'param array'], ['exp']],
    ['of half a keyword', 'let a = 1\nmini|', ['minimize'], ['let']],
    ['of an expression', `${table}let a = |`, ['X', 'y', 'w', 'N', 'huber', 'exp', 'if'], ['solve', 'a.csv']],
    ['within a call', `${table}let a = huber(|`, ['r =', 'delta =', 'X'], ['solve']],
    ['of the second argument', 'let a = huber(1, |', ['delta ='], ['r =']],
    ['after a named argument', 'let a = huber(delta = 1, |', ['r ='], ['delta =']],
    [
      'in a body',
      'fn f(first: real): real {\n  let own = 1\n  |\n}',
      ['own', 'first', 'return', 'for'],
      ['solve'],
    ],
    [
      'in a body that is not closed',
      'fn f(first: real): real {\n  let own = 1\n  return |',
      ['own', 'first', 'exp'],
      [],
    ],
    ['of a binder', 'let a = sum(i in 3: |', ['i'], ['j']],
    ['of a name not yet bound', 'fn f(x: real): real {\n  let a = |\n  let b = 1\n}', ['x'], ['b']],
    ['in an optimizer', 'optimizer o(rate: real) {\n  x <- |\n}', ['x', 'g', 'rate', 'grad'], []],
    [
      'after using',
      'optimizer own() { x <- x }\nsolve using |',
      ['adam', 'lbfgs', 'own'],
      ['exp', 'augmented_lagrangian'],
    ],
    ['after by', 'solve using lbfgs() by |', ['augmented_lagrangian'], ['adam']],
    ['after on in a solve', 'solve using adam() on |', ['upgrad'], ['adam']],
    ['of a clause', 'solve using adam() |', ['batch', 'until', 'for', 'let'], ['exp']],
    ['after on in a report', `${table}report r = mean(X) on |`, ['train', 'test'], ['exp']],
    ['after over', `${table}let m = mean(X over |)`, ['N', 'D'], []],
    ['after over in an objective', `${table}minimize 1 over |`, ['w'], ['X', 'exp']],
    ['of a set', 'param p: real[3] in |', ['simplex'], ['adam']],
    ['of a distribution', 'param p: real[3] ~ |', ['normal'], ['simplex']],
    ['of a type', 'param p: |', ['real', 'int', 'class'], ['exp']],
    ['of the type of a parameter', 'fn f(x: |', ['real'], ['exp']],
    ['of a dimension', `${table}param v: real[|`, ['N', 'D'], ['exp']],
    ['of an expression behind a label', 'minimize loss: |', ['exp'], ['real[']],
    ['of columns', 'data "a.csv" {\n  X: real[N] = column(|\n}', ['age', 'all'], ['a b', 'exp']],
    ['of imported names', 'import { | } from "./mine.opt"', ['own'], ['mlp']],
    ['of imported library names', 'import { | }', ['mlp'], ['own']],
    ['of library files', 'import { mlp } from |', ['std.nn'], ['mlp']],
    [
      'of the members of a model',
      'module m()(x: real): real {\n  param scale: real = 1\n  return scale * x\n}\nmodel net = m()\nlet a = net.|',
      ['scale'],
      ['exp'],
    ],
    ['of the fields of a record', 'let e = eigh(eye(2))\nlet a = e.|', ['values', 'vectors'], ['exp']],
  ])('%s', (_, text, present, absent) => {
    const found = labels(text);
    for (const label of present) expect(found).toContain(label);
    for (const label of absent) expect(found).not.toContain(label);
  });

  it.each([
    ['in a comment', '// le|'],
    ['in a text', 'data "le|'],
    ['where a new name is bound', 'let |'],
    ['in a number', 'let a = 1e|'],
  ])('is silent %s', (_, text) => {
    expect(labels(text)).toEqual([]);
  });

  it('replaces the whole word at the cursor', () => {
    const { document, offset } = marked('let a = hu|xx(1)');
    expect(completion(document, offset).range).toEqual({ start: 8, end: 12 });
  });

  it('documents what comes from the library and the language', () => {
    const { document, offset } = marked('solve using ad|');
    const adam = completion(document, offset).items.find(({ label }) => label === 'adam');
    expect(completionDetails(document, adam!).code).toMatch(/^optimizer adam\(lr: real/);
    expect(completionDetails(document, adam!).text).toContain('Kingma');
    const exp = { label: 'exp', kind: 'function', rank: 0 } as const;
    expect(completionDetails(document, exp).text).toBe('Exponential.');
  });
});
