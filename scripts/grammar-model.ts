/**
 * The grammar as plain data: what the parser's own rules say, without the alternatives that exist only to report a
 * mistake, and with the text of terminals in place of the names of tokens. The EBNF and the railroad diagrams are
 * two printers of it.
 */
import type { ISerializedGast } from 'chevrotain';
import { grammarOf } from '../src/parser/grammar.js';
import { allTokens, BinaryOperator, foreignOperators, PrefixOperator } from '../src/parser/tokens.js';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Part[] }
  | { readonly kind: 'option' | 'repetition'; readonly part: Part };

export interface Rule {
  readonly name: string;
  readonly part: Part;
  /** Parsed, and answered with "not part of the language yet". */
  readonly isReserved: boolean;
}

/** Rules of forms that the parser knows only to say that they come later, or never. */
const reservedRules = new Set(['setClause', 'structureClause', 'structuredVariable', 'nestedProblem']);

/** Rules and alternatives that exist only to report a mistake: by rule, what is left out of its choices. */
const mistakes: Readonly<Record<string, readonly string[]>> = {
  name: ['ReservedWord'],
  atom: ['ReservedWord'],
  declaration: ['problemState', 'updateStatement'],
  statement: ['whileStatement'],
  updateStatement: ['='],
};
const mistakenRules = new Set(['problemState', 'whileStatement']);

/** Tokens that stand for a class of texts, described in words. */
export const lexicalRules: readonly (readonly [string, string])[] = [
  ['Identifier', 'letter or "_", then letters, digits and "_"; not a reserved word'],
  ['UpdatedName', 'an Identifier before "<-", or before "[" ... "]" "<-", that begins a statement'],
  ['Number', 'digits with "_" between them, then maybe "." digits, then maybe "e" digits'],
  ['String', 'a text in double quotes, with the escapes \\" \\\\ \\n \\t'],
  [
    'ReservedWord',
    'a word that begins a declaration or a statement, or using in then else and or not true false',
  ],
];

const classes = new Set(lexicalRules.map(([name]) => name));

function textOf(token: string): string {
  const type = allTokens.find((candidate) => candidate.name === token);
  return type?.LABEL ?? token;
}

function imagesIn(category: typeof BinaryOperator): string[] {
  const foreign = new Set(Object.keys(foreignOperators));
  return allTokens
    .filter((type) => type.CATEGORIES?.includes(category) === true)
    .map((type) => type.LABEL ?? type.name)
    .filter((text) => !foreign.has(text) && text !== '<-');
}

function convert(production: ISerializedGast): Part | undefined {
  const named = production as ISerializedGast & {
    name?: string;
    nonTerminalName?: string;
    definition?: ISerializedGast[];
  };
  const parts = (): Part[] =>
    (named.definition ?? []).map(convert).filter((part): part is Part => part !== undefined);
  switch (production.type as string) {
    case 'Terminal': {
      const name = named.name ?? '';
      if (name === 'EOF') return undefined;
      return classes.has(name) || name === BinaryOperator.name || name === PrefixOperator.name
        ? { kind: 'rule', name }
        : { kind: 'text', text: textOf(name) };
    }
    case 'NonTerminal':
      return { kind: 'rule', name: named.name ?? named.nonTerminalName ?? '' };
    case 'Option':
      return { kind: 'option', part: sequence(parts()) };
    case 'Repetition':
      return { kind: 'repetition', part: sequence(parts()) };
    case 'Alternation':
      return choice(parts());
    default:
      return sequence(parts());
  }
}

function sequence(parts: readonly Part[]): Part {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'sequence', parts };
}

function choice(parts: readonly Part[]): Part {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'choice', parts };
}

function withoutMistakes(part: Part, leftOut: readonly string[]): Part {
  switch (part.kind) {
    case 'sequence':
      return sequence(part.parts.map((inner) => withoutMistakes(inner, leftOut)));
    case 'choice':
      return choice(part.parts.filter((inner) => !leftOut.includes(labelOf(inner))));
    default:
      return part;
  }
}

function labelOf(part: Part): string {
  return part.kind === 'text' ? part.text : part.kind === 'rule' ? part.name : '';
}

/** All rules, in the order of the parser. */
export function grammarRules(): readonly Rule[] {
  const rules: Rule[] = grammarOf().map((rule) => {
    const { name } = rule as ISerializedGast & { name: string };
    const part = convert(rule) ?? { kind: 'sequence', parts: [] };
    return { name, part: withoutMistakes(part, mistakes[name] ?? []), isReserved: reservedRules.has(name) };
  });
  const operators = (category: typeof BinaryOperator): Rule => ({
    name: category.name,
    part: choice(imagesIn(category).map((text) => ({ kind: 'text', text }))),
    isReserved: false,
  });
  const order = ['file', 'declaration'];
  const rank = ({ name }: Rule): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [
    ...rules.filter(({ name }) => !mistakenRules.has(name)),
    operators(BinaryOperator),
    operators(PrefixOperator),
  ].sort((a, b) => rank(a) - rank(b));
}
