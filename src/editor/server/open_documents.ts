/**
 * The documents that an editor has open, and what must be looked at again when one of them changes. Diagnostics come
 * twice: at once for what changed, and for the whole when the keys rest.
 */
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import type { SourceFile } from '../../parser/source.js';
import type { DocumentDiagnostic } from '../diagnostics.js';
import { diagnostics, quickDiagnostics } from '../diagnostics.js';
import type { Document } from '../document.js';
import { openDocument, refreshDocument, updateDocument } from '../document.js';
import { FileWorkspace, pathOf } from './file_workspace.js';

export interface OpenDocument {
  readonly uri: string;
  text: TextDocument;
  document: Document;
}

export interface Publish {
  (open: OpenDocument, found: readonly DocumentDiagnostic[]): void;
}

/** How long keys must rest before the whole document is checked, in milliseconds. */
export const restTime = 150;

export class OpenDocuments {
  private readonly byUri = new Map<string, OpenDocument>();
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  readonly workspace = new FileWorkspace((file) => this.sourceAt(file));

  constructor(
    private readonly publish: Publish,
    private readonly report: (problem: unknown) => void,
  ) {}

  get(uri: string): OpenDocument | undefined {
    return this.byUri.get(uri);
  }

  all(): readonly OpenDocument[] {
    return [...this.byUri.values()];
  }

  open(uri: string, languageId: string, version: number, content: string): void {
    const text = TextDocument.create(uri, languageId, version, content);
    const open = { uri, text, document: openDocument(this.workspace, pathOf(uri), text.getText()) };
    this.byUri.set(uri, open);
    this.checkSoon(open, 0);
    this.refreshDependents(open.document.source.path);
  }

  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
    const open = this.byUri.get(uri);
    // A change of what was never opened, or an older one that comes late.
    if (open === undefined || version < open.text.version) return;
    open.text = TextDocument.update(open.text, [...changes], version);
    open.document = updateDocument(open.document, open.text.getText());
    this.guarded(() => this.publish(open, quickDiagnostics(open.document)));
    this.checkSoon(open, restTime);
    this.refreshDependents(open.document.source.path);
  }

  close(uri: string): void {
    const open = this.byUri.get(uri);
    if (open === undefined) return;
    this.stopWaiting(uri);
    this.byUri.delete(uri);
    this.publish(open, []);
    // From now on the file on the disk counts.
    this.refreshDependents(open.document.source.path);
  }

  /** A file changed on the disk or in another document: those that import it mean something else now. */
  refreshDependents(file: string): void {
    for (const open of this.byUri.values()) {
      const { document } = open;
      if (document.source.path === file || !document.isChecked) continue;
      const concerned = document
        .checked()
        .imports.some(({ path, from, found }) =>
          found === undefined
            ? this.workspace.resolve(path, { path: from, text: '' }) === file
            : found.path === file,
        );
      if (!concerned) continue;
      open.document = refreshDocument(document);
      this.checkSoon(open, restTime);
    }
  }

  dispose(): void {
    for (const uri of [...this.waiting.keys()]) this.stopWaiting(uri);
    this.byUri.clear();
  }

  private sourceAt(file: string): SourceFile | undefined {
    for (const { document } of this.byUri.values()) {
      if (document.source.path === file) return document.source;
    }
    return undefined;
  }

  private checkSoon(open: OpenDocument, delay: number): void {
    this.stopWaiting(open.uri);
    const timer = setTimeout(() => {
      this.waiting.delete(open.uri);
      if (this.byUri.get(open.uri) !== open) return;
      this.guarded(() => this.publish(open, diagnostics(open.document)));
    }, delay);
    this.waiting.set(open.uri, timer);
  }

  private stopWaiting(uri: string): void {
    clearTimeout(this.waiting.get(uri));
    this.waiting.delete(uri);
  }

  /** A fault of the compiler costs one answer, not the server. */
  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.report(error);
    }
  }
}
