/**
 * Nested problems: `argmin { param v: real[D] = 0  minimize f(v, w)  solve using ... }` is an expression. Its parameters and
 * `let`s are names of a scope of their own, which sees every name around it.
 */
import type {
  Declaration,
  LetBinding,
  LetDeclaration,
  NestedExpression,
  ObjectiveDeclaration,
  ParamDeclaration,
  SolveDeclaration,
} from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import type { Context } from './context.js';
import { within } from './context.js';
import { errorExpression, fit, isError, reference, toReal } from './convert.js';
import { checkExpression } from './expression.js';
import { levelOf } from './levels.js';
import { mentionsName } from './mentions.js';
import { noteUse } from './names.js';
import { checkDifferentiation, checkNestedLength, refuseClauses } from './nested_clauses.js';
import { checkSolver } from './optimizers.js';
import { operationsAsked } from './set_needs.js';
import { checkStart } from './parameters.js';
import { printType } from './print_type.js';
import { checkUntil, untilSymbols } from './problem.js';
import { freshSymbol } from './session.js';
import { projectedMembership } from './membership.js';
import { checkBindingValue } from './statements.js';
import { childrenOf } from './traverse.js';
import { isScalar, realScalar } from './type_facts.js';
import { resolveType } from './type_syntax.js';
import type { TypedExpression, TypedNested, TypedObjective, TypedParameter } from './typed.js';
import type { Type } from './types.js';

const wanted = { argmin: 'minimize', argmax: 'maximize' } as const;

export function checkNested(context: Context, expression: NestedExpression): TypedExpression {
  const { declarations, span } = expression;
  const inner: Context = { ...within(context), optimizer: undefined };
  refuseOthers(context, expression);
  const parameters = declarations.flatMap((each) =>
    each.kind === 'param' ? checkInnerParameter(context, inner, each) : [],
  );
  const lets = checkLets(
    inner,
    declarations.filter((each) => each.kind === 'let'),
  );
  const written = only(context, expression, 'objective', `\`${wanted[expression.word]}\``);
  const solve = only(context, expression, 'solve', '`solve using`');
  if (!declarations.some(({ kind }) => kind === 'param')) incomplete(context, expression, '`param`');
  const objective = written && checkInnerObjective(inner, expression, written);
  const solved = solve && checkInnerSolve(inner, solve);
  if (objective === undefined || solved === undefined || parameters.length === 0)
    return errorExpression(span);
  const nested: TypedNested = {
    kind: 'nested',
    word: expression.word,
    parameters,
    lets,
    objective,
    ...solved,
    type: solutionType(parameters),
    span,
  };
  if (!canBeDifferentiated(context, nested) || asksSets(context, nested)) return errorExpression(span);
  return solve?.start?.kind === 'warm' ? warmStarted(context, nested, solve.start.span) : nested;
}

function solutionType(parameters: readonly TypedParameter[]): Type {
  const [first, second] = parameters;
  if (first !== undefined && second === undefined) return first.symbol.type;
  return { kind: 'record', fields: parameters.map(({ symbol: { name, type } }) => ({ name, type })) };
}

// ------------------------------------------------------------------------------------------------ what is there

function refuseOthers(context: Context, { word, declarations }: NestedExpression): void {
  for (const { kind, span } of declarations) {
    if (kind === 'param' || kind === 'let' || kind === 'objective' || kind === 'solve') continue;
    context.session.error('AM2661', headOf(span), `this stands outside of \`${word} { ... }\``, {
      notes: ['a nested problem holds `param`, `let`, one objective and one `solve`'],
    });
  }
}

/** The first word of a declaration. */
function headOf({ file, start, end }: Span): Span {
  const word = /^\w+/.exec(file.text.slice(start, end))?.[0] ?? '';
  return { file, start, end: start + Math.max(1, word.length) };
}

function incomplete(context: Context, { word, span }: NestedExpression, what: string): void {
  context.session.error('AM2660', headOf(span), `this \`${word}\` has no ${what}`, {
    notes: [
      `write \`${word} { param v: real = 0  ${wanted[word]} f(v)  solve using lbfgs() for 20 steps }\``,
    ],
  });
}

function only<Kind extends 'objective' | 'solve'>(
  context: Context,
  expression: NestedExpression,
  kind: Kind,
  what: string,
): Extract<Declaration, { kind: Kind }> | undefined {
  const isWanted = (each: Declaration): each is Extract<Declaration, { kind: Kind }> => each.kind === kind;
  const found: readonly Declaration[] = expression.declarations.filter(isWanted);
  const [first, second] = found;
  if (first === undefined) incomplete(context, expression, what);
  if (second !== undefined) {
    context.session.error('AM2660', second.span, `a nested problem has one ${what}`, {
      labels: first === undefined ? [] : [{ span: first.span, message: 'the first one here' }],
    });
  }
  return first !== undefined && isWanted(first) ? first : undefined;
}

