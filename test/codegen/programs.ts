/** Small whole programs built by hand: a network trained by Adam on batches, and logistic regression by descent. */
import { GraphBuilder } from '../../src/ir/builder.js';
import { vjp } from '../../src/ir/differentiate/derivatives.js';
import type { Node, Region } from '../../src/ir/graph.js';
import type { BoundRegion, Program, RegionInput } from '../../src/ir/program.js';
import { generator } from '../ir/inputs.js';
import { at, int, real } from '../../src/ir/types.js';

const file = { path: 'example.opt', text: '/// An example.\nminimize mean(loss)\n' };
export const span = { file, start: 15, end: 34 };

function bound(inputs: readonly RegionInput[], region: Region): BoundRegion {
  return { region, inputs };
}

const x: RegionInput = { kind: 'parameters' };
const data = (index: number): RegionInput => ({ kind: 'data', index });
const state = (index: number): RegionInput => ({ kind: 'state', index });

export interface Sizes {
  readonly rows: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
}

/** Mean cross-entropy of a network with one hidden layer: parameters x, X, y. */
export function networkLoss(rows: number, { inputs, hidden, classes }: Sizes): Region {
  const b = new GraphBuilder();
  const size = inputs * hidden + hidden + hidden * classes + classes;
  const vector = b.parameter(real(size), 'x');
  const X = b.parameter(real(rows, inputs), 'X');
  const y = b.parameter(int(rows), 'y');
  let start = 0;
  const take = (name: string, ...shape: number[]): Node => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    start += count;
    return b.withSpan(span, name, () => b.reshape(b.slice(vector, [start - count], [start]), shape));
  };
  const [W1, b1] = [take('W1', inputs, hidden), take('b1', hidden)];
  const [W2, b2] = [take('W2', hidden, classes), take('b2', classes)];
  const layer = (input: Node, W: Node, c: Node): Node => {
    const product = b.contraction(input, W, { contract: [[1, 0]] });
    return b.binary('add', product, b.broadcast(c, product.type.shape, [1]));
  };
  const h = b.withSpan(span, 'h', () => b.unary('tanh', layer(X, W1, b1)));
  const logits = b.withSpan(span, 'logits', () => layer(h, W2, b2));
  const top = b.stopGradient(b.reduce('max', logits, [1]));
  const shifted = b.binary('subtract', logits, b.broadcast(top, logits.type.shape, [0]));
  const logsumexp = b.binary('add', b.unary('log', b.reduce('sum', b.unary('exp', shifted), [1])), top);
  const picked = b.gather(logits, b.reshape(y, [rows, 1]), { batch: 1, inBounds: true });
  const losses = b.binary('subtract', logsumexp, b.reshape(picked, [rows]));
  const mean = b.binary('multiply', b.reduce('sum', losses, [0]), b.constant(1 / rows));
  return b.region([vector, X, y], [mean]);
}

/** Mean softplus margin loss plus a ridge: parameters x, X, y (of -1 and 1). */
export function logisticLoss(rows: number, inputs: number): Region {
  const b = new GraphBuilder();
  const w = b.parameter(real(inputs), 'w');
  const X = b.parameter(real(rows, inputs), 'X');
  const y = b.parameter(real(rows), 'y');
  const score = b.withSpan(span, 'score', () => b.contraction(X, w, { contract: [[1, 0]] }));
  const margin = b.binary('multiply', y, score);
  const loss = b.unary('softplus', b.unary('negate', margin));
  const mean = b.binary('multiply', b.reduce('sum', loss, [0]), b.constant(1 / rows));
  const ridge = b.binary('multiply', b.reduceAll('sum', b.unary('square', w)), b.constant(1e-3));
  return b.region([w, X, y], [b.binary('add', mean, ridge)]);
}

