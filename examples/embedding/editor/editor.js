/** CodeMirror 6 on the language service: each extension asks it one thing about the document. */
import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { linter, lintGutter } from '@codemirror/lint';
import { EditorState, StateField } from '@codemirror/state';
import { Decoration, EditorView, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import {
  completion,
  completionDetails,
  diagnostics,
  formatDocument,
  hover,
  librarySources,
  openDocument,
  semanticTokens,
  updateDocument,
} from 'argmin/editor';

const start = `data "points.csv" {
  X: real[N, D] = columns(u, v)
  y: real[N]    = column(z)
}

param w: real[D] = 0

minimize mean(hubr(X @ w - y))

solve using lbfgs() until grad_norm < 1e-8
`;

// What the service cannot know by itself: the library, and the columns of data files, for completion.
const workspace = { library: librarySources(), columns: () => ['u', 'v', 'z'] };

/** The document as the service sees it. It never changes; an edit makes a new one that keeps what was not touched. */
const service = StateField.define({
  create: (state) => openDocument(workspace, 'problem.opt', state.doc.toString()),
  update: (document, { docChanged, newDoc }) =>
    docChanged ? updateDocument(document, newDoc.toString()) : document,
});

const changesOf = (edits) =>
  edits.map(({ range, newText }) => ({ from: range.start, to: range.end, insert: newText }));

function errors(view) {
  return diagnostics(view.state.field(service)).map(({ range, severity, code, message, notes, fixes }) => ({
    from: range.start,
    to: range.end,
    severity,
    source: code,
    message: [message, ...notes].join('\n'),
    actions: fixes.map(({ title, edits }) => ({
      name: title,
      apply: (shown) => shown.dispatch({ changes: changesOf(edits) }),
    })),
  }));
}

function completions(context) {
  if (!context.explicit && context.matchBefore(/[\w."]/) === null) return null;
  const document = context.state.field(service);
  const { range, items } = completion(document, context.pos);
  return {
    from: range.start,
    options: items.map((item) => ({
      label: item.label,
      type: item.kind,
      boost: -Math.min(99, item.rank),
      ...(item.detail === undefined ? {} : { detail: item.detail }),
      info: () => paragraphs(completionDetails(document, item)),
    })),
    validFor: /^\w*$/,
  };
}

function explanation(view, position) {
  const found = hover(view.state.field(service), position);
  if (found === undefined) return null;
  const { range, code, text } = found;
  return {
    pos: range.start,
    end: range.end,
    create: () => ({ dom: paragraphs({ code, text: text.join('\n\n') }) }),
  };
}

/** Code, and what is to be said of it. */
function paragraphs({ code, text }) {
  const dom = document.createElement('div');
  const add = (name, content) => {
    if (content !== '') dom.append(Object.assign(document.createElement(name), { textContent: content }));
  };
  add('pre', code);
  add('p', text);
  return dom;
}

/** Names coloured by what they are, which no grammar can tell. */
const colours = EditorView.decorations.compute([service], (state) =>
  Decoration.set(
    semanticTokens(state.field(service)).map(({ range, type }) =>
      Decoration.mark({ class: `name-${type}` }).range(range.start, range.end),
    ),
    true,
  ),
);

const theme = EditorView.baseTheme({
  '.name-keyword': { color: '#0b62d6', fontWeight: 'bold' },
  '.name-variable': { color: '#7a3e00' },
  '.name-function, .name-class': { color: '#6941c6' },
  '.name-type': { color: '#05603a' },
});

const view = new EditorView({
  parent: document.getElementById('editor'),
  state: EditorState.create({
    doc: start,
    extensions: [
      service,
      lineNumbers(),
      history(),
      lintGutter(),
      linter(errors, { delay: 200 }),
      autocompletion({ override: [completions] }),
      hoverTooltip(explanation),
      colours,
      theme,
      keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ 'aria-label': 'The problem' }),
    ],
  }),
});

document.getElementById('format').addEventListener('click', () => {
  view.dispatch({ changes: changesOf(formatDocument(view.state.field(service))) });
});
