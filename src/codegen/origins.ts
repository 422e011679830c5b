/**
 * Where printed code comes from: lines of code that know the places of the source that they compute, and the table of
 * origins made of them. A fused nest comes from several places; the one that it ends in is its own, and stands last.
 */
import { positionAt } from '../parser/source.js';
import type { Span } from '../parser/source.js';
import type { Origin } from '../runtime/webgpu/plan.js';

/** A line of printed code. */
export interface CodeLine {
  readonly text: string;
  /** The places that it comes from, its own last. Lines of one nest share the list itself. */
  readonly spans: readonly Span[];
}

const nowhere: readonly Span[] = [];

export function codeLines(lines: readonly string[], spans: readonly Span[] = nowhere): CodeLine[] {
  return lines.map((text) => ({ text, spans }));
}

export function indented(lines: readonly CodeLine[]): CodeLine[] {
  return lines.map(({ text, spans }) => ({ text: text === '' ? '' : `  ${text}`, spans }));
}

export function textsOf(lines: readonly CodeLine[]): string[] {
  return lines.map(({ text }) => text);
}

/** The places of some nodes, each source line once, the last one's own last. */
export function spansOf(places: Iterable<Span | undefined>): readonly Span[] {
  const byLine = new Map<string, Span>();
  for (const span of places) {
    if (span === undefined) continue;
    const key = `${span.file.path}:${positionAt(span.file, span.start).line}`;
    byLine.delete(key);
    byLine.set(key, span);
  }
  return byLine.size === 0 ? nowhere : [...byLine.values()];
}

/** `count` lines of code from `line` on come from a place. */
export function originAt({ file, start }: Span, line: number, count: number): Origin {
  const position = positionAt(file, start);
  return { line, lines: count, path: file.path, sourceLine: position.line, sourceColumn: position.column };
}

/** The origins of some code, whose first line is `first`. */
export function originsOf(lines: readonly CodeLine[], first = 1): Origin[] {
  const origins: Origin[] = [];
  for (let start = 0; start < lines.length;) {
    const spans = lines[start]?.spans ?? nowhere;
    let end = start + 1;
    while (end < lines.length && lines[end]?.spans === spans) end += 1;
    for (const span of spans) origins.push(originAt(span, first + start, end - start));
    start = end;
  }
  return origins;
}