// ------------------------------------------------------------------------------------------------------- names

function checkInnerParameter(
  outer: Context,
  inner: Context,
  declaration: ParamDeclaration,
): readonly TypedParameter[] {
  const { name, doc } = declaration;
  const type = resolveType(outer, declaration.type);
  const start = checkStart(outer, declaration, type);
  if (start === undefined || type.kind === 'error') {
    inner.scope.names.set(name.name, { kind: 'error' });
    return [];
  }
  const symbol = freshSymbol(name.name, 'local', type, name.span);
  inner.session.levels.set(symbol, 'data');
  declare(inner, name.name, symbol);
  return [
    { symbol, path: name.name, start, membership: projectedMembership(inner, declaration, symbol), doc },
  ];
}

function declare(context: Context, name: string, symbol: TypedParameter['symbol']): void {
  const { session, scope } = context;
  if (scope.names.has(name)) {
    session.error('AM2002', symbol.span, `\`${name}\` is declared twice`, {
      notes: ['every name of a nested problem means one thing'],
    });
  }
  scope.names.set(name, { kind: 'value', symbol });
  noteUse(session, symbol.span, name, { kind: 'value', symbol });
}

/** In an order in which each comes after those that it reads. */
function checkLets(context: Context, declarations: readonly LetDeclaration[]): TypedNested['lets'] {
  const { session } = context;
  for (const { split, every } of declarations) {
    for (const clause of [split, every]) {
      if (clause === undefined) continue;
      session.error('AM2662', clause.span, 'a `let` of a nested problem has no such clause', {
        notes: ['its rows are those of the step around it; bind the value outside'],
      });
    }
  }
  for (const { value } of declarations.flatMap(({ bindings }) => bindings)) {
    if (value.operator !== '~') continue;
    session.error('AM2662', value.span, 'a nested problem draws nothing', {
      notes: ['draw outside, and read the draw inside: all of its steps see the same one'],
    });
  }
  let waiting: readonly LetBinding[] = declarations.flatMap(({ bindings }) => bindings);
  const done: { symbol: TypedParameter['symbol']; value: TypedExpression }[] = [];
  while (waiting.length > 0) {
    const free = waiting.filter(
      (each) => !waiting.some(({ name }) => mentionsName(each.value.expression, name.name)),
    );
    if (free.length === 0) {
      for (const { name } of waiting) {
        session.error('AM2003', name.span, `\`${name.name}\` is defined by itself`);
        context.scope.names.set(name.name, { kind: 'error' });
      }
      break;
    }
    for (const binding of free) {
      const value = checkBindingValue(context, binding);
      const { name, span } = binding.name;
      if (value.type.kind === 'error') {
        context.scope.names.set(name, { kind: 'error' });
        continue;
      }
      const symbol = freshSymbol(name, 'local', value.type, span);
      session.levels.set(symbol, levelOf(session, value));
      declare(context, name, symbol);
      done.push({ symbol, value });
    }
    waiting = waiting.filter((each) => !free.includes(each));
  }
  return done;
}

// --------------------------------------------------------------------------------------------- objective, solve

function checkInnerObjective(
  context: Context,
  { word }: NestedExpression,
  declaration: ObjectiveDeclaration,
): TypedObjective | undefined {
  const { session } = context;
  const { sense, label, over, split, value: written, span } = declaration;
  if (sense !== wanted[word]) {
    const head = headOf(span);
    session.error('AM2667', head, `\`${word}\` does not go with \`${sense}\``, {
      notes: [`\`argmin\` holds \`minimize\`, \`argmax\` holds \`maximize\``],
      fixes: [{ title: `write \`${wanted[word]}\``, edits: [{ span: head, newText: wanted[word] }] }],
    });
  }
  if (split !== undefined) {
    session.error('AM2662', split.span, 'the objective of a nested problem has no split of its own', {
      notes: ['it reads the rows that the place around it reads; bind a `let ... on SPLIT` outside'],
    });
  }
  const [claimed] = over ?? [];
  if (claimed !== undefined) {
    session.error('AM2662', claimed.span, 'a nested problem has no `over`', {
      notes: ['its objective is over all of its own parameters'],
    });
  }
  const typed = checkExpression(context, written);
  if (isError(typed)) return undefined;
  if (typed.type.kind !== 'array' || !isScalar(typed.type.shape)) {
    session.error(
      'AM2606',
      written.span,
      `an objective is one number, and this is ${printType(typed.type)}`,
      { notes: ['reduce it by `mean(...)` or `sum(...)`'] },
    );
    return undefined;
  }
  const value = fit(context, typed, realScalar, 'an objective');
  if (isError(value)) return undefined;
  return { label: label?.name, sense, value: toReal(value), over: undefined, split: undefined, span };
}

