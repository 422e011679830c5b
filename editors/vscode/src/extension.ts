/** The extension: starts the language server, and shows what its commands ask for. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { GeneratedCode } from './generated_code.js';
import type { GeneratedProgram } from './generated_code.js';
import { panelPage } from './panel.js';
import type { RunMessage } from './run_messages.js';

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const module = context.asAbsolutePath('dist/server.mjs');
  client = new LanguageClient(
    'argmin',
    'Argmin',
    { module, transport: TransportKind.stdio },
    { documentSelector: [{ language: 'argmin' }] },
  );
  const code = new GeneratedCode((uri) => ask('argmin.generatedProgram', uri));
  context.subscriptions.push(
    code,
    vscode.commands.registerCommand('argmin.run', (uri?: string) => run(context, uri)),
    vscode.commands.registerCommand('argmin.mathematics', (uri?: string) => mathematics(uri)),
    vscode.commands.registerCommand('argmin.generated', (uri?: string) => generated(code, uri)),
    vscode.commands.registerCommand('argmin.gradient', (uri?: string, offset?: number) =>
      gradient(uri, offset),
    ),
    vscode.commands.registerCommand('argmin.checkGradients', (uri?: string) => checkGradients(uri)),
    vscode.commands.registerCommand('argmin.test', (uri?: string) => test(context, uri)),
  );
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

/** The file that a command is about: the one it was called for, or the one in the editor. */
function fileOf(uri: string | undefined): vscode.Uri | undefined {
  return uri === undefined ? vscode.window.activeTextEditor?.document.uri : vscode.Uri.parse(uri);
}

function openPanel(title: string, withCurve: boolean): vscode.WebviewPanel {
  const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  const panel = vscode.window.createWebviewPanel('argmin', title, beside, {
    enableScripts: true,
    retainContextWhenHidden: true,
    localResourceRoots: [],
  });
  panel.webview.html = panelPage(title, randomBytes(16).toString('hex'), withCurve);
  return panel;
}

async function run(context: vscode.ExtensionContext, given: string | undefined): Promise<void> {
  const uri = fileOf(given);
  if (uri?.scheme !== 'file' || !vscode.workspace.isTrusted) return;
  const document = await vscode.workspace.openTextDocument(uri);
  await document.save();
  const panel = openPanel(`Run ${path.basename(uri.fsPath)}`, true);
  const child = spawn(process.execPath, [context.asAbsolutePath('dist/runner.mjs'), uri.fsPath], {
    cwd: path.dirname(uri.fsPath),
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  // Closing the panel stops the run.
  panel.onDidDispose(() => child.kill());
  const show = (message: RunMessage): void => void panel.webview.postMessage(message);
  createInterface({ input: child.stdout }).on('line', (line) => show(JSON.parse(line) as RunMessage));
  createInterface({ input: child.stderr }).on('line', (text) => show({ kind: 'note', text }));
  child.on('error', ({ message }) => show({ kind: 'note', text: message }));
}

type Answer = ({ readonly ok: true } & GeneratedProgram) | { readonly ok: false; readonly reason: string };

async function ask(
  command: string,
  uri: vscode.Uri,
  ...more: readonly unknown[]
): Promise<GeneratedProgram | undefined> {
  const answer = await client?.sendRequest<Answer>('workspace/executeCommand', {
    command,
    arguments: [uri.toString(), ...more],
  });
  if (answer?.ok === true) return answer;
  void vscode.window.showWarningMessage(`Argmin: ${answer?.reason ?? 'the server does not run'}`);
  return undefined;
}

async function mathematics(given: string | undefined): Promise<void> {
  const uri = fileOf(given);
  const problem = uri && (await ask('argmin.explainMathematics', uri));
  if (uri === undefined || problem === undefined) return;
  const panel = openPanel(`The problem of ${path.basename(uri.fsPath)}`, false);
  void panel.webview.postMessage({ kind: 'text', text: problem.text });
}

/** The gradient of what is declared at a place: that of the code action, or that of the cursor. */
async function gradient(given: string | undefined, at: number | undefined): Promise<void> {
  const uri = fileOf(given);
  const editor = vscode.window.activeTextEditor;
  const offset = at ?? editor?.document.offsetAt(editor.selection.active) ?? 0;
  const formula = uri && (await ask('argmin.gradientFormula', uri, offset));
  if (uri === undefined || formula === undefined) return;
  const panel = openPanel(`The gradient in ${path.basename(uri.fsPath)}`, false);
  void panel.webview.postMessage({ kind: 'text', text: formula.text });
}

/** Compiles and takes steps, so it is for folders that are trusted. */
async function checkGradients(given: string | undefined): Promise<void> {
  const uri = fileOf(given);
  if (uri === undefined || !vscode.workspace.isTrusted) return;
  const check = await ask('argmin.gradientCheck', uri);
  if (check === undefined) return;
  const panel = openPanel(`Gradients of ${path.basename(uri.fsPath)}`, false);
  void panel.webview.postMessage({ kind: 'text', text: check.text });
}

async function generated(code: GeneratedCode, given: string | undefined): Promise<void> {
  const uri = fileOf(given);
  if (uri !== undefined && vscode.workspace.isTrusted) await code.show(uri);
}

async function test(context: vscode.ExtensionContext, given: string | undefined): Promise<void> {
  const uri = fileOf(given);
  if (uri?.scheme !== 'file' || !vscode.workspace.isTrusted) return;
  const execution = new vscode.ProcessExecution(
    process.execPath,
    [context.asAbsolutePath('dist/cli.mjs'), 'test', uri.fsPath],
    { env: { ELECTRON_RUN_AS_NODE: '1' } },
  );
  const task = new vscode.Task({ type: 'argmin' }, vscode.TaskScope.Workspace, 'test', 'argmin', execution);
  await vscode.tasks.executeTask(task);
}
