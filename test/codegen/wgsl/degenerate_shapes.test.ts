import { describe } from 'vitest';
import { GraphBuilder } from '../../../src/ir/builder.js';
import type { ElementwiseName, Node, Region } from '../../../src/ir/graph.js';
import { acceptedTypes } from '../../../src/ir/operators/elementwise_types.js';
import { elementwiseTable } from '../../../src/ir/operators/elementwise/table.js';
import { at, bool, int, range, real, sizeOf } from '../../../src/ir/types.js';
import { generator, randomTensor } from '../../ir/inputs.js';
import type { Driver } from '../../support/device.js';
import { onDrivers } from '../../support/on_drivers.js';
import { expectSameOnDevice } from './compare.js';

const names = Object.keys(elementwiseTable) as ElementwiseName[];

/** Every elementwise operator, cast and draw on arrays of a shape, each a result of its own. */
function elementwiseRegion(shape: readonly number[]): Region {
  const b = new GraphBuilder();
  const [x, y] = [b.parameter(real(...shape), 'x'), b.parameter(real(...shape), 'y')];
  const [i, j] = [b.parameter(int(...shape), 'i'), b.parameter(int(...shape), 'j')];
  const [p, q] = [b.parameter(bool(...shape), 'p'), b.parameter(bool(...shape), 'q')];
  const operands = { real: [x, y], int: [i, j], bool: [p, q] };
  const results: Node[] = [];
  for (const name of names) {
    const { signature, tangents } = elementwiseTable[name];
    for (const dtype of acceptedTypes(signature)) {
      const values = operands[dtype].slice(0, signature === 'choice' ? 2 : tangents.length);
      results.push(b.elementwise(name, signature === 'choice' ? [p, ...values] : values));
    }
  }
  for (const from of [x, i, p]) {
    for (const to of ['real', 'int', 'bool'] as const) results.push(b.cast(from, to));
  }
  results.push(b.uniform(b.constant(7, 'int'), b.constant(3, 'int'), i, 2, 1));
  return b.region([x, y, i, j, p, q], results);
}

/** Folds, scans and views along every axis. */
function structureRegion(shape: readonly number[]): Region {
  const b = new GraphBuilder();
  const [x, p] = [b.parameter(real(...shape), 'x'), b.parameter(bool(...shape), 'p')];
  const axes = range(shape.length);
  const size = sizeOf(shape);
  const results: Node[] = [
    ...(['sum', 'product', 'max', 'min'] as const).map((monoid) => b.reduceAll(monoid, x)),
    ...(['and', 'or'] as const).map((monoid) => b.reduceAll(monoid, p)),
    b.reshape(x, [size]),
    b.transpose(x, [...axes].reverse()),
    b.reverse(x, axes),
    b.broadcast(x, [...shape, 3], axes),
    b.broadcast(
      x,
      [0, ...shape],
      axes.map((axis) => axis + 1),
    ),
    b.pad(
      x,
      axes.map(() => 1),
      axes.map(() => 2),
      axes.map(() => 1),
    ),
    b.slice(
      x,
      axes.map(() => 0),
      axes.map(() => 0),
    ),
  ];
  for (const axis of axes) {
    const extent = at(shape, axis);
    results.push(b.reduce('sum', x, [axis]), b.reduce('max', x, [axis]), b.reduce('and', p, [axis]));
    results.push(b.cumulative('sum', x, axis), b.cumulative('max', x, axis, { reverse: true }));
    results.push(b.concat([x, b.unary('exp', x), x], axis), b.iota([...shape], axis));
    if (extent > 0) results.push(b.argreduce('max', x, axis), b.argreduce('min', x, axis));
  }
  if (shape.length > 0) {
    const row = shape.slice(1);
    results.push(b.argsort(x));
    for (const rows of [0, 1, 3]) {
      const indices = b.literal(
        range(rows).map((row) => row - 1),
        'int',
        [rows],
      );
      const updates = b.constant(2, 'real', [rows, ...row]);
      results.push(
        b.gather(x, indices),
        b.scatterAdd(x, indices, updates),
        b.scatterSet(x, indices, updates),
      );
    }
  }
  return b.region([x, p], results);
}

function compared(region: Region): (driver: Driver) => Promise<void> {
  return async (driver) => {
    const random = generator(3);
    const inputs = region.parameters.map(({ type }) =>
      // No quotient of ints by 0.
      randomTensor(type, type.dtype === 'int' ? 1 : 0.2, 3, random),
    );
    await expectSameOnDevice(driver, region, inputs);
  };
}

describe('arrays of one element and of none, as WGSL', () => {
  for (const shape of [[1], [0]]) {
    const title = `go through every elementwise operator: [${shape.join(', ')}]`;
    onDrivers(title, compared(elementwiseRegion(shape)));
  }

  for (const shape of [[], [0], [1, 1], [0, 3], [3, 0]]) {
    const title = `are folded, scanned, moved and looked up: [${shape.join(', ')}]`;
    onDrivers(title, compared(structureRegion(shape)));
  }
});
