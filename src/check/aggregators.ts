/**
 * Aggregators and scalarizations: what makes one minimization of several objectives. An aggregator is a function from
 * the Jacobian, a row for each objective, to the vector that stands for the gradient; a scalarization is a function
 * from the objectives' values to the number that is minimized. A `solve` applies either with `on`, which is a call
 * some of whose arguments nobody writes: the Jacobian `J`, the values `f`, the step `t`.
 */
import type {
  Argument,
  CallExpression,
  Expression,
  Identifier,
  ObjectiveDeclaration,
} from '../parser/ast.js';
import type { Context } from './context.js';
import { withName } from './context.js';
import { isError } from './convert.js';
import { bareSymbol, constantDimension, symbolDimension, symbolsOf } from './dimension.js';
import type { FunctionDefinition, Signature } from './entities.js';
import { checkExpression } from './expression.js';
import { functionSignature, typedFunction } from './functions.js';
import { isGame } from './games.js';
import { levelOf } from './levels.js';
import { describe, lookupCallable, noteUse, unknownName } from './names.js';
import { printType } from './print_type.js';
import type { Session } from './session.js';
import { freshDimension, freshSymbol } from './session.js';
import { childrenOf } from './traverse.js';
import { arrayType, intScalar, isReal, isScalarType, realElement, shapeOf } from './type_facts.js';
import type { TypedAggregation, TypedExpression, ValueSymbol } from './typed.js';
import type { DimensionSymbol, Type } from './types.js';

/** Every aggregator takes the Jacobian first and gives a vector like one of its rows. */
export function checkAggregatorSignature(session: Session, definition: FunctionDefinition): void {
  if (!definition.syntax.aggregator) return;
  const signature = functionSignature(session, definition);
  if (isDirection(signature)) {
    checkStarts(session, definition, signature);
    return;
  }
  const { name } = definition.syntax;
  session.error('AM2620', name.span, `\`${name.name}\` does not have the form of an aggregator`, {
    notes: [
      'the first parameter is the Jacobian, a row for each objective, and the result is like a row',
      `write \`aggregator ${name.name}(J: real[m, n]): real[n]\`, further parameters behind J`,
    ],
  });
}

/** A state starts before the first step, when there is no Jacobian. */
function checkStarts(session: Session, definition: FunctionDefinition, signature: Signature): void {
  const body = typedFunction(session, definition)?.body;
  const given = signature.parameters.flatMap(({ symbol }, index) =>
    givenTo(signature, 'direction', index) === undefined ? [] : [symbol],
  );
  for (const { symbol, value, span } of body === undefined ? [] : statesOf(body)) {
    const read = given.find((each) => mentions(value, each));
    if (read === undefined) continue;
    session.error(
      'AM2700',
      span,
      `the start of \`${symbol.name}\` reads \`${read.name}\`, which comes with a step`,
      {
        notes: [
          `start from a number, and at the first step, \`t: int\`: \`if t == 1 { ${symbol.name} <- ... }\``,
        ],
      },
    );
  }
}

function mentions(expression: TypedExpression, symbol: ValueSymbol): boolean {
  if (expression.kind === 'reference') return expression.symbol === symbol;
  return [...childrenOf(expression)].some((child) => mentions(child, symbol));
}

