/**
 * `param p: real[A] in simplex by mirror`: how a parameter is kept in its set. Everything is written in terms of the
 * set's operations over two names, where the parameter was before a step and where the optimizer put it. One kept by
 * `map` is bound to the map of its coordinates, which are a parameter without a set.
 */
import type { Expression, ParamDeclaration } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import { didYouMean } from '../parser/suggest.js';
import { barrierWeight, guardedStep } from './barriers.js';
import type { Context } from './context.js';
import { within } from './context.js';
import { constant, fill, fit, isError, reference } from './convert.js';
import { levelOf, parameterIn } from './levels.js';
import { freshSymbol } from './session.js';
import { type SetOperation, setOperationNames, setOperations } from './set_operations.js';
import { applyOperation, definedBy, type WrittenSet, writtenSet } from './sets.js';
import { isScalar, realScalar } from './type_facts.js';
import type { Keeping, TypedExpression, TypedMapped, TypedMembership, ValueSymbol } from './typed.js';

/** What each way of keeping a parameter asks of its set; the first that a set can do is the default. */
const ways: Readonly<Record<Keeping | 'map', readonly SetOperation[]>> = {
  retraction: ['retract', 'tangent'],
  projection: ['project'],
  lmo: ['lmo'],
  mirror: ['mirror', 'unmirror'],
  barrier: ['barrier'],
  map: ['map', 'coordinates'],
};
const wayNames = Object.keys(ways) as readonly (keyof typeof ways)[];

export interface KeptParameter {
  readonly symbol: ValueSymbol;
  readonly start: TypedExpression;
  readonly membership: TypedMembership | undefined;
  readonly mapped: (Omit<TypedMapped, 'path'> & { readonly value: TypedExpression }) | undefined;
}

/** The parameter with its set: what is optimized in its place, and how it is kept. */
export function keepInSet(
  context: Context,
  declaration: ParamDeclaration,
  symbol: ValueSymbol,
  start: TypedExpression,
): KeptParameter {
  const plain: KeptParameter = { symbol, start, membership: undefined, mapped: undefined };
  const clause = declaration.membership;
  if (clause === undefined) return plain;
  const written = writtenSet(context, clause.set);
  if (written === undefined) return plain;
  const keeping = wayOf(context, clause.how, clause.set, written, symbol);
  if (keeping === undefined) return plain;
  const use: SetUse = { context, set: clause.set, written, symbol };
  if (keeping === 'map') return mappedParameter(use, declaration, start) ?? plain;
  return { ...plain, membership: membershipOf(use, keeping, clause.how) };
}

/** In a nested problem: by projection, which is differentiated with the steps. */
export function projectedMembership(
  context: Context,
  declaration: ParamDeclaration,
  symbol: ValueSymbol,
): TypedMembership | undefined {
  const { membership } = declaration;
  if (membership === undefined) return undefined;
  const { set, how } = membership;
  if (how !== undefined && how.kind !== 'error' && !(how.kind === 'name' && how.name === 'projection')) {
    context.session.error('AM2684', how.span, 'a parameter of a nested problem is kept by projection', {
      notes: ['leave the clause out, or apply `map(z, SET)` to a free parameter `z`'],
    });
    return undefined;
  }
  const written = writtenSet(context, set);
  if (written === undefined) return undefined;
  const byProjection: Expression = { kind: 'name', name: 'projection', span: set.span };
  const keeping = wayOf(context, byProjection, set, written, symbol);
  if (keeping === undefined || keeping === 'map') return undefined;
  return membershipOf({ context, set, written, symbol }, keeping, undefined);
}

interface SetUse {
  readonly context: Context;
  readonly set: Expression;
  readonly written: WrittenSet;
  readonly symbol: ValueSymbol;
}

function textOf({ file, start, end }: Span): string {
  return file.text.slice(start, end).replace(/\s+/g, ' ');
}

