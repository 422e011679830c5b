/** `argmin fmt FILE... [--check]`: the canonical layout. A file with syntax errors is reported and left as it is. */
import { hasErrors } from '../../parser/diagnostic.js';
import { format } from '../../parser/format.js';
import { writeWhole } from '../output.js';
import { readSource } from '../sources.js';
import { commandError, exit, print, sayDiagnostics, sayError } from '../terminal.js';
import type { ExitStatus } from '../terminal.js';

export function fmt(files: readonly string[], options: { readonly check?: true }): ExitStatus {
  let status: ExitStatus = exit.ok;
  for (const file of files) {
    const failed = formatFile(file, options.check === true);
    if (failed !== exit.ok) status = failed;
  }
  return status;
}

function formatFile(file: string, onlyCheck: boolean): ExitStatus {
  const result = readSource(file);
  if (!result.ok) return sayError(result.error);
  const { text, diagnostics } = format(result.source);
  if (hasErrors(diagnostics)) {
    sayDiagnostics(diagnostics);
    return exit.error;
  }
  if (text === result.source.text) return exit.ok;
  if (onlyCheck) {
    return sayError(
      commandError('AM0014', `"${file}" is not formatted`, [`run \`argmin fmt ${file}\``], exit.error),
    );
  }
  const error = writeWhole(file, text);
  if (error !== undefined) return sayError(error);
  print(`formatted ${file}`);
  return exit.ok;
}
