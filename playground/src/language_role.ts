/** The language service: one question, one answer. The document of the last question is kept and updated. */
import {
  completion,
  completionDetails,
  diagnostics,
  formatDocument,
  hover,
  openDocument,
  updateDocument,
} from '../../src/editor/index.js';
import type { CompletionItem, Document, Edit } from '../../src/editor/index.js';
import { librarySources } from './package.js';
import type { LanguageQuestions, PlainEdit, Request } from './messages.js';

let open: { readonly path: string; readonly document: Document } | undefined;

function documentOf(path: string, text: string): Document {
  const document =
    open?.path === path
      ? updateDocument(open.document, text)
      : openDocument({ library: librarySources() }, path, text);
  open = { path, document };
  return document;
}

function plainEdits(edits: readonly Edit[]): PlainEdit[] {
  return edits.map(({ range, newText }) => ({ ...range, newText }));
}

function documentationOf(document: Document, item: CompletionItem): string {
  const { code, text } = completionDetails(document, item);
  return [code, text].filter((part) => part !== '').join('\n\n');
}

const answers: {
  readonly [Kind in keyof LanguageQuestions]: (
    document: Document,
    question: LanguageQuestions[Kind]['question'],
  ) => LanguageQuestions[Kind]['answer'];
} = {
  diagnose: (document) =>
    diagnostics(document).map(({ code, severity, message, notes, range, fixes }) => ({
      ...range,
      code,
      severity,
      message: [message, ...notes].join('\n'),
      fixes: fixes.map(({ title, edits }) => ({ title, edits: plainEdits(edits) })),
    })),
  complete: (document, { offset }) => {
    const { range, items } = completion(document, offset);
    return {
      from: range.start,
      items: items.map((item) => ({
        label: item.label,
        detail: item.detail ?? '',
        documentation: documentationOf(document, item),
        // Places to fill in are a matter of richer editors; here the text stands as it is.
        insert: item.snippet === true ? item.label : (item.insertText ?? item.label),
        kind: item.kind,
        rank: item.rank,
      })),
    };
  },
  hover: (document, { offset }) => {
    const found = hover(document, offset);
    return found === undefined
      ? undefined
      : { ...found.range, text: [found.code, ...found.text].filter((part) => part !== '').join('\n\n') };
  },
  format: (document) => plainEdits(formatDocument(document)),
};

export function handle(message: unknown): void {
  const data = message as Request<LanguageQuestions>;
  const document = documentOf(data.path, data.question.text);
  const answer = answers[data.kind] as (document: Document, question: unknown) => unknown;
  postMessage({ id: data.id, answer: answer(document, data.question) });
}
