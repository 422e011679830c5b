/** Finds nodes anywhere in a typed tree, the bodies of called functions included, without knowing its structure. */
import type { RawColumns, TypedDerivative, TypedRaw, ValueSymbol } from '../typed.js';

function walk(root: object, visit: (node: { readonly kind: unknown }) => void): void {
  const seen = new Set<object>();
  const pending: object[] = [root];
  while (pending.length > 0) {
    const node = pending.pop() as object;
    if (seen.has(node)) continue;
    seen.add(node);
    if ('kind' in node) visit(node);
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'span' && typeof value === 'object' && value !== null) pending.push(value as object);
    }
  }
}

/** The names that some derivative in the tree is taken with respect to. */
export function derivativeTargets(root: object): Set<ValueSymbol> {
  const targets = new Set<ValueSymbol>();
  walk(root, (node) => {
    if (node.kind === 'derivative') targets.add((node as unknown as TypedDerivative).variable);
  });
  return targets;
}

/** What the tree reads from outside. */
export function rawColumnsOf(root: object): RawColumns[] {
  const columns = new Map<number, RawColumns>();
  walk(root, (node) => {
    if (node.kind !== 'raw') return;
    const { raw } = node as unknown as TypedRaw;
    columns.set(raw.id, raw);
  });
  return [...columns.values()].sort((a, b) => a.id - b.id);
}
