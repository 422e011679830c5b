/** The real server in a process of its own, and a client that speaks to it over standard input and output. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as protocol from 'vscode-languageserver/node';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Session {
  readonly connection: protocol.ProtocolConnection;
  readonly process: ChildProcess;
  open(uri: string, text: string): void;
  /** Replaces the whole text. */
  change(uri: string, text: string): void;
  /** The next diagnostics of a document that fulfil a condition. */
  diagnostics(
    uri: string,
    until: (found: readonly protocol.Diagnostic[]) => boolean,
  ): Promise<readonly protocol.Diagnostic[]>;
  request<Result>(method: string, params: unknown): Promise<Result>;
  stop(): Promise<number | null>;
}

export async function startSession(folder?: string): Promise<Session> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'lsp', '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = protocol.createProtocolConnection(
    new protocol.StreamMessageReader(child.stdout),
    new protocol.StreamMessageWriter(child.stdin),
  );
  const latest = new Map<string, readonly protocol.Diagnostic[]>();
  const waiting = new Set<() => void>();
  connection.onNotification(protocol.PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
    latest.set(uri, diagnostics);
    waiting.forEach((wake) => wake());
  });
  connection.listen();
  await connection.sendRequest(protocol.InitializeRequest.type, {
    processId: process.pid,
    rootUri: folder === undefined ? null : pathToFileURL(folder).href,
    capabilities: {},
  });
  await connection.sendNotification(protocol.InitializedNotification.type, {});
  let version = 1;
  return {
    connection,
    process: child,
    open: (uri, text) => {
      latest.delete(uri);
      void connection.sendNotification(protocol.DidOpenTextDocumentNotification.type, {
        textDocument: { uri, languageId: 'argmin', version, text },
      });
    },
    change: (uri, text) => {
      latest.delete(uri);
      version += 1;
      void connection.sendNotification(protocol.DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
    },
    diagnostics: (uri, until) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = latest.get(uri);
          if (found === undefined || !until(found)) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    request: (method, params) => connection.sendRequest(method, params),
    stop: async () => {
      await connection.sendRequest(protocol.ShutdownRequest.type);
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      await connection.sendNotification(protocol.ExitNotification.type);
      return await ended;
    },
  };
}
