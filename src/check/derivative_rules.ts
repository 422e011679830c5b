/**
 * Derivative rules: `fn f(x: real[n]): real[n] = e derivative(u) = { x = e }`. The rule takes a direction of the
 * result and gives, for each parameter that it names, the direction times the Jacobian; other parameters have derivative
 * zero. The rule of a function of one real parameter may give the value alone.
 */
import type { FunctionDeclaration } from '../parser/ast.js';
import { didYouMean } from '../parser/suggest.js';
import type { Context } from './context.js';
import { within } from './context.js';
import { fit, isError } from './convert.js';
import type { Signature } from './entities.js';
import { checkFunctionBody } from './functions.js';
import { printType } from './print_type.js';
import { freshSymbol } from './session.js';
import type { TypedDerivativeRule, TypedExpression, ValueSymbol } from './typed.js';
import type { Type } from './types.js';

function isReal(type: Type): boolean {
  return type.kind === 'array' && type.element.kind === 'real';
}

export function checkDerivativeRule(
  context: Context,
  syntax: FunctionDeclaration,
  { parameters }: Signature,
  result: Type,
): TypedDerivativeRule | undefined {
  const { derivative } = syntax;
  if (derivative === undefined || result.kind === 'error') return undefined;
  const { session } = context;
  if (!isReal(result)) {
    session.error('AM2717', derivative.span, `a derivative rule of ${printType(result)}`, {
      notes: ['what has a derivative is a real or an array of reals'],
    });
    return undefined;
  }
  const { name, span } = derivative.cotangent;
  const cotangent = freshSymbol(name, 'argument', result, span);
  const inner = within(context);
  inner.scope.names.set(name, { kind: 'value', symbol: cotangent });
  const { body } = checkFunctionBody(inner, derivative.body, undefined, `derivative of ${syntax.name.name}`);
  if (isError(body)) return undefined;
  const reals = parameters.map(({ symbol }) => symbol).filter(({ type }) => isReal(type));
  const record = asRecord(context, body, reals);
  return record && { cotangent, ...record };
}

function asRecord(
  context: Context,
  body: TypedExpression,
  reals: readonly ValueSymbol[],
): Pick<TypedDerivativeRule, 'parts' | 'body'> | undefined {
  const { session } = context;
  const { span } = body;
  const [only, second] = reals;
  if (body.type.kind === 'array' && only !== undefined && second === undefined) {
    const value = fit(context, body, only.type, `the derivative by \`${only.name}\``, { fill: true });
    if (isError(value)) return undefined;
    return {
      parts: [{ parameter: only, field: only.name }],
      body: {
        kind: 'record',
        fields: [{ name: only.name, value }],
        type: { kind: 'record', fields: [{ name: only.name, type: only.type }] },
        span,
      },
    };
  }
  if (body.type.kind !== 'record') {
    session.error('AM2717', span, 'the rule of a function of several reals gives a record', {
      notes: [
        `write one field for each parameter that has a derivative: { ${reals.map(({ name }) => `${name} = ...`).join(', ')} }`,
      ],
    });
    return undefined;
  }
  const parts = body.type.fields.flatMap(({ name, type }) => {
    const parameter = reals.find((symbol) => symbol.name === name);
    if (parameter !== undefined && printType(parameter.type) === printType(type))
      return [{ parameter, field: name }];
    session.error(
      'AM2717',
      span,
      parameter === undefined
        ? `no real parameter is called \`${name}\``
        : `the derivative by \`${name}\` is ${printType(type)}, and the parameter ${printType(parameter.type)}`,
      {
        notes: didYouMean(
          name,
          reals.map((symbol) => symbol.name),
        ),
      },
    );
    return [];
  });
  return parts.length < body.type.fields.length ? undefined : { parts, body };
}
