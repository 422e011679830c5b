/**
 * A program by hand, as a plan for a device: x halves at each step until x^2 falls below a limit, and a state gathers the
 * data of the sampled rows. Its kernels are there as WGSL and as functions for the double of a device.
 */
import type { Command, DevicePlan, Slice } from '../../../src/runtime/webgpu/plan.js';
import type { ProgramPlan } from '../../../src/runtime/webgpu/program_plan.js';
import type { FakeKernel } from '../../support/device_double.js';

export interface HalvingOptions {
  readonly steps?: number;
  readonly slots?: number;
  readonly stopsBelow?: number;
  /** Each step's halving as a loop that asks the host whether to go on; it takes this many turns. */
  readonly turns?: number;
  /** Whole submissions in one dispatch. */
  readonly many?: boolean;
  /** Measures of this step are NaN, and so is x afterwards. */
  readonly spoiledStep?: number;
}

const real = (offset: number, size: number): Slice => ({ arena: 0, offset, size });
const int = (offset: number, size: number): Slice => ({ arena: 1, offset, size });
const rows = 8;
const batch = 2;

/** In elements: x at 0, gathered at 2, scale at 3, data at 8, evaluation at 16, report at 18, limit at 20, measures at 32. */
export function halving(options: HalvingOptions = {}): ProgramPlan {
  const { steps = 20, slots = 4, turns, many = false } = options;
  const step: readonly Command[] =
    turns === undefined
      ? many
        ? [dispatch('whole')]
        : [dispatch('halve'), dispatch('advance')]
      : [
          dispatch('reset'),
          {
            kind: 'while',
            max: 10,
            flag: int(6, 1),
            condition: [dispatch('count')],
            body: [dispatch('nothing')],
          },
          {
            kind: 'if',
            flag: int(6, 1),
            then: [dispatch('nothing'), dispatch('nothing')],
            otherwise: [dispatch('halve')],
          },
          dispatch('advance'),
        ];
  const device: DevicePlan = {
    name: 'halving',
    arenas: [
      { type: 'f32', size: 32 + 3 * slots },
      { type: 'i32', size: 16 + batch * slots },
    ],
    literals: [
      { place: real(20, 1), values: [options.stopsBelow ?? -1] },
      { place: int(7, 1), values: [turns ?? 0] },
      { place: int(9, 1), values: [options.spoiledStep ?? 0] },
    ],
    modules: [{ name: 'halving', code: wgsl, origins: [] }],
    kernels: names.map((name) => ({ name, module: 0, entryPoint: name, groups: [1, 1, 1] })),
    features: [],
    workgroupSize: 1,
    seed: int(0, 1),
    step: int(1, 1),
    hypers: [real(3, 1)],
    raw: [real(8, rows)],
    parameters: real(0, 2),
    evaluation: real(16, 2),
    prepare: [],
    initial: [dispatch('initial')],
    phases: [
      {
        start: [dispatch('start')],
        step,
        stepsPerReplay: many ? 'many' : 'one',
        evaluate: [{ kind: 'repeat', count: 2, body: [dispatch('evaluate')] }],
        slots,
        control: int(2, 3),
        measures: real(32, 3 * slots),
        rows: int(16, batch * slots),
        states: [real(2, 1)],
      },
    ],
    reports: [{ commands: [dispatch('report')], value: real(18, 1) }],
  };
  return {
    run: {
      name: 'halving',
      seed: 5,
      parameters: [{ name: 'x', shape: [2], offset: 0, size: 2 }],
      phases: [
        {
          title: 'halving',
          objective: { name: 'loss', sense: 'minimize' },
          measures: ['objective', 'grad_norm', 'stop'],
          stops: true,
          steps,
          stepsPerEpoch: rows / batch,
          constraints: [],
        },
      ],
      reports: [{ name: 'gathered', type: { dtype: 'real', shape: [] } }],
    },
    inputs: {
      tables: [{ rows, shuffleSeed: 3 }],
      raw: [{ name: 'data', shape: [rows], table: 0 }],
      hypers: [{ name: 'scale', value: 1 }],
      batches: [{ start: 0, count: rows, size: batch, stepsPerEpoch: rows / batch, inOrder: false }],
    },
    device,
  };
}

/** In the source's order. */
export const data: readonly number[] = Array.from({ length: rows }, (_, row) => 2 ** row);

