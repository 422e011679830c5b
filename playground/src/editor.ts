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
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { colours } from './colours.js';
import type { LanguageClient } from './language_client.js';
import type { PlainEdit } from './messages.js';

export interface SourceEditor {
  readonly text: () => string;
  readonly replace: (text: string) => void;
  readonly apply: (edits: readonly PlainEdit[]) => void;
  readonly focus: () => void;
}

export function openEditor(
  parent: HTMLElement,
  language: LanguageClient,
  path: () => string,
  onRun: () => void,
): SourceEditor {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of('  '),
        colours,
        lintGutter(),
        linter((asked) => diagnosticsOf(language, path(), asked), { delay: 200 }),
        autocompletion({ override: [(context) => completionsAt(language, path(), context)] }),
        hoverTooltip((asked, position) => hoverAt(language, path(), asked, position)),
        keymap.of([
          { key: 'Mod-Enter', run: () => (onRun(), true) },
          ...completionKeymap,
          ...lintKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          // Escape, then Tab leaves the editor.
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({ 'aria-label': 'Source of the program' }),
        EditorView.lineWrapping,
        EditorView.theme({
          '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--faint)', border: 'none' },
          '.cm-activeLine': { backgroundColor: 'var(--panel)' },
          '.cm-cursor': { borderLeftColor: 'var(--front)' },
          '.cm-tooltip': {
            backgroundColor: 'var(--panel)',
            color: 'var(--front)',
            border: '1px solid var(--line)',
          },
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    apply: (edits) => view.dispatch({ changes: changesOf(edits) }),
    focus: () => view.focus(),
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
