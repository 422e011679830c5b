/**
 * NumPy's NPY format, versions 1 to 3: a magic string, a header that is a Python dictionary, then the numbers.
 * Arrays in Fortran order are turned into row-major ones.
 */
import { fault, success } from './fault.js';
import type { DataResult } from './fault.js';
import type { NumberArray } from './source.js';

type Reader = (view: DataView, offset: number, littleEndian: boolean) => number;

/** Element codes with their size in bytes. */
const readers: Readonly<Record<string, readonly [number, Reader]>> = {
  f8: [8, (view, offset, little) => view.getFloat64(offset, little)],
  f4: [4, (view, offset, little) => view.getFloat32(offset, little)],
  i1: [1, (view, offset) => view.getInt8(offset)],
  i2: [2, (view, offset, little) => view.getInt16(offset, little)],
  i4: [4, (view, offset, little) => view.getInt32(offset, little)],
  i8: [8, (view, offset, little) => Number(view.getBigInt64(offset, little))],
  u1: [1, (view, offset) => view.getUint8(offset)],
  u2: [2, (view, offset, little) => view.getUint16(offset, little)],
  u4: [4, (view, offset, little) => view.getUint32(offset, little)],
  u8: [8, (view, offset, little) => Number(view.getBigUint64(offset, little))],
  b1: [1, (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1)],
};

const MAGIC = '\x93NUMPY';

export function readNpy(bytes: Uint8Array, path: string): DataResult<NumberArray> {
  const wrong = (why: string, ...notes: string[]): DataResult<NumberArray> =>
    fault('AM4013', `"${path}" is not an NPY file that can be read: ${why}`, notes);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || latin1(bytes.subarray(0, 6)) !== MAGIC)
    return wrong('it does not begin with `\\x93NUMPY`');
  const version = bytes[6];
  if (version !== 1 && version !== 2 && version !== 3)
    return wrong(`format version ${String(version)} is unknown`);
  const headerStart = version === 1 ? 10 : 12;
  if (bytes.length < headerStart) return wrong('it ends inside its header');
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = headerStart + headerLength;
  if (start > bytes.length) return wrong('it ends inside its header');

  const header = latin1(bytes.subarray(headerStart, start));
  const descriptor = /'descr'\s*:\s*'([<>|=])([a-zA-Z]\d+)'/.exec(header);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header);
  const extents = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header);
  if (descriptor === null || order === null || extents === null) {
    return wrong(
      'its header lacks a plain `descr`, `fortran_order` or `shape`',
      `the header is ${header.trim()}`,
    );
  }
  const reader = readers[descriptor[2] ?? ''];
  if (reader === undefined) {
    return wrong(
      `elements of type \`${descriptor[2] ?? ''}\` are not supported`,
      `supported: ${Object.keys(readers).join(', ')}; save it with \`.astype("f8")\``,
    );
  }
  const shape = (extents[1] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map(Number);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const [size, read] = reader;
  if (bytes.length - start !== count * size) {
    return wrong(
      `its shape (${shape.join(', ')}) needs ${count * size} bytes and it has ${bytes.length - start}`,
    );
  }
  const data = new Float64Array(count);
  const little = descriptor[1] !== '>';
  for (let index = 0; index < count; index += 1) data[index] = read(view, start + index * size, little);
  return success({ kind: 'array', path, shape, data: order[1] === 'True' ? fromFortran(data, shape) : data });
}

/** Row-major order of an array whose first index runs fastest. */
function fromFortran(data: Float64Array, shape: readonly number[]): Float64Array {
  const result = new Float64Array(data.length);
  const index = shape.map(() => 0);
  for (let source = 0; source < data.length; source += 1) {
    let target = 0;
    shape.forEach((extent, axis) => (target = target * extent + (index[axis] ?? 0)));
    result[target] = data[source] ?? 0;
    for (let axis = 0; axis < shape.length; axis += 1) {
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next === shape[axis] ? 0 : next;
      if (next !== shape[axis]) break;
    }
  }
  return result;
}

/** Little-endian f8, row-major, version 1. */
export function writeNpy(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const extents = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(', ');
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${extents}), }`;
  const padding = (64 - ((10 + text.length + 1) % 64)) % 64;
  const header = text + ' '.repeat(padding) + '\n';
  const bytes = new Uint8Array(10 + header.length + 8 * data.length);
  const view = new DataView(bytes.buffer);
  [...MAGIC].forEach((character, index) => view.setUint8(index, character.charCodeAt(0)));
  view.setUint8(6, 1);
  view.setUint16(8, header.length, true);
  [...header].forEach((character, index) => view.setUint8(10 + index, character.charCodeAt(0)));
  for (let index = 0; index < data.length; index += 1) {
    view.setFloat64(10 + header.length + 8 * index, data[index] ?? 0, true);
  }
  return bytes;
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
