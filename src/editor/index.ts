/**
 * `argmin/editor`: the language service. Pure functions over documents, without protocol and file system, for servers,
 * browsers and tests. Places are offsets in UTF-16 code units; any number is a place, those outside are moved inside.
 */
export type { TextEdit } from '../parser/diagnostic.js';
export { librarySources } from '../package.js';
export type { SourceFile } from '../parser/source.js';
export { codeActions, codeQuestions } from './code_actions.js';
export type { CodeAction, CodeQuestion } from './code_actions.js';
export { codeLenses } from './code_lenses.js';
export type { CodeLens } from './code_lenses.js';
export { completion, completionDetails } from './completion.js';
export type { Completion, CompletionItem, CompletionKind } from './completion.js';
export { definition } from './definition.js';
export { diagnostics, quickDiagnostics } from './diagnostics.js';
export type { DocumentDiagnostic, DocumentFix } from './diagnostics.js';
export { applyEdits, openDocument, refreshDocument, updateDocument } from './document.js';
export type { Document, Edit, Location, TextRange, Workspace } from './document.js';
export { foldingRanges } from './folding.js';
export type { FoldingRange } from './folding.js';
export { formatDocument, formatRange } from './formatting.js';
export { gradientFormulas, gradientPlace } from './gradient.js';
export type { GradientAnswer } from './gradient.js';
export { hover } from './hover.js';
export type { Hover } from './hover.js';
export { inlayHints } from './inlay_hints.js';
export type { InlayHint } from './inlay_hints.js';
export { LineMap } from './lines.js';
export type { LinePosition } from './lines.js';
export { highlights, references } from './references.js';
export type { Reference } from './references.js';
export { prepareRename, rename } from './rename.js';
export type { PrepareResult, RenameResult } from './rename.js';
export { selectionRanges } from './selection_ranges.js';
export { semanticTokenModifiers, semanticTokens, semanticTokenTypes } from './semantic_tokens.js';
export type { SemanticToken, SemanticTokenModifier, SemanticTokenType } from './semantic_tokens.js';
export { signatureHelp } from './signature_help.js';
export type { SignatureHelp } from './signature_help.js';
export { documentSymbols, workspaceSymbols } from './symbols.js';
export type { DocumentSymbol, SymbolKind } from './symbols.js';
export { snippets } from './snippets.js';
export type { Snippet } from './snippets.js';
export { keywordHelp } from './words.js';
