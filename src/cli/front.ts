/** A front as the command line shows it: a table on the terminal, CSV and a plot in files, what went wrong as a diagnostic. */
import type { FrontOutcome, FrontPoint } from '../runtime/front.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import type { Span } from '../parser/source.js';
import { plotFront } from './plot.js';
import { numberText, table } from './table.js';

/** More points than this are in `--json` and in the files only. */
const mostRows = 16;

export function frontText(front: FrontOutcome): string {
  const best = front.points.filter(({ dominated }) => !dominated);
  const [first] = front.points;
  const names = first?.objectives.map(({ name }) => name) ?? [];
  const shown = best.length <= mostRows ? best : spaced(best);
  const rows = shown.map(({ preference, objectives }) => [
    preference.map((value) => numberText(value, 3)).join(' '),
    ...objectives.map(({ value }) => numberText(value, 7)),
  ]);
  const measures = [
    ...(front.hypervolume === undefined
      ? []
      : [
          [
            'hypervolume',
            `${numberText(front.hypervolume, 8)} below (${front.reference.map((value) => numberText(value, 4)).join(', ')})`,
          ],
        ]),
    ['spread', numberText(front.spread, 4)],
  ];
  const dominated = front.points.length - best.length;
  return [
    `a front of ${best.length} points${dominated === 0 ? '' : `, and ${dominated} that others dominate`}`,
    '',
    table(measures),
    '',
    table([['preference', ...names], ...rows]),
    ...(shown.length < best.length ? [`every ${Math.ceil(best.length / mostRows)}th point`] : []),
  ].join('\n');
}

function spaced(points: readonly FrontPoint[]): readonly FrontPoint[] {
  const every = Math.ceil(points.length / mostRows);
  return points.filter((_, index) => index % every === 0);
}

/** Files by name: all points that were reached, and the plot. */
export function frontFiles(front: FrontOutcome): readonly (readonly [string, string])[] {
  return [
    ['front.csv', frontTable(front)],
    ['front.svg', plotFront(front)],
  ];
}

function frontTable({ points }: FrontOutcome): string {
  const [first] = points;
  const head = [
    ...(first?.preference.map((_, index) => `preference_${index + 1}`) ?? []),
    ...(first?.objectives.map(({ name }) => name) ?? []),
    'dominated',
  ];
  const rows = points.map(({ preference, objectives, dominated }) => [
    ...preference,
    ...objectives.map(({ value }) => value),
    dominated ? 1 : 0,
  ]);
  return [head, ...rows].map((row) => `${row.join(',')}\n`).join('');
}

/** Runs that diverged, or that all did. */
export function frontDiagnostic({ points, diverged }: FrontOutcome, span: Span): Diagnostic | undefined {
  if (diverged === 0) return undefined;
  const all = points.length === 0;
  return {
    code: all ? 'AM6036' : 'AM6035',
    severity: all ? 'error' : 'warning',
    span,
    message: all
      ? `the front is empty: all ${diverged} runs diverged`
      : `${diverged} of ${diverged + points.length} runs diverged, and their points are missing in the front`,
    notes: [
      'take smaller steps, or start elsewhere; one run alone is `solve using ... on METHOD(preference = [...])`',
    ],
  };
}
