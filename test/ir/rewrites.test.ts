import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchRegion } from '../../src/ir/batching/batch.js';
import { GraphBuilder } from '../../src/ir/builder.js';
import { gradient, jvp, vjp } from '../../src/ir/differentiate/derivatives.js';
import type { Node, Region } from '../../src/ir/graph.js';
import { interpret } from '../../src/ir/interpreter.js';
import type { Tensor } from '../../src/ir/interpreter.js';
import { printRegion } from '../../src/ir/print.js';
import { contractions, eraseDerivativeMarks, simplify, stabilise } from '../../src/ir/rewrite/passes.js';
import type { Report } from '../../src/ir/rewrite/rewrite.js';
import { countNodes, nodesOf } from '../../src/ir/traverse.js';
import { at, range, real } from '../../src/ir/types.js';
import { verifyRegion } from '../../src/ir/verify.js';
import { cases } from './cases.js';
import { expectClose, generator, innerProduct, inputsOf, randomTensor, realParameters } from './inputs.js';
import { programs, regionOf } from './programs.js';

type Pass = (region: Region, report?: Report) => Region;

const pipeline: Pass = (region) =>
  simplify(contractions(simplify(eraseDerivativeMarks(contractions(stabilise(simplify(region)))))));

const passes: readonly (readonly [string, Pass])[] = [
  ['simplify', simplify],
  ['stabilise', stabilise],
  ['contractions', contractions],
  ['erase marks', eraseDerivativeMarks],
  ['all of them', pipeline],
];

function expectSame(region: Region, pass: Pass, inputs: readonly Tensor[], tolerance: number): void {
  const rewritten = pass(region);
  verifyRegion(rewritten);
  try {
    expectClose(interpret(rewritten, inputs), interpret(region, inputs), tolerance);
  } catch (error) {
    throw new Error(`${String(error)}\n${printRegion(region)}\n${printRegion(rewritten)}`, { cause: error });
  }
}

function drawn(region: Region, seed: number): Tensor[] {
  const random = generator(seed);
  return region.parameters.map((parameter) => randomTensor(parameter.type, -1, 1, random));
}

describe('rewrite passes keep the meaning', () => {
  for (const [name, pass] of passes) {
    it.each(cases)(`${name}: $name`, (one) => {
      expectSame(one.region, pass, inputsOf(one), 1e-12);
      const wrt = realParameters(one.region);
      if (wrt.length === 0) return;
      for (const derived of [vjp(one.region, wrt), jvp(one.region, wrt)]) {
        const extra = drawn(derived, 3).slice(one.region.parameters.length);
        expectSame(derived, pass, [...inputsOf(one), ...extra], 1e-11);
      }
    });
  }
});