export function isDirection({ parameters, result }: Signature): boolean {
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

function isScalarization({ parameters, result }: Signature): boolean {
  const [first] = parameters;
  return (
    first !== undefined &&
    quantified(first.symbol.type, 0, 1) !== undefined &&
    (result === undefined || (isReal(result) && isScalarType(result)))
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

// --------------------------------------------------------------------------------------------------- arguments

/** What the run gives to a parameter: by its place (the first one), or by its name and type. */
type Given = 'jacobian' | 'losses' | 'step' | 'preference';

/** Beside the first parameter of an aggregator, `f: real[m]` are the values and `t: int` is the step. */
function givenTo(signature: Signature, kind: TypedAggregation['kind'], index: number): Given | undefined {
  if (index === 0) return kind === 'direction' ? 'jacobian' : 'losses';
  const parameter = signature.parameters[index];
  if (parameter === undefined) return undefined;
  const { name, type } = parameter.symbol;
  if (name === 't' && type.kind === 'array' && type.element.kind === 'int' && isScalarType(type))
    return 'step';
  const [first] = signature.parameters;
  const rows = first === undefined ? undefined : quantified(first.symbol.type, 0, 2);
  return name === 'f' && kind === 'direction' && rows !== undefined && quantified(type, 0, 1) === rows
    ? 'losses'
    : undefined;
}

/** `preference: real[m]` is that of the front's point, unless it is written. */
function takesPreference({ parameters }: Signature, call: CallExpression): boolean {
  const index = parameters.findIndex(({ symbol }) => symbol.name === 'preference');
  const parameter = parameters[index];
  return (
    parameter !== undefined &&
    quantified(parameter.symbol.type, 0, 1) !== undefined &&
    !call.arguments.some(({ name }) => name?.name === 'preference')
  );
}

/** The written arguments by name, and those that the run gives, under names that no file can write. */
export function completeArguments(
  call: CallExpression,
  signature: Signature,
  kind: TypedAggregation['kind'],
  ofFront: boolean,
): readonly Argument[] {
  const { span } = call.callee;
  const follows = ofFront && takesPreference(signature, call);
  const whatOf = (index: number): Given | undefined =>
    follows && signature.parameters[index]?.symbol.name === 'preference'
      ? 'preference'
      : givenTo(signature, kind, index);
  const given = signature.parameters.flatMap(({ symbol }, index): readonly Argument[] => {
    const what = whatOf(index);
    if (what === undefined) return [];
    return [{ name: { name: symbol.name, span }, value: { kind: 'name', name: ` ${what}`, span }, span }];
  });
  const own = signature.parameters.filter((_, index) => whatOf(index) === undefined);
  let position = 0;
  const written = call.arguments.map((argument): Argument => {
    if (argument.name !== undefined) return argument;
    const parameter = own[position];
    position += 1;
    return parameter === undefined
      ? argument
      : { ...argument, name: { name: parameter.symbol.name, span: argument.span } };
  });
  return [...given, ...written];
}

// ------------------------------------------------------------------------------------------------- in a `solve`

/** `on upgrad`, `on cagrad(c = 0.5)`, `on chebyshev([0.3, 0.7])` over `count` objectives; undefined after an error. */
export function checkAggregation(
  context: Context,
  expression: Expression,
  count: number,
  preference: ValueSymbol | undefined,
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
  const kind = entity === undefined ? undefined : kindOf(session, entity);
  if (call === undefined || entity?.kind !== 'function' || kind === undefined) {
    if (callee !== undefined && entity !== undefined) noteUse(session, callee.span, callee.name, entity);
    const what = callee === undefined || entity === undefined ? 'this' : `\`${callee.name}\``;
    session.error('AM2621', expression.span, `${what} is not an aggregator`, {
      notes: [
        ...(entity === undefined ? [] : [`${what} is ${describe(entity)}`]),
        '`on` takes an aggregator: `upgrad`, `cagrad(c = 0.5)`, or one defined by `aggregator`',
        'or a function of the values that says what is minimized: `fn worst(f: real[m]): real = max(f)`',
      ],
    });
    return undefined;
  }
  const { span } = expression;
  const size = freshDimension('P', span, 'quantified');
  const symbols = givenSymbols(count, size, span);
  let inner = context;
  const given = preference === undefined ? symbols : { ...symbols, preference };
  for (const [name, symbol] of Object.entries(given))
    inner = withName(inner, ` ${name}`, { kind: 'value', symbol });
  const signature = functionSignature(session, entity.definition);
  const written = session.sizeChecks.length;
  const value = checkExpression(inner, {
    ...call,
    arguments: completeArguments(call, signature, kind, preference !== undefined),
  });
  // The number of all parameters is known to elaboration only.
  session.sizeChecks = session.sizeChecks.filter(
    ({ left, right }, index) => index < written || ![...symbolsOf(left), ...symbolsOf(right)].includes(size),
  );
  if (isError(value)) return undefined;
  const fits = kind === 'scalarization' ? isScalarType(value.type) : quantified(value.type, 0, 1) === size;
  if (value.kind !== 'call' || value.lift !== undefined || !fits) {
    const wanted = kind === 'scalarization' ? 'a number' : 'a vector like x';
    session.error('AM2621', span, `this gives ${printType(value.type)}, not ${wanted}`);
    return undefined;
  }
  // What a scalarization is given may be learned with it.
  const late =
    kind === 'direction' &&
    value.arguments.find(
      (argument) => !isGiven(argument, Object.values(given)) && levelOf(session, argument) !== 'constant',
    );
  if (late !== false && late !== undefined) {
    session.error('AM2503', late.span, 'the arguments of an aggregator are known before data and parameters');
    return undefined;
  }
  return {
    kind,
    value,
    ...symbols,
    states: statesOf(value.function.body),
    size,
    title: textOf(expression),
    span,
  };
}

function givenSymbols(
  count: number,
  size: DimensionSymbol,
  span: Expression['span'],
): Readonly<Record<Exclude<Given, 'preference'>, ValueSymbol>> {
  const values = [constantDimension(count)];
  const rows = arrayType(realElement, shapeOf([...values, symbolDimension(size)]));
  return {
    jacobian: freshSymbol('J', 'implicit', rows, span),
    losses: freshSymbol('f', 'implicit', arrayType(realElement, shapeOf(values)), span),
    step: freshSymbol('t', 'implicit', intScalar, span),
  };
}

function isGiven(argument: TypedExpression, symbols: readonly ValueSymbol[]): boolean {
  return argument.kind === 'reference' && symbols.includes(argument.symbol);
}

function statesOf(body: TypedExpression): TypedAggregation['states'] {
  return body.kind === 'block' ? body.statements.filter((statement) => statement.kind === 'state') : [];
}

function kindOf(
  session: Session,
  entity: NonNullable<ReturnType<typeof lookupCallable>>,
): TypedAggregation['kind'] | undefined {
  if (entity.kind !== 'function') return undefined;
  if (entity.definition.syntax.aggregator) return 'direction';
  return isScalarization(functionSignature(session, entity.definition)) ? 'scalarization' : undefined;
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
  readonly front: Expression | undefined;
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
    if (solve.front !== undefined) {
      session.error('AM2704', solve.front.span, 'a front has several objectives and a method', {
        notes: ['the method stands after `on`: `solve front 32 using adam(1e-2) on chebyshev for 500 steps`'],
      });
      return;
    }
    if (chosen.length <= 1 || isGame(chosen)) return;
    const choice =
      labels.length === 0
        ? 'give the objectives labels and choose one'
        : `choose one of ${labels.join(', ')}: \`solve ${labels[0] ?? 'loss'} using ...\``;
    session.error('AM2608', solve.span, 'one `solve` takes one objective', {
      notes: [
        choice,
        'or aggregate their gradients: `solve using adam(1e-3) on upgrad`',
        'or make them players over different variables: `minimize loss over net`',
      ],
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
