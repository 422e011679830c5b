/** What the JavaScript contenders share: a workload's folder, and the line that each prints. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeNpy } from '../npy.js';
import { readDescription } from '../folder.js';
import type { Description } from '../folder.js';
import { fastest } from '../../timing.js';

export interface Arrays {
  readonly about: Description;
  readonly values: (name: string) => { readonly shape: readonly number[]; readonly data: Float32Array };
  /** The first parameters in the order of the program. */
  readonly first: readonly { readonly shape: readonly number[]; readonly data: Float32Array }[];
}

/** A step, and the loss at the present parameters. */
export interface Contender {
  readonly call: () => void;
  readonly loss: () => number;
}

/** Loads a library from the folder that the benches install their peers in. */
export const requirePeer = createRequire(
  path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'peers', 'package.json'),
);

function readArrays(folder: string): Arrays {
  const about = readDescription(folder);
  const values: Arrays['values'] = (name) => decodeNpy(readFileSync(path.join(folder, `${name}.npy`)));
  const { data } = values('first');
  let offset = 0;
  const first = about.parameters.map(({ shape }) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    offset += size;
    return { shape, data: data.slice(offset - size, offset) };
  });
  return { about, values, first };
}

/** `PEER FOLDER SECONDS`: prints loss and microseconds as JSON, or why there are none. */
export async function contend(
  build: (arrays: Arrays) => Promise<Contender | undefined> | Contender | undefined,
): Promise<void> {
  const [folder = '', seconds = '1'] = process.argv.slice(2);
  const arrays = readArrays(folder);
  const contender = await build(arrays);
  if (contender === undefined) {
    console.log(JSON.stringify({ missing: 'not written for this library' }));
    return;
  }
  for (let step = 0; step < arrays.about.steps; step += 1) contender.call();
  const loss = contender.loss();
  console.log(JSON.stringify({ loss, microseconds: fastest(contender.call, Number(seconds)).microseconds }));
}