describe('random programs', () => {
  it('mean the same after every pass, and so do their derivatives', () => {
    fc.assert(
      fc.property(programs, fc.nat(1000), (program, seed) => {
        const region = regionOf(program);
        verifyRegion(region);
        const inputs = drawn(region, seed);
        for (const [, pass] of passes) expectSame(region, pass, inputs, 1e-10);
        const wrt = realParameters(region);
        const prepared = contractions(stabilise(simplify(region)));
        const derived = vjp(region, wrt);
        const cotangents = drawn(derived, seed + 1).slice(region.parameters.length);
        expectSame(derived, pipeline, [...inputs, ...cotangents], 1e-9);
        const early = interpret(vjp(prepared, wrt), [...inputs, ...cotangents]);
        expectClose(early, interpret(derived, [...inputs, ...cotangents]), 1e-9);
      }),
      { numRuns: 250 },
    );
  }, 120_000);

  it('have adjoint derivatives, first and second', () => {
    fc.assert(
      fc.property(programs, fc.nat(1000), (program, seed) => {
        const region = regionOf(program);
        const wrt = realParameters(region);
        const count = region.results.length;
        const check = (of: Region, point: readonly Tensor[]): void => {
          const forward = jvp(of, wrt);
          const backward = vjp(of, wrt);
          verifyRegion(forward);
          verifyRegion(backward);
          const directions = drawn(forward, seed + 2).slice(of.parameters.length);
          const cotangents = drawn(backward, seed + 3).slice(of.parameters.length);
          const moved = interpret(forward, [...point, ...directions]).slice(of.results.length);
          const pulled = interpret(backward, [...point, ...cotangents]).slice(of.results.length);
          const [left, right] = [innerProduct(moved, cotangents), innerProduct(pulled, directions)];
          expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(left)));
        };
        const inputs = drawn(region, seed);
        check(region, inputs);
        const gradient = vjp(region, wrt);
        const outer = { ...gradient, results: gradient.results.slice(count) };
        check(outer, drawn(outer, seed));
      }),
      { numRuns: 120 },
    );
  }, 120_000);

  it('agree between a batch and one run a lane', () => {
    fc.assert(
      fc.property(programs, fc.nat(1000), fc.nat(7), (program, seed, mask) => {
        const region = regionOf(program);
        const flags = region.parameters.map((_, index) => ((mask >> index) & 1) === 1);
        const lanes = [drawn(region, seed), drawn(region, seed + 1)];
        const inLane = (lane: number): Tensor[] =>
          flags.map((flag, index) => at(at(lanes, flag ? lane : 0), index));
        const batch = batchRegion(region, flags, 2);
        verifyRegion(batch.region);
        const stack = (tensors: readonly Tensor[]): Tensor => ({
          type: { ...at(tensors, 0).type, shape: [tensors.length, ...at(tensors, 0).type.shape] },
          data: Float64Array.from(tensors.flatMap((tensor) => [...tensor.data])),
        });
        const inputs = flags.map((flag, index) =>
          flag ? stack(lanes.map((lane) => at(lane, index))) : at(at(lanes, 0), index),
        );
        const expected = range(2).map((lane) => interpret(region, inLane(lane)));
        const wanted = region.results.map((_, index) => {
          const each = expected.map((results) => at(results, index));
          return batch.batched[index] === true ? stack(each) : at(each, 0);
        });
        expectClose(interpret(batch.region, inputs), wanted, 1e-11);
        expectClose(interpret(pipeline(batch.region), inputs), wanted, 1e-10);
      }),
      { numRuns: 200 },
    );
  }, 120_000);
});

function build(
  shapes: readonly (readonly number[])[],
  body: (b: GraphBuilder, ...x: Node[]) => Node,
): Region {
  const b = new GraphBuilder();
  const parameters = shapes.map((shape, index) => b.parameter(real(...shape), `x${index}`));
  return b.region(parameters, [body(b, ...parameters)]);
}

function kindsOf(region: Region): string[] {
  return nodesOf(region).map((node) =>
    node.operator.kind === 'elementwise' ? node.operator.name : node.operator.kind,
  );
}

function namesFired(pass: Pass, region: Region): string[] {
  const names: string[] = [];
  pass(region, ({ name }) => names.push(name));
  return names;
}

describe('stability rewrites', () => {
  const extreme: Tensor = { type: real(3), data: Float64Array.of(800, 801, -900) };

  it('keep log(sum(exp(x))) finite for large x and report themselves', () => {
    const region = build([[3]], (b, x) => b.unary('log', b.reduce('sum', b.unary('exp', x), [0])));
    expect(interpret(region, [extreme])[0]?.data[0]).toBe(Infinity);
    const [value] = interpret(stabilise(region), [extreme]);
    expect(value?.data[0]).toBeCloseTo(801 + Math.log1p(Math.exp(-1)), 12);
    expect(namesFired(stabilise, region)).toEqual(['log(sum(exp(x))) shifted by the largest x']);
  });

  it('turn log(softmax(x)) into a difference that does not underflow, with one shift only', () => {
    const region = build([[3]], (b, x) => {
      const e = b.unary('exp', x);
      return b.unary('log', b.binary('divide', e, b.broadcastScalar(b.reduce('sum', e, [0]), [3])));
    });
    const stable = stabilise(region);
    const [value] = interpret(stable, [extreme]);
    expect(value?.data[2]).toBeCloseTo(-1701 - Math.log1p(Math.exp(-1)), 9);
    expect(kindsOf(stable).filter((kind) => kind === 'reduce')).toHaveLength(2);
  });

  it('keep a softmax of large numbers a distribution', () => {
    const region = build([[3]], (b, x) => {
      const e = b.unary('exp', x);
      return b.binary('divide', e, b.broadcastScalar(b.reduce('sum', e, [0]), [3]));
    });
    const [value] = interpret(stabilise(region), [extreme]);
    expect(value?.data[0]).toBeCloseTo(1 / (1 + Math.E), 12);
  });

  it.each([
    [
      'softplus',
      (b: GraphBuilder, x: Node) => b.unary('log', b.binary('add', b.like(x, 1), b.unary('exp', x))),
    ],
    ['softplus', (b: GraphBuilder, x: Node) => b.unary('log1p', b.unary('exp', x))],
    ['log_sigmoid', (b: GraphBuilder, x: Node) => b.unary('log', b.unary('sigmoid', x))],
    ['log1p', (b: GraphBuilder, x: Node) => b.unary('log', b.binary('add', x, b.like(x, 1)))],
    ['expm1', (b: GraphBuilder, x: Node) => b.binary('subtract', b.unary('exp', x), b.like(x, 1))],
    [
      'sigmoid',
      (b: GraphBuilder, x: Node) =>
        b.unary('reciprocal', b.binary('add', b.like(x, 1), b.unary('exp', b.unary('negate', x)))),
    ],
  ] as const)('use %s', (name, body) => {
    expect(kindsOf(stabilise(build([[3]], body)))).toContain(name);
  });
});

