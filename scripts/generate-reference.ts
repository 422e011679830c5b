/**
 * The two generated tables of `docs/language.md`: the built-in operators, from the checker's table, and the
 * library, from the documentation comments of `std/`. `--check` fails when the page is stale.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { builtins } from '../src/check/builtins.js';
import type { Declaration } from '../src/parser/ast.js';
import { parse } from '../src/parser/parse.js';

const root = fileURLToPath(new URL('..', import.meta.url));

export const pagePath = join(root, 'docs', 'language.md');

/** A cell of a Markdown table. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|');

function builtinTable(): string {
  const rows = [...builtins.values()].map(
    ({ signature, doc }) => `| \`${cell(signature)}\` | ${cell(doc)} |`,
  );
  return ['| operator | is |', '|---|---|', ...rows].join('\n');
}

type Definition = Extract<
  Declaration,
  { kind: 'fn' | 'module' | 'optimizer' | 'schedule' | 'set' | 'distribution' }
>;

const isDefinition = (declaration: Declaration): declaration is Definition =>
  ['fn', 'module', 'optimizer', 'schedule', 'set', 'distribution'].includes(declaration.kind);

function startOfBody(definition: Definition): number {
  if (definition.kind === 'set' || definition.kind === 'distribution') {
    const { file, start, end } = definition.span;
    return start + file.text.slice(start, end).indexOf('{');
  }
  const { body } = definition;
  return body.kind === 'block' ? body.span.start : body.expression.span.start;
}

/** What stands before the body: `huber(r: real, delta: real = 1): real`. */
function heading(definition: Definition): string {
  const { file, start, end } = definition.span;
  const bodyStart = startOfBody(definition);
  const text = file.text.slice(start, Math.min(bodyStart, end));
  const signature = text.replace(/^(?:\s*\/\/.*\n)*\s*[a-z]+\b/, '');
  return signature.replace(/=\s*$/, '').replace(/\s+/g, ' ').replace(/\( /g, '(').replace(/ \)/g, ')').trim();
}

function libraryTables(): string {
  const names = readdirSync(join(root, 'std')).filter((name) => name.endsWith('.opt'));
  return names.sort().map(libraryTable).join('\n\n');
}

function libraryTable(name: string): string {
  const text = readFileSync(join(root, 'std', name), 'utf8');
  const definitions = parse({ path: `std/${name}`, text }).file.declarations.filter(isDefinition);
  const rows = definitions.map(
    (definition) => `| \`${cell(heading(definition))}\` | ${cell(definition.doc)} |`,
  );
  return [`### std/${name}`, '', '| definition | is |', '|---|---|', ...rows].join('\n');
}

/** The page with its generated parts made anew. */
export async function withReference(page: string): Promise<string> {
  const replace = (text: string, part: string, content: string): string =>
    text.replace(
      new RegExp(`(<!-- ${part}:begin -->)[^]*(<!-- ${part}:end -->)`),
      (_, begin: string, end: string) => `${begin}\n\n${content}\n\n${end}`,
    );
  const filled = replace(replace(page, 'builtins', builtinTable()), 'library', libraryTables());
  return format(filled, { ...(await resolveConfig(pagePath)), parser: 'markdown' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = readFileSync(pagePath, 'utf8');
  const fresh = await withReference(page);
  if (process.argv.includes('--check')) {
    if (fresh !== page) {
      console.error('docs/language.md is stale: run `npx tsx scripts/generate-reference.ts`');
      process.exit(1);
    }
  } else writeFileSync(pagePath, fresh);
}