/** [value, gradient] in the given builder. */
export function valueAndGradient(b: GraphBuilder, loss: Region, inputs: readonly Node[]): [Node, Node] {
  const results = b.inline(vjp(loss, [0]), [...inputs, b.constant(1)]);
  return [at(results, 0), at(results, 1)];
}

function norm(b: GraphBuilder, g: Node): Node {
  return b.unary('sqrt', b.reduceAll('sum', b.unary('square', g)));
}

/** Rows of X and y, when the loss sees a batch. */
function sampled(b: GraphBuilder, X: Node, y: Node, batch: number | undefined): readonly Node[] {
  if (batch === undefined) return [X, y];
  const rows = b.parameter(int(batch), 'rows');
  return [rows, b.gather(X, rows, { inBounds: true }), b.gather(y, rows, { inBounds: true })];
}

interface Problem {
  readonly name: string;
  readonly size: number;
  readonly rows: number;
  readonly X: Node['type'];
  readonly y: Node['type'];
  readonly batch: number | undefined;
  readonly steps: number;
  readonly precision: 'f64' | 'f32';
  readonly classes: number | undefined;
  readonly loss: (rows: number) => Region;
}

function program(problem: Problem, optimizer: 'adam' | 'descent', lr: number): Program {
  const { size, rows, batch, steps } = problem;
  const adam = optimizer === 'adam';
  const step = new GraphBuilder();
  const vector = step.parameter(real(size), 'x');
  const [X, y] = [step.parameter(problem.X, 'X'), step.parameter(problem.y, 'y')];
  const moments = adam ? [step.parameter(real(size), 'm'), step.parameter(real(size), 'v')] : [];
  const t = step.parameter(int(), 't');
  const sample = sampled(step, X, y, batch);
  const [Xb, yb] = [at(sample, sample.length - 2), at(sample, sample.length - 1)];
  const [f, g] = valueAndGradient(step, problem.loss(batch ?? rows), [vector, Xb, yb]);
  const filled = (value: number): Node => step.constant(value, 'real', [size]);
  const scaled = (value: number, node: Node): Node => step.binary('multiply', filled(value), node);
  const next = ((): Node[] => {
    if (!adam) return [step.binary('subtract', vector, scaled(lr, g))];
    const m = step.binary('add', scaled(0.9, at(moments, 0)), scaled(0.1, g));
    const v = step.binary('add', scaled(0.999, at(moments, 1)), scaled(0.001, step.unary('square', g)));
    const correction = (beta: number): Node => {
      const decay = step.binary('power', step.constant(beta), step.cast(t, 'real'));
      return step.broadcastScalar(step.binary('subtract', step.constant(1), decay), [size]);
    };
    const root = step.unary('sqrt', step.binary('divide', v, correction(0.999)));
    const ratio = step.binary(
      'divide',
      step.binary('divide', m, correction(0.9)),
      step.binary('add', root, filled(1e-8)),
    );
    return [step.binary('subtract', vector, scaled(lr, ratio)), m, v];
  })();
  const stepInputs = [vector, X, y, ...moments, t, ...sample.slice(0, batch === undefined ? 0 : 1)];
  const one = step.constant(1, 'int');
  const stepRegion = step.region(stepInputs, [...next, f, norm(step, g), one]);
  const e = new GraphBuilder();
  const all = [e.parameter(real(size), 'x'), e.parameter(problem.X, 'X'), e.parameter(problem.y, 'y')];
  const [value, gradient] = valueAndGradient(e, problem.loss(rows), all);
  const r = new GraphBuilder();
  const again = [r.parameter(real(size), 'x'), r.parameter(problem.X, 'X'), r.parameter(problem.y, 'y')];
  const p = new GraphBuilder();
  const raw = [p.parameter(problem.X, 'X'), p.parameter(problem.y, 'y')];
  const i = new GraphBuilder();
  const seed = i.parameter(int(), 'seed');
  const draw = i.uniform(seed, i.constant(0, 'int'), i.iota([size], 0), 5, 0);
  const centred = i.binary('subtract', draw, i.constant(0.5, 'real', [size]));
  const s = new GraphBuilder();
  const zeros = s.constant(0, 'real', [size]);
  const rowSource: RegionInput[] = batch === undefined ? [] : [{ kind: 'rows' }];
  const own: RegionInput[] = adam ? [state(0), state(1)] : [];
  const bindings: RegionInput[] = [x, data(0), data(1), ...own, { kind: 'step' }, ...rowSource];
  const states = adam ? ['adam.m', 'adam.v'].map((name) => ({ name, type: real(size) })) : [];
  return {
    name: problem.name,
    precision: problem.precision,
    seed: 7,
    tables: [
      { dimension: 'N', rows, splits: [{ name: 'train', start: 0, count: rows }], shuffleSeed: undefined },
    ],
    hypers: [],
    raw: [
      { name: 'X', type: problem.X, classes: undefined, table: 0, origin: 'columns(all)', span },
      { name: 'y', type: problem.y, classes: problem.classes, table: 0, origin: 'column(label)', span },
    ],
    data: [
      { name: 'X', type: problem.X, span },
      { name: 'y', type: problem.y, span },
    ],
    prepare: bound(
      [
        { kind: 'raw', index: 0 },
        { kind: 'raw', index: 1 },
      ],
      p.region(raw, raw),
    ),
    parameters: [{ name: 'w', shape: [size], offset: 0, size, span }],
    size,
    initial: bound([{ kind: 'seed' }], i.region([seed], [centred])),
    phases: [
      {
        title: `${optimizer}(${lr})`,
        objective: { name: 'loss', sense: 'minimize' },
        states,
        start: bound(
          [],
          s.region(
            [],
            states.map(() => zeros),
          ),
        ),
        step: bound(bindings, stepRegion),
        measures: ['objective', 'grad_norm', 'evaluations'],
        stops: false,
        sampler:
          batch === undefined ? { kind: 'full' } : { kind: 'batch', table: 0, size: batch, inOrder: false },
        steps,
        stepsPerEpoch: batch === undefined ? 1 : Math.floor(rows / batch),
        evaluate: bound([x, data(0), data(1)], e.region(all, [value, norm(e, gradient)])),
        constraints: [],
        span,
      },
    ],
    reports: [
      {
        name: 'final_loss',
        type: real(),
        value: bound([x, data(0), data(1)], r.region(again, r.inline(problem.loss(rows), again))),
        span,
      },
    ],
  };
}

