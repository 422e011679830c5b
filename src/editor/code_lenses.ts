/** What can be done with a declaration, shown above it: run the program, run a test, check the gradient, see the problem. */
import type { Document, TextRange } from './document.js';
import { totalParameters } from './parameter_count.js';

export interface CodeLens {
  readonly range: TextRange;
  readonly title: string;
  /**
   * What a client is asked to do; undefined for a mere note. A `cost` is a note whose text takes the compiler to find
   * out: whoever shows it asks when it is seen.
   */
  readonly action: 'run' | 'test' | 'mathematics' | 'gradient' | 'checkGradients' | 'cost' | undefined;
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
          { range, title: 'Check gradients', action: 'checkGradients' },
          ...(total === undefined ? [] : [{ range, title: total, action: undefined }]),
          { range, title: 'Cost of a step', action: 'cost' },
        ];
      }
      case 'objective':
        return [
          { range, title: 'Show in mathematics', action: 'mathematics' },
          { range, title: 'Gradient', action: 'gradient' },
        ];
      case 'test':
        return [{ range, title: 'Run tests', action: 'test' }];
      default:
        return [];
    }
  });
}
