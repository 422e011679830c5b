/**
 * What the `Result` of an emitted module says about this program's objectives and constraints: the types, and the
 * functions that read them from what the phases evaluate.
 */
import type { ConstraintSlot, Phase, Program } from '../../ir/program.js';
import { evaluated } from '../../runtime/infeasible.js';
import { stringText } from './text.js';

/** The last phase with constraints; its multipliers are the result's. */
export function constrainedPhase(program: Program): Phase | undefined {
  return program.phases.findLast(({ constraints }) => constraints.length > 0);
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__' ? name : stringText(name);
}

/** Names with the phase and the place where each is read; of a name in several phases, the last. */
function objectivePlaces(
  program: Program,
): ReadonlyMap<string, { readonly phase: number; readonly at: number }> {
  return new Map(
    program.phases.flatMap(({ objective, several, process }, phase) =>
      process === true
        ? []
        : several === undefined
          ? [[objective.name, { phase, at: evaluated.objective }] as const]
          : several.map(({ name }, index) => [name, { phase, at: evaluated.kkt + index }] as const),
    ),
  );
}

export function objectiveMembers(program: Program): string {
  return [...objectivePlaces(program).keys()].map((name) => `readonly ${key(name)}: number;`).join('\n');
}

export function objectivesBody(program: Program): string {
  const places = objectivePlaces(program);
  const names = [...places.keys()];
  const phases = new Set([...places.values()].map(({ phase }) => phase));
  const reads = [...phases].flatMap((phase) => [
    `if (entered >= ${phase}) {`,
    `  program.phases[${phase}]?.evaluate();`,
    ...[...places].flatMap(([name, place]) =>
      place.phase === phase
        ? [`  values[${names.indexOf(name)}] = program.evaluation[${place.at}] ?? NaN;`]
        : [],
    ),
    '}',
  ]);
  return [
    `const values: number[] = [${names.map(() => 'NaN').join(', ')}];`,
    ...reads,
    'return {',
    ...names.map((name, index) => `  ${key(name)}: values[${index}] ?? NaN,`),
    '};',
  ].join('\n');
}

export function constraintMembers({ constraints }: Phase, reals: string): string {
  return constraints
    .map(({ name, relation, shape }) => {
      const values = shape.length === 0 ? 'number' : reals;
      const side = relation === 'equal' ? 'equal to' : 'at most';
      return [
        `/** ${shape.length === 0 ? 'A scalar' : `[${shape.join(', ')}]`}, ${side} 0 where it holds. */`,
        `readonly ${key(name)}: { readonly value: ${values}; readonly violation: number; readonly multiplier: ${values} };`,
      ].join('\n');
    })
    .join('\n');
}

export function constraintsBody({ constraints }: Phase): string {
  const count = constraints.reduce((total, { size }) => total + size, 0);
  const equalities = constraints.reduce(
    (total, { relation, size }) => total + (relation === 'equal' ? size : 0),
    0,
  );
  const members = constraints.map((slot) => {
    const start = evaluated.constraints + (slot.relation === 'equal' ? 0 : equalities) + slot.offset;
    return `  ${key(slot.name)}: { ${constraintText(slot, start, start + count)} },`;
  });
  return ['return {', ...members, '};'].join('\n');
}

function constraintText(
  { relation, shape, size }: ConstraintSlot,
  start: number,
  multiplier: number,
): string {
  const off = (value: string): string => (relation === 'equal' ? `Math.abs(${value})` : value);
  if (shape.length === 0) {
    const value = `cells[${start}] ?? NaN`;
    return [
      `value: ${value}`,
      `violation: Math.max(0, ${off(value)})`,
      `multiplier: cells[${multiplier}] ?? NaN`,
    ].join(', ');
  }
  const slice = `cells.slice(${start}, ${start + size})`;
  return [
    `value: ${slice}`,
    `violation: Math.max(0, ...${relation === 'equal' ? `${slice}.map(Math.abs)` : slice})`,
    `multiplier: cells.slice(${multiplier}, ${multiplier + size})`,
  ].join(', ');
}
