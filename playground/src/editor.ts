/** The editor: CodeMirror with the answers of the language service. */
import { autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { linter, lintGutter, lintKeymap } from '@codemirror/lint';
import type { Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { appearance, colours } from './colours.js';
import { linkedLines, markLines } from './linked_lines.js';
import type { OnLine } from './linked_lines.js';
import type { LanguageQuestions, PlainEdit } from './messages.js';
import type { QuestionClient } from './question_client.js';

type LanguageClient = QuestionClient<LanguageQuestions>;

export interface SourceEditor {
  readonly text: () => string;
  readonly replace: (text: string) => void;
  readonly apply: (edits: readonly PlainEdit[]) => void;
  /** Marks lines, counted from 1. */
  readonly mark: (lines: readonly number[], reveal: boolean) => void;
}

export interface EditorEvents {
  readonly run: () => void;
  readonly change: () => void;
  readonly line: OnLine;
}

export function openEditor(
  parent: HTMLElement,
  language: LanguageClient,
  path: () => string,
  on: EditorEvents,
): SourceEditor {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of('  '),
        colours,
        lintGutter(),
        linter((asked) => diagnosticsOf(language, path(), asked), { delay: 200 }),
        autocompletion({ override: [(context) => completionsAt(language, path(), context)] }),
        hoverTooltip((asked, position) => hoverAt(language, path(), asked, position)),
        keymap.of([
          { key: 'Mod-Enter', run: () => (on.run(), true) },
          ...completionKeymap,
          ...lintKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          // Escape, then Tab leaves the editor.
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({
          'aria-label': 'Source of the program',
          'aria-describedby': 'keys',
        }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (docChanged) on.change();
        }),
        EditorView.lineWrapping,
        appearance,
        linkedLines(on.line),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    apply: (edits) => view.dispatch({ changes: changesOf(edits) }),
    mark: (lines, reveal) => markLines(view, lines, reveal),
  };
}

function changesOf(edits: readonly PlainEdit[]) {
  return edits.map(({ start, end, newText }) => ({ from: start, to: end, insert: newText }));
}

async function diagnosticsOf(
  language: LanguageClient,
  path: string,
  view: EditorView,
): Promise<readonly Diagnostic[]> {
  const text = view.state.doc.toString();
  const found = (await language.ask('diagnose', path, { text })) ?? [];
  return found.map(({ start, end, severity, code, message, fixes }) => ({
    from: Math.min(start, text.length),
    to: Math.min(Math.max(end, start), text.length),
    severity,
    source: code,
    message,
    actions: fixes.map(({ title, edits }) => ({
      name: title,
      apply: (shown: EditorView) => shown.dispatch({ changes: changesOf(edits) }),
    })),
  }));
}

async function completionsAt(
  language: LanguageClient,
  path: string,
  context: CompletionContext,
): Promise<CompletionResult | null> {
  const word = context.matchBefore(/\w+|\.|"[^"]*/);
  if (word === null && !context.explicit) return null;
  const text = context.state.doc.toString();
  const answer = await language.ask('complete', path, { text, offset: context.pos });
  if (answer === undefined || answer.items.length === 0) return null;
  return {
    from: answer.from,
    options: answer.items.map(({ label, detail, documentation, insert, kind, rank }) => ({
      label,
      detail,
      type: kind,
      boost: -Math.min(99, rank),
      apply: insert,
      ...(documentation === '' ? {} : { info: documentation }),
    })),
    validFor: /^\w*$/,
  };
}

async function hoverAt(language: LanguageClient, path: string, view: EditorView, position: number) {
  const text = view.state.doc.toString();
  const answer = await language.ask('hover', path, { text, offset: position });
  if (answer === undefined) return null;
  return {
    pos: answer.start,
    end: answer.end,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'tooltip';
      dom.textContent = answer.text;
      return { dom };
    },
  };
}
