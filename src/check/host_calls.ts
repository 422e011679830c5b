/**
 * Black boxes: `extern fn f(x: real[n]): real` is called like any other function and lifts like one, and its body is
 * the host's. It takes numbers and gives reals; no derivative passes through it.
 */
import type { FunctionDeclaration } from '../parser/ast.js';
import { errorExpression, reference } from './convert.js';
import type { Signature } from './entities.js';
import { printType } from './print_type.js';
import type { Session } from './session.js';
import { isReal } from './type_facts.js';
import type { TypedExpression } from './typed.js';

export function hostCall(
  session: Session,
  syntax: FunctionDeclaration,
  { parameters, result, run }: Signature,
): TypedExpression {
  const { name, span } = syntax.name;
  const notes = ['a host takes and gives numbers and arrays of them, whose sizes the signature says'];
  let fits = true;
  for (const { symbol, syntax: parameter } of parameters) {
    const { type } = symbol;
    if (type.kind === 'error') fits = false;
    else if (type.kind !== 'array' || type.shape.run !== undefined) {
      fits = false;
      session.error(
        'AM2721',
        parameter.span,
        `the host cannot be handed ${printType(type)} as \`${symbol.name}\` of \`${name}\``,
        { notes },
      );
    }
  }
  if (result === undefined || result.kind === 'error') return errorExpression(span);
  if (run !== undefined || !isReal(result)) {
    if (fits) {
      session.error(
        'AM2721',
        syntax.result?.span ?? span,
        `the host gives reals, and this is ${printType(result)}`,
        {
          notes,
        },
      );
    }
    return errorExpression(span);
  }
  if (!fits) return errorExpression(span);
  return {
    kind: 'host_call',
    name,
    arguments: parameters.map(({ symbol }) => reference(symbol, symbol.span)),
    type: result,
    span: syntax.span,
  };
}
