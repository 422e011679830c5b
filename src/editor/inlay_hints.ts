/** What the compiler found out and the source does not say: types of `let`s, sizes of models, the rows of a batch. */
import type { LetBinding, Statement } from '../parser/ast.js';
import type { Document, TextRange } from './document.js';
import { parameterCount } from './parameter_count.js';
import { typeAt, typeText } from './typing.js';

export interface InlayHint {
  /** Where it is shown, between two characters. */
  readonly offset: number;
  readonly text: string;
  /** A type could be written there as it is. */
  readonly kind: 'type' | 'note';
}

export function inlayHints(document: Document, within?: TextRange): readonly InlayHint[] {
  const isWanted = ({ offset }: InlayHint): boolean =>
    within === undefined || (offset >= within.start && offset <= within.end);
  const hints = document.syntax.declarations.flatMap((declaration): readonly InlayHint[] => {
    switch (declaration.kind) {
      case 'let':
        return declaration.bindings.flatMap((binding) => typeHint(document, binding));
      case 'model': {
        const count = parameterCount(document, declaration.name.name);
        if (count === undefined) return [];
        return [{ offset: document.rangeOf(declaration.name.span).end, text: count, kind: 'note' }];
      }
      case 'solve': {
        if (declaration.batch === undefined) return [];
        const rows = sampledRows(document);
        if (rows === undefined) return [];
        return [
          { offset: document.rangeOf(declaration.batch.size.span).end, text: `of ${rows}`, kind: 'note' },
        ];
      }
      case 'fn':
      case 'module':
      case 'optimizer':
      case 'schedule':
      case 'test':
        return declaration.body.kind === 'block' ? inBody(document, declaration.body.statements) : [];
      default:
        return [];
    }
  });
  return hints.filter(isWanted);
}

function inBody(document: Document, statements: readonly Statement[]): readonly InlayHint[] {
  return statements.flatMap((statement): readonly InlayHint[] => {
    switch (statement.kind) {
      case 'let_statement':
        return statement.bindings.flatMap((binding) => typeHint(document, binding));
      case 'for':
      case 'per_tensor':
        return inBody(document, statement.body.statements);
      case 'if_statement':
        return [
          ...inBody(document, statement.then.statements),
          ...inBody(document, statement.otherwise?.statements ?? []),
        ];
      default:
        return [];
    }
  });
}

function typeHint(document: Document, { name, type, value }: LetBinding): readonly InlayHint[] {
  if (type !== undefined) return [];
  // What a literal is needs no saying.
  if (value.expression.kind === 'number' || value.expression.kind === 'boolean') return [];
  const { start, end } = document.rangeOf(name.span);
  const text = typeText(typeAt(document, start));
  return text === undefined ? [] : [{ offset: end, text: `: ${text}`, kind: 'type' }];
}

/** The rows that a batch is taken of, where there is one table. */
function sampledRows(document: Document): string | undefined {
  const tables = (document.checked().problem?.data ?? []).flatMap(({ rows }) =>
    rows === undefined ? [] : [rows],
  );
  return tables.length === 1 ? tables[0]?.name : undefined;
}
