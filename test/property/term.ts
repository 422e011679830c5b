/**
 * Terms: the syntax trees of random programs. A term knows its shape, where its values lie and how it is printed, and
 * can be rebuilt with other parts; that is what shrinking on the tree needs.
 */
import type { Interval } from './interval.js';
import { contains, interval } from './interval.js';

/** A dimension as it is written, and the sizes it may have (a quantified one several). */
export interface Dim {
  readonly text: string;
  readonly least: number;
  readonly most: number;
  /** The `...` of a signature: no name to bind or to reduce over. */
  readonly isRun?: boolean;
}

export type Shape = readonly Dim[];

export interface Recipe {
  /** What the term is, for statistics: `sum`, `comprehension`, `exp`. */
  readonly kind: string;
  readonly shape: Shape;
  readonly parts: readonly Term[];
  /** Names that this node reads itself. */
  readonly names?: readonly string[];
  /** Names that the parts may read because this node binds them. */
  readonly binds?: readonly string[];
  readonly print: (parts: readonly string[]) => string;
  /** Where the values lie given where the parts' values lie; undefined outside of the domain. */
  readonly range: (parts: readonly Interval[]) => Interval | undefined;
  /** Further conditions on the parts: operands of kinked functions have exact values. */
  readonly accepts?: (parts: readonly Term[]) => boolean;
  /** How often the parts are evaluated, and what else the node costs. */
  readonly repeats?: number;
  readonly extra?: number;
  /** Values lie on the grid of leaves, away from every threshold and from each other. */
  readonly exact?: boolean;
}

export interface Term extends Recipe {
  readonly interval: Interval;
  readonly size: number;
  /** About how many scalar operations an evaluation takes. */
  readonly work: number;
  /** Names read inside and bound outside. */
  readonly free: ReadonlySet<string>;
}

/** Values beyond this are squashed before they are used. */
export const limit = 1e4;

export function makeTerm(recipe: Recipe): Term | undefined {
  if (recipe.accepts !== undefined && !recipe.accepts(recipe.parts)) return undefined;
  const range = recipe.range(recipe.parts.map((part) => part.interval));
  if (range === undefined || !contains(interval(-limit, limit), range)) return undefined;
  const inner = new Set(recipe.parts.flatMap((part) => [...part.free]));
  for (const name of recipe.binds ?? []) inner.delete(name);
  return {
    ...recipe,
    interval: range,
    size: recipe.parts.reduce((total, part) => total + part.size, 1),
    work:
      lanesOf(recipe.shape) +
      (recipe.extra ?? 0) +
      (recipe.repeats ?? 1) * recipe.parts.reduce((total, part) => total + part.work, 0),
    free: new Set([...inner, ...(recipe.names ?? [])]),
  };
}

export const lanesOf = (shape: Shape): number => shape.reduce((count, dim) => count * dim.most, 1);

/** A term that must be valid, or the generator is wrong. */
export function term(recipe: Recipe): Term {
  const made = makeTerm(recipe);
  if (made === undefined) {
    const parts = recipe.parts.map((part) => `${part.kind} [${part.interval.low}, ${part.interval.high}]`);
    throw new Error(`the generator made an invalid ${recipe.kind} of ${parts.join('; ')}`);
  }
  return made;
}

export function print(root: Term): string {
  return root.print(root.parts.map(print));
}

export function* subterms(root: Term): Generator<Term> {
  yield root;
  for (const part of root.parts) yield* subterms(part);
}

export const isSameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dim, axis) => dim.text === b[axis]?.text);

/** Written so that it is a number of the language: no sign, no exponent without digits. */
export function numberText(value: number): string {
  return value < 0 || Object.is(value, -0) ? `(-${Math.abs(value)})` : String(value);
}

export function constant(value: number, shape: Shape = []): Term {
  const text = numberText(value);
  return term({
    kind: 'constant',
    shape,
    parts: [],
    print: () => (shape.length === 0 ? text : `full(${[text, ...shape.map((dim) => dim.text)].join(', ')})`),
    range: () => ({ low: value, high: value }),
  });
}

/** A constant is as simple as it gets; a body and a condition are simplified in their parts alone. */
const onlyInParts: ReadonlySet<string> = new Set(['constant', 'body', 'condition', 'function']);

/** Simpler terms of the same shape, the simplest first. Names bound between a term and its replacement stay inside. */
export function* simpler(root: Term): Generator<Term> {
  if (!onlyInParts.has(root.kind)) {
    const { low, high } = root.interval;
    const hasRun = root.shape.some((dim) => dim.isRun === true);
    for (const value of new Set([0, 1, 0.5, (low + high) / 2])) {
      if (low <= value && value <= high && !hasRun) yield constant(value, root.shape);
    }
    for (const inner of subterms(root)) {
      const captured = boundOnTheWay(root, inner);
      if (
        inner !== root &&
        isSameShape(inner.shape, root.shape) &&
        ![...inner.free].some((name) => captured.has(name))
      ) {
        yield inner;
      }
    }
  }
  for (const [position, part] of root.parts.entries()) {
    for (const replacement of simpler(part)) {
      const made = makeTerm({ ...root, parts: root.parts.with(position, replacement) });
      if (made !== undefined) yield made;
    }
  }
}

function boundOnTheWay(root: Term, inner: Term): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: Term): boolean => {
    if (node === inner) return true;
    if (!node.parts.some(visit)) return false;
    for (const name of node.binds ?? []) names.add(name);
    return true;
  };
  visit(root);
  return names;
}
