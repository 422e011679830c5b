/** What can stand behind a dot: parameters of a model, fields of a record. */
import type { Type } from '../check/types.js';
import { printType } from '../check/print_type.js';
import type { Before } from './call_context.js';
import type { CompletionItem } from './completion.js';
import type { Document } from './document.js';
import { textOf } from './headers.js';
import { declarationNamed, moduleOf } from './target.js';
import { typeAt } from './typing.js';

export function membersOf(document: Document, { tokens }: Before): readonly CompletionItem[] {
  const name = tokens.at(-2);
  if (name === undefined) return [];
  const declared = declarationNamed(document, name.image);
  if (declared === undefined) return [];
  const module = moduleOf(document, declared.declaration);
  if (module !== undefined) {
    return module.body.statements.flatMap((statement): readonly CompletionItem[] =>
      statement.kind === 'param' || statement.kind === 'model'
        ? [
            {
              label: statement.name.name,
              kind: 'member',
              rank: 0,
              detail: statement.kind === 'param' ? textOf(statement.type.span) : 'model',
            },
          ]
        : [],
    );
  }
  return fieldsOf(typeAt(document, declared.range.start));
}

function fieldsOf(type: Type | undefined): readonly CompletionItem[] {
  if (type?.kind !== 'record') return [];
  return type.fields.map((field) => ({
    label: field.name,
    kind: 'member',
    rank: 0,
    detail: printType(field.type),
  }));
}
