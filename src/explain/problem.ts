/** The problem as a paper would state it: what is minimized over what, where the names come from, and how it is solved. */
import type { TypedProblem } from '../check/typed.js';
import { printType } from '../check/print_type.js';
import type { Declaration, FileSyntax, Statement, UsingClause } from '../parser/ast.js';
import { mathematics } from './mathematics.js';

export function problemText(file: FileSyntax, problem: TypedProblem): string {
  const of = <Kind extends Declaration['kind']>(kind: Kind): Extract<Declaration, { kind: Kind }>[] =>
    file.declarations.filter(
      (declaration): declaration is Extract<Declaration, { kind: Kind }> => declaration.kind === kind,
    );
  const sections: string[] = [];

  const variables = problem.parameters.map(({ symbol, path }) => {
    const set = of('param').find(({ name }) => name.name === path)?.membership?.set;
    return `${path}: ${printType(symbol.type)}${set === undefined ? '' : ` in ${mathematics(set)}`}`;
  });
  const over = variables.length === 0 ? '' : `\n  over  ${variables.join(',\n        ')}`;
  const objectives = of('objective').map(({ sense, label, value, over, split }) => {
    const name = label === undefined ? '' : `${label.name}:  `;
    const on = split === undefined ? '' : `  on ${split.name}`;
    const own = over === undefined ? '' : `  over ${over.map((each) => each.name).join(', ')}`;
    return `${sense}  ${name}${mathematics(value)}${own}${on}`;
  });
  const constraints = of('constraint').map(({ label, value, proxy }) => {
    const name = label === undefined ? '' : `${label.name}:  `;
    const stands = proxy === undefined ? '' : `  (derivatives of ${mathematics(proxy)})`;
    return `\n  subject to  ${name}${mathematics(value)}${stands}`;
  });
  const goals = objectives.length === 0 && constraints.length > 0 ? ['find a point'] : objectives;
  if (goals.length > 0) sections.push(goals.join('\n') + over + constraints.join(''));

  const lets = of('let').flatMap(({ bindings, split }) =>
    bindings.map(({ name, value }) => {
      const sign = value.operator === '~' ? '∼' : '=';
      return `${name.name} ${sign} ${mathematics(value.expression)}${split === undefined ? '' : ` on ${split.name}`}`;
    }),
  );
  const models = of('model').map(({ name, value }) => `${name.name} = ${mathematics(value)}`);
  const states = of('problem_state').flatMap(({ bindings }) =>
    bindings.map(({ name, value }) => `${name.name} at first ${mathematics(value.expression)}`),
  );
  const updates = of('problem_update').map(({ name, indices, value }) => {
    const at = indices.length === 0 ? '' : `[${indices.map((index) => mathematics(index)).join(', ')}]`;
    return `${name.name}${at} ← ${mathematics(value)}`;
  });
  const carried = [...states, ...updates];
  if (carried.length > 0) sections.push(`carried from step to step\n${indent(carried)}`);
  if (lets.length + models.length > 0) sections.push(`where\n${indent([...models, ...lets])}`);

  const data = of('data').flatMap(({ path, columns, splits }) => {
    const source = path === undefined ? 'given' : `from "${path.text}"`;
    const shares = splits.map(({ name, percent }) => `${name.name} ${percent}%`).join(', ');
    const typed = problem.data.flatMap((block) => block.columns);
    const rows = columns.map(({ name, value }) => {
      const type = typed.find((column) => column.symbol.name === name.name)?.symbol.type;
      const shown = type === undefined ? '' : `: ${printType(type)}`;
      return `  ${name.name}${shown}${value === undefined ? '' : ` ${value.operator === '~' ? '∼' : '='} ${mathematics(value.expression)}`}`;
    });
    return [`${source}${shares === '' ? '' : `, split ${shares}`}`, ...rows];
  });
  if (data.length > 0) sections.push(`data\n${indent(data)}`);

  const hypers = problem.hypers.map(({ symbol }) => `${symbol.name}: ${printType(symbol.type)}`);
  if (hypers.length > 0) sections.push(`hyperparameters\n${indent(hypers)}`);

  const solves = of('solve').map((solve, index) => {
    const clauses = [
      ...(solve.front === undefined ? [] : [`a front of ${mathematics(solve.front)} points`]),
      solve.using.map(movesText).join(problem.solves[index]?.alternates === true ? ', then ' : ' and '),
      ...(solve.handler === undefined ? [] : [`constraints by ${mathematics(solve.handler)}`]),
      ...(solve.aggregator === undefined
        ? []
        : [
            `of several objectives one by ${mathematics(solve.aggregator)}, their gradients by reverse passes of one forward pass`,
          ]),
      ...(solve.batch === undefined
        ? []
        : [`batches of ${mathematics(solve.batch.size)} rows${solve.batch.inOrder ? ' in order' : ''}`]),
      ...(solve.length === undefined ? [] : [`${mathematics(solve.length.count)} ${solve.length.unit}`]),
      ...(solve.until === undefined ? [] : [`until ${mathematics(solve.until)}`]),
    ];
    return clauses.join(', ');
  });
  const processes = of('process').map(({ count, until, body }) => {
    const clause = until === undefined ? '' : `, until ${mathematics(until)}`;
    return `${mathematics(count)} steps of ${statementsText(body.statements)}${clause}`;
  });
  if (processes.length > 0) sections.push(`carried out\n${indent(processes)}`);
  if (solves.length > 0) sections.push(`solved by\n${indent(solves)}`);

  const reports = of('report').map(
    ({ name, value, split, samples }) =>
      `${name.name} = ${mathematics(value)}${split === undefined ? '' : ` on ${split.name}`}` +
      (samples === undefined ? '' : `, the mean of ${mathematics(samples)} draws`),
  );
  if (reports.length > 0) sections.push(`reported\n${indent(reports)}`);
  return sections.join('\n\n');
}

/** The updates of a body, in order. */
function statementsText(statements: readonly Statement[]): string {
  return statements
    .flatMap((statement): string[] => {
      switch (statement.kind) {
        case 'let_statement':
          return statement.bindings.map(
            ({ name, value }) =>
              `${name.name} ${value.operator === '~' ? '∼' : '='} ${mathematics(value.expression)}`,
          );
        case 'update': {
          const at =
            statement.indices.length === 0
              ? ''
              : `[${statement.indices.map((index) => mathematics(index)).join(', ')}]`;
          return [`${statement.name.name}${at} ← ${mathematics(statement.value)}`];
        }
        case 'if_statement': {
          const otherwise = statement.otherwise?.statements ?? [];
          const rest = otherwise.length === 0 ? '' : ` else (${statementsText(otherwise)})`;
          return [
            `if ${mathematics(statement.condition)} (${statementsText(statement.then.statements)})${rest}`,
          ];
        }
        case 'for':
          return [
            `for ${statement.name.name} in ${mathematics(statement.range)} (${statementsText(statement.body.statements)})`,
          ];
        default:
          return [];
      }
    })
    .join('; ');
}

/** `adam(1e-3) over critic, 5 times`. */
function movesText({ optimizer, over, times }: UsingClause): string {
  const variables = over === undefined ? '' : ` over ${over.map(({ name }) => name).join(', ')}`;
  return mathematics(optimizer) + variables + (times === undefined ? '' : `, ${mathematics(times)} times`);
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
