/**
 * The gradient of a checked expression as formulas of the language, one for each variable: the chain rule on terms, with
 * names for what would make a formula too long to read.
 */
import { childrenOf } from '../../check/traverse.js';
import type { TypedExpression, TypedFunction, TypedProblem, ValueSymbol } from '../../check/typed.js';
import { positionAt } from '../../parser/source.js';
import { arrayNamed, freshIndices, indexTerms } from './arrays.js';
import type { TermArray } from './arrays.js';
import type { Uses } from './by_element.js';
import { adjoints, NoSlope, slopes } from './differentiate.js';
import type { Adjoint } from './differentiate.js';
import { freshName, NoFormula, Reader } from './read.js';
import type { Named, ScalarFunction } from './term.js';
import { sizeOf } from './term.js';
import { FormulaPrinter } from './whole_arrays.js';

export interface Formula {
  /** A variable of the problem, or what a name in a formula stands for: `w`, `d_huber(r, delta)`. */
  readonly name: string;
  /** An expression of the language. */
  readonly text: string;
}

export type Gradient =
  | {
      readonly ok: true;
      /** One for each variable that the value depends on. */
      readonly formulas: readonly Formula[];
      /** Names that the formulas use and the file does not have. */
      readonly where: readonly Formula[];
    }
  | { readonly ok: false; readonly reason: string };

/** An adjoint of more parts than this gets a name of its own. */
const longestAdjoint = 14;
/** More formulas than this are not read. */
const mostFormulas = 24;
/** What is too long to read is not worth the time that it takes. */
const mostExpressions = 4000;
/** Longer formulas neither. */
const longestFormula = 800;

/** @param variables parameters of the problem; the value may be an array, whose Jacobian it is then */
export function gradientOf(
  problem: TypedProblem,
  value: TypedExpression,
  variables: readonly ValueSymbol[],
): Gradient {
  return answered(problem, () => new Differentiation(problem, new Set(variables)).of(value));
}

/** The derivatives of a function by its own parameters. */
export function gradientOfFunction(problem: TypedProblem, definition: TypedFunction): Gradient {
  const real = definition.parameters.filter(
    ({ type }) => type.kind === 'array' && type.element.kind === 'real' && type.shape.run === undefined,
  );
  return answered(problem, () =>
    new Differentiation(problem, new Set(real), definition.parameters).of(definition.body),
  );
}

function answered(problem: TypedProblem, differentiate: () => Gradient): Gradient {
  try {
    return differentiate();
  } catch (error) {
    if (error instanceof NoFormula) {
      const { line } = positionAt(error.span.file, error.span.start);
      const place =
        error.span.file.path === problem.path ? `line ${line}` : `${error.span.file.path}:${line}`;
      return {
        ok: false,
        reason: `${error.what} (${place}) has no derivative that can be written as a formula`,
      };
    }
    if (error instanceof NoSlope) {
      return { ok: false, reason: `\`${error.message}\` has no derivative that can be written as a formula` };
    }
    throw error;
  }
}

/** Long ones, and products of matrices that several formulas would repeat. */
function deservesName({ of, term }: Adjoint): boolean {
  if (sizeOf(term) > longestAdjoint) return true;
  return term.kind === 'sum' && of.definition !== undefined && slopes(of.definition.term).length > 1;
}

class Differentiation {
  private readonly named = new Map<ValueSymbol, Named>();
  private readonly depends = new Map<ValueSymbol, boolean>();
  private readonly functionsSeen = new Map<TypedFunction, boolean>();
  private readonly taken: Set<string>;
  private readonly fileNames: ReadonlySet<string>;
  private readonly functions = new Map<TypedFunction, ScalarFunction>();
  private readonly budget = { left: mostExpressions };
  private readonly printed: Formula[] = [];

  constructor(
    private readonly problem: TypedProblem,
    private readonly variables: ReadonlySet<ValueSymbol>,
    parameters: readonly ValueSymbol[] = [],
  ) {
    this.fileNames = new Set(
      [
        ...problem.parameters,
        ...problem.lets,
        ...problem.hypers,
        ...problem.carried,
        ...problem.data.flatMap(({ columns }) => columns),
      ]
        .map(({ symbol }) => symbol.name)
        .concat(parameters.map(({ name }) => name)),
    );
    this.taken = new Set([...this.fileNames, ...problem.dimensions.map(({ symbol }) => symbol.name)]);
  }

