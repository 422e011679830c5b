/** Every expression that a problem holds at its own level, whatever it stands for. */
import type { TypedExpression, TypedProblem, TypedProcess } from '../../check/typed.js';

function processRoots({ statements, count, until }: TypedProcess): readonly TypedExpression[] {
  const body: TypedExpression = {
    kind: 'block',
    statements,
    result: count,
    type: count.type,
    span: count.span,
  };
  return until === undefined ? [body] : [body, until];
}

export function problemRoots(problem: TypedProblem): readonly TypedExpression[] {
  return [
    ...problem.data.flatMap((block) => block.columns.map((column) => column.value)),
    ...problem.parameters.map((parameter) => parameter.start),
    ...problem.parameters.flatMap(({ membership }) => Object.values(membership?.operations ?? {})),
    ...problem.lets.map((binding) => binding.value),
    ...problem.carried.flatMap(({ start, rule }) =>
      rule.value === undefined ? [start] : [start, rule.value],
    ),
    ...problem.objectives.map((objective) => objective.value),
    ...problem.solves.flatMap(({ groups }) =>
      groups.flatMap(({ optimizer, times }) => (times === undefined ? [optimizer] : [optimizer, times])),
    ),
    ...problem.solves.flatMap(({ handler }) => (handler === undefined ? [] : [handler])),
    ...problem.processes.flatMap(processRoots),
    ...problem.constraints.flatMap(({ value, proxy }) => (proxy === undefined ? [value] : [value, proxy])),
    ...problem.solves.flatMap(({ aggregation }) => (aggregation === undefined ? [] : [aggregation.value])),
    ...problem.reports.map((report) => report.value),
  ];
}
