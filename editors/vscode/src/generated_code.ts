/**
 * Generated code beside its source: a document that cannot be written, that follows the source when it is saved, and whose
 * lines are linked with those of the source, both ways. A line that the cursor is on shows its partners.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { LineLinks } from '../../../src/codegen/line_links.js';
import type { LinkedLines } from '../../../src/codegen/line_links.js';
import type { Origin } from '../../../src/runtime/webgpu/plan.js';

export interface GeneratedProgram {
  readonly text: string;
  readonly origins?: readonly Origin[];
}

const scheme = 'argmin-generated';

interface Shown {
  readonly source: vscode.Uri;
  readonly text: string;
  readonly links: LineLinks;
  /** The version of the source that the code was made of: lines of another one lead nowhere. */
  readonly version: number;
}

export class GeneratedCode implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly shown = new Map<string, Shown>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  private readonly mark = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.rangeHighlightForeground'),
  });

  private readonly parts = [
    vscode.workspace.registerTextDocumentContentProvider(scheme, this),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => void this.follow(uri)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => void this.shown.delete(uri.toString())),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.point(textEditor)),
    this.changed,
    this.mark,
  ];

  /** @param generate asks for the program of a source; undefined when there is none, and someone has been told why */
  constructor(private readonly generate: (source: vscode.Uri) => Promise<GeneratedProgram | undefined>) {}

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }

  provideTextDocumentContent(code: vscode.Uri): string {
    return this.shown.get(code.toString())?.text ?? '';
  }

  async show(source: vscode.Uri): Promise<void> {
    const code = codeOf(source);
    if (!(await this.make(source, code))) return;
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(code), beside);
    const editor = vscode.window.visibleTextEditors.find(({ document }) => isOf(document, source));
    if (editor !== undefined) this.point(editor);
  }

  private async make(source: vscode.Uri, code: vscode.Uri): Promise<boolean> {
    const { version } = await vscode.workspace.openTextDocument(source);
    const program = await this.generate(source);
    if (program === undefined) return false;
    const file = source.scheme === 'file' ? source.fsPath : source.toString();
    const links = new LineLinks(program.origins ?? [], file);
    this.shown.set(code.toString(), { source, text: program.text, links, version });
    this.changed.fire(code);
    return true;
  }

  private async follow(source: vscode.Uri): Promise<void> {
    const code = codeOf(source);
    if (this.shown.has(code.toString())) await this.make(source, code);
  }

  /** The cursor is on a line of this editor. */
  private point(editor: vscode.TextEditor): void {
    const { document } = editor;
    const line = editor.selection.active.line + 1;
    const isCode = document.uri.scheme === scheme;
    const shown = this.shown.get((isCode ? document.uri : codeOf(document.uri)).toString());
    if (shown === undefined) return;
    const source = vscode.window.visibleTextEditors.find((each) => isOf(each.document, shown.source));
    const isCurrent = source?.document.version === shown.version;
    const lines = isCurrent ? linesAt(shown.links, line, isCode) : { source: [], code: [] };
    if (source !== undefined) this.decorate(source, lines.source, isCode);
    const code = vscode.window.visibleTextEditors.find((each) => isOf(each.document, codeOf(shown.source)));
    if (code !== undefined) this.decorate(code, lines.code, !isCode);
  }

  private decorate(editor: vscode.TextEditor, lines: readonly number[], reveal: boolean): void {
    const ranges = lines.map((line) => new vscode.Range(line - 1, 0, line - 1, 0));
    editor.setDecorations(this.mark, ranges);
    const [first] = ranges;
    if (!reveal || first === undefined) return;
    editor.revealRange(first, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

function linesAt(links: LineLinks, line: number, isCode: boolean): LinkedLines {
  return isCode ? links.ofCode(line) : links.ofSource(line);
}

function isOf({ uri }: vscode.TextDocument, wanted: vscode.Uri): boolean {
  return uri.toString() === wanted.toString();
}

/** The document of the code: its path gives it a title and its colours, its query says what it comes from. */
function codeOf(source: vscode.Uri): vscode.Uri {
  const name = path.posix.basename(source.path, '.opt');
  return vscode.Uri.from({ scheme, path: `/${name}.generated.ts`, query: source.toString() });
}