describe('sums of products', () => {
  const product = (b: GraphBuilder, x: Node, y: Node): Node => {
    const shape = [2, 3, 4];
    return b.reduce(
      'sum',
      b.binary('multiply', b.broadcast(x, shape, [0, 1]), b.broadcast(y, shape, [1, 2])),
      [1],
    );
  };

  it('become one contraction without repeated operands', () => {
    expect(
      kindsOf(
        contractions(
          build(
            [
              [2, 3],
              [3, 4],
            ],
            product,
          ),
        ),
      ),
    ).toEqual(['parameter', 'parameter', 'contraction']);
  });

  it('take a scale, a weight and a sign along', () => {
    const region = build([[2, 3], [3, 4], [3]], (b, x, y, w) => {
      const shape = [2, 3, 4];
      const weighted = b.binary('multiply', b.broadcast(y, shape, [1, 2]), b.broadcast(w, shape, [1]));
      const terms = b.binary('multiply', b.unary('negate', b.broadcast(x, shape, [0, 1])), weighted);
      return b.reduce('sum', b.binary('multiply', terms, b.constant(0.5, 'real', shape)), [1]);
    });
    const rewritten = contractions(region);
    expect(kindsOf(rewritten)).toContain('contraction');
    expect(kindsOf(rewritten)).not.toContain('reduce');
    const inputs = drawn(region, 4);
    expectClose(interpret(rewritten, inputs), interpret(region, inputs), 1e-13);
  });

  it('stay reductions where nothing is shared between rows', () => {
    const region = build(
      [
        [2, 3],
        [2, 3],
      ],
      (b, x, y) => b.reduce('sum', b.binary('multiply', x, y), [1]),
    );
    expect(kindsOf(contractions(region))).not.toContain('contraction');
  });

  it('swap their operands instead of being transposed', () => {
    const region = build(
      [
        [2, 3],
        [3, 4],
      ],
      (b, x, y) => b.transpose(b.contraction(x, y, { contract: [[1, 0]] }), [1, 0]),
    );
    const rewritten = contractions(region);
    expect(kindsOf(rewritten)).toEqual(['parameter', 'parameter', 'contraction']);
    const inputs = drawn(region, 4);
    expectClose(interpret(rewritten, inputs), interpret(region, inputs), 1e-14);
  });

  it('of a batch with one shared matrix use one product', () => {
    const lane = build([[3], [3, 4]], (b, x, y) => b.contraction(x, y, { contract: [[0, 0]] }));
    const batched = batchRegion(vjp(lane, [0, 1]), [true, false, true], 5).region;
    const rewritten = simplify(contractions(simplify(batched)));
    // The outer product is no sum: it is a product of what is repeated.
    const sums = nodesOf(rewritten).filter(({ operator }) => operator.kind === 'contraction');
    expect(sums.length).toBeGreaterThan(0);
    expect(sums.flatMap(({ inputs }) => inputs.map(({ operator }) => operator.kind))).not.toContain(
      'broadcast',
    );
  });
});

