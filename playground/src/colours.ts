/** Colours of the source while one types: words, numbers, strings and comments, from the language's own lists of words. */
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
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

export const colours: Extension = [language, syntaxHighlighting(style)];
