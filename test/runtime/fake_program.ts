/** Programs of one number for tests of the run loop: in this process, and one that answers later and in blocks. */
import type { CompiledProgram, RunPlan } from '../../src/runtime/compiled.js';
import type { DrivenProgram, LastRead } from '../../src/runtime/driven.js';
import { deviceLoss } from '../../src/runtime/driven.js';
import { driven as stepped } from '../../src/runtime/stepped.js';

export interface FakeOptions {
  readonly steps?: number;
  /** The step's update of x. */
  readonly update?: (x: number, step: number) => number;
  readonly objective?: (x: number) => number;
  readonly stopsBelow?: number;
  readonly phases?: number;
}

/** x halves at each step, and the objective is x^2, unless said otherwise. */
export function fake(options: FakeOptions = {}): {
  plan: RunPlan;
  program: CompiledProgram;
  steps: () => number;
} {
  const update = options.update ?? ((x: number): number => x / 2);
  const objective = options.objective ?? ((x: number): number => x * x);
  const parameters = new Float64Array(1);
  const measures = new Float64Array(3);
  let step = 0;
  let taken = 0;
  const phase = {
    title: 'halving',
    objective: { name: 'loss', sense: 'minimize' },
    measures: ['objective', 'grad_norm', 'stop'],
    stops: true,
    steps: options.steps ?? 20,
    stepsPerEpoch: 4,
    constraints: [],
  } as const;
  return {
    steps: () => taken,
    plan: {
      name: 'fake',
      seed: 0,
      parameters: [{ name: 'x', shape: [1], offset: 0, size: 1 }],
      phases: Array.from({ length: options.phases ?? 1 }, () => phase),
      reports: [{ name: 'twice', type: { dtype: 'real', shape: [] } }],
    },
    program: {
      load: () => undefined,
      initialize: (seed) => void (parameters[0] = 1 + seed),
      startPhase: () => void (step = 0),
      step: () => {
        step += 1;
        taken += 1;
        const x = parameters[0] ?? NaN;
        const value = objective(x);
        const done = value < (options.stopsBelow ?? -1);
        measures.set([value, 2 * x, done ? 1 : 0]);
        if (!done) parameters[0] = update(x, step);
      },
      measures,
      parameters,
      report: () => [2 * (parameters[0] ?? NaN)],
      evaluate: () => [objective(parameters[0] ?? NaN), Math.abs(2 * (parameters[0] ?? NaN))],
      saveState: () => ({ parameters: parameters.slice(), states: [], step }),
      restoreState: (saved) => {
        parameters.set(saved.parameters);
        step = saved.step;
      },
    },
  };
}

export interface BlockOptions {
  /** The most steps of a block. */
  readonly block: number;
  /** The device is gone after so many steps. */
  readonly lostAfter?: number;
}

/** The same program behind promises; a block goes on after a step that has stopped, changes nothing, and is not counted. */
export function inBlocks(
  { plan, program }: Pick<ReturnType<typeof fake>, 'plan' | 'program'>,
  { block, lostAfter = Infinity }: BlockOptions,
): { readonly driven: DrivenProgram; readonly blocks: readonly number[] } {
  const inner = stepped(program);
  const width = plan.phases[0]?.measures.length ?? 0;
  const blocks: number[] = [];
  let measures = new Float64Array(0);
  let last: LastRead | undefined;
  let taken = 0;
  const driven: DrivenProgram = {
    get measures() {
      return measures;
    },
    initialize: async (...given) => inner.initialize(...given),
    startPhase: async (phase) => {
      await inner.startPhase(phase);
      last = { phase, step: 0, parameters: program.parameters.slice() };
    },
    advance: async (phase, count) => {
      const size = Math.min(block, count);
      if (taken + size > lostAfter) throw deviceLoss('the device went away');
      measures = new Float64Array(size * width).fill(NaN);
      let steps = 0;
      for (let stopped = false; steps < size && !stopped; steps += 1) {
        await inner.advance(phase, 1);
        measures.set(program.measures, steps * width);
        stopped = program.measures[width - 1] === 1;
      }
      taken += steps;
      blocks.push(steps);
      last = { phase, step: taken, parameters: program.parameters.slice() };
      return steps;
    },
    readParameters: async () => inner.readParameters(),
    report: async (index) => inner.report(index),
    evaluate: async (phase) => inner.evaluate(phase),
    writeCarried: (index, values) => inner.writeCarried(index, values),
    saveState: async () => inner.saveState(),
    restoreState: async (saved) => inner.restoreState(saved),
    lastRead: () => last,
  };
  return { driven, blocks };
}
