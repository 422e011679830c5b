/**
 * Aggregators: functions from the Jacobian of several objectives (a row each) to the vector that stands for the
 * gradient. A definition is a function whose first parameter is `real[m, n]` and whose result is `real[n]`; a
 * `solve` applies it with `on`, which is a call whose first argument nobody writes.
 */
import type { CallExpression, Expression, Identifier, ObjectiveDeclaration } from '../parser/ast.js';
import type { Context } from './context.js';
import { withName } from './context.js';
import { isError } from './convert.js';
import { bareSymbol, constantDimension, symbolDimension, symbolsOf } from './dimension.js';
import type { FunctionDefinition, Signature } from './entities.js';
import { checkExpression } from './expression.js';
import { functionSignature } from './functions.js';
import { levelOf } from './levels.js';
import { describe, lookupCallable, noteUse, unknownName } from './names.js';
import { printType } from './print_type.js';
import type { Session } from './session.js';
import { freshDimension, freshSymbol } from './session.js';
import { arrayType, realElement, shapeOf } from './type_facts.js';
import type { TypedAggregation } from './typed.js';
import type { DimensionSymbol, Type } from './types.js';

/** No name that a file can write. */
const jacobianName = ' J';

/** Every aggregator takes the Jacobian first and gives a vector like one of its rows. */
export function checkAggregatorSignature(session: Session, definition: FunctionDefinition): void {
  if (!definition.syntax.aggregator) return;
  const signature = functionSignature(session, definition);
  if (hasForm(signature)) return;
  const { name } = definition.syntax;
  session.error('AM2620', name.span, `\`${name.name}\` does not have the form of an aggregator`, {
    notes: [
      'the first parameter is the Jacobian, a row for each objective, and the result is like a row',
      `write \`aggregator ${name.name}(J: real[m, n]): real[n]\`, further parameters behind J`,
    ],
  });
}

function hasForm({ parameters, result }: Signature): boolean {
  const [first] = parameters;
  const rows = first === undefined ? undefined : quantified(first.symbol.type, 0, 2);
  const columns = first === undefined ? undefined : quantified(first.symbol.type, 1, 2);
  return (
    rows !== undefined &&
    columns !== undefined &&
    rows !== columns &&
    result !== undefined &&
    quantified(result, 0, 1) === columns
  );
}

/** The dimension of a real array's axis, where the array has `rank` axes and this one is free. */
function quantified(type: Type, axis: number, rank: number): DimensionSymbol | undefined {
  if (type.kind !== 'array' || type.element.kind !== 'real' || type.shape.run !== undefined) return undefined;
  const dimension = type.shape.dimensions[axis];
  if (dimension === undefined || type.shape.dimensions.length !== rank) return undefined;
  const symbol = bareSymbol(dimension);
  return symbol?.origin === 'quantified' ? symbol : undefined;
}

/** `on upgrad` or `on cagrad(c = 0.5)` over `count` objectives; undefined after an error. */
export function checkAggregation(
  context: Context,
  expression: Expression,
  count: number,
): TypedAggregation | undefined {
  const { session } = context;
  const call = callOf(expression);
  const callee = call?.callee.kind === 'name' ? call.callee : undefined;
  const entity = callee === undefined ? undefined : lookupCallable(context, callee.name);
  if (callee !== undefined && entity === undefined) {
    unknownName(context, callee.name, callee.span);
    return undefined;
  }
  if (entity?.kind === 'error') return undefined;
  if (call === undefined || callee === undefined || entity === undefined || !isAggregator(entity)) {
    if (callee !== undefined && entity !== undefined) noteUse(session, callee.span, callee.name, entity);
    const what = callee === undefined || entity === undefined ? 'this' : `\`${callee.name}\``;
    session.error('AM2621', expression.span, `${what} is not an aggregator`, {
      notes: [
        ...(entity === undefined ? [] : [`${what} is ${describe(entity)}`]),
        '`on` takes an aggregator: `upgrad`, `cagrad(c = 0.5)`, or one defined by `aggregator`',
      ],
    });
    return undefined;
  }
  const { span } = expression;
  const size = freshDimension('P', span, 'quantified');
  const rows = arrayType(realElement, shapeOf([constantDimension(count), symbolDimension(size)]));
  const jacobian = freshSymbol('J', 'implicit', rows, span);
  const inner = withName(context, jacobianName, { kind: 'value', symbol: jacobian });
  const written = session.sizeChecks.length;
  const value = checkExpression(inner, {
    ...call,
    arguments: [
      { name: undefined, value: { kind: 'name', name: jacobianName, span: callee.span }, span: callee.span },
      ...call.arguments,
    ],
  });
  // The number of all parameters is known to elaboration only.
  session.sizeChecks = session.sizeChecks.filter(
    ({ left, right }, index) => index < written || ![...symbolsOf(left), ...symbolsOf(right)].includes(size),
  );
  if (isError(value)) return undefined;
  const result = quantified(value.type, 0, 1);
  if (result !== size) {
    session.error('AM2621', span, `this aggregation gives ${printType(value.type)}, not a vector like x`);
    return undefined;
  }
  const arguments_ = value.kind === 'call' ? value.arguments.slice(1) : [];
  const late = arguments_.find((argument) => levelOf(session, argument) !== 'constant');
  if (late !== undefined) {
    session.error('AM2503', late.span, 'the arguments of an aggregator are known before data and parameters');
    return undefined;
  }
  return { value, jacobian, size, title: textOf(expression), span };
}

