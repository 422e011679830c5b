/**
 * Writes `docs/errors.md` from the tables of diagnostic codes, which stand beside the code that reports them.
 * `--check` fails when the page is stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { CodeEntry } from '../src/runtime/codes.js';

const root = fileURLToPath(new URL('..', import.meta.url));
export const errorsPath = path.join(root, 'docs', 'errors.md');

const tables = [
  'src/cli/codes.ts',
  'src/parser/codes.ts',
  'src/check/codes.ts',
  'src/check/analysis/codes.ts',
  'src/runtime/codes.ts',
  'src/ir/elaborate/codes.ts',
];

const chapters: readonly (readonly [string, string])[] = [
  ['AM0', 'Command line and files'],
  ['AM1', 'Syntax'],
  ['AM2', 'Names, types and shapes'],
  ['AM3', 'Warnings: legal, and probably not meant'],
  ['AM4', 'Data'],
  ['AM5', 'Elaboration: once the sizes are known'],
  ['AM6', 'The run'],
];

function isEntry(value: unknown): value is CodeEntry {
  return typeof value === 'object' && value !== null && 'code' in value && 'explanation' in value;
}

/** Every table entry that the modules export, in arrays or records. */
export async function codeEntries(): Promise<readonly CodeEntry[]> {
  const found: CodeEntry[] = [];
  for (const file of tables) {
    const full = path.join(root, file);
    if (!existsSync(full)) continue;
    const module = (await import(pathToFileURL(full).href)) as Record<string, unknown>;
    for (const value of Object.values(module)) {
      const list: readonly unknown[] = Array.isArray(value)
        ? (value as readonly unknown[])
        : typeof value === 'object' && value !== null
          ? Object.values(value)
          : [];
      found.push(...list.filter(isEntry));
    }
  }
  return found.sort((a, b) => (a.code < b.code ? -1 : 1));
}

function entryText({ code, title, explanation, example }: CodeEntry): string {
  const fence = example.trim() === '' ? '' : `\n\n\`\`\`text\n${example.trim()}\n\`\`\``;
  return `### ${code}: ${title}\n\n${explanation}${fence}`;
}

export async function errorsPage(): Promise<string> {
  const entries = await codeEntries();
  const body = chapters.flatMap(([prefix, title]) => {
    const own = entries.filter((entry) => entry.code.startsWith(prefix));
    return own.length === 0 ? [] : [`## ${title}`, ...own.map(entryText)];
  });
  const text = [
    '# Diagnostics',
    '<!-- Written by scripts/generate-errors.ts from the tables beside the code. -->',
    'Every message of `argmin` has a code. Each is listed here with an input that provokes it.',
    ...body,
  ].join('\n\n');
  return await format(text + '\n', { ...(await resolveConfig(errorsPath)), parser: 'markdown' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = await errorsPage();
  const current = existsSync(errorsPath) ? readFileSync(errorsPath, 'utf8') : '';
  if (!process.argv.includes('--check')) writeFileSync(errorsPath, page);
  else if (page !== current) {
    console.error('docs/errors.md is stale: run `npm run errors`');
    process.exitCode = 1;
  }
}
