/** The training problems of the bench: the compiled program, and the same step in an eager library. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { instantiate } from '../src/codegen/typescript/instantiate.js';
import { compileSource, rawArrays } from '../src/compile.js';
import type { DataSource } from '../src/runtime/data/source.js';
import { numbers } from './timing.js';
import type { Peer, Tensor } from './peers.js';

const folder = path.dirname(fileURLToPath(import.meta.url));

export interface Runner {
  readonly step: () => void;
  /** The objective at the present parameters. */
  readonly loss: () => number;
}

export interface Problem {
  readonly name: string;
  readonly compiled: (precision: 'f64' | 'f32') => Promise<Runner & { readonly source: string }>;
  readonly eager: (peer: Peer) => Promise<Runner>;
}

interface Array {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

async function compileFile(file: string, arrays: Readonly<Record<string, Array>>) {
  const source = { path: path.join(folder, file), text: readFileSync(path.join(folder, file), 'utf8') };
  const data = new Map<string, DataSource>();
  for (const [name, array] of Object.entries(arrays)) data.set(name, { kind: 'array', path: name, ...array });
  const { compilation, diagnostics } = await compileSource(source, { data });
  if (compilation === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return compilation;
}

async function compiledRunner(
  file: string,
  arrays: Readonly<Record<string, Array>>,
  precision: 'f64' | 'f32',
) {
  const compilation = await compileFile(file, arrays);
  const compiled = instantiate({ ...compilation.program, precision });
  compiled.load(rawArrays(compilation.program, compilation.bound));
  compiled.initialize(compilation.program.seed);
  compiled.startPhase(0);
  return {
    compiled,
    source: compiled.source,
    step: () => compiled.step(0),
    loss: () => compiled.evaluate(0)[0] ?? NaN,
  };
}

function uniformArray(shape: readonly number[], seed: number): Array {
  const next = numbers(seed);
  return { shape, data: new Float64Array(shape.reduce((product, extent) => product * extent, 1)).map(next) };
}

export function logistic(rows: number, inputs: number): Problem {
  const X = uniformArray([rows, inputs], 1);
  const noise = numbers(2);
  const y: Array = {
    shape: [rows],
    data: new Float64Array(rows).map((_, row) => {
      const score = (X.data[row * inputs] ?? 0) - (X.data[row * inputs + 1] ?? 0) + 0.5 * noise();
      return score > 0 ? 1 : -1;
    }),
  };
  return {
    name: `logistic regression ${rows} x ${inputs}, gradient descent`,
    compiled: (precision) => compiledRunner('logistic.opt', { X, y }, precision),
    eager: async (peer) => {
      await peer.select();
      const { tf } = peer;
      const features = tf.tensor(Float32Array.from(X.data), X.shape);
      const labels = tf.tensor(Float32Array.from(y.data), [rows, 1]);
      const w = tf.variable(tf.tensor(new Float32Array(inputs), [inputs, 1]));
      const loss = (): Tensor =>
        tf.add(
          tf.mean(tf.softplus(tf.neg(tf.mul(labels, tf.matMul(features, w))))),
          tf.mul(tf.sum(tf.square(w)), 1e-3),
        );
      const optimizer = tf.train.sgd(0.5);
      return {
        step: () => tf.tidy(() => void optimizer.minimize(loss, false, [w])),
        loss: () => tf.tidy(() => loss().dataSync()[0] ?? NaN),
      };
    },
  };
}

export function network(rows: number, inputs: number, hidden: number, classes: number): Problem {
  const X = uniformArray([rows, inputs], 3);
  const y: Array = {
    shape: [rows],
    data: new Float64Array(rows).map(
      (_, row) => Math.abs(Math.round(10 * (X.data[row * inputs] ?? 0))) % classes,
    ),
  };
  return {
    name: `network ${inputs}-${hidden}-${classes}, ${rows} rows a step, Adam`,
    compiled: (precision) => compiledRunner('network.opt', { X, y }, precision),
    eager: async (peer) => {
      const { compiled } = await compiledRunner('network.opt', { X, y }, 'f64');
      await peer.select();
      const { tf } = peer;
      const start = Float32Array.from(compiled.parameters);
      let offset = 0;
      const take = (...shape: number[]): Tensor => {
        const size = shape.reduce((product, extent) => product * extent, 1);
        offset += size;
        return tf.variable(tf.tensor(start.slice(offset - size, offset), shape));
      };
      const [W1, b1, W2, b2] = [take(inputs, hidden), take(hidden), take(hidden, classes), take(classes)];
      const features = tf.tensor(Float32Array.from(X.data), X.shape);
      const labels = tf.oneHot(tf.cast(tf.tensor(Float32Array.from(y.data), [rows]), 'int32'), classes);
      const targets = tf.cast(labels, 'float32');
      const loss = (): Tensor => {
        const h = tf.tanh(tf.add(tf.matMul(features, W1), b1));
        const logits = tf.add(tf.matMul(h, W2), b2);
        const shifted = tf.sub(logits, tf.max(logits, 1, true));
        const logsumexp = tf.log(tf.sum(tf.exp(shifted), 1));
        return tf.mean(tf.sub(logsumexp, tf.sum(tf.mul(shifted, targets), 1)));
      };
      const optimizer = tf.train.adam(1e-2, 0.9, 0.999, 1e-8);
      const variables = [W1, b1, W2, b2];
      return {
        step: () => tf.tidy(() => void optimizer.minimize(loss, false, variables)),
        loss: () => tf.tidy(() => loss().dataSync()[0] ?? NaN),
      };
    },
  };
}