function checkInnerSolve(
  context: Context,
  solve: SolveDeclaration,
): Pick<TypedNested, 'optimizer' | 'steps' | 'until' | 'differentiation'> | undefined {
  refuseClauses(context, solve);
  const optimizer = checkSolver(context, solve.optimizer);
  if (optimizer?.optimizer.handles !== undefined) {
    const { name } = optimizer.optimizer;
    context.session.error(
      'AM2662',
      optimizer.span,
      `\`${name}\` treats constraints, and a nested problem has none`,
    );
    return undefined;
  }
  const steps = checkNestedLength(context, solve);
  const names = untilSymbols(context.file);
  const condition = solve.until && checkUntil(context, solve.until, names);
  if (condition !== undefined && readsSymbol(condition, names.kkt)) {
    context.session.error(
      'AM2662',
      condition.span,
      'a nested problem is stopped by `grad_norm`, `value` or `step`',
    );
  }
  const differentiation = checkDifferentiation(context, solve);
  if (optimizer === undefined || steps === undefined || differentiation === undefined) return undefined;
  return {
    optimizer,
    steps,
    until: condition === undefined ? undefined : { condition, names },
    differentiation,
  };
}

function readsSymbol(typed: TypedExpression, symbol: TypedParameter['symbol']): boolean {
  if (typed.kind === 'reference') return typed.symbol === symbol;
  return [...childrenOf(typed)].some((child) => readsSymbol(child, symbol));
}

/** Whether the optimizer would ask for the sets of the outer variables. */
function asksSets(context: Context, { optimizer }: TypedNested): boolean {
  const [asked] = operationsAsked(optimizer);
  if (asked === undefined) return false;
  const { name } = optimizer.optimizer;
  context.session.error(
    'AM2685',
    optimizer.span,
    `\`${name}\` asks for \`${asked}\`, which a nested problem does not answer`,
    {
      notes: ['its parameters are projected after each step; use `gradient_descent`'],
    },
  );
  return true;
}

/** The implicit function theorem is about free variables. */
function canBeDifferentiated(context: Context, { parameters, differentiation }: TypedNested): boolean {
  if (differentiation.kind !== 'implicit') return true;
  const kept = parameters.find(({ membership }) => membership !== undefined);
  if (kept === undefined) return true;
  context.session.error(
    'AM2663',
    differentiation.span,
    `\`implicit\` does not go with a parameter that is kept in a set`,
    {
      labels: [{ span: kept.symbol.span, message: 'on the boundary of its set the gradient is not 0' }],
      notes: ['differentiate through the steps instead: leave `implicit` out, or write `truncated 5`'],
    },
  );
  return false;
}

// -------------------------------------------------------------------------------------------------------- warm

/**
 * `warm`: the solution is a state of the problem. A step starts from it, without derivative, and leaves what it has
 * reached to the next one.
 */
function warmStarted(context: Context, nested: TypedNested, span: Span): TypedExpression {
  const { session, scope, place, file } = context;
  if (place !== 'problem' || file.role !== 'main' || scope.parent !== undefined || scope.names.size > 0) {
    session.error('AM2665', span, '`warm` is for a problem that stands in the file itself, once', {
      notes: ['bind it by a `let` at the top of the file, outside of comprehensions and functions'],
    });
    return errorExpression(nested.span);
  }
  const carried = nested.parameters.map(({ symbol: { name, type } }) => {
    const symbol = freshSymbol(name, 'state', type, span);
    session.levels.set(symbol, 'parameter');
    return symbol;
  });
  const solution = freshSymbol(nested.word, 'let', nested.type, nested.span);
  session.levels.set(solution, 'parameter');
  const starts = nested.parameters.map((parameter, index) => {
    const symbol = carried[index];
    return symbol === undefined ? parameter : { ...parameter, start: reference(symbol, span) };
  });
  session.lets.push({ symbol: solution, value: { ...nested, parameters: starts }, split: undefined });
  const count = session.copies.length;
  nested.parameters.forEach(({ symbol: { name, type }, start }, index) => {
    const symbol = carried[index];
    if (symbol === undefined) return;
    const whole = reference(solution, span);
    const value: TypedExpression =
      nested.parameters.length === 1 ? whole : { kind: 'field', object: whole, name, type, span };
    session.copies.push({
      symbol,
      path: `${nested.word}[${count}].${name}`,
      start,
      rule: { kind: 'state', value },
      span,
    });
  });
  return reference(solution, nested.span);
}
