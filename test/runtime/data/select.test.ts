import { describe, expect, it } from 'vitest';
import { parseData } from '../../../src/runtime/data/read.js';
import {
  checkElements,
  selectCharacters,
  selectClasses,
  selectColumns,
  selectedColumns,
} from '../../../src/runtime/data/select.js';
import type { Table } from '../../../src/runtime/data/source.js';

function table(text: string): Table {
  const result = parseData(new TextEncoder().encode(text), 'csv', 'data.csv');
  if (!result.ok || result.value.kind !== 'table') throw new Error('not a table');
  return result.value;
}

const wide = table('a,b,c,d\n1,2,3,4\n5,6,7,8\n');

describe('a selection of columns', () => {
  it('takes a run by position, and single names in the order written', () => {
    const items = [
      { kind: 'one', name: 'd' },
      { kind: 'range', from: 'a', to: 'c' },
    ] as const;
    expect(selectedColumns(wide, { kind: 'columns', items })).toEqual({ ok: true, value: [3, 0, 1, 2] });
  });

  it('takes all except some', () => {
    const result = selectColumns(wide, { kind: 'all_except', names: [{ name: 'b' }] });
    expect(result.ok && [...result.value.data]).toEqual([1, 3, 4, 5, 7, 8]);
  });

  it('reports every missing name with the names there are', () => {
    const result = selectedColumns(wide, { kind: 'all_except', names: [{ name: 'e' }, { name: 'f' }] });
    expect(result.ok || result.faults.map(({ code, unknown }) => [code, unknown?.name])).toEqual([
      ['AM4004', 'e'],
      ['AM4004', 'f'],
    ]);
    expect(result.ok || result.faults[0]?.unknown?.known).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses a run that goes backwards', () => {
    const result = selectedColumns(wide, { kind: 'columns', items: [{ kind: 'range', from: 'c', to: 'a' }] });
    expect(result.ok || result.faults[0]?.code).toBe('AM4018');
  });
});

describe('a column of classes', () => {
  it('has its sorted words as levels', () => {
    const result = selectClasses(table('y\nred\nblue\nred\n'), 'y', undefined);
    expect(result).toEqual({
      ok: true,
      value: { indices: Float64Array.of(1, 0, 1), levels: ['blue', 'red'] },
    });
  });

  it('sorts by number when all are numbers', () => {
    const result = selectClasses(table('y\n10\n9\n10\n'), 'y', undefined);
    expect(result.ok && result.value.levels).toEqual(['9', '10']);
  });

  it('keeps whole numbers that are class numbers already', () => {
    const result = selectClasses(table('y\n3\n1\n'), 'y', 5);
    expect(result.ok && [...result.value.indices]).toEqual([3, 1]);
  });

  it('refuses more classes than there is room for', () => {
    const result = selectClasses(table('y\na\nb\nc\n'), 'y', 2);
    expect(result.ok || result.faults[0]?.code).toBe('AM4010');
  });

  it('refuses an absent value', () => {
    const result = selectClasses(table('x,y\n1,a\n2,\n'), 'y', undefined);
    expect(result.ok || result.faults[0]?.code).toBe('AM4008');
  });
});

it('characters are classes in code point order, beyond 16 bits too', () => {
  const result = selectCharacters({ kind: 'text', path: 't', text: 'b😀ab' }, undefined);
  expect(result).toEqual({
    ok: true,
    value: { indices: Float64Array.of(1, 2, 0, 1), levels: ['a', 'b', '😀'] },
  });
});

describe('a whole array', () => {
  const array = (...values: number[]): Parameters<typeof checkElements>[0] => ({
    kind: 'array',
    path: 'x.npy',
    shape: [1, values.length],
    data: Float64Array.from(values),
  });

  it.each([
    ['NaN', [1, NaN], 'real', undefined, 'AM4008'],
    ['a fraction among ints', [0.5], 'int', undefined, 'AM4006'],
    ['three among truth values', [3], 'bool', undefined, 'AM4006'],
    ['a class that is too large', [0, 4], 'class', 4, 'AM4009'],
    ['a negative class', [-1], 'class', undefined, 'AM4009'],
  ] as const)('with %s is refused', (_, values, type, classes, code) => {
    const result = checkElements(array(...values), type, classes);
    expect(result.ok || result.faults[0]?.code).toBe(code);
  });

  it('names the place of the bad element', () => {
    const result = checkElements(array(1, 2, NaN), 'real', undefined);
    expect(result.ok || result.faults[0]?.message).toContain('[0, 2]');
  });
});
