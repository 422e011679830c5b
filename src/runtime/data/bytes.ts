/**
 * Reads a data file's bytes: refuses what lies outside the allowed folder (symbolic links resolved), and unpacks
 * gzip, known by its ending or its first two bytes.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fault, success } from './fault.js';
import type { DataResult } from './fault.js';

/** True when `file` is `folder` or lies in its tree. Both must be resolved already. */
export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return (
    relative === '' ||
    (!relative.startsWith('..' + path.sep) && relative !== '..' && !path.isAbsolute(relative))
  );
}

/** `folder` undefined allows every place. `shown` is the name for messages. */
export function readBytes(file: string, folder: string | undefined, shown = file): DataResult<Uint8Array> {
  let resolved: string;
  try {
    if (folder !== undefined && !isInside(path.resolve(folder), path.resolve(file))) return outside(shown);
    resolved = realpathSync(file);
    if (folder !== undefined && !isInside(realpathSync(folder), resolved)) return outside(shown);
    if (statSync(resolved).isDirectory()) return fault('AM4003', `"${shown}" is a folder, not a data file`);
    return unpack(readFileSync(resolved), shown);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
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
    return success(gunzipSync(bytes));
  } catch (error) {
    return fault('AM4014', `"${shown}" cannot be unpacked`, [
      `gzip says: ${(error as Error).message}`,
      'the file is truncated or damaged; make or download it again',
    ]);
  }
}
