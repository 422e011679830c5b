/**
 * The language server: the language service behind the Language Server Protocol. Every request is answered, with nothing
 * where there is nothing to say; a fault of the compiler is logged and costs one answer.
 */
import * as protocol from 'vscode-languageserver/node';
import { librarySources, version } from '../../package.js';
import { codeActions, codeQuestions } from '../code_actions.js';
import { codeLenses } from '../code_lenses.js';
import { completion, completionDetails } from '../completion.js';
import type { CompletionItem } from '../completion.js';
import { definition } from '../definition.js';
import type { Document } from '../document.js';
import { openDocument } from '../document.js';
import { foldingRanges } from '../folding.js';
import { formatDocument, formatRange } from '../formatting.js';
import { hover } from '../hover.js';
import { inlayHints } from '../inlay_hints.js';
import { highlights, references } from '../references.js';
import { prepareRename, rename } from '../rename.js';
import { selectionRanges } from '../selection_ranges.js';
import { semanticTokens } from '../semantic_tokens.js';
import { signatureHelp } from '../signature_help.js';
import { documentSymbols, workspaceSymbols } from '../symbols.js';
import { commandNames, runCommand } from './commands.js';
import { pathOf, uriOf } from './file_workspace.js';
import { FolderFiles } from './folder_files.js';
import { Questions } from './questions.js';
import { OpenDocuments } from './open_documents.js';
import * as to from './to_protocol.js';

const capabilities: protocol.ServerCapabilities = {
  positionEncoding: protocol.PositionEncodingKind.UTF16,
  textDocumentSync: { openClose: true, change: protocol.TextDocumentSyncKind.Incremental, save: false },
  completionProvider: { triggerCharacters: ['.', '(', ',', ':', '~', '{'], resolveProvider: true },
  hoverProvider: true,
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  semanticTokensProvider: { legend: to.semanticTokensLegend, full: true, range: true },
  inlayHintProvider: true,
  codeActionProvider: { codeActionKinds: [protocol.CodeActionKind.QuickFix] },
  codeLensProvider: { resolveProvider: true },
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  executeCommandProvider: { commands: [...commandNames] },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
};

