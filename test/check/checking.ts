/** Checks short sources against the library of the repository, or none, with a few files to import. */
import { readdirSync, readFileSync } from 'node:fs';
import { checkFile } from '../../src/check/check.js';
import type { CheckResult } from '../../src/check/check.js';
import { libraryLoader } from '../../src/check/library.js';
import { printType } from '../../src/check/print_type.js';
import { parse } from '../../src/parser/parse.js';
import type { SourceFile } from '../../src/parser/source.js';

const folder = new URL('../../std/', import.meta.url);

export const standardLibrary: readonly SourceFile[] = readdirSync(folder)
  .filter((name) => name.endsWith('.opt'))
  .map((name) => ({ path: `std/${name}`, text: readFileSync(new URL(name, folder), 'utf8') }));

const importable: Readonly<Record<string, string>> = {
  './empty.opt': '',
  './circle.opt': 'import { f } from "./circle.opt"',
  './not_pure.opt': 'param w: real = 1\nfn scaled(x: real): real = w * x',
  './mine.opt':
    'let rate = 0.5\nfn halved(x: real): real = rate * x\noptimizer plain(lr: real) { x <- x - lr * g }',
};

export function checkText(text: string, options: { readonly library?: boolean } = {}): CheckResult {
  const parsed = parse({ path: 'test.opt', text });
  const sources = options.library === false ? [] : standardLibrary;
  const result = checkFile(
    parsed.file,
    libraryLoader(sources, (path) => {
      const imported = importable[path];
      return imported === undefined ? undefined : { path, text: imported };
    }),
  );
  return { ...result, diagnostics: [...parsed.diagnostics, ...result.diagnostics] };
}

export function codesOf(text: string, options: { readonly library?: boolean } = {}): string[] {
  return checkText(text, options).diagnostics.map(({ code }) => code);
}

/** `name: type` of a let, parameter, data column or report. */
export function typeOf(text: string, name: string): string {
  const { problem, diagnostics } = checkText(text);
  const messages = diagnostics.map(({ code, message }) => `${code} ${message}`);
  if (messages.length > 0) return messages.join('; ');
  const symbols = [
    ...(problem?.lets ?? []).map(({ symbol }) => symbol),
    ...(problem?.data ?? []).flatMap(({ columns }) => columns.map(({ symbol }) => symbol)),
  ];
  const symbol = symbols.find((candidate) => candidate.name === name);
  if (symbol !== undefined) return printType(symbol.type);
  const parameter = problem?.parameters.find(({ path }) => path === name);
  if (parameter !== undefined) return printType(parameter.symbol.type);
  const report = problem?.reports.find((candidate) => candidate.name === name);
  return report === undefined ? `no ${name}` : printType(report.value.type);
}
