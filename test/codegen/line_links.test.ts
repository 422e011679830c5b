/** Lines of a source and of the code made of it, linked both ways. */
import { describe, expect, it } from 'vitest';
import { LineLinks } from '../../src/codegen/line_links.js';
import { runPasses, startState } from '../../src/compile.js';

const text = `param w: real[3] = 1
let residual = w - 2

minimize sum(residual^2)
solve using gradient_descent(0.1) for 5 steps
`;

describe('links between lines', () => {
  it('lead from each line of code to the source and back', async () => {
    const { printed } = await runPasses(startState({ path: '/links.opt', text }, {}));
    const { origins, text: code } = printed!;
    const links = new LineLinks(origins, '/links.opt');
    const lines = code.split('\n');
    let linked = 0;
    for (let line = 1; line <= lines.length; line += 1) {
      const { source, code: together } = links.ofCode(line);
      if (source.length > 0) expect(together).toContain(line);
      for (const each of source) {
        linked += 1;
        expect(links.ofSource(each).code).toContain(line);
      }
    }
    expect(linked).toBeGreaterThan(5);
    const objective = links.ofSource(4).code.map((line) => lines[line - 1]);
    expect(objective.some((line) => line?.includes('reduce'))).toBe(true);
    expect(links.ofSource(3)).toEqual({ source: [], code: [] });
  });

  it('leave out what comes from other files, and put the own line first', () => {
    const at = (line: number, lines: number, path: string, sourceLine: number) => ({
      line,
      lines,
      path,
      sourceLine,
      sourceColumn: 1,
    });
    const links = new LineLinks(
      [at(1, 3, 'a', 2), at(2, 2, 'a', 9), at(2, 2, 'a', 4), at(1, 9, 'std', 4)],
      'a',
    );
    expect(links.ofCode(2)).toEqual({ source: [4, 9, 2], code: [2, 3] });
    expect(links.ofCode(5)).toEqual({ source: [], code: [] });
    expect(links.ofSource(2)).toEqual({ source: [2], code: [1, 2, 3] });
  });
});