export function startServer(connection: protocol.Connection): void {
  const report = (problem: unknown): void =>
    connection.console.error(problem instanceof Error ? (problem.stack ?? problem.message) : String(problem));
  const documents = new OpenDocuments((open, found) => {
    const diagnostics = found.map((each) => to.toDiagnostic(open.document, open.uri, each));
    void connection.sendDiagnostics({ uri: open.uri, version: open.text.version, diagnostics });
  }, report);

  const questions = new Questions();

  /** Answers about a document; what is not open has no answer, and neither has what was called off. */
  const answer =
    <Params extends { readonly textDocument: protocol.TextDocumentIdentifier }, Result>(
      make: (document: Document, params: Params, uri: string) => Result,
    ) =>
    async (
      params: Params,
      token: protocol.CancellationToken,
    ): Promise<Result | null | protocol.ResponseError<void>> => {
      // One turn of the loop, in which a word to call it off may arrive.
      await new Promise(setImmediate);
      if (token.isCancellationRequested) return cancelled();
      const open = documents.get(params.textDocument.uri);
      if (open === undefined) return null;
      try {
        return make(open.document, params, open.uri);
      } catch (error) {
        if (error instanceof protocol.ResponseError) throw error;
        report(error);
        return null;
      }
    };

  let watches = false;
  connection.onInitialize(({ workspaceFolders, capabilities: client, rootUri }) => {
    const folders = workspaceFolders?.map(({ uri }) => uri) ?? (typeof rootUri !== 'string' ? [] : [rootUri]);
    documents.workspace.folders = folders.map(pathOf);
    watches = client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    return { capabilities, serverInfo: { name: 'argmin', version } };
  });
  connection.onInitialized(() => {
    if (!watches) return;
    const watchers = [{ globPattern: '**/*.opt' }];
    connection.client.register(protocol.DidChangeWatchedFilesNotification.type, { watchers }).catch(report);
  });
  connection.onShutdown(() => {
    documents.dispose();
    questions.dispose();
  });

  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version: number, text } }) =>
    documents.open(uri, languageId, number, text),
  );
  connection.onDidChangeTextDocument(({ textDocument: { uri, version: number }, contentChanges }) =>
    documents.change(uri, number, contentChanges),
  );
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => documents.close(uri));
  connection.onDidChangeWatchedFiles(({ changes }) => {
    questions.forget();
    for (const { uri } of changes) documents.refreshDependents(pathOf(uri));
  });
  connection.onNotification(protocol.DidChangeWorkspaceFoldersNotification.type, ({ event }) => {
    const gone = new Set(event.removed.map(({ uri }) => pathOf(uri)));
    const kept = documents.workspace.folders.filter((folder) => !gone.has(folder));
    documents.workspace.folders = [...kept, ...event.added.map(({ uri }) => pathOf(uri))];
  });

  connection.onCompletion(
    answer((document, { position }: protocol.CompletionParams, uri) => {
      const { range, items } = completion(document, to.toOffset(document, position));
      return {
        isIncomplete: false,
        items: items.map((item) => to.toCompletionItem(document, uri, range, item)),
      };
    }),
  );
  connection.onCompletionResolve((item) => {
    const data = item.data as
      (Pick<CompletionItem, 'kind' | 'library'> & { readonly uri: string }) | undefined;
    const open = data === undefined ? undefined : documents.get(data.uri);
    if (data === undefined || open === undefined) return item;
    try {
      const { code, text } = completionDetails(open.document, { ...data, label: item.label, rank: 0 });
      const value = [...(code === '' ? [] : [to.fenced(code)]), text].join('\n\n');
      return value === '' ? item : { ...item, documentation: { kind: 'markdown', value } };
    } catch (error) {
      report(error);
      return item;
    }
  });
  connection.onHover(
    answer((document, { position }: protocol.HoverParams) => {
      const found = hover(document, to.toOffset(document, position));
      return found === undefined ? null : to.toHover(document, found);
    }),
  );
  connection.onSignatureHelp(
    answer((document, { position }: protocol.SignatureHelpParams) => {
      const help = signatureHelp(document, to.toOffset(document, position));
      return help === undefined ? null : to.toSignatureHelp(help);
    }),
  );
  connection.onDefinition(
    answer((document, { position }: protocol.DefinitionParams, uri) => {
      const found = definition(document, to.toOffset(document, position));
      return found === undefined ? null : to.toLocation(document, uri, found);
    }),
  );
  const folderFiles = new FolderFiles(documents.workspace);
  /** All documents of the workspace: open ones as they are now, the rest as they are on the disk. */
  const others = (): readonly Document[] => {
    const open = documents.all().map(({ document }) => document);
    const paths = new Set(open.map(({ source }) => source.path));
    return [...open, ...folderFiles.documents(documents.workspace.folders, paths)];
  };
  connection.onReferences(
    answer((document, { position, context }: protocol.ReferenceParams) =>
      references(document, to.toOffset(document, position), others())
        .filter(({ declares }) => !declares || context.includeDeclaration)
        .map((found) => ({
          uri: uriOf(found.document.source.path),
          range: to.toRange(found.document, found.range),
        })),
    ),
  );
  connection.onDocumentHighlight(
    answer((document, { position }: protocol.DocumentHighlightParams) =>
      highlights(document, to.toOffset(document, position)).map(({ range, writes }) => ({
        range: to.toRange(document, range),
        kind: writes ? protocol.DocumentHighlightKind.Write : protocol.DocumentHighlightKind.Read,
      })),
    ),
  );
  connection.onPrepareRename(
    answer((document, { position }: protocol.PrepareRenameParams) => {
      const prepared = prepareRename(document, to.toOffset(document, position));
      if (!prepared.ok) throw refusal(prepared.reason);
      return { range: to.toRange(document, prepared.range), placeholder: prepared.name };
    }),
  );
  connection.onRenameRequest(
    answer((document, { position, newName }: protocol.RenameParams) => {
      const result = rename(document, to.toOffset(document, position), newName, others());
      if (!result.ok) throw refusal(result.reason);
      const changes: Record<string, protocol.TextEdit[]> = {};
      for (const { document: each, edits } of result.edits) {
        changes[uriOf(each.source.path)] = to.toEdits(each, edits);
      }
      return { changes };
    }),
  );
  connection.onDocumentSymbol(
    answer((document, _: protocol.DocumentSymbolParams) =>
      documentSymbols(document).map((symbol) => to.toSymbol(document, symbol)),
    ),
  );
  connection.onWorkspaceSymbol(({ query }) => {
    const library = librarySources().map(({ path, text }) => openDocument(documents.workspace, path, text));
    return workspaceSymbols([...others(), ...(query === '' ? [] : library)], query)
      .slice(0, 500)
      .map(({ document, symbol }) => {
        const { name, kind, selectionRange } = to.toSymbol(document, symbol);
        return { name, kind, location: { uri: uriOf(document.source.path), range: selectionRange } };
      });
  });
  connection.onFoldingRanges(
    answer((document, _: protocol.FoldingRangeParams) =>
      foldingRanges(document).map(({ startLine, endLine, kind }) => ({
        startLine,
        endLine,
        ...(kind === 'code' ? {} : { kind }),
      })),
    ),
  );
  connection.onSelectionRanges(
    answer((document, { positions }: protocol.SelectionRangeParams) =>
      positions.map((position) =>
        nested(document, selectionRanges(document, to.toOffset(document, position))),
      ),
    ),
  );
  connection.languages.semanticTokens.on(
    answerTokens((document, _: protocol.SemanticTokensParams) =>
      to.toSemanticTokens(document, semanticTokens(document)),
    ),
  );
  connection.languages.semanticTokens.onRange(
    answerTokens((document, { range }: protocol.SemanticTokensRangeParams) =>
      to.toSemanticTokens(document, semanticTokens(document, to.fromRange(document, range))),
    ),
  );
  connection.languages.inlayHint.on(
    answer((document, { range }: protocol.InlayHintParams) =>
      inlayHints(document, to.fromRange(document, range)).map(({ offset, text, kind }) => ({
        position: to.toRange(document, { start: offset, end: offset }).start,
        label: text,
        ...(kind === 'type' ? { kind: protocol.InlayHintKind.Type } : { paddingLeft: true }),
      })),
    ),
  );
  connection.onCodeAction(
    answer((document, { range, context: { only } }: protocol.CodeActionParams, uri) => {
      const where = to.fromRange(document, range);
      const fixes = only === undefined || only.some((kind) => 'quickfix'.startsWith(kind));
      return [
        ...(fixes ? codeActions(document, where) : []).map((fix) => to.toCodeAction(document, uri, fix)),
        ...(only === undefined ? codeQuestions(document, where) : []).map((question) =>
          to.toQuestion(uri, question),
        ),
      ];
    }),
  );
  connection.onCodeLens(
    answer((document, _: protocol.CodeLensParams, uri) =>
      codeLenses(document).map((lens) => to.toCodeLens(document, uri, lens)),
    ),
  );
  connection.onCodeLensResolve(async (lens) => {
    const open = typeof lens.data === 'string' ? documents.get(lens.data) : undefined;
    const answer = open === undefined ? undefined : await questions.ask('cost', open.document.source);
    const title = answer?.ok === true ? answer.text : 'cost of a step not known';
    return { ...lens, command: { title, command: '' } };
  });
  connection.onDocumentFormatting(
    answer((document, _: protocol.DocumentFormattingParams) =>
      to.toEdits(document, formatDocument(document)),
    ),
  );
  connection.onDocumentRangeFormatting(
    answer((document, { range }: protocol.DocumentRangeFormattingParams) =>
      to.toEdits(document, formatRange(document, to.fromRange(document, range))),
    ),
  );
  connection.onExecuteCommand(async ({ command, arguments: given = [] }) => {
    const [uri] = given as readonly unknown[];
    const open = typeof uri === 'string' ? documents.get(uri) : undefined;
    if (open === undefined) throw refusal('this document is not open');
    return await runCommand(command, open.document, given.slice(1) as readonly unknown[], questions);
  });
  connection.listen();

  /** As `answer`; the protocol wants an empty list where there is nothing. */
  function answerTokens<Params extends { readonly textDocument: protocol.TextDocumentIdentifier }>(
    make: (document: Document, params: Params) => protocol.SemanticTokens,
  ): (
    params: Params,
    token: protocol.CancellationToken,
  ) => Promise<protocol.SemanticTokens | protocol.ResponseError<void>> {
    const answering = answer(make);
    return async (params, token) => (await answering(params, token)) ?? { data: [] };
  }
}

function cancelled(): protocol.ResponseError<void> {
  return new protocol.ResponseError(protocol.LSPErrorCodes.RequestCancelled, 'called off');
}

function refusal(reason: string): protocol.ResponseError<void> {
  return new protocol.ResponseError(protocol.LSPErrorCodes.RequestFailed, reason);
}

/** The protocol wants the innermost range, which knows the one around it. */
function nested(
  document: Document,
  ranges: readonly { readonly start: number; readonly end: number }[],
): protocol.SelectionRange {
  let outer: protocol.SelectionRange | undefined;
  for (const range of [...ranges].reverse()) {
    outer = { range: to.toRange(document, range), ...(outer === undefined ? {} : { parent: outer }) };
  }
  return outer ?? { range: to.toRange(document, { start: 0, end: 0 }) };
}
