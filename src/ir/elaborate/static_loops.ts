/** Whether a loop must be unrolled: its index is part of a shape, or decides a bound, inside its body. */
import type { TypedStatement } from '../../check/typed.js';
import type { Dimension, DimensionSymbol, Type } from '../../check/types.js';
import { walkStatements } from './walk.js';

export function mentionsDimension(loop: Extract<TypedStatement, { kind: 'for' }>): boolean {
  const symbol = loop.symbol.dimension;
  if (symbol === undefined) return false;
  let found = false;
  const note = (dimension: Dimension): void => {
    found ||= inDimension(dimension, symbol);
  };
  walkStatements(loop.body, {
    expression: (expression) => {
      if (inType(expression.type, symbol)) found = true;
      if (expression.kind === 'comprehension' || expression.kind === 'reduce') {
        for (const binder of expression.binders) {
          note(binder.from);
          note(binder.size);
        }
      }
      if (expression.kind === 'call')
        for (const { value } of expression.instantiation.dimensions) note(value);
      if (expression.kind === 'index') {
        for (const item of expression.indices) if (item.kind === 'range') note(item.size);
      }
    },
    statement: (statement) => {
      if (statement.kind === 'let') found ||= inType(statement.symbol.type, symbol);
      if (statement.kind === 'for') {
        for (const bound of [statement.from, statement.to]) {
          if (bound.kind === 'reference' && bound.symbol === loop.symbol) found = true;
          if (bound.kind === 'dimension') note(bound.dimension);
        }
      }
    },
  });
  return found;
}

function inType(type: Type, symbol: DimensionSymbol): boolean {
  return type.kind === 'array' && type.shape.dimensions.some((dimension) => inDimension(dimension, symbol));
}

function inDimension(dimension: Dimension, symbol: DimensionSymbol): boolean {
  return dimension.terms.some(({ factors }) =>
    factors.some(({ atom }) =>
      atom.kind === 'symbol'
        ? atom.symbol === symbol
        : inDimension(atom.numerator, symbol) || inDimension(atom.denominator, symbol),
    ),
  );
}
