/** Looking through syntax for uses of a name that decide whether a loop or reduction must be unrolled. */
import type { Expression } from '../parser/ast.js';
import type { Context } from './context.js';
import { modelValueOf } from './models.js';

interface AnySyntax {
  readonly kind?: string;
  readonly name?: unknown;
  readonly object?: Expression;
  readonly indices?: readonly Expression[];
}

function children(node: object): readonly unknown[] {
  if (Array.isArray(node)) return node;
  return Object.entries(node).flatMap(([key, child]: [string, unknown]) => (key === 'span' ? [] : [child]));
}

function some(node: unknown, test: (syntax: AnySyntax) => boolean): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return test(node) || children(node).some((child) => some(child, test));
}

export function mentionsName(node: unknown, name: string): boolean {
  return some(node, (syntax) => syntax.kind === 'name' && syntax.name === name);
}

/** Whether somewhere a list of models is indexed by `name`. */
export function indexesModels(context: Context, node: unknown, name: string): boolean {
  return some(node, ({ kind, object, indices }) => {
    if (kind !== 'index' || object === undefined || !mentionsName(indices, name)) return false;
    return modelValueOf(context, object)?.kind === 'list';
  });
}

/** Whether somewhere a list known before the run, of models or of integers, is indexed by `name`. */
export function indexesStaticList(context: Context, node: unknown, name: string): boolean {
  const integers = some(node, ({ kind, object, indices }) => {
    if (kind !== 'index' || object?.kind !== 'name' || !mentionsName(indices, name)) return false;
    return context.scope.find(object.name)?.entity.kind === 'static';
  });
  return integers || indexesModels(context, node, name);
}
