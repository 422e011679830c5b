/** The verdict that no point satisfies the constraints, as a diagnostic that names those in conflict. */
import type { Compilation } from '../compile.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import type { Conflict, Infeasibility } from '../runtime/infeasible.js';
import { numberText } from './table.js';

/** So many elements are listed. */
const mostListed = 8;

export function infeasibleDiagnostic(
  { source, program, bound: { problem } }: Compilation,
  { conflict, sum, distance, phase }: Infeasibility,
): Diagnostic {
  const names = [...new Set(conflict.map(({ name }) => name))];
  const placed = problem.constraints.filter(({ name }) => names.includes(name));
  const [first, ...others] = placed;
  const listed = conflict.slice(0, mostListed).map(line);
  const rest = conflict.length - listed.length;
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop() ?? '';
  return {
    code: 'AM6030',
    severity: 'error',
    message:
      quoted.length === 0
        ? `no feasible point: the constraint ${last} cannot be satisfied here`
        : `no feasible point: the constraints ${quoted.join(', ')} and ${last} are in conflict`,
    span: first?.span ?? program.phases[phase]?.span ?? { file: source, start: 0, end: 0 },
    labels: others.map(({ span }) => ({ span, message: 'in conflict with it' })),
    notes: [
      ...listed,
      ...(rest > 0 ? [`and ${rest} elements more`] : []),
      `with these weights they add up to ${numberText(sum, 3)} where at most 0 is asked, and hardly any step changes that`,
      `a point that satisfies them is farther away than ${numberText(distance, 2)}, as far as slopes tell; for convex constraints there is none within it`,
    ],
  };
}

function line({ name, element, violation, weight }: Conflict): string {
  const where = element === undefined ? name : `${name}[${element}]`;
  return `${where}: violated by ${numberText(violation, 4)}, weight ${numberText(weight, 3)}`;
}
