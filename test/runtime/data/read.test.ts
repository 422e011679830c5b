import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse as parseRecords } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitPlain } from '../../../src/runtime/data/delimited.js';
import { formatOf, parseData, readTable } from '../../../src/runtime/data/read.js';
import { readNpy, writeNpy } from '../../../src/runtime/data/npy.js';
import { selectColumn, selectColumns } from '../../../src/runtime/data/select.js';
import type { DataResult } from '../../../src/runtime/data/fault.js';
import type { DataFormat, DataSource, Table } from '../../../src/runtime/data/source.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string, format: DataFormat = 'csv'): DataResult<DataSource> =>
  parseData(bytes(text), format, `data.${format}`);

function table(result: DataResult<DataSource>): Table {
  if (!result.ok || result.value.kind !== 'table') throw new Error(JSON.stringify(result));
  return result.value;
}

function codes(result: DataResult<unknown>): readonly string[] {
  return result.ok ? [] : result.faults.map((each) => each.code);
}

describe('CSV and TSV', () => {
  it('without quotes are split as the parser for quoted ones would read them', () => {
    const text = fc.string({
      maxLength: 40,
      unit: fc.constantFrom('a', ',', '\n', ' ', '1', '\t', '\uFEFF'),
    });
    const options = { bom: true, relax_column_count: true, skip_empty_lines: true } as const;
    fc.assert(
      fc.property(text, fc.constantFrom(',', '\t'), (plain, delimiter) => {
        expect(splitPlain(plain, delimiter)).toEqual(parseRecords(plain, { ...options, delimiter }));
      }),
    );
  });

  it('come back as they were written, whatever their cells hold', () => {
    const cell = fc.string({
      minLength: 1,
      maxLength: 6,
      unit: fc.constantFrom('a', '"', ',', '\n', ' ', '1', 'é', '\t'),
    });
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 5 })
          .chain((width) =>
            fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
          ),
        fc.constantFrom<['csv' | 'tsv', string]>(['csv', ','], ['tsv', '\t']),
        fc.constantFrom('\n', '\r\n'),
        (rows, [format, delimiter], lineEnd) => {
          const header = rows[0]?.map((_, index) => `c${index}`) ?? [];
          const text = [header, ...rows].map((row) => row.map(quote).join(delimiter)).join(lineEnd);
          const read = table(parse(text, format));
          expect(read.names).toEqual(header);
          expect(read.rows).toBe(rows.length);
          rows.forEach((row, r) => row.forEach((value, c) => expect(read.cell(r, c)).toBe(value)));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('give every finite number back exactly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        (values) => {
          const read = table(parse('x\n' + values.map(String).join('\n')));
          const column = selectColumn(read, 'x', 'real');
          expect(column.ok && [...column.value.data].map((v) => v + 0)).toEqual(values.map((v) => v + 0));
        },
      ),
    );
  });

  it('ignore a byte order mark', () => {
    expect(table(parse('\uFEFFa,b\n1,2\n')).names).toEqual(['a', 'b']);
  });

  it('report every ragged row with its line', () => {
    const result = parse('a,b\n1,2\n3\n4,5,6\n');
    expect(codes(result)).toEqual(['AM4005', 'AM4005']);
    expect(result.ok || result.faults.map((each) => each.place?.line)).toEqual([3, 4]);
  });

  it('report a non-numeric cell with line and column, behind quoted cells too', () => {
    const read = table(parse('a,b\n1,2\n"x\ny",3\n"1",oops\n'));
    const result = selectColumn(read, 'b', 'real');
    expect(codes(result)).toEqual(['AM4006']);
    expect(result.ok || result.faults[0]?.place).toMatchObject({
      line: 5,
      column: 5,
      length: 4,
      text: '"1",oops',
    });
    expect(result.ok || result.faults[0]?.message).toContain('line 5, column 5');
  });

  it.each([
    ['an empty file', '', 'AM4007'],
    ['a header alone', 'a,b\n', 'AM4007'],
    ['a repeated name', 'a,b,a\n1,2,3\n', 'AM4012'],
    ['an unclosed quote', 'a,b\n1,"2\n', 'AM4005'],
    ['a binary file', 'a\0b', 'AM4020'],
  ])('refuse %s', (_, text, code) => {
    expect(codes(parse(text))).toEqual([code]);
  });

  it.each([
    ['an empty cell', '', 'real', 'AM4008'],
    ['NaN', 'NaN', 'real', 'AM4008'],
    ['NA', 'NA', 'int', 'AM4008'],
    ['an infinity', '-inf', 'real', 'AM4008'],
    ['a word', 'one', 'real', 'AM4006'],
    ['hexadecimal', '0x10', 'real', 'AM4006'],
    ['a fraction as int', '1.5', 'int', 'AM4006'],
    ['a large int', '2147483648', 'int', 'AM4006'],
    ['two as a truth value', '2', 'bool', 'AM4006'],
  ] as const)('refuse %s in a numeric column', (_, text, type, code) => {
    expect(codes(selectColumn(table(parse(`a,b\n1,${text}\n`)), 'b', type))).toEqual([code]);
  });

  it('report a few bad cells and count the others', () => {
    const result = selectColumn(table(parse('a\n' + 'x\n'.repeat(50))), 'a', 'real');
    expect(codes(result)).toHaveLength(5);
    expect(result.ok || result.faults[4]?.notes).toContain('and 45 more cells like these');
  });
});

