/** Which argument goes to which parameter: by position, then by name, with the mistakes named. */
import type { Argument, CallExpression, Expression } from '../parser/ast.js';
import type { Context } from './context.js';
import { didYouMean } from '../parser/suggest.js';

export interface ParameterName {
  readonly name: string;
  readonly hasDefault: boolean;
}

/** One entry a parameter, undefined where the default stands; undefined as a whole after an error. */
export function bindArguments(
  context: Context,
  call: CallExpression,
  parameters: readonly ParameterName[],
  callee: string,
  signature: string,
): readonly (Expression | undefined)[] | undefined {
  const { session } = context;
  const bound: (Expression | undefined)[] = parameters.map(() => undefined);
  let valid = true;
  let position = 0;
  for (const argument of call.arguments) {
    const index = argument.name === undefined ? position : indexOf(parameters, argument);
    if (argument.name === undefined) position += 1;
    if (index === undefined) {
      const name = argument.name?.name ?? '';
      session.error(
        'AM2202',
        argument.name?.span ?? argument.span,
        `\`${callee}\` has no parameter \`${name}\``,
        {
          notes: [
            ...didYouMean(
              name,
              parameters.map((parameter) => parameter.name),
            ),
            `its signature is ${signature}`,
          ],
        },
      );
      valid = false;
    } else if (index >= parameters.length) {
      session.error('AM2204', argument.span, `\`${callee}\` takes ${countOf(parameters.length)}`, {
        notes: [`its signature is ${signature}`],
      });
      valid = false;
    } else if (bound[index] !== undefined) {
      const name = parameters[index]?.name ?? '';
      session.error('AM2204', argument.span, `\`${name}\` is given twice`, {
        notes: [`its signature is ${signature}`],
      });
      valid = false;
    } else {
      bound[index] = argument.value;
    }
  }
  const missing = parameters.filter(
    (parameter, index) => bound[index] === undefined && !parameter.hasDefault,
  );
  if (valid && missing.length > 0) {
    const names = missing.map(({ name }) => `\`${name}\``).join(', ');
    session.error('AM2203', call.span, `this call of \`${callee}\` gives no ${names}`, {
      notes: [`its signature is ${signature}`],
    });
    valid = false;
  }
  return valid ? bound : undefined;
}

function indexOf(parameters: readonly ParameterName[], argument: Argument): number | undefined {
  const index = parameters.findIndex((parameter) => parameter.name === argument.name?.name);
  return index === -1 ? undefined : index;
}

function countOf(count: number): string {
  if (count === 0) return 'no arguments';
  return count === 1 ? 'one argument' : `${count} arguments`;
}
