/**
 * Several steps of a phase in one call: the loop around a step that the host would run otherwise. It counts the step,
 * puts the rows of the next batch where the step reads them, keeps what the step measured, and ends early at a
 * measure that is not finite or says stop, so that nobody takes a step which would not have been taken one by one.
 * Only the permutation of an epoch comes from the host.
 */
import type { Phase, Program } from '../../ir/program.js';
import type { Place } from '../../ir/nest.js';
import { locate } from '../../ir/nest.js';
import { range } from '../../ir/types.js';
import { batchStream } from '../../runtime/sampler.js';
import type { BatchPlan } from '../../runtime/sampler.js';
import type { Layout } from '../layout.js';
import { batchPlan } from '../run-plan.js';
import { startOf } from '../schedule-program.js';
import type { ProgramPlaces } from '../schedule-program.js';
import { defineFunction, get, load, newLocal, operate, perform, set, store } from './code.js';
import type { Address, Code, DefinedFunction, Label, Local, Statement } from './code.js';
import { plus, times, word } from './integer.js';
import type { Word } from './integer.js';
import { placeAddress } from './memory.js';
import type { ProgramCode } from './program-code.js';
import { compareReals, loadReal, realBinary, realConstant, storeReal } from './real.js';

/** The most steps of one call. */
export const largestBlock = 128;

/** Memory that only the loop around steps needs. */
export interface BlockPlaces {
  /** A row of measures for each step of the last call. */
  readonly trail: Place;
  /** The epoch whose permutation `order` holds, or -1. */
  readonly epoch: Place;
  /** The training rows in the order of the present epoch, where a phase draws them. */
  readonly order: Place | undefined;
}

export function blockPlaces(program: Program, layout: Layout): BlockPlaces {
  const width = Math.max(1, ...program.phases.map(({ measures }) => measures.length));
  const drawn = program.phases.flatMap((phase) => {
    const batch = batchPlan(program, phase);
    return batch === undefined || batch.inOrder ? [] : [batch.count];
  });
  const ints = (size: number, label: string): Place => layout.fixed({ dtype: 'int', shape: [size] }, label);
  return {
    trail: layout.fixed({ dtype: 'real', shape: [largestBlock * width] }, 'trail'),
    epoch: ints(1, 'epoch'),
    order: drawn.length === 0 ? undefined : ints(Math.max(...drawn), 'order'),
  };
}

/** A function of the number of steps, which is at least 1; it gives how many were taken. */
export function writeSteps(
  name: string,
  step: DefinedFunction,
  phase: number,
  program: Program,
  places: ProgramPlaces,
  block: BlockPlaces,
  code: ProgramCode,
): DefinedFunction {
  return new StepsWriter(program, phase, places, block, code).write(name, step);
}

class StepsWriter {
  private readonly about: Phase;
  private readonly batch: BatchPlan | undefined;

  constructor(
    program: Program,
    private readonly phase: number,
    private readonly places: ProgramPlaces,
    private readonly block: BlockPlaces,
    private readonly code: ProgramCode,
  ) {
    const about = program.phases[phase];
    if (about === undefined) throw new Error(`compiler bug: there is no phase ${phase}`);
    this.about = about;
    this.batch = batchPlan(program, about);
  }

  write(name: string, step: DefinedFunction): DefinedFunction {
    const count = newLocal('i32');
    const taken = newLocal('i32');
    const label: Label = { label: 'steps' };
    const made = defineFunction(name, [count], 'i32');
    const turn = [
      ...this.next(),
      perform(step),
      ...this.keep(taken),
      set(taken, plus(get(taken), word(1))),
      ...this.leaves(label),
    ];
    const again = operate('i32.lt_s', get(taken), get(count));
    made.body.push(set(taken, word(0)), {
      kind: 'block',
      label,
      body: [{ kind: 'loop', body: turn, again }],
    });
    made.result = get(taken);
    return made;
  }

  private cell(place: Place): Address {
    return placeAddress(this.code, place);
  }

  /** Counts the step and brings its rows. */
  private next(): Statement[] {
    const cell = this.cell(this.places.step);
    const before = newLocal('i32');
    return [
      set(before, load('i32.load', cell)),
      store('i32.store', cell, plus(get(before), word(1))),
      ...this.sample(before),
    ];
  }

