/**
 * Matching arguments with a signature: quantified dimensions and the run are bound by the arguments they meet, what
 * is compound (`n + 1`) is compared or solved once the rest is bound.
 */
import type { Span } from '../parser/source.js';
import { classesAgree, fill, numericElement, toElement } from './convert.js';
import {
  addDimensions,
  bareSymbol,
  constantDimension,
  constantValue,
  fromTerms,
  printDimension,
  scaleDimension,
  substituteDimension,
  subtractDimensions,
  symbolsOf,
} from './dimension.js';
import { printShape, printType } from './print_type.js';
import type { Session } from './session.js';
import { sameShape } from './shapes.js';
import { isScalar, substituteShape, substituteType } from './type_facts.js';
import type { TypedExpression } from './typed.js';
import type { Dimension, DimensionSymbol, ElementType, RunSymbol, ShapeType, Type } from './types.js';

/** What is to be found: the dimension and run parameters of one call. */
export class Bindings {
  readonly dimensions = new Map<DimensionSymbol, Dimension>();
  run: ShapeType | undefined;
  private readonly open: Set<DimensionSymbol>;
  private readonly deferred: { parameter: Dimension; argument: Dimension; span: Span }[] = [];

  constructor(
    private readonly session: Session,
    dimensions: readonly DimensionSymbol[],
    readonly runSymbol: RunSymbol | undefined,
  ) {
    this.open = new Set(dimensions);
  }

  lookup = (symbol: DimensionSymbol): Dimension | undefined => this.dimensions.get(symbol);
  lookupRun = (symbol: RunSymbol): ShapeType | undefined =>
    symbol === this.runSymbol ? this.run : undefined;

  bind(symbol: DimensionSymbol, value: Dimension): void {
    this.dimensions.set(symbol, value);
  }

  substitute(type: Type): Type {
    return substituteType(type, this.lookup, this.lookupRun);
  }

  unbound(): DimensionSymbol[] {
    return [...this.open].filter((symbol) => !this.dimensions.has(symbol));
  }

  private isOpen(dimension: Dimension): boolean {
    return [...symbolsOf(dimension)].some((symbol) => this.open.has(symbol) && !this.dimensions.has(symbol));
  }

  /** A reason when the two cannot be one. */
  matchDimension(parameter: Dimension, argument: Dimension, span: Span): string | undefined {
    const symbol = bareSymbol(parameter);
    if (symbol !== undefined && this.open.has(symbol) && !this.dimensions.has(symbol)) {
      this.dimensions.set(symbol, argument);
      return undefined;
    }
    if (this.isOpen(parameter)) {
      this.deferred.push({ parameter, argument, span });
      return undefined;
    }
    const wanted = substituteDimension(parameter, this.lookup);
    if (this.session.agree(wanted, argument, span)) return undefined;
    if (symbol !== undefined && this.open.has(symbol)) {
      return `${symbol.name} is ${printDimension(wanted)} by another argument, and ${printDimension(argument)} here`;
    }
    return `${printDimension(wanted)} is not ${printDimension(argument)}`;
  }

  matchShape(parameter: ShapeType, argument: ShapeType, span: Span): string | undefined {
    const own = parameter.dimensions.length;
    const given = argument.dimensions.length;
    if (parameter.run === undefined) {
      if (argument.run !== undefined || own !== given) {
        return `${countOf(parameter)} are wanted, and ${countOf(argument)} given`;
      }
    } else if (given < own) {
      return `at least ${countOf({ run: undefined, dimensions: parameter.dimensions })} are wanted, and ${countOf(argument)} given`;
    }
    const trailing = argument.dimensions.slice(given - own);
    for (const [index, dimension] of parameter.dimensions.entries()) {
      const other = trailing[index];
      const reason = other && this.matchDimension(dimension, other, span);
      if (reason !== undefined) return reason;
    }
    if (parameter.run === undefined) return undefined;
    return this.matchRun(
      { run: argument.run, dimensions: argument.dimensions.slice(0, given - own) },
      own,
      span,
    );
  }

  private matchRun(rest: ShapeType, own: number, span: Span): string | undefined {
    if (this.run === undefined) {
      this.run = rest;
      return undefined;
    }
    // A scalar fills a run that another argument gives.
    if (isScalar(rest) && own === 0) return undefined;
    if (sameShape(this.session, this.run, rest, span)) return undefined;
    return `\`...\` is ${printShape(this.run) || 'empty'} by another argument, and ${printShape(rest) || 'empty'} here`;
  }

  matchElement(parameter: ElementType, argument: ElementType, span: Span): string | undefined {
    if (parameter.kind === 'class' && argument.kind === 'class') {
      return this.matchDimension(parameter.classes, argument.classes, span);
    }
    const fits =
      parameter.kind === argument.kind ||
      (parameter.kind === 'real' && numericElement(this.session, argument) !== undefined) ||
      (parameter.kind === 'int' && argument.kind !== 'real') ||
      (parameter.kind === 'class' && (argument.kind === 'int' || argument.kind === 'bool')) ||
      (parameter.kind === 'bool' &&
        argument.kind === 'class' &&
        numericElement(this.session, argument) !== undefined);
    if (fits) return undefined;
    return `${parameter.kind} is wanted, and ${argument.kind} given`;
  }

