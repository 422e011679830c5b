/** Parameters that no objective reaches by a derivative, and objectives that reach no parameter. */
import type { Diagnostic, Label } from '../../parser/diagnostic.js';
import type { Span } from '../../parser/source.js';
import type { TypedParameter, TypedProblem, ValueSymbol } from '../typed.js';
import { seesValuesOnly } from '../black_boxes.js';
import { isLibrary } from './findings.js';
import type { Cut } from './flow.js';
import type { ProblemFacts } from './problem_facts.js';

export function gradientPaths(facts: ProblemFacts): Diagnostic[] {
  const { problem, objectives, constraints } = facts;
  // Where constraints restrict the parameters, an objective may well be constant: any feasible point solves it.
  const isConstrained = constraints.some(({ facts: { flow } }) => flow.live.size > 0);
  // An optimizer that sees values only does without derivatives.
  const valuesOnly = seesValuesOnly(problem);
  const stranded = objectives.filter(
    ({ facts: { flow } }) =>
      flow.live.size === 0 && !(isConstrained && flow.cut.size === 0) && !(valuesOnly && flow.cut.size > 0),
  );
  const unreached = stranded.map(({ item, facts: { flow } }) =>
    objectiveWithoutParameters(problem, item.value.span, [...flow.cut.values()][0]),
  );
  if (valuesOnly || stranded.length === objectives.length) return unreached;
  return [...unreached, ...parametersWithoutGradient(facts)];
}

function objectiveWithoutParameters(problem: TypedProblem, span: Span, cut: Cut | undefined): Diagnostic {
  const why = cut === undefined ? ['it is the same at every step'] : cutNotes(cut);
  return {
    code: 'AM3002',
    severity: 'warning',
    message:
      cut === undefined
        ? 'this objective depends on no parameter'
        : 'no derivative passes from this objective to a parameter',
    span,
    labels: cut === undefined ? [] : cutLabels(problem, cut),
    notes: [...why, 'the optimizer has nothing to do: its gradient is 0 everywhere'],
  };
}

function cutLabels({ path }: TypedProblem, cut: Cut): readonly Label[] {
  return isLibrary(cut.span, path) ? [] : [{ span: cut.span, message: 'the derivative ends here' }];
}

function cutNotes({ what }: Cut): readonly string[] {
  const advice =
    what === '`stop`'
      ? 'this is what `stop` is for; remove it where the gradient is wanted'
      : 'use a smooth stand-in (`sigmoid` of a margin for a comparison, `softmax` for `argmax`), or keep this for a `report`';
  return [`the derivative of ${what} is 0 wherever it exists`, advice];
}

function parametersWithoutGradient({
  problem,
  objectives,
  constraints,
  reports,
  lets,
  reached,
}: ProblemFacts): Diagnostic[] {
  const minimized = [...objectives, ...constraints];
  const live = new Set(minimized.flatMap(({ facts }) => [...facts.flow.live]));
  const cuts = new Map<ValueSymbol, Cut>(minimized.flatMap(({ facts }) => [...facts.flow.cut]));
  const elsewhere = new Set(
    [
      ...reports.map(({ facts }) => facts),
      ...[...lets].flatMap(([symbol, read]) => (reached.has(symbol) ? [] : [read.facts])),
    ].flatMap(({ flow }) => [...flow.live, ...flow.cut.keys()]),
  );
  const groups = new Map<string, TypedParameter[]>();
  for (const parameter of problem.parameters) {
    const name = ownerOf(parameter);
    groups.set(name, [...(groups.get(name) ?? []), parameter]);
  }
  return [...groups].flatMap(([owner, parameters]) => {
    const without = parameters.filter(({ symbol }) => !live.has(symbol));
    const [first] = without;
    if (first === undefined) return [];
    const span = placeOf(problem, first, owner);
    const whole = without.length === parameters.length && first.path !== owner;
    const names = whole ? [`the model \`${owner}\``] : without.map(({ path }) => `\`${path}\``);
    const cut = cuts.get(first.symbol);
    return [withoutGradient(problem, names, span, cut, elsewhere.has(first.symbol))];
  });
}

/** The name in the file: the parameter's own, or that of the model it belongs to. */
function ownerOf({ path }: TypedParameter): string {
  return path.split(/[.[]/)[0] ?? path;
}

function withoutGradient(
  problem: TypedProblem,
  names: readonly string[],
  span: Span,
  cut: Cut | undefined,
  elsewhere: boolean,
): Diagnostic {
  const verb = names.length === 1 ? 'gets' : 'get';
  const unused = elsewhere
    ? 'no objective depends on it: it keeps its start, and only reports read it'
    : 'nothing uses it, so it keeps its start';
  return {
    code: 'AM3001',
    severity: 'warning',
    message: `${names.join(', ')} ${verb} no gradient`,
    span,
    labels: cut === undefined ? [] : cutLabels(problem, cut),
    notes: cut === undefined ? [unused, 'use it in the objective, or make it a `let`'] : cutNotes(cut),
  };
}

/** Parameters of models are declared in the library; a person looks for the `model` in the file. */
function placeOf(problem: TypedProblem, { symbol, path }: TypedParameter, owner: string): Span {
  if (path === owner) return symbol.span;
  const file = problem.objectives[0]?.span.file ?? symbol.span.file;
  const match = new RegExp(`\\bmodel\\s+(?=${owner}\\b)`).exec(file.text);
  if (match === null) return symbol.span;
  const start = match.index + match[0].length;
  return { file, start, end: start + owner.length };
}
