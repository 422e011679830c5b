/** jax-js with its WebAssembly device: gradients and compiled steps. Arrays are counted; `.ref` keeps one for later. */
import { contend, requirePeer } from './javascript.js';
import type { Arrays, Contender } from './javascript.js';

/** As much of an array of jax-js as is used here; its own types are not installed with the project. */
interface Value {
  readonly ref: Value;
  readonly add: (other: Value | number) => Value;
  readonly sub: (other: Value | number) => Value;
  readonly mul: (other: Value | number) => Value;
  readonly div: (other: Value | number) => Value;
  readonly neg: () => Value;
  readonly sum: (axis?: number) => Value;
  readonly mean: (axis?: number) => Value;
  readonly reshape: (shape: readonly number[]) => Value;
  readonly dataSync: () => Float32Array;
  readonly dispose: () => void;
}

type Tree = readonly Value[];

interface Library {
  readonly init: (...devices: string[]) => Promise<readonly string[]>;
  readonly defaultDevice: (device: string) => string;
  readonly jit: <F>(f: F) => F;
  readonly grad: (f: (x: Tree) => Value) => (x: Tree) => Tree;
  readonly numpy: {
    readonly array: (data: Float32Array | Int32Array) => Value;
    readonly zeros: (shape: readonly number[]) => Value;
    readonly matmul: (a: Value, b: Value) => Value;
    readonly square: (a: Value) => Value;
    readonly sqrt: (a: Value) => Value;
    readonly tanh: (a: Value) => Value;
    readonly exp: (a: Value) => Value;
  };
  readonly nn: {
    readonly softplus: (a: Value) => Value;
    readonly logsumexp: (a: Value, axis: number) => Value;
    readonly oneHot: (labels: Value, count: number) => Value;
  };
}

const { href } = new URL(`file://${requirePeer.resolve('@jax-js/jax')}`);
const jax = (await import(href)) as Library;
await jax.init('wasm');
jax.defaultDevice('wasm');
const { numpy: np, nn, jit, grad } = jax;

function arrayOf({ shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array }): Value {
  return np.array(data).reshape(shape);
}

const kept = (tree: Tree): Tree => tree.map((value) => value.ref);

/** Steps `update(parameters, state)` with everything compiled; what was is given up to what comes. */
function stepping(
  first: Tree,
  state: Tree,
  update: (all: Tree) => Tree,
  objective: (parameters: Tree) => Value,
): Contender {
  let now = [...first, ...state];
  const step = jit(update);
  const value = jit(objective);
  return {
    call: () => {
      now = [...step(now)];
      // The library computes when it is asked for a number.
      now.slice(0, first.length).forEach((each) => void each.ref.dataSync());
    },
    loss: () => value(kept(now.slice(0, first.length))).dataSync()[0] ?? NaN,
  };
}

function descent(first: Tree, rate: number, objective: (x: Tree) => Value): Contender {
  const slope = grad(objective);
  const update = (x: Tree): Tree => {
    const g = slope(kept(x));
    return x.map((value, index) => value.sub((g[index] ?? value).mul(rate)));
  };
  return stepping(first, [], update, objective);
}

/** State: first moments, second moments, the powers of both decays. */
function adam(first: Tree, rate: number, objective: (x: Tree) => Value, fixed?: Tree): Contender {
  const count = first.length;
  const slope = fixed === undefined ? grad(objective) : () => kept(fixed);
  const zeros = first.map((value) => np.zeros((value as unknown as { shape: number[] }).shape));
  const more = first.map((value) => np.zeros((value as unknown as { shape: number[] }).shape));
  const update = (all: Tree): Tree => {
    const x = all.slice(0, count);
    const [p1, p2] = all.slice(3 * count);
    if (p1 === undefined || p2 === undefined) throw new Error('two powers are part of the state');
    const g = slope(kept(x));
    const m = all
      .slice(count, 2 * count)
      .map((old, index) => old.mul(0.9).add((g[index] ?? old).ref.mul(0.1)));
    const v = all
      .slice(2 * count, 3 * count)
      .map((old, index) => old.mul(0.999).add(np.square(g[index] ?? old).mul(0.001)));
    const [q1, q2] = [p1.mul(0.9), p2.mul(0.999)];
    const moved = x.map((value, index) => {
      const [first_, second] = [m[index] ?? value, v[index] ?? value];
      const root = np.sqrt(second.ref.div(q2.ref.neg().add(1))).add(1e-8);
      return value.sub(first_.ref.div(q1.ref.neg().add(1)).div(root).mul(rate));
    });
    return [...moved, ...m, ...v, q1, q2];
  };
  const one = (): Value => np.array(new Float32Array([1])).reshape([]);
  return stepping(first, [...zeros, ...more, one(), one()], update, objective);
}

function crossEntropy(logits: Value, targets: Value): Value {
  const sum = nn.logsumexp(logits.ref, 1);
  return sum.sub(logits.mul(targets).sum(1)).mean();
}

function build({ about, values, first }: Arrays): Contender | undefined {
  const start = first.map(arrayOf);
  const given = (name: string): Value => arrayOf(values(name));
  const targets = (count: number): Value => nn.oneHot(np.array(Int32Array.from(values('y').data)), count);
  switch (about.name) {
    case 'logistic': {
      const [X, y] = [given('X'), given('y')];
      return descent(start, 0.5, ([w]) => {
        if (w === undefined) throw new Error('one parameter');
        const margin = y.ref.mul(np.matmul(X.ref, w.ref)).neg();
        return nn.softplus(margin).mean().add(np.square(w).sum().mul(1e-3));
      });
    }
    case 'mlp_64':
    case 'mlp_784': {
      const [X, y] = [given('X'), targets(10)];
      return adam(start, 1e-2, ([W1, b1, W2, b2]) => {
        if (W1 === undefined || b1 === undefined || W2 === undefined || b2 === undefined) {
          throw new Error('four parameters');
        }
        const hidden = np.tanh(np.matmul(X.ref, W1).add(b1));
        return crossEntropy(np.matmul(hidden, W2).add(b2), y.ref);
      });
    }
    case 'adam_10m':
    case 'adam_400': {
      const { data } = values('c');
      const size = data.length / start.length;
      const gradients = start.map((_, index) => np.array(data.slice(index * size, (index + 1) * size)));
      const objective = (x: Tree): Value =>
        x.map((value, index) => value.mul((gradients[index] ?? value).ref).sum()).reduce((a, b) => a.add(b));
      return adam(start, 1e-3, objective, gradients);
    }
    case 'matmul': {
      const [A, B] = [given('A'), given('B')];
      const product = jit((pair: Tree): Value => {
        const [a, b] = pair;
        if (a === undefined || b === undefined) throw new Error('two factors');
        return np.matmul(a, b);
      });
      const run = (): Float32Array => product([A.ref, B.ref]).dataSync();
      return { call: () => void run(), loss: () => run().reduce((total, value) => total + value, 0) };
    }
    case 'cross_entropy': {
      const y = targets(1024);
      return descent(start, 1, ([logits]) => {
        if (logits === undefined) throw new Error('one parameter');
        return crossEntropy(logits, y.ref);
      });
    }
    default:
      return undefined;
  }
}

await contend(build);