  of(value: TypedExpression): Gradient {
    const array = this.reader().read(value);
    const rows = freshIndices(array.dimensions);
    const term = array.at(indexTerms(rows));
    const names: { readonly adjoint: Adjoint; readonly name: Named }[] = [];
    const all = adjoints(
      term,
      ({ dimensions }) => freshIndices(dimensions),
      (adjoint) => {
        if (rows.length > 0 || !deservesName(adjoint)) return undefined;
        const text = freshName(`d_${adjoint.of.text}`.replace(/\W+/g, '_'), this.taken);
        const name = { text, dimensions: adjoint.of.dimensions, definition: undefined, isVariable: false };
        names.push({ adjoint, name });
        return name;
      },
    ).filter(({ of }) => of.isVariable);
    const uses: Uses = { functions: new Set(), elements: new Set() };
    const formulas = all.map(({ of, indices, term: each }) => ({
      name: of.text,
      text: this.print(uses, each, [...rows, ...indices]),
    }));
    const where = this.explained(uses, names);
    const tooLong = [...formulas, ...where].some(({ text }) => text.length > longestFormula);
    if (tooLong || formulas.length + where.length > mostFormulas) {
      return { ok: false, reason: 'the formula is too long to be read' };
    }
    return { ok: true, formulas, where };
  }

  private print(uses: Uses, term: Adjoint['term'], out: Adjoint['indices']): string {
    return new FormulaPrinter(this.taken, uses).formula(term, out).text;
  }

  /** What the names of the formulas stand for, those that it uses in turn included. */
  private explained(
    uses: Uses,
    names: readonly { readonly adjoint: Adjoint; readonly name: Named }[],
  ): readonly Formula[] {
    const explained = new Set<Named | ScalarFunction>();
    let found = true;
    while (found && this.printed.length <= mostFormulas) {
      found = false;
      for (const each of [...uses.elements, ...uses.functions]) {
        if (explained.has(each)) continue;
        explained.add(each);
        const formula = 'body' in each ? this.ofFunction(each, uses) : this.ofName(each, names, uses);
        if (formula === undefined) continue;
        found = true;
        this.printed.push(formula);
      }
    }
    return this.printed;
  }

  private ofFunction({ name, parameters, body, source }: ScalarFunction, uses: Uses): Formula | undefined {
    if (source !== undefined) return undefined;
    const own = new Set(parameters.map(({ text }) => text));
    const text = new FormulaPrinter(own, uses).formula(body, []).text;
    return { name: `${name}(${[...own].join(', ')})`, text };
  }

  private ofName(
    of: Named,
    names: readonly { readonly adjoint: Adjoint; readonly name: Named }[],
    uses: Uses,
  ): Formula | undefined {
    const adjoint = names.find(({ name }) => name === of)?.adjoint;
    if (adjoint !== undefined) {
      return { name: of.text, text: this.print(uses, adjoint.term, adjoint.indices) };
    }
    if (of.definition === undefined || this.fileNames.has(of.text)) return undefined;
    return { name: of.text, text: this.print(uses, of.definition.term, of.definition.indices) };
  }

  // ---------------------------------------------------------------------------------------- names of the file

  private reader(): Reader {
    return new Reader({
      functions: this.functions,
      budget: this.budget,
      taken: this.taken,
      fileName: (symbol) => this.nameOf(symbol),
    });
  }

  private nameOf(symbol: ValueSymbol): TermArray | undefined {
    const known = this.named.get(symbol);
    if (known !== undefined) return arrayNamed(known);
    const { type } = symbol;
    if (type.kind !== 'array' || type.shape.run !== undefined) return undefined;
    const { problem } = this;
    const path = problem.parameters.find((each) => each.symbol === symbol)?.path;
    const value = problem.lets.find((each) => each.symbol === symbol)?.value;
    const common = {
      text: path ?? symbol.name,
      dimensions: type.shape.dimensions,
      isClass: type.element.kind === 'class',
      isVariable: this.variables.has(symbol),
    };
    let definition: Named['definition'];
    if (value !== undefined && this.dependsOnVariables(symbol)) {
      const array = this.reader().read(value);
      const indices = freshIndices(type.shape.dimensions);
      // A scalar fills an annotated shape.
      const places = indexTerms(indices).slice(indices.length - array.dimensions.length);
      definition = { indices, term: array.at(places) };
    }
    const made: Named = { ...common, definition };
    this.named.set(symbol, made);
    return arrayNamed(made);
  }

  private dependsOnVariables(symbol: ValueSymbol): boolean {
    if (this.variables.has(symbol)) return true;
    const known = this.depends.get(symbol);
    if (known !== undefined) return known;
    this.depends.set(symbol, false);
    const value = this.problem.lets.find((each) => each.symbol === symbol)?.value;
    const answer = value !== undefined && this.reads(value);
    this.depends.set(symbol, answer);
    return answer;
  }

  private reads(expression: TypedExpression): boolean {
    if (expression.kind === 'reference') return this.dependsOnVariables(expression.symbol);
    if (expression.kind === 'call' && this.functionReads(expression.function)) return true;
    for (const child of childrenOf(expression)) if (this.reads(child)) return true;
    return false;
  }

  private functionReads(callee: TypedFunction): boolean {
    const known = this.functionsSeen.get(callee);
    if (known !== undefined) return known;
    this.functionsSeen.set(callee, false);
    const answer = this.reads(callee.body);
    this.functionsSeen.set(callee, answer);
    return answer;
  }
}
