import { describe, expect, it } from 'vitest';
import { definition } from '../../src/editor/definition.js';
import { openDocument } from '../../src/editor/document.js';
import { usesOf } from '../../src/editor/names.js';
import { references } from '../../src/editor/references.js';
import { prepareRename, rename } from '../../src/editor/rename.js';
import { targetOf } from '../../src/editor/target.js';
import { applyEdits } from '../../src/editor/document.js';
import { realSources } from '../parser/sources.js';
import { marked, shown, workspaceOf } from './documents.js';

function defined(text: string, files: Readonly<Record<string, string>> = {}): string | undefined {
  const { document, offset } = marked(text, workspaceOf(files));
  return shown(document, definition(document, offset));
}

describe('definition', () => {
  it.each([
    ['let a = 1\nlet b = |a', '1: a'],
    ['let b = a|\nlet a = 1', '2: a'],
    ['fn f(x: real): real = 2 * |x', '1: x'],
    ['fn f(x: real[n]): real[|n] = x', '1: n'],
    ['dim n = 3\nfn f(x: real[n]): real[|n] = x', '1: n'],
    ['data { X: real[N, D] }\nlet s = [i in |N: X[i]]', '1: N'],
    ['data { X: real[N, D] }\nlet s = [i in N: X[|i]]', '2: i'],
    ['let norm = |norm([1, 2])', undefined],
    ['fn f(x: real, scale: real = 1): real = x * scale\nlet a = f(1, |scale = 2)', '1: scale'],
    ['minimize fit: 1\nsolve |fit using gd()', '1: fit'],
    ['data split train 80%, test 20% { X: real[N] }\nreport r = sum(X) on |test', '1: test'],
    ['let a = argmin {\n  param v: real = 0\n  minimize |v^2\n}', '2: v'],
    ['optimizer o(lr: real) { state m = 0\n  |m <- m + g\n}', '1: m'],
  ])('of %s is %s', (text, expected) => {
    expect(defined(text)).toBe(expected);
  });

  it('leads into the library', () => {
    expect(defined('let a = |huber(1)')).toMatch(/^std\/losses\.opt \d+: huber$/);
    expect(defined('solve using |adam()')).toMatch(/^std\/optimizers\.opt \d+: adam$/);
    expect(defined('import { mlp as net } from std.nn\nmodel m = |net(inputs = 1)')).toMatch(
      /^std\/nn\.opt \d+: mlp$/,
    );
    expect(defined('import { |mlp as net } from std.nn')).toMatch(/^std\/nn\.opt \d+: mlp$/);
    expect(defined('solve using adam(|lr = 1)')).toMatch(/^std\/optimizers\.opt \d+: lr$/);
  });

  it('leads behind the dot into the module of a model', () => {
    const layer =
      'module layer(n: int)(x: real[n]): real[n] {\n  param W: real[n, n] = 0\n  return x @ W\n}\n';
    expect(defined(`${layer}model one = layer(2)\nlet s = sum(one.|W)`)).toBe('2: W');
    expect(defined(`${layer}model all = [i in 3: layer(2)]\nlet s = sum(all[0].|W)`)).toBe('2: W');
    const net = 'import { mlp } from std.nn\nmodel net = mlp(inputs = 1, hidden = [2], outputs = 3)\n';
    expect(defined(`${net}let s = sum(net.last.|W)`)).toMatch(/^std\/nn\.opt \d+: W$/);
    expect(defined(`${net}let s = sum(net.layers[0].|b)`)).toMatch(/^std\/nn\.opt \d+: b$/);
    expect(defined(`${net}model old = snapshot(net)\nlet s = sum(old.|last.W)`)).toMatch(
      /^std\/nn\.opt \d+: last$/,
    );
    expect(defined(`${net}let s = sum(net.|none)`)).toBeUndefined();
  });

  it('leads into files that are imported, through others', () => {
    const files = { 'a.opt': 'import { f } from "./b.opt"', 'b.opt': 'let c = 1\nfn f(x: real): real = x' };
    expect(defined('import { f } from "./a.opt"\nlet y = |f(1)', files)).toBe('b.opt 2: f');
    expect(defined('import { f } from "./|a.opt"', files)).toBe('a.opt 1: ');
    expect(defined('import { f } from "./|none.opt"', files)).toBeUndefined();
  });

  it('ends where imports go round in a circle', () => {
    const files = { 'a.opt': 'import { f } from "./b.opt"', 'b.opt': 'import { f } from "./a.opt"' };
    expect(defined('import { f } from "./a.opt"\nlet y = |f(1)', files)).toBe('1: f');
  });

  it.each(realSources.filter(({ path }) => !path.startsWith('everything')))(
    'is known for every name of $path',
    ({ path, text }) => {
      const files = Object.fromEntries(
        realSources.map((source) => [source.path.replace(/^examples\//, ''), source.text]),
      );
      const document = openDocument(workspaceOf(files), path, text);
      const unknown = [...usesOf(document)].filter(
        (placed) =>
          ['read', 'write', 'call', 'imported', 'argument'].includes(placed.use.role) &&
          targetOf(document, placed) === undefined,
      );
      expect(unknown.map(({ use, range }) => `${range.start} ${use.role} ${use.name.name}`)).toEqual([]);
    },
  );
});

describe('references', () => {
  it('are those of one binding, not of its name', () => {
    const { document, offset } = marked(
      'let a = [i in 3: i], b = [|i in 4: i + a[i]]\nfn f(i: real): real = i',
    );
    expect(references(document, offset).map(({ range }) => range.start)).toEqual([26, 34, 40]);
  });

  it('are found in the files that import the name', () => {
    const files = { 'mine.opt': 'fn f(x: real): real = x' };
    const workspace = workspaceOf(files);
    const { document, offset } = marked('fn |f(x: real): real = x', workspace);
    const mine = openDocument(workspace, 'mine.opt', document.text);
    const other = openDocument(workspace, 'other.opt', 'import { f as g } from "./mine.opt"\nlet a = g(1)');
    expect(references(mine, offset, [other]).map(({ document: each }) => each.source.path)).toEqual([
      'mine.opt',
      'other.opt',
      'other.opt',
      'other.opt',
    ]);
  });
});

describe('rename', () => {
  const renamed = (text: string, name: string): string => {
    const { document, offset } = marked(text);
    const result = rename(document, offset, name);
    if (!result.ok) return result.reason;
    return applyEdits(
      document.text,
      result.edits.flatMap(({ edits }) => edits),
    );
  };

  it('changes the declaration, the uses, and arguments by name', () => {
    expect(renamed('fn f(x: real, |s: real): real = x * s\nlet a = f(1, s = 2)', 'scale')).toBe(
      'fn f(x: real, scale: real): real = x * scale\nlet a = f(1, scale = 2)',
    );
    expect(renamed('data { X: real[|N, D] }\nlet c = [i in N: X[i]]', 'rows')).toBe(
      'data { X: real[rows, D] }\nlet c = [i in rows: X[i]]',
    );
  });

  it('changes a parameter of a module with the places where models name it', () => {
    expect(
      renamed(
        'module layer(n: int)(x: real[n]): real[n] {\n  param W: real[n, n] = 0\n  return x @ W\n}\nmodel one = layer(2)\nlet s = sum(one.|W)',
        'weights',
      ),
    ).toBe(
      'module layer(n: int)(x: real[n]): real[n] {\n  param weights: real[n, n] = 0\n  return x @ weights\n}\nmodel one = layer(2)\nlet s = sum(one.weights)',
    );
    expect(renamed('let f = eigh([[1.0]])\nlet v = f.|values', 'w')).toBe(
      '`values` is a part of a value; only names of declarations can be renamed',
    );
  });

  it.each([
    ['let |a = 1', 'let', '`let` is a keyword of the language'],
    ['let |a = 1', '2a', '"2a" is not a name: names are made of the letters a to z, digits and `_`'],
    ['let |a = 1', '', '"" is not a name: names are made of the letters a to z, digits and `_`'],
    ['let |a = 1\nlet b = a', 'b', '`b` is declared already'],
    ['let |a = [1]\nlet b = [i in 1: a[i]]', 'i', '`i` is declared already'],
    ['fn f(|x: real, y: real): real = x + y', 'y', '`y` is declared already'],
    [
      'fn |f(x: real): real = 2 * x\nlet b = exp(f(1))',
      'exp',
      '`exp` is a name of the library that this file uses',
    ],
    ['let a = |exp(1)', 'e', '`exp` belongs to the language'],
    ['let a = |huber(1)', 'h', '`huber` is defined in the library, in std/losses.opt'],
    ['optimizer o() { x <- x - |g }', 'h', '`g` is a name that the language gives'],
    ['let a = 1 |+ 2', 'h', 'there is no name here'],
    ['data "a.csv" { y: real[N] = column(|z) }', 'h', '`z` is a column of the data file'],
  ])('of %s to %s is refused: %s', (text, name, reason) => {
    expect(renamed(text, name)).toBe(reason);
  });

  it('says beforehand whether there is something to rename', () => {
    const { document, offset } = marked('let a| = 1');
    expect(prepareRename(document, offset)).toEqual({ ok: true, range: { start: 4, end: 5 }, name: 'a' });
    expect(prepareRename(document, -5).ok).toBe(false);
    expect(prepareRename(document, 5000).ok).toBe(false);
  });
});
