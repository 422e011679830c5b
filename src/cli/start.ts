#!/usr/bin/env node
/**
 * The entry of the `argmin` command in the package. A cold start spends much of its time compiling the program's
 * JavaScript, so what V8 compiled for a command is kept beside the program for the next start.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';
import type * as Program from './program.js';

/** A digest of the program, which the build puts here: code is kept for exactly one program. */
declare const programDigest: string;

const folder = path.dirname(fileURLToPath(import.meta.url));
const programFile = path.join(folder, 'program.cjs');
const commands = ['check', 'compile', 'explain', 'fmt', 'run', 'sweep', 'test'];

async function start(): Promise<void> {
  const command = process.argv[2] ?? '';
  const kept = commands.includes(command)
    ? path.join(folder, 'compiled', `${command}-${programDigest}-${process.versions.v8}`)
    : undefined;
  const cachedData = kept === undefined ? undefined : readKept(kept);
  const script = new vm.Script(
    // Kept code cannot import modules by itself.
    `(function (exports, require, module, __filename, importModule) {${readFileSync(programFile, 'utf8')}\n})`,
    { filename: programFile, ...(cachedData === undefined ? {} : { cachedData }) },
  );
  const wrapper = script.runInThisContext() as (...given: readonly unknown[]) => void;
  const program = { exports: {} };
  const importModule = (specifier: string): Promise<unknown> => import(specifier);
  wrapper(program.exports, createRequire(import.meta.url), program, programFile, importModule);
  await (program.exports as typeof Program).main();
  const taken = cachedData !== undefined && script.cachedDataRejected !== true;
  if (kept !== undefined && !taken) keep(kept, script);
}

function readKept(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** The package's folder may not be ours to write to: then nothing is kept. */
function keep(file: string, script: vm.Script): void {
  try {
    // Kept code is only taken under the flags that it was made with, and a start has none.
    setFlagsFromString('--no-experimental-wasm-relaxed-simd');
    mkdirSync(path.dirname(file), { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, script.createCachedData());
    renameSync(unfinished, file);
  } catch {
    return;
  }
}

await start();
