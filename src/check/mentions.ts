/** Looking through syntax for uses of a name that decide whether a loop or reduction must be unrolled. */
import type { Expression } from '../parser/ast.js';
import type { Context } from './context.js';
import type { ModelInstance, ModelValue } from './entities.js';
import { modelValueOf } from './model_values.js';

interface AnySyntax {
  readonly kind?: string;
  readonly name?: unknown;
  readonly object?: Expression;
  readonly indices?: readonly Expression[];
}

function some(node: unknown, test: (syntax: AnySyntax) => boolean): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some((child) => some(child, test));
  if (test(node)) return true;
  // A plain loop over keys: this walk stands before every loop and every reduction.
  for (const key in node) {
    if (key !== 'span' && some(node[key as keyof typeof node], test)) return true;
  }
  return false;
}

export function mentionsName(node: unknown, name: string): boolean {
  return some(node, (syntax) => syntax.kind === 'name' && syntax.name === name);
}

/** Whether somewhere a list of models is indexed by `name`. */
export function indexesModels(context: Context, node: unknown, name: string): boolean {
  if (!context.file.hasModels && context.place !== 'module') return false;
  return some(node, ({ kind, object, indices }) => {
    if (kind !== 'index' || object === undefined || !mentionsName(indices, name)) return false;
    return modelValueOf(context, object)?.kind === 'list';
  });
}

/** Whether somewhere a list known before the run, of models or of integers, is indexed by `name`. */
export function indexesStaticList(context: Context, node: unknown, name: string): boolean {
  if (indexesModels(context, node, name)) return true;
  return some(node, ({ kind, object, indices }) => {
    if (kind !== 'index' || object?.kind !== 'name' || !mentionsName(indices, name)) return false;
    return context.scope.find(object.name)?.entity.kind === 'static';
  });
}

/** The first model that an expression names; of a list of models its first. */
export function firstModel(context: Context, node: unknown): ModelInstance | undefined {
  let found: ModelInstance | undefined;
  some(node, (syntax) => {
    if (syntax.kind !== 'name' && syntax.kind !== 'member') return false;
    found = firstOf(modelValueOf(context, syntax as Expression));
    return found !== undefined;
  });
  return found;
}

function firstOf(model: ModelValue | undefined): ModelInstance | undefined {
  return model?.kind === 'list' ? firstOf(model.elements[0]) : model;
}
