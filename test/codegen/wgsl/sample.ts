/** Reals to try functions on: dense where functions bend, all bit patterns, and the values at which they branch. */

const edges = [
  ...[0, -0, Infinity, -Infinity, NaN, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1.5, -1.5, 2.5, -2.5, 8, 10, 0.1],
  ...[1e30, -1e30, 1e-40, -1e-40, 2 ** -126, -(2 ** -126), 2 ** -149, 3.4e38, -3.4e38, 1e-20, -1e-20],
  ...[88.7, 88.73, -87.3, -87.4, -103, -104, 9.19, 10.05, 12.5, 0.7, -0.29, 0.41, 4096, 4097, 200, -200],
  ...[16777216, 16777217, 8388609.5, Math.PI, Math.PI / 2, Math.PI / 4, -7, 1e10, 36.5, 1.4616321325302124],
].map(Math.fround);

/** A small generator of 32-bit words (Marsaglia's xorshift), so that every run tries the same values. */
function words(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Two columns: all pairs of edges first, then `count` pairs in all. */
export function samplePairs(count: number, seed = 20260725): readonly [Float32Array, Float32Array] {
  const word = words(seed);
  const signed = (): number => word() / 2 ** 31 - 1;
  const [x, y] = [new Float32Array(count), new Float32Array(count)];
  const [xBits, yBits] = [new Uint32Array(x.buffer), new Uint32Array(y.buffer)];
  let index = 0;
  for (const a of edges) {
    for (const b of edges) {
      x[index] = a;
      y[index] = b;
      index += 1;
    }
  }
  for (; index < count; index += 1) {
    const kind = index % 8;
    if (kind < 2) xBits[index] = word();
    else if (kind < 5) x[index] = signed() * 2 ** (4 + 4 * signed());
    else if (kind < 6) x[index] = signed() * 12;
    else if (kind < 7) x[index] = signed() * 1.2;
    else x[index] = 1 + signed() * 2 ** -(10 + 10 * signed());
    if (index % 3 === 0) yBits[index] = word();
    else y[index] = signed() * 2 ** (5 + 5 * signed());
  }
  return [x, y];
}
