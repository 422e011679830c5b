/** Faults of data files as diagnostics: at the place of the `.opt` file that names the data, with the data's own line beside it. */
import { didYouMean } from '../parser/suggest.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import type { SourceFile, Span } from '../parser/source.js';
import type { DataFault, DataPlace } from '../runtime/data/fault.js';

export function dataDiagnostic(fault: DataFault, span: Span): Diagnostic {
  const suggestion = fault.unknown === undefined ? [] : didYouMean(fault.unknown.name, fault.unknown.known);
  return {
    code: fault.code,
    severity: 'error',
    message: fault.message,
    span,
    notes: [...fault.notes, ...suggestion],
    ...(fault.place === undefined ? {} : { labels: [{ span: placeSpan(fault.place), message: 'here' }] }),
  };
}

/** The data's line as a source whose line numbers are right: empty lines stand for what comes before. */
function placeSpan(place: DataPlace): Span {
  const before = '\n'.repeat(place.line - 1);
  const file: SourceFile = { path: place.path, text: before + place.text };
  const start = Math.min(before.length + place.column - 1, file.text.length);
  return { file, start, end: Math.min(start + place.length, file.text.length) };
}
