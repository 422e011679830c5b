/**
 * The program in this process: as WebAssembly where the engine can and its memory is enough, otherwise as printed
 * TypeScript. Who asks for one of them by name gets that one or hears why not.
 */
import type { Compilation } from '../compile.js';
import { prepareFastRun, prepareRun, prepareWasmRun } from '../compile.js';
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
  const isDeterministic = deterministic === true;
  if (!isDeterministic) allowRelaxedVectors();
  if (target !== 'wasm') return prepareFastRun(compilation, host, isDeterministic);
  if (typeof WebAssembly === 'undefined') return noWebAssembly();
  const made = await prepareWasmRun(compilation, host, isDeterministic);
  return made.ok ? made.compiled : tooLarge(made.needed);
}
