/** The two ways in which mathematics is written here: plain text for a terminal, LaTeX for a paper. */

export interface Notation {
  readonly name: (name: string) => string;
  readonly number: (text: string) => string;
  readonly infix: Readonly<Record<string, string>>;
  /** A product where juxtaposition would be misread. */
  readonly times: string;
  readonly minus: string;
  readonly not: string;
  readonly power: (base: string, exponent: string) => string;
  readonly fraction: ((numerator: string, denominator: string) => string) | undefined;
  readonly root: (inside: string) => string;
  readonly absolute: (inside: string) => string;
  readonly norm: (inside: string) => string;
  readonly floor: (inside: string) => string;
  readonly ceiling: (inside: string) => string;
  readonly transpose: (base: string) => string;
  readonly parentheses: (inside: string) => string;
  /** A reduction or another operator with an index below it. */
  readonly under: (operator: string, index: string) => string;
  readonly element: (array: string, indices: string) => string;
  readonly isIn: string;
  readonly suchThat: string;
  readonly operator: (name: string) => string;
  readonly cases: (then: string, condition: string, otherwise: string) => string;
}

const superscripts: Readonly<Record<string, string>> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
};

const greek: Readonly<Record<string, string>> = {
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  delta: 'δ',
  epsilon: 'ε',
  eta: 'η',
  theta: 'θ',
  kappa: 'κ',
  lambda: 'λ',
  mu: 'μ',
  nu: 'ν',
  xi: 'ξ',
  pi: 'π',
  rho: 'ρ',
  sigma: 'σ',
  tau: 'τ',
  phi: 'φ',
  psi: 'ψ',
  omega: 'ω',
};

const plainOperators: Readonly<Record<string, string>> = {
  sum: 'Σ',
  product: 'Π',
  logsumexp: 'log Σ exp',
  any: '∃',
  all: '∀',
  count: '#',
};

const latexOperators: Readonly<Record<string, string>> = {
  sum: '\\sum',
  product: '\\prod',
  max: '\\max',
  min: '\\min',
  logsumexp: '\\log\\sum\\exp',
  any: '\\exists',
  all: '\\forall',
  exp: '\\exp',
  log: '\\log',
  sin: '\\sin',
  cos: '\\cos',
  tan: '\\tan',
  sinh: '\\sinh',
  cosh: '\\cosh',
  tanh: '\\tanh',
};

function raised(exponent: string): string {
  return [...exponent].map((digit) => superscripts[digit] ?? digit).join('');
}

/** The parts of a number: digits, and a power of ten if it has one. */
function scientific(text: string): { readonly digits: string; readonly power: string } | undefined {
  const match = /^([\d._]+)[eE]([+-]?\d+)$/.exec(text);
  if (match === null) return undefined;
  return { digits: match[1] ?? '', power: (match[2] ?? '').replace('+', '') };
}

export const plain: Notation = {
  name: (name) =>
    name === 'inf'
      ? '∞'
      : name
          .split('_')
          .map((part) => (part === 'eps' ? 'ε' : (own(greek, part) ?? part)))
          .join('_'),
  number: (text) => {
    const parts = scientific(text);
    if (parts === undefined) return text;
    return `${parts.digits === '1' ? '' : `${parts.digits}·`}10${raised(parts.power)}`;
  },
  infix: {
    or: ' ∨ ',
    and: ' ∧ ',
    '==': ' = ',
    '!=': ' ≠ ',
    '<': ' < ',
    '<=': ' ≤ ',
    '>': ' > ',
    '>=': ' ≥ ',
    '+': ' + ',
    '-': ' − ',
    '*': ' ',
    '/': ' / ',
    '@': ' ',
  },
  times: ' · ',
  minus: '−',
  not: '¬',
  power: (base, exponent) => (/^\d+$/.test(exponent) ? base + raised(exponent) : `${base}^${exponent}`),
  fraction: undefined,
  root: (inside) => `√${inside}`,
  absolute: (inside) => `|${inside}|`,
  norm: (inside) => `‖${inside}‖`,
  floor: (inside) => `⌊${inside}⌋`,
  ceiling: (inside) => `⌈${inside}⌉`,
  transpose: (base) => `${base}ᵀ`,
  parentheses: (inside) => `(${inside})`,
  under: (operator, index) => (index === '' ? operator : `${operator}[${index}]`),
  element: (array, indices) => `${array}[${indices}]`,
  isIn: ' ∈ ',
  suchThat: ' : ',
  operator: (name) => own(plainOperators, name) ?? plain.name(name),
  cases: (then, condition, otherwise) => `${then} if ${condition}, else ${otherwise}`,
};

export const latex: Notation = {
  name: (name) => {
    const [head = '', ...rest] = name.split('_');
    const base = latexWord(head);
    return rest.length === 0 ? base : `${base}_{\\text{${rest.join(' ')}}}`;
  },
  number: (text) => {
    const parts = scientific(text);
    if (parts === undefined) return text.replaceAll('_', '\\,');
    return `${parts.digits === '1' ? '' : `${parts.digits} \\cdot `}10^{${parts.power}}`;
  },
  infix: {
    or: ' \\lor ',
    and: ' \\land ',
    '==': ' = ',
    '!=': ' \\ne ',
    '<': ' < ',
    '<=': ' \\le ',
    '>': ' > ',
    '>=': ' \\ge ',
    '+': ' + ',
    '-': ' - ',
    '*': ' \\, ',
    '/': ' / ',
    '@': ' \\, ',
  },
  times: ' \\cdot ',
  minus: '-',
  not: '\\lnot ',
  power: (base, exponent) => `${base}^{${exponent}}`,
  fraction: (numerator, denominator) => `\\frac{${numerator}}{${denominator}}`,
  root: (inside) => `\\sqrt{${inside}}`,
  absolute: (inside) => `\\left|${inside}\\right|`,
  norm: (inside) => `\\left\\|${inside}\\right\\|`,
  floor: (inside) => `\\lfloor ${inside} \\rfloor`,
  ceiling: (inside) => `\\lceil ${inside} \\rceil`,
  transpose: (base) => `${base}^{\\top}`,
  parentheses: (inside) => `\\left(${inside}\\right)`,
  under: (operator, index) => (index === '' ? operator : `${operator}_{${index}}`),
  element: (array, indices) => `{${array}}_{${indices}}`,
  isIn: ' \\in ',
  suchThat: ' \\,:\\, ',
  operator: (name) => own(latexOperators, name) ?? `\\operatorname{${name.replaceAll('_', '\\_')}}`,
  cases: (then, condition, otherwise) =>
    `\\begin{cases} ${then} & \\text{if } ${condition} \\\\ ${otherwise} & \\text{otherwise} \\end{cases}`,
};

/** One letter stands for itself, a Greek one for its sign, and a word is set upright. */
function latexWord(word: string): string {
  if (word === 'inf') return '\\infty';
  if (word === 'eps') return '\\varepsilon';
  if (Object.hasOwn(greek, word)) return `\\${word}`;
  return word.length === 1 ? word : `\\mathit{${word}}`;
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
