/** Pieces of text of the language, with how tightly their outermost operator binds. */

export interface Written {
  readonly text: string;
  readonly level: number;
}

export const levels = {
  if: 0,
  compare: 4,
  range: 5,
  add: 6,
  multiply: 7,
  matmul: 8,
  negate: 9,
  power: 10,
  atom: 11,
} as const;

export function atom(text: string): Written {
  return { text, level: levels.atom };
}

export function inside({ text, level }: Written, least: number): string {
  return level < least ? `(${text})` : text;
}

export function numberText(value: number): Written {
  if (value < 0) return { text: `-${numberText(-value).text}`, level: levels.negate };
  const whole = Math.round(1 / value);
  // One third is told from its digits only by this.
  if (!Number.isInteger(value) && value > 0 && whole < 1000 && 1 / whole === value && !isShort(value)) {
    return { text: `1 / ${whole}`, level: levels.multiply };
  }
  return atom(value === Infinity ? 'inf' : String(value).replace('e+', 'e'));
}

function isShort(value: number): boolean {
  return String(value).length < 8;
}

export function summed(parts: readonly Written[]): Written {
  let text = '';
  // `1 - x` rather than `-x + 1`.
  const positive = parts.findIndex((part) => !part.text.startsWith('-'));
  const ordered =
    positive > 0 ? [...parts.slice(positive, positive + 1), ...parts.toSpliced(positive, 1)] : parts;
  ordered.forEach((part, place) => {
    const own = inside(part, place === 0 ? levels.add : levels.multiply);
    if (place === 0) text = own;
    else if (own.startsWith('-')) text += ` - ${own.slice(1)}`;
    else text += ` + ${own}`;
  });
  return { text, level: levels.add };
}

/** `sign * a * b / (c * d)`. */
export function quotient(coefficient: number, above: readonly Written[], below: readonly Written[]): Written {
  const sign = coefficient < 0 ? '-' : '';
  const size = Math.abs(coefficient);
  const inverse = 1 / size;
  // A half is `/ 2`; 0.002 stays.
  const inverted = size !== 1 && Number.isInteger(inverse) && (inverse < 17 || !isShort(size));
  const front = size === 1 || inverted ? [] : [numberText(size)];
  const under = inverted ? [numberText(inverse), ...below] : below;
  const [only] = above;
  const top =
    front.length + above.length === 0
      ? '1'
      : front.length === 0 && above.length === 1 && only !== undefined && under.length === 0
        ? inside(only, sign === '' ? 0 : levels.matmul)
        : [...front, ...above]
            .map((each, place) => inside(each, place === 0 ? levels.multiply : levels.matmul))
            .join(' * ');
  const [first] = under;
  if (first === undefined) {
    const plain = sign === '' && front.length + above.length === 1;
    if (plain && only !== undefined && front.length === 0) return only;
    return { text: sign + top, level: levels.multiply };
  }
  const bottom =
    under.length === 1
      ? inside(first, levels.matmul)
      : `(${under.map((each) => inside(each, levels.matmul)).join(' * ')})`;
  return { text: `${sign}${top} / ${bottom}`, level: levels.multiply };
}

const infix: Readonly<Record<string, string>> = {
  equal: '==',
  not_equal: '!=',
  less: '<',
  less_equal: '<=',
  greater: '>',
  greater_equal: '>=',
  and: 'and',
  or: 'or',
};

export function isCondition(operator: string): boolean {
  return operator in infix || operator === 'not';
}

/** An operation that is neither a sum nor a product. */
export function operation(operator: string, operands: readonly Written[]): Written {
  const [first, second] = operands;
  const sign = infix[operator];
  if (sign !== undefined && first !== undefined && second !== undefined) {
    const least = operator === 'and' || operator === 'or' ? levels.compare : levels.range;
    const level = operator === 'or' ? 1 : operator === 'and' ? 2 : levels.compare;
    return { text: `${inside(first, least)} ${sign} ${inside(second, least)}`, level };
  }
  if (operator === 'not' && first !== undefined)
    return { text: `not ${inside(first, levels.compare)}`, level: 3 };
  if (operator === 'power' && first !== undefined && second !== undefined) {
    return { text: `${inside(first, levels.atom)}^${inside(second, levels.atom)}`, level: levels.power };
  }
  const names: Readonly<Record<string, string>> = {
    to_int: 'int',
    modulo: 'mod',
    floor_divide: 'floor_div',
  };
  const name = Object.hasOwn(names, operator) ? names[operator] : operator;
  return atom(`${name}(${operands.map(({ text }) => text).join(', ')})`);
}
