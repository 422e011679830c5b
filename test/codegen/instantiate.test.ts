import { describe, expect, it } from 'vitest';
import { instantiate } from '../../src/codegen/typescript/instantiate.js';
import { InterpretedProgram } from '../../src/explain/interpreted.js';
import { philoxUniform } from '../../src/ir/operators/philox.js';
import { helpersWithCallees, printHelper } from '../../src/ir/operators/elementwise/lowering.js';
import { uniform } from '../../src/runtime/random.js';
import { arraysFor, logisticProgram, networkProgram } from './programs.js';

const sizes = { rows: 23, inputs: 5, hidden: 7, classes: 3 };

describe('a program that runs in this process', () => {
  it.each([
    ['a network on batches', networkProgram(sizes, 8, 10), 1e-9],
    ['a network on all rows', networkProgram(sizes, undefined, 10), 1e-9],
    ['a network in single precision', networkProgram(sizes, 8, 10, 'f32'), 1e-3],
    ['logistic regression', logisticProgram(23, 5, 10), 1e-10],
  ] as const)('steps through %s as the interpreter does', (_name, program, tolerance) => {
    const [compiled, reference] = [instantiate(program), new InterpretedProgram(program)];
    for (const each of [compiled, reference]) {
      each.load(arraysFor(program));
      each.initialize(3);
      each.startPhase(0);
      for (let step = 0; step < 10; step += 1) each.step(0);
    }
    const close = (found: ArrayLike<number>, wanted: ArrayLike<number>): void => {
      Array.from(wanted).forEach((value, index) => {
        expect(Math.abs((found[index] ?? NaN) - value)).toBeLessThanOrEqual(tolerance);
      });
    };
    close(compiled.parameters, reference.parameters);
    close(compiled.measures, reference.measures);
    close(compiled.evaluate(0), reference.evaluate(0));
    close(compiled.report(0), reference.report(0));
  });

  it('continues from a saved state with the same bits', () => {
    const program = networkProgram(sizes, 8, 10);
    const compiled = instantiate(program);
    compiled.load(arraysFor(program));
    compiled.initialize(3);
    compiled.startPhase(0);
    for (let step = 0; step < 3; step += 1) compiled.step(0);
    const saved = compiled.saveState();
    for (let step = 0; step < 3; step += 1) compiled.step(0);
    const first = Array.from(compiled.parameters);
    compiled.restoreState(saved);
    for (let step = 0; step < 3; step += 1) compiled.step(0);
    expect(Array.from(compiled.parameters)).toEqual(first);
  });

  it('draws the same words as the graph operator', () => {
    const text = helpersWithCallees([philoxUniform]).map(printHelper).join('\n');
    const drawn = new Function(`${text}\nreturn philoxUniform;`)() as typeof uniform;
    for (let index = 0; index < 200; index += 1) {
      expect(uniform(7, 2 ** 31 - index, index, index - 3, 2)).toBe(
        drawn(7, 2 ** 31 - index, index, index - 3, 2),
      );
    }
  });

  it('updates parameters and optimizer state in place, without a copy', () => {
    const { source } = instantiate(networkProgram(sizes, 8, 10));
    const step = source.slice(source.indexOf('function step_1'));
    expect(step).toMatch(/x\[i\] = t\d+ - /);
    expect(step).not.toMatch(/subarray|new /);
  });
});
