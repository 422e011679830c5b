/** `argmin check FILE...`: diagnostics, and nothing else. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkSource } from '../../front_end.js';
import type { Diagnostic } from '../../parser/diagnostic.js';
import { hasErrors } from '../../parser/diagnostic.js';
import { readSource } from '../sources.js';
import { countText, exit, lspDiagnostics, print, say, sayDiagnostics, sayError } from '../terminal.js';
import type { ExitStatus } from '../terminal.js';

export function check(
  files: readonly string[],
  options: { readonly json?: true; readonly allowOutside?: true },
): ExitStatus {
  let status: ExitStatus = exit.ok;
  const all: Diagnostic[] = [];
  const json: unknown[] = [];
  for (const file of files) {
    const result = readSource(file);
    if (!result.ok) {
      status = sayError(result.error);
      continue;
    }
    const { diagnostics } = checkSource(result.source, { allowOutside: options.allowOutside === true });
    all.push(...diagnostics);
    json.push({ uri: pathToFileURL(path.resolve(file)).href, diagnostics: lspDiagnostics(diagnostics) });
  }
  if (options.json === true) print(JSON.stringify(json, undefined, 2));
  else sayDiagnostics(all);
  if (status === exit.ok && hasErrors(all)) status = exit.error;
  if (options.json !== true && all.length > 0) say(countText(all));
  else if (options.json !== true && status === exit.ok)
    print(files.length === 1 ? 'no errors' : `${files.length} files, no errors`);
  return status;
}
