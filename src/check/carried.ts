/**
 * What a problem carries from step to step beside its parameters: `state`, frozen copies (`snapshot`) and moving
 * averages (`ema`) of values and of models. No derivative passes through any of them. A copy of a model is one more
 * instance of its module, whose parameters are carried instead of optimized.
 */
import type {
  CallExpression,
  Declaration,
  Expression,
  LetBinding,
  LetDeclaration,
  ModelDeclaration,
  UpdateDeclaration,
} from '../parser/ast.js';
import { topContext } from './context.js';
import { fit, isError, toReal } from './convert.js';
import { resolveDeclared } from './declarations.js';
import type { Entity, FileScope } from './entities.js';
import { checkExpression } from './expression.js';
import { parametersOf } from './model_parameters.js';
import { makeModel } from './models.js';
import { printType } from './print_type.js';
import { checkEvery, refuseEvery } from './refresh.js';
import { freshSymbol } from './session.js';
import type { Session } from './session.js';
import { realScalar } from './type_facts.js';
import { resolveType } from './type_syntax.js';
import type { TypedCarried, TypedExpression, TypedStatement, ValueSymbol } from './typed.js';
import { updateElements } from './updates.js';

// ------------------------------------------------------------------------------------------------------ state

/** `state baseline: real = 0`; without an annotation it has the type of its start. */
export function stateEntity(session: Session, file: FileScope, binding: LetBinding): Entity {
  const { name, span } = binding.name;
  const context = topContext(session, file, 'problem');
  const type =
    binding.type === undefined
      ? checkExpression(context, binding.value.expression).type
      : resolveType(context, binding.type);
  if (type.kind === 'error') return { kind: 'error' };
  if (type.kind !== 'array') {
    session.error('AM2510', binding.span, `a state is a number or an array, and this is ${printType(type)}`);
    return { kind: 'error' };
  }
  const symbol = freshSymbol(name, 'state', type, span);
  session.levels.set(symbol, 'parameter');
  return { kind: 'value', symbol };
}

/** The states with their updates, then the copies, which were found where they are declared. */
export function checkCarried(
  session: Session,
  file: FileScope,
  declarations: readonly Declaration[],
): readonly TypedCarried[] {
  const updates = declarations.filter((declaration) => declaration.kind === 'problem_update');
  const states = declarations.flatMap((declaration) =>
    declaration.kind === 'problem_state'
      ? declaration.bindings.flatMap((binding) => checkState(session, file, binding, updates))
      : [],
  );
  for (const { name } of updates) {
    const declared = file.declared.get(name.name);
    if (declared?.declaration.kind === 'problem_state' || declared?.entity?.kind === 'error') continue;
    session.error('AM2510', name.span, `\`${name.name}\` is no state of the problem`, {
      notes: [`what is updated at every step is declared by \`state ${name.name}: real = 0\``],
    });
  }
  return [...states, ...session.copies];
}

function checkState(
  session: Session,
  file: FileScope,
  binding: LetBinding,
  updates: readonly UpdateDeclaration[],
): readonly TypedCarried[] {
  const { name } = binding.name;
  const declared = file.declared.get(name);
  if (declared?.binding !== binding) return [];
  const entity = resolveDeclared(session, file, declared);
  if (entity.kind !== 'value') return [];
  const { symbol } = entity;
  if (binding.value.operator === '~') {
    session.error('AM2504', binding.value.span, 'a state does not start by a draw');
    return [];
  }
  const start = fitted(session, file, binding.value.expression, symbol, `the start of \`${name}\``);
  const [update, second] = updates.filter((each) => each.name.name === name);
  if (second !== undefined && update !== undefined) {
    session.error('AM2511', second.span, `\`${name}\` is updated twice`, {
      labels: [{ span: update.span, message: 'the first update here' }],
      notes: ['all updates of a step are made at once, so a state has one'],
    });
  }
  const value =
    update &&
    (update.indices.length > 0
      ? withEntry(session, file, update, symbol)
      : fitted(session, file, update.value, symbol, `the new value of \`${name}\``));
  if (start === undefined || (update !== undefined && value === undefined)) return [];
  return [{ symbol, path: name, start, rule: { kind: 'state', value }, span: binding.span }];
}

/** `count[a] <- e`: the state with one of its entries, or those at an array of indices, replaced. */
function withEntry(
  session: Session,
  file: FileScope,
  update: UpdateDeclaration,
  { name, type }: ValueSymbol,
): TypedExpression | undefined {
  const { span } = update;
  const symbol = freshSymbol(name, 'local', type, update.name.span);
  const context = topContext(session, file, 'problem');
  const replaced = updateElements(context, { ...update, kind: 'update' }, symbol);
  const old = checkExpression(context, { kind: 'name', name, span: update.name.span });
  if (replaced.length === 0 || isError(old)) return undefined;
  const bound: TypedStatement = { kind: 'let', symbol, value: old, span };
  const result: TypedExpression = { kind: 'reference', symbol, type, span };
  return { kind: 'block', statements: [bound, ...replaced], result, type, span };
}

function fitted(
  session: Session,
  file: FileScope,
  expression: Expression,
  { type }: ValueSymbol,
  what: string,
): TypedExpression | undefined {
  const context = topContext(session, file, 'problem');
  const typed = checkExpression(context, expression, type);
  if (isError(typed)) return undefined;
  const value = fit(context, typed, type, what, { fill: true });
  return isError(value) ? undefined : value;
}

// ----------------------------------------------------------------------------------------------------- copies

