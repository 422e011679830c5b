/**
 * From a path to a data source: bytes, then the reader of the format.
 */
import { readBytes } from './bytes.js';
import { readDelimited } from './delimited.js';
import { fault, success } from './fault.js';
import type { DataResult } from './fault.js';
import { readJson } from './json.js';
import { readNpy } from './npy.js';
import type { DataFormat, DataSource } from './source.js';

const endings: Readonly<Record<string, DataFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  json: 'json',
  npy: 'npy',
  txt: 'text',
  text: 'text',
  md: 'text',
};

/** The format by the file's ending, `.gz` aside. */
export function formatOf(path: string): DataFormat | undefined {
  const ending = /\.([^./\\]+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase();
  return ending !== undefined && Object.hasOwn(endings, ending) ? endings[ending] : undefined;
}

export interface ReadOptions {
  /** Files must lie in this folder's tree. Undefined allows every place. */
  readonly within: string | undefined;
  /** The name for messages; the path itself without one. */
  readonly shown?: string;
}

export function readTable(
  path: string,
  format: DataFormat | undefined,
  options: ReadOptions,
): DataResult<DataSource> {
  const shown = options.shown ?? path;
  const actual = format ?? formatOf(shown);
  if (actual === undefined) {
    return fault('AM4019', `the ending of "${shown}" does not tell its format`, [
      'write `as csv`, `as tsv`, `as json`, `as npy` or `as text` after the path',
    ]);
  }
  const bytes = readBytes(path, options.within, shown);
  if (!bytes.ok) return bytes;
  return parseData(bytes.value, actual, shown);
}

/** The bytes of a data file, already unpacked. */
export function parseData(bytes: Uint8Array, format: DataFormat, path: string): DataResult<DataSource> {
  if (format === 'npy') return readNpy(bytes, path);
  const text = decode(bytes);
  if (text === undefined) {
    return fault('AM4020', `"${path}" is not UTF-8 text`, ['it is binary, or in another encoding']);
  }
  switch (format) {
    case 'csv':
      return readDelimited(text, path, ',');
    case 'tsv':
      return readDelimited(text, path, '\t');
    case 'json':
      return readJson(text, path);
    case 'text':
      return text === '' ? fault('AM4007', `"${path}" is empty`) : success({ kind: 'text', path, text });
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
