import { describe, expect, it } from 'vitest';
import { compileRegion as compileText } from '../../../src/codegen/typescript/compile-region.js';
import { compileRegion } from '../../../src/codegen/wasm/compile-region.js';
import { GraphBuilder } from '../../../src/ir/builder.js';
import { at } from '../../../src/ir/types.js';

describe('draws in lanes', () => {
  it.each([
    ['f64', 0],
    ['f64', 3],
    ['f32', 1],
    ['f32', 2],
  ] as const)('are the numbers that are drawn one by one (%s, word %i)', (precision, word) => {
    const b = new GraphBuilder();
    const index = b.binary('add', b.iota([403], 0), b.constant(-7, 'int', [403]));
    const drawn = b.uniform(b.constant(-123456789, 'int'), b.constant(77, 'int'), index, 5, word);
    const region = b.region([], [drawn]);
    const [wanted, found] = [
      compileText(region, precision),
      compileRegion(region, precision, { vectors: true, relaxed: false, functions: 'own' }),
    ];
    wanted.run();
    found.run();
    expect(Array.from(at(found.results, 0))).toEqual(Array.from(at(wanted.results, 0)));
  });
});
