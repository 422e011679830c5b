/**
 * What commands share towards the terminal: exit statuses, errors that are not about a place in a source, and
 * diagnostics. Results go to standard output, everything said about them to standard error.
 */
import { renderDiagnostic, toLspDiagnostic } from '../parser/render.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import { hasErrors } from '../parser/diagnostic.js';

export const exit = { ok: 0, error: 1, usage: 2, diverged: 3 } as const;
export type ExitStatus = (typeof exit)[keyof typeof exit];

/** An error of the command line: a code, what is wrong, and what to do. */
export interface CommandError {
  readonly code: string;
  readonly message: string;
  readonly notes: readonly string[];
  readonly status: ExitStatus;
}

export function commandError(
  code: string,
  message: string,
  notes: readonly string[] = [],
  status: ExitStatus = exit.usage,
): CommandError {
  return { code, message, notes, status };
}

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : text + '\n');
}

export function say(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : text + '\n');
}

export function colour(stream: NodeJS.WriteStream = process.stderr): boolean {
  if (process.env['NO_COLOR'] !== undefined && process.env['NO_COLOR'] !== '') return false;
  return stream.isTTY === true && process.env['TERM'] !== 'dumb';
}

export function sayError(error: CommandError): ExitStatus {
  say([`error[${error.code}]: ${error.message}`, ...error.notes.map((note) => `   = ${note}`)].join('\n'));
  return error.status;
}

export function sayDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) say(renderDiagnostic(diagnostic, { color: colour() }) + '\n');
}

export function lspDiagnostics(diagnostics: readonly Diagnostic[]): readonly unknown[] {
  return diagnostics.map(toLspDiagnostic);
}

/** Diagnostics that are about options: `--set` and `--data`. */
const usageCodes = new Set(['AM0008', 'AM0009', 'AM0010', 'AM0011']);

/** Errors of options alone are wrong usage; any other error is one of the file or its data. */
export function statusOf(diagnostics: readonly Diagnostic[]): ExitStatus {
  if (!hasErrors(diagnostics)) return exit.ok;
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  return errors.every(({ code }) => usageCodes.has(code)) ? exit.usage : exit.error;
}

/** "3 errors, 1 warning". */
export function countText(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity']): number =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  const part = (number: number, word: string): string[] =>
    number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`];
  return [...part(count('error'), 'error'), ...part(count('warning'), 'warning')].join(', ') || 'no errors';
}
