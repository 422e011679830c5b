/**
 * A program on a device, behind the interface of the run loop. Steps go out in submissions of as many as the pace
 * allows, two of them in flight; their measures come back together. Snapshots stay on the device. Parameters are read
 * back now and then, so that a device that goes away does not take them with it. (Private names begin with `#` in this
 * folder: minifiers shorten those, and this is what pages load.)
 */
import type { RunPlan, Snapshot } from '../compiled.js';
import type { DrivenProgram, LastRead, SavedState } from '../driven.js';
import { BatchSampler, storedOrder, writeRows } from '../sampler.js';
import { emptyCells, makeArenas, Memory } from './buffers.js';
import type { Cells } from './buffers.js';
import type { DeviceResult } from './fault.js';
import { Pace } from './pace.js';
import { makePipelines } from './pipelines.js';
import type { Pipelines } from './pipelines.js';
import type { DevicePhase, DevicePlan, Slice } from './plan.js';
import type { InputPlan, ProgramPlan } from './program_plan.js';
import { isStraight, Recorder } from './replay.js';
import { DeviceState } from './snapshots.js';
import type { DeviceSnapshot } from './snapshots.js';

export interface DeviceProgramOptions {
  /** Steps of each submission; found from their duration if not given. */
  readonly stepsPerSubmission?: number;
  /** The device was opened for this program, and goes with it. */
  readonly ownsDevice?: boolean;
}

/** Parameters of so many bytes come back with every block of measures; larger ones every few seconds, if they fit beside these. */
const smallBytes = 1 << 16;
const readEverySeconds = 5;
const inFlight = 2;

interface Mark extends SavedState {
  readonly snapshot: DeviceSnapshot;
}

interface Submission {
  readonly asked: number;
  /** Control, measures, and sometimes the parameters. */
  readonly results: Promise<readonly Cells[]>;
}

export class DeviceProgram implements DrivenProgram {
  measures: Float32Array = new Float32Array(0);
  readonly #recorder: Recorder;
  readonly #run: RunPlan;
  readonly plan: DevicePlan;
  readonly memory: Memory;
  readonly #options: DeviceProgramOptions;
  readonly #inputs: InputPlan;
  readonly #samplers: readonly (BatchSampler | undefined)[];
  readonly #state: DeviceState;
  #pace: Pace;
  #seed = 0;
  #taken = 0;
  #last: LastRead | undefined;
  #lastReadAt = 0;

  static async create(
    device: GPUDevice,
    plan: ProgramPlan,
    options: DeviceProgramOptions = {},
  ): Promise<DeviceResult<DeviceProgram>> {
    const buffers = await makeArenas(device, plan.device.arenas);
    if (!buffers.ok) return buffers;
    const memory = new Memory(device, plan.device.arenas, buffers.value);
    const pipelines = await makePipelines(device, plan.device, buffers.value);
    if (!pipelines.ok) {
      memory.destroy();
      return pipelines;
    }
    for (const { place, values } of plan.device.literals) memory.write(place, values);
    return { ok: true, value: new DeviceProgram(plan, memory, pipelines.value, options) };
  }