function isAggregator(entity: NonNullable<ReturnType<typeof lookupCallable>>): boolean {
  return entity.kind === 'function' && entity.definition.syntax.aggregator;
}

function callOf(expression: Expression): CallExpression | undefined {
  if (expression.kind === 'call') return expression;
  if (expression.kind !== 'name') return undefined;
  const { span } = expression;
  return { kind: 'call', callee: expression, arguments: [], over: [], on: undefined, span };
}

function textOf({ span }: Expression): string {
  return span.file.text.slice(span.start, span.end).replace(/\s+/g, ' ');
}

interface SolveTargets {
  readonly labels: readonly Identifier[];
  readonly aggregator: Expression | undefined;
  readonly span: Expression['span'];
}

/** The objectives that a `solve` chooses, in source order. */
export function chosenObjectives(
  solve: SolveTargets,
  declared: readonly ObjectiveDeclaration[],
): readonly ObjectiveDeclaration[] {
  if (solve.labels.length === 0) return declared;
  return declared.filter(
    ({ label }) => label !== undefined && solve.labels.some(({ name }) => name === label.name),
  );
}

/** One objective and no aggregator, or several and one. */
export function checkNumberOfObjectives(
  session: Session,
  solve: SolveTargets,
  declared: readonly ObjectiveDeclaration[],
): void {
  const labels = declared.flatMap(({ label }) => (label === undefined ? [] : [label.name]));
  const chosen = chosenObjectives(solve, declared);
  if (solve.aggregator === undefined) {
    if (chosen.length <= 1) return;
    const choice =
      labels.length === 0
        ? 'give the objectives labels and choose one'
        : `choose one of ${labels.join(', ')}: \`solve ${labels[0] ?? 'loss'} using ...\``;
    session.error('AM2608', solve.span, 'one `solve` takes one objective', {
      notes: [choice, 'or aggregate their gradients: `solve using adam(1e-3) on upgrad`'],
    });
    return;
  }
  const [only, second] = chosen;
  if (only !== undefined && second === undefined) {
    session.error('AM2622', solve.aggregator.span, 'an aggregator with one objective', {
      labels: [{ span: only.span, message: 'the only one here' }],
      notes: [
        'an aggregator makes one direction of the gradients of several objectives',
        declared.length > 1
          ? `choose several of ${labels.join(', ')}, or drop \`on\``
          : 'state a second objective, or drop `on`',
      ],
    });
  }
  const other = chosen.find(({ split }) => split?.name !== only?.split?.name);
  if (only !== undefined && other !== undefined) {
    session.error('AM2623', other.span, 'objectives that are aggregated are on the same rows', {
      labels: [{ span: only.span, message: `the first is on ${only.split?.name ?? 'the training rows'}` }],
    });
  }
  const unnamed = chosen.find(({ label }) => label === undefined);
  if (second !== undefined && unnamed !== undefined) {
    session.error('AM2624', unnamed.span, 'several objectives are told apart by labels', {
      notes: ['a label stands before the value: `minimize loss: mean(...)`'],
    });
  }
}
