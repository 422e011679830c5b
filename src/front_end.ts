/**
 * From a source to a checked problem, with the library and imports read from the file system on demand. Everything
 * that only needs to understand a file (check, fmt, test, an editor) stops here.
 */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { checkFile } from './check/check.js';
import { libraryLoader } from './check/library.js';
import type { Loader } from './check/session.js';
import type { TypedProblem } from './check/typed.js';
import type { FileSyntax } from './parser/ast.js';
import type { Diagnostic } from './parser/diagnostic.js';
import { parse } from './parser/parse.js';
import type { SourceFile } from './parser/source.js';
import { isInside } from './runtime/data/bytes.js';
import { packageFolder } from './version.js';

export interface FrontEndOptions {
  /** Imports may leave the folder tree of the main file. */
  readonly allowOutside?: boolean;
  /** Where library and imports come from; the package's `std/` and the file system without one. */
  readonly loader?: Loader;
}

export interface Checked {
  readonly file: FileSyntax;
  readonly problem: TypedProblem | undefined;
  /** Of parser and checker, in the order of the source. */
  readonly diagnostics: readonly Diagnostic[];
}

export function checkSource(source: SourceFile, options: FrontEndOptions = {}): Checked {
  const parsed = parse(source);
  const loader = options.loader ?? fileLoader(source, options.allowOutside === true);
  const { problem, diagnostics } = checkFile(parsed.file, loader);
  return { file: parsed.file, problem, diagnostics: [...parsed.diagnostics, ...diagnostics] };
}

let library: readonly SourceFile[] | undefined;

/** The sources of `std/`, read once. */
export function librarySources(): readonly SourceFile[] {
  library ??= readdirSync(path.join(packageFolder, 'std'))
    .filter((name) => name.endsWith('.opt'))
    .sort()
    .map((name) => ({
      path: `std/${name}`,
      text: readFileSync(path.join(packageFolder, 'std', name), 'utf8'),
    }));
  return library;
}

/** Imports are looked up beside the file that imports them, and only inside the main file's folder unless allowed. */
export function fileLoader(main: SourceFile, allowOutside: boolean): Loader {
  const root = path.dirname(path.resolve(main.path));
  return {
    ...libraryLoader(librarySources()),
    file: (name, from) => {
      const file = path.resolve(path.dirname(path.resolve(from.path)), name);
      try {
        if (!allowOutside && !(isInside(root, file) && isInside(realpathSync(root), realpathSync(file))))
          return undefined;
        const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
        return { path: path.join(path.dirname(from.path), name), text };
      } catch {
        return undefined;
      }
    },
  };
}
