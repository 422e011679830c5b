/** The gradient of an objective, a `let` or a function as formulas: what is written by hand in papers, made from the source. */
import type { TypedObjective, ValueSymbol } from '../check/typed.js';
import type { Gradient } from '../explain/gradient/gradient.js';
import { gradientOf, gradientOfFunction } from '../explain/gradient/gradient.js';
import { mathematics } from '../explain/mathematics.js';
import { latex } from '../explain/notation.js';
import type { Declaration, LetBinding } from '../parser/ast.js';
import { hasErrors } from '../parser/diagnostic.js';
import { parse } from '../parser/parse.js';
import type { Document, TextRange } from './document.js';
import { valueAt } from './typing.js';

export type GradientAnswer =
  | {
      readonly ok: true;
      /** What it is the gradient of. */
      readonly of: string;
      /** A line for each variable, and for each name that the formulas use, in the notation of the language. */
      readonly lines: readonly string[];
      readonly latex: string;
    }
  | { readonly ok: false; readonly reason: string };

/** Where a gradient can be asked for: the heads of objectives, `let`s and functions. */
export function gradientPlace(document: Document, offset: number): TextRange | undefined {
  const declaration = document.declarationAt(document.clamp(offset));
  if (declaration === undefined || !hasGradient(declaration)) return undefined;
  return document.rangeOf(declaration.span);
}

function hasGradient({ kind }: Declaration): boolean {
  return kind === 'objective' || kind === 'let' || kind === 'fn';
}

/** The gradient of what is declared at a place. */
export function gradientFormulas(document: Document, offset: number): GradientAnswer {
  const at = document.clamp(offset);
  const declaration = document.declarationAt(at);
  if (declaration === undefined || !hasGradient(declaration)) {
    return { ok: false, reason: 'a gradient can be asked for at an objective, a `let` or a function' };
  }
  const { problem, diagnostics } = document.checked();
  if (problem === undefined || hasErrors(diagnostics)) return { ok: false, reason: 'the file has errors' };
  const key = declaration.kind === 'let' ? bindingAt(document, declaration.bindings, at) : declaration;
  if (key === undefined) return { ok: false, reason: 'there is nothing to differentiate' };
  // Facts of one check: a declaration that stays may read others that change.
  const facts = answersOf(document);
  const answer = facts.get(key) ?? answered(document, declaration, key);
  facts.set(key, answer);
  return answer;
}

const answers = new WeakMap<object, Map<object, GradientAnswer>>();

function answersOf(document: Document): Map<object, GradientAnswer> {
  const checked = document.checked();
  const made = answers.get(checked) ?? new Map<object, GradientAnswer>();
  answers.set(checked, made);
  return made;
}

function bindingAt(document: Document, bindings: readonly LetBinding[], at: number): LetBinding | undefined {
  return bindings.findLast(({ span }) => document.rangeOf(span).start <= at) ?? bindings[0];
}

function answered(document: Document, declaration: Declaration, key: object): GradientAnswer {
  const { problem, index } = document.checked();
  if (problem === undefined) return { ok: false, reason: 'the file has errors' };
  const everything = problem.parameters.map(({ symbol }) => symbol);
  switch (declaration.kind) {
    case 'objective': {
      const objective = problem.objectives.find(({ span }) => span === declaration.span);
      if (objective === undefined) return { ok: false, reason: 'the objective is not understood' };
      const of = objective.label ?? 'the objective';
      return written(of, gradientOf(problem, objective.value, variablesOf(objective) ?? everything));
    }
    case 'let': {
      const { name } = key as LetBinding;
      const symbol = valueAt(document, document.rangeOf(name.span).start);
      const value = problem.lets.find((each) => each.symbol === symbol)?.value;
      if (value === undefined) return { ok: false, reason: `\`${name.name}\` is no array of numbers` };
      return written(name.name, gradientOf(problem, value, everything));
    }
    case 'fn': {
      for (const { entity } of index) {
        if (entity.kind !== 'function' || entity.definition.syntax !== declaration) continue;
        const { typed } = entity.definition;
        if (typed !== undefined) return written(typed.name, gradientOfFunction(problem, typed));
      }
      return { ok: false, reason: `\`${declaration.name.name}\` is not used yet` };
    }
    default:
      return { ok: false, reason: 'there is nothing to differentiate' };
  }
}

function variablesOf({ over }: TypedObjective): readonly ValueSymbol[] | undefined {
  return over?.flatMap(({ symbols }) => symbols);
}

function written(of: string, gradient: Gradient): GradientAnswer {
  if (!gradient.ok) return gradient;
  const { formulas, where } = gradient;
  if (formulas.length === 0) return { ok: false, reason: `${of} depends on no parameter` };
  const lines = [
    ...formulas.map(({ name, text }) => `d ${of === 'the objective' ? 'f' : of} / d ${name} = ${text}`),
    ...where.map(({ name, text }) => `where ${name} = ${text}`),
  ];
  const subject = of === 'the objective' ? 'f' : latex.name(of);
  const rows = [
    ...formulas.map(({ name, text }) => `\\nabla_{${pathText(name)}} ${subject} &= ${latexOf(text)}`),
    ...where.map(({ name, text }) => `\\text{where}\\quad ${pathText(name)} &= ${latexOf(text)}`),
  ];
  return {
    ok: true,
    of,
    lines,
    latex: `\\begin{aligned}\n${rows.map((row) => `  ${row}`).join(' \\\\\n')}\n\\end{aligned}`,
  };
}

/** `net.layers[0].W`, `d_huber(r, delta)`. */
function pathText(name: string): string {
  return /^\w+$/.test(name) ? latex.name(name) : `\\mathit{${name.replaceAll('_', '\\_')}}`;
}

/** A formula is an expression of the language, and is read as such. */
function latexOf(text: string): string {
  const { file } = parse({ path: 'formula', text: `let formula = ${text}` });
  const [declaration] = file.declarations;
  const value = declaration?.kind === 'let' ? declaration.bindings[0]?.value.expression : undefined;
  return value === undefined ? text : mathematics(value, latex);
}