describe('JSON', () => {
  it('as records, as columns and as CSV is the same table', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), {
          minLength: 1,
        }),
        (rows) => {
          const sources = [
            parse(JSON.stringify(rows.map(([a, b]) => ({ a, b }))), 'json'),
            parse(JSON.stringify({ a: rows.map(([a]) => a), b: rows.map(([, b]) => b) }), 'json'),
            parse('a,b\n' + rows.map((row) => row.join(',')).join('\n')),
          ].map(table);
          const arrays = sources.map((source) =>
            selectColumns(source, { kind: 'columns', items: [{ kind: 'range', from: 'a', to: 'b' }] }),
          );
          for (const array of arrays) {
            expect(array.ok && [...array.value.data].map((v) => v + 0)).toEqual(
              rows.flat().map((v) => v + 0),
            );
            expect(array.ok && array.value.shape).toEqual([rows.length, 2]);
          }
        },
      ),
    );
  });

  it('as nested arrays is one array with a shape', () => {
    const result = parse('[[1, 2, 3], [4, 5, 6]]', 'json');
    expect(result).toMatchObject({ ok: true, value: { kind: 'array', shape: [2, 3] } });
  });

  it.each([
    ['damaged text', '[1, 2', 'AM4015'],
    ['a number', '3', 'AM4015'],
    ['an empty array', '[]', 'AM4007'],
    ['ragged nested arrays', '[[1, 2], [3]]', 'AM4005'],
    ['a word in an array', '[1, "two"]', 'AM4006'],
    ['records with other keys', '[{"a": 1}, {"b": 2}]', 'AM4005'],
    ['columns of different lengths', '{"a": [1, 2], "b": [1]}', 'AM4005'],
    ['an array in a record', '[{"a": [1]}]', 'AM4006'],
  ])('refuses %s', (_, text, code) => {
    expect(codes(parse(text, 'json'))).toEqual([code]);
  });
});

