/**
 * Expressions as mathematics would write them: sums with their index below, products without a star, roots, powers
 * and transposes. What has no sign of its own stays a function call.
 */
import type { Argument, Binder, Expression } from '../parser/ast.js';
import { plain } from './notation.js';
import type { Notation } from './notation.js';

interface Written {
  readonly text: string;
  /** How tightly the outermost operator binds; see `levels`. */
  readonly level: number;
}

const levels = {
  cases: 0,
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

const infixLevels: Readonly<Record<string, number>> = {
  or: levels.or,
  and: levels.and,
  '+': levels.add,
  '-': levels.add,
  '*': levels.multiply,
  '/': levels.multiply,
  '@': levels.multiply,
};

/** Reductions, which take an index below them. */
const reductions = new Set([
  'sum',
  'product',
  'mean',
  'max',
  'min',
  'argmax',
  'argmin',
  'logsumexp',
  'any',
  'all',
  'count',
]);

export function mathematics(expression: Expression, notation: Notation = plain): string {
  return new Writer(notation).text(expression);
}

class Writer {
  constructor(private readonly notation: Notation) {}

  text(expression: Expression): string {
    return this.write(expression).text;
  }

  private write(expression: Expression): Written {
    const { notation } = this;
    switch (expression.kind) {
      case 'number':
        return atom(notation.number(expression.text));
      case 'boolean':
        return atom(String(expression.value));
      case 'string':
        return atom(JSON.stringify(expression.value));
      case 'name':
        return atom(notation.name(expression.name));
      case 'unary':
        return expression.operator === '-'
          ? { text: notation.minus + this.inside(expression.operand, levels.negate), level: levels.negate }
          : { text: notation.not + this.inside(expression.operand, levels.not), level: levels.not };
      case 'binary':
        return this.binary(expression);
      case 'range':
        return {
          text: `${this.inside(expression.from, levels.add)}..${this.inside(expression.to, levels.add)}`,
          level: levels.range,
        };
      case 'if': {
        const { then, condition, otherwise } = expression;
        const text = notation.cases(this.text(then), this.text(condition), this.text(otherwise));
        return { text, level: levels.cases };
      }
      case 'call':
        return this.call(expression);
      case 'binder_call': {
        const index = this.index(expression.binders, expression.guard);
        const head = notation.under(notation.operator(expression.callee.name), index);
        return { text: `${head} ${this.inside(expression.body, levels.multiply)}`, level: levels.multiply };
      }
      case 'index':
        return atom(
          notation.element(this.inside(expression.object, levels.atom), this.list(expression.indices)),
        );
      case 'member':
        return atom(`${this.inside(expression.object, levels.atom)}.${expression.member.name}`);
      case 'comprehension': {
        const body = notation.parentheses(this.text(expression.body));
        return atom(notation.element(body, this.index(expression.binders, undefined)));
      }
      case 'list':
        return atom(notation.parentheses(this.list(expression.elements)));
      case 'record': {
        const fields = expression.fields.map(
          ({ name, value }) => `${notation.name(name.name)} = ${this.text(value)}`,
        );
        return atom(notation.parentheses(fields.join(', ')));
      }
      case 'nested':
        return this.nested(expression);
      case 'all_except':
        return atom(`all except ${expression.names.map(({ name }) => name).join(', ')}`);
      case 'error':
        return atom('?');
    }
  }

  /** `argmin[v] f(v), where a = g(v)`. */
  private nested({ word, declarations }: Extract<Expression, { kind: 'nested' }>): Written {
    const { notation } = this;
    const names = declarations.flatMap((each) =>
      each.kind === 'param' ? [notation.name(each.name.name)] : [],
    );
    const objective = declarations.find((each) => each.kind === 'objective');
    const lets = declarations.flatMap((each) => (each.kind === 'let' ? each.bindings : []));
    const value = objective === undefined ? '' : this.inside(objective.value, levels.multiply);
    const where = lets.map(
      ({ name, value: { expression } }) => `${notation.name(name.name)} = ${this.text(expression)}`,
    );
    const head = notation.under(notation.operator(word), names.join(', '));
    const text = [`${head} ${value}`, ...where].join(', ');
    return where.length === 0 ? { text, level: levels.multiply } : atom(notation.parentheses(text));
  }

  private inside(expression: Expression, level: number): string {
    const written = this.write(expression);
    return written.level < level ? this.notation.parentheses(written.text) : written.text;
  }

  private list(expressions: readonly Expression[]): string {
    return expressions.map((each) => this.text(each)).join(', ');
  }

  private binary(expression: Extract<Expression, { kind: 'binary' }>): Written {
    const { notation } = this;
    const { operator, left, right } = expression;
    if (operator === '^') {
      const exponent = notation.fraction === undefined ? this.inside(right, levels.atom) : this.text(right);
      return { text: notation.power(this.inside(left, levels.atom), exponent), level: levels.power };
    }
    if (operator === '/' && notation.fraction !== undefined) {
      return atom(notation.fraction(this.text(left), this.text(right)));
    }
    const level = infixLevels[operator] ?? levels.compare;
    // A product of arrays binds tighter than one of numbers: `2 * A @ b` needs no parentheses.
    const isProduct = operator === '*' && right.kind === 'binary' && right.operator === '@';
    const leaning = operator === '-' || (level === levels.multiply && !isProduct);
    const after = this.inside(right, leaning ? level + 1 : level);
    // Two numbers side by side need a sign between them; so does a number that follows a name.
    const sign =
      operator === '*' && /^[0-9]/.test(after) ? notation.times : (notation.infix[operator] ?? operator);
    return { text: this.inside(left, level) + sign + after, level };
  }

  private call(expression: Extract<Expression, { kind: 'call' }>): Written {
    const { notation } = this;
    const { callee, arguments: given, over, on } = expression;
    const name = callee.kind === 'name' ? callee.name : undefined;
    const [only, second] = given;
    const index = over.map((each) => notation.name(each.name)).join(', ');
    const suffix = on === undefined ? '' : ` on ${on.name}`;
    if (name !== undefined && only !== undefined && second === undefined && only.name === undefined) {
      const special = this.sign(name, only.value, index);
      if (special !== undefined) return { text: special.text + suffix, level: special.level };
    }
    const head = name === undefined ? this.inside(callee, levels.atom) : this.functionName(name);
    const list = given.map((argument) => this.argument(argument)).join(', ');
    return atom(notation.under(head, index) + notation.parentheses(list) + suffix);
  }

  /** A model or function of one letter is a name; longer ones are operators. */
  private functionName(name: string): string {
    return name.length === 1 ? this.notation.name(name) : this.notation.operator(name);
  }

  /** Calls of one argument that mathematics has a sign for. */
  private sign(name: string, value: Expression, index: string): Written | undefined {
    const { notation } = this;
    const whole = (): string => this.text(value);
    if (name === 'sqrt')
      return atom(notation.root(notation.fraction === undefined ? this.inside(value, levels.atom) : whole()));
    if (name === 'abs') return atom(notation.absolute(whole()));
    if (name === 'norm' && index === '') return atom(notation.norm(whole()));
    if (name === 'floor') return atom(notation.floor(whole()));
    if (name === 'ceil') return atom(notation.ceiling(whole()));
    if (name === 'transpose')
      return { text: notation.transpose(this.inside(value, levels.atom)), level: levels.power };
    if (!reductions.has(name)) return undefined;
    const head = notation.under(notation.operator(name), index);
    return { text: `${head} ${this.inside(value, levels.power)}`, level: levels.multiply };
  }

  private argument({ name, value }: Argument): string {
    return name === undefined ? this.text(value) : `${this.notation.name(name.name)} = ${this.text(value)}`;
  }

  private index(binders: readonly Binder[], guard: Expression | undefined): string {
    const { notation } = this;
    const domains = binders.map(
      ({ name, domain }) => notation.name(name.name) + notation.isIn + this.text(domain),
    );
    return domains.join(', ') + (guard === undefined ? '' : notation.suchThat + this.text(guard));
  }
}

function atom(text: string): Written {
  return { text, level: levels.atom };
}
