/**
 * Constraints with a row for each row of a table, under `batch`: a handler's states hold an element for every training
 * row, and a step sees and changes those of the sampled rows.
 */
import type { TypedHandling, ValueSymbol } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, sizeOf } from './array.js';
import { bareSymbol } from './environment.js';
import { evaluateArray } from './expression.js';
import type { PreparedProblem } from './prepare.js';
import type { View } from './problem.js';
import { openView } from './problem.js';

export class SampledConstraints {
  constructor(
    private readonly prepared: PreparedProblem,
    private readonly names: TypedHandling,
  ) {}

  /** The places, among the elements of all training rows, of those that a view sees; by number, every place otherwise. */
  private places(view: View, relation: 'equal' | 'at_most'): readonly number[] | undefined {
    const { rows } = view;
    if (rows === undefined) return undefined;
    const { problem } = this.prepared;
    const table = problem.data.find((block) => block.rows !== undefined)?.rows;
    const environment = openView(this.prepared, { x: view.x, training: true });
    let offset = 0;
    return problem.constraints
      .filter((constraint) => constraint.relation === relation)
      .flatMap(({ value }) => {
        const { shape } = evaluateArray(value, environment);
        const [leading] = value.type.kind === 'array' ? value.type.shape.dimensions : [];
        const start = offset;
        offset += sizeOf(shape);
        if (leading === undefined || table === undefined || bareSymbol(leading) !== table)
          return Array.from({ length: sizeOf(shape) }, (_, place) => start + place);
        const stride = sizeOf(shape.slice(1));
        return rows.flatMap((row) =>
          Array.from({ length: stride }, (_, place) => start + row * stride + place),
        );
      });
  }

  private axisOf({ type }: ValueSymbol): { axis: number; relation: 'equal' | 'at_most' } | undefined {
    if (type.kind !== 'array') return undefined;
    const symbols = type.shape.dimensions.map((dimension) => bareSymbol(dimension));
    const axis = symbols.findIndex(
      (symbol) => symbol === this.names.equalities || symbol === this.names.inequalities,
    );
    if (axis < 0) return undefined;
    return { axis, relation: symbols[axis] === this.names.equalities ? 'equal' : 'at_most' };
  }

  /** What a step sees of a state. */
  seen(symbol: ValueSymbol, whole: ArrayValue, view: View): ArrayValue {
    const found = this.axisOf(symbol);
    const places = found && this.places(view, found.relation);
    if (found === undefined || places === undefined) return whole;
    const shape = whole.shape.map((extent, axis) => (axis === found.axis ? places.length : extent));
    return arrayOf(
      shape,
      cells(whole.shape, found.axis, places).map((cell) => whole.data[cell] ?? NaN),
    );
  }

  /** The state with what a step made of the part that it saw. */
  kept(symbol: ValueSymbol, whole: ArrayValue, made: ArrayValue, view: View): ArrayValue {
    const found = this.axisOf(symbol);
    const places = found && this.places(view, found.relation);
    if (found === undefined || places === undefined) return made;
    const data = [...whole.data];
    cells(whole.shape, found.axis, places).forEach((cell, index) => {
      data[cell] = made.data[index] ?? NaN;
    });
    return arrayOf(whole.shape, data);
  }
}

/** The cells of an array whose index along an axis is one of `places`, in order. */
function cells(shape: readonly number[], axis: number, places: readonly number[]): readonly number[] {
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  const extent = shape[axis] ?? 0;
  return Array.from({ length: outer }, (_, lead) =>
    places.map((place) => Array.from({ length: inner }, (_, last) => (lead * extent + place) * inner + last)),
  ).flat(2);
}
