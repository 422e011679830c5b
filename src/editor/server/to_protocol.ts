/** The answers of the language service in the words of the Language Server Protocol. */
import * as protocol from 'vscode-languageserver/node';
import type { CodeAction, CodeQuestion } from '../code_actions.js';
import type { CodeLens } from '../code_lenses.js';
import type { CompletionItem, CompletionKind } from '../completion.js';
import type { DocumentDiagnostic } from '../diagnostics.js';
import type { Document, Edit, Location, TextRange } from '../document.js';
import { LineMap } from '../lines.js';
import type { Hover } from '../hover.js';
import type { SemanticToken } from '../semantic_tokens.js';
import { semanticTokenModifiers, semanticTokenTypes } from '../semantic_tokens.js';
import type { SignatureHelp } from '../signature_help.js';
import type { DocumentSymbol, SymbolKind } from '../symbols.js';
import { uriOf } from './file_workspace.js';

const lineMaps = new WeakMap<object, LineMap>();

/** Lines of a source, found once. */
export function linesOf(source: { readonly text: string }): LineMap {
  const lines = lineMaps.get(source) ?? new LineMap(source.text);
  lineMaps.set(source, lines);
  return lines;
}

export function toRange(document: Document, range: TextRange): protocol.Range {
  return rangeIn(document.source, range);
}

function rangeIn(source: { readonly text: string }, { start, end }: TextRange): protocol.Range {
  const lines = linesOf(source);
  return { start: lines.positionAt(start), end: lines.positionAt(end) };
}

export function toOffset(document: Document, position: protocol.Position): number {
  return linesOf(document.source).offsetAt(position);
}

export function fromRange(document: Document, { start, end }: protocol.Range): TextRange {
  return { start: toOffset(document, start), end: toOffset(document, end) };
}

export function toLocation(document: Document, uri: string, { file, range }: Location): protocol.Location {
  if (file === undefined) return { uri, range: toRange(document, range) };
  return { uri: uriOf(file.path), range: rangeIn(file, range) };
}

export function toEdits(document: Document, edits: readonly Edit[]): protocol.TextEdit[] {
  return edits.map(({ range, newText }) => ({ range: toRange(document, range), newText }));
}

const severities = {
  error: protocol.DiagnosticSeverity.Error,
  warning: protocol.DiagnosticSeverity.Warning,
  info: protocol.DiagnosticSeverity.Information,
} as const;

export function toDiagnostic(
  document: Document,
  uri: string,
  found: DocumentDiagnostic,
): protocol.Diagnostic {
  const { code, severity, message, notes, labels, range } = found;
  return {
    range: toRange(document, range),
    severity: severities[severity],
    code,
    source: 'argmin',
    message: [message, ...notes].join('\n'),
    ...(labels.length === 0
      ? {}
      : {
          relatedInformation: labels.map((label) => ({
            location: toLocation(document, uri, label.location),
            message: label.message,
          })),
        }),
  };
}

export function toCodeAction(
  document: Document,
  uri: string,
  { title, edits, diagnostic, preferred }: CodeAction,
): protocol.CodeAction {
  return {
    title,
    kind: protocol.CodeActionKind.QuickFix,
    diagnostics: [toDiagnostic(document, uri, diagnostic)],
    isPreferred: preferred,
    edit: { changes: { [uri]: toEdits(document, edits) } },
  };
}

export function toCodeLens(
  document: Document,
  uri: string,
  { range, title, action }: CodeLens,
): protocol.CodeLens {
  const place = toRange(document, range);
  // Found out when it is seen.
  if (action === 'cost') return { range: place, data: uri };
  const command = action === undefined ? '' : `argmin.${action}`;
  return { range: place, command: { title, command, arguments: [uri, range.start] } };
}

/** The client asks the server, and shows the answer in its own way. */
export function toQuestion(uri: string, { title, question, offset }: CodeQuestion): protocol.CodeAction {
  return { title, command: { title, command: `argmin.${question}`, arguments: [uri, offset] } };
}

export function toHover(document: Document, { range, code, text }: Hover): protocol.Hover {
  const value = [fenced(code), ...text].join('\n\n');
  return { range: toRange(document, range), contents: { kind: 'markdown', value } };
}

export function fenced(code: string): string {
  return ['```argmin', code, '```'].join('\n');
}

