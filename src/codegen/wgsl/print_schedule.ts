/** One step of a schedule as device functions. What composes steps (sequences, loops, branches) is the plan's. */
import type { Node } from '../../ir/graph.js';
import type { Schedule } from '../../ir/nest.js';
import type { DeviceFunction } from './device_function.js';
import type { ModuleText } from './module_text.js';
import { printContraction, roomOfContraction } from './print_contraction.js';
import { printCopy, printFill } from './print_moves.js';
import { printLaunch } from './print_launch.js';
import { printRoutine, roomOfRoutine } from './print_routine.js';

export type LeafStep = Extract<Schedule, { kind: 'launch' | 'contraction' | 'kernel' | 'copy' | 'fill' }>;

type Printer<K extends LeafStep['kind']> = (
  step: Extract<LeafStep, { kind: K }>,
  module: ModuleText,
) => readonly DeviceFunction[];

/** A kind without a row cannot run on a device yet. */
const printers: { readonly [K in LeafStep['kind']]?: Printer<K> } = {
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

export function canPrint(step: LeafStep): boolean {
  const callsHost = step.kind === 'kernel' && step.call.node.operator.kind === 'host_call';
  return printers[step.kind] !== undefined && !callsHost;
}

/** The functions that do a step, in order: each needs all that the one before has written. Often one, or none. */
export function deviceFunctions(step: LeafStep, module: ModuleText): readonly DeviceFunction[] {
  const print = printers[step.kind] as Printer<never> | undefined;
  if (print === undefined) throw new Error(`compiler bug: ${step.kind} does not run on a device`);
  const before = module.scratchRequests;
  const printed = print(step as never, module);
  const sharesMemory = module.scratchRequests !== before;
  return printed.map((own) => ({ ...own, sharesMemory }));
}
