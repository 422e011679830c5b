/**
 * Hyperparameters: the values given on the command line or by an embedder, or those of the file, checked against
 * their intervals. A name may also be a dimension that the file leaves open.
 */
import { didYouMean } from '../parser/suggest.js';
import type { TypedHyper, TypedProblem, ValueSymbol } from '../check/typed.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import type { Sizes } from './sizes.js';
import { staticValue } from './static_value.js';
import type { KnownValues } from './static_value.js';

export function bindHypers(
  problem: TypedProblem,
  given: ReadonlyMap<string, number>,
  sizes: Sizes,
  diagnostics: Diagnostic[],
): ReadonlyMap<ValueSymbol, number> {
  const values = new Map<ValueSymbol, number>();
  const known: KnownValues = { value: (symbol) => values.get(symbol), size: sizes.of };
  for (const hyper of problem.hypers) {
    const { symbol } = hyper;
    const value = given.get(symbol.name) ?? staticValue(hyper.value, known);
    if (value === undefined) continue;
    checkHyper(hyper, value, known, diagnostics);
    values.set(symbol, value);
    if (symbol.dimension !== undefined && Number.isInteger(value) && value >= 0) {
      sizes.addSymbol(symbol.dimension, { size: value, span: symbol.span, source: 'its value' });
    }
  }
  const open = problem.dimensions.filter(({ value }) => value === undefined);
  const names = [...problem.hypers, ...open].map(({ symbol }) => symbol.name);
  for (const name of given.keys()) {
    if (names.includes(name)) continue;
    diagnostics.push({
      code: 'AM0008',
      severity: 'error',
      message: `\`--set ${name}=...\` names no hyperparameter`,
      span: problem.hypers[0]?.symbol.span ?? problem.until.step.span,
      notes: [
        names.length === 0
          ? 'the file declares none; write `hyper ' + name + ': real = 1`'
          : `there are: ${names.join(', ')}`,
        ...didYouMean(name, names),
      ],
    });
  }
  return values;
}

function checkHyper(hyper: TypedHyper, value: number, known: KnownValues, diagnostics: Diagnostic[]): void {
  const { symbol, interval } = hyper;
  const isInt = symbol.type.kind === 'array' && symbol.type.element.kind === 'int';
  if (isInt && !Number.isInteger(value)) {
    diagnostics.push({
      code: 'AM0009',
      severity: 'error',
      message: `\`${symbol.name}\` is an int, and ${value} is not a whole number`,
      span: symbol.span,
    });
  }
  if (interval === undefined) return;
  const from = staticValue(interval.from, known);
  const to = staticValue(interval.to, known);
  if ((from === undefined || value >= from) && (to === undefined || value <= to)) return;
  diagnostics.push({
    code: 'AM0010',
    severity: 'error',
    message: `\`${symbol.name}\` is ${value}, outside its interval ${from ?? '?'}..${to ?? '?'}`,
    span: symbol.span,
    notes: ['the interval is declared with `in`'],
  });
}
