/**
 * The epilogue of a contraction: the launch that reads its sums, written over one tile of them at a time, right after
 * they are done and while they are near. Rows and columns of the tile give the launch its loop variables.
 */
import type { FusionPolicy } from '../../ir/fuse.js';
import type { Variable } from '../../ir/nest-affine.js';
import type { Contraction, Launch } from '../../ir/nest.js';
import { at } from '../../ir/types.js';
import { Scope } from '../blocks.js';
import { get, operate, set } from './code.js';
import type { Local, Statement } from './code.js';
import { constantOf, plus, times, word } from './integer.js';
import type { Word } from './integer.js';
import { LaunchWriter } from './launch-code.js';
import { advance, behind, repeatFor, variable } from './loops.js';
import type { CodeScope } from './loops.js';
import { bytesOf, loadReal } from './real.js';
import type { Precision, RealForm } from './real.js';
import { longestColumn } from './tile-choice.js';

/** As `fusion` says, and with epilogues. */
export function withEpilogues(fusion: FusionPolicy, precision: Precision): FusionPolicy {
  return {
    ...fusion,
    epilogues: ({ left, right }: Contraction, launch: Launch) => {
      const columns = right.free.extent === 1 ? left.free.extent : right.free.extent;
      const space = at(launch.units, 0).space.slice(0, launch.depth);
      const inner = space.findLast(({ extent }) => extent !== 1);
      // What is summed in several parts has to wait in memory.
      return inner?.extent === columns && left.contract.extent * bytesOf[precision] <= longestColumn;
    },
  };
}

/** Sums in memory, and where they stand in the output. */
export interface Tile {
  /** Counted over all of the batch. */
  readonly row: Word;
  readonly column: Word;
  readonly height: number;
  readonly width: number;
  /** Of the output. */
  readonly columns: number;
  readonly sums: Word;
  /** Bytes from a row of sums to the next. */
  readonly pitch: number;
}

export class EpilogueWriter extends LaunchWriter {
  writeTile({ row, column, height, width, columns, sums, pitch }: Tile): readonly Statement[] {
    const { launch, root, program } = this;
    const loops = this.space.filter((each) => this.hasLoop(each));
    const [inner, ...outer] = [...loops].reverse();
    if (inner === undefined) throw new Error('compiler bug: an epilogue of a single number');
    const source = variable(root, sums);
    repeatFor(root, word(height), 1, (turn, rowScope) => {
      // The innermost loop may have taken over some of those around it.
      const perSweep = this.extentOf(inner) / columns;
      const whole = get(variable(rowScope, plus(row, turn)));
      const begin = variable(rowScope, plus(times(remainder(whole, perSweep), columns), column));
      let rest = quotient(whole, perSweep);
      outer.forEach((each, index) => {
        const last = index === outer.length - 1;
        const extent = this.extentOf(each);
        rowScope.push(set(this.counter(each), last ? rest : remainder(rest, extent)));
        rest = quotient(rest, extent);
      });
      const inLanes = launch.stages.every((stage) => this.vectorsOf(stage, inner) !== undefined);
      const vectors = inLanes ? Math.floor(width / this.laneForm.lanes) : 0;
      const run = (form: RealForm, from: number, count: number): void => {
        if (count === 0) return;
        repeatFor(rowScope, word(count), 1, (position, body) => {
          const ahead = plus(times(position, form.lanes), word(from));
          // A scope of its own: values in lanes are no values of single numbers.
          const own: CodeScope = new Scope(rowScope);
          own.push(set(this.counter(inner), plus(get(begin), ahead)));
          const place = behind(plus(get(source), times(ahead, bytesOf[form.precision])), 0);
          this.writePoint(form, variable(own, loadReal(form, place)), inner, rowScope, own);
          for (const statement of own.lines) body.push(statement);
        });
      };
      run(this.laneForm, 0, vectors);
      run(program.form, vectors * this.laneForm.lanes, width - vectors * this.laneForm.lanes);
      advance(rowScope, source, pitch);
    });
    return root.lines;
  }

  /** All units at one place, one number or the lanes of a vector. */
  private writePoint(
    form: RealForm,
    sum: Local,
    inner: Variable,
    rowScope: CodeScope,
    body: CodeScope,
  ): void {
    const { launch } = this;
    const { given } = launch;
    if (given === undefined) throw new Error('compiler bug: an epilogue without the output of a contraction');
    const { space } = this;
    const first = space.indexOf(inner);
    this.scopes.push(...space.map((_, depth) => (depth < first ? rowScope : body)));
    this.lanes = form.lanes === 1 ? undefined : { form, variable: inner, across: false, shift: 0, vector: 0 };
    this.unitValues.set(given, get(sum));
    launch.stages.forEach((stage, index) => {
      this.stage = index;
      this.levels.clear();
      this.writeUnits(stage);
    });
    this.lanes = undefined;
    this.scopes.length -= space.length;
  }

  private get space(): readonly Variable[] {
    return at(this.launch.units, 0).space.slice(0, this.launch.depth);
  }
}

function quotient(value: Word, divisor: number): Word {
  const known = constantOf(value);
  if (known !== undefined) return word(Math.floor(known / divisor));
  return divisor === 1 ? value : operate('i32.div_u', value, word(divisor));
}

function remainder(value: Word, divisor: number): Word {
  const known = constantOf(value);
  if (known !== undefined) return word(known % divisor);
  return divisor === 1 ? word(0) : operate('i32.rem_u', value, word(divisor));
}
