/** Reading and replacing parts of arrays by index. Outside an array a read gives NaN (0 for ints), and a write nothing. */
import type { TypedIndexItem } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, at, buildArray, elementAt, indicesOf, positionOf } from './array.js';
import type { Environment } from './environment.js';
import { evaluateArray } from './expression.js';
import type { Scalar } from './scalar.js';
import { valueOf } from './scalar.js';

/** Along one axis: the positions meant, and the axes that they become in the result. */
interface Selection {
  readonly shape: readonly number[];
  readonly positions: readonly number[];
}

function selectionOf(item: TypedIndexItem, environment: Environment): Selection {
  switch (item.kind) {
    case 'at': {
      const value = evaluateArray(item.value, environment);
      return { shape: value.shape, positions: value.data.map(valueOf) };
    }
    case 'range': {
      const from = valueOf(elementAt(evaluateArray(item.from, environment), 0));
      const size = environment.sizeOf(item.size);
      return { shape: [size], positions: Array.from({ length: size }, (_, k) => from + k) };
    }
    default:
      return item satisfies never;
  }
}

/** For each index of the selected part, the index in the whole. */
function addresses(
  whole: readonly number[],
  selections: readonly Selection[],
): { readonly shape: readonly number[]; readonly list: readonly (readonly number[])[] } {
  const rest = whole.slice(selections.length);
  const shape = [...selections.flatMap((selection) => selection.shape), ...rest];
  const list = Array.from(indicesOf(shape), (index) => {
    let axis = 0;
    const leading = selections.map((selection) => {
      const own = index.slice(axis, axis + selection.shape.length);
      axis += selection.shape.length;
      return selection.positions[positionOf(selection.shape, own)] as number;
    });
    return [...leading, ...index.slice(axis)];
  });
  return { shape, list };
}

const isInside = (shape: readonly number[], index: readonly number[]): boolean =>
  shape.every((size, axis) => (index[axis] as number) >= 0 && (index[axis] as number) < size);

export function takeIndices(
  object: ArrayValue,
  items: readonly TypedIndexItem[],
  missing: Scalar,
  environment: Environment,
): ArrayValue {
  const { shape, list } = addresses(
    object.shape,
    items.map((item) => selectionOf(item, environment)),
  );
  return arrayOf(
    shape,
    list.map((index) => (isInside(object.shape, index) ? at(object, index) : missing)),
  );
}

/** `object` with a part replaced; where positions repeat, the last one counts. */
export function replaceIndices(
  object: ArrayValue,
  items: readonly TypedIndexItem[],
  value: ArrayValue,
  environment: Environment,
): ArrayValue {
  const { list } = addresses(
    object.shape,
    items.map((item) => selectionOf(item, environment)),
  );
  const data = [...object.data];
  list.forEach((index, position) => {
    if (isInside(object.shape, index)) data[positionOf(object.shape, index)] = elementAt(value, position);
  });
  return buildArray(object.shape, (index) => data[positionOf(object.shape, index)] as Scalar);
}