  matchType(parameter: Type, argument: Type, span: Span): string | undefined {
    if (parameter.kind === 'error' || argument.kind === 'error') return undefined;
    if (parameter.kind === 'array' && argument.kind === 'array') {
      return (
        this.matchElement(parameter.element, argument.element, span) ??
        this.matchShape(parameter.shape, argument.shape, span)
      );
    }
    if (parameter.kind === 'function' && argument.kind === 'function') {
      if (parameter.parameters.length !== argument.parameters.length)
        return 'the functions take different numbers of arguments';
      for (const [index, type] of parameter.parameters.entries()) {
        const other = argument.parameters[index];
        const reason = other && this.matchType(type, other, span);
        if (reason !== undefined) return reason;
      }
      return this.matchType(parameter.result, argument.result, span);
    }
    if (parameter.kind === 'record' && argument.kind === 'record') {
      for (const field of parameter.fields) {
        const other = argument.fields.find(({ name }) => name === field.name);
        if (other === undefined) return `the record has no field \`${field.name}\``;
        const reason = this.matchType(field.type, other.type, span);
        if (reason !== undefined) return reason;
      }
      return undefined;
    }
    return parameter.kind === argument.kind
      ? undefined
      : `${printType(parameter)} is wanted, and ${printType(argument)} given`;
  }

  /** Compares or solves what waited for other arguments. */
  finish(): string | undefined {
    for (const { parameter, argument, span } of this.deferred.splice(0)) {
      const known = substituteDimension(parameter, this.lookup);
      if (this.isOpen(known)) this.solve(known, argument);
      const wanted = substituteDimension(known, this.lookup);
      if (this.isOpen(wanted))
        return `nothing says what ${this.unbound()
          .map(({ name }) => name)
          .join(', ')} is`;
      if (!this.session.agree(wanted, argument, span)) {
        return `${printDimension(parameter)} is ${printDimension(wanted)}, and ${printDimension(argument)} is given`;
      }
    }
    return undefined;
  }

  /** `c * n + rest = argument` for the one open symbol n. */
  private solve(known: Dimension, argument: Dimension): void {
    const openTerms = known.terms.filter((term) =>
      term.factors.some(
        ({ atom }) =>
          atom.kind === 'symbol' && this.open.has(atom.symbol) && !this.dimensions.has(atom.symbol),
      ),
    );
    const [term, other] = openTerms;
    const [factor, second] = term?.factors ?? [];
    if (
      term === undefined ||
      other !== undefined ||
      factor?.atom.kind !== 'symbol' ||
      factor.power !== 1 ||
      second !== undefined
    )
      return;
    const rest = addDimensions(known, scaleDimension(fromTerms([term]), -1));
    const difference = subtractDimensions(argument, rest);
    if (difference.terms.some(({ coefficient }) => coefficient % term.coefficient !== 0)) return;
    const value =
      difference.terms.length === 0 ? constantDimension(0) : divideExactly(difference, term.coefficient);
    this.dimensions.set(factor.atom.symbol, value);
  }

  /** The argument with the parameter's element and, for a scalar that fills a run, its shape. */
  convert(argument: TypedExpression, parameter: Type): TypedExpression {
    if (parameter.kind !== 'array' || argument.type.kind !== 'array') return argument;
    const element = this.substitute(parameter) as typeof parameter;
    classesAgree(this.session, argument.type.element, element.element, argument.span);
    const converted = toElement(argument, element.element);
    const shape = substituteShape(parameter.shape, this.lookup, this.lookupRun);
    return isScalar(argument.type.shape) ? fill(converted, shape) : converted;
  }
}

function divideExactly(dimension: Dimension, divisor: number): Dimension {
  let result = constantDimension(0);
  for (const term of dimension.terms) {
    const scaled = { coefficient: term.coefficient / divisor, factors: term.factors };
    result = addDimensions(result, fromTerms([scaled]));
  }
  return result;
}

function countOf(shape: ShapeType): string {
  const count = shape.dimensions.length;
  if (shape.run !== undefined) return `a run and ${count} dimensions`;
  return count === 0 ? 'no dimensions' : count === 1 ? '1 dimension' : `${count} dimensions`;
}

/** A literal index must be one of the classes when their number is known. */
export function literalOutside(
  session: Session,
  argument: TypedExpression,
  parameter: Type,
): string | undefined {
  if (parameter.kind !== 'array' || parameter.element.kind !== 'class' || argument.kind !== 'constant')
    return undefined;
  const size = constantValue(session.expand(parameter.element.classes));
  if (size === undefined || (argument.value >= 0 && argument.value < size)) return undefined;
  return `${argument.value} is no class of class(${size}), whose classes count from 0 to ${size - 1}`;
}