export function networkProgram(
  sizes: Sizes,
  batch: number | undefined,
  steps: number,
  precision: 'f64' | 'f32' = 'f64',
): Program {
  const { rows, inputs, hidden, classes } = sizes;
  return program(
    {
      name: 'network',
      size: inputs * hidden + hidden + hidden * classes + classes,
      rows,
      X: real(rows, inputs),
      y: int(rows),
      batch,
      steps,
      precision,
      classes,
      loss: (count) => networkLoss(count, sizes),
    },
    'adam',
    1e-2,
  );
}

export function logisticProgram(rows: number, inputs: number, steps: number): Program {
  return program(
    {
      name: 'logistic',
      size: inputs,
      rows,
      X: real(rows, inputs),
      y: real(rows),
      batch: undefined,
      steps,
      precision: 'f64',
      classes: undefined,
      loss: (count) => logisticLoss(count, inputs),
    },
    'descent',
    0.5,
  );
}

/** Arrays that fit the program's raw inputs. */
export function arraysFor(program: Program): Float64Array[] {
  const random = generator(11);
  return program.raw.map(({ type, classes }) =>
    new Float64Array(type.shape.reduce((product, extent) => product * extent, 1)).map(() => {
      if (classes !== undefined) return Math.floor(random() * classes);
      return type.shape.length === 1 ? (random() < 0.5 ? -1 : 1) : 2 * random() - 1;
    }),
  );
}
