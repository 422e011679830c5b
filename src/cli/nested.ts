/** What a run has to say about nested problems whose implicit derivative was not what it is taken for. */
import type { Compilation } from '../compile.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import type { RunOutcome } from '../runtime/run.js';
import { farFromStationary } from '../runtime/run.js';
import { numberText } from './table.js';

export function unfinishedNested({ program }: Compilation, outcome: RunOutcome): readonly Diagnostic[] {
  return outcome.nested.flatMap(({ phase, index, gradNorm, distance }): Diagnostic[] => {
    const slot = program.phases[phase]?.nested?.[index];
    if (slot === undefined || distance <= farFromStationary) return [];
    return [
      {
        code: 'AM6015',
        severity: 'warning',
        message: 'this nested problem did not come near a stationary point, which `implicit` assumes',
        span: { ...slot.span, end: slot.span.start + 'argmin'.length },
        notes: [
          `at the end the norm of its gradient is ${numberText(gradNorm)}, and Newton's method would move the solution by ${numberText(distance)} of its length`,
          'take more steps or a faster optimizer, or differentiate through the steps: leave `implicit` out',
        ],
      },
    ];
  });
}
