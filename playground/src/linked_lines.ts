/** Lines of an editor that are marked because a line of another editor is pointed at, and what tells of such pointing. */
import { StateEffect, StateField } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import type { DecorationSet } from '@codemirror/view';

/** A line, from 1; undefined where the pointer has left. `cursor` is meant to stay, `pointer` passes over. */
export type OnLine = (line: number | undefined, by: 'cursor' | 'pointer') => void;

const mark = Decoration.line({ class: 'cm-linked' });
const setLines = StateEffect.define<readonly number[]>();

const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setLines)) continue;
      const { doc } = transaction.state;
      const starts = effect.value
        .filter((line) => line >= 1 && line <= doc.lines)
        .map((line) => doc.line(line).from);
      return Decoration.set(
        starts.map((start) => mark.range(start)),
        true,
      );
    }
    return transaction.docChanged ? Decoration.none : decorations;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export function linkedLines(onLine: OnLine): Extension {
  const lineAt = (view: EditorView, offset: number): number => view.state.doc.lineAt(offset).number;
  return [
    marked,
    EditorView.updateListener.of(({ view, state, selectionSet, focusChanged }) => {
      if (view.hasFocus && (selectionSet || focusChanged))
        onLine(lineAt(view, state.selection.main.head), 'cursor');
    }),
    EditorView.domEventHandlers({
      mousemove: ({ clientX, clientY }, view) => {
        const offset = view.posAtCoords({ x: clientX, y: clientY });
        if (offset !== null) onLine(lineAt(view, offset), 'pointer');
      },
      mouseleave: () => onLine(undefined, 'pointer'),
    }),
  ];
}

/** @param reveal brings the first of them into view */
export function markLines(view: EditorView, lines: readonly number[], reveal: boolean): void {
  const effects: StateEffect<unknown>[] = [setLines.of(lines)];
  const [first] = lines;
  if (reveal && first !== undefined && first <= view.state.doc.lines) {
    effects.push(EditorView.scrollIntoView(view.state.doc.line(first).from, { y: 'center' }));
  }
  view.dispatch({ effects });
}
