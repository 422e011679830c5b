/** `x <- e` and `out[t] <- e`: a name keeps its type, except where an unrolled loop gives it a new shape. */
import type { UpdateStatement } from '../parser/ast.js';
import type { Context } from './context.js';
import { fit, isError } from './convert.js';
import type { Entity } from './entities.js';
import { checkExpression } from './expression.js';
import { checkItem } from './indexing.js';
import { noteUse } from './names.js';
import { printType } from './print_type.js';
import { freshSymbol } from './session.js';
import { didYouMean } from '../parser/suggest.js';
import { arrayType, isScalar } from './type_facts.js';
import type { TypedExpression, TypedStatement, ValueSymbol } from './typed.js';

export function checkUpdate(context: Context, statement: UpdateStatement): readonly TypedStatement[] {
  const { session } = context;
  const { name, span } = statement.name;
  const found = context.scope.find(name);
  if (context.place === 'process' && (found === undefined || isFixed(found.entity))) {
    session.error('AM2710', span, `a process does not update \`${name}\``, {
      notes: ['it updates parameters and states of the file, and names bound by `let` in its body'],
    });
    checkExpression(context, statement.value);
    return [];
  }
  if (found === undefined) {
    session.error('AM2301', span, `\`${name}\` is not bound in this body`, {
      notes: [
        ...didYouMean(name, context.scope.visibleNames()),
        'an update changes a name bound before by `let` or `state`',
      ],
    });
    checkExpression(context, statement.value);
    return [];
  }
  noteUse(session, span, name, found.entity);
  if (found.entity.kind === 'error') {
    checkExpression(context, statement.value);
    return [];
  }
  if (found.entity.kind !== 'value' || !updatable(context, found.entity.symbol)) {
    session.error('AM2301', span, `\`${name}\` cannot be updated`, {
      notes: ['only names bound by `let` or `state` in this body, and `x` of an optimizer, get new values'],
    });
    checkExpression(context, statement.value);
    return [];
  }
  if (statement.indices.length > 0) return updateElements(context, statement, found.entity.symbol);
  return updateWhole(context, statement, found.entity.symbol);
}

function isFixed(entity: Entity): boolean {
  return entity.kind !== 'error' && (entity.kind !== 'value' || !isCarried(entity.symbol));
}

function isCarried({ role }: ValueSymbol): boolean {
  return role === 'local' || role === 'state' || role === 'param';
}

function updatable(context: Context, symbol: ValueSymbol): boolean {
  if (context.place === 'process') return isCarried(symbol);
  if (symbol.role === 'local' || symbol.role === 'state') return true;
  const { optimizer } = context;
  // A handler prepares the problem, and whoever minimizes moves the point.
  if (optimizer?.isHandler === true) return symbol === optimizer.handling?.restart;
  return symbol === optimizer?.implicit.x;
}

function updateWhole(
  context: Context,
  statement: UpdateStatement,
  symbol: ValueSymbol,
): readonly TypedStatement[] {
  const { session } = context;
  const value = checkExpression(context, statement.value, symbol.type);
  if (isError(value)) return [];
  const rebound = rebind(context, statement, symbol, value);
  if (rebound !== undefined) return rebound;
  if (widen(context, symbol, value)) return [];
  const restore = session.mark();
  const fitted = fit(context, value, symbol.type, `\`${symbol.name}\``, { fill: true });
  if (isError(fitted)) {
    restore();
    session.error('AM2302', statement.span, `this update would change the type of \`${symbol.name}\``, {
      labels: [
        { span: symbol.span, message: printType(symbol.type) },
        { span: value.span, message: printType(value.type) },
      ],
      notes: [
        'a name keeps its element and shape; give it its final shape where it is bound, for instance by `zeros(n)`',
      ],
    });
    return [];
  }
  return [{ kind: 'update', symbol, indices: [], value: fitted, span: statement.span }];
}

/** In an unrolled loop a value of another shape makes a new symbol. */
function rebind(
  context: Context,
  statement: UpdateStatement,
  symbol: ValueSymbol,
  value: TypedExpression,
): readonly TypedStatement[] | undefined {
  if (value.type.kind !== 'array' || symbol.type.kind !== 'array' || symbol.role !== 'local')
    return undefined;
  if (isScalar(value.type.shape) && !isScalar(symbol.type.shape)) return undefined;
  if (printType(value.type) === printType(symbol.type)) return undefined;
  let unrolled = false;
  for (let scope = context.scope; ; scope = scope.parent ?? scope) {
    if (scope.names.has(symbol.name)) {
      if (!unrolled) return undefined;
      const next = freshSymbol(symbol.name, 'local', value.type, statement.name.span);
      scope.names.set(symbol.name, { kind: 'value', symbol: next });
      return [{ kind: 'let', symbol: next, value, span: statement.span }];
    }
    if (scope.kind === 'loop' || scope.kind === 'branch' || scope.kind === 'per_tensor') return undefined;
    if (scope.kind === 'unrolled') unrolled = true;
    if (scope.parent === undefined) return undefined;
  }
}

/** `let s = 0` that is updated with reals is a real: the body is checked again. */
function widen(context: Context, symbol: ValueSymbol, value: TypedExpression): boolean {
  const binding = context.session.bindings.get(symbol);
  const isInt = symbol.type.kind === 'array' && symbol.type.element.kind === 'int';
  const givesReal = value.type.kind === 'array' && value.type.element.kind === 'real';
  if (binding === undefined || binding.type !== undefined || !isInt || !givesReal) return false;
  context.session.widened.add(binding);
  return true;
}

export function updateElements(
  context: Context,
  statement: UpdateStatement,
  symbol: ValueSymbol,
): readonly TypedStatement[] {
  const { session } = context;
  const { type } = symbol;
  const value = checkExpression(context, statement.value);
  if (
    type.kind !== 'array' ||
    type.shape.run !== undefined ||
    type.shape.dimensions.length < statement.indices.length
  ) {
    session.error(
      'AM2109',
      statement.name.span,
      `${printType(type)} cannot be indexed by ${statement.indices.length} indices`,
    );
    return [];
  }
  const items = statement.indices.map((index, axis) =>
    checkItem(context, index, type.shape.dimensions[axis]),
  );
  const known = items.filter((item) => item !== undefined);
  if (known.length < items.length || isError(value)) return [];
  const kept = known.flatMap((item) => {
    if (item.kind === 'range') return [item.size];
    return item.value.type.kind === 'array' ? item.value.type.shape.dimensions : [];
  });
  if (known.length > 1 && known.some((item) => item.kind === 'at' && !isScalarIndex(item.value))) {
    session.error('AM2109', statement.span, 'an array of indices must be the only index', {
      notes: ['write a `for` over the indices'],
    });
    return [];
  }
  const rest = type.shape.dimensions.slice(known.length);
  const place = arrayType(type.element, { run: undefined, dimensions: [...kept, ...rest] });
  if (widen(context, symbol, value)) return [];
  const fitted = fit(context, value, place, `an element of \`${symbol.name}\``, { fill: true });
  return isError(fitted)
    ? []
    : [{ kind: 'update', symbol, indices: known, value: fitted, span: statement.span }];
}

function isScalarIndex({ type }: TypedExpression): boolean {
  return type.kind === 'array' && isScalar(type.shape);
}
