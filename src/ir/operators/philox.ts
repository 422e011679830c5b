/** Philox4x32-10 (Salmon et al., 2011) as a scalar helper, the same words on every back end. */
import { precedence, template } from './elementwise/lowering.js';
import type { HelperFunction } from './elementwise/lowering.js';
import { multiplyHighU32 } from './elementwise/wgsl/exact.js';
import { wgslFunction } from './elementwise/wgsl/lowering.js';
import type { WgslLowering } from './elementwise/wgsl/lowering.js';

/** The high word of the product of two unsigned 32-bit words. */
const multiplyHigh: HelperFunction = {
  name: 'multiplyHigh',
  parameters: ['a', 'b'],
  body: `  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const first = aHigh * bLow + ((aLow * bLow) >>> 16);
  const second = aLow * bHigh + (first & 0xffff);
  return (aHigh * bHigh + (first >>> 16) + (second >>> 16)) >>> 0;`,
  calls: [],
};

/** Uniform in (0, 1): word `word` for counter (index, step, 0, 0) and key (seed, stream). */
export const philoxUniform: HelperFunction = {
  name: 'philoxUniform',
  parameters: ['seed', 'step', 'index', 'stream', 'word'],
  body: `  let c0 = index >>> 0;
  let c1 = step >>> 0;
  let c2 = 0;
  let c3 = 0;
  let k0 = seed >>> 0;
  let k1 = stream >>> 0;
  for (let round = 0; round < 10; round += 1) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0) >>> 0;
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  const chosen = word === 0 ? c0 : word === 1 ? c1 : word === 2 ? c2 : c3;
  return ((chosen >>> 9) + 0.5) * 1.1920928955078125e-7;`,
  calls: [multiplyHigh],
};

/** The same words in WGSL. The 24 bits of the result are exact in f32, so it stays within (0, 1). */
export const wgslPhiloxUniform = wgslFunction(
  'philox_uniform',
  [
    ['seed', 'i32'],
    ['step', 'i32'],
    ['index', 'i32'],
    ['stream', 'u32'],
    ['word', 'u32'],
  ],
  'f32',
  `  var c = vec4<u32>(bitcast<u32>(index), bitcast<u32>(step), 0u, 0u);
  var k0 = bitcast<u32>(seed);
  var k1 = stream;
  for (var round = 0u; round < 10u; round += 1u) {
    let high0 = multiply_high(0xd2511f53u, c.x);
    let low0 = 0xd2511f53u * c.x;
    let high1 = multiply_high(0xcd9e8d57u, c.z);
    let low1 = 0xcd9e8d57u * c.z;
    c = vec4<u32>(high1 ^ c.y ^ k0, low1, high0 ^ c.w ^ k1, low0);
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  return (f32(c[word] >> 9u) + 0.5) * 1.1920928955078125e-7;`,
  [multiplyHighU32],
);

/** A draw as WGSL; its operands are seed, step and index, all i32. */
export function wgslUniform(stream: number, word: number): WgslLowering {
  return {
    ...template(
      precedence.primary,
      [precedence.additive, precedence.additive, precedence.additive],
      (seed, step, index) =>
        `${wgslPhiloxUniform.name}(${seed}, ${step}, ${index}, ${stream >>> 0}u, ${word}u)`,
    ),
    helpers: [wgslPhiloxUniform],
  };
}
