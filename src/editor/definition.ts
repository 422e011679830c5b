/** Where the name at a place is defined: here, in a file that is imported, or in the library. */
import type { Document, Location } from './document.js';
import { fileOfImport } from './library.js';
import { useAt } from './names.js';
import { targetOf } from './target.js';

export function definition(document: Document, offset: number): Location | undefined {
  const use = useAt(document, offset);
  if (use === undefined) return importedFile(document, offset);
  const target = targetOf(document, use);
  return target === undefined || !('location' in target) ? undefined : target.location;
}

/** The path of an import leads to the file. */
function importedFile(document: Document, offset: number): Location | undefined {
  const declaration = document.declarationAt(document.clamp(offset));
  if (declaration?.kind !== 'import') return undefined;
  const range = document.rangeOf(declaration.from.span);
  if (offset < range.start || offset > range.end) return undefined;
  const file = fileOfImport(document.workspace, declaration, document.source);
  return file === undefined ? undefined : { file, range: { start: 0, end: 0 } };
}
