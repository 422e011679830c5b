/**
 * `argmin/prettier`: the formatter as a plugin of Prettier. The layout is the formatter's, whatever Prettier's options
 * say; the plugin only hands the lines over, so that programs in Markdown fences are indented with their fence.
 */
import type { Doc, Parser, Printer, SupportLanguage } from 'prettier';
import { format } from '../parser/format.js';
import { positionAt } from '../parser/source.js';

/** A formatted file; Prettier wants a tree, and this is its only node. */
interface Formatted {
  readonly type: 'argmin';
  /** The source. */
  readonly original: string;
  readonly text: string;
}

export const languages: SupportLanguage[] = [
  {
    name: 'Argmin',
    parsers: ['argmin'],
    extensions: ['.opt'],
    aliases: ['argmin', 'opt'],
    vscodeLanguageIds: ['argmin'],
  },
];

const parser: Parser<Formatted> = {
  astFormat: 'argmin',
  parse: (original, { filepath }) => {
    const source = { path: filepath ?? '<input>', text: original };
    const { text, diagnostics } = format(source);
    const [first] = diagnostics;
    if (first === undefined) return { type: 'argmin', original, text };
    const { line, column } = positionAt(source, first.span.start);
    // Prettier shows the place of an error that has a `loc`.
    throw Object.assign(new SyntaxError(`${first.message} (${line}:${column}) [${first.code}]`), {
      loc: { start: { line, column } },
    });
  },
  locStart: () => 0,
  locEnd: ({ original }) => original.length,
};

/** Prettier's documents are plain data, so the plugin need not find the Prettier that calls it. */
const hardline: Doc = [{ type: 'line', hard: true }, { type: 'break-parent' }];

const printer: Printer<Formatted> = {
  print: ({ node: { text } }): Doc => {
    if (text === '') return '';
    return text
      .trimEnd()
      .split('\n')
      .map((line) => [line, hardline]);
  },
};

export const parsers = { argmin: parser };
export const printers = { argmin: printer };
export default { languages, parsers, printers };
