/** A workload on disk: what every contender reads, in whatever language it is written. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { instantiate } from '../../src/codegen/typescript/instantiate.js';
import { compileSource, rawArrays } from '../../src/compile.js';
import type { Compilation } from '../../src/compile.js';
import { writeNpy } from '../../src/runtime/data/npy.js';
import type { DataSource } from '../../src/runtime/data/source.js';
import type { Workload } from './workloads.js';

/** What stands in `workload.json`. */
export interface Description {
  readonly name: string;
  readonly timed: Workload['timed'];
  readonly precision: Workload['precision'];
  readonly steps: number;
  /** In the order of `start.npy`. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export async function compileWorkload(workload: Workload): Promise<Compilation> {
  const data = new Map<string, DataSource>();
  for (const [name, array] of Object.entries(workload.arrays)) {
    data.set(name, { kind: 'array', path: name, ...array });
  }
  const source = { path: `${workload.name}.opt`, text: workload.source };
  const { compilation, diagnostics } = await compileSource(source, { data });
  if (compilation === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return { ...compilation, program: { ...compilation.program, precision: workload.precision } };
}

/** Writes arrays, first parameters and the description. */
export async function writeWorkload(workload: Workload, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { program, bound } = await compileWorkload(workload);
  const compiled = instantiate(program);
  compiled.load(rawArrays(program, bound));
  compiled.initialize(program.seed);
  const write = (name: string, shape: readonly number[], values: ArrayLike<number>): void =>
    writeFileSync(path.join(folder, `${name}.npy`), writeNpy(shape, Float64Array.from(values)));
  for (const [name, { shape, data }] of Object.entries(workload.arrays)) write(name, shape, data);
  write('first', [program.size], compiled.parameters);
  const description: Description = {
    name: workload.name,
    timed: workload.timed,
    precision: workload.precision,
    steps: workload.steps,
    parameters: program.parameters.map(({ name, shape }) => ({ name, shape })),
  };
  writeFileSync(path.join(folder, 'workload.json'), JSON.stringify(description));
}

export function readDescription(folder: string): Description {
  return JSON.parse(readFileSync(path.join(folder, 'workload.json'), 'utf8')) as Description;
}
