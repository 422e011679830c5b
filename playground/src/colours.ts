/**
 * How editors look, in the variables of the page's style, and the colours of the source while one types: words, numbers, strings
 * and comments, from the language's own lists of words.
 */
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import {
  contextualWords,
  declarationHeads,
  expressionWords,
  statementHeads,
} from '../../src/parser/words.js';

const heads = new Set<string>([...declarationHeads, ...statementHeads]);
const within = new Set<string>([...expressionWords, ...contextualWords, 'and', 'or', 'not']);
const types = new Set(['real', 'int', 'bool', 'class', 'optimizer']);

const language = StreamLanguage.define<null>({
  name: 'argmin',
  startState: () => null,
  token: (stream) => {
    if (stream.eatSpace()) return null;
    if (stream.match(/^\/\/\/.*/)) return 'docComment';
    if (stream.match(/^\/\/.*/)) return 'comment';
    if (stream.match(/^"[^"\n]*"?/)) return 'string';
    if (stream.match(/^\d+(\.(?!\.)\d*)?([eE][+-]?\d+)?/)) return 'number';
    const word = stream.match(/^[A-Za-z_]\w*/);
    if (word === null || typeof word === 'boolean') {
      stream.next();
      return null;
    }
    const [text] = word;
    if (heads.has(text)) return 'keyword';
    if (types.has(text)) return 'typeName';
    return within.has(text) ? 'controlKeyword' : 'variableName';
  },
  tokenTable: { docComment: tags.docComment, controlKeyword: tags.controlKeyword, typeName: tags.typeName },
  languageData: { commentTokens: { line: '//' }, closeBrackets: { brackets: ['(', '[', '{', '"'] } },
});

const style = HighlightStyle.define([
  { tag: tags.keyword, class: 'tok-keyword' },
  { tag: tags.controlKeyword, class: 'tok-word' },
  { tag: tags.typeName, class: 'tok-type' },
  { tag: tags.number, class: 'tok-number' },
  { tag: tags.string, class: 'tok-string' },
  { tag: tags.comment, class: 'tok-comment' },
  { tag: tags.docComment, class: 'tok-comment' },
]);

export const tokenColours: Extension = syntaxHighlighting(style);
export const colours: Extension = [language, tokenColours];

const selection =
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground';

/** What CodeMirror brings is made for a white page. */
export const appearance: Extension = EditorView.theme({
  '&.cm-focused': { outline: 'none' },
  // An outline would lie under the numbers of the lines.
  '&.cm-focused::after': {
    content: '""',
    position: 'absolute',
    inset: '0',
    border: '2px solid var(--accent)',
    pointerEvents: 'none',
    zIndex: '300',
  },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--faint)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--panel) 70%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--front)' },
  '.cm-cursor': { borderLeftColor: 'var(--front)' },
  [selection]: { backgroundColor: 'var(--selection)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--selection)' },
  '.cm-linked': { backgroundColor: 'var(--linked)' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--front)', border: '1px solid var(--line)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--code)', maxWidth: 'min(90vw, 40rem)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--back)' },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--accent)',
    color: 'var(--back)',
    padding: '0.15rem 0.5rem',
  },
  '.cm-diagnosticSource': { color: 'var(--faint)', opacity: '1' },
});
