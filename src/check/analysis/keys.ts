/** Structural keys: two expressions with one key have one value wherever both stand in the same scope. */
import type { TypedExpression } from '../typed.js';

/** Deeper expressions have no key, so that keys of long chains stay cheap. */
const deepest = 10;

/** Undefined for what has no cheap identity: draws, blocks, deep expressions. */
export function keyOf(expression: TypedExpression, depth = deepest): string | undefined {
  if (depth === 0) return undefined;
  const joined = (head: string, parts: readonly TypedExpression[]): string | undefined =>
    joinedKeys(head, parts, depth - 1);
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

function joinedKeys(head: string, parts: readonly TypedExpression[], depth: number): string | undefined {
  const keys: string[] = [];
  for (const part of parts) {
    const key = keyOf(part, depth);
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
