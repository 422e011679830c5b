/** What an editor can ask for beside the usual: the problem in mathematics, gradients, the generated program. */
import { latexProblem } from '../../explain/latex_problem.js';
import { problemText } from '../../explain/problem.js';
import type { Origin } from '../../runtime/webgpu/plan.js';
import type { Document } from '../document.js';
import { gradientFormulas } from '../gradient.js';
import type { Questions } from './questions.js';

export const commandNames = [
  'argmin.explainMathematics',
  'argmin.gradientFormula',
  'argmin.gradientCheck',
  'argmin.generatedProgram',
] as const;

export type CommandResult =
  | {
      readonly ok: true;
      readonly text: string;
      readonly latex?: string;
      /** Of generated code: which of its lines come from which places of the source; the last of a line is its own. */
      readonly origins?: readonly Origin[];
    }
  | { readonly ok: false; readonly reason: string };

export async function runCommand(
  command: string,
  document: Document,
  [offset]: readonly unknown[],
  questions: Questions,
): Promise<CommandResult> {
  switch (command) {
    case 'argmin.explainMathematics':
      return mathematics(document);
    case 'argmin.gradientFormula':
      return gradient(document, typeof offset === 'number' ? offset : 0);
    case 'argmin.gradientCheck':
      return await questions.ask('gradients', document.source);
    case 'argmin.generatedProgram':
      return await generated(document);
    default:
      return { ok: false, reason: `there is no command \`${command}\`` };
  }
}

function mathematics(document: Document): CommandResult {
  const { problem } = document.checked();
  if (problem === undefined) return { ok: false, reason: 'the file has errors' };
  return {
    ok: true,
    text: problemText(document.syntax, problem),
    latex: latexProblem(document.syntax, problem),
  };
}

function gradient(document: Document, offset: number): CommandResult {
  const answer = gradientFormulas(document, offset);
  return answer.ok ? { ok: true, text: answer.lines.join('\n'), latex: answer.latex } : answer;
}

/** The compiler is loaded when someone wants to see its output. */
async function generated(document: Document): Promise<CommandResult> {
  const { runPasses, startState } = await import('../../compile.js');
  const { workspaceLoader } = await import('../document.js');
  const options = { loader: workspaceLoader(document.workspace) };
  const { printed, diagnostics } = await runPasses(startState(document.source, options));
  if (printed !== undefined) return { ok: true, text: printed.text, origins: printed.origins };
  const reason = diagnostics.find(({ severity }) => severity === 'error');
  return { ok: false, reason: reason?.message ?? 'there is nothing to solve' };
}
