/**
 * The text of one WGSL module while it is printed: where the elements of a place lie in the arenas, the helpers that
 * its code calls, arrays of workgroup memory, and its functions; then entry points and the whole, with the source places
 * of its lines.
 */
import type { Affine } from '../../ir/nest-affine.js';
import { locate } from '../../ir/nest.js';
import type { Buffer, Place } from '../../ir/nest.js';
import { wgslHelpers } from '../../ir/operators/elementwise/table.js';
import { printWgslHelpers } from '../../ir/operators/elementwise/wgsl/lowering.js';
import type { WgslHelper } from '../../ir/operators/elementwise/wgsl/lowering.js';
import { at } from '../../ir/types.js';
import type { KernelModule, Origin } from '../../runtime/webgpu/plan.js';
import { originAt } from '../origins.js';
import { Namer, sourceComment } from '../source-text.js';
import type { DeviceFunction } from './device_function.js';
import type { DeviceLayout } from './device_layout.js';
import { reserved } from './reserved_words.js';

/** Which storage buffers there are, and where each buffer of the plan lies in them. */
export type DeviceStorage = Pick<DeviceLayout, 'arenas' | 'names' | 'home'>;

/** What a module is printed for. */
export interface DeviceProfile {
  /** Invocations of a workgroup: a power of two. */
  readonly threads: number;
  /** The form of all launches, where it is not chosen one by one. */
  readonly form?: 'points' | 'teams';
  /** Features that its code may use, such as `subgroups`. */
  readonly features: ReadonlySet<string>;
  /** Workgroups that run at once, as far as one knows: 1 where the program is a single one. */
  readonly groups?: number;
  /** What the threads of a workgroup wait for each other: much where a CPU plays the device, thread after thread. */
  readonly barriers?: 'cheap' | 'costly';
  /** The tiles of products hold numbers of 16 bits, where the device has them; sums stay in 32. */
  readonly halfTiles?: boolean;
}

export const plainProfile: DeviceProfile = { threads: 64, features: new Set() };

export type ScratchType = 'f32' | 'i32' | 'u32' | 'bool' | 'vec4f' | 'vec4h';

/** Features of devices, and what the language calls them. */
const extensions = { subgroups: 'subgroups', 'shader-f16': 'f16' } as const;

export class ModuleText {
  private readonly namer: Namer;
  private readonly helperSet = new Set<WgslHelper>();
  private readonly scratchSizes = new Map<string, { readonly type: ScratchType; size: number }>();
  private readonly features = new Set<keyof typeof extensions>();
  private readonly declared: string[] = [];
  private isAlone = false;
  private requests = 0;

  constructor(
    readonly storage: DeviceStorage,
    private readonly device: DeviceProfile = plainProfile,
  ) {
    this.namer = new Namer(reserved, [...storage.names(), ...wgslHelpers().map((helper) => helper.name)]);
  }

  /** What is printed now is printed for this. */
  get profile(): DeviceProfile {
    return this.isAlone ? { ...this.device, groups: 1 } : this.device;
  }

  /** For what a single workgroup runs. */
  alone<T>(print: () => T): T {
    const before = this.isAlone;
    this.isAlone = true;
    const printed = print();
    this.isAlone = before;
    return printed;
  }

  /** The arena in which a buffer lies, by name. */
  arena(buffer: Buffer): string {
    return this.storage.home(buffer).name;
  }

  /** The first element of a buffer in its arena. */
  startOf(buffer: Buffer): number {
    return this.storage.home(buffer).offset;
  }

  /** An element of a place; `index` is an i32, printed so that it can stand in a sum. */
  element(place: Place, index?: string): string {
    const { buffer } = locate(place);
    const start = this.startText(place);
    const whole = index === undefined ? start : start === '0' ? index : `${start} + ${index}`;
    return `${this.arena(buffer)}[${whole}]`;
  }

  /** Where a place begins in its arena: an i32, which depends on the turns of the loops around it. */
  startText(place: Place): string {
    const { buffer, base } = locate(place);
    return this.sum(base, this.startOf(buffer));
  }

  private sum(index: Affine, start: number): string {
    const terms = index.terms.map(({ variable, coefficient }) => {
      if (variable.kind !== 'value' || variable.value.kind !== 'load') {
        throw new Error('compiler bug: a place depends on more than turns');
      }
      return `${this.element(variable.value.place)} * ${coefficient}`;
    });
    const constant = index.constant + start;
    return [...terms, ...(constant === 0 && terms.length > 0 ? [] : [String(constant)])].join(' + ');
  }

  /** A name for something that the module declares. */
  fresh(name: string): string {
    return this.namer.fresh(name);
  }

