/** Models as they are used: the instance that an expression names, its parameters and members. */
import type { Expression, MemberExpression } from '../parser/ast.js';
import type { Context } from './context.js';
import { errorExpression } from './convert.js';
import type { ModelValue } from './entities.js';
import { checkExpression } from './expression.js';
import { vectorOfModel } from './model_vectors.js';
import { lookup, noteUse } from './names.js';
import { didYouMean } from '../parser/suggest.js';
import { requireStatic } from './type_syntax.js';
import type { TypedExpression } from './typed.js';

/** The model or list of models that an expression names, without a message when it names none. */
export function modelValueOf(context: Context, expression: Expression): ModelValue | undefined {
  switch (expression.kind) {
    case 'name': {
      const local = context.scope.find(expression.name)?.entity;
      const declared = context.file.declared.get(expression.name)?.declaration.kind;
      const entity = local ?? (declared === 'model' ? lookup(context, expression.name) : undefined);
      if (entity?.kind !== 'model') return undefined;
      noteUse(context.session, expression.span, expression.name, entity);
      return entity.value;
    }
    case 'member': {
      const object = modelValueOf(context, expression.object);
      if (object?.kind !== 'instance') return undefined;
      const member = object.members.get(expression.member.name);
      return member?.kind === 'model' ? member.value : undefined;
    }
    case 'index': {
      const list = modelValueOf(context, expression.object);
      const [index] = expression.indices;
      if (list?.kind !== 'list' || index === undefined || expression.indices.length > 1) return undefined;
      return elementOf(context, list, index);
    }
    default:
      return undefined;
  }
}

function elementOf(
  context: Context,
  list: Extract<ModelValue, { kind: 'list' }>,
  index: Expression,
): ModelValue | undefined {
  const { session } = context;
  const dimension = requireStatic(context, checkExpression(context, index), 'the index of a model in a list');
  const position = dimension && session.concrete(dimension);
  if (position === undefined) return undefined;
  const element = list.elements[position];
  if (element === undefined) {
    session.error('AM2110', index.span, 'this index leaves the list of models', {
      notes: [`it has ${list.elements.length} models, and the index is ${position}`],
    });
  }
  return element;
}

/** `net.W`, `net.layers[0].b`: a parameter of a model as a value. */
export function memberOfModel(
  context: Context,
  model: ModelValue,
  expression: MemberExpression,
): TypedExpression {
  const { name, span } = expression.member;
  const member = model.kind === 'instance' ? model.members.get(name) : undefined;
  if (member?.kind === 'value') {
    noteUse(context.session, span, name, member);
    return { kind: 'reference', symbol: member.symbol, type: member.symbol.type, span: expression.span };
  }
  if (member?.kind === 'model') return vectorOfModel(context, member.value, expression.span);
  if (member?.kind === 'error') return errorExpression(expression.span);
  const names = model.kind === 'instance' ? [...model.members.keys()] : [];
  context.session.error('AM2116', span, `this model has no \`${name}\``, {
    notes: [
      ...didYouMean(name, names),
      model.kind === 'list'
        ? 'it is a list: index it first'
        : `it has ${names.join(', ') || 'no parameters'}`,
    ],
  });
  return errorExpression(expression.span);
}
