/** Tables of figures, and their places in docs/performance.md: between `<!-- name -->` and `<!-- end -->`. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

export type Row = readonly string[];

export function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export async function writeTables(tables: Readonly<Record<string, string>>): Promise<void> {
  const file = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'performance.md');
  let text = readFileSync(file, 'utf8');
  for (const [name, content] of Object.entries(tables)) {
    const pattern = new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- end -->)`);
    text = text.replace(pattern, (_whole, start: string, end: string) => `${start}\n\n${content}\n\n${end}`);
  }
  writeFileSync(file, await format(text, { parser: 'markdown', printWidth: 110 }));
}