  helpers(helpers: readonly WgslHelper[]): void {
    for (const helper of helpers) this.helperSet.add(helper);
  }

  /** Declarations of one function's own: functions that it calls, variables that its workgroup shares. */
  declare(lines: readonly string[]): void {
    for (const line of lines) this.declared.push(line);
  }

  /** A feature of the device that the code needs, an extension of the language too. */
  enable(feature: keyof typeof extensions): void {
    this.features.add(feature);
  }

  get enabled(): readonly string[] {
    return [...this.features];
  }

  /**
   * Workgroup memory for `size` elements at least, by name. All functions of the module share it, so nothing in it
   * outlives a function; `slot` tells apart what one function needs at once.
   */
  scratch(type: ScratchType, size: number, slot = 0): string {
    this.requests += 1;
    const name = `shared_${type}${slot === 0 ? '' : `_${slot}`}`;
    const known = this.scratchSizes.get(name);
    if (known === undefined) this.scratchSizes.set(name, { type, size });
    else known.size = Math.max(known.size, size);
    return name;
  }

  /** How often workgroup memory has been asked for. */
  get scratchRequests(): number {
    return this.requests;
  }

  /** Everything before the functions. */
  declarations(): string[] {
    const lines = [...this.features].map((feature) => `enable ${extensions[feature]};`);
    const names = this.storage.names();
    this.storage.arenas().forEach(({ type }, binding) => {
      const name = at(names, binding);
      lines.push(`@group(0) @binding(${binding}) var<storage, read_write> ${name}: array<${type}>;`);
    });
    lines.push(`const threads = ${this.profile.threads}u;`);
    for (const [name, { type, size }] of this.scratchSizes) {
      lines.push(`var<workgroup> ${name}: array<${type}, ${size}>;`);
    }
    for (const helper of printWgslHelpers([...this.helperSet])) lines.push(...helper.split('\n'));
    lines.push(...this.declared);
    return lines;
  }

  /**
   * What separates two functions that one workgroup runs in turn: what the first wrote is there for the second.
   * @param shared whether both use workgroup memory
   */
  barrier(shared = this.scratchSizes.size > 0): string[] {
    return shared ? ['workgroupBarrier();', 'storageBarrier();'] : ['storageBarrier();'];
  }

  /** The module: declarations, functions, then `entries`. */
  assemble(name: string, functions: readonly DeviceFunction[], entries: readonly string[]): KernelModule {
    const lines = this.declarations();
    const origins: Origin[] = [];
    for (const printed of functions) {
      const comment = sourceComment(printed.span);
      if (comment !== undefined) lines.push(comment);
      if (printed.span !== undefined) {
        origins.push(originAt(printed.span, lines.length + 1, printed.lines.length + 2));
      }
      lines.push(`fn ${printed.name}(thread: u32, group: u32, groups: u32) {`);
      for (const line of printed.lines) lines.push(`  ${line}`);
      lines.push('}');
    }
    return { name, code: [...lines, ...entries, ''].join('\n'), origins };
  }
}

/** An entry point that runs one function with the whole grid. */
export function gridEntry(name: string, call: string): string[] {
  return [
    '@compute @workgroup_size(threads)',
    `fn ${name}(`,
    '  @builtin(local_invocation_index) thread: u32,',
    '  @builtin(workgroup_id) workgroup: vec3<u32>,',
    '  @builtin(num_workgroups) workgroups: vec3<u32>,',
    ') {',
    '  let group = workgroup.x + workgroup.y * workgroups.x;',
    '  let groups = workgroups.x * workgroups.y;',
    `  ${call}(thread, group, groups);`,
    '}',
  ];
}

/** An entry point that runs functions one after the other in a single workgroup. */
export function workgroupEntry(name: string, calls: readonly string[], barrier: readonly string[]): string[] {
  return [
    '@compute @workgroup_size(threads)',
    `fn ${name}(@builtin(local_invocation_index) thread: u32) {`,
    ...calls.flatMap((call, index) => [
      ...(index === 0 ? [] : barrier.map((line) => `  ${line}`)),
      `  ${call}(thread, 0u, 1u);`,
    ]),
    '}',
  ];
}

/** The most workgroups of one dispatch in a direction, on every device. */
const mostGroups = 65535;

/** Workgroups for a function on its own. Beyond the limit of a dispatch each takes several shares. */
export function groupsFor({ work }: DeviceFunction, threads: number): readonly [number, number, number] {
  const wanted = work.kind === 'points' ? Math.ceil(work.count / threads) : work.count;
  return [Math.min(Math.max(1, wanted), mostGroups), 1, 1];
}