describe('simplification', () => {
  it('reads consecutive elements by a slice', () => {
    const region = build([[5]], (b, x) =>
      b.gather(x, b.binary('add', b.iota([4], 0), b.constant(1, 'int', [4]))),
    );
    expect(kindsOf(simplify(region))).toEqual(['parameter', 'slice']);
  });

  it('reads a[i, j] over two ranges without any move of data', () => {
    const lane = new GraphBuilder();
    const a = lane.parameter(real(3, 4), 'a');
    const i = lane.parameter({ dtype: 'int', shape: [] }, 'i');
    const j = lane.parameter({ dtype: 'int', shape: [] }, 'j');
    const element = lane.region([a, i, j], [lane.gather(lane.gather(a, i), j)]);
    const inner = batchRegion(element, [false, false, true], 4).region;
    const outer = batchRegion(inner, [false, true, false], 3).region;
    const b = new GraphBuilder();
    const whole = b.parameter(real(3, 4), 'a');
    const region = b.region([whole], b.inline(outer, [whole, b.iota([3], 0), b.iota([4], 0)]));
    expect(kindsOf(simplify(region))).toEqual(['parameter']);
  });

  it('scatters one element a row by comparison, and into a sum in place', () => {
    const b = new GraphBuilder();
    const table = b.parameter(real(3, 4), 'table');
    const column = b.parameter({ dtype: 'int', shape: [3] }, 'column');
    const row = b.parameter({ dtype: 'int', shape: [2] }, 'row');
    const picked = b.gather(table, column, { batch: 1 });
    const rows = b.gather(table, row);
    const total = b.binary(
      'add',
      b.reduceAll('sum', b.unary('sin', picked)),
      b.reduceAll('sum', b.unary('exp', rows)),
    );
    const derived = gradient(b.region([table, column, row], [total]), [0]);
    const simple = simplify(derived);
    const scatters = nodesOf(simple).filter((node) => node.operator.kind === 'scatter_add');
    expect(scatters).toHaveLength(1);
    expect(scatters[0]?.inputs[0]?.operator.kind).not.toBe('constant');
    const random = generator(3);
    const inputs = [
      randomTensor(real(3, 4), -1, 1, random),
      randomTensor(column.type, 0, 4, random),
      randomTensor(row.type, 0, 3, random),
    ];
    expectClose(interpret(simple, inputs), interpret(derived, inputs), 1e-14);
  });

  it('drops parts of a loop that nothing reads and computes invariants once', () => {
    const body = new GraphBuilder();
    const k = body.parameter({ dtype: 'int', shape: [] }, 'k');
    const [c, unread, w] = ['c', 'unread', 'w'].map((name) => body.parameter(real(2), name));
    if (c === undefined || unread === undefined || w === undefined) throw new Error('no parameters');
    const next = body.binary('multiply', c, body.unary('exp', w));
    const inner = body.region([k, c, unread, w], [next, body.unary('sin', unread), body.unary('tan', c)]);
    const region = build([[2], [2], [2]], (b, x, y, z) =>
      at(b.loop({ max: 3, carries: [x, y], invariants: [z], body: inner }), 0),
    );
    const simple = simplify(region);
    const loop = nodesOf(simple).find((node) => node.operator.kind === 'loop');
    if (loop?.operator.kind !== 'loop') throw new Error('no loop');
    expect(kindsOf(loop.operator.body).sort()).toEqual(['multiply', 'parameter', 'parameter', 'parameter']);
    expect(kindsOf(simple)).toContain('exp');
    const inputs = drawn(region, 2);
    expectClose(interpret(simple, inputs), interpret(region, inputs), 1e-15);
  });

  it('keeps NaN where a value is multiplied by zero', () => {
    const region = build([[1]], (b, x) => b.binary('multiply', x, b.like(x, 0)));
    expect(
      interpret(simplify(region), [{ type: real(1), data: Float64Array.of(NaN) }])[0]?.data[0],
    ).toBeNaN();
  });

  it('handles chains of thousands of nodes in about linear time', () => {
    const chain = (length: number): Region =>
      build([[2]], (b, x) =>
        range(length).reduce((y, k) => b.binary('add', b.unary('sin', y), b.like(y, k)), x),
      );
    /** Processor time, so that a busy machine does not matter. */
    const work = (length: number): number => {
      const region = chain(length);
      const start = process.cpuUsage();
      const derived = simplify(vjp(region, [0]));
      expect(countNodes(derived)).toBeGreaterThan(length);
      return process.cpuUsage(start).user;
    };
    work(500);
    expect(work(8000) / work(1000)).toBeLessThan(30);
  }, 120_000);
});
