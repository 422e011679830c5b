/** A source taken through all passes, for tests of what is known of printed code. */
import type { PrintedCode } from '../../src/compile.js';
import { runPasses, startState } from '../../src/compile.js';
import type { Program } from '../../src/ir/program.js';

export async function lastProgramState(
  text: string,
): Promise<{ readonly printed: PrintedCode; readonly program: Program }> {
  const { printed, program, diagnostics } = await runPasses(startState({ path: 'fit.opt', text }, {}));
  if (printed === undefined || program === undefined) throw new Error(JSON.stringify(diagnostics));
  return { printed, program };
}
