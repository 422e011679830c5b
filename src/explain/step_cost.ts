/** What a step of each phase costs: operations counted on the graph, kernels on the schedule. */
import { costOf } from '../ir/cost.js';
import type { Schedule } from '../ir/nest.js';
import type { Phase, Program } from '../ir/program.js';
import type { KernelCount } from './kernels.js';
import { countKernels } from './kernels.js';

export interface StepCost {
  readonly phase: Phase;
  readonly operations: number;
  readonly contractionOperations: number;
  readonly nodes: number;
  readonly kernels: KernelCount | undefined;
}

export function stepCosts(
  { phases }: Program,
  schedules: ReadonlyMap<string, Schedule> | undefined,
): readonly StepCost[] {
  return phases.map((phase, index) => {
    const schedule = schedules?.get(`step_${index + 1}`);
    const { operations, contractionOperations, nodes } = costOf(phase.step.region);
    const kernels = schedule === undefined ? undefined : countKernels(schedule);
    return { phase, operations, contractionOperations, nodes, kernels };
  });
}
