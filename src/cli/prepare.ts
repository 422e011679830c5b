/**
 * The program in this process: as WebAssembly where the engine can and its memory is enough, otherwise as printed
 * TypeScript. Who asks for one of them by name gets that one or hears why not.
 */
import type { Compilation } from '../compile.js';
import { prepareRun, prepareWasmRun } from '../compile.js';
import type { CompiledProgram } from '../runtime/compiled.js';
import type { Host } from '../runtime/host.js';
import { allowRelaxedVectors } from './engine.js';
import { noWebAssembly, tooLarge } from './targets.js';
import type { ExitStatus } from './terminal.js';

export interface PreparationOptions {
  readonly target?: string;
  readonly deterministic?: true;
}

export async function prepareHere(
  compilation: Compilation,
  { target, deterministic }: PreparationOptions,
  host: Host,
): Promise<CompiledProgram | ExitStatus> {
  if (target === 'ts') return prepareRun(compilation, host);
  if (typeof WebAssembly === 'undefined') {
    return target === 'wasm' ? noWebAssembly() : prepareRun(compilation, host);
  }
  if (deterministic !== true) allowRelaxedVectors();
  const made = await prepareWasmRun(compilation, host, deterministic);
  if (made.ok) return made.compiled;
  return target === 'wasm' ? tooLarge(made.needed) : prepareRun(compilation, host);
}
