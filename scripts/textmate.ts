/**
 * The TextMate grammar, for editors and for the highlighting of documentation, made from the words of the lexer. Words
 * that are keywords only in their place are told by what stands beside them: two operands never stand side by side, so a
 * word between two operands is a keyword.
 */
import { foreignOperators } from '../src/parser/tokens.js';
import { declarationHeads } from '../src/parser/words.js';

const scope = 'source.argmin';

const heads = [...declarationHeads, 'derivative', 'state', 'return', 'assert'] as const;
const control = ['if', 'then', 'else', 'using', 'in', 'argmin', 'argmax'] as const;
/** Words with an operand on either side, or at the beginning of a line of clauses. */
const infixWords = [
  'over',
  'on',
  'by',
  'to',
  'for',
  'until',
  'batch',
  'seed',
  'every',
  'where',
  'within',
  'as',
  'from',
  'proxy',
  'while',
  'split',
  'front',
  'truncated',
  'is',
  'except',
  'per',
];
/** Words that end a clause. */
const closingWords = [
  'epochs',
  'epoch',
  'steps',
  'step',
  'times',
  'tensor',
  'warm',
  'cold',
  'unrolled',
  'implicit',
  'alternating',
  'simultaneous',
];

/** Words and signs behind which an operand stands, so that what follows is a name. */
const namesFollow = [
  ...[
    'return',
    'let',
    'param',
    'hyper',
    'dim',
    'model',
    'report',
    'state',
    'fn',
    'module',
    'set',
    'if',
    'then',
  ],
  ...['else', 'and', 'or', 'not', 'until', 'using', 'minimize', 'maximize', 'while', 'over', 'on', 'assert'],
];
const notBehindThose = namesFollow.map((word) => `(?<!\\b${word} )`).join('');
const behindOperand = `(?<=[\\w)\\]}"%\\s])${notBehindThose}`;
const beforeOperand = String.raw`(?=\s+(?:[A-Za-z0-9_("\[{]|-[^\s>=]))(?!\s+(?:and|or|in|then|else|over|on|for|by|until|where|within)\b(?!\s*[)\]]))`;
const notBeforeOperator = String.raw`(?!\s*(?:[-+*/^@=:(\[,.<>!~)\]]|and\b|or\b))`;

const alternatives = (words: readonly string[]): string => `\\b(?:${words.join('|')})\\b`;
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

interface Pattern {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  readonly patterns?: readonly Pattern[];
  readonly include?: string;
}

function declared(words: readonly string[], name: string): Pattern {
  return {
    match: `\\b(${words.join('|')})\\s+([A-Za-z_][A-Za-z0-9_]*)`,
    captures: { '1': { name: 'keyword.declaration.argmin' }, '2': { name } },
  };
}

const functionLike = ['fn', 'optimizer', 'schedule', 'aggregator', 'handler'];
const typeLike = ['module', 'set', 'distribution'];
const valueLike = ['param', 'hyper', 'dim', 'model', 'report', 'let', 'state'];

