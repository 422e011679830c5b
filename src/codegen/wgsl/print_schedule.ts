/** One step of a schedule as device functions. What composes steps (sequences, loops, branches) is the plan's. */
import type { Node } from '../../ir/graph.js';
import type { Leaf } from '../../ir/schedule-leaves.js';
import type { DeviceFunction } from './device_function.js';
import type { ModuleText } from './module_text.js';
import { printContraction, roomOfContraction } from './print_contraction.js';
import { printCopy, printFill } from './print_moves.js';
import { printLaunch } from './print_launch.js';
import { printRoutine, roomOfRoutine } from './print_routine.js';

type Printer<K extends Leaf['kind']> = (
  step: Extract<Leaf, { kind: K }>,
  module: ModuleText,
) => readonly DeviceFunction[];

const printers: { readonly [K in Leaf['kind']]: Printer<K> } = {
  launch: ({ launch }, module) => printLaunch(launch, module),
  contraction: ({ contraction }, module) => printContraction(contraction, module),
  kernel: ({ call }, module) => printRoutine(call, module),
  copy: printCopy,
  fill: printFill,
};

/** Reals that the functions for a node need beside its inputs and its result. */
export function roomOfStep(node: Node): number {
  return node.operator.kind === 'contraction' ? roomOfContraction(node) : roomOfRoutine(node);
}

/** The functions that do a step, in order: each needs all that the one before has written. Often one, or none. */
export function deviceFunctions(step: Leaf, module: ModuleText): readonly DeviceFunction[] {
  const print: (step: never, module: ModuleText) => readonly DeviceFunction[] = printers[step.kind];
  const before = module.scratchRequests;
  const printed = print(step as never, module);
  const sharesMemory = module.scratchRequests !== before;
  return printed.map((own) => ({ ...own, sharesMemory }));
}
