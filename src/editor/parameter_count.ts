/** How many numbers a model has, as far as its sizes are known before the data is read. */
import {
  addDimensions,
  constantDimension,
  constantValue,
  multiplyDimensions,
  printDimension,
  substituteDimension,
} from '../check/dimension.js';
import type { TypedProblem } from '../check/typed.js';
import type { Dimension, DimensionSymbol } from '../check/types.js';
import type { Document } from './document.js';

/** `1,234 parameters`, or with names of sizes that only the data tells: `32*D + 66 parameters`. */
export function parameterCount(document: Document, model: string): string | undefined {
  return countWhere(document, (path) => path.startsWith(`${model}.`) || path.startsWith(`${model}[`));
}

/** Of the whole problem. */
export function totalParameters(document: Document): string | undefined {
  return countWhere(document, () => true);
}

function countWhere(document: Document, isCounted: (path: string) => boolean): string | undefined {
  const { problem } = document.checked();
  const counted = problem?.parameters.filter(({ path }) => isCounted(path)) ?? [];
  if (problem === undefined || counted.length === 0) return undefined;
  let total = constantDimension(0);
  for (const { symbol } of counted) {
    if (symbol.type.kind !== 'array') return undefined;
    total = addDimensions(
      total,
      symbol.type.shape.dimensions.reduce(multiplyDimensions, constantDimension(1)),
    );
  }
  const known = substituteDimension(total, valuesOf(problem));
  const value = constantValue(known);
  if (value === 1) return '1 parameter';
  return `${value === undefined ? printDimension(known) : value.toLocaleString('en-US')} parameters`;
}

/** Dimensions whose value is a number in the source. */
function valuesOf({ dimensions, hypers }: TypedProblem): (symbol: DimensionSymbol) => Dimension | undefined {
  const values = new Map<DimensionSymbol, Dimension>();
  for (const { symbol, value } of dimensions) {
    if (value?.kind === 'constant') values.set(symbol, constantDimension(value.value));
    else if (value?.kind === 'dimension') values.set(symbol, value.dimension);
  }
  for (const { symbol, value } of hypers) {
    if (symbol.dimension !== undefined && value.kind === 'constant') {
      values.set(symbol.dimension, constantDimension(value.value));
    }
  }
  return (symbol) => values.get(symbol);
}