  private sample(before: Local<'i32'>): Statement[] {
    const rows = this.places.phases[this.phase]?.rows;
    if (rows === undefined || this.batch === undefined) return [];
    const { stepsPerEpoch, size } = this.batch;
    const first = times(operate('i32.rem_s', get(before), word(stepsPerEpoch)), size);
    return this.batch.inOrder
      ? this.inOrder(rows, first, this.batch)
      : this.drawn(rows, first, this.batch, operate('i32.div_s', get(before), word(stepsPerEpoch)));
  }

  private inOrder(rows: Place, first: Word, { start, size }: BatchPlan): Statement[] {
    const { base, offset } = this.cell(rows);
    const [from, row] = [newLocal('i32'), newLocal('i32')];
    const to = { base: plus(base, times(get(row), 4)), offset };
    return [
      set(from, plus(first, word(start))),
      set(row, word(0)),
      {
        kind: 'loop',
        body: [store('i32.store', to, plus(get(from), get(row))), set(row, plus(get(row), word(1)))],
        again: operate('i32.lt_s', get(row), word(size)),
      },
    ];
  }

  private drawn(rows: Place, first: Word, batch: BatchPlan, epoch: Word): Statement[] {
    const { order } = this.block;
    if (order === undefined) throw new Error('compiler bug: no room for the order of rows');
    const cell = this.cell(this.block.epoch);
    const [from, to] = [this.cell(order), this.cell(rows)];
    const present = newLocal('i32');
    return [
      set(present, epoch),
      {
        kind: 'if',
        condition: operate('i32.ne', get(present), load('i32.load', cell)),
        then: [perform(this.shuffle(order, batch), [get(present)]), store('i32.store', cell, get(present))],
        otherwise: [],
      },
      {
        kind: 'memory',
        name: 'copy',
        operands: [
          plus(to.base, word(to.offset)),
          plus(times(first, 4), plus(from.base, word(from.offset))),
          word(batch.size * 4),
        ],
      },
    ];
  }

  private shuffle(order: Place, { start, count }: BatchPlan): ReturnType<ProgramCode['import']> {
    const { glue } = this.code;
    return this.code.import(`shuffle_${this.phase + 1}`, ['i32'], undefined, ([epoch = '']) => {
      const view = glue.view(locate(order).buffer);
      const seed = `integers[${startOf(this.places.seed)}]!`;
      const shuffled = `${glue.routine('shuffleRows')}(${view}, ${count}, ${seed}, ${batchStream}, ${epoch});`;
      if (start === 0) return `{ ${shuffled} }`;
      return `{ ${shuffled} for (let row = 0; row < ${count}; row += 1) ${view}[row] = ${view}[row]! + ${start}; }`;
    });
  }

  private measures(): Address[] {
    const { base, offset } = this.cell(this.places.measures);
    const { bytes } = this.code.addressOf(locate(this.places.measures).buffer);
    return range(this.about.measures.length).map((index) => ({ base, offset: offset + index * bytes }));
  }

  /** What was measured, behind what the steps before it measured. */
  private keep(taken: Local<'i32'>): Statement[] {
    const { form } = this.code;
    const { base, offset } = this.cell(this.block.trail);
    const { bytes } = this.code.addressOf(locate(this.block.trail).buffer);
    const width = this.about.measures.length;
    const row = newLocal('i32');
    return [
      set(row, plus(base, times(get(taken), width * bytes))),
      ...this.measures().map((from, index) =>
        storeReal(form, { base: get(row), offset: offset + index * bytes }, loadReal(form, from)),
      ),
    ];
  }

  private leaves(label: Label): Statement[] {
    const { form } = this.code;
    const values = this.measures().map((address) => loadReal(form, address));
    const last = values.at(-1);
    if (last === undefined) return [];
    // A difference with itself is 0 for what is finite, and otherwise no number.
    const differences = values.map((value) => realBinary(form, 'sub', value, value));
    const none = differences.reduce((sum, each) => realBinary(form, 'add', sum, each));
    const leave = (when: Code): Statement => ({ kind: 'leave', label, when: when as Code<'i32'> });
    return [
      leave(compareReals(form, 'ne', none, realConstant(form, 0))),
      ...(this.about.stops ? [leave(compareReals(form, 'eq', last, realConstant(form, 1)))] : []),
    ];
  }
}
