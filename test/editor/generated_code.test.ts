/** Generated code beside its source in Visual Studio Code: the extension's own module against a stand-in of the editor. */
import { build } from 'esbuild';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runPasses, startState } from '../../src/compile.js';

const text = `param w: real[3] = 1
let residual = w - 2

minimize sum(residual^2)
solve using gradient_descent(0.1) for 5 steps
`;

interface Uri {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
  readonly fsPath: string;
  readonly toString: () => string;
}

interface Editor {
  readonly document: { readonly uri: Uri; readonly version: number; readonly text: string };
  readonly selection: { readonly active: { readonly line: number } };
  marked: number[];
  revealed: number | undefined;
  setDecorations(type: unknown, ranges: readonly { readonly line: number }[]): void;
  revealRange(range: { readonly line: number }): void;
}

function uri({ scheme = 'file', path = '', query = '' }: Partial<Uri>): Uri {
  const full = `${scheme}:${path}${query === '' ? '' : `?${query}`}`;
  return { scheme, path, query, fsPath: path, toString: () => full };
}

class Emitter<Value> {
  private readonly listeners: ((value: Value) => void)[] = [];
  readonly event = (listener: (value: Value) => void): { dispose: () => void } => {
    this.listeners.push(listener);
    return { dispose: () => void this.listeners.splice(this.listeners.indexOf(listener), 1) };
  };
  fire(value: Value): void {
    this.listeners.forEach((listener) => listener(value));
  }
  dispose(): void {}
}

interface Provider {
  provideTextDocumentContent(uri: Uri): string;
}

/** As much of the editor as the module uses, with its own rules: what is shown is a new editor beside. */
function standIn() {
  const saved = new Emitter<{ uri: Uri }>();
  const closed = new Emitter<{ uri: Uri }>();
  const selected = new Emitter<{ textEditor: Editor }>();
  const editors: Editor[] = [];
  let provider: Provider | undefined;
  const open = (of: Uri, version: number, content: string): Editor => {
    const editor: Editor = {
      document: { uri: of, version, text: content },
      selection: { active: { line: 0 } },
      marked: [],
      revealed: undefined,
      setDecorations: (_, ranges) => void (editor.marked = ranges.map(({ line }) => line + 1)),
      revealRange: ({ line }) => void (editor.revealed = line + 1),
    };
    editors.push(editor);
    return editor;
  };
  const documentOf = (of: Uri): Editor['document'] =>
    editors.find(({ document }) => String(document.uri) === String(of))?.document ?? {
      uri: of,
      version: 1,
      text: provider?.provideTextDocumentContent(of) ?? '',
    };
  const api = {
    EventEmitter: Emitter,
    ThemeColor: class {},
    Range: class {
      constructor(readonly line: number) {}
    },
    Uri: { from: uri },
    ViewColumn: { Beside: -2 },
    TextEditorRevealType: { InCenterIfOutsideViewport: 2 },
    workspace: {
      registerTextDocumentContentProvider: (_: string, given: Provider) => {
        provider = given;
        return { dispose: () => {} };
      },
      onDidSaveTextDocument: saved.event,
      onDidCloseTextDocument: closed.event,
      openTextDocument: (of: Uri) => Promise.resolve(documentOf(of)),
    },
    window: {
      createTextEditorDecorationType: () => ({ dispose: () => {} }),
      onDidChangeTextEditorSelection: selected.event,
      visibleTextEditors: editors,
      showTextDocument: (document: Editor['document']) =>
        Promise.resolve(open(document.uri, document.version, document.text)),
    },
  };
  const point = (editor: Editor, line: number): void => {
    Object.assign(editor, { selection: { active: { line: line - 1 } } });
    selected.fire({ textEditor: editor });
  };
  return { api, editors, open, point, saved, content: (of: Uri) => provider?.provideTextDocumentContent(of) };
}

describe('generated code in Visual Studio Code', () => {
  let module: string;
  let host: ReturnType<typeof standIn>;
  let source: Editor;
  let code: Editor;
  const file = uri({ path: '/links.opt' });

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: ['editors/vscode/src/generated_code.ts'],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
    });
    module = outputFiles[0]?.text ?? '';
  });

  beforeEach(async () => {
    host = standIn();
    const exported: { exports: Record<string, unknown> } = { exports: {} };
    const load = new Function('require', 'module', 'exports', module) as (...given: unknown[]) => void;
    const modules: Readonly<Record<string, unknown>> = {
      vscode: host.api,
      'node:path': await import('node:path'),
    };
    load((name: string) => modules[name], exported, exported.exports);
    const { GeneratedCode } = exported.exports as {
      GeneratedCode: new (generate: () => Promise<unknown>) => { show(of: Uri): Promise<void> };
    };
    source = host.open(file, 1, text);
    const views = new GeneratedCode(
      async () => (await runPasses(startState({ path: '/links.opt', text }, {}))).printed,
    );
    await views.show(file);
    code = host.editors[1]!;
  });

  it('is shown beside the source, in a document that cannot be saved', () => {
    expect(code.document.uri.scheme).toBe('argmin-generated');
    expect(code.document.text).toContain('function step');
  });

  it('marks and reveals the code of the line that the cursor is on, and the source of a line of code', () => {
    host.point(source, 4);
    expect(source.marked).toEqual([4]);
    expect(code.marked.length).toBeGreaterThan(0);
    expect(code.revealed).toBe(code.marked[0]);
    host.point(code, code.marked[0]!);
    expect(source.marked).toContain(4);
    expect(source.revealed).toBe(source.marked[0]);
    host.point(source, 3);
    expect(code.marked).toEqual([]);
  });

  it('leads nowhere while the source is another than the code was made of, until it is saved', async () => {
    Object.assign(source, { document: { ...source.document, version: 2 } });
    host.point(source, 4);
    expect(code.marked).toEqual([]);
    host.saved.fire({ uri: file });
    await new Promise((resolve) => setTimeout(resolve, 0));
    await expect
      .poll(() => {
        host.point(source, 4);
        return code.marked.length;
      })
      .toBeGreaterThan(0);
  });
});
