import { describe, expect, it } from 'vitest';
import { syntaxCodes } from '../../src/parser/codes.js';
import { applyFix } from '../../src/parser/fixes.js';
import { parse } from '../../src/parser/parse.js';
import { renderDiagnostics } from '../../src/parser/render.js';
import { positionAt } from '../../src/parser/source.js';
import { sourceOf } from './sources.js';

/** `line:column code message` of every diagnostic. */
function diagnose(text: string): string[] {
  return parse(sourceOf(text)).diagnostics.map(({ span, code, message }) => {
    const { line, column } = positionAt(span.file, span.start);
    return `${line}:${column} ${code} ${message}`;
  });
}

function codesOf(text: string): string[] {
  return parse(sourceOf(text)).diagnostics.map(({ code }) => code);
}

function kindsOf(text: string): string[] {
  return parse(sourceOf(text)).file.declarations.map(({ kind }) => kind);
}

describe('every syntax code', () => {
  it.each(syntaxCodes)('$code is what its example gets, and nothing else: $title', ({ code, example }) => {
    expect(codesOf(example)).toEqual([code]);
  });

  it('has a rendered form that is kept', async () => {
    const rendered = syntaxCodes
      .filter(({ example }) => example.length < 200)
      .map(({ example }) => renderDiagnostics(parse(sourceOf(example)).diagnostics));
    await expect(rendered.join('\n\n') + '\n').toMatchFileSnapshot('./golden/diagnostics.txt');
  });

  it('is listed once', () => {
    const codes = syntaxCodes.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('recovery', () => {
  it('keeps the declarations around a damaged one', () => {
    expect(kindsOf('let a = (1 + \nparam w: real = 0\nreport b = w')).toEqual(['let', 'param', 'report']);
    expect(kindsOf('let a = 2 x y z\nfn f(x: real): real { return x }\nlet c = 1')).toEqual([
      'let',
      'fn',
      'let',
    ]);
    expect(kindsOf('let a =\nmodel m = f()')).toEqual(['let', 'model']);
    expect(kindsOf('fn f(x: real): real { let a = \n return x }\nminimize 1')).toEqual(['fn', 'objective']);
  });

  it('keeps the statements around a damaged one', () => {
    const { file, diagnostics } = parse(
      sourceOf(
        'optimizer f(lr: real) {\n  m <- 3 +\n  x <- 2\n  foo(x)\n  let\n  x <- x - lr * g\n}\nlet z = 1',
      ),
    );
    const [optimizer, last] = file.declarations;
    expect(optimizer?.kind === 'optimizer' && optimizer.body.statements.map(({ kind }) => kind)).toEqual([
      'update',
      'update',
      'let_statement',
      'update',
    ]);
    expect(last?.kind).toBe('let');
    expect(diagnostics.map(({ code }) => code)).toEqual(['AM1012', 'AM1010', 'AM1010']);
  });

  it('reports each error of a file once', () => {
    expect(
      diagnose('param w: real[D] =\nlet a = (1\nlet b = 1 < 2 < 3\nlet c = 2 x\nlet d = $\nreport e 4\n'),
    ).toEqual([
      '1:18 AM1012 an expression is missing: found `let`',
      '2:10 AM1010 expected `)`: found `let`',
      '3:15 AM1020 comparisons do not chain',
      '4:11 AM1015 `2` and `x` stand side by side',
      '5:9 AM1001 "$" is not part of the language',
      '6:10 AM1010 expected `=`: found `4`',
    ]);
  });

  it('does not take the next statement for a missing expression', () => {
    const { file } = parse(sourceOf('optimizer f() {\n  let a =\n  x <- 1\n}'));
    const [optimizer] = file.declarations;
    const statements = optimizer?.kind === 'optimizer' ? optimizer.body.statements : [];
    expect(statements.map(({ kind }) => kind)).toEqual(['let_statement', 'update']);
  });

  it('says what is open where a bracket is missing', () => {
    const [diagnostic] = parse(sourceOf('let a = f(1, 2\nlet b = 3')).diagnostics;
    expect(diagnostic?.labels?.[0]?.message).toBe('opened here');
    expect(diagnostic?.labels?.[0]?.span.start).toBe(9);
  });

  it('never shows the name of a token', () => {
    const messages = syntaxCodes.flatMap(({ example }) => parse(sourceOf(example)).diagnostics);
    for (const { message } of messages) expect(message).not.toMatch(/Identifier|Parenthesis|EOF|Operator/);
  });
});

describe('fixes', () => {
  it.each([
    ['let a = 0 < b < 2', 'let a = 0 < b and b < 2'],
    ['let a = b <-c', 'let a = b < -c'],
    ['let a = b && c || !d', 'let a = b and c or not d'],
    ['let a = 1;', 'let a = 1'],
    ['param a: float = 0', 'param a: real = 0'],
    ['let a = 1\nb = 2', 'let a = 1\nlet b = 2'],
  ])('turn %j into %j', (before, after) => {
    let text = before;
    for (let turn = 0; turn < 5; turn += 1) {
      const fix = parse(sourceOf(text)).diagnostics[0]?.fixes?.[0];
      if (fix === undefined) break;
      text = applyFix(text, fix);
    }
    expect(text.replaceAll('  ', ' ')).toBe(after);
    expect(parse(sourceOf(text)).diagnostics).toEqual([]);
  });

  it('turn an unbounded loop into a bounded one', () => {
    const text = 'fn f(a: real): real {\n  while a > 1 { a <- a / 2 }\n  return a\n}';
    const fix = parse(sourceOf(text)).diagnostics[0]?.fixes?.[0];
    expect(fix && applyFix(text, fix)).toContain('for k in 1..30 while a > 1 {');
  });
});

describe('contextual words', () => {
  it('are names wherever nothing else can be meant', () => {
    const text = `
      let batch = 1, order = batch, on = order, over = on, by = over, until = by, seed = until
      let where = from + to + for + every + within + test + as + all + except + epochs + steps + per
      fn f(step: real, tensor: real): real {
        let while = step
        while <- while + 1
        for <- 2
        per[0] <- tensor
        batch <- 3
        return while
      }
      report split = split(epochs = 3 over on) on test
      test "test" { assert test == within within within }`;
    expect(diagnose(text)).toEqual([]);
  });

  it('are names before `<-`, where they could begin a suffix', () => {
    const { file, diagnostics } = parse(
      sourceOf('optimizer f() {\n  let a = b\n  on <- 3\n  assert a\n  within <- 4\n}'),
    );
    expect(diagnostics).toEqual([]);
    const [optimizer] = file.declarations;
    expect(optimizer?.kind === 'optimizer' && optimizer.body.statements.length).toBe(4);
  });
});
