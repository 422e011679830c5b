/** The clauses of `solve` that only a nested problem has: how its solution is differentiated, and where it starts. */
import type { CstNode } from 'chevrotain';
import type { DifferentiationClause } from './ast.js';
import { buildExpression } from './build-expression.js';
import type { BuildContext } from './cst.js';
import { nodeOf, tokenOf } from './cst.js';
import type { Span } from './source.js';

export function buildNestedClause(
  context: BuildContext,
  node: CstNode | undefined,
  span: Span,
): DifferentiationClause | { readonly kind: 'warm' | 'cold' } {
  if (tokenOf(node, 'Warm') !== undefined) return { kind: 'warm' };
  if (tokenOf(node, 'Cold') !== undefined) return { kind: 'cold' };
  const detail = nodeOf(node, 'expression');
  if (tokenOf(node, 'Truncated') !== undefined) {
    return { kind: 'truncated', detail: buildExpression(context, detail, span), span };
  }
  if (tokenOf(node, 'Unrolled') !== undefined) return { kind: 'unrolled', detail: undefined, span };
  return {
    kind: 'implicit',
    detail: detail === undefined ? undefined : buildExpression(context, detail, span),
    span,
  };
}
