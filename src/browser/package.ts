/**
 * The version and the library, put into the bundle when it is built (`scripts/build.mjs`). The bundle for browsers takes
 * this module for `src/package.ts`.
 */
import type { SourceFile } from '../parser/source.js';

declare const ARGMIN_VERSION: string;
declare const ARGMIN_LIBRARY: readonly SourceFile[];

export const version: string = ARGMIN_VERSION;

/** The sources of `std/`. */
export function librarySources(): readonly SourceFile[] {
  return ARGMIN_LIBRARY;
}
