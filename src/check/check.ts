/** The checker's front door: a syntax tree in, a typed problem and every diagnostic of the file out. Never throws for a program's faults. */
import type { Declaration, FileSyntax } from '../parser/ast.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import { openFile } from './imports.js';
import { checkProblem } from './problem.js';
import { Session } from './session.js';
import type { Loader, Occurrence } from './session.js';
import type { TypedProblem } from './typed.js';

export type { Loader, Occurrence } from './session.js';

export interface CheckOptions {
  /** Values of hyperparameters, by name, in place of those in the file. */
  readonly settings?: ReadonlyMap<string, number>;
  /** Checks only these declarations of the file, and what they read: what an editor wants to know between two keys. */
  readonly only?: readonly Declaration[];
}

export interface CheckResult {
  /** Present also when there are errors, with what could be understood; undefined only when nothing could. */
  readonly problem: TypedProblem | undefined;
  readonly diagnostics: Diagnostic[];
  /** What each name of the file means, for editors. */
  readonly index: readonly Occurrence[];
}

export function checkFile(file: FileSyntax, loader: Loader, options: CheckOptions = {}): CheckResult {
  const session = new Session(loader, options.settings ?? new Map());
  let problem: TypedProblem | undefined;
  try {
    problem = checkProblem(session, openFile(session, file, 'main'), options.only ?? file.declarations);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    session.error(
      'AM2901',
      { ...file.span, end: file.span.start },
      'this file is nested too deeply to be checked',
      {
        notes: ['break long expressions into several `let`s'],
      },
    );
  }
  return { problem, diagnostics: inSourceOrder(file, session.diagnostics), index: session.occurrences };
}

/** The file's own diagnostics by place, then those of other files, which are found in order of need. */
function inSourceOrder(file: FileSyntax, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const own = diagnostics.filter(({ span }) => span.file.path === file.source.path);
  const others = diagnostics.filter((diagnostic) => !own.includes(diagnostic));
  return [...own.sort((a, b) => a.span.start - b.span.start), ...others];
}
