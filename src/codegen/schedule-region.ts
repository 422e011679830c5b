/** One region alone, laid out and scheduled: for tests, and for evaluations outside of a program. */
import type { FusionPolicy } from '../ir/fuse.js';
import type { Region } from '../ir/graph.js';
import type { Arena } from '../ir/memory.js';
import type { Place, Schedule } from '../ir/nest.js';
import { scheduleRegion } from '../ir/schedule.js';
import { Layout } from './layout.js';

export interface RegionAlone {
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
  readonly schedule: Schedule;
  readonly sizes: Readonly<Record<Arena, number>>;
}

export function scheduleAlone(region: Region, fusion?: FusionPolicy): RegionAlone {
  const layout = new Layout(fusion);
  const inputs = region.parameters.map((parameter, index) =>
    layout.fixed(parameter.type, parameter.label ?? `input_${index}`),
  );
  const outputs = region.results.map((result, index) =>
    layout.fixed(result.type, result.label ?? `result_${index}`),
  );
  const { schedule, frames } = scheduleRegion(
    region,
    inputs.map((place) => ({ kind: 'place', place })),
    outputs,
    layout.context,
  );
  layout.settleFrames([frames]);
  return { inputs, outputs, schedule, sizes: layout.sizes };
}
