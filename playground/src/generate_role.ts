/** Makes code of a source that is not run: one question, one answer. */
import { putFile } from '../../src/browser/files.js';
import { runPasses, startState } from '../../src/compile.js';
import type { CompileState } from '../../src/compile.js';
import { mathematicsOf, typescriptOf, wgslOf } from './generated.js';
import type { GeneratedKind, GenerateQuestions, Request } from './messages.js';

type Question = GenerateQuestions['generate']['question'];
type Answer = GenerateQuestions['generate']['answer'];

/** The pass after which there is all that a kind needs. */
const lastPasses: Readonly<Record<GeneratedKind, string | undefined>> = {
  mathematics: 'check',
  typescript: undefined,
  wgsl: undefined,
};

function refused(state: CompileState): Answer {
  const reason = state.diagnostics.find(({ severity }) => severity === 'error');
  return { ok: false, reason: reason?.message ?? 'there is nothing to solve' };
}

async function generate(path: string, { text, wanted, files }: Question): Promise<Answer> {
  for (const [name, content] of Object.entries(files)) putFile(name, content);
  const state = await runPasses(startState({ path, text }, { folder: '/' }), lastPasses[wanted]);
  switch (wanted) {
    case 'mathematics':
      return state.problem === undefined ? refused(state) : { ok: true, generated: mathematicsOf(state) };
    case 'typescript':
      return state.printed === undefined ? refused(state) : { ok: true, generated: typescriptOf(state) };
    case 'wgsl': {
      if (state.program === undefined) return refused(state);
      const { compileDeviceProgram } = await import('../../src/codegen/wgsl/compile_program.js');
      const compiled = compileDeviceProgram(state.program);
      if (compiled.ok) return { ok: true, generated: wgslOf(compiled.value.plan) };
      return { ok: false, reason: compiled.diagnostics.map(({ message }) => message).join('\n') };
    }
    default:
      return wanted satisfies never;
  }
}

export function handle(message: unknown): void {
  const { id, path, question } = message as Request<GenerateQuestions>;
  void generate(path, question)
    .catch((error: unknown): Answer => ({ ok: false, reason: String(error) }))
    .then((answer) => postMessage({ id, answer }));
}
