/** Regions of contractions and routines only, as modules with one entry point a function, run on a device and compared. */
import { expect } from 'vitest';
import { Layout } from '../../../src/codegen/layout.js';
import type { DeviceFunction } from '../../../src/codegen/wgsl/device_function.js';
import type { KernelText } from '../../../src/codegen/wgsl/kernel_text.js';
import type { Region } from '../../../src/ir/graph.js';
import { interpret } from '../../../src/ir/interpreter.js';
import { arenaOf } from '../../../src/ir/memory.js';
import { add } from '../../../src/ir/nest-affine.js';
import { addressOf, locate } from '../../../src/ir/nest.js';
import type { Schedule } from '../../../src/ir/nest.js';
import { scheduleRegion } from '../../../src/ir/schedule.js';
import type { Tensor } from '../../../src/ir/tensor.js';
import { at } from '../../../src/ir/types.js';
import type { Driver } from '../../support/device.js';

export type Print = (schedule: Schedule, text: KernelText) => readonly DeviceFunction[];

export interface Trial {
  readonly region: Region;
  readonly inputs: readonly Tensor[];
  readonly print: Print;
  /** The largest error of each element of the only result, given what is expected. */
  readonly tolerance: (expected: Tensor) => number;
}

class ModuleText implements KernelText {
  readonly lines: string[] = [];
  private names = 0;
  private readonly scratches = new Map<string, number>();

  constructor(
    readonly threads: number,
    readonly groups: number,
  ) {}

  element(place: Parameters<KernelText['element']>[0], plus: Parameters<KernelText['element']>[1]) {
    const { buffer, base } = locate(place);
    const whole = add(base, plus);
    const array = arenaOf(buffer) === 'real' ? 'reals' : 'integers';
    let text = String(addressOf(buffer) + whole.constant);
    for (const { variable, coefficient } of whole.terms) {
      if (variable.kind !== 'value' || variable.value.kind !== 'load') throw new Error('not a turn');
      const turn = locate(variable.value.place);
      text += ` + integers[${addressOf(turn.buffer)}] * ${coefficient}`;
    }
    return { array, base: text };
  }

  fresh(label: string): string {
    this.names += 1;
    return `${label}_${this.names}`;
  }

  scratch(type: 'f32' | 'vec4f', size: number): string {
    this.scratches.set(type, Math.max(size, this.scratches.get(type) ?? 0));
    return `scratch_${type}`;
  }

  declare(lines: readonly string[]): void {
    this.lines.push(...lines);
  }

  nan(): string {
    return 'bitcast<f32>(nan_bits)';
  }

  module(functions: readonly DeviceFunction[]): string {
    return [
      '@group(0) @binding(0) var<storage, read_write> reals: array<f32>;',
      '@group(0) @binding(1) var<storage, read_write> integers: array<i32>;',
      'var<private> nan_bits: u32 = 0x7fc00000u;',
      ...[...this.scratches].map(
        ([type, size]) => `var<workgroup> scratch_${type}: array<${type}, ${size}>;`,
      ),
      ...this.lines,
      ...functions.flatMap(({ name, lines }) => [
        `fn ${name}(thread: u32, group: u32, groups: u32) {`,
        ...lines.map((line) => `  ${line}`),
        '}',
        `@compute @workgroup_size(${this.threads})`,
        `fn run_${name}(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {`,
        `  ${name}(thread, group.x, groups.x);`,
        '}',
      ]),
    ].join('\n');
  }
}

/** All trials in one module, each function in a dispatch of a few workgroups, fewer than it would like. */
export async function expectRight(
  driver: Driver,
  trials: readonly Trial[],
  { threads = 64, groups = 64 } = {},
): Promise<void> {
  const layout = new Layout();
  const text = new ModuleText(threads, groups);
  const functions: DeviceFunction[] = [];
  const planned = trials.map(({ region }) => {
    const inputs = region.parameters.map((parameter) => layout.fixed(parameter.type, 'input'));
    const outputs = region.results.map((result) => layout.fixed(result.type, 'result'));
    const sources = inputs.map((place) => ({ kind: 'place', place }) as const);
    const { schedule, frames } = scheduleRegion(region, sources, outputs, layout.context);
    layout.settleFrames([frames]);
    return { inputs, outputs, schedule };
  });
  const reals = new Float32Array(layout.sizes.real + 1).fill(NaN);
  const integers = new Int32Array(layout.sizes.integer + 1).fill(77);
  trials.forEach(({ inputs, print }, index) => {
    const plan = at(planned, index);
    inputs.forEach(({ data }, input) => {
      const { buffer } = locate(at(plan.inputs, input));
      (arenaOf(buffer) === 'real' ? reals : integers).set(data, addressOf(buffer));
    });
    const items = plan.schedule.kind === 'sequence' ? plan.schedule.steps : [plan.schedule];
    for (const item of items) functions.push(...print(item, text));
  });
  const code = text.module(functions);
  const dispatches = functions.map(({ name, work }, index) => ({
    module: 0,
    entryPoint: `run_${name}`,
    groups: [Math.max(1, Math.min(work.count, 1 + (index % 3))), 1, 1] as const,
  }));
  const outcome = await driver.runKernels({
    arenas: [reals, integers],
    modules: [{ name: 'kernels', code }],
    dispatches,
  });
  if (outcome.kind === 'refused') {
    expect.fail(`${outcome.messages.map(({ line, text: said }) => `${line}: ${said}`).join('\n')}\n${code}`);
  }
  trials.forEach(({ region, inputs, tolerance }, index) => {
    const [expected] = interpret(region, inputs, { precision: 'f32' });
    if (expected === undefined) return;
    const { buffer } = locate(at(at(planned, index).outputs, 0));
    const cells = at(outcome.arenas, arenaOf(buffer) === 'real' ? 0 : 1);
    const allowed = tolerance(expected);
    expected.data.forEach((value, element) => {
      const found = at(cells, addressOf(buffer) + element);
      const same = Object.is(value, found) || Math.abs(value - found) <= allowed;
      if (!same && !(Number.isNaN(value) && Number.isNaN(found))) {
        expect.fail(`trial ${index}, element ${element}: ${found} instead of ${value}\n${code}`);
      }
    });
  });
}