describe('NPY', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
        fc.infiniteStream(fc.double()),
        (shape, numbers) => {
          const data = Float64Array.from(
            { length: shape.reduce((a, b) => a * b, 1) },
            () => numbers.next().value,
          );
          const read = readNpy(writeNpy(shape, data), 'x.npy');
          expect(read).toEqual({ ok: true, value: { kind: 'array', path: 'x.npy', shape, data } });
        },
      ),
    );
  });

  /** A file by hand: descriptor, order flag, shape, payload. */
  function file(descriptor: string, fortran: boolean, shape: string, payload: Uint8Array): Uint8Array {
    const header = `{'descr': '${descriptor}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`;
    const length = new Uint8Array(Uint16Array.of(header.length).buffer);
    return Uint8Array.from([0x93, ...bytes('NUMPY'), 1, 0, ...length, ...bytes(header), ...payload]);
  }
  const raw = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer);

  it('in Fortran order becomes row-major', () => {
    const read = readNpy(file('<f8', true, '(2, 3)', raw(Float64Array.of(1, 4, 2, 5, 3, 6))), 'x.npy');
    expect(read.ok && [...read.value.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['<f4', raw(Float32Array.of(0.5, -2))],
    ['|i1', raw(Int8Array.of(1, -2))],
    ['<i2', raw(Int16Array.of(1, -2))],
    ['<i4', raw(Int32Array.of(1, -2))],
    ['<i8', raw(BigInt64Array.of(1n, -2n))],
    ['|u1', raw(Uint8Array.of(1, 255))],
    ['<u2', raw(Uint16Array.of(1, 65535))],
    ['<u4', raw(Uint32Array.of(1, 4294967295))],
    ['|b1', raw(Uint8Array.of(1, 0))],
    ['>f8', raw(Float64Array.of(0.5, -2)).map((_, i, all) => all[(i & 8) + 7 - (i & 7)] ?? 0)],
  ])('reads elements of type %s', (descriptor, payload) => {
    const expected: Record<string, number[]> = {
      '<f4': [0.5, -2],
      '>f8': [0.5, -2],
      '|u1': [1, 255],
      '<u2': [1, 65535],
      '<u4': [1, 4294967295],
      '|b1': [1, 0],
    };
    const read = readNpy(file(descriptor, false, '(2,)', payload), 'x.npy');
    expect(read.ok && [...read.value.data]).toEqual(expected[descriptor] ?? [1, -2]);
  });

  it.each([
    ['other bytes', bytes('a,b\n1,2\n3,4,5\n')],
    ['complex numbers', file('<c16', false, '(1,)', new Uint8Array(16))],
    ['a wrong length', file('<f8', false, '(3,)', new Uint8Array(16))],
    ['a structured type', file("', [('a', '<f8')], '", false, '(1,)', new Uint8Array(8))],
    ['a header cut off', file('<f8', false, '(2,)', new Uint8Array(16)).subarray(0, 30)],
  ])('refuses %s', (_, content) => {
    expect(codes(readNpy(content, 'x.npy'))).toEqual(['AM4013']);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (content) => void readNpy(content, 'x.npy')));
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'argmin-'));
    mkdirSync(path.join(folder, 'inside'));
    writeFileSync(path.join(folder, 'secret.csv'), 'a\n1\n');
    writeFileSync(path.join(folder, 'inside/a.csv'), 'a\n1\n');
    writeFileSync(path.join(folder, 'inside/a.csv.gz'), gzipSync('a\n7\n'));
    writeFileSync(path.join(folder, 'inside/magic.csv'), gzipSync('a\n8\n'));
    writeFileSync(path.join(folder, 'inside/cut.csv.gz'), gzipSync('a\n7\n').subarray(0, 15));
    writeFileSync(path.join(folder, 'inside/plain.csv.gz'), 'a\n7\n');
    writeFileSync(path.join(folder, 'inside/bytes.csv'), Uint8Array.of(0xff, 0xfe, 0x00, 0x80));
    symlinkSync(path.join(folder, 'secret.csv'), path.join(folder, 'inside/link.csv'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (
    name: string,
    within: string | undefined = path.join(folder, 'inside'),
  ): DataResult<DataSource> =>
    readTable(path.join(folder, 'inside', name), undefined, { within, shown: name });

  it('are unpacked when they are gzip, by their ending or their first bytes', () => {
    expect(table(read('a.csv.gz')).cell(0, 0)).toBe('7');
    expect(table(read('magic.csv')).cell(0, 0)).toBe('8');
  });

  it.each([
    ['a missing file', 'none.csv', 'AM4001'],
    ['a path below a file', 'a.csv/b.csv', 'AM4001'],
    ['a path outside', '../secret.csv', 'AM4002'],
    ['a link that leads outside', 'link.csv', 'AM4002'],
    ['a truncated gzip file', 'cut.csv.gz', 'AM4014'],
    ['text that calls itself gzip', 'plain.csv.gz', 'AM4014'],
    ['bytes that are not UTF-8', 'bytes.csv', 'AM4020'],
    ['an unknown ending', 'a.dat', 'AM4019'],
  ])('refuse %s', (_, name, code) => {
    expect(codes(read(name))).toEqual([code]);
  });

  it('outside are read when that is allowed', () => {
    expect(readTable(path.join(folder, 'secret.csv'), undefined, { within: undefined }).ok).toBe(true);
  });

  it('tell their format by their ending', () => {
    expect(['a.CSV', 'b.tsv.gz', 'c.npy', 'd.json', 'e.txt', 'f', 'g.constructor'].map(formatOf)).toEqual([
      'csv',
      'tsv',
      'npy',
      'json',
      'text',
      undefined,
      undefined,
    ]);
  });
});
