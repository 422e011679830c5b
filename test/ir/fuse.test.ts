import { describe, expect, it } from 'vitest';
import { parallel, sequential } from '../../src/ir/fuse.js';
import type { FusionPolicy } from '../../src/ir/fuse.js';
import { randomRegion } from '../codegen/random-region.js';
import { compileRegion } from '../../src/codegen/typescript/compile-region.js';
import { Layout } from '../../src/codegen/layout.js';
import { GraphBuilder } from '../../src/ir/builder.js';
import type { Node, Region } from '../../src/ir/graph.js';
import type { Launch, Schedule, Unit } from '../../src/ir/nest.js';
import { makePlace, scheduleRegion } from '../../src/ir/schedule.js';
import { int, real } from '../../src/ir/types.js';
import { generator, randomTensor } from '../ir/inputs.js';
import { expectSame } from '../codegen/compare.js';

/** Kinds of the steps in order, and the units that end in memory. */
function scheduled(
  region: Region,
  policy: FusionPolicy = sequential,
): {
  readonly kinds: readonly string[];
  readonly stored: readonly Unit[];
  readonly launches: readonly Launch[];
} {
  const layout = new Layout(policy);
  const { schedule } = scheduleRegion(
    region,
    region.parameters.map((parameter) => ({ kind: 'place', place: layout.fixed(parameter.type, 'p') })),
    region.results.map(() => undefined),
    layout.context,
  );
  const steps = schedule.kind === 'sequence' ? schedule.steps : [schedule];
  const launched = (step: Schedule): readonly Unit[] => (step.kind === 'launch' ? step.launch.units : []);
  return {
    kinds: steps.map((step) => step.kind),
    launches: steps.flatMap((step) => (step.kind === 'launch' ? [step.launch] : [])),
    stored: steps.flatMap(launched).filter((unit) => unit.stored),
  };
}

function check(region: Region): void {
  const random = generator(9);
  expectSame(
    region,
    region.parameters.map((parameter) => randomTensor(parameter.type, -1, 1, random)),
  );
}

function softmax(b: GraphBuilder, x: Node): Node {
  const { shape } = x.type;
  const top = b.broadcast(b.reduce('max', x, [1]), shape, [0]);
  const e = b.unary('exp', b.binary('subtract', x, top));
  return b.binary('divide', e, b.broadcast(b.reduce('sum', e, [1]), shape, [0]));
}

describe('fusion', () => {
  it('makes one launch of a softmax over rows, exponentials computed once', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(6, 5), 'x');
    const region = b.region([x], [softmax(b, x)]);
    expect(scheduled(region).kinds).toEqual(['launch']);
    expect(compileRegion(region).source.match(/Math\.exp\(/g)).toHaveLength(1);
    check(region);
  });

  it('keeps the values of an elementwise chain in local variables', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(10), 'x');
    let h: Node = x;
    for (let link = 0; link < 30; link += 1) h = b.binary('multiply', b.unary('sin', h), h);
    const region = b.region([x], [h]);
    const { kinds, stored } = scheduled(region);
    expect(kinds).toEqual(['launch']);
    expect(stored).toHaveLength(1);
    check(region);
  });

  it('computes several results over one space in one pass, with their sums', () => {
    const b = new GraphBuilder();
    const [x, y] = [b.parameter(real(20), 'x'), b.parameter(real(20), 'y')];
    const difference = b.binary('subtract', x, y);
    const weighted = b.binary('multiply', b.unary('tanh', difference), y);
    const region = b.region([x, y], [weighted, b.reduceAll('sum', weighted), b.reduceAll('max', difference)]);
    expect(scheduled(region).kinds).toEqual(['launch']);
    check(region);
  });

  it('does not repeat an expensive value for consumers over other spaces', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(4), 'x');
    const e = b.unary('exp', x);
    const table = b.broadcast(e, [3, 4], [1]);
    const region = b.region([x], [b.unary('sin', table), b.reduceAll('sum', e)]);
    expect(compileRegion(region).source.match(/Math\.exp\(/g)).toHaveLength(1);
    check(region);
  });

  it('waits for a reduction that folds the outer loop', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(7, 3), 'x');
    const mean = b.broadcast(b.reduce('sum', x, [0]), [7, 3], [1]);
    check(b.region([x], [b.binary('subtract', x, mean), b.unary('exp', mean)]));
  });

  it('computes the pieces of a gradient straight into their slices', () => {
    const b = new GraphBuilder();
    const [u, v] = [b.parameter(real(3), 'u'), b.parameter(real(2), 'v')];
    const total = b.binary('add', b.pad(b.unary('exp', u), [0], [2]), b.pad(b.unary('sin', v), [3], [0]));
    const region = b.region([u, v], [total]);
    expect(compileRegion(region).source).not.toMatch(/if \(/);
    check(region);
  });
});

