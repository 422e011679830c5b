/**
 * The file system of a page: files that the page has put there, by absolute paths with `/`. The bundle for browsers takes
 * this module for `src/runtime/data/files.ts`.
 */
import { gunzipSync } from 'fflate';
import type { FileSystem } from '../runtime/data/files.js';

const contents = new Map<string, Uint8Array>();

/** Puts a file where a compilation can read it; text as UTF-8. Relative paths start at `/`. */
export function putFile(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  contents.set(files.resolve(path), bytes);
}

/** Takes a file away again; says whether there was one. */
export function removeFile(path: string): boolean {
  return contents.delete(files.resolve(path));
}

/** The segments of a path, with `.` and `..` followed as far as they lead. */
function segments(path: string, isRooted: boolean): string[] {
  const found: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') found.push(part);
    else if (found.length > 0 && found.at(-1) !== '..') found.pop();
    else if (!isRooted) found.push(part);
  }
  return found;
}

const isAbsolute = (path: string): boolean => path.startsWith('/');

function join(...parts: readonly string[]): string {
  const path = parts.filter((part) => part !== '').join('/');
  const joined = segments(path, isAbsolute(path)).join('/');
  return isAbsolute(path) ? `/${joined}` : joined === '' ? '.' : joined;
}

function resolve(...parts: readonly string[]): string {
  const last = parts.findLastIndex(isAbsolute);
  return join('/', ...parts.slice(Math.max(0, last)));
}

function relative(folder: string, file: string): string {
  const from = segments(resolve(folder), true);
  const to = segments(resolve(file), true);
  let common = 0;
  while (common < from.length && from[common] === to[common]) common += 1;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/');
}

const isFolder = (path: string): boolean => {
  const inside = path === '/' ? '/' : `${path}/`;
  return [...contents.keys()].some((file) => file.startsWith(inside));
};

/** There are no links; what is not there has no path. */
function realPath(path: string): string {
  const file = resolve(path);
  if (!contents.has(file) && !isFolder(file))
    throw Object.assign(new Error(`no file ${file}`), { code: 'ENOENT' });
  return file;
}

export const files: FileSystem = {
  separator: '/',
  resolve,
  join,
  folderOf: (file) => join(file, '..'),
  isAbsolute,
  relative,
  realPath,
  isFolder: (file) => isFolder(realPath(file)),
  read: (file) => {
    const bytes = contents.get(realPath(file));
    if (bytes === undefined) throw Object.assign(new Error(`${file} is a folder`), { code: 'EISDIR' });
    return bytes;
  },
  gunzip: (bytes) => gunzipSync(bytes),
};
