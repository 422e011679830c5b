/**
 * The only ways in which text of a source file, and numbers, enter printed code: an identifier encoder, a comment
 * encoder and number and string printers.
 */
import { precedence } from '../../ir/operators/elementwise/lowering.js';
import type { ScalarText } from '../../ir/operators/elementwise/lowering.js';
import { positionAt } from '../../parser/source.js';
import type { Span } from '../../parser/source.js';

export function numberText(value: number): ScalarText {
  if (Number.isNaN(value)) return { text: 'NaN', precedence: precedence.primary };
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  const text = `${negative ? '-' : ''}${magnitude === Infinity ? 'Infinity' : String(magnitude)}`;
  return { text, precedence: negative ? precedence.unary : precedence.primary };
}

export function stringText(value: string): string {
  return JSON.stringify(value)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

/** Text that can stand in a `//` or a doc comment: one line, printable, without an end of comment. */
export function commentText(text: string, longest = 90): string {
  const line = text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]+/g, ' ')
    .replace(/\*\//g, '* /')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 3)}...`;
}

/** `fit.opt:14: let centred = logits - m`, or undefined for nodes from nowhere. */
export function sourceComment(span: Span | undefined): string | undefined {
  if (span === undefined) return undefined;
  const { text, path } = span.file;
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  const end = text.indexOf('\n', start);
  const line = text.slice(start, end < 0 ? text.length : end);
  const { line: number } = positionAt(span.file, span.start);
  return `// ${commentText(`${path}:${number}: ${line.trim()}`)}`;
}

const reserved = new Set(
  (
    'break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if import in instanceof new null return super switch this throw true try typeof var void while with ' +
    'yield let static await async of implements interface package private protected public arguments eval undefined ' +
    'NaN Infinity Math Number Array Object Error Promise Float64Array Float32Array Int32Array ArrayBuffer String ' +
    'Symbol JSON globalThis performance setTimeout reals integers seed data options any number string boolean never unknown type'
  ).split(' '),
);

/** Names that the printer keeps for loops and temporaries. */
const kept = /^([a-z]\d+|[bijklmnopqr]|.*_[ijklmnv]\d*)$/;

/** A JavaScript identifier that resembles the name. */
export function encodeIdentifier(name: string, fallback = 'value'): string {
  let text = name
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40);
  if (text === '') text = fallback;
  if (/^[0-9]/.test(text)) text = `_${text}`;
  return text;
}

export class Namer {
  private readonly used = new Set<string>();
  /** Where to go on counting: names repeat by the thousand. */
  private readonly counts = new Map<string, number>();

  constructor(taken: Iterable<string> = []) {
    for (const name of taken) this.used.add(name);
  }

  /** A new name for something that lives as long as the program. */
  fresh(name: string, fallback = 'value'): string {
    const base = encodeIdentifier(name, fallback);
    const first = reserved.has(base) || kept.test(base) ? `${base}_array` : base;
    let candidate = first;
    let count = this.counts.get(first) ?? 1;
    while (this.used.has(candidate)) {
      count += 1;
      candidate = `${first}_${count}`;
    }
    this.counts.set(first, count);
    this.used.add(candidate);
    return candidate;
  }
}
