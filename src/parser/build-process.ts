/** A process: `solve for 10000 steps until change < 1e-9 { ... }`. */
import type { CstNode } from 'chevrotain';
import type { ProcessDeclaration } from './ast.js';
import { buildExpression } from './build-expression.js';
import { buildBlock } from './build-statement.js';
import type { BuildContext } from './cst.js';
import { nodeOf, nodesOf, nodeSpan, report, tokenOf } from './cst.js';
import type { Span } from './source.js';

export function buildProcess(
  context: BuildContext,
  node: CstNode,
  span: Span,
  doc: string,
): ProcessDeclaration {
  const unit = nodeOf(node, 'unit');
  if (unit !== undefined && (tokenOf(unit, 'Epochs') ?? tokenOf(unit, 'Epoch')) !== undefined) {
    report(context, 'AM1080', nodeSpan(context, unit), 'the length of a process is given in steps', [
      'an epoch is one pass over a table in batches, and a process takes none',
    ]);
  }
  const clauses = nodesOf(node, 'processClause');
  const clause = (key: 'Until' | 'Seed') => {
    const [first, second] = clauses.filter((each) => tokenOf(each, key) !== undefined);
    if (second !== undefined) {
      const word = key.toLowerCase();
      report(context, 'AM1033', nodeSpan(context, second), `\`${word}\` is written twice`, [
        'each clause stands once',
      ]);
    }
    const value = nodeOf(first, 'expression');
    return value === undefined ? undefined : buildExpression(context, value, span);
  };
  return {
    kind: 'process',
    doc,
    count: buildExpression(context, nodeOf(node, 'expression'), span),
    until: clause('Until'),
    seed: clause('Seed'),
    body: buildBlock(context, nodeOf(node, 'block'), span),
    span,
  };
}
