/**
 * From a source to a checked problem, with the library and imports read from the file system on demand. Everything
 * that only needs to understand a file (check, fmt, test, an editor) stops here.
 */
import { analyse } from './check/analysis/analyse.js';
import { checkFile } from './check/check.js';
import { libraryLoader } from './check/library.js';
import type { Loader } from './check/session.js';
import type { TypedProblem } from './check/typed.js';
import { librarySources } from './package.js';
import type { FileSyntax } from './parser/ast.js';
import type { Diagnostic } from './parser/diagnostic.js';
import { hasErrors } from './parser/diagnostic.js';
import { parse } from './parser/parse.js';
import type { SourceFile } from './parser/source.js';
import { isInside } from './runtime/data/bytes.js';
import { files } from './runtime/data/files.js';

export interface FrontEndOptions {
  /** Imports may leave the folder tree of the main file. */
  readonly allowOutside?: boolean;
  /** Where library and imports come from; the package's `std/` and the file system without one. */
  readonly loader?: Loader;
  /** Values of hyperparameters by name: those that decide a number of models or turns are needed for checking. */
  readonly set?: ReadonlyMap<string, number>;
}

export interface Checked {
  readonly file: FileSyntax;
  readonly problem: TypedProblem | undefined;
  /** Of parser and checker, in the order of the source. */
  readonly diagnostics: readonly Diagnostic[];
}

export function checkSource(source: SourceFile, options: FrontEndOptions = {}): Checked {
  const parsed = parse(source);
  const refused = new Set<string>();
  const loader = options.loader ?? fileLoader(source, options.allowOutside === true, refused);
  const { problem, diagnostics } = checkFile(
    parsed.file,
    loader,
    options.set === undefined ? {} : { settings: options.set },
  );
  const explained = diagnostics.map((diagnostic) => sayRefused(diagnostic, refused));
  const found = [...parsed.diagnostics, ...explained];
  // What is suspicious about a program can only be told of one that makes sense.
  const warnings = problem === undefined || hasErrors(found) ? [] : analyse(problem);
  return { file: parsed.file, problem, diagnostics: [...found, ...warnings] };
}

/** The checker knows only that an import cannot be read; the loader knows that it must not. */
function sayRefused(diagnostic: Diagnostic, refused: ReadonlySet<string>): Diagnostic {
  const { file, start, end } = diagnostic.span;
  const name = file.text.slice(start, end).replaceAll('"', '');
  if (diagnostic.code !== 'AM2005' || !refused.has(name)) return diagnostic;
  return {
    ...diagnostic,
    code: 'AM0016',
    message: `\`${name}\` lies outside the folder of the main file`,
    notes: ['a file from a stranger must not read what lies elsewhere', 'allow it with `--allow-outside`'],
  };
}

/**
 * Imports are looked up beside the file that imports them, and only inside the main file's folder unless allowed;
 * `refused` collects those that lie elsewhere.
 */
export function fileLoader(main: SourceFile, allowOutside: boolean, refused = new Set<string>()): Loader {
  const root = files.folderOf(files.resolve(main.path));
  return {
    ...libraryLoader(librarySources()),
    file: (name, from) => {
      const file = files.resolve(files.folderOf(files.resolve(from.path)), name);
      try {
        if (
          !allowOutside &&
          !(isInside(root, file) && isInside(files.realPath(root), files.realPath(file)))
        ) {
          refused.add(name);
          return undefined;
        }
        const text = new TextDecoder('utf-8', { fatal: true }).decode(files.read(file));
        return { path: files.join(files.folderOf(from.path), name), text };
      } catch {
        return undefined;
      }
    },
  };
}
