import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { files, putFile, removeFile } from '../../src/browser/files.js';

const paths = fc
  .array(fc.constantFrom('a', 'b', '..', '.', '', '/', 'c.csv'), { maxLength: 6 })
  .map((parts) => parts.join('/'));

describe('the paths of a page', () => {
  it("resolve, join and relate as Node's do under /", () => {
    fc.assert(
      fc.property(paths, paths, (one, other) => {
        expect(files.resolve(one, other)).toBe(path.posix.resolve('/', one, other));
        const joined = path.posix.join(one, other).replace(/(?<=.)\/$/, '');
        expect(files.join(one, other)).toBe(joined === './' ? '.' : joined);
        const [from, to] = [files.resolve(one), files.resolve(other)];
        expect(files.relative(from, to)).toBe(path.posix.relative(from, to));
        expect(files.folderOf(from)).toBe(path.posix.dirname(from));
      }),
    );
  });
});

describe('the files of a page', () => {
  afterEach(() => removeFile('data/x.csv'));

  it('are read back by any path that leads to them, and make their folders', () => {
    putFile('data/x.csv', 'a\n1\n');
    expect(new TextDecoder().decode(files.read('/data/../data/x.csv'))).toBe('a\n1\n');
    expect(files.isFolder('/data')).toBe(true);
    expect(files.isFolder('/data/x.csv')).toBe(false);
  });

  it('are missing with the code that a file system gives', () => {
    expect(() => files.read('/data/x.csv')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    putFile('data/x.csv', '');
    expect(() => files.read('/data')).toThrow(expect.objectContaining({ code: 'EISDIR' }));
  });
});