describe('results in the place of parameters', () => {
  /** Runs with each result in the memory of the parameter of the same index. */
  function inPlace(region: Region): string[] {
    const layout = new Layout();
    const places = region.parameters.map((parameter) => layout.fixed(parameter.type, 'p'));
    const { schedule } = scheduleRegion(
      region,
      places.map((place) => ({ kind: 'place', place })),
      region.results.map((result, index) => places[index] ?? makePlace(result.type.dtype, 1, 'more')),
      layout.context,
    );
    return schedule.kind === 'sequence' ? schedule.steps.map((step) => step.kind) : [schedule.kind];
  }

  it('are written without a copy when every reader comes before', () => {
    const b = new GraphBuilder();
    const [x, m] = [b.parameter(real(8), 'x'), b.parameter(real(8), 'm')];
    const next = b.binary('add', m, b.unary('sin', x));
    expect(inPlace(b.region([x, m], [b.binary('subtract', x, next), next]))).toEqual(['launch']);
  });

  it('are copied at the end when the old value is still read at other places', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(8), 'x');
    const turned = b.binary('add', x, b.reverse(x, [0]));
    expect(inPlace(b.region([x], [turned]))).toEqual(['launch', 'copy']);
  });

  it('change places in one pass, all read before any is written', () => {
    const b = new GraphBuilder();
    const [x, y] = [b.parameter(real(8), 'x'), b.parameter(real(8), 'y')];
    expect(inPlace(b.region([x, y], [y, x]))).toEqual(['launch']);
    const body = new GraphBuilder();
    const [k, c, d] = [
      body.parameter(int(), 'k'),
      body.parameter(real(8), 'c'),
      body.parameter(real(8), 'd'),
    ];
    const turn = body.region([k, c, d], [d, c]);
    const loop = new GraphBuilder();
    const starts = [loop.parameter(real(8), 'x'), loop.parameter(real(8), 'y')];
    check(loop.region(starts, loop.loop({ max: 3, carries: starts, body: turn })));
  });

  it('cost nothing when a parameter stays as it is', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(8), 'x');
    expect(inPlace(b.region([x], [x]))).toEqual([]);
  });
});

describe('fusion for a machine that runs the outer points at once', () => {
  it('folds over no outer loop, and keeps the axes that it keeps in front', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      for (const { units, depth } of scheduled(randomRegion(seed, 16), parallel).launches) {
        for (const { kept, kind } of units) {
          expect(kept.slice(0, depth)).not.toContain(false);
          expect(kept.lastIndexOf(true)).toBe(kept.filter((one) => one).length - 1);
          if (kind.kind === 'scan') expect(depth).toBeLessThan(kept.length);
        }
      }
    }
  });

  it('cuts a long fold with few results in two', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(3, 100_000), 'x');
    const region = b.region([x], [b.reduce('sum', x, [1])]);
    const [runs, rest, ...others] = scheduled(region, parallel).launches;
    expect(others).toEqual([]);
    expect(runs?.depth).toBe(2);
    expect(rest?.units[0]?.space.map(({ extent }) => extent)).toEqual([3, runs?.units[0]?.space[1]?.extent]);
    expect(scheduled(region).launches).toHaveLength(1);
  });

  it('does not put a long map into the few points of a fold', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(2, 100_000), 'x');
    const top = b.broadcast(b.reduce('max', x, [1]), x.type.shape, [0]);
    const region = b.region([x], [b.unary('exp', b.binary('subtract', x, top))]);
    const { launches } = scheduled(region, parallel);
    expect(launches.at(-1)?.depth).toBe(2);
  });
});
