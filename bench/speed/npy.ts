/** Arrays that the benches wrote themselves: `.npy` of doubles in row-major order. */

export function decodeNpy(bytes: Uint8Array): {
  readonly shape: readonly number[];
  readonly data: Float32Array;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 10 + view.getUint16(8, true);
  const header = Buffer.from(bytes.subarray(10, start)).toString('latin1');
  const extents = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '';
  const shape = extents
    .split(',')
    .filter((text) => text.trim() !== '')
    .map(Number);
  const data = new Float32Array((bytes.byteLength - start) / 8);
  for (let index = 0; index < data.length; index += 1) data[index] = view.getFloat64(start + 8 * index, true);
  return { shape, data };
}
