/** Every place where a name is used, in its document and in those that import it. */
import type { Document, Location, TextRange } from './document.js';
import type { PlacedUse } from './names.js';
import { useAt, usesOf } from './names.js';
import { targetOf } from './target.js';
import type { Target } from './target.js';

export interface Reference {
  readonly document: Document;
  readonly range: TextRange;
  /** Where a name gets its value, rather than gives it. */
  readonly writes: boolean;
  readonly declares: boolean;
}

/** The references to the name at `offset`; `others` are further documents to look at. */
export function references(
  document: Document,
  offset: number,
  others: readonly Document[] = [],
): readonly Reference[] {
  const use = useAt(document, offset);
  if (use === undefined) return [];
  const sought = identityOf(document, targetOf(document, use), use);
  if (sought === undefined) return [];
  return [document, ...others.filter((other) => other.source.path !== document.source.path)].flatMap((each) =>
    referencesIn(each, sought),
  );
}

/** Those of one document. */
export function highlights(document: Document, offset: number): readonly Reference[] {
  return references(document, offset);
}

function referencesIn(document: Document, sought: string): readonly Reference[] {
  const name = sought.slice(sought.lastIndexOf(' ') + 1);
  return [...usesOf(document)].flatMap((placed) => {
    const { use, range } = placed;
    // An import may have given the name another one, so only the text of a use without import must be the same.
    if (use.name.name !== name && !isImported(document, placed)) return [];
    if (identityOf(document, targetOf(document, placed), placed) !== sought) return [];
    const declares = use.role === 'bind';
    return [{ document, range, declares, writes: declares || use.role === 'write' }];
  });
}

function isImported(document: Document, placed: PlacedUse): boolean {
  return targetOf(document, placed)?.kind === 'outside';
}

/** What is referred to, as a text that is the same for all references to it; the name stands at its end. */
function identityOf(document: Document, target: Target | undefined, { use }: PlacedUse): string | undefined {
  switch (target?.kind) {
    case undefined:
      return undefined;
    case 'local': {
      // Names that the language binds have no place; their scope tells them apart.
      const { visible, name } = target.binding;
      const place = target.location ?? { file: undefined, range: visible };
      return `${pathOf(document, place)} ${place.range.start} ${name}`;
    }
    case 'file':
      return `${pathOf(document, target.location)} ${target.location.range.start} ${target.name.name}`;
    case 'outside':
      return `${pathOf(document, target.location)} ${target.location.range.start} ${target.definition.name.name}`;
    case 'member':
    case 'parameter':
      return `${pathOf(document, target.location)} ${target.location.range.start} ${use.name.name}`;
    case 'builtin':
      return `language ${target.builtin.name}`;
    case 'given':
      return `language ${target.name}`;
    default:
      return target satisfies never;
  }
}

function pathOf(document: Document, { file }: Location): string {
  return (file ?? document.source).path;
}
