/**
 * A scatter without races: destinations have owners. A thread owns the rows whose number leaves a certain remainder, at one
 * point of the other axes; it walks all updates in order and makes those of its rows. So the order of the additions to an
 * element, and the last of several stores, are those of a plain loop, on every device.
 */
import type { Affine, Variable } from '../../ir/nest-affine.js';
import type { Launch, Unit } from '../../ir/nest.js';
import { at, sizeOf } from '../../ir/types.js';
import { Block } from '../blocks.js';
import { parenthesized } from '../launch-text.js';
import { precedence } from '../../ir/operators/elementwise/lowering.js';
import { DeviceLaunchPrinter } from './device_launch.js';
import type { PrintedLaunch } from './device_launch.js';
import type { ModuleText } from './module_text.js';

/** More owners find their updates sooner, but all of them read all row numbers. */
const enoughThreads = 16384;

export function printScatter(launch: Launch, module: ModuleText): PrintedLaunch | undefined {
  return new ScatterPrinter(launch, module).printed();
}

class ScatterPrinter extends DeviceLaunchPrinter {
  protected readonly kind = 'points';
  private readonly unit: Unit = at(this.launch.units, 0);
  /** Loops that say by themselves where on one axis of the destination an update goes. */
  private readonly own = new Set(this.unit.target.flatMap((index) => directly(index) ?? []));
  /** The axis whose index is computed. */
  private readonly axis = this.unit.target.findIndex(({ terms }, axis) => {
    const index = at(this.unit.target, axis);
    return terms.length > 0 && directly(index) === undefined;
  });
  private owners = 1;
  private body = this.root;

  protected override openOuter(outer: readonly Variable[]): void {
    const body = new Block(this.root);
    const own = outer.filter((variable) => this.own.has(variable));
    const others = sizeOf(own.map(({ extent }) => extent));
    if (this.axis >= 0 && outer.length > 0) {
      const rows = at(this.unit.node.type.shape, this.axis);
      this.owners = Math.max(1, Math.min(rows, Math.ceil(enoughThreads / Math.max(1, others))));
    }
    const counter = this.owners === 1 ? 'point' : `point / ${this.owners}u`;
    if (this.owners > 1) body.push(`let owner = i32(point % ${this.owners}u);`);
    this.count = this.takeApart(own, counter, body) * this.owners;
    this.blocks.push(body);
    for (const variable of outer) {
      if (this.own.has(variable)) this.blocks.push(at(this.blocks, this.blocks.length - 1));
      else this.enter(variable);
    }
    // The block of the first level is that of the point, whatever its loop.
    this.blocks.splice(1, 1);
    this.body = body;
  }

  protected override closeOuter(outer: readonly Variable[]): void {
    this.blocks.splice(1, 0, this.body);
    for (const variable of [...outer].reverse()) {
      if (this.own.has(variable)) this.blocks.pop();
      else this.leave(variable);
    }
    super.closeOuter(outer);
  }

  protected override conditionsOf(unit: Unit, block: Block): string[] {
    const conditions = super.conditionsOf(unit, block);
    if (this.owners === 1) return conditions;
    const position = parenthesized(this.affine(at(unit.target, this.axis), block), precedence.multiplicative);
    const rows = at(unit.node.type.shape, this.axis);
    const mine = this.owners === rows ? position : `${position} % ${this.owners}`;
    return [...conditions, `${mine} == owner`];
  }
}

/** The loop that alone decides on an index, different for each of its turns. */
function directly({ terms }: Affine): Variable | undefined {
  const [term, ...rest] = terms;
  return rest.length === 0 && term?.variable.kind === 'loop' ? term.variable : undefined;
}
