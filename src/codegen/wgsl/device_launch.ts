/**
 * What all forms of a launch on a device share: the points of the outer loops lie on one counter that threads or
 * workgroups share out, and a point's loop variables come from it by division.
 */
import type { Monoid } from '../../ir/graph.js';
import type { Variable } from '../../ir/nest-affine.js';
import type { Launch, Unit } from '../../ir/nest.js';
import { Block } from '../blocks.js';
import { loopName } from '../launch-text.js';
import { LaunchPrinter } from '../print-launch.js';
import type { DeviceFunction } from './device_function.js';
import { wgslDialect } from './launch_dialect.js';
import type { ModuleText } from './module_text.js';

export type PrintedLaunch = Pick<DeviceFunction, 'lines' | 'work'>;

export abstract class DeviceLaunchPrinter extends LaunchPrinter {
  /** Points of the outer loops. */
  protected count = 1;

  protected abstract readonly kind: 'points' | 'teams';

  constructor(
    launch: Launch,
    protected readonly module: ModuleText,
    /** Names that stand for something else in the function. */
    taken: readonly string[] = [],
  ) {
    super(launch, wgslDialect(module), new Set(taken));
  }

  /** Undefined where there is nothing to do. */
  printed(): PrintedLaunch | undefined {
    const lines = this.print();
    const { count, kind } = this;
    return this.stores && count > 0 ? { lines, work: { kind, count } } : undefined;
  }

  protected override openOuter(outer: readonly Variable[]): void {
    const body = new Block(this.root);
    this.blocks.push(...outer.map(() => body));
    this.count = this.takeApart(outer, this.kind === 'points' ? 'point' : 'team', body);
  }

  protected override closeOuter(outer: readonly Variable[]): void {
    const body = this.blocks[1];
    this.blocks = [this.root];
    const lines = outer.length === 0 ? this.root.lines.splice(0) : (body?.lines ?? []);
    if (lines.length === 0) return;
    const loop = this.kind === 'points' ? sharedByThreads(this.count) : sharedByTeams(this.count);
    this.root.push(`${loop} {`);
    for (const line of lines) this.root.push(`  ${line}`);
    this.root.push('}');
  }

  /** Declares loop variables from a counter that runs over all of them, the last fastest; returns its extent. */
  protected takeApart(variables: readonly Variable[], counter: string, block: Block): number {
    const loops = variables.filter((variable) => this.hasLoop(variable));
    let count = variables.some(({ extent }) => extent === 0) ? 0 : 1;
    for (const variable of [...loops].reverse()) {
      const extent = this.extentOf(variable);
      const rest = count <= 1 ? counter : `${counter} / ${count}u`;
      const first = variable === loops[0];
      block.push(`let ${loopName(variable)} = i32(${first ? rest : `${rest} % ${Math.max(1, extent)}u`});`);
      count *= extent;
    }
    return count;
  }

  protected foldAcross(unit: Unit, monoid: Monoid): never {
    throw new Error(`compiler bug: the points of a ${monoid} of ${unit.place.label} are not independent`);
  }
}

export function sharedByThreads(count: number): string {
  return `for (var point = group * threads + thread; point < ${count}u; point += groups * threads)`;
}

function sharedByTeams(count: number): string {
  return `for (var team = group; team < ${count}u; team += groups)`;
}
