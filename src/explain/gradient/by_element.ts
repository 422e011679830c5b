/** Terms as text with their indices written out: `[d in D: sum(n in N: X[n, d] * r[n])]`. Every term has this form. */
import {
  addDimensions,
  bareSymbol,
  constantDimension,
  constantValue,
  printDimension,
  subtractDimensions,
} from '../../check/dimension.js';
import type { Dimension } from '../../check/types.js';
import type { Index, ScalarFunction, Term } from './term.js';
import { isNumber } from './term.js';
import { atom, inside, isCondition, levels, numberText, operation, quotient, summed } from './written.js';
import type { Written } from './written.js';

/** What a text uses beside the names of the file. */
export interface Uses {
  readonly functions: Set<ScalarFunction>;
  readonly elements: Set<Extract<Term, { kind: 'element' }>['of']>;
}

export class ElementPrinter {
  private readonly names = new Map<Index, string>();

  constructor(
    /** Names that no index may have. */
    private readonly taken: ReadonlySet<string>,
    protected readonly uses: Uses,
  ) {}

  /** The array over some indices, as a comprehension; a scalar as it is. */
  array(term: Term, over: readonly Index[]): Written {
    if (over.length === 0) return this.scalar(term);
    const binders = this.binders(over);
    return atom(`[${binders}: ${this.factor(term).text}]`);
  }

  scalar(term: Term): Written {
    switch (term.kind) {
      case 'number':
        return numberText(term.value);
      case 'size':
        return sizeText(term.dimension);
      case 'index':
        return atom(this.nameOf(term.index));
      case 'element': {
        this.uses.elements.add(term.of);
        if (term.indices.length === 0) return atom(term.of.text);
        return atom(`${term.of.text}[${term.indices.map((index) => this.scalar(index).text).join(', ')}]`);
      }
      case 'add':
        return summed(term.terms.map((each) => this.factor(each)));
      case 'multiply':
        return this.product(term.factors, (factor) => this.factor(factor));
      case 'apply':
        if (term.operator === 'power' && isNumber(term.operands[1] ?? term, -1)) {
          return this.product([term], (factor) => this.factor(factor));
        }
        return operation(
          term.operator,
          term.operands.map((operand) => this.scalar(operand)),
        );
      case 'sum':
        return this.reduction('sum', term.over, undefined, term.body);
      case 'reduce':
        return this.reduction(term.operator, term.over, term.guard, term.body);
      case 'softmax': {
        const all = this.reduction('logsumexp', [term.over], undefined, term.body);
        const own = this.inPlace(term.body, term.over, term.at);
        return atom(`exp(${own} - ${inside(all, levels.multiply)})`);
      }
      case 'cases': {
        const [then, otherwise] = [this.scalar(term.then), this.scalar(term.otherwise)];
        const condition = this.scalar(term.condition).text;
        if (isNumber(term.then, 1) && isNumber(term.otherwise, 0)) return atom(`real(${condition})`);
        return { text: `if ${condition} then ${then.text} else ${otherwise.text}`, level: levels.if };
      }
      case 'call':
        this.uses.functions.add(term.function);
        return atom(
          `${term.function.name}(${term.operands.map((operand) => this.scalar(operand).text).join(', ')})`,
        );
      case 'stop':
        return atom(`stop(${this.scalar(term.body).text})`);
      default:
        return term satisfies never;
    }
  }

  /** A truth value that is multiplied or added counts as a number. */
  protected factor(term: Term): Written {
    if (term.kind === 'apply' && isCondition(term.operator)) return atom(`real(${this.scalar(term).text})`);
    return this.scalar(term);
  }

  protected product(factors: readonly Term[], write: (factor: Term) => Written): Written {
    let coefficient = 1;
    const above: Written[] = [];
    const below: Written[] = [];
    for (const factor of factors) {
      const [base, exponent] = factor.kind === 'apply' && factor.operator === 'power' ? factor.operands : [];
      if (factor.kind === 'number') coefficient *= factor.value;
      else if (base !== undefined && exponent?.kind === 'number' && exponent.value < 0) {
        const raised: Term =
          exponent.value === -1
            ? base
            : {
                kind: 'apply',
                operator: 'power',
                operands: [base, { kind: 'number', value: -exponent.value }],
              };
        below.push(write(raised));
      } else above.push(write(factor));
    }
    return quotient(coefficient, above, below);
  }

  private inPlace(body: Term, over: Index, at: Term): string {
    const known = this.names.get(over);
    this.names.set(over, inside(this.scalar(at), levels.range));
    const text = inside(this.scalar(body), levels.multiply);
    if (known === undefined) this.names.delete(over);
    else this.names.set(over, known);
    return text;
  }

  private reduction(name: string, over: readonly Index[], guard: Term | undefined, body: Term): Written {
    const binders = this.binders(over);
    const where = guard === undefined ? '' : ` where ${this.scalar(guard).text}`;
    return atom(`${name}(${binders}${where}: ${this.factor(body).text})`);
  }

  private binders(over: readonly Index[]): string {
    return over.map((index) => `${this.nameOf(index)} in ${domainText(index)}`).join(', ');
  }

  private nameOf(index: Index): string {
    const known = this.names.get(index);
    if (known !== undefined) return known;
    const used = new Set(this.names.values());
    let name = index.name;
    for (let count = 2; used.has(name) || this.taken.has(name); count += 1) name = `${index.name}${count}`;
    this.names.set(index, name);
    return name;
  }
}

export function sizeText(dimension: Dimension): Written {
  const isSimple = bareSymbol(dimension) !== undefined || constantValue(dimension) !== undefined;
  return {
    text: printDimension(dimension).replaceAll('*', ' * '),
    level: isSimple ? levels.atom : levels.add,
  };
}

function domainText({ from, size }: Index): string {
  const isSimple = bareSymbol(size) !== undefined || constantValue(size) !== undefined;
  if (from === undefined && isSimple) return printDimension(size);
  const start = from ?? constantDimension(0);
  const end = subtractDimensions(addDimensions(start, size), constantDimension(1));
  return `${sizeText(start).text}..${sizeText(end).text}`;
}
