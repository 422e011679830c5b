import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as protocol from 'vscode-languageserver/node';
import { longText } from './documents.js';
import { startSession } from './server_process.js';
import type { Session } from './server_process.js';

const folder = mkdtempSync(path.join(tmpdir(), 'argmin-lsp-'));
let session: Session;

beforeAll(async () => {
  session = await startSession(folder);
});

afterAll(async () => {
  expect(await session.stop()).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

const uriIn = (name: string): string => pathToFileURL(path.join(folder, name)).href;
const codes = (found: readonly protocol.Diagnostic[]): unknown[] => found.map(({ code }) => code);

/** `textDocument` and `position` of the first place where `text` stands in the document. */
function at(uri: string, source: string, text: string): object {
  const before = source.slice(0, source.indexOf(text)).split('\n');
  return {
    textDocument: { uri },
    position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
  };
}

const problem = `data "table.csv" {
  X: real[N, D] = columns(age, size)
  y: real[N] = column(y)
}

param w: real[D] = 0
let residual = X @ w - y
let wrong = X - residual

minimize mean(residual^2)
solve using lbfgs() until grad_norm < 1e-8
report loss = mean(huber(residual))
`;

describe('the language server', () => {
  const uri = uriIn('problem.opt');

  it('publishes a shape error at its place, and its fix mends it', async () => {
    writeFileSync(path.join(folder, 'table.csv'), 'age,size,y\n1,2,3\n4,5,6\n');
    session.open(uri, problem);
    const [found] = await session.diagnostics(uri, (all) => all.length > 0);
    expect(found?.code).toBe('AM2103');
    expect(found?.range.start.line).toBe(7);
    const actions = await session.request<protocol.CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: found?.range,
      context: { diagnostics: [found] },
    });
    const edit = actions[0]?.edit?.changes?.[uri]?.[0];
    expect(edit?.newText).toContain('[n in N, d in D: X[n, d] - residual[n]]');
  });

  it('is quiet when the error is gone', async () => {
    session.change(uri, problem.replace('let wrong = X - residual\n', ''));
    await session.diagnostics(uri, (all) => all.length === 0);
    session.change(uri, problem);
    await session.diagnostics(uri, (all) => all.length > 0);
  });

  it('tells the type of a name, where it is defined and where it is used', async () => {
    const place = at(uri, problem, 'residual = X');
    const hover = await session.request<protocol.Hover>('textDocument/hover', place);
    expect((hover.contents as protocol.MarkupContent).value).toContain('let residual: real[N]');
    const library = await session.request<protocol.Location>(
      'textDocument/definition',
      at(uri, problem, 'huber'),
    );
    expect(library.uri).toMatch(/^file:.*std\/losses\.opt$/);
    const uses = await session.request<protocol.Location[]>('textDocument/references', {
      ...place,
      context: { includeDeclaration: true },
    });
    expect(uses.map(({ range }) => range.start.line)).toEqual([6, 7, 9, 11]);
  });

  it('completes names of the library with their documentation, and columns of the data', async () => {
    const list = await session.request<protocol.CompletionList>(
      'textDocument/completion',
      at(uri, problem, 'er(residual'),
    );
    const item = list.items.find(({ label }) => label === 'huber');
    expect(item).toBeDefined();
    const resolved = await session.request<protocol.CompletionItem>('completionItem/resolve', item);
    expect((resolved.documentation as protocol.MarkupContent).value).toContain('fn huber(r: real');
    const columns = await session.request<protocol.CompletionList>(
      'textDocument/completion',
      at(uri, problem, 'age'),
    );
    expect(columns.items.map(({ label }) => label)).toEqual(expect.arrayContaining(['age', 'size', 'y']));
  });

  it('renames, and refuses to with the reason', async () => {
    const place = at(uri, problem, 'w: real');
    session.change(uri, problem.replace('let wrong = X - residual\n', ''));
    await session.diagnostics(uri, (all) => all.length === 0);
    const edit = await session.request<protocol.WorkspaceEdit>('textDocument/rename', {
      ...place,
      newName: 'weights',
    });
    expect(edit.changes?.[uri]).toHaveLength(2);
    await expect(session.request('textDocument/rename', { ...place, newName: 'let' })).rejects.toThrow(
      'keyword',
    );
    await expect(session.request('textDocument/rename', { ...place, newName: 'y' })).rejects.toThrow(
      'declared already',
    );
    session.change(uri, problem);
  });

  it('formats', async () => {
    const other = uriIn('format.opt');
    session.open(other, 'let a=1\n');
    const edits = await session.request<protocol.TextEdit[]>('textDocument/formatting', {
      textDocument: { uri: other },
      options: { tabSize: 2, insertSpaces: true },
    });
    expect(edits).toHaveLength(1);
  });

  it.each([
    ['textDocument/documentSymbol', 'an array', {}],
    ['textDocument/foldingRange', 'an array', {}],
    ['textDocument/semanticTokens/full', 'tokens', {}],
    ['textDocument/codeLens', 'an array', {}],
    [
      'textDocument/inlayHint',
      'an array',
      { range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } } },
    ],
    ['textDocument/selectionRange', 'an array', { positions: [{ line: 6, character: 5 }] }],
    ['textDocument/documentHighlight', 'an array', { position: { line: 6, character: 5 } }],
    ['textDocument/signatureHelp', 'help', { position: { line: 11, character: 25 } }],
  ])('answers %s with %s', async (method, _, params) => {
    const answer = await session.request<unknown>(method, { textDocument: { uri }, ...params });
    const list = Array.isArray(answer) ? answer : Object.values(answer as object)[0];
    expect(list).not.toHaveLength(0);
  });

  it('answers for documents that are not open, and places that are not there', async () => {
    const textDocument = { uri: uriIn('nothing.opt') };
    const position = { line: 1e6, character: 1e6 };
    expect(await session.request('textDocument/hover', { textDocument, position })).toBeNull();
    expect(await session.request('textDocument/hover', { textDocument: { uri }, position })).toBeNull();
    expect(await session.request('textDocument/definition', { textDocument: { uri }, position })).toBeNull();
    session.change(uriIn('nothing.opt'), 'let a = 1');
    expect(await session.request('workspace/symbol', { query: 'hubr' })).not.toHaveLength(0);
  });

  it('refreshes the documents that import one that changes, which wins over the disk', async () => {
    const [library, user] = [uriIn('mine.opt'), uriIn('user.opt')];
    writeFileSync(path.join(folder, 'mine.opt'), 'fn f(x: real): real = x\n');
    session.open(user, 'import { f, g } from "./mine.opt"\nlet a = f(1) + g(1)\n');
    await session.diagnostics(user, (all) => codes(all).includes('AM2006'));
    session.open(library, 'fn f(x: real): real = x\nfn g(x: real): real = x\n');
    await session.diagnostics(user, (all) => all.length === 0);
    session.change(library, 'fn f(x: real): real = x\n');
    await session.diagnostics(user, (all) => codes(all).includes('AM2006'));
  });

  it('reads nothing outside of the folder', async () => {
    const stranger = uriIn('stranger.opt');
    session.open(stranger, 'import { f } from "../../../etc/passwd"\n');
    await session.diagnostics(stranger, (all) => codes(all).includes('AM2005'));
  });

  it('lives through any document, and through messages out of order', async () => {
    const bad = uriIn('bad.opt');
    const texts = [
      '\0\u0001\uFFFF',
      '('.repeat(5000),
      'let a = a\nlet b = c\nlet c = b',
      `let a = ${'1 + '.repeat(5000)}1`,
      '',
    ];
    session.open(bad, 'let a = 1');
    for (const text of texts) {
      session.change(bad, text);
      await session.diagnostics(bad, () => true);
      for (const method of [
        'hover',
        'completion',
        'definition',
        'rename',
        'signatureHelp',
        'documentHighlight',
      ]) {
        const params = { textDocument: { uri: bad }, position: { line: 0, character: 3 }, newName: 'x' };
        await session
          .request(`textDocument/${method}`, params)
          .catch((error: Error) => expect(error.message).toBeTruthy());
      }
    }
    await session.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: bad, version: 0 },
      contentChanges: [
        { range: { start: { line: 50, character: 9 }, end: { line: 2, character: 0 } }, text: 'x' },
      ],
    });
    await session.connection.sendNotification('textDocument/didClose', { textDocument: { uri: bad } });
    await session.connection.sendNotification('textDocument/didClose', { textDocument: { uri: bad } });
    expect(
      await session.request('textDocument/hover', {
        textDocument: { uri: bad },
        position: { line: 0, character: 0 },
      }),
    ).toBeNull();
  });

  it('drops what is called off', async () => {
    const big = uriIn('big.opt');
    session.open(big, longText());
    const { CancellationTokenSource } = await import('vscode-languageserver/node');
    const source = new CancellationTokenSource();
    const asked = session.connection.sendRequest(
      'textDocument/inlayHint',
      {
        textDocument: { uri: big },
        range: { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } },
      },
      source.token,
    );
    source.cancel();
    await expect(asked).rejects.toThrow();
    expect(
      await session.request('textDocument/foldingRange', { textDocument: { uri: big } }),
    ).not.toHaveLength(0);
  });

  it('shows the problem in mathematics, and the generated program', async () => {
    session.change(uri, problem.replace('let wrong = X - residual\n', ''));
    await session.diagnostics(uri, (all) => all.length === 0);
    const mathematics = await session.request<{ readonly text: string; readonly latex: string }>(
      'workspace/executeCommand',
      {
        command: 'argmin.explainMathematics',
        arguments: [uri],
      },
    );
    expect(mathematics.text).toContain('minimize');
    expect(mathematics.latex).toContain('\\min');
    const program = await session.request<{ readonly text: string }>('workspace/executeCommand', {
      command: 'argmin.generatedProgram',
      arguments: [uri],
    });
    expect(program.text).toContain('function');
    const gradient = await session.request<{ readonly text: string }>('workspace/executeCommand', {
      command: 'argmin.gradientFormula',
      arguments: [uri, problem.indexOf('minimize') - 'let wrong = X - residual\n'.length],
    });
    expect(gradient.text).toMatch(/^d f \/ d w = .*transpose\(X\)/);
  });

  it('tells what a step costs, and whether the gradient is right, without waiting for either', async () => {
    const other = uri.replace(/[^/]*$/, 'bowl.opt');
    session.open(
      other,
      'param w: real[30] = 1\nminimize sum(w^4)\nsolve using gradient_descent(0.1) for 5 steps\n',
    );
    await session.diagnostics(other, (all) => all.length === 0);
    const lenses = await session.request<readonly { readonly data?: string; readonly command?: object }[]>(
      'textDocument/codeLens',
      { textDocument: { uri: other } },
    );
    const costs = lenses.filter(({ command }) => command === undefined);
    expect(costs.length).toBe(1);
    const cost = session.request<{ readonly command: { readonly title: string } }>(
      'codeLens/resolve',
      costs[0],
    );
    const check = session.request<{ readonly text: string }>('workspace/executeCommand', {
      command: 'argmin.gradientCheck',
      arguments: [other],
    });
    expect((await cost).command.title).toMatch(/^\d+ operations in \d+ kernels? a step$/);
    expect((await check).text).toMatch(/^sum\(w\^4\): largest .*\n {2}w {2}\d\.\de-\d+ {2}\(12 of 30\)$/);
  });
});