const completionKinds: Readonly<Record<CompletionKind, protocol.CompletionItemKind>> = {
  keyword: protocol.CompletionItemKind.Keyword,
  snippet: protocol.CompletionItemKind.Snippet,
  variable: protocol.CompletionItemKind.Variable,
  parameter: protocol.CompletionItemKind.Property,
  argument: protocol.CompletionItemKind.Field,
  function: protocol.CompletionItemKind.Function,
  module: protocol.CompletionItemKind.Class,
  model: protocol.CompletionItemKind.Module,
  optimizer: protocol.CompletionItemKind.Function,
  set: protocol.CompletionItemKind.Interface,
  dimension: protocol.CompletionItemKind.TypeParameter,
  type: protocol.CompletionItemKind.Struct,
  column: protocol.CompletionItemKind.EnumMember,
  member: protocol.CompletionItemKind.Field,
  file: protocol.CompletionItemKind.File,
};

/** `data` is what asking for the details needs. */
export function toCompletionItem(
  document: Document,
  uri: string,
  range: TextRange,
  item: CompletionItem,
): protocol.CompletionItem {
  const { label, kind, detail, insertText = label, snippet, rank, library } = item;
  return {
    label,
    kind: completionKinds[kind],
    ...(detail === undefined ? {} : { detail }),
    sortText: `${rank}${label}`,
    insertTextFormat:
      snippet === true ? protocol.InsertTextFormat.Snippet : protocol.InsertTextFormat.PlainText,
    textEdit: { range: toRange(document, range), newText: insertText },
    data: { uri, kind, ...(library === undefined ? {} : { library }) },
  };
}

export function toSignatureHelp({
  label,
  documentation,
  parameters,
  active,
}: SignatureHelp): protocol.SignatureHelp {
  const signature: protocol.SignatureInformation = {
    label,
    documentation: { kind: 'markdown', value: documentation },
    parameters: parameters.map(({ start, end, documentation: text }) => ({
      label: [start, end],
      documentation: text,
    })),
  };
  return {
    signatures: [signature],
    activeSignature: 0,
    // Behind the last one, no parameter is lit.
    activeParameter: active ?? parameters.length,
  };
}

const symbolKinds: Readonly<Record<SymbolKind, protocol.SymbolKind>> = {
  function: protocol.SymbolKind.Function,
  module: protocol.SymbolKind.Class,
  model: protocol.SymbolKind.Object,
  optimizer: protocol.SymbolKind.Method,
  set: protocol.SymbolKind.Interface,
  constant: protocol.SymbolKind.Constant,
  variable: protocol.SymbolKind.Variable,
  data: protocol.SymbolKind.Array,
  parameter: protocol.SymbolKind.Property,
  objective: protocol.SymbolKind.Event,
  constraint: protocol.SymbolKind.Operator,
  report: protocol.SymbolKind.Field,
  solve: protocol.SymbolKind.Event,
  test: protocol.SymbolKind.Event,
  import: protocol.SymbolKind.Module,
  dimension: protocol.SymbolKind.TypeParameter,
};

export function toSymbol(document: Document, symbol: DocumentSymbol): protocol.DocumentSymbol {
  const { name, detail, kind, range, selection, children } = symbol;
  return {
    name,
    ...(detail === '' ? {} : { detail }),
    kind: symbolKinds[kind],
    range: toRange(document, range),
    selectionRange: toRange(document, selection),
    children: children.map((child) => toSymbol(document, child)),
  };
}

export const semanticTokensLegend: protocol.SemanticTokensLegend = {
  tokenTypes: [...semanticTokenTypes],
  tokenModifiers: [...semanticTokenModifiers],
};

export function toSemanticTokens(
  document: Document,
  tokens: readonly SemanticToken[],
): protocol.SemanticTokens {
  const builder = new protocol.SemanticTokensBuilder();
  const lines = linesOf(document.source);
  for (const { range, type, modifiers } of tokens) {
    const { line, character } = lines.positionAt(range.start);
    const bits = modifiers.reduce(
      (sum, modifier) => sum | (1 << semanticTokenModifiers.indexOf(modifier)),
      0,
    );
    builder.push(line, character, range.end - range.start, semanticTokenTypes.indexOf(type), bits);
  }
  return builder.build();
}
