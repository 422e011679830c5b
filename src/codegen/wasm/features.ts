/** What the engine that runs us can do, found by asking it to validate a small module. */
import { constant, defineFunction, operate } from './code.js';
import type { Code } from './code.js';
import { encodeModule } from './encode.js';
import type { WasmOptions } from './program-code.js';

function accepts(result: Code): boolean {
  const probe = defineFunction('probe', [], result.type);
  probe.result = result;
  return WebAssembly.validate(encodeModule({ exports: [probe], memory: 0 }));
}

/** @param deterministic the same bits on every machine: nothing that may or may not be fused */
export function engineOptions(deterministic = false): WasmOptions {
  const zero = operate('f32x4.splat', constant('f32', 0));
  return {
    vectors: accepts(zero),
    functions: 'own',
    relaxed: !deterministic && accepts(operate('f32x4.relaxed_madd', zero, zero, zero)),
  };
}
