/**
 * Expressions as mathematics would write them, in plain text: sums with their index below, products without a star,
 * roots, powers and transposes. One table of operators; everything unknown stays a function call.
 */
import type { Argument, Binder, Expression } from '../parser/ast.js';

interface Written {
  readonly text: string;
  /** How tightly the outermost operator binds; see `levels`. */
  readonly level: number;
}

const levels = {
  or: 1,
  and: 2,
  not: 3,
  compare: 4,
  range: 5,
  add: 6,
  multiply: 7,
  negate: 8,
  power: 9,
  atom: 10,
} as const;

const infixes: Readonly<Record<string, readonly [string, number]>> = {
  or: [' ∨ ', levels.or],
  and: [' ∧ ', levels.and],
  '==': [' = ', levels.compare],
  '!=': [' ≠ ', levels.compare],
  '<': [' < ', levels.compare],
  '<=': [' ≤ ', levels.compare],
  '>': [' > ', levels.compare],
  '>=': [' ≥ ', levels.compare],
  '+': [' + ', levels.add],
  '-': [' − ', levels.add],
  '*': [' ', levels.multiply],
  '/': [' / ', levels.multiply],
  '@': [' ', levels.multiply],
};

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
  eps: 'ε',
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
  Sigma: 'Σ',
  tau: 'τ',
  phi: 'φ',
  psi: 'ψ',
  omega: 'ω',
  inf: '∞',
};
/** Reductions that have a sign of their own. */
const bigOperators: Readonly<Record<string, string>> = {
  sum: 'Σ',
  product: 'Π',
  mean: 'mean',
  max: 'max',
  min: 'min',
  argmax: 'argmax',
  argmin: 'argmin',
  logsumexp: 'log Σ exp',
  any: '∃',
  all: '∀',
  count: '#',
};

export function mathematics(expression: Expression): string {
  return write(expression).text;
}

function write(expression: Expression): Written {
  switch (expression.kind) {
    case 'number':
      return atom(
        expression.text.replace(/^(\d)e(-?\d+)$/, (_, digits: string, power: string) =>
          digits === '1' ? `10${raise(power)}` : `${digits}·10${raise(power)}`,
        ),
      );
    case 'boolean':
      return atom(String(expression.value));
    case 'string':
      return atom(JSON.stringify(expression.value));
    case 'name':
      return atom(nameText(expression.name));
    case 'unary':
      return expression.operator === '-'
        ? { text: `−${inside(expression.operand, levels.negate)}`, level: levels.negate }
        : { text: `¬${inside(expression.operand, levels.not)}`, level: levels.not };
    case 'binary':
      return binary(expression);
    case 'range':
      return {
        text: `${inside(expression.from, levels.add)}..${inside(expression.to, levels.add)}`,
        level: levels.range,
      };
    case 'if':
      return {
        text: `${mathematics(expression.then)} if ${mathematics(expression.condition)}, else ${mathematics(expression.otherwise)}`,
        level: 0,
      };
    case 'call':
      return call(expression);
    case 'binder_call': {
      const index = indexText(expression.binders, expression.guard);
      const head = bigOperators[expression.callee.name] ?? expression.callee.name;
      return {
        text: `${head}[${index}] ${inside(expression.body, levels.multiply)}`,
        level: levels.multiply,
      };
    }
    case 'index':
      return atom(
        `${inside(expression.object, levels.atom)}[${expression.indices.map(mathematics).join(', ')}]`,
      );
    case 'member':
      return atom(`${inside(expression.object, levels.atom)}.${expression.member.name}`);
    case 'comprehension':
      return atom(`(${mathematics(expression.body)})[${indexText(expression.binders, undefined)}]`);
    case 'list':
      return atom(`(${expression.elements.map(mathematics).join(', ')})`);
    case 'record':
      return atom(
        `{ ${expression.fields.map(({ name, value }) => `${name.name} = ${mathematics(value)}`).join(', ')} }`,
      );
    case 'all_except':
      return atom(`all except ${expression.names.map(({ name }) => name).join(', ')}`);
    case 'error':
      return atom('?');
  }
}

