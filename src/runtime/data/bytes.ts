/**
 * Reads a data file's bytes: refuses what lies outside the allowed folder (symbolic links resolved), and unpacks
 * gzip, known by its ending or its first two bytes.
 */
import { fault, success } from './fault.js';
import type { DataResult } from './fault.js';
import { files } from './files.js';

/** True when `file` is `folder` or lies in its tree. Both must be resolved already. */
export function isInside(folder: string, file: string): boolean {
  const relative = files.relative(folder, file);
  return (
    relative === '' ||
    (!relative.startsWith('..' + files.separator) && relative !== '..' && !files.isAbsolute(relative))
  );
}

/** `folder` undefined allows every place. `shown` is the name for messages. */
export function readBytes(file: string, folder: string | undefined, shown = file): DataResult<Uint8Array> {
  let resolved: string;
  try {
    if (folder !== undefined && !isInside(files.resolve(folder), files.resolve(file))) return outside(shown);
    resolved = files.realPath(file);
    if (folder !== undefined && !isInside(files.realPath(folder), resolved)) return outside(shown);
    if (files.isFolder(resolved)) return fault('AM4003', `"${shown}" is a folder, not a data file`);
    return unpack(files.read(resolved), shown);
  } catch (error) {
    const code = (error as { readonly code?: string }).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return fault('AM4001', `there is no data file "${shown}"`, ['the path is relative to the `.opt` file']);
    }
    return fault('AM4003', `"${shown}" cannot be read`, [(error as Error).message]);
  }
}

function outside(shown: string): DataResult<Uint8Array> {
  return fault('AM4002', `"${shown}" lies outside the folder of the \`.opt\` file`, [
    'a file from a stranger must not read what lies elsewhere',
    'allow it with `--allow-outside`, or move the data below the `.opt` file',
  ]);
}

function unpack(bytes: Uint8Array, shown: string): DataResult<Uint8Array> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip && !shown.toLowerCase().endsWith('.gz')) return success(bytes);
  if (!isGzip)
    return fault('AM4014', `"${shown}" is not gzip data`, ['its ending says gzip, its first bytes do not']);
  try {
    return success(files.gunzip(bytes));
  } catch (error) {
    return fault('AM4014', `"${shown}" cannot be unpacked`, [
      `gzip says: ${(error as Error).message}`,
      'the file is truncated or damaged; make or download it again',
    ]);
  }
}
