/**
 * Models as vectors. Where a value is wanted a model is the vector of all its parameters, so `sum(net^2)` is a penalty
 * and `norm(net - ref)` a distance. The other way round, `model mid = (end[0] + end[1]) / 2` is a model of the same
 * form whose parameters are read off that vector instead of being optimized.
 */
import type { Expression, ModelDeclaration } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import { topContext, type Context } from './context.js';
import { errorExpression, isError } from './convert.js';
import { addDimensions, constantDimension, multiplyDimensions, printDimension } from './dimension.js';
import type { Entity, FileScope, ModelInstance, ModelValue } from './entities.js';
import { checkExpression, listOf } from './expression.js';
import { firstModel } from './mentions.js';
import { lookupCallable } from './names.js';
import { printType } from './print_type.js';
import { freshSymbol } from './session.js';
import type { Session } from './session.js';
import { arrayType, intScalar, realElement, shapeOf } from './type_facts.js';
import type { TypedExpression, TypedParameter, ValueSymbol } from './typed.js';
import type { Dimension } from './types.js';

/** All parameters in order, one behind the other; of a list of models, a row for each. */
export function vectorOfModel(context: Context, model: ModelValue, span: Span): TypedExpression {
  if (model.kind === 'list')
    return listOf(
      context,
      model.elements.map((element) => vectorOfModel(context, element, span)),
      span,
    );
  const parts = model.parameters.map(({ symbol }): TypedExpression => {
    const value: TypedExpression = { kind: 'reference', symbol, type: symbol.type, span };
    return reshaped(value, [sizeOf(symbol)], span);
  });
  const [only, second] = parts;
  if (only !== undefined && second === undefined) return only;
  if (only === undefined) {
    context.session.error('AM2004', span, 'this model has no parameters, and a value is wanted here');
    return errorExpression(span);
  }
  const type = arrayType(realElement, shapeOf([totalOf(model.parameters)]));
  return { kind: 'structural', operator: 'concat', operands: parts, type, span };
}

/** A model whose right side is no module call but a vector made of other models; undefined where it is none. */
export function derivedModel(
  session: Session,
  file: FileScope,
  { name, value }: ModelDeclaration,
): Entity | undefined {
  const context = topContext(session, file, 'problem');
  const like = isMade(context, value) ? undefined : firstModel(context, value);
  if (like === undefined) return undefined;
  const vector = checkExpression(context, value);
  if (isError(vector)) return { kind: 'error' };
  const total = totalOf(like.parameters);
  const { type } = vector;
  const length =
    type.kind === 'array' && type.element.kind === 'real' && type.shape.run === undefined
      ? type.shape.dimensions
      : [];
  const [only, second] = length;
  if (only === undefined || second !== undefined || !session.agree(only, total, value.span)) {
    session.error('AM2740', value.span, `a model like \`${like.path}\` is not made of ${printType(type)}`, {
      notes: [`it has ${printDimension(total)} parameters, so it wants real[${printDimension(total)}]`],
    });
    return { kind: 'error' };
  }
  const symbol = freshSymbol(name.name, 'let', arrayType(realElement, shapeOf([total])), name.span);
  session.levels.set(symbol, 'parameter');
  session.lets.push({ symbol, value: vector, split: undefined });
  const made = like.again(name.name);
  readOff(session, made, symbol);
  return { kind: 'model', value: made, span: name.span };
}

/** Each parameter of the model becomes a `let`: its part of the vector, in its shape. */
function readOff(session: Session, model: ModelInstance, vector: ValueSymbol): void {
  let start = constantDimension(0);
  for (const { symbol } of model.parameters) {
    const { span } = vector;
    const size = sizeOf(symbol);
    const whole: TypedExpression = { kind: 'reference', symbol: vector, type: vector.type, span };
    const from: TypedExpression = {
      kind: 'dimension',
      dimension: start,
      total: false,
      type: intScalar,
      span,
    };
    const part: TypedExpression = {
      kind: 'index',
      object: whole,
      indices: [{ kind: 'range', from, size }],
      type: arrayType(realElement, shapeOf([size])),
      span,
    };
    const value = reshaped(part, symbol.type.kind === 'array' ? symbol.type.shape.dimensions : [], span);
    session.lets.push({ symbol, value, split: undefined });
    start = addDimensions(start, size);
  }
}

/** A module call, or a list or comprehension of them. */
function isMade(context: Context, expression: Expression): boolean {
  if (expression.kind === 'comprehension') return isMade(context, expression.body);
  if (expression.kind === 'list') return true;
  if (expression.kind !== 'call' || expression.callee.kind !== 'name') return false;
  return !vectorFunctions(context, expression.callee.name);
}

/** Functions and built-in operators give vectors; everything else that is called is taken for a module. */
function vectorFunctions(context: Context, name: string): boolean {
  const entity = lookupCallable(context, name);
  return entity?.kind === 'function' || entity?.kind === 'builtin';
}

function sizeOf({ type }: ValueSymbol): Dimension {
  const dimensions = type.kind === 'array' ? type.shape.dimensions : [];
  return dimensions.reduce(multiplyDimensions, constantDimension(1));
}

function totalOf(parameters: readonly TypedParameter[]): Dimension {
  return parameters.map(({ symbol }) => sizeOf(symbol)).reduce(addDimensions, constantDimension(0));
}

function reshaped(operand: TypedExpression, dimensions: readonly Dimension[], span: Span): TypedExpression {
  const type = arrayType(realElement, shapeOf(dimensions));
  return { kind: 'structural', operator: 'reshape', operands: [operand], type, span };
}
