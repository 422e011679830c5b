/** Generated code, to be read: line numbers, colours, and lines that are linked to the source. */
import { defaultKeymap } from '@codemirror/commands';
import { StreamLanguage } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { appearance, tokenColours } from './colours.js';
import { linkedLines, markLines } from './linked_lines.js';
import type { OnLine } from './linked_lines.js';

const words =
  /^(?:function|const|let|var|for|while|if|else|return|break|continue|new|fn|struct|loop|switch|case|enable|override|@\w+|f32|i32|u32|bool|array|vec[234])\b/;

/** TypeScript and WGSL as far as colours go. */
const language = StreamLanguage.define<null>({
  startState: () => null,
  token: (stream) => {
    if (stream.eatSpace()) return null;
    if (stream.match(/^\/\/.*/)) return 'comment';
    if (stream.match(words)) return 'keyword';
    if (stream.match(/^(?:0x[\da-f]+|\d+\.?\d*(?:e[+-]?\d+)?)[fiu]?/i)) return 'number';
    if (!stream.match(/^[A-Za-z_@]\w*/)) stream.next();
    return null;
  },
});

export class CodeView {
  private readonly view: EditorView;

  constructor(parent: HTMLElement, label: string, onLine: OnLine) {
    const extensions = [
      lineNumbers(),
      language,
      tokenColours,
      appearance,
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true' }),
      keymap.of(defaultKeymap),
      linkedLines(onLine),
    ];
    this.view = new EditorView({ parent, state: EditorState.create({ extensions }) });
  }

  show(text: string): void {
    if (text === this.view.state.doc.toString()) return;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  mark(lines: readonly number[], reveal: boolean): void {
    markLines(this.view, lines, reveal);
  }
}
