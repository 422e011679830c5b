/** `argmin lsp`: the language server on standard input and output. Nothing else may be written there. */
import * as protocol from 'vscode-languageserver/node';
import { answerQuestions, answersQuestions } from '../../editor/server/questions.js';
import { startServer } from '../../editor/server/server.js';
import { exit } from '../terminal.js';
import type { ExitStatus } from '../terminal.js';

export async function lsp(): Promise<ExitStatus> {
  if (answersQuestions) {
    await answerQuestions();
    return exit.ok;
  }
  const connection = protocol.createConnection(protocol.ProposedFeatures.all, process.stdin, process.stdout);
  // A fault outside of any request must not end the server either.
  process.on('uncaughtException', (error) => connection.console.error(error.stack ?? error.message));
  startServer(connection);
  // The connection ends the process, after `exit` or when the other side is gone.
  await new Promise<void>((resolve) => process.stdin.once('close', () => resolve()));
  return exit.ok;
}
