/**
 * As much of Visual Studio Code as the extension and its language client use, with nothing behind it but what a test looks
 * at: providers as they are registered, diagnostics as they are published, panels as they are filled.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Module from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The editor's own declarations, for the names of its classes. */
const declarations = readFileSync(createRequire(import.meta.url).resolve('@types/vscode/index.d.ts'), 'utf8');

/** The oldest version that the extension says it runs in. */
const manifest = readFileSync(new URL('../../editors/vscode/package.json', import.meta.url), 'utf8');
const oldest = /"vscode": "\^([\d.]+)"/.exec(manifest)?.[1] ?? '';

type Listener = (value: unknown) => void;

class Emitter {
  private readonly listeners = new Set<Listener>();
  readonly event = (listener: Listener, self?: unknown): { dispose: () => void } => {
    const bound: Listener = self === undefined ? listener : listener.bind(self);
    this.listeners.add(bound);
    return { dispose: () => void this.listeners.delete(bound) };
  };
  fire(value: unknown): void {
    for (const listener of [...this.listeners]) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(...given: readonly [Position, Position] | readonly [number, number, number, number]) {
    const [a, b, c, d] = given;
    this.start = typeof a === 'number' ? new Position(a, Number(b)) : a;
    this.end = typeof a === 'number' ? new Position(Number(c), Number(d)) : (b as Position);
  }
}

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly path: string,
  ) {}
  static parse(text: string): Uri {
    const { protocol, pathname } = new URL(text);
    return new Uri(protocol.slice(0, -1), decodeURIComponent(pathname));
  }
  static file(file: string): Uri {
    return new Uri('file', file);
  }
  static from({ scheme, path: name = '' }: { readonly scheme: string; readonly path?: string }): Uri {
    return new Uri(scheme, name);
  }
  get fsPath(): string {
    return this.path;
  }
  get authority(): string {
    return '';
  }
  get query(): string {
    return '';
  }
  with(): Uri {
    return this;
  }
  toString(): string {
    return this.scheme === 'file' ? pathToFileURL(this.path).href : `${this.scheme}:${this.path}`;
  }
}

export class TextDocument {
  readonly languageId = 'argmin';
  readonly isClosed = false;
  readonly eol = 1;
  version = 1;
  constructor(
    readonly uri: Uri,
    public text: string,
  ) {}
  get fileName(): string {
    return this.uri.fsPath;
  }
  getText(): string {
    return this.text;
  }
  save(): Promise<boolean> {
    return Promise.resolve(true);
  }
  offsetAt({ line, character }: Position): number {
    const lines = this.text.split('\n');
    return lines.slice(0, line).reduce((total, each) => total + each.length + 1, 0) + character;
  }
  positionAt(offset: number): Position {
    const before = this.text.slice(0, offset).split('\n');
    return new Position(before.length - 1, before.at(-1)?.length ?? 0);
  }
}

/** Anything else of the editor's classes: what it was made of, and what is set on it. */
function classNamed(name: string): unknown {
  const made = class {
    readonly given: readonly unknown[];
    constructor(...given: readonly unknown[]) {
      this.given = given;
      // The first members of the classes that are read back.
      const members = memberNames[name] ?? [];
      members.forEach((member, place) => {
        if (given[place] !== undefined) Object.assign(this, { [member]: given[place] });
      });
    }
    static join(): unknown {
      return new made();
    }
  };
  // Enumerations are classes without an instance: their members are numbers, which are not looked at.
  return new Proxy(made, {
    get: (target, key, receiver): unknown =>
      key in target || typeof key === 'symbol' ? Reflect.get(target, key, receiver) : members(name, key),
  });
}

/** `CodeActionKind.QuickFix` is an object, `DiagnosticSeverity.Error` a number. */
function members(name: string, member: string): unknown {
  if (name !== 'CodeActionKind' && name !== 'DocumentDropOrPasteEditKind') return 0;
  const kind = (value: string): object => ({
    value,
    append: (more: string) => kind(value === '' ? more : `${value}.${more}`),
    contains: () => true,
  });
  return kind(member === 'Empty' ? '' : member.toLowerCase());
}

const memberNames: Readonly<Record<string, readonly string[]>> = {
  Diagnostic: ['range', 'message', 'severity'],
  CompletionItem: ['label', 'kind'],
  Hover: ['contents', 'range'],
  MarkdownString: ['value'],
  TextEdit: ['range', 'newText'],
  CodeAction: ['title', 'kind'],
  CodeLens: ['range', 'command'],
  CompletionList: ['items', 'isIncomplete'],
  Location: ['uri', 'range'],
};

class WorkspaceEdit {
  readonly changes = new Map<string, readonly { readonly range: Range; readonly newText: string }[]>();
  set(uri: Uri, edits: readonly { readonly range: Range; readonly newText: string }[]): void {
    this.changes.set(uri.toString(), edits);
  }
}

class CancellationTokenSource {
  readonly token = { isCancellationRequested: false, onCancellationRequested: new Emitter().event };
  cancel(): void {}
  dispose(): void {}
}

/** Provider methods by name: `provideHover`. */
export type Provider = Readonly<Record<string, ((...given: readonly unknown[]) => unknown) | undefined>>;

export interface Panel {
  readonly title: string;
  readonly messages: readonly { readonly kind: string; readonly text?: string }[];
}

export interface StandIn {
  readonly opened: Emitter;
  readonly changed: Emitter;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly diagnostics: ReadonlyMap<
    string,
    readonly { readonly range: Range; readonly message: string; readonly code?: unknown }[]
  >;
  readonly commands: ReadonlyMap<string, (...given: readonly unknown[]) => unknown>;
  readonly panels: readonly Panel[];
  readonly warnings: readonly string[];
  open(document: TextDocument): void;
  change(document: TextDocument, text: string): void;
  activate(folder: string): Promise<{ deactivate(): Promise<void> }>;
}