interface CopyCall {
  readonly kind: 'snapshot' | 'ema';
  readonly of: Expression;
  readonly call: CallExpression;
}

/** `snapshot(e)` or `ema(e, decay)`, unless the file has such a name itself. */
function copyCall(file: FileScope, expression: Expression): CopyCall | undefined {
  if (expression.kind !== 'call' || expression.callee.kind !== 'name') return undefined;
  const { name } = expression.callee;
  const of = expression.arguments[0]?.value;
  if ((name !== 'snapshot' && name !== 'ema') || file.declared.has(name) || of === undefined)
    return undefined;
  return { kind: name, of, call: expression };
}

/** The rule by which each value of the copy is kept; undefined after an error. */
function ruleOf(
  session: Session,
  file: FileScope,
  { kind, call }: CopyCall,
  clause: LetDeclaration['every'],
): ((value: TypedExpression) => TypedCarried['rule']) | undefined {
  const [, second, third] = call.arguments;
  if (kind === 'snapshot') {
    const every = checkEvery(session, file, clause);
    if (second === undefined) return (value) => ({ kind, value, every });
    session.error('AM2512', call.span, '`snapshot` takes one value or model');
    return undefined;
  }
  if (clause !== undefined) refuseEvery(session, clause);
  if (second === undefined || third !== undefined) {
    session.error('AM2512', call.span, '`ema` takes a value or model, and its decay', {
      notes: ['write `ema(net, 0.99)`: at every step the average keeps that share of itself'],
    });
    return undefined;
  }
  const context = topContext(session, file, 'problem');
  const typed = checkExpression(context, second.value);
  const decay = isError(typed) ? typed : fit(context, typed, realScalar, 'the decay');
  return isError(decay) ? undefined : (value) => ({ kind, value, decay: toReal(decay) });
}

/** `let target = snapshot(e) every 5 steps`; undefined where the binding is no copy. */
export function copiedValue(
  session: Session,
  file: FileScope,
  declaration: LetDeclaration,
  binding: LetBinding,
): Entity | undefined {
  const copy = binding.value.operator === '=' ? copyCall(file, binding.value.expression) : undefined;
  if (copy === undefined) {
    if (declaration.every !== undefined) refuseEvery(session, declaration.every);
    return undefined;
  }
  const context = topContext(session, file, 'problem');
  const rule = ruleOf(session, file, copy, declaration.every);
  const expected = binding.type === undefined ? undefined : resolveType(context, binding.type);
  const typed = checkExpression(context, copy.of, expected);
  if (rule === undefined || isError(typed) || expected?.kind === 'error') return { kind: 'error' };
  const value = expected === undefined ? typed : fit(context, typed, expected, 'the copy', { fill: true });
  if (isError(value)) return { kind: 'error' };
  const isReal = value.type.kind === 'array' && value.type.element.kind === 'real';
  if (value.type.kind !== 'array' || (copy.kind === 'ema' && !isReal)) {
    session.error('AM2512', copy.call.span, `\`${copy.kind}\` of ${printType(value.type)}`, {
      notes: [
        copy.kind === 'ema' ? 'a moving average is of real numbers' : 'a copy is of a number or an array',
      ],
    });
    return { kind: 'error' };
  }
  const { name, span } = binding.name;
  const symbol = freshSymbol(name, 'state', value.type, span);
  session.levels.set(symbol, 'parameter');
  session.copies.push({ symbol, path: name, start: value, rule: rule(value), span: binding.span });
  return { kind: 'value', symbol };
}

/** `model ref = snapshot(policy) every 10 epochs`; undefined where the model is no copy. */
export function copiedModel(
  session: Session,
  file: FileScope,
  declaration: ModelDeclaration,
): Entity | undefined {
  const copy = copyCall(file, declaration.value);
  if (copy === undefined) {
    if (declaration.every !== undefined) refuseEvery(session, declaration.every);
    return undefined;
  }
  const { name } = declaration;
  const original = copy.of.kind === 'name' ? file.declared.get(copy.of.name) : undefined;
  const entity = original && resolveDeclared(session, file, original);
  if (entity?.kind === 'error') return entity;
  if (entity?.kind !== 'model' || original?.declaration.kind !== 'model') {
    session.error('AM2512', copy.of.span, `\`${copy.kind}\` of a model takes the name of a model`, {
      notes: ['a copy of a value is a `let`: `let old = snapshot(e)`'],
    });
    return { kind: 'error' };
  }
  const rule = ruleOf(session, file, copy, declaration.every);
  const made = makeModel(
    topContext(session, file, 'problem'),
    sourceOf(file, original.declaration),
    name.name,
    0,
  );
  if (rule === undefined || made === undefined) return { kind: 'error' };
  const sources = parametersOf(entity.value);
  parametersOf(made).forEach(({ symbol, path }, index) => {
    const source = sources[index];
    if (source === undefined) throw new Error('compiler bug: a copy of a model with other parameters');
    const value: TypedExpression = {
      kind: 'reference',
      symbol: source.symbol,
      type: source.symbol.type,
      span: copy.of.span,
    };
    session.copies.push({ symbol, path, start: value, rule: rule(value), span: declaration.span });
  });
  session.parameters.set(declaration, []);
  return { kind: 'model', value: made, span: name.span };
}

/** The module call behind a model, through copies of copies. */
function sourceOf(file: FileScope, declaration: ModelDeclaration): Expression {
  const copy = copyCall(file, declaration.value);
  const original = copy?.of.kind === 'name' ? file.declared.get(copy.of.name)?.declaration : undefined;
  return original?.kind === 'model' ? sourceOf(file, original) : declaration.value;
}