const repository: Readonly<Record<string, { readonly patterns: readonly Pattern[] }>> = {
  comments: {
    patterns: [
      { name: 'comment.line.documentation.argmin', match: '///(?!/).*$' },
      { name: 'comment.line.double-slash.argmin', match: '//.*$' },
    ],
  },
  strings: {
    patterns: [
      {
        name: 'string.quoted.double.argmin',
        match: '"(?:[^"\\\\\\r\\n]|\\\\[^\\r\\n])*"?',
      },
    ],
  },
  numbers: {
    patterns: [
      {
        name: 'constant.numeric.argmin',
        match: '\\b[0-9][0-9_]*(?:\\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?',
      },
      { name: 'constant.language.argmin', match: alternatives(['true', 'false']) },
    ],
  },
  declarations: {
    patterns: [
      declared(functionLike, 'entity.name.function.argmin'),
      declared(typeLike, 'entity.name.type.argmin'),
      declared(valueLike, 'variable.other.definition.argmin'),
      { name: 'keyword.declaration.argmin', match: '\\btest(?=\\s*")' },
      { name: 'keyword.declaration.argmin', match: alternatives(heads) },
    ],
  },
  words: {
    patterns: [
      { name: 'keyword.operator.word.argmin', match: alternatives(['and', 'or', 'not']) },
      { name: 'keyword.control.argmin', match: alternatives(control) },
      // A loop at the beginning of a line, and what stands in few places only.
      { name: 'keyword.control.argmin', match: '\\bfor(?=\\s+[A-Za-z_]\\w*\\s+in\\b)' },
      { name: 'keyword.other.clause.argmin', match: '\\bper(?=\\s+tensor\\b)|(?<=\\bper )tensor\\b' },
      { name: 'keyword.other.clause.argmin', match: '\\ball(?=\\s+except\\b)|(?<=\\ball )except\\b' },
      {
        name: 'keyword.other.clause.argmin',
        match: `${behindOperand}\\bsamples(?=\\s*=)`,
      },
      { name: 'keyword.other.clause.argmin', match: '(?<=[\\w)] in )order\\b' },
      { name: 'keyword.other.clause.argmin', match: '\\bfrom(?=\\s+(?:std\\b|"))' },
      {
        name: 'keyword.other.clause.argmin',
        match: `${behindOperand}${alternatives(infixWords)}${beforeOperand}`,
      },
      {
        name: 'keyword.other.clause.argmin',
        match: `(?<=[\\w)\\]] )${notBehindThose}(?<!\\bin )(?<!\\bfor )${alternatives(closingWords)}${notBeforeOperator}`,
      },
    ],
  },
  types: {
    patterns: [
      { name: 'support.type.argmin', match: '\\b(?:real|bool|int)\\b(?!\\s*\\()' },
      { name: 'support.type.argmin', match: '\\bclass(?=\\s*\\()' },
    ],
  },
  operators: {
    patterns: [
      {
        name: 'invalid.illegal.argmin',
        match: Object.keys(foreignOperators)
          .filter((sign) => sign !== '!')
          .map(escaped)
          .join('|'),
      },
      { name: 'keyword.operator.argmin', match: '<-|<=|>=|==|!=|\\.\\.\\.?|[-+*/^@=<>~]' },
      { name: 'invalid.illegal.argmin', match: '[!;]' },
      { name: 'punctuation.bracket.argmin', match: '[()\\[\\]{}]' },
      { name: 'punctuation.separator.argmin', match: '[,:.%]' },
    ],
  },
  names: {
    patterns: [
      { name: 'entity.name.function.call.argmin', match: '\\b[A-Za-z_][A-Za-z0-9_]*(?=\\()' },
      { name: 'variable.other.argmin', match: '\\b[A-Za-z_][A-Za-z0-9_]*\\b' },
    ],
  },
};

const grammar = {
  $schema: 'https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json',
  name: 'Argmin',
  scopeName: scope,
  fileTypes: ['opt'],
  patterns: Object.keys(repository).map((name) => ({ include: `#${name}` })),
  repository,
};

/** Fences of Markdown that hold programs. */
const markdown = {
  name: 'Argmin in Markdown',
  scopeName: 'markdown.argmin.codeblock',
  injectionSelector: 'L:text.html.markdown',
  fileTypes: [],
  patterns: [
    {
      name: 'markup.fenced_code.block.markdown',
      begin: '(^|\\G)(\\s*)(`{3,}|~{3,})\\s*(?i:(argmin|opt)((\\s+|:|,|\\{|\\?)[^`]*)?$)',
      end: '(^|\\G)(\\2|\\s{0,3})(\\3)\\s*$',
      beginCaptures: {
        '3': { name: 'punctuation.definition.markdown' },
        '4': { name: 'fenced_code.block.language.markdown' },
      },
      endCaptures: { '3': { name: 'punctuation.definition.markdown' } },
      patterns: [
        {
          begin: '(^|\\G)(\\s*)(.*)',
          while: '(^|\\G)(?!\\s*([`~]{3,})\\s*$)',
          contentName: 'meta.embedded.block.argmin',
          patterns: [{ include: scope }],
        },
      ],
    },
  ],
};

/** The files by name. */
export function textmateFiles(): ReadonlyMap<string, string> {
  const text = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
  return new Map([
    ['argmin.tmLanguage.json', text(grammar)],
    ['argmin.markdown.tmLanguage.json', text(markdown)],
  ]);
}
