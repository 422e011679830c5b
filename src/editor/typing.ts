/** Types and other facts that the checker found, by the place of a name. */
import type { Occurrence } from '../check/check.js';
import { printType } from '../check/print_type.js';
import type { Type } from '../check/types.js';
import type { TypedProblem, ValueSymbol } from '../check/typed.js';
import type { Checked, Document } from './document.js';

interface Known {
  /** Occurrences by where they begin in the document. */
  readonly occurrences: ReadonlyMap<number, Occurrence>;
  /** Values by where they are defined. */
  readonly values: ReadonlyMap<number, ValueSymbol>;
}

const knownOf = new WeakMap<Checked, Known>();

function known(document: Document): Known {
  const checked = document.checked();
  const made = knownOf.get(checked) ?? collect(document, checked);
  knownOf.set(checked, made);
  return made;
}

function collect(document: Document, { index, problem }: Checked): Known {
  const occurrences = new Map<number, Occurrence>();
  const values = new Map<number, ValueSymbol>();
  const define = (symbol: ValueSymbol): void => {
    const { file, range } = document.locate(symbol.span);
    if (file === undefined && symbol.role !== 'implicit' && !values.has(range.start))
      values.set(range.start, symbol);
  };
  if (problem !== undefined) valuesOf(problem).forEach(define);
  for (const occurrence of index) {
    const { file, range } = document.locate(occurrence.span);
    const { entity } = occurrence;
    if (entity.kind === 'value') define(entity.symbol);
    if (file !== undefined) continue;
    const other = occurrences.get(range.start);
    if (other === undefined || other.entity.kind === 'error') occurrences.set(range.start, occurrence);
  }
  return { occurrences, values };
}

function valuesOf(problem: TypedProblem): readonly ValueSymbol[] {
  return [
    ...problem.hypers.map(({ symbol }) => symbol),
    ...problem.data.flatMap(({ columns }) => columns.map(({ symbol }) => symbol)),
    ...problem.parameters.map(({ symbol }) => symbol),
    ...problem.mapped.map(({ symbol }) => symbol),
    ...problem.lets.map(({ symbol }) => symbol),
    ...problem.carried.map(({ symbol }) => symbol),
  ];
}

export function occurrenceAt(document: Document, start: number): Occurrence | undefined {
  return known(document).occurrences.get(start);
}

/** The value that a name defined or used at `start` stands for. */
export function valueAt(document: Document, start: number): ValueSymbol | undefined {
  const { occurrences, values } = known(document);
  const entity = occurrences.get(start)?.entity;
  return values.get(start) ?? (entity?.kind === 'value' ? entity.symbol : undefined);
}

export function typeAt(document: Document, start: number): Type | undefined {
  return valueAt(document, start)?.type;
}

export function typeText(type: Type | undefined): string | undefined {
  return type === undefined || type.kind === 'error' ? undefined : printType(type);
}
