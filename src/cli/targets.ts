/** Which targets there are, and which are built. */
import { commandError, sayError } from './terminal.js';
import type { ExitStatus } from './terminal.js';

/** The targets of a command in this version. */
const built = {
  run: ['ts', 'wasm', 'wgsl'],
  compile: ['ts', 'wgsl'],
  sweep: ['ts', 'wasm', 'wgsl'],
} as const;

export function unsupportedTarget(
  command: keyof typeof built,
  target: string | undefined,
): ExitStatus | undefined {
  const known: readonly string[] = built[command];
  if (target === undefined || known.includes(target)) return undefined;
  const planned = ['wasm', 'wgsl'].includes(target);
  const message = planned
    ? `\`argmin ${command}\` does not have the target \`${target}\` yet`
    : `there is no target \`${target}\``;
  const names = known.map((name) => `\`${name}\``).join(' and ');
  const inside =
    command === 'compile' && target === 'wasm' ? ['what `--target ts` writes has WebAssembly in it'] : [];
  return sayError(commandError('AM0013', message, [`in this version it has ${names}`, ...inside]));
}

export function noWebAssembly(): ExitStatus {
  return sayError(
    commandError('AM0013', 'this engine has no WebAssembly', ['`--target ts` needs none of it']),
  );
}

/** A memory that the engine has not, or that no module could address. */
export function tooLarge(needed: number): ExitStatus {
  const gigabytes = (needed / 2 ** 30).toFixed(1);
  return sayError(
    commandError(
      'AM0013',
      `the program needs ${gigabytes} GiB in one memory, more than \`wasm\` can have here`,
      ['`--target ts` has no such bound'],
    ),
  );
}
