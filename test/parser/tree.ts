/** Syntax trees without spans, for comparison. */
import { parse } from '../../src/parser/parse.js';
import { sourceOf } from './sources.js';

/** Any part of a tree without its spans. */
export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // Which comments are documentation changes when comments move.
      .filter(([key]) => !/span|source|^doc$/i.test(key))
      .map(([key, part]) => [key, withoutSpans(part)]),
  );
}

/** The tree of a source without errors, spans aside. */
export function treeOf(text: string): unknown {
  return withoutSpans(parse(sourceOf(text)).file);
}
