/**
 * Properties that an aggregator declares: `aggregator mean_row(J: real[m, n]): real[n] is permutation_invariant`. They are
 * claims that `argmin test` tries, on a call whose Jacobian may have any sizes.
 */
import type { CallExpression, Declaration, FunctionDeclaration } from '../parser/ast.js';
import { didYouMean } from '../parser/suggest.js';
import { completeArguments, isDirection } from './aggregators.js';
import type { Context } from './context.js';
import { topContext, withName } from './context.js';
import { resolveDeclared } from './declarations.js';
import { symbolDimension } from './dimension.js';
import type { FileScope } from './entities.js';
import { checkExpression } from './expression.js';
import { functionSignature } from './functions.js';
import { freshDimension, freshSymbol } from './session.js';
import type { Session } from './session.js';
import { arrayType, intScalar, realElement, shapeOf } from './type_facts.js';
import type { AggregatorProperty, TypedProperty } from './typed.js';

const known: readonly AggregatorProperty[] = [
  'non_conflicting',
  'permutation_invariant',
  'linear_under_scaling',
];

/** The properties that the aggregators of a file declare. */
export function checkProperties(
  session: Session,
  file: FileScope,
  declarations: readonly Declaration[],
): readonly TypedProperty[] {
  return declarations.flatMap((declaration) =>
    declaration.kind === 'fn' && declaration.properties.length > 0
      ? propertiesOf(session, file, declaration)
      : [],
  );
}

function propertiesOf(
  session: Session,
  file: FileScope,
  syntax: FunctionDeclaration,
): readonly TypedProperty[] {
  const declared = file.declared.get(syntax.name.name);
  const entity = declared?.declaration === syntax ? resolveDeclared(session, file, declared) : undefined;
  if (entity?.kind !== 'function') return [];
  const called = callOnAnyJacobian(topContext(session, file, 'test'), syntax, () =>
    functionSignature(session, entity.definition),
  );
  return syntax.properties.flatMap((property): readonly TypedProperty[] => {
    const name = known.find((each) => each === property.name);
    if (name === undefined) {
      session.error(
        'AM2705',
        property.span,
        `\`${property.name}\` is no property that an aggregator declares`,
        {
          notes: [...didYouMean(property.name, known), `the properties are ${known.join(', ')}`],
        },
      );
    }
    return name === undefined || called === undefined
      ? []
      : [{ ...called, name: syntax.name.name, property: name, span: property.span }];
  });
}

/** The call that is tried; undefined when the aggregator cannot be called without being told more. */
function callOnAnyJacobian(
  context: Context,
  syntax: FunctionDeclaration,
  signatureOf: () => ReturnType<typeof functionSignature>,
): Pick<TypedProperty, 'call' | 'given' | 'rows' | 'columns'> | undefined {
  const { session } = context;
  const signature = signatureOf();
  if (!isDirection(signature)) return undefined;
  const { span } = syntax.name;
  const callee: CallExpression = {
    kind: 'call',
    callee: { kind: 'name', name: syntax.name.name, span },
    arguments: [],
    over: [],
    on: undefined,
    span,
  };
  const given = completeArguments(callee, signature, 'direction', true);
  const missing = signature.parameters.find(
    ({ symbol, syntax: parameter }) =>
      parameter.defaultValue === undefined && !given.some(({ name }) => name?.name === symbol.name),
  );
  if (missing !== undefined) {
    session.error(
      'AM2706',
      span,
      `a property of \`${syntax.name.name}\` cannot be tried without its arguments`,
      {
        labels: [{ span: missing.syntax.span, message: 'this parameter has no default' }],
        notes: ['give the parameter a default, or declare the property of an aggregator that calls this one'],
      },
    );
    return undefined;
  }
  const rows = freshDimension('m', span, 'quantified');
  const columns = freshDimension('n', span, 'quantified');
  const values = arrayType(realElement, shapeOf([symbolDimension(rows)]));
  const jacobian = arrayType(realElement, shapeOf([symbolDimension(rows), symbolDimension(columns)]));
  const symbols = {
    jacobian: freshSymbol('J', 'implicit', jacobian, span),
    losses: freshSymbol('f', 'implicit', values, span),
    preference: freshSymbol('preference', 'implicit', values, span),
    step: freshSymbol('t', 'implicit', intScalar, span),
  };
  let inner = context;
  for (const [name, symbol] of Object.entries(symbols))
    inner = withName(inner, ` ${name}`, { kind: 'value', symbol });
  const outer = session.sizeChecks;
  session.sizeChecks = [];
  const call = checkExpression(inner, { ...callee, arguments: given });
  session.sizeChecks = outer;
  return call.kind === 'call' ? { call, given: symbols, rows, columns } : undefined;
}
