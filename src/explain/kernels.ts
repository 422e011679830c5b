/** What a schedule launches: fused loop nests, contractions and library kernels, those of loops once and with their turns. */
import type { Schedule } from '../ir/nest.js';
import type { Leaf } from '../ir/schedule-leaves.js';

export interface KernelCount {
  /** As they stand in the code. */
  readonly written: number;
  /** As they run, loops at their largest number of turns. */
  readonly run: number;
}

export function countKernels(schedule: Schedule): KernelCount {
  switch (schedule.kind) {
    case 'launch':
    case 'contraction':
    case 'kernel':
    case 'copy':
    case 'fill':
      return { written: 1, run: 1 };
    case 'sequence':
      return schedule.steps.map(countKernels).reduce(add, { written: 0, run: 0 });
    case 'repeat': {
      const condition = schedule.condition === undefined ? none : countKernels(schedule.condition.schedule);
      const turn = add(condition, countKernels(schedule.body));
      return { written: turn.written, run: turn.run * schedule.max };
    }
    case 'if': {
      const then = countKernels(schedule.then);
      const otherwise = countKernels(schedule.otherwise);
      return { written: then.written + otherwise.written, run: Math.max(then.run, otherwise.run) };
    }
  }
}

const none: KernelCount = { written: 0, run: 0 };

function add(a: KernelCount, b: KernelCount): KernelCount {
  return { written: a.written + b.written, run: a.run + b.run };
}

/** What a leaf makes: the names of its results, and for contractions the sizes. */
export function leafName(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'launch': {
      const stored = leaf.launch.units.filter((unit) => unit.stored);
      const names = [...new Set(stored.map(({ place }) => place.label))];
      const shown = names.slice(0, 3).join(', ');
      return names.length > 3 ? `${shown}, ...` : shown;
    }
    case 'contraction': {
      const { batch, left, right, output } = leaf.contraction;
      const sizes = [...batch, left.free.extent, left.contract.extent, right.free.extent];
      return `${output.label}: product ${sizes.join(' x ')}`;
    }
    case 'kernel':
      return `${leaf.call.output.label}: ${leaf.call.node.operator.kind}`;
    case 'copy':
      return `copy to ${leaf.to.label}`;
    case 'fill':
      return `clear ${leaf.to.label}`;
    default:
      return leaf satisfies never;
  }
}
