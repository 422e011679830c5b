/** What can be done with a declaration, shown above it: run the program, run a test, see the whole problem. */
import type { Document, TextRange } from './document.js';
import { totalParameters } from './parameter_count.js';

export interface CodeLens {
  readonly range: TextRange;
  readonly title: string;
  /** What a client is asked to do; undefined for a mere note. */
  readonly action: 'run' | 'test' | 'mathematics' | undefined;
}

export function codeLenses(document: Document): readonly CodeLens[] {
  let first = true;
  return document.syntax.declarations.flatMap((declaration): readonly CodeLens[] => {
    const start = document.rangeOf(declaration.span).start;
    const range = { start, end: start };
    switch (declaration.kind) {
      case 'solve':
      case 'process': {
        if (!first) return [];
        first = false;
        const total = totalParameters(document);
        return [
          { range, title: 'Run', action: 'run' },
          ...(total === undefined ? [] : [{ range, title: total, action: undefined }]),
        ];
      }
      case 'objective':
        return [{ range, title: 'Show in mathematics', action: 'mathematics' }];
      case 'test':
        return [{ range, title: 'Run tests', action: 'test' }];
      default:
        return [];
    }
  });
}
