/**
 * Diagnostics for people and for editors: `renderDiagnostic` shows one on a terminal with the source line it is
 * about, `toLspDiagnostic` gives it the shape of the language server protocol.
 */
import type { Diagnostic, Severity } from './diagnostic.js';
import { positionAt } from './source.js';
import type { SourceFile, Span } from './source.js';

export interface RenderOptions {
  readonly color?: boolean;
}

type Style = 'bold' | 'error' | 'warning' | 'info' | 'gutter';

const codes: Readonly<Record<Style, string>> = {
  bold: '\u001b[1m',
  error: '\u001b[1;31m',
  warning: '\u001b[1;33m',
  info: '\u001b[1;36m',
  gutter: '\u001b[1;34m',
};

type Paint = (style: Style, text: string) => string;

/** Longer lines are cut around the place that is shown. */
const widestLine = 160;

/** A mark under a source line. */
interface Mark {
  readonly start: number;
  readonly end: number;
  readonly sign: '^' | '-';
  readonly message: string;
}

interface MarkedLine {
  readonly number: number;
  readonly text: string;
  readonly marks: Mark[];
}

/** One diagnostic as several lines, without a line break at the end. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  const paint: Paint =
    options.color === true ? (style, text) => `${codes[style]}${text}\u001b[0m` : (_, text) => text;
  const { severity, code, message, span } = diagnostic;
  const snippets = snippetsOf(diagnostic);
  const widest = Math.max(
    ...snippets.flatMap(({ lines }) => lines.map(({ number }) => String(number).length)),
    1,
  );
  const margin = ' '.repeat(widest);
  const out = [`${paint(severity, `${severity}[${code}]`)}${paint('bold', `: ${message}`)}`];
  snippets.forEach(({ file, lines }, index) => {
    const place = index === 0 ? positionAt(file, span.start) : { line: lines[0]?.number ?? 1, column: 1 };
    const arrow = index === 0 ? '-->' : ':::';
    out.push(`${margin} ${paint('gutter', arrow)} ${file.path}:${place.line}:${place.column}`);
    out.push(`${margin} ${paint('gutter', '|')}`);
    out.push(...renderLines(lines, widest, severity, paint));
  });
  for (const note of notesOf(diagnostic)) out.push(`${margin} ${paint('gutter', '=')} ${note}`);
  return out.map((line) => line.trimEnd()).join('\n');
}

/** All diagnostics, with a blank line between them. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions = {}): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options)).join('\n\n');
}

/** A diagnostic that has no note shows what its fixes would do. */
function notesOf(diagnostic: Diagnostic): readonly string[] {
  const notes = diagnostic.notes ?? [];
  return notes.length > 0 ? notes : (diagnostic.fixes ?? []).map((fix) => `to fix it, ${fix.title}`);
}

// -------------------------------------------------------------------------------------------------- snippets

/** The lines to show, by file; the file of the diagnostic itself comes first. */
function snippetsOf(diagnostic: Diagnostic): { file: SourceFile; lines: MarkedLine[] }[] {
  const labels = diagnostic.labels ?? [];
  const { span } = diagnostic;
  const isCovered = labels.some((label) => overlaps(label.span, span));
  const spans = [
    ...(isCovered ? [] : [{ span, message: '', sign: '^' as const }]),
    ...labels.map((label) => ({ ...label, sign: isCovered ? ('^' as const) : ('-' as const) })),
  ];
  const snippets: { file: SourceFile; lines: MarkedLine[] }[] = [{ file: span.file, lines: [] }];
  for (const { span: place, message, sign } of spans) {
    let snippet = snippets.find(({ file }) => file === place.file);
    if (snippet === undefined) {
      snippet = { file: place.file, lines: [] };
      snippets.push(snippet);
    }
    const { line: number, column } = positionAt(place.file, place.start);
    let shown = snippet.lines.find((candidate) => candidate.number === number);
    if (shown === undefined) {
      shown = { number, text: lineAt(place.file, place.start), marks: [] };
      snippet.lines.push(shown);
    }
    const start = column - 1;
    const end = Math.min(
      start + Math.max(1, place.end - place.start),
      Math.max(shown.text.length, start + 1),
    );
    shown.marks.push({ start, end, sign, message });
  }
  for (const { lines } of snippets) lines.sort((first, second) => first.number - second.number);
  return snippets;
}

function overlaps(first: Span, second: Span): boolean {
  return first.file === second.file && first.start < second.end && second.start < first.end;
}

