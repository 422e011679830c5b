/** Lanes filled from places that do not lie side by side, and squares of lanes turned. */
import { get, load, loadLane, shuffle } from './code.js';
import type { Code } from './code.js';
import type { Word } from './integer.js';
import { behind, variable } from './loops.js';
import type { CodeScope } from './loops.js';
import type { RealForm } from './real.js';

/** Lanes from places `stride` bytes apart. */
export function loadApart(form: RealForm, base: Word, offset: number, stride: number): Code<'v128'> {
  const double = form.lanes === 2;
  const first = behind(base, offset);
  let value: Code<'v128'> = load(double ? 'v128.load64_zero' : 'v128.load32_zero', first);
  for (let lane = 1; lane < form.lanes; lane += 1) {
    const address = behind(base, offset + lane * stride);
    value = loadLane(double ? 'v128.load64_lane' : 'v128.load32_lane', address, lane, value);
  }
  return value;
}

/** Row i of the result has lane i of every vector. */
export function transposed(rows: readonly Code<'v128'>[], scope: CodeScope): readonly Code<'v128'>[] {
  const [a, b, c, d] = rows;
  if (a === undefined || b === undefined) throw new Error('compiler bug: a square has at least two rows');
  const pick = (left: Code<'v128'>, right: Code<'v128'>, words: readonly number[]): Code<'v128'> => {
    const bytes = words.flatMap((word) => [4 * word, 4 * word + 1, 4 * word + 2, 4 * word + 3]);
    return get(variable(scope, shuffle(left, right, bytes)));
  };
  const halves = (left: Code<'v128'>, right: Code<'v128'>): readonly [Code<'v128'>, Code<'v128'>] => [
    pick(left, right, [0, 1, 4, 5]),
    pick(left, right, [2, 3, 6, 7]),
  ];
  if (c === undefined || d === undefined) return halves(a, b);
  const [lowFirst, lowSecond] = [pick(a, b, [0, 4, 1, 5]), pick(c, d, [0, 4, 1, 5])];
  const [highFirst, highSecond] = [pick(a, b, [2, 6, 3, 7]), pick(c, d, [2, 6, 3, 7])];
  return [...halves(lowFirst, lowSecond), ...halves(highFirst, highSecond)];
}
