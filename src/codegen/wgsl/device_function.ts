/**
 * The unit of printed WGSL: a function that does one launch, contraction or routine with any number of workgroups. An
 * entry point calls one with the whole grid, several side by side on ranges of workgroups, or, where a small
 * program runs in a single workgroup, all of them in order with barriers between.
 */
import type { Span } from '../../parser/source.js';

/**
 * `fn NAME(thread: u32, group: u32, groups: u32)`: `thread` is the invocation within its workgroup (of `threads`
 * invocations, a constant of the module), `group` the workgroup's number among the `groups` that share the work. `group` and
 * `groups` are the same for all threads of a workgroup, so barriers may stand in loops over teams.
 * A function is right for every `groups` >= 1. It ends without a barrier.
 */
export interface DeviceFunction {
  readonly name: string;
  /** Statements of its body. */
  readonly lines: readonly string[];
  /**
   * How the work divides: `points` are shared out among threads (`for (var point = group * threads + thread; point <
   * count; point += groups * threads)`), `teams` among workgroups (`for (var team = group; team < count; team += groups)`).
   */
  readonly work: { readonly kind: 'points' | 'teams'; readonly count: number };
  readonly span: Span | undefined;
  /** It uses workgroup memory. */
  readonly sharesMemory?: boolean;
}
