/** What has to be asked of the engine before it compiles anything. */
import { setFlagsFromString } from 'node:v8';

/** Node 20 has fused products and sums of vectors behind a flag; later versions have them anyway. */
export function allowRelaxedVectors(): void {
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
