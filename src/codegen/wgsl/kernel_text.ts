/** What printers of contractions and routines need of the module around them. */
import type { Affine } from '../../ir/nest-affine.js';
import type { Place } from '../../ir/nest.js';

export interface KernelText {
  /** Invocations of a workgroup; `threads` in the module. */
  readonly threads: number;
  /** Workgroups that run at once, as far as one knows. */
  readonly groups: number;
  /** The arena of a place, and the i32 text of its first element, `plus` elements further on. */
  element(place: Place, plus: Affine): { readonly array: string; readonly base: string };
  fresh(label: string): string;
  /** An array in workgroup memory, the same one for all who ask for this type. */
  scratch(type: 'f32' | 'vec4f', size: number): string;
  /** Lines at module scope. */
  declare(lines: readonly string[]): void;
  /** The text of a NaN. */
  nan(): string;
}
