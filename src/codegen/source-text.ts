/**
 * The only ways in which text of a source file enters printed code, whatever its language: an identifier encoder and
 * a comment encoder. Names that are already taken, or mean something in the language, are avoided by a namer.
 */
import { positionAt } from '../parser/source.js';
import type { Span } from '../parser/source.js';

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

/** Names that the printer keeps for loops and temporaries. */
const kept = /^([a-z]\d+|[bijklmnopqr]|.*_[ijklmnv]\d*)$/;

/** An identifier that resembles the name. */
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

  /** `reserved` are the words of the language, `taken` the names of the text around. */
  constructor(
    private readonly reserved: ReadonlySet<string>,
    taken: Iterable<string> = [],
  ) {
    for (const name of taken) this.used.add(name);
  }

  /** A new name for something that lives as long as the program. */
  fresh(name: string, fallback = 'value'): string {
    const base = encodeIdentifier(name, fallback);
    const first = this.reserved.has(base) || kept.test(base) ? `${base}_array` : base;
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
