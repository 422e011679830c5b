/** TensorFlow.js with its WebAssembly back end, eager. */
import path from 'node:path';
import type { TensorFlow, Tensor } from '../../peers.js';
import { contend, requirePeer } from './javascript.js';
import type { Arrays, Contender } from './javascript.js';

const tf = requirePeer('@tensorflow/tfjs') as TensorFlow;
const backend = requirePeer('@tensorflow/tfjs-backend-wasm') as {
  readonly setWasmPaths: (prefix: string) => void;
  readonly setThreadsCount: (count: number) => void;
};
backend.setWasmPaths(path.dirname(requirePeer.resolve('@tensorflow/tfjs-backend-wasm')) + path.sep);
backend.setThreadsCount(1);
await tf.setBackend('wasm');
await tf.ready();

type Optimizer = ReturnType<TensorFlow['train']['adam']>;

function training(variables: readonly Tensor[], loss: () => Tensor, optimizer: Optimizer): Contender {
  return {
    call: () => tf.tidy(() => void optimizer.minimize(loss, false, variables)),
    loss: () => tf.tidy(() => loss().dataSync()[0] ?? NaN),
  };
}

function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const logsumexp = tf.log(tf.sum(tf.exp(shifted), 1));
  return tf.mean(tf.sub(logsumexp, tf.sum(tf.mul(shifted, targets), 1)));
}

function tensorOf({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}): Tensor {
  return tf.tensor(data, shape);
}

function build({ about, values, first }: Arrays): Contender | undefined {
  const given = (name: string): Tensor => tensorOf(values(name));
  const variables = first.map((value) => tf.variable(tensorOf(value)));
  const [x = tf.variable(tf.tensor(new Float32Array(1), [1]))] = variables;
  const targets = (count: number): Tensor =>
    tf.cast(tf.oneHot(tf.cast(given('y'), 'int32'), count), 'float32');
  const adam = (rate: number): Optimizer => tf.train.adam(rate, 0.9, 0.999, 1e-8);
  switch (about.name) {
    case 'logistic': {
      const [X, y] = [given('X'), given('y')];
      const column = (vector: Tensor): Tensor => vector.reshape([-1, 1]);
      const [labels, w] = [column(y), x];
      const loss = (): Tensor =>
        tf.add(
          tf.mean(tf.softplus(tf.neg(tf.mul(labels, tf.matMul(X, column(w)))))),
          tf.mul(tf.sum(tf.square(w)), 1e-3),
        );
      return training(variables, loss, tf.train.sgd(0.5));
    }
    case 'mlp_64':
    case 'mlp_784': {
      const [X, y] = [given('X'), targets(10)];
      const [W1 = x, b1 = x, W2 = x, b2 = x] = variables;
      const hidden = (): Tensor => tf.tanh(tf.add(tf.matMul(X, W1), b1));
      return training(variables, () => crossEntropy(tf.add(tf.matMul(hidden(), W2), b2), y), adam(1e-2));
    }
    case 'adam_10m':
    case 'adam_400': {
      const { shape, data } = values('c');
      const size = about.name === 'adam_400' ? (shape[1] ?? 0) : data.length;
      const gradients = variables.map((_, index) =>
        tf.tensor(data.slice(index * size, (index + 1) * size), [size]),
      );
      const optimizer = adam(1e-3);
      const named = Object.fromEntries(variables.map((variable, index) => [variable.name, gradients[index]]));
      const loss = (): Tensor =>
        variables.map((variable, index) => tf.sum(tf.mul(variable, gradients[index] ?? x))).reduce(tf.add);
      return {
        call: () => tf.tidy(() => optimizer.applyGradients(named)),
        loss: () => tf.tidy(() => loss().dataSync()[0] ?? NaN),
      };
    }
    case 'matmul': {
      const [A, B] = [given('A'), given('B')];
      const sum = (): number =>
        tf.tidy(() =>
          tf
            .matMul(A, B)
            .dataSync()
            .reduce((total: number, value: number) => total + value, 0),
        );
      return { call: () => tf.tidy(() => void tf.matMul(A, B).dataSync()), loss: sum };
    }
    case 'cross_entropy': {
      const y = targets(1024);
      return training(variables, () => crossEntropy(x, y), tf.train.sgd(1));
    }
    case 'sinkhorn': {
      const C = given('C');
      const [n = 1, m = 1] = values('C').shape;
      const eps = 0.05;
      const logsumexp = (value: Tensor, axis: number): Tensor => {
        const peak = tf.max(value, axis, true);
        return tf.add(tf.log(tf.sum(tf.exp(tf.sub(value, peak)), axis)), peak.reshape([-1]));
      };
      const cost = (): number =>
        tf.tidy(() => {
          let f = tf.tensor(new Float32Array(n), [n]);
          let g = tf.tensor(new Float32Array(m), [m]);
          for (let turn = 0; turn < 200; turn += 1) {
            const rows = logsumexp(tf.mul(tf.sub(g.reshape([1, m]), C), 1 / eps), 1);
            f = tf.mul(tf.neg(tf.add(rows, Math.log(n))), eps);
            const columns = logsumexp(tf.mul(tf.sub(f.reshape([n, 1]), C), 1 / eps), 0);
            g = tf.mul(tf.neg(tf.add(columns, Math.log(m))), eps);
          }
          const both = tf.sub(tf.add(f.reshape([n, 1]), g.reshape([1, m])), C);
          return tf.sum(tf.mul(tf.exp(tf.mul(both, 1 / eps)), C)).dataSync()[0] ?? NaN;
        });
      return { call: () => void cost(), loss: cost };
    }
    default:
      return undefined;
  }
}

await contend(build);
