/**
 * A launch in the form "points": a thread takes a point of the outer loops and does all inner stages alone. What
 * depends on no loop is computed by every thread, before.
 */
import type { Monoid } from '../../ir/graph.js';
import type { Variable } from '../../ir/nest-affine.js';
import type { Launch, Unit } from '../../ir/nest.js';
import type { ScalarText } from '../../ir/operators/elementwise/lowering.js';
import { Block } from '../blocks.js';
import { loopName } from '../launch-text.js';
import { LaunchPrinter } from '../print-launch.js';
import type { DeviceFunction } from './device_function.js';
import { wgslDialect } from './launch_dialect.js';
import type { ModuleText } from './module_text.js';
import { pointsLoop } from './print_moves.js';

export type PrintedLaunch = Pick<DeviceFunction, 'lines' | 'work'>;

/** Undefined where there is nothing to do. */
export function printPoints(launch: Launch, module: ModuleText): PrintedLaunch | undefined {
  const printer = new PointsPrinter(launch, wgslDialect(module), new Set());
  const lines = printer.print();
  const { count } = printer;
  if (lines.length === 0 || count === 0) return undefined;
  return { lines, work: { kind: 'points', count } };
}

class PointsPrinter extends LaunchPrinter {
  count = 1;

  protected override openOuter(outer: readonly Variable[]): void {
    const body = new Block(this.root);
    const loops = outer.filter((variable) => this.hasLoop(variable));
    this.blocks.push(...outer.map(() => body));
    for (const variable of [...loops].reverse()) {
      const extent = this.extentOf(variable);
      const rest = this.count === 1 ? 'point' : `point / ${this.count}u`;
      const last = variable === loops[0];
      body.push(`let ${loopName(variable)} = i32(${last ? rest : `${rest} % ${extent}u`});`);
      this.count *= extent;
    }
  }

  protected override closeOuter(outer: readonly Variable[]): void {
    const body = this.blocks[1];
    this.blocks = [this.root];
    if (outer.length === 0 || body === undefined) {
      const lines = this.root.lines.splice(0);
      if (lines.length > 0) this.root.lines.push(...pointsLoop(1, lines));
    } else if (body.lines.length > 0) {
      this.root.lines.push(...pointsLoop(this.count, body.lines));
    }
  }

  protected foldAcross(unit: Unit, monoid: Monoid, _value: ScalarText, _block: Block): never {
    throw new Error(`compiler bug: the points of a ${monoid} of ${unit.place.label} are not independent`);
  }
}
