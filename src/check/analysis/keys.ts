/** Structural keys: two expressions with one key have one value wherever both stand in the same scope. */
import type { TypedExpression } from '../typed.js';

/** Undefined for what has no cheap identity: draws, blocks, large structures. */
export function keyOf(expression: TypedExpression): string | undefined {
  switch (expression.kind) {
    case 'constant':
      return `#${expression.value}`;
    case 'reference':
      return `$${expression.symbol.id}`;
    case 'dimension':
      return `d${expression.total ? 't' : ''}(${expression.dimension.key})`;
    case 'apply':
      return joined(expression.operator, expression.operands);
    case 'structural':
      return joined(expression.operator, expression.operands);
    case 'matmul':
      return joined('@', [expression.left, expression.right]);
    case 'field':
      return joined(`.${expression.name}`, [expression.object]);
    case 'index': {
      const at = expression.indices.flatMap((item) => (item.kind === 'at' ? [item.value] : []));
      return at.length < expression.indices.length ? undefined : joined('[]', [expression.object, ...at]);
    }
    case 'call': {
      const { start } = expression.function.span;
      const name = `${expression.function.name}:${expression.function.span.file.path}:${start}`;
      return joined(name, expression.arguments);
    }
    case 'reduce_axes':
      return joined(`${expression.operator}/${String(expression.axes)}`, [expression.operand]);
    default:
      return undefined;
  }
}

function joined(head: string, parts: readonly TypedExpression[]): string | undefined {
  const keys: string[] = [];
  for (const part of parts) {
    const key = keyOf(part);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return `${head}(${keys.join(',')})`;
}

export function sameValue(left: TypedExpression, right: TypedExpression): boolean {
  if (left === right) return true;
  const key = keyOf(left);
  return key !== undefined && key === keyOf(right);
}
