/** Prints one launch as JavaScript. */
import type { Monoid } from '../../ir/graph.js';
import type { Launch, Unit } from '../../ir/nest.js';
import { precedence } from '../../ir/operators/elementwise/lowering.js';
import type { ScalarText } from '../../ir/operators/elementwise/lowering.js';
import { monoidTable } from '../../ir/operators/monoids.js';
import type { Block } from '../blocks.js';
import { parenthesized } from '../launch-text.js';
import { LaunchPrinter } from '../print-launch.js';
import { javascriptDialect } from './launch-dialect.js';
import type { ProgramText } from './program-text.js';

export function printLaunch(launch: Launch, program: ProgramText, names: Set<string>): string[] {
  return new SequentialPrinter(launch, program, names).print();
}

class SequentialPrinter extends LaunchPrinter {
  constructor(
    launch: Launch,
    private readonly program: ProgramText,
    names: Set<string>,
  ) {
    super(launch, javascriptDialect(program), names);
  }

  protected foldAcross(unit: Unit, monoid: Monoid, value: ScalarText, block: Block): void {
    this.program.fill(this.root, unit.place, monoidTable[monoid].identity);
    const cell = this.cell(unit, block);
    const { dtype } = unit.node.type;
    const old = parenthesized(this.dialect.read(cell, dtype), precedence.primary);
    const grown = this.dialect.combine(monoid, dtype, old, value);
    const text = this.dialect.stored({ text: grown, precedence: precedence.or }, unit.place.dtype);
    block.push(`${cell} = ${text};`);
  }
}
