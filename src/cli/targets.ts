/** Which targets there are, and which are built. */
import { commandError, sayError } from './terminal.js';
import type { ExitStatus } from './terminal.js';

export function unsupportedTarget(target: string): ExitStatus | undefined {
  if (target === 'ts') return undefined;
  const planned = ['wasm', 'wgsl'].includes(target);
  const message = planned ? `the target \`${target}\` is not built yet` : `there is no target \`${target}\``;
  return sayError(commandError('AM0013', message, ['this version has the target `ts`']));
}
