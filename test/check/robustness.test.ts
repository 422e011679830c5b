/**
 * Damaged sources through parser, checker and elaboration: nothing throws, nothing hangs, and what is not accepted has
 * a diagnostic that says so. Whole problems are damaged a little, so that much of them still has a meaning.
 */
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/check/analysis/analyse.js';
import { bindProblem } from '../../src/bind/bind.js';
import type { TypedProblem } from '../../src/check/typed.js';
import { checkSource, fileLoader } from '../../src/front_end.js';
import { elaborate } from '../../src/ir/elaborate/elaborate.js';
import { hasErrors } from '../../src/parser/diagnostic.js';
import { mutateCharacters, mutateTokens, random } from '../parser/mutate.js';
import { realSources } from '../parser/sources.js';

const examples = realSources.filter(
  ({ text }) => /^(minimize|fn|module|optimizer)\b/m.test(text) && text.length < 4000,
);

/** As far as the program, when the damaged problem still has sizes. */
function compileBound(problem: TypedProblem): void {
  const { bound } = bindProblem(problem, { folder: 'examples' });
  if (bound === undefined) return;
  const hypers = new Map([...bound.hypers].map(([symbol, value]) => [symbol.name, value]));
  elaborate(bound.problem, { sizes: bound.sizes, hypers, seed: 0, steps: 2 });
}

describe('damaged problems', () => {
  it('are checked without an exception, and never lost without a diagnostic', { timeout: 300_000 }, () => {
    const below = random(7);
    let accepted = 0;
    let refused = 0;
    for (let turn = 0; turn < 10_000; turn += 1) {
      const source = examples[below(examples.length)];
      if (source === undefined) continue;
      let { text } = source;
      for (let count = below(2); count >= 0; count -= 1) {
        text = below(4) === 0 ? mutateCharacters(text, below) : mutateTokens(text, below);
      }
      const path = source.path;
      const { problem, diagnostics } = checkSource(
        { path, text },
        { loader: fileLoader({ path, text }, false) },
      );
      for (const { span } of diagnostics) {
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeLessThanOrEqual(span.file.text.length);
      }
      if (hasErrors(diagnostics)) {
        refused += 1;
        continue;
      }
      accepted += 1;
      if (problem === undefined) throw new Error(`lost without a diagnostic:\n${text}`);
      analyse(problem);
      if (problem.data.some((block) => block.path !== undefined)) continue;
      try {
        compileBound(problem);
      } catch (error) {
        throw new Error(`${String(error)}\nin\n${text}`, { cause: error });
      }
    }
    expect(accepted).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(5000);
  });
});
