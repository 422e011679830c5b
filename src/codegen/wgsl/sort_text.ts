/**
 * The stable order of lanes of numbers. Numbers become unsigned keys of the same order, NaN last; ties go by position, so there
 * is one right answer and any way of sorting finds it. Short lanes count, for each element, those before it; long ones go
 * through a bitonic network, one workgroup a lane, in place in the result.
 */
import type { Span } from '../../parser/source.js';
import type { DeviceFunction } from './device_function.js';
import type { ModuleText } from './module_text.js';
import { pointsLoop } from './print_moves.js';

const longestCounted = 256;

export interface Argsort {
  readonly values: { readonly array: string; readonly base: string };
  readonly isReal: boolean;
  readonly order: { readonly array: string; readonly base: string };
  readonly length: number;
  readonly lanes: number;
  readonly descending: boolean;
  readonly span: Span | undefined;
}

export function printArgsort(sort: Argsort, module: ModuleText): DeviceFunction {
  const name = module.fresh('argsort');
  const key = module.fresh(`${name}_key`);
  const before = module.fresh(`${name}_before`);
  module.declare([...keyLines(key, sort), ...beforeLines(before, key)]);
  return sort.length <= longestCounted
    ? countingFunction(name, key, sort)
    : networkFunction(name, before, sort, module);
}

function keyLines(key: string, { values, isReal, descending }: Argsort): readonly string[] {
  const [open, direction] = [`fn ${key}(index: i32) -> u32 {`, descending ? '~' : ''];
  const value = `${values.array}[index]`;
  if (!isReal) return [open, `  return ${direction}(bitcast<u32>(${value}) ^ 0x80000000u);`, '}'];
  return [
    open,
    `  let bits = bitcast<u32>(${value});`,
    '  let magnitude = bits & 0x7fffffffu;',
    '  if (magnitude > 0x7f800000u) { return 0xffffffffu; }',
    `  if (magnitude == 0u) { return ${direction}0x80000000u; }`,
    `  return ${direction}select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);`,
    '}',
  ];
}

/** Does the element `left` of the lane that begins at `start` come before `right`? */
function beforeLines(before: string, key: string): readonly string[] {
  return [
    `fn ${before}(start: i32, left: i32, right: i32) -> bool {`,
    `  let left_key = ${key}(start + left);`,
    `  let right_key = ${key}(start + right);`,
    '  return left_key < right_key || (left_key == right_key && left < right);',
    '}',
  ];
}

function countingFunction(name: string, key: string, sort: Argsort): DeviceFunction {
  const { length, lanes, values, order } = sort;
  const count = length * lanes;
  return {
    name,
    lines: pointsLoop(count, [
      `let own = i32(point) % ${length};`,
      'let start = i32(point) - own;',
      `let own_key = ${key}(${values.base} + i32(point));`,
      'var rank = 0;',
      `for (var other = 0; other < ${length}; other += 1) {`,
      `  let other_key = ${key}(${values.base} + start + other);`,
      '  if (other_key < own_key || (other_key == own_key && other < own)) { rank += 1; }',
      '}',
      `${order.array}[${order.base} + start + rank] = own;`,
    ]),
    work: { kind: 'points', count },
    span: sort.span,
  };
}

/**
 * Every comparison of the network puts the smaller key at the smaller position, so positions beyond the end of a lane may
 * be thought to hold the largest key, and are never touched.
 */
function networkFunction(name: string, before: string, sort: Argsort, module: ModuleText): DeviceFunction {
  const { length, lanes, values, order } = sort;
  let padded = 1;
  while (padded < length) padded *= 2;
  const exchange = [
    `if (high < ${length}) {`,
    `  let left = ${order.array}[to + low];`,
    `  let right = ${order.array}[to + high];`,
    `  if (${before}(start, right, left)) {`,
    `    ${order.array}[to + low] = right;`,
    `    ${order.array}[to + high] = left;`,
    '  }',
    '}',
  ];
  const pairs = `for (var t = lane; t < ${padded / 2}; t += ${module.profile.threads}) {`;
  return {
    name,
    lines: [
      'let lane = i32(thread);',
      `for (var team = group; team < ${lanes}u; team += groups) {`,
      `  let start = ${values.base} + i32(team) * ${length};`,
      `  let to = ${order.base} + i32(team) * ${length};`,
      `  for (var i = lane; i < ${length}; i += ${module.profile.threads}) { ${order.array}[to + i] = i; }`,
      '  storageBarrier();',
      `  for (var span = 2; span <= ${padded}; span *= 2) {`,
      `    ${pairs}`,
      '      let within = t % (span / 2);',
      '      let block = (t / (span / 2)) * span;',
      '      let low = block + within;',
      '      let high = block + span - 1 - within;',
      ...exchange.map((line) => `      ${line}`),
      '    }',
      '    storageBarrier();',
      '    for (var half = span / 4; half > 0; half /= 2) {',
      `      ${pairs}`,
      '        let low = (t / half) * 2 * half + t % half;',
      '        let high = low + half;',
      ...exchange.map((line) => `        ${line}`),
      '      }',
      '      storageBarrier();',
      '    }',
      '  }',
      '}',
    ],
    work: { kind: 'teams', count: lanes },
    span: sort.span,
  };
}