const names = [
  'initial',
  'start',
  'halve',
  'advance',
  'whole',
  'evaluate',
  'report',
  'reset',
  'count',
  'nothing',
];

function dispatch(name: string): Command {
  return { kind: 'dispatch', kernel: names.indexOf(name) };
}

const wgsl = `
@group(0) @binding(0) var<storage, read_write> reals: array<f32>;
@group(0) @binding(1) var<storage, read_write> integers: array<i32>;
var<private> nan_bits: u32 = 0x7fc00000u;
fn step() {
  if (integers[3] != 0) { return; }
  let slot = integers[2];
  let x = reals[0];
  let f = x * x;
  let stops = f < reals[20];
  let spoiled = integers[1] == integers[9];
  reals[32 + slot * 3] = select(f, bitcast<f32>(nan_bits), spoiled);
  reals[33 + slot * 3] = 2 * x;
  reals[34 + slot * 3] = select(0.0, 1.0, stops);
  if (stops) { return; }
  reals[0] = select(x / 2, bitcast<f32>(nan_bits), spoiled);
  reals[1] = f32(integers[1]);
  reals[2] += reals[8 + integers[16 + slot * 2]] + reals[8 + integers[17 + slot * 2]];
}
fn next() {
  if (integers[3] != 0) { return; }
  integers[3] = i32(reals[34 + integers[2] * 3]);
  integers[2] += 1;
  integers[1] += 1;
}
@compute @workgroup_size(1) fn initial() { reals[0] = reals[3]; reals[1] = f32(integers[0]); }
@compute @workgroup_size(1) fn start() { reals[2] = 0; }
@compute @workgroup_size(1) fn halve() { step(); }
@compute @workgroup_size(1) fn advance() { next(); }
@compute @workgroup_size(1) fn whole() { for (var turn = 0; turn < integers[4]; turn++) { step(); next(); } }
@compute @workgroup_size(1) fn evaluate() { reals[16] = reals[0] * reals[0]; reals[17] = f32(integers[1]); }
@compute @workgroup_size(1) fn report() { reals[18] = reals[2]; }
@compute @workgroup_size(1) fn reset() { integers[5] = 0; }
@compute @workgroup_size(1) fn count() { integers[5] += 1; integers[6] = select(0, 1, integers[5] <= integers[7]); }
@compute @workgroup_size(1) fn nothing() { reals[21] += 1; }
`;

/** The kernels again. */
export const kernels: Readonly<Record<string, FakeKernel>> = Object.fromEntries(
  names.map((name): [string, FakeKernel] => [
    name,
    ([first, second]) => fakes[name]?.(new Float32Array(first!), new Int32Array(second!)),
  ]),
);

type Fake = (reals: Float32Array, integers: Int32Array) => void;

function step(reals: Float32Array, integers: Int32Array): void {
  if (integers[3] !== 0) return;
  const slot = integers[2]!;
  const x = reals[0]!;
  const isSpoiled = integers[1] === integers[9];
  const stops = x * x < reals[20]!;
  reals.set([isSpoiled ? NaN : x * x, 2 * x, stops ? 1 : 0], 32 + slot * 3);
  if (stops) return;
  reals[0] = isSpoiled ? NaN : x / 2;
  reals[1] = integers[1]!;
  reals[2]! += reals[8 + integers[16 + slot * 2]!]! + reals[8 + integers[17 + slot * 2]!]!;
}

function next(reals: Float32Array, integers: Int32Array): void {
  if (integers[3] !== 0) return;
  integers[3] = reals[34 + integers[2]! * 3]!;
  integers[2]! += 1;
  integers[1]! += 1;
}

const fakes: Readonly<Record<string, Fake>> = {
  initial: (reals, integers) => reals.set([reals[3]!, integers[0]!]),
  start: (reals) => void (reals[2] = 0),
  halve: step,
  advance: next,
  whole: (reals, integers) => {
    for (let turn = 0; turn < integers[4]!; turn += 1) {
      step(reals, integers);
      next(reals, integers);
    }
  },
  evaluate: (reals, integers) => reals.set([reals[0]! ** 2, integers[1]!], 16),
  report: (reals) => void (reals[18] = reals[2]!),
  reset: (_, integers) => void (integers[5] = 0),
  count: (_, integers) => {
    integers[5]! += 1;
    integers[6] = integers[5]! <= integers[7]! ? 1 : 0;
  },
  nothing: (reals) => void (reals[21]! += 1),
};