function emptyEvents(members: Readonly<Record<string, unknown>>): object {
  return new Proxy(members, {
    get: (target, key): unknown =>
      key in target || typeof key === 'symbol'
        ? Reflect.get(target, key)
        : /^on(Did|Will)/.test(key)
          ? new Emitter().event
          : undefined,
  });
}

export function standIn(): StandIn {
  const [opened, changed] = [new Emitter(), new Emitter()];
  const documents: TextDocument[] = [];
  const providers = new Map<string, Provider>();
  const diagnostics = new Map<string, never[]>();
  const commands = new Map<string, (...given: readonly unknown[]) => unknown>();
  const panels: { title: string; messages: { kind: string; text?: string }[] }[] = [];
  const warnings: string[] = [];
  const disposable = { dispose: (): void => {} };
  const documentAt = (uri: Uri): TextDocument =>
    documents.find((each) => each.uri.toString() === uri.toString()) ?? new TextDocument(uri, '');
  const languages = new Proxy(
    {
      match: () => 10,
      createDiagnosticCollection: () => ({
        set: (uri: Uri, found: never[]) => void diagnostics.set(uri.toString(), found ?? []),
        delete: (uri: Uri) => void diagnostics.delete(uri.toString()),
        has: () => false,
        clear: () => diagnostics.clear(),
        dispose: () => {},
      }),
    },
    {
      get: (target, key): unknown =>
        key in target
          ? Reflect.get(target, key)
          : (_: unknown, provider: Provider) => {
              providers.set(String(key).replace(/^register|Provider$/g, ''), provider);
              return disposable;
            },
    },
  );
  const channel = new Proxy({}, { get: () => () => disposable });
  const api: Readonly<Record<string, unknown>> = {
    version: oldest,
    Position,
    Range,
    Uri,
    WorkspaceEdit,
    EventEmitter: Emitter,
    CancellationTokenSource,
    Disposable: class {
      constructor(readonly dispose: () => void) {}
      static from = (): object => disposable;
    },
    languages,
    env: { language: 'en', appName: 'stand-in', onDidChangeTelemetryEnabled: new Emitter().event },
    extensions: emptyEvents({ getExtension: () => undefined, all: [] }),
    commands: {
      registerCommand: (name: string, run: (...given: readonly unknown[]) => unknown) => {
        if (commands.has(name)) throw new Error(`command '${name}' already exists`);
        commands.set(name, run);
        return { dispose: () => void commands.delete(name) };
      },
      executeCommand: () => Promise.resolve(),
    },
    window: emptyEvents({
      activeTextEditor: undefined,
      visibleTextEditors: [],
      tabGroups: emptyEvents({ all: [] }),
      createOutputChannel: () => channel,
      createTextEditorDecorationType: () => disposable,
      showWarningMessage: (text: string) => Promise.resolve(void warnings.push(text)),
      showErrorMessage: (text: string) => Promise.resolve(void warnings.push(text)),
      showInformationMessage: () => Promise.resolve(),
      showTextDocument: () => Promise.resolve(),
      createWebviewPanel: (_: string, title: string) => {
        const panel = { title, messages: [] as { kind: string; text?: string }[] };
        panels.push(panel);
        const webview = {
          html: '',
          postMessage: (message: { kind: string }) => panel.messages.push(message),
        };
        return { webview, onDidDispose: new Emitter().event };
      },
    }),
    workspace: emptyEvents({
      isTrusted: true,
      textDocuments: documents,
      notebookDocuments: [],
      workspaceFolders: undefined,
      onDidOpenTextDocument: opened.event,
      onDidChangeTextDocument: changed.event,
      getConfiguration: () => ({ get: () => undefined, has: () => false, inspect: () => undefined }),
      createFileSystemWatcher: () => emptyEvents({ dispose: () => {} }),
      openTextDocument: (uri: Uri) => Promise.resolve(documentAt(uri)),
      registerTextDocumentContentProvider: () => disposable,
      asRelativePath: String,
    }),
  };
  const vscode: Record<string, unknown> = { ...api };
  // The client copies the editor's names one by one, so all of them must be there.
  for (const [, name = ''] of declarations.matchAll(/^\texport (?:class|enum) (\w+)/gm)) {
    vscode[name] ??= classNamed(name);
  }
  return {
    opened,
    changed,
    providers,
    diagnostics,
    commands,
    panels,
    warnings,
    open: (document) => {
      documents.push(document);
      opened.fire(document);
    },
    change: (document, text) => {
      const range = new Range(new Position(0, 0), document.positionAt(document.text.length));
      const { length } = document.text;
      document.text = text;
      document.version += 1;
      const contentChanges = [{ range, rangeOffset: 0, rangeLength: length, text }];
      changed.fire({ document, contentChanges, reason: undefined });
    },
    activate: async (folder) => {
      const extension = loadWith(vscode, path.join(folder, 'dist/extension.cjs'));
      const context = { subscriptions: [], asAbsolutePath: (name: string) => path.join(folder, name) };
      await extension.activate(context);
      return extension;
    },
  };
}

interface Extension {
  activate(context: object): Promise<void>;
  deactivate(): Promise<void>;
}

/** Loads a bundle for which `vscode` is a given object. */
function loadWith(vscode: object, file: string): Extension {
  const loader = Module as unknown as { _load: (request: string, ...more: readonly unknown[]) => unknown };
  const load = loader._load;
  loader._load = (request, ...more) => (request === 'vscode' ? vscode : load.call(Module, request, ...more));
  try {
    const require = createRequire(fileURLToPath(import.meta.url));
    return require(file) as Extension;
  } finally {
    loader._load = load;
  }
}
