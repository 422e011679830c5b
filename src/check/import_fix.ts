/** The import that a name of a library file is missing, as a fix: into an import of that file, else in a line of its own. */
import type { Declaration } from '../parser/ast.js';
import type { Fix } from '../parser/diagnostic.js';
import type { Span } from '../parser/source.js';

/** @param library as an import names it, `std.nn` */
export function importFix(
  declarations: readonly Declaration[],
  name: string,
  library: string,
): readonly Fix[] {
  const title = `import \`${name}\` from ${library}`;
  const imports = declarations.filter((each) => each.kind === 'import');
  const same = imports.find(({ from, names }) => from.text === library && names.length > 0)?.names.at(-1);
  if (same !== undefined) return [{ title, edits: [behind((same.alias ?? same.name).span, `, ${name}`)] }];
  const line = `import { ${name} } from ${library}`;
  const last = imports.at(-1);
  if (last !== undefined) return [{ title, edits: [behind(last.span, `\n${line}`)] }];
  const [first] = declarations;
  if (first === undefined) return [];
  const start = startOf(first.span);
  return [{ title, edits: [{ span: { ...first.span, start, end: start }, newText: `${line}\n\n` }] }];
}

function behind(span: Span, newText: string): Fix['edits'][number] {
  return { span: { ...span, start: span.end }, newText };
}

/** Before the doc comment of a declaration. */
function startOf({ file: { text }, start }: Span): number {
  let from = text.lastIndexOf('\n', start - 1) + 1;
  for (;;) {
    const above = text.lastIndexOf('\n', from - 2) + 1;
    if (from === 0 || !/^\s*\/\/\//.test(text.slice(above, from))) return from;
    from = above;
  }
}