function wayOf(
  context: Context,
  how: Expression | undefined,
  set: Expression,
  { definition }: WrittenSet,
  symbol: ValueSymbol,
): Keeping | 'map' | undefined {
  const { session } = context;
  const able = (way: keyof typeof ways): boolean =>
    ways[way].every((each) => definition.operations.has(each));
  const { name } = definition.syntax;
  const labels = [{ span: name.span, message: definedBy(definition) }];
  if (how === undefined) {
    const way = wayNames.find((each) => each !== 'map' && able(each));
    if (way !== undefined) return way;
    session.error('AM2631', set.span, `the set \`${name.name}\` cannot keep \`${symbol.name}\``, {
      labels,
      notes: [
        able('map')
          ? 'its points are given by coordinates: write `by map`'
          : 'a parameter is kept by `project`, or by `retract` with `tangent`, `lmo`, `mirror` with `unmirror`, `barrier`, `map` with `coordinates`',
      ],
    });
    return undefined;
  }
  if (how.kind === 'error') return undefined;
  const callee = how.kind === 'call' && how.callee.kind === 'name' ? how.callee : how;
  const asked = callee.kind === 'name' ? callee.name : '';
  const way = wayNames.find((each) => each === asked);
  if (way === undefined || (how.kind === 'call' && way !== 'barrier')) {
    session.error('AM2632', how.span, 'a parameter is not kept in its set in this way', {
      notes: [
        ...didYouMean(asked, wayNames),
        'the ways are `by projection`, `by retraction`, `by mirror`, `by map`, `by lmo`, and `by barrier`, which takes a weight: `by barrier(1e-3)`',
      ],
    });
    return undefined;
  }
  const missing = ways[way].filter((each) => !definition.operations.has(each));
  if (missing.length === 0) return way;
  const names = missing.map((each) => `\`${each}\``).join(' and ');
  session.error('AM2631', how.span, `the set \`${name.name}\` does not define ${names}`, {
    labels,
    notes: [
      `\`by ${way}\` keeps \`${symbol.name}\` in the set by ${ways[way].map((each) => `\`${each}\``).join(' and ')}`,
    ],
  });
  return undefined;
}

/** An operation at typed points; undefined after a diagnostic. */
function operate(
  { context, set, written, symbol }: SetUse,
  operator: SetOperation,
  points: readonly TypedExpression[],
): TypedExpression | undefined {
  const inner = within(context);
  // Names that no file can write, and that no argument of the set means.
  const names = points.map((value, index): Expression => {
    const name = ` point ${index}`;
    inner.scope.names.set(name, { kind: 'inline', value, span: undefined });
    return { kind: 'name', name, span: set.span };
  });
  const why = `\`${symbol.name}\` is kept in the set`;
  const typed = applyOperation(inner, operator, names, set, written, why);
  if (isError(typed)) return undefined;
  const late = lateArgument(context, typed, points.length);
  if (late === undefined) return typed;
  const other = parameterIn(context.session, late);
  context.session.error('AM2503', late.span, 'a set is known before parameters have values', {
    notes: [other === undefined ? 'this depends on a parameter' : `this depends on \`${other.name}\``],
  });
  return undefined;
}

/** An argument of the set that depends on a parameter. */
function lateArgument(context: Context, typed: TypedExpression, points: number): TypedExpression | undefined {
  const called = typed.kind === 'reduce_axes' ? typed.operand : typed;
  const others = called.kind === 'call' ? called.arguments.slice(points) : [];
  return others.find((argument) => levelOf(context.session, argument) === 'parameter');
}

function membershipOf(
  use: SetUse,
  keeping: Keeping,
  how: Expression | undefined,
): TypedMembership | undefined {
  const { context, symbol, set, written } = use;
  const { span } = set;
  const point = freshSymbol(symbol.name, 'local', symbol.type, symbol.span);
  const other = freshSymbol(symbol.name, 'local', symbol.type, symbol.span);
  const operations: Partial<Record<SetOperation, TypedExpression>> = {};
  for (const name of setOperationNames) {
    if (!written.definition.operations.has(name) || name === 'map' || name === 'coordinates') continue;
    const points = [reference(point, span), reference(other, span)].slice(0, setOperations[name].vectors);
    const typed = operate(use, name, points);
    if (typed === undefined) return undefined;
    const like = name === 'contains' || name === 'barrier' ? typed.type : symbol.type;
    const fitted = fit(context, typed, like, `\`${name}\` of \`${symbol.name}\``);
    if (isError(fitted)) return undefined;
    operations[name] = fitted;
  }
  const at = (name: SetOperation, ...points: TypedExpression[]): TypedExpression =>
    operate(use, name, points) ?? constant(NaN, symbol.type, span);
  const [before, after] = [reference(point, span), reference(other, span)];
  const moved = combine('subtract', after, before);
  const kept = (): TypedExpression | undefined => {
    switch (keeping) {
      case 'projection':
        return at('project', after);
      case 'retraction':
        return at('retract', before, at('tangent', before, moved));
      case 'mirror':
        return at('unmirror', combine('add', at('mirror', before), moved));
      case 'barrier':
        return guardedStep(before, after, (candidate) => at('barrier', candidate));
      case 'lmo':
        return undefined;
      default:
        return keeping satisfies never;
    }
  };
  const height = keeping === 'barrier' ? operate(use, 'barrier', [reference(symbol, span)]) : undefined;
  const weight = height === undefined ? undefined : barrierWeight(context, how, span);
  const added =
    height === undefined || weight === undefined ? undefined : combine('multiply', weight, height);
  const title = textOf(set.span);
  return { set: title, keeping, point, other, operations, keep: kept(), added, span: set.span };
}

/** Arithmetic on two values of one shape. */
function combine(
  operator: 'add' | 'subtract' | 'multiply',
  left: TypedExpression,
  right: TypedExpression,
): TypedExpression {
  return { kind: 'apply', operator, operands: [left, right], type: right.type, span: right.span };
}

/** Coordinates as the parameter, of whatever type the set's `coordinates` gives them. Without a start they are 0. */
function mappedParameter(
  use: SetUse,
  declaration: ParamDeclaration,
  start: TypedExpression,
): KeptParameter | undefined {
  const { context, symbol, set } = use;
  const { name, value } = declaration;
  if (symbol.type.kind !== 'array') return undefined;
  const whole =
    start.type.kind === 'array' && isScalar(start.type.shape) ? fill(start, symbol.type.shape) : start;
  const coordinates = operate(use, 'coordinates', [whole]);
  if (coordinates === undefined) return undefined;
  const hidden = freshSymbol(name.name, 'param', coordinates.type, name.span);
  context.session.levels.set(hidden, 'parameter');
  const image = operate(use, 'map', [reference(hidden, set.span)]);
  if (image === undefined) return undefined;
  const fitted = fit(context, image, symbol.type, `the map to \`${name.name}\``);
  if (isError(fitted)) return undefined;
  return {
    symbol: hidden,
    start: value === undefined ? constant(0, realScalar, name.span) : coordinates,
    membership: undefined,
    mapped: { symbol, coordinates: hidden, value: fitted },
  };
}