  private constructor(
    plan: ProgramPlan,
    memory: Memory,
    pipelines: Pipelines,
    options: DeviceProgramOptions,
  ) {
    this.memory = memory;
    this.#options = options;
    this.#run = plan.run;
    this.plan = plan.device;
    this.#inputs = plan.inputs;
    this.#recorder = new Recorder(memory, plan.device, pipelines);
    this.#samplers = plan.inputs.batches.map((batch) =>
      batch === null ? undefined : new BatchSampler(batch),
    );
    const states = this.plan.phases.flatMap((phase) => phase.states);
    this.#state = new DeviceState(memory, [this.plan.parameters, ...states]);
    this.#pace = new Pace(options.stepsPerSubmission);
  }

  /** Raw inputs in the order of the plan, in the source's row order. */
  load(raw: readonly ArrayLike<number>[]): void {
    this.#inputs.raw.forEach(({ name, table }, index) => {
      const [place, values] = [placeAt(this.plan.raw, index), raw[index]];
      if (values?.length !== place.size) {
        throw new Error(`${name} has ${values?.length ?? 0} values instead of ${place.size}`);
      }
      const cells = emptyCells(this.plan.arenas[place.arena]?.type ?? 'f32', place.size);
      const { rows = 0, shuffleSeed } = (table === undefined ? undefined : this.#inputs.tables[table]) ?? {};
      if (shuffleSeed === undefined) cells.set(values);
      else writeRows(cells, values, storedOrder(rows, shuffleSeed));
      this.memory.upload(place, cells);
    });
  }

  async initialize(
    seed: number,
    hypers: ReadonlyMap<string, number> = new Map(),
    startSeed = seed,
  ): Promise<void> {
    this.#seed = seed;
    this.#inputs.hypers.forEach(({ name, value }, index) => {
      this.memory.write(placeAt(this.plan.hypers, index), [hypers.get(name) ?? value]);
    });
    this.memory.write(this.plan.seed, [seed]);
    this.memory.write(this.plan.step, [0]);
    await this.#complete(this.plan.prepare);
    this.memory.write(this.plan.seed, [startSeed]);
    await this.#complete(this.plan.initial);
    this.memory.write(this.plan.seed, [seed]);
    await this.#readBack(0);
  }

  async startPhase(phase: number): Promise<void> {
    this.#taken = 0;
    this.#pace = new Pace(this.#options.stepsPerSubmission);
    this.#settle(phase);
    await this.#complete(this.#phase(phase).start);
    await this.#readBack(phase);
  }

  async advance(phase: number, count: number): Promise<number> {
    const about = this.#phase(phase);
    const straight = isStraight(about.step);
    const wanted = straight ? this.#pace.block(count) : 1;
    const width = this.#width(phase);
    if (this.measures.length < wanted * width) this.measures = new Float32Array(wanted * width);
    const begun = performance.now();
    const pending: Submission[] = [];
    let [submitted, taken, ended] = [0, 0, false];
    this.memory.write(about.control, [0, 0, 0]);
    this.memory.write(this.plan.step, [this.#taken + 1]);
    while (pending.length > 0 || (submitted < wanted && !ended)) {
      while (submitted < wanted && !ended && pending.length < inFlight) {
        const asked = this.#pace.submission(wanted - submitted, about.slots);
        await this.#submitSteps(phase, this.#taken + submitted + 1, asked);
        submitted += asked;
        pending.push({ asked, results: this.#submitResults(phase, asked, submitted === wanted) });
      }
      const submission = pending.shift();
      if (submission === undefined) break;
      const [control, measures, x] = await submission.results;
      const steps = control?.[0] ?? 0;
      if (measures instanceof Float32Array)
        this.measures.set(measures.subarray(0, steps * width), taken * width);
      taken += steps;
      ended ||= steps < submission.asked || control?.[1] !== 0;
      if (x instanceof Float32Array) this.#keep(phase, this.#taken + taken, x);
    }
    if (taken === 0) throw new Error('compiler bug: the device took none of the steps it was asked for');
    this.#taken += taken;
    this.#pace.observe(taken, (performance.now() - begun) / 1000);
    return taken;
  }

  async readParameters(): Promise<Float32Array> {
    const [x] = await this.memory.read(this.plan.parameters);
    return x instanceof Float32Array ? x : new Float32Array(0);
  }

  async report(index: number): Promise<Cells> {
    const { commands, value } = found(this.plan.reports[index], `report ${index}`);
    this.memory.write(this.plan.step, [this.#taken]);
    return this.#answer(commands, value);
  }

  async evaluate(phase: number): Promise<Cells> {
    this.#settle(phase);
    return this.#answer(this.#phase(phase).evaluate, this.plan.evaluation);
  }

  writeCarried(index: number, values: ArrayLike<number>): void {
    this.memory.write(placeAt(this.#phase(0).states, index), values);
  }

  saveState(into?: SavedState): SavedState {
    const snapshot = (into as Mark | undefined)?.snapshot ?? this.#state.makeSnapshot();
    this.#state.copy(this.#recorder.commands(), snapshot, 'save');
    this.#recorder.submit();
    const mark: Mark = { snapshot, step: this.#taken };
    return mark;
  }

  restoreState(saved: SavedState): void {
    const { snapshot, step } = saved as Mark;
    this.#state.copy(this.#recorder.commands(), snapshot, 'restore');
    this.#recorder.submit();
    this.#taken = step;
  }

  lastRead(): LastRead | undefined {
    return this.#last;
  }

  /** The state as it is now, on the host. */
  async snapshot(): Promise<Snapshot> {
    const states: (readonly Cells[])[] = [];
    for (const phase of this.plan.phases) {
      const cells = await Promise.all(phase.states.map((state) => this.memory.read(state)));
      states.push(cells.flat());
    }
    return { parameters: await this.readParameters(), states, step: this.#taken };
  }

  /** For measurements: `measure` records and submits one step as it likes; the state is as before afterwards. */
  async measureStep<Value>(phase: number, measure: (recorder: Recorder) => Promise<Value>): Promise<Value> {
    const saved = this.saveState();
    this.#settle(phase);
    this.#prepareSteps(phase, this.#taken + 1, 1);
    const value = await measure(this.#recorder);
    this.restoreState(saved);
    return value;
  }

  /** Frees what it has on the device, and the device if that is its own. */
  destroy(): void {
    this.memory.destroy();
    this.#state.destroy();
    if (this.#options.ownsDevice === true) this.memory.device.destroy();
  }

  // ------------------------------------------------------------------------------------------------- steps

  /** Records and submits steps; those of a phase that asks the host run on the way, one at a time. */
  async #submitSteps(phase: number, first: number, asked: number): Promise<void> {
    const { step, stepsPerReplay } = this.#phase(phase);
    this.#prepareSteps(phase, first, asked);
    if (!isStraight(step)) return this.#recorder.run(step);
    const replays = stepsPerReplay === 'many' ? 1 : asked;
    for (let replay = 0; replay < replays; replay += 1) {
      this.#recorder.beginPass();
      this.#recorder.record(step);
    }
  }

  /** Writes what the steps of one submission read: their number, their slots, the rows of each. `done` is left as it is. */
  #prepareSteps(phase: number, first: number, asked: number): void {
    const { control, rows } = this.#phase(phase);
    this.memory.write({ ...control, size: 1 }, [0]);
    this.memory.write({ ...control, offset: control.offset + 2, size: 1 }, [asked]);
    const sampler = this.#samplers[phase];
    if (sampler === undefined || rows === undefined) return;
    const batch = found(this.#inputs.batches[phase] ?? undefined, `batch of phase ${phase}`).size;
    const sampled = new Int32Array(asked * batch);
    for (let slot = 0; slot < asked; slot += 1) {
      sampler.sample(sampled.subarray(slot * batch, (slot + 1) * batch), this.#seed, first + slot);
    }
    this.memory.upload(rows, sampled);
  }

  /** Ends the submission with copies of what its steps have measured, and of the parameters if they are due. */
  #submitResults(phase: number, asked: number, isLast: boolean): Promise<readonly Cells[]> {
    const { control, measures } = this.#phase(phase);
    const bytes = this.plan.parameters.size * 4;
    const isLate = performance.now() - this.#lastReadAt >= readEverySeconds * 1000;
    const isDue = bytes <= smallBytes || (isLate && bytes <= this.memory.device.limits.maxBufferSize / 2);
    const fetch = this.memory.fetch(this.#recorder.commands(), [
      { ...control, size: 2 },
      { ...measures, size: asked * this.#width(phase) },
      ...(isLast && isDue ? [this.plan.parameters] : []),
    ]);
    this.#recorder.submit();
    const results = this.memory.received(fetch);
    // One that comes after the loss of the device is not waited for.
    results.catch(() => undefined);
    return results;
  }

  /** The step number as it was in the last step, and no step that does nothing. */
  #settle(phase: number): void {
    this.memory.write(this.plan.step, [this.#taken]);
    this.memory.write(this.#phase(phase).control, [0, 0, 0]);
  }

  async #complete(commands: DevicePlan['prepare']): Promise<void> {
    await this.#recorder.run(commands);
    this.#recorder.submit();
  }

  async #answer(commands: DevicePlan['prepare'], value: Slice): Promise<Cells> {
    await this.#recorder.run(commands);
    const fetch = this.memory.fetch(this.#recorder.commands(), [value]);
    this.#recorder.submit();
    return found((await this.memory.received(fetch))[0], 'answer');
  }

  async #readBack(phase: number): Promise<void> {
    this.#keep(phase, 0, await this.readParameters());
  }

  #keep(phase: number, step: number, parameters: Float32Array): void {
    this.#last = { phase, step, parameters };
    this.#lastReadAt = performance.now();
  }

  #phase(index: number): DevicePhase {
    return found(this.plan.phases[index], `phase ${index}`);
  }

  #width(phase: number): number {
    return found(this.#run.phases[phase], `phase ${phase}`).measures.length;
  }
}

function found<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`compiler bug: there is no ${what}`);
  return value;
}

function placeAt(places: readonly Slice[], index: number): Slice {
  return found(places[index], `place ${index}`);
}
