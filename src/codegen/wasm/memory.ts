/** Whole places at once: their addresses, filling and copying. */
import type { Affine } from '../../ir/nest-affine.js';
import { locate } from '../../ir/nest.js';
import type { Place } from '../../ir/nest.js';
import { range } from '../../ir/types.js';
import { constant, get, load, newLocal, operate, set, store } from './code.js';
import type { Address, Code, Statement } from './code.js';
import { plus, times, word } from './integer.js';
import type { Word } from './integer.js';
import type { ProgramCode } from './program-code.js';
import { realConstant, storeReal } from './real.js';

/** So few elements are moved one by one. */
const few = 8;

/** The first element of a place; it may depend on the turns of loops around. */
export function placeAddress(program: ProgramCode, place: Place): Address {
  const { buffer, base } = locate(place);
  const { start, bytes } = program.addressOf(buffer);
  return { base: turns(program, base, bytes), offset: start + base.constant * bytes };
}

/** What loops around contribute to an index, times a factor. */
export function turns(program: ProgramCode, index: Affine, factor: number): Word {
  return index.terms.reduce<Word>((total, { variable, coefficient }) => {
    if (variable.kind !== 'value' || variable.value.kind !== 'load') {
      throw new Error('compiler bug: a place depends on more than turns');
    }
    const turn = load('i32.load', placeAddress(program, variable.value.place));
    return plus(total, times(turn, coefficient * factor));
  }, word(0));
}

export function fillMemory(program: ProgramCode, place: Place, value: number): readonly Statement[] {
  const { base, offset } = placeAddress(program, place);
  const { bytes } = program.addressOf(locate(place).buffer);
  const real = place.dtype === 'real';
  const content: Code = real ? realConstant(program.form, value) : constant('i32', value);
  const write = (address: Address): Statement =>
    real ? storeReal(program.form, address, content) : store('i32.store', address, content as Code<'i32'>);
  if (place.size <= few) {
    return range(place.size).map((element) => write({ base, offset: offset + element * bytes }));
  }
  if (Object.is(value, 0)) {
    const size = word(place.size * bytes);
    return [{ kind: 'memory', name: 'fill', operands: [plus(base, word(offset)), word(0), size] }];
  }
  const [position, end] = [newLocal('i32'), newLocal('i32')];
  return [
    set(position, base),
    set(end, plus(base, word(place.size * bytes))),
    {
      kind: 'loop',
      body: [write({ base: get(position), offset }), set(position, plus(get(position), word(bytes)))],
      again: operate('i32.lt_u', get(position), get(end)),
    },
  ];
}

export function copyMemory(program: ProgramCode, from: Place, to: Place): readonly Statement[] {
  const [source, target] = [placeAddress(program, from), placeAddress(program, to)];
  const { bytes } = program.addressOf(locate(from).buffer);
  if (from.size <= few) {
    return range(from.size).map((element) => {
      const [read, write] = [source, target].map(({ base, offset }) => ({
        base,
        offset: offset + element * bytes,
      })) as [Address, Address];
      if (bytes === 4) return store('i32.store', write, load('i32.load', read));
      return store('i64.store', write, load('i64.load', read));
    });
  }
  const word32 = ({ base, offset }: Address): Word => plus(base, word(offset));
  const operands = [word32(target), word32(source), word(from.size * bytes)] as const;
  return [{ kind: 'memory', name: 'copy', operands: [...operands] }];
}
