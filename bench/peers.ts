/**
 * Eager tensor libraries to compare with. They are installed by `npm install` in `bench/peers/`, which the project
 * itself never needs; without them the bench says so and times only itself.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'peers');

/** The few operations of TensorFlow.js that the benches call; its own types are not installed here. */
export interface Tensor {
  readonly dataSync: () => Float32Array;
  readonly dispose: () => void;
  readonly assign: (value: Tensor) => void;
  readonly name: string;
  readonly reshape: (shape: readonly number[]) => Tensor;
}

export interface TensorFlow {
  readonly setBackend: (name: string) => Promise<boolean>;
  readonly ready: () => Promise<void>;
  readonly tidy: <T>(run: () => T) => T;
  readonly tensor: (values: Float32Array, shape: readonly number[]) => Tensor;
  readonly variable: (initial: Tensor) => Tensor;
  readonly oneHot: (indices: Tensor, depth: number) => Tensor;
  readonly cast: (value: Tensor, type: string) => Tensor;
  readonly matMul: (a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean) => Tensor;
  readonly add: (a: Tensor, b: Tensor | number) => Tensor;
  readonly sub: (a: Tensor, b: Tensor | number) => Tensor;
  readonly mul: (a: Tensor, b: Tensor | number) => Tensor;
  readonly neg: (a: Tensor) => Tensor;
  readonly softplus: (a: Tensor) => Tensor;
  readonly square: (a: Tensor) => Tensor;
  readonly tanh: (a: Tensor) => Tensor;
  readonly mean: (a: Tensor) => Tensor;
  readonly sum: (a: Tensor, axis?: number) => Tensor;
  readonly exp: (a: Tensor) => Tensor;
  readonly log: (a: Tensor) => Tensor;
  readonly max: (a: Tensor, axis: number, keepDims?: boolean) => Tensor;
  readonly train: {
    readonly sgd: (rate: number) => Optimizer;
    readonly adam: (rate: number, beta1: number, beta2: number, epsilon: number) => Optimizer;
  };
}

export interface Optimizer {
  readonly minimize: (loss: () => Tensor, returnCost: boolean, variables: readonly Tensor[]) => Tensor | null;
  readonly applyGradients: (gradients: Readonly<Record<string, Tensor | undefined>>) => void;
}

export interface Peer {
  readonly name: string;
  readonly tf: TensorFlow;
  readonly select: () => Promise<void>;
}

export async function findPeers(): Promise<readonly Peer[]> {
  if (!existsSync(path.join(folder, 'node_modules'))) return [];
  const require = createRequire(path.join(folder, 'package.json'));
  // The whole library brings the cpu backend and the gradients.
  const tf = require('@tensorflow/tfjs') as TensorFlow;
  const peers: Peer[] = [];
  for (const backend of ['cpu', 'wasm']) {
    try {
      if (backend === 'wasm') {
        const name = '@tensorflow/tfjs-backend-wasm';
        const loaded = require(name) as { readonly setWasmPaths: (prefix: string) => void };
        loaded.setWasmPaths(path.join(folder, 'node_modules', name, 'dist', path.sep));
      }
      await tf.setBackend(backend);
      await tf.ready();
      peers.push({
        name: `TensorFlow.js ${backend}`,
        tf,
        select: async () => {
          await tf.setBackend(backend);
          await tf.ready();
        },
      });
    } catch (error) {
      console.log(`no backend ${backend}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return peers;
}