function atom(text: string): Written {
  return { text, level: levels.atom };
}

function inside(expression: Expression, level: number): string {
  const written = write(expression);
  return written.level < level ? `(${written.text})` : written.text;
}

/** `log_lambda` as `log_λ`. */
function nameText(name: string): string {
  return name
    .split('_')
    .map((part) => (Object.hasOwn(greek, part) ? (greek[part] ?? part) : part))
    .join('_');
}

function raise(power: string): string {
  return [...power].map((digit) => superscripts[digit] ?? digit).join('');
}

function binary(expression: Extract<Expression, { kind: 'binary' }>): Written {
  const { operator, left, right } = expression;
  if (operator === '^') {
    const base = inside(left, levels.atom);
    const exponent =
      right.kind === 'number' && /^\d+$/.test(right.text)
        ? raise(right.text)
        : `^${inside(right, levels.atom)}`;
    return { text: base + exponent, level: levels.power };
  }
  const [sign, level] = infixes[operator] ?? [` ${operator} `, levels.atom];
  // Two numbers side by side need a sign between them; so does a number that follows a name.
  const shown = operator === '*' && startsWithDigit(right) ? ' · ' : sign;
  const leaning = operator === '-' || operator === '/' || operator === '*' || operator === '@';
  return { text: inside(left, level) + shown + inside(right, leaning ? level + 1 : level), level };
}

function startsWithDigit(expression: Expression): boolean {
  return /^[0-9]/.test(mathematics(expression));
}

function call(expression: Extract<Expression, { kind: 'call' }>): Written {
  const { callee, arguments: given, over, on } = expression;
  const name = callee.kind === 'name' ? callee.name : undefined;
  const [only, second] = given;
  const suffix = on === undefined ? '' : ` on ${on.name}`;
  if (name !== undefined && only !== undefined && second === undefined && only.name === undefined) {
    const special = unaryCall(
      name,
      only.value,
      over.map((each) => each.name),
    );
    if (special !== undefined) return { text: special.text + suffix, level: special.level };
  }
  const head = name === undefined ? inside(callee, levels.atom) : nameText(name);
  const along = over.length === 0 ? '' : `[${over.map((each) => each.name).join(', ')}]`;
  return atom(`${head}${along}(${given.map(argumentText).join(', ')})${suffix}`);
}

function unaryCall(name: string, value: Expression, over: readonly string[]): Written | undefined {
  if (name === 'sqrt') return atom(`√${inside(value, levels.atom)}`);
  if (name === 'abs') return atom(`|${mathematics(value)}|`);
  if (name === 'norm' && over.length === 0) return atom(`‖${mathematics(value)}‖`);
  if (name === 'transpose') return { text: `${inside(value, levels.atom)}ᵀ`, level: levels.power };
  if (name === 'floor') return atom(`⌊${mathematics(value)}⌋`);
  if (name === 'ceil') return atom(`⌈${mathematics(value)}⌉`);
  if (!Object.hasOwn(bigOperators, name)) return undefined;
  const index = over.length === 0 ? '' : `[${over.join(', ')}]`;
  return {
    text: `${bigOperators[name] ?? name}${index} ${inside(value, levels.power)}`,
    level: levels.multiply,
  };
}

function argumentText({ name, value }: Argument): string {
  return name === undefined ? mathematics(value) : `${nameText(name.name)} = ${mathematics(value)}`;
}

function indexText(binders: readonly Binder[], guard: Expression | undefined): string {
  const domains = binders.map(({ name, domain }) => `${name.name} ∈ ${mathematics(domain)}`).join(', ');
  return guard === undefined ? domains : `${domains} : ${mathematics(guard)}`;
}
