/**
 * Cuts a schedule into pieces for a device: what runs whole in one workgroup, what gets the whole grid, and the control flow
 * that is left over. Bottom up, by the times that `device_cost.ts` expects.
 */
import type { Place, Schedule } from '../../ir/nest.js';
import { locate } from '../../ir/nest.js';
import { leavesOf } from '../../ir/schedule-leaves.js';
import { at } from '../../ir/types.js';
import { expectedTurns, leafTime, microseconds, usualGroups } from './device_cost.js';
import type { Condition, Piece, Write } from './pieces.js';

/** `auto` leaves the choice to the expected times. */
export type Composition = 'auto' | 'grid' | 'workgroup';

export interface CutOptions {
  readonly composition: Composition;
  /** Invocations of a workgroup. */
  readonly threads: number;
  /** A function that runs once is rather compiled into few kernels. */
  readonly runs: 'once' | 'often';
  /** A cell of one integer that keeps its content. */
  readonly makeCell: (label: string) => Place;
}

/** A part of a schedule, with what control flow needs between the parts. */
export type Part = Schedule | Write;

interface Cut {
  readonly pieces: readonly Piece[];
  /** Expected microseconds. */
  readonly run: number;
  readonly kernels: number;
}

/** @param conditions of every piece: where one does not hold, nothing happens */
export function cutSchedule(
  parts: readonly Part[],
  options: CutOptions,
  conditions: readonly Condition[] = [],
): readonly Piece[] {
  if (options.composition === 'workgroup') return [{ kind: 'workgroup', parts, conditions }];
  return new Cutter(options).sequence(parts, conditions).pieces;
}

class Cutter {
  constructor(private readonly options: CutOptions) {}

  /** The cheapest way through the parts: each in the workgroup of its neighbours, or cut by itself. */
  sequence(given: readonly Part[], conditions: readonly Condition[]): Cut {
    const parts = given.flatMap(flatten);
    interface Way {
      readonly price: number;
      readonly choice: readonly ('workgroup' | 'cut')[];
    }
    const cuts: Cut[] = [];
    let inside: Way = { price: Infinity, choice: [] };
    let outside: Way = { price: 0, choice: [] };
    for (const part of parts) {
      const cut = this.part(part, conditions);
      cuts.push(cut);
      const time = this.isAllowed(part) ? workgroupTime(part, this.options.threads) : Infinity;
      const [stay, enter] = [inside.price + time, outside.price + this.startPrice() + time];
      const before = stay <= enter ? inside : outside;
      const nextInside: Way = { price: Math.min(stay, enter), choice: [...before.choice, 'workgroup'] };
      const last = inside.price < outside.price ? inside : outside;
      outside = { price: last.price + this.priceOf(cut), choice: [...last.choice, 'cut'] };
      inside = nextInside;
    }
    const best = inside.price <= outside.price ? inside : outside;
    const pieces = parts.flatMap((part, index): readonly Piece[] =>
      best.choice[index] === 'workgroup'
        ? [{ kind: 'workgroup', parts: [part], conditions }]
        : at(cuts, index).pieces,
    );
    const most = this.options.runs === 'once' ? largestKernel : Infinity;
    return this.measured(merged(pieces, most), best.price);
  }

  private measured(pieces: readonly Piece[], price: number): Cut {
    const kernels = kernelsOf(pieces);
    return { pieces, kernels, run: price - this.compilation() * kernels };
  }

  private part(part: Part, conditions: readonly Condition[]): Cut {
    switch (part.kind) {
      case 'write':
        return { pieces: [{ kind: 'workgroup', parts: [part], conditions }], kernels: 1, run: startTime };
      case 'sequence':
        return this.sequence(part.steps, conditions);
      case 'repeat':
        return part.condition === undefined
          ? this.fixedLoop(part, conditions)
          : this.conditionedLoop(part, part.condition, conditions);
      case 'if':
        return this.branches(part, conditions);
      case 'launch':
      case 'contraction':
      case 'kernel':
      case 'copy':
      case 'fill': {
        const run = startTime + leafTime(part, { threads: this.options.threads, groups: usualGroups });
        return { pieces: [{ kind: 'grid', leaf: part, conditions }], kernels: 1, run };
      }
      default:
        return part satisfies never;
    }
  }

  /** The device counts the turns. */
  private fixedLoop(loop: Extract<Schedule, { kind: 'repeat' }>, conditions: readonly Condition[]): Cut {
    const body = this.sequence([loop.body, increment(loop.turn)], conditions);
    const pieces: Piece[] = [
      { kind: 'workgroup', parts: [constant(loop.turn, 0)], conditions },
      { kind: 'repeat', count: loop.max, body: body.pieces },
    ];
    return { pieces, kernels: body.kernels + 1, run: startTime + loop.max * body.run };
  }

