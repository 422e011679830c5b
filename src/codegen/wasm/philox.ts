/** Philox4x32-10 as a function of the module: the words of `philoxUniform`, by products of 64 bits. */
import { defineFunction, get, newLocal, operate, operateBy, set, shuffle, vectorOf } from './code.js';
import type { Code, DefinedFunction } from './code.js';
import { plus, word } from './integer.js';
import type { Word } from './integer.js';
import { realBinary, realConstant } from './real.js';
import type { RealForm } from './real.js';

const rounds = 10;

/** `uniform(seed, step, index, stream, word)`, within (0, 1). */
export function philoxFunction(form: RealForm): DefinedFunction {
  const [seed, step, index, stream, wanted] = [word32(), word32(), word32(), word32(), word32()];
  const made = defineFunction('philox', [seed, step, index, stream, wanted], form.type);
  const { body } = made;
  const counters = [index, step, word32(), word32()];
  for (let round = 0; round < rounds; round += 1) {
    const [c0, c1, c2, c3] = counters.map((counter) => get(counter)) as [Word, Word, Word, Word];
    const products = [newLocal('i64'), newLocal('i64')] as const;
    const product = (factor: number, counter: Word): Code<'i64'> =>
      operate('i64.mul', unsigned(word(factor)), unsigned(counter));
    body.push(set(products[0], product(0xd2511f53, c0)), set(products[1], product(0xcd9e8d57, c2)));
    const key = (start: Word, step32: number): Word => plus(start, word(Math.imul(step32, round)));
    const next = [
      mixed(high(get(products[1])), c1, key(get(seed), 0x9e3779b9)),
      low(get(products[1])),
      mixed(high(get(products[0])), c3, key(get(stream), 0xbb67ae85)),
      low(get(products[0])),
    ];
    next.forEach((value, place) => {
      const fresh = word32();
      body.push(set(fresh, value));
      counters[place] = fresh;
    });
  }
  const [first, ...rest] = counters.map((counter) => get(counter));
  const chosen = rest.reduce<Word>(
    (value, counter, place) => ({
      type: 'i32',
      node: {
        kind: 'select',
        condition: operate('i32.eq', get(wanted), word(place + 1)),
        then: counter,
        otherwise: value,
      },
    }),
    first as Word,
  );
  const bits = operateBy(form.type, `${form.prefix}.convert_i32_s`, operate('i32.shr_u', chosen, word(9)));
  const centred = realBinary(form, 'add', bits, realConstant(form, 0.5));
  made.result = realBinary(form, 'mul', centred, realConstant(form, 2 ** -23));
  return made;
}

/** As `philoxFunction` for the indices of four lanes, of which a pair of doubles uses two; its word is always `wanted`. */
export function philoxLanes(form: RealForm, wanted: number): DefinedFunction {
  const lanes = (): ReturnType<typeof newLocal<'v128'>> => newLocal('v128');
  const [seed, step, index, stream] = [lanes(), lanes(), lanes(), lanes()];
  const made = defineFunction(`philox_${form.prefix}_${wanted}`, [seed, step, index, stream], 'v128');
  const { body } = made;
  let counters: readonly Code<'v128'>[] = [get(index), get(step), zeros, zeros];
  for (let round = 0; round < rounds; round += 1) {
    const [c0, c1, c2, c3] = counters as [Lanes, Lanes, Lanes, Lanes];
    const [first, second] = [spreadWord(0xd2511f53), spreadWord(0xcd9e8d57)];
    const key = (start: Lanes, step32: number): Lanes =>
      operate('i32x4.add', start, spreadWord(Math.imul(step32, round)));
    const next = [
      mixedLanes(highLanes(second, c2), c1, key(get(seed), 0x9e3779b9)),
      operate('i32x4.mul', second, c2),
      mixedLanes(highLanes(first, c0), c3, key(get(stream), 0xbb67ae85)),
      operate('i32x4.mul', first, c0),
    ];
    counters = next.map((value) => {
      const fresh = lanes();
      body.push(set(fresh, value));
      return get(fresh);
    });
  }
  const chosen = operate('i32x4.shr_u', counters[wanted] ?? zeros, word(9));
  const single = form.precision === 'f32';
  const bits = operateBy('v128', single ? 'f32x4.convert_i32x4_s' : 'f64x2.convert_low_i32x4_s', chosen);
  const centred = realBinary(form, 'add', bits, realConstant(form, 0.5));
  made.result = realBinary(form, 'mul', centred, realConstant(form, 2 ** -23));
  return made;
}

type Lanes = Code<'v128'>;

const zeros = vectorOf(new Int32Array(4));

function spreadWord(value: number): Lanes {
  return vectorOf(new Int32Array(4).fill(value));
}

function mixedLanes(a: Lanes, b: Lanes, c: Lanes): Lanes {
  return operate('v128.xor', operate('v128.xor', a, b), c);
}

/** The upper halves of products of words without a sign. */
function highLanes(factor: Lanes, counter: Lanes): Lanes {
  const bytes = [1, 3, 5, 7].flatMap((each) => [4 * each, 4 * each + 1, 4 * each + 2, 4 * each + 3]);
  return shuffle(
    operate('i64x2.extmul_low_i32x4_u', factor, counter),
    operate('i64x2.extmul_high_i32x4_u', factor, counter),
    bytes,
  );
}

function word32(): ReturnType<typeof newLocal<'i32'>> {
  return newLocal('i32');
}

function unsigned(value: Word): Code<'i64'> {
  return operate('i64.extend_i32_u', value);
}

function low(product: Code<'i64'>): Word {
  return operate('i32.wrap_i64', product);
}

function high(product: Code<'i64'>): Word {
  const shift: Code<'i64'> = { type: 'i64', node: { kind: 'wide', value: 32n } };
  return operate('i32.wrap_i64', operate('i64.shr_u', product, shift));
}

function mixed(a: Word, b: Word, c: Word): Word {
  return operate('i32.xor', operate('i32.xor', a, b), c);
}
