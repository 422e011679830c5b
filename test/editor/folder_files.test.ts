/** Files that no editor has open take part in references and renames. */
import { describe, expect, it } from 'vitest';
import { openDocument } from '../../src/editor/document.js';
import { references } from '../../src/editor/references.js';
import { rename } from '../../src/editor/rename.js';
import { FolderFiles } from '../../src/editor/server/folder_files.js';
import type { FolderReader } from '../../src/editor/server/folder_files.js';
import { workspaceOf } from './documents.js';

const mine = 'fn f(x: real): real = x';
const user = 'import { f } from "./mine.opt"\nlet a = f(1)';
const sources: Record<string, string> = {
  'mine.opt': mine,
  '/work/mine.opt': mine,
  '/work/user.opt': user,
  '/work/deep/other.opt': 'let f = 2',
  '/work/node_modules/user.opt': user,
  '/work/.hidden/user.opt': user,
  '/work/notes.md': 'f',
};
const folders: Readonly<Record<string, readonly string[]>> = {
  '/work': ['mine.opt', 'user.opt', 'deep/', 'node_modules/', '.hidden/', 'notes.md', 'gone.opt'],
  '/work/deep': ['other.opt', 'circle/'],
};

function reader(count: { reads: number }): FolderReader {
  return {
    list: (folder) => folders[folder] ?? [],
    stamp: (file) => `${sources[file]?.length}`,
    read: (file) => {
      count.reads += 1;
      const text = sources[file];
      if (text === undefined) throw new Error('ENOENT');
      return text;
    },
  };
}

describe('the files of a folder', () => {
  const workspace = { ...workspaceOf(), read: () => ({ path: '/work/mine.opt', text: mine }) };

  it('are read once, open ones and those of other tools left out', () => {
    const count = { reads: 0 };
    const files = new FolderFiles(workspace, reader(count));
    const paths = (): readonly string[] =>
      files.documents(['/work'], new Set(['/work/mine.opt'])).map(({ source }) => source.path);
    expect(paths()).toEqual(['/work/user.opt', '/work/deep/other.opt']);
    const { reads } = count;
    paths();
    expect(count.reads).toBe(reads + 1); // The one that is not there is tried again.
  });

  it('are renamed in, and searched', () => {
    const others = new FolderFiles(workspace, reader({ reads: 0 })).documents(['/work'], new Set());
    const document = openDocument(workspace, '/work/mine.opt', mine);
    expect(references(document, 3, others).map((each) => each.document.source.path)).toEqual([
      '/work/mine.opt',
      '/work/user.opt',
      '/work/user.opt',
    ]);
    const result = rename(document, 3, 'g', others);
    expect(result.ok ? '' : result.reason).toBe('');
    expect(
      result.ok && result.edits.map(({ document: each, edits }) => [each.source.path, edits.length]),
    ).toEqual([
      ['/work/mine.opt', 1],
      ['/work/user.opt', 2],
    ]);
  });
});