  /**
   * All turns that there may be, of which those after the end do nothing; or, where these are many, some at a time,
   * with a look at the flag between them. The test for a turn is made at the end of the one before.
   */
  private conditionedLoop(
    { max, turn, body }: Extract<Schedule, { kind: 'repeat' }>,
    { schedule: test, flag }: { readonly schedule: Schedule; readonly flag: Place },
    outer: readonly Condition[],
  ): Cut {
    const first = this.sequence([constant(turn, 0), test], outer);
    const inside: readonly Condition[] = [...outer, { cell: flag, is: 'nonzero' }];
    const each = this.sequence([body, increment(turn), test], inside);
    const atOnce = Math.max(1, Math.floor(microseconds.readBack / (each.run + 1)));
    const kernels = first.kernels + each.kernels;
    if (max <= 2 * atOnce) {
      const pieces: Piece[] = [...first.pieces, { kind: 'repeat', count: max, body: each.pieces }];
      return { pieces, kernels, run: first.run + max * each.run };
    }
    const bound: Write = { kind: 'write', to: flag, value: { kind: 'below', from: turn, limit: max } };
    const bounded = this.sequence([body, increment(turn), test, bound], inside);
    const some: Piece = { kind: 'repeat', count: atOnce, body: bounded.pieces };
    const pieces: Piece[] = [
      ...first.pieces,
      { kind: 'while', max: Math.ceil(max / atOnce), flag, condition: [], body: [some] },
    ];
    const looks = Math.ceil(expectedTurns(max) / atOnce) + 1;
    return { pieces, kernels, run: first.run + looks * (microseconds.readBack + atOnce * each.run) };
  }

  /** Both branches, one of which does nothing, or the host looks which. */
  private branches(
    { flag, then, otherwise }: Extract<Schedule, { kind: 'if' }>,
    outer: readonly Condition[],
  ): Cut {
    const yes = this.sequence([then], [...outer, { cell: flag, is: 'nonzero' }]);
    const no = this.sequence([otherwise], [...outer, { cell: flag, is: 'zero' }]);
    const kernels = yes.kernels + no.kernels;
    const looked = microseconds.readBack + Math.max(yes.run, no.run);
    if (yes.run + no.run <= looked) {
      return { pieces: [...yes.pieces, ...no.pieces], kernels, run: yes.run + no.run };
    }
    const fixed = locate(flag).base.terms.length === 0;
    const cell = fixed ? flag : this.options.makeCell('branch');
    const copied: Write = { kind: 'write', to: cell, value: { kind: 'copy', from: flag } };
    const pieces: Piece[] = [
      ...(fixed ? [] : [{ kind: 'workgroup', parts: [copied], conditions: outer } as const]),
      { kind: 'if', flag: cell, then: yes.pieces, otherwise: no.pieces },
    ];
    return { pieces, kernels: kernels + (fixed ? 0 : 1), run: looked };
  }

  /** Where every function is to have the grid, only what control flow writes is left to a workgroup. */
  private isAllowed(part: Part): boolean {
    return this.options.composition !== 'grid' || part.kind === 'write';
  }

  private startPrice(): number {
    return startTime + this.compilation();
  }

  private compilation(): number {
    return this.options.runs === 'once' ? microseconds.compilation : 0;
  }

  private priceOf({ run, kernels }: Cut): number {
    return run + this.compilation() * kernels;
  }
}

const startTime = microseconds.dispatch;

/** Functions of a kernel that runs once: drivers take more than twice as long to compile one twice as large. */
const largestKernel = 16;

/** How long one workgroup takes. */
export function workgroupTime(part: Part, threads: number): number {
  switch (part.kind) {
    case 'write':
      return 0;
    case 'sequence':
      return part.steps.reduce((total, step) => total + workgroupTime(step, threads), 0);
    case 'repeat': {
      const { condition, body, max } = part;
      const test = condition === undefined ? 0 : workgroupTime(condition.schedule, threads);
      const turns = condition === undefined ? max : expectedTurns(max);
      return turns * (test + workgroupTime(body, threads) + 2 * microseconds.barrier);
    }
    case 'if': {
      const branches = [part.then, part.otherwise].map((branch) => workgroupTime(branch, threads));
      return Math.max(...branches) + 2 * microseconds.barrier;
    }
    case 'launch':
    case 'contraction':
    case 'kernel':
    case 'copy':
    case 'fill':
      return microseconds.barrier + leafTime(part, { threads, groups: 1 });
    default:
      return part satisfies never;
  }
}

function flatten(part: Part): readonly Part[] {
  return part.kind === 'sequence' ? part.steps.flatMap(flatten) : [part];
}

function constant(to: Place, value: number): Write {
  return { kind: 'write', to, value: { kind: 'constant', value } };
}

function increment(to: Place): Write {
  return { kind: 'write', to, value: { kind: 'increment' } };
}

/** Neighbours in a workgroup under the same conditions are one kernel, of at most so many functions. */
function merged(pieces: readonly Piece[], most: number): readonly Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    const joins =
      functionsOf(piece) + (last === undefined ? 0 : functionsOf(last)) <= most &&
      piece.kind === 'workgroup' &&
      last?.kind === 'workgroup' &&
      piece.conditions.length === last.conditions.length &&
      piece.conditions.every((condition, index) => condition === last.conditions[index]);
    if (joins) result[result.length - 1] = { ...last, parts: [...last.parts, ...piece.parts] };
    else result.push(piece);
  }
  return result;
}

function functionsOf(piece: Piece): number {
  if (piece.kind !== 'workgroup') return 1;
  return piece.parts.reduce((total, part) => total + (part.kind === 'write' ? 1 : leavesOf(part).length), 0);
}

function kernelsOf(pieces: readonly Piece[]): number {
  return pieces.reduce((total, piece) => {
    switch (piece.kind) {
      case 'grid':
      case 'workgroup':
        return total + 1;
      case 'repeat':
        return total + kernelsOf(piece.body);
      case 'while':
        return total + kernelsOf(piece.condition) + kernelsOf(piece.body);
      case 'if':
        return total + kernelsOf(piece.then) + kernelsOf(piece.otherwise);
      default:
        return piece satisfies never;
    }
  }, 0);
}
