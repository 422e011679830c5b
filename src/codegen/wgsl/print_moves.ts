/** Copies and fills: one element a thread. */
import type { Schedule } from '../../ir/nest.js';
import type { DeviceFunction } from './device_function.js';
import type { ModuleText } from './module_text.js';
import { sharedByThreads } from './device_launch.js';
import { ScalarPrinter } from './launch_dialect.js';

type Step<K extends Schedule['kind']> = Extract<Schedule, { kind: K }>;

export function printCopy({ from, to, size }: Step<'copy'>, module: ModuleText): readonly DeviceFunction[] {
  const value = module.element(from, 'i32(point)');
  return overPoints(size, `copy_${to.label}`, [`${module.element(to, 'i32(point)')} = ${value};`], module);
}

export function printFill({ to, size, value }: Step<'fill'>, module: ModuleText): readonly DeviceFunction[] {
  const cell = module.element(to, 'i32(point)');
  const number = new ScalarPrinter(module).constant(value, to.dtype === 'real' ? 'real' : 'int').text;
  return overPoints(size, `fill_${to.label}`, [`${cell} = ${number};`], module);
}

function overPoints(
  count: number,
  name: string,
  body: readonly string[],
  module: ModuleText,
): readonly DeviceFunction[] {
  if (count === 0) return [];
  const lines = pointsLoop(count, body);
  return [{ name: module.fresh(name), lines, work: { kind: 'points', count }, span: undefined }];
}

/** Shares `count` points out among all threads. */
export function pointsLoop(count: number, body: readonly string[]): readonly string[] {
  return [`${sharedByThreads(count)} {`, ...body.map((line) => `  ${line}`), '}'];
}
