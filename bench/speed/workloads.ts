/**
 * The workloads that are timed here and in other libraries: a problem in the language, the arrays that a host hands in,
 * and what is timed of it. A workload is written to a folder (arrays and first parameters as .npy, names and
 * sizes as JSON) from which every contender reads the same numbers.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { numbers } from '../timing.js';

const folder = path.dirname(fileURLToPath(import.meta.url));

export interface WorkloadArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly arrays: Readonly<Record<string, WorkloadArray>>;
  /** `step`: one step of training; `report`: the first report; `solve`: a whole solve until its condition holds. */
  readonly timed: 'step' | 'report' | 'solve';
  readonly precision: 'f32' | 'f64';
  /** Steps from the same start after which the losses are compared; 1 for the other kinds. */
  readonly steps: number;
  /** How far losses may be apart, relative to their size. */
  readonly tolerance: number;
  /** Work of one call in multiplications and additions, where it is the point of the workload. */
  readonly flops?: number;
}

function uniform(shape: readonly number[], seed: number, scale = 1): WorkloadArray {
  const next = numbers(seed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { shape, data: new Float64Array(size).map(() => Math.fround(scale * next())) };
}

function classes(shape: readonly number[], count: number, seed: number): WorkloadArray {
  const { data } = uniform(shape, seed);
  return { shape, data: data.map((value) => Math.min(count - 1, Math.floor(((value + 1) / 2) * count))) };
}

function file(name: string): string {
  return readFileSync(path.join(folder, name), 'utf8');
}

function signs(X: WorkloadArray): WorkloadArray {
  const [rows = 0, inputs = 1] = X.shape;
  const noise = numbers(2);
  const score = (row: number): number =>
    (X.data[row * inputs] ?? 0) - (X.data[row * inputs + 1] ?? 0) + 0.5 * noise();
  return { shape: [rows], data: new Float64Array(rows).map((_, row) => (score(row) > 0 ? 1 : -1)) };
}

const stepwise = { timed: 'step', precision: 'f32', steps: 50, tolerance: 1e-3 } as const;

export function logistic(rows: number): Workload {
  const features = uniform([rows, 20], 1);
  return {
    ...stepwise,
    name: 'logistic',
    title: `logistic regression, ${rows} x 20, full batch, gradient descent`,
    source: file('../logistic.opt'),
    arrays: { X: features, y: signs(features) },
  };
}

export function network(rows: number, inputs: number, hidden: number): Workload {
  return {
    ...stepwise,
    name: `mlp_${inputs}`,
    title: `MLP ${inputs}-${hidden}-10, batch ${rows}, Adam`,
    source: file('../network.opt').replace('[32]', `[${hidden}]`),
    arrays: { X: uniform([rows, inputs], 3), y: classes([rows], 10, 4) },
  };
}

export function manyTensors(count: number, size: number): Workload {
  const names = Array.from({ length: count }, (_, index) => `x${index}`);
  const source = [
    `data { c: real[T, S] }`,
    ...names.map((name) => `param ${name}: real[${size}] = 1`),
    `minimize ${names.map((name, index) => `dot(c[${index}], ${name})`).join(' + ')}`,
    `solve using adam(lr = 1e-3) for 100000 steps`,
  ].join('\n');
  return {
    ...stepwise,
    name: 'adam_400',
    title: `Adam update alone, ${count} tensors of ${size}`,
    source,
    arrays: { c: uniform([count, size], 5) },
  };
}

function largeAdam(size: number): Workload {
  return {
    ...stepwise,
    steps: 5,
    name: 'adam_10m',
    title: `Adam update alone, ${size / 1e6} million parameters`,
    source:
      'data { c: real[P] }\nparam x: real[P] = 1\nminimize dot(c, x)\nsolve using adam(lr = 1e-3) for 100000 steps',
    arrays: { c: uniform([size], 6) },
  };
}

function transformer(): Workload {
  const [batch, length, letters] = [32, 64, 64];
  return {
    ...stepwise,
    steps: 5,
    name: 'transformer',
    title: 'character transformer, 4 layers, width 128, 64 tokens, batch 32',
    source: file('transformer.opt'),
    arrays: { tokens: classes([batch, length], letters, 7), next: classes([batch, length], letters, 8) },
  };
}

export const workloads: readonly (() => Workload)[] = [
  () => logistic(1000),
  () => network(64, 64, 32),
  () => network(128, 784, 128),
  () => largeAdam(10_000_000),
  () => manyTensors(400, 64),
  () => ({
    name: 'matmul',
    title: 'matmul 1024',
    source: 'data { A: real[n, n] B: real[n, n] }\nreport product = A @ B',
    arrays: { A: uniform([1024, 1024], 9), B: uniform([1024, 1024], 10) },
    timed: 'report',
    precision: 'f32',
    steps: 1,
    tolerance: 1e-3,
    flops: 2 * 1024 ** 3,
  }),
  () => ({
    ...stepwise,
    steps: 5,
    name: 'cross_entropy',
    title: 'softmax cross-entropy forward and backward, 4096 x 1024',
    source: file('cross_entropy.opt'),
    arrays: { start: uniform([4096, 1024], 11), y: classes([4096], 1024, 12) },
  }),
  () => ({
    name: 'lbfgs',
    title: 'L-BFGS, Rosenbrock n = 100, to gradient norm 1e-8, f64',
    source: file('rosenbrock.opt'),
    arrays: {},
    timed: 'solve',
    precision: 'f64',
    steps: 1,
    tolerance: 1e-9,
  }),
  () => ({
    name: 'sinkhorn',
    title: 'Sinkhorn 256 x 256, 200 iterations',
    source: file('sinkhorn.opt'),
    arrays: { C: { ...uniform([256, 256], 13), data: uniform([256, 256], 13).data.map(Math.abs) } },
    timed: 'report',
    precision: 'f32',
    steps: 1,
    tolerance: 1e-3,
  }),
  transformer,
];
