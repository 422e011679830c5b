/** Functions: the signature is resolved first, the body is checked once, generically, when the first call wants it. */
import type { Body } from '../parser/ast.js';
import type { Context } from './context.js';
import { topContext } from './context.js';
import { errorExpression, fit } from './convert.js';
import { checkDerivativeRule } from './derivative_rules.js';
import { hostCall } from './host_calls.js';
import { symbolsOf } from './dimension.js';
import type { FunctionDefinition, Signature } from './entities.js';
import { checkExpression } from './expression.js';
import { resolveSignature } from './signature.js';
import type { Session } from './session.js';
import { checkBlock } from './statements.js';
import { errorType } from './type_facts.js';
import type { SizeCheck, TypedExpression, TypedFunction } from './typed.js';
import type { DimensionSymbol, Type } from './types.js';

export function functionSignature(session: Session, definition: FunctionDefinition): Signature {
  definition.signature ??= resolveSignature(
    topContext(session, definition.file, 'function'),
    definition.syntax,
  );
  return definition.signature;
}

/** The checked function; undefined while its own body is being checked, which is a recursion. */
export function typedFunction(session: Session, definition: FunctionDefinition): TypedFunction | undefined {
  if (definition.state === 'active') return undefined;
  if (definition.typed !== undefined) return definition.typed;
  const settle = session.begin();
  const signature = functionSignature(session, definition);
  definition.state = 'active';
  const { syntax } = definition;
  const context: Context = {
    ...topContext(session, definition.file, 'function'),
    scope: signature.scope,
    run: signature.run,
    aggregator: syntax.aggregator ? syntax.name.name : undefined,
  };
  const { body, checks } =
    syntax.extern === true
      ? { body: hostCall(session, syntax, signature), checks: [] }
      : checkFunctionBody(context, syntax.body, signature.result, syntax.name.name);
  const derivative = checkDerivativeRule(context, syntax, signature, signature.result ?? body.type);
  const typed: TypedFunction = {
    ...(derivative === undefined ? {} : { derivative }),
    name: syntax.name.name,
    doc: syntax.doc,
    parameters: signature.parameters.map(({ symbol }) => symbol),
    dimensions: signature.dimensions,
    run: signature.run,
    result: signature.result ?? body.type,
    body,
    span: syntax.span,
  };
  session.functionChecks.set(typed, checks);
  definition.typed = typed;
  definition.state = 'done';
  settle();
  return typed;
}

/**
 * Checks a body, again when a `let` of it turned out to hold reals. Equalities that speak of the function's own
 * dimensions are handed back, to be assumed anew at each call.
 */
export function checkFunctionBody(
  context: Context,
  body: Body,
  result: Type | undefined,
  name: string,
): { readonly body: TypedExpression; readonly checks: readonly SizeCheck[] } {
  const { session } = context;
  const outer = session.sizeChecks;
  for (;;) {
    session.sizeChecks = [];
    const restore = session.mark();
    const widened = session.widened.size;
    const typed = checkBody(context, body, result, name);
    if (session.widened.size > widened) {
      restore();
      continue;
    }
    const checks = session.sizeChecks;
    session.sizeChecks = outer;
    const own = checks.filter((check) => speaksOfParameters(session, check));
    outer.push(...checks.filter((check) => !own.includes(check)));
    return { body: typed, checks: own };
  }
}

function speaksOfParameters(session: Session, { left, right }: SizeCheck): boolean {
  const isParameter = (symbol: DimensionSymbol): boolean =>
    symbol.origin === 'quantified' ||
    (symbol.origin === 'static' && !session.definitions.has(symbol) && !session.hyperValues.has(symbol));
  return [...symbolsOf(left), ...symbolsOf(right)].some(isParameter);
}

function checkBody(context: Context, body: Body, result: Type | undefined, name: string): TypedExpression {
  const expected = result?.kind === 'error' ? undefined : result;
  if (body.kind === 'block') return checkBlock(context, body, expected, name);
  const value = checkExpression(context, body.expression, expected);
  if (value.type.kind === 'error' || expected === undefined) return value;
  const fitted = fit(context, value, expected, `the result of \`${name}\``, { fill: true });
  return fitted.type.kind === 'error' ? { ...errorExpression(value.span), type: errorType } : fitted;
}
