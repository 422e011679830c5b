/** What the form of objectives and solves says before the run: no length, no bound in the direction of the search. */
import type { Diagnostic } from '../../parser/diagnostic.js';
import type { TypedObjective, TypedProblem } from '../typed.js';
import type { Facts } from './facts.js';
import { isLibrary } from './findings.js';
import type { ProblemFacts } from './problem_facts.js';

export function missingLengths({ solves }: TypedProblem): Diagnostic[] {
  return solves
    .filter(({ length, until }) => length === undefined && until === undefined)
    .map(({ optimizer, span }) => ({
      code: 'AM3008',
      severity: 'info' as const,
      message: 'this `solve` says neither how long nor until when, and takes 1000 steps',
      span: isLibrary(optimizer.span, span.file.path) ? span : optimizer.span,
      notes: ['say `for 2000 steps`, `for 20 epochs`, or `until grad_norm < 1e-6`'],
    }));
}

export function unboundedObjectives({ objectives, constraints }: ProblemFacts): Diagnostic[] {
  // Constraints may well be what bounds it.
  if (constraints.length > 0) return [];
  return objectives.flatMap(({ item, facts }) => unbounded(item, facts));
}

function unbounded({ sense, value }: TypedObjective, { curvature, interval, flow }: Facts): Diagnostic[] {
  const minimize = sense === 'minimize';
  if (flow.live.size === 0 || flow.cut.size > 0) return [];
  if (minimize ? interval.low > -Infinity : interval.high < Infinity) return [];
  const side = minimize ? 'below' : 'above';
  if (curvature === 'affine') {
    return [
      {
        code: 'AM3009',
        severity: 'warning',
        message: `this objective is linear in the parameters, so it has no bound ${side}`,
        span: value.span,
        notes: [
          'parameters range over all reals: the run will go on forever',
          'add a regulariser such as `1e-3 * sum(w^2)`',
        ],
      },
    ];
  }
  if (curvature !== (minimize ? 'concave' : 'convex')) return [];
  return [
    {
      code: 'AM3009',
      severity: 'info',
      message: minimize ? 'this minimizes a concave function' : 'this maximizes a convex function',
      span: value.span,
      notes: [
        `such a function has no bound ${side} unless it is constant or its domain ends`,
        `was \`${minimize ? 'maximize' : 'minimize'}\` meant?`,
      ],
    },
  ];
}
