/**
 * Scales by a power of two that brings the largest entry of a matrix between 1 and 2: squares of entries then neither
 * overflow nor vanish, and nothing is rounded.
 */
import { ScalarPrinter } from './launch_dialect.js';
import type { ModuleText } from './module_text.js';

/** The text of a NaN. */
export function nanText(module: ModuleText): string {
  return new ScalarPrinter(module).constant(NaN, 'real').text;
}

/** Defines `down` and `up`, the factors there and back, and `finite`; all threads of the workgroup agree on them. */
export function scaleLines(
  array: string,
  start: string,
  count: number,
  module: ModuleText,
): readonly string[] {
  const { threads } = module.profile;
  const shared = module.scratch('f32', threads);
  return [
    'var magnitude = 0u;',
    `for (var i = lane; i < ${count}; i += ${threads}) {`,
    `  magnitude = max(magnitude, bitcast<u32>(${array}[${start} + i]) & 0x7fffffffu);`,
    '}',
    'workgroupBarrier();',
    `${shared}[thread] = bitcast<f32>(magnitude);`,
    'workgroupBarrier();',
    `for (var i = 0; i < ${threads}; i += 1) { magnitude = max(magnitude, bitcast<u32>(${shared}[i])); }`,
    'let finite = magnitude < 0x7f800000u;',
    'let exponent = clamp(magnitude >> 23u, 1u, 253u);',
    'let down = bitcast<f32>((254u - exponent) << 23u);',
    'let up = bitcast<f32>(exponent << 23u);',
  ];
}
