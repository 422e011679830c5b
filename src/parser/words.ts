/**
 * The words of the language, as text: who only colours or completes a program needs them without the machinery of the
 * lexer.
 */

/** Words that begin a declaration. */
export const declarationHeads = [
  'import',
  'dim',
  'hyper',
  'data',
  'param',
  'let',
  'fn',
  'module',
  'model',
  'minimize',
  'maximize',
  'solve',
  'report',
  'precision',
  'optimizer',
  'schedule',
  'aggregator',
  'set',
  'distribution',
  'subject',
  'handler',
  'extern',
] as const;

/** Words that begin a statement. */
export const statementHeads = ['state', 'if', 'return', 'assert'] as const;
/** Words within an expression. */
export const expressionWords = [
  'derivative',
  'using',
  'in',
  'then',
  'else',
  'true',
  'false',
  'argmin',
  'argmax',
] as const;

/** Words that mean something in one place only, and are names elsewhere. */
export const contextualWords = [
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
  'test',
  'order',
  'as',
  'all',
  'except',
  'epochs',
  'epoch',
  'steps',
  'step',
  'per',
  'tensor',
  'while',
  'split',
  'from',
  'proxy',
  'samples',
  'unrolled',
  'truncated',
  'implicit',
  'warm',
  'cold',
  'front',
  'times',
  'alternating',
  'simultaneous',
  'is',
] as const;