function lineAt(file: SourceFile, offset: number): string {
  const start = file.text.lastIndexOf('\n', offset - 1) + 1;
  const end = file.text.indexOf('\n', offset);
  return file.text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
}

function renderLines(
  lines: readonly MarkedLine[],
  widest: number,
  severity: Severity,
  paint: Paint,
): string[] {
  const out: string[] = [];
  let previous: number | undefined;
  const margin = ' '.repeat(widest);
  for (const shown of lines) {
    if (previous !== undefined && shown.number > previous + 1) out.push(paint('gutter', '...'));
    previous = shown.number;
    const { text, marks } = cropped(shown);
    out.push(`${paint('gutter', `${String(shown.number).padStart(widest)} |`)} ${printable(text)}`);
    for (const row of markRows(marks)) {
      out.push(`${margin} ${paint('gutter', '|')} ${paint(severity, row)}`);
    }
  }
  return out;
}

/** Tabs would shift the marks, and control characters could steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

function cropped(shown: MarkedLine): MarkedLine {
  if (shown.text.length <= widestLine) return shown;
  const first = Math.min(...shown.marks.map((mark) => mark.start));
  const from = Math.max(0, first - 40);
  const shift = from > 0 ? from - 3 : 0;
  const cut = shown.text.slice(from, from + widestLine);
  const text = `${from > 0 ? '...' : ''}${cut}${from + widestLine < shown.text.length ? '...' : ''}`;
  const marks = shown.marks.map((mark) => ({
    ...mark,
    start: Math.min(mark.start - shift, text.length),
    end: Math.min(mark.end - shift, text.length),
  }));
  return { number: shown.number, text, marks };
}

/** The marks on one row, with the last one's word behind it, then a row for each other word. */
function markRows(marks: readonly Mark[]): string[] {
  const sorted = [...marks].sort((first, second) => first.start - second.start);
  let signs = '';
  for (const mark of sorted) {
    signs =
      signs.padEnd(mark.start) + mark.sign.repeat(Math.max(1, mark.end - Math.max(mark.start, signs.length)));
  }
  const last = sorted.at(-1);
  const rows = [last === undefined || last.message === '' ? signs : `${signs} ${last.message}`];
  for (const mark of sorted.slice(0, -1).reverse()) {
    if (mark.message !== '') rows.push(' '.repeat(mark.start) + mark.message);
  }
  return rows;
}

// ----------------------------------------------------------------------------------- language server protocol

export interface LspPosition {
  /** Both count from 0. */
  readonly line: number;
  readonly character: number;
}

export interface LspRange {
  readonly start: LspPosition;
  readonly end: LspPosition;
}

export interface LspDiagnostic {
  readonly range: LspRange;
  readonly severity: 1 | 2 | 3;
  readonly code: string;
  readonly source: 'argmin';
  readonly message: string;
  readonly relatedInformation?: readonly {
    readonly location: { readonly uri: string; readonly range: LspRange };
    readonly message: string;
  }[];
  /** What an editor can apply. */
  readonly data?: {
    readonly fixes: readonly {
      readonly title: string;
      readonly edits: readonly { readonly range: LspRange; readonly newText: string }[];
    }[];
  };
}

const lspSeverity: Readonly<Record<Severity, 1 | 2 | 3>> = { error: 1, warning: 2, info: 3 };

export function toLspDiagnostic(diagnostic: Diagnostic): LspDiagnostic {
  const { labels = [], notes = [], fixes = [] } = diagnostic;
  return {
    range: toLspRange(diagnostic.span),
    severity: lspSeverity[diagnostic.severity],
    code: diagnostic.code,
    source: 'argmin',
    message: [diagnostic.message, ...notes].join('\n'),
    ...(labels.length === 0
      ? {}
      : {
          relatedInformation: labels.map((label) => ({
            location: { uri: label.span.file.path, range: toLspRange(label.span) },
            message: label.message,
          })),
        }),
    ...(fixes.length === 0
      ? {}
      : {
          data: {
            fixes: fixes.map((fix) => ({
              title: fix.title,
              edits: fix.edits.map((edit) => ({ range: toLspRange(edit.span), newText: edit.newText })),
            })),
          },
        }),
  };
}

export function toLspRange(span: Span): LspRange {
  return { start: toLspPosition(span.file, span.start), end: toLspPosition(span.file, span.end) };
}

function toLspPosition(file: SourceFile, offset: number): LspPosition {
  const { line, column } = positionAt(file, offset);
  return { line: line - 1, character: column - 1 };
}
