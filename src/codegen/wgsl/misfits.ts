/** What keeps a program off a device, in the words of its source: sizes beyond the limits, functions of the host. */
import type { Program } from '../../ir/program.js';
import type { Diagnostic } from '../../parser/diagnostic.js';
import type { Span } from '../../parser/source.js';
import type { Arena } from '../../runtime/webgpu/plan.js';
import type { TooLarge } from './device_layout.js';
import type { DeviceLimits } from './device_limits.js';

/** @param bank the most elements of one binding */
export function arraysTooLarge(arrays: readonly TooLarge[], bank: number, span: Span): Diagnostic {
  const [first, ...others] = [...arrays].sort((left, right) => right.bytes - left.bytes);
  if (first === undefined) throw new Error('compiler bug: no array is too large');
  const more = others.slice(0, 4).map(({ label, bytes }) => `\`${label}\` takes ${bytesText(bytes)}`);
  return {
    code: 'AM6050',
    severity: 'error',
    message: `\`${first.label}\` takes ${bytesText(first.bytes)}, and the device gives a kernel ${bytesText(bank * 4)} at most in one piece`,
    span,
    notes: [
      ...more,
      'an array lies in one storage buffer, whose size the device limits (maxStorageBufferBindingSize)',
      'make it smaller (a smaller batch, fewer rows at once), or run with `--target ts`',
    ],
  };
}

export function tooManyArenas(arenas: readonly Arena[], limits: DeviceLimits, span: Span): Diagnostic {
  const bytes = arenas.reduce((total, { size }) => total + 4 * size, 0);
  const { maxStorageBuffersPerShaderStage: count, maxStorageBufferBindingSize: each } = limits;
  return {
    code: 'AM6051',
    severity: 'error',
    message: `the program takes ${bytesText(bytes)}, and the device gives a kernel ${count} storage buffers of ${bytesText(each)} at most`,
    span,
    notes: [
      'data, parameters, the optimizer and everything in between lie on the device together',
      'make it smaller (a smaller batch, fewer rows), or run with `--target ts`',
    ],
  };
}

/** Functions of the host cannot be called from a device. */
export function functionsOfTheHost(program: Program): readonly Diagnostic[] {
  return (program.externs ?? []).map(({ name, span }) => ({
    code: 'AM6052',
    severity: 'error',
    message: `\`${name}\` is a function of the host, which a device cannot call`,
    span,
    notes: ['run with `--target ts`', 'or write the function in the language'],
  }));
}

export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${Number(size.toPrecision(3))} ${units[unit] ?? ''}`;
}
