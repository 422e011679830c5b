/**
 * Random draws that depend on nothing but their key: Philox4x32-10 (Salmon et al., 2011). The same words come from the
 * graph operator `uniform` on every back end.
 */

/** The high word of the product of two unsigned 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const first = aHigh * bLow + ((aLow * bLow) >>> 16);
  const second = aLow * bHigh + (first & 0xffff);
  return (aHigh * bHigh + (first >>> 16) + (second >>> 16)) >>> 0;
}

/** Uniform in (0, 1): word `word` for counter (index, step, 0, 0) and key (seed, stream). */
export function uniform(
  seed: number,
  step: number,
  index: number,
  stream: number,
  word: 0 | 1 | 2 | 3,
): number {
  return fraction(uniformBits(seed, step, index, stream, word));
}

/** The middle of one of 2^23 equal parts of (0, 1). */
export function fraction(bits: number): number {
  return (bits + 0.5) * 2 ** -23;
}

/** The number of the part that `uniform` draws: small enough that engines make no object of it. */
export function uniformBits(
  seed: number,
  step: number,
  index: number,
  stream: number,
  word: 0 | 1 | 2 | 3,
): number {
  let c0 = index >>> 0;
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
  return (word === 0 ? c0 : word === 1 ? c1 : word === 2 ? c2 : c3) >>> 9;
}
