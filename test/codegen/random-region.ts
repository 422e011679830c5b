/**
 * Random regions over most operators, for comparing the printed code with the interpreter. Values stay within about
 * [-2, 2], shapes have extents from 0 to 5, and nodes are reused often, so that fusion has decisions to make.
 */
import { GraphBuilder } from '../../src/ir/builder.js';
import type { Monoid, Node, Region, UnaryElementwise } from '../../src/ir/graph.js';
import { at, bool, int, range, real, sizeOf } from '../../src/ir/types.js';
import { generator } from '../ir/inputs.js';

export interface RandomRegionOptions {
  /** How often what a device takes long to compile (special functions, factorizations) is taken where it comes up. */
  readonly costly?: number;
  /** Of dimensions, each as likely as it stands here often. */
  readonly extents?: readonly number[];
}

const smallExtents = [1, 2, 3, 4, 5, 3, 4, 0];

export function randomRegion(
  seed: number,
  length: number,
  { costly = 1, extents: possible = smallExtents }: RandomRegionOptions = {},
): Region {
  const random = generator(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const choose = <T>(list: readonly T[]): T => at(list, below(list.length));
  const b = new GraphBuilder();
  const extents = range(3).map(() => choose(possible));
  const shape = (): number[] => range(below(4)).map(() => choose(extents));
  const parameters = range(4).map((index) => b.parameter(real(...shape()), `p${index}`));
  parameters.push(b.parameter(int(...shape()), 'indices'), b.parameter(bool(...shape()), 'flags'));
  const reals: Node[] = parameters.slice(0, 4);
  const ints: Node[] = [at(parameters, 4)];
  const bools: Node[] = [at(parameters, 5)];
  const recent = (list: readonly Node[]): Node =>
    random() < 0.6 ? at(list, list.length - 1 - below(Math.min(3, list.length))) : choose(list);

  /** The node with another shape, by views. */
  const fit = (node: Node, wanted: readonly number[]): Node => {
    const own = node.type.shape;
    if (own.join() === wanted.join()) return node;
    if (sizeOf(own) === sizeOf(wanted)) return b.reshape(node, [...wanted]);
    if (own.length <= wanted.length) {
      const axes: number[] = [];
      let next = 0;
      for (const extent of own) {
        while (next < wanted.length && wanted[next] !== extent) next += 1;
        axes.push(next);
        next += 1;
      }
      if (axes.every((axis) => axis < wanted.length)) return b.broadcast(node, [...wanted], axes);
    }
    if (sizeOf(own) === 0) return b.constant(1, node.type.dtype, [...wanted]);
    const one = b.slice(
      node,
      own.map(() => 0),
      own.map(() => 1),
    );
    return b.broadcastScalar(b.reshape(one, []), [...wanted]);
  };
  const tame = (node: Node): Node => b.unary('tanh', node);
  const affordable = (): boolean => costly === 1 || random() < costly;
  const simple: readonly UnaryElementwise[] = [
    'negate',
    'abs',
    'square',
    'floor',
    'ceil',
    'round',
    'sign',
    'tanh',
  ];
  const smooth: readonly UnaryElementwise[] = [
    ...simple,
    'sin',
    'cos',
    'sigmoid',
    'softplus',
    'erf',
    'erfc',
    'atan',
    'asinh',
    'log_sigmoid',
  ];
  /** Functions with a domain, or that grow: from a value within [-1, 1] to one that they accept. */
  const bounded: readonly [UnaryElementwise, scale: number, shift: number][] = [
    ['exp', 2, 0],
    ['expm1', 2, 0],
    ['sinh', 2, 0],
    ['cosh', 2, 0],
    ['tan', 1, 0],
    ['asin', 0.99, 0],
    ['acos', 0.99, 0],
    ['atanh', 0.9, 0],
    ['log', 1, 1.2],
    ['log1p', 0.9, 0],
    ['sqrt', 1, 1],
    ['reciprocal', 1, 1.3],
    ['acosh', 1, 2.1],
    ['lgamma', 1, 1.5],
    ['digamma', 1, 1.5],
    ['trigamma', 1, 1.5],
  ];
  /** The node, brought into [shift - scale, shift + scale]. */
  const within = (node: Node, scale: number, shift: number): Node =>
    b.binary('add', b.binary('multiply', tame(node), b.like(node, scale)), b.like(node, shift));
  /** A square matrix far from singular, made of any node: what it has on the diagonal outweighs the rest. */
  const matrix = (node: Node, rows: number, columns: number): Node => {
    const values = fit(node, [rows, columns]);
    const weight = b.binary('add', b.cast(b.iota([rows, columns], 1), 'real'), b.like(values, 4));
    const diagonal = b.binary('equal', b.iota([rows, columns], 0), b.iota([rows, columns], 1));
    return b.select(diagonal, weight, within(values, 0.5, 0));
  };
  const kinds: (() => void)[] = [
    () => reals.push(b.unary(choose(affordable() ? smooth : simple), recent(reals))),
    () => {
      const left = recent(reals);
      const right = fit(recent(reals), left.type.shape);
      const sum = b.binary(
        choose(['add', 'subtract', 'multiply', 'maximum', 'minimum'] as const),
        left,
        right,
      );
      reals.push(random() < 0.3 ? tame(sum) : sum);
    },
    () => {
      const left = recent(reals);
      bools.push(
        b.binary(
          choose(['less', 'greater_equal', 'equal'] as const),
          left,
          fit(recent(reals), left.type.shape),
        ),
      );
    },
    () => {
      const condition = recent(bools);
      const { shape: own } = condition.type;
      reals.push(b.select(condition, fit(recent(reals), own), fit(recent(reals), own)));
    },
    () => reals.push(b.cast(recent(random() < 0.5 ? ints : bools), 'real')),
    () => {
      const node = recent(reals);
      const axes = range(node.type.shape.length).filter(() => random() < 0.5);
      reals.push(tame(b.reduce(choose(['sum', 'product', 'max', 'min'] as readonly Monoid[]), node, axes)));
      const last = at(reals, reals.length - 1);
      // An empty maximum is infinite, and then tanh makes it -1 or 1.
      if (last.type.shape.length === 0 && random() < 0.3) reals.push(b.unary('exp', last));
    },
    () => {
      if (!affordable()) return;
      const [name, scale, shift] = choose(bounded);
      reals.push(b.unary(name, within(recent(reals), scale, shift)));
    },
    () => {
      const left = recent(reals);
      const right = within(fit(recent(reals), left.type.shape), 1, 1.5);
      reals.push(b.binary(choose(['divide', 'atan2', 'modulo', 'floor_divide'] as const), left, right));
    },
    () => {
      if (!affordable()) return;
      const left = within(recent(reals), 1, 1.5);
      reals.push(b.binary('power', left, fit(tame(recent(reals)), left.type.shape)));
    },
    () => {
      const left = recent(ints);
      const right = fit(recent(ints), left.type.shape);
      const names = ['add', 'subtract', 'multiply', 'maximum', 'minimum'] as const;
      const result = b.binary(choose(names), left, right);
      // Products of products would outgrow what an int may be.
      ints.push(b.binary('modulo', result, b.like(result, 1 + below(7))));
    },
    () => {
      const left = recent(ints);
      const divisor = b.constant(choose([-3, -1, 2, 5]), 'int', left.type.shape);
      ints.push(b.binary('floor_divide', left, divisor));
    },
    () => {
      const left = recent(bools);
      const right = fit(recent(bools), left.type.shape);
      const names = ['and', 'or', 'equal', 'not_equal'] as const;
      bools.push(random() < 0.3 ? b.unary('not', left) : b.binary(choose(names), left, right));
    },
    () => {
      const left = recent(ints);
      const names = ['less', 'less_equal', 'greater', 'equal', 'not_equal'] as const;
      bools.push(b.binary(choose(names), left, fit(recent(ints), left.type.shape)));
    },
    () => bools.push(b.unary('is_finite', recent(reals))),
    () => {
      const own = choose(reals).type.shape;
      const values = range(Math.min(sizeOf(own), 40)).map(() => random() * 2 - 1);
      if (values.length === sizeOf(own)) reals.push(b.literal(values, 'real', own));
    },
    () => reals.push(b.stopGradient(recent(reals))),
    () => {
      const node = recent(reals);
      reals.push(b.maskTangent(node, fit(recent(bools), node.type.shape)));
    },
    () => {
      if (!affordable()) return;
      const rows = choose([1, 2, 3, 4]);
      const square = matrix(recent(reals), rows, rows);
      const tall = (): Node => matrix(recent(reals), rows + below(3), rows);
      const [lower, transposed, unitDiagonal] = [random() < 0.5, random() < 0.5, random() < 0.5];
      const made: readonly (() => Node)[] = [
        () => b.cholesky(square),
        () => b.qr(tall()),
        () => b.symmetricEigen(square),
        () => b.svd(tall()),
        () => b.triangularSolve(square, fit(recent(reals), [rows, 2]), { lower, transposed, unitDiagonal }),
      ];
      reals.push(tame(choose(made)()));
    },
    () => {
      const node = recent(bools);
      bools.push(
        b.reduce(
          choose(['and', 'or'] as const),
          node,
          range(node.type.shape.length).filter(() => random() < 0.5),
        ),
      );
    },
    () => {
      const node = recent(reals);
      const { shape: own } = node.type;
      if (own.length === 0) return;
      const axis = below(own.length);
      if (random() < 0.5) {
        const scan = b.cumulative(choose(['sum', 'max', 'min', 'product'] as const), node, axis, {
          reverse: random() < 0.5,
        });
        reals.push(tame(scan));
      } else if (at(own, axis) > 0) {
        ints.push(b.argreduce(choose(['max', 'min'] as const), node, axis));
      }
    },
    () => {
      const node = recent(reals);
      const order = range(node.type.shape.length).sort(() => random() - 0.5);
      reals.push(b.transpose(node, order));
    },
    () => {
      const node = recent(reals);
      reals.push(
        b.reverse(
          node,
          range(node.type.shape.length).filter(() => random() < 0.5),
        ),
      );
    },
    () => {
      const node = recent(reals);
      const starts = node.type.shape.map((extent) => below(extent + 1));
      const limits = node.type.shape.map(
        (extent, axis) => at(starts, axis) + below(extent - at(starts, axis) + 1),
      );
      reals.push(
        b.slice(
          node,
          starts,
          limits,
          starts.map(() => 1 + below(2)),
        ),
      );
    },
    () => {
      const node = recent(reals);
      const some = (): number[] => node.type.shape.map(() => below(3));
      if (sizeOf(node.type.shape) < 200)
        reals.push(
          b.pad(
            node,
            some(),
            some(),
            node.type.shape.map(() => below(2)),
          ),
        );
    },
    () => {
      const node = recent(reals);
      const { shape: own } = node.type;
      if (own.length === 0 || sizeOf(own) > 200) return;
      const other = b.unary(affordable() ? 'sin' : 'negate', node);
      reals.push(b.concat([node, fit(recent(reals), own), other], below(own.length)));
    },
    () => {
      const own = shape();
      if (own.length > 0) ints.push(b.iota(own, below(own.length)));
    },
    () => {
      const node = recent(reals);
      const { shape: own } = node.type;
      const indices = recent(ints);
      if (own.length === 0 || sizeOf(own) * sizeOf(indices.type.shape) > 2000) return;
      // Outside gives NaN, which spreads; most indices are inside.
      const gathered = b.gather(node, indices);
      const finite = b.unary('is_finite', gathered);
      reals.push(b.select(finite, gathered, b.like(gathered, 0.25)));
    },
    () => {
      const node = recent(reals);
      const { shape: own } = node.type;
      const indices = recent(ints);
      if (own.length === 0 || sizeOf(own) * sizeOf(indices.type.shape) > 2000) return;
      const updates = fit(recent(reals), [...indices.type.shape, ...own.slice(1)]);
      reals.push(
        tame(random() < 0.5 ? b.scatterAdd(node, indices, updates) : b.scatterSet(node, indices, updates)),
      );
    },
    () => {
      const [left, right] = [recent(reals), recent(reals)];
      const free = new Set(range(right.type.shape.length));
      const contract: [number, number][] = [];
      const batch: [number, number][] = [];
      left.type.shape.forEach((extent, axis) => {
        const partner = [...free].find((other) => right.type.shape[other] === extent);
        if (partner === undefined || random() < 0.3) return;
        free.delete(partner);
        (random() < 0.3 ? batch : contract).push([axis, partner]);
      });
      if (sizeOf(left.type.shape) * sizeOf(right.type.shape) > 5000) return;
      reals.push(tame(b.contraction(left, right, { batch, contract })));
    },
    () => {
      const node = recent(reals);
      if (node.type.shape.length > 0) ints.push(b.argsort(node, { descending: random() < 0.5 }));
    },
    () => reals.push(b.uniform(b.constant(3, 'int'), b.constant(2, 'int'), recent(ints), below(4), 1)),
    () => {
      const start = recent(reals);
      const weight = fit(recent(reals), start.type.shape);
      const max = below(4);
      const inner = new GraphBuilder();
      const [k, c, d, w] = [
        inner.parameter(int(), 'k'),
        inner.parameter(start.type, 'c'),
        inner.parameter(start.type, 'd'),
        inner.parameter(start.type, 'w'),
      ];
      const turned = inner.broadcastScalar(inner.cast(k, 'real'), start.type.shape);
      const sum = inner.binary('add', inner.binary('multiply', c, w), turned);
      const next =
        random() < 0.5
          ? inner.unary(affordable() ? 'sin' : 'tanh', sum)
          : inner.unary('tanh', inner.reverse(sum, range(start.type.shape.length)));
      // Carries may change places, or stay.
      const carries = random() < 0.3 ? [d, next] : random() < 0.5 ? [next, c] : [next, d];
      const body = inner.region([k, c, d, w], [...carries, inner.unary(affordable() ? 'cos' : 'abs', c)]);
      reals.push(
        ...b.loop({
          max,
          carries: [start, fit(recent(reals), start.type.shape)],
          invariants: [weight],
          body,
        }),
      );
    },
    () => {
      const condition = b.reshape(fit(recent(bools), []), []);
      const captured = recent(reals);
      const branch = (name: UnaryElementwise): Region => {
        const inner = new GraphBuilder();
        const a = inner.parameter(captured.type, 'a');
        return inner.region(
          [a],
          [inner.unary(name, a), random() < 0.5 ? a : inner.constant(1, 'real', captured.type.shape)],
        );
      };
      const parts = {
        condition,
        captured: [captured],
        then: branch(affordable() ? 'sin' : 'tanh'),
        otherwise: branch('abs'),
      };
      reals.push(...b.cond(parts));
    },
  ];
  for (let step = 0; step < length; step += 1) {
    choose(kinds)();
    const last = at(reals, reals.length - 1);
    if (sizeOf(last.type.shape) > 400) reals.pop();
  }
  const results = [...reals.slice(-3), choose(reals), choose(ints), choose(bools)];
  return b.region(parameters, results);
}
