/** What becomes one loop for a machine with vectors, and that it computes what separate loops compute. */
import { describe, expect, it } from 'vitest';
import { Layout } from '../../../src/codegen/layout.js';
import { scheduleProgram } from '../../../src/codegen/schedule-program.js';
import { compileSource } from '../../../src/compile.js';
import { GraphBuilder } from '../../../src/ir/builder.js';
import { inLanes } from '../../../src/ir/fuse.js';
import type { Schedule } from '../../../src/ir/nest.js';
import { range, real } from '../../../src/ir/types.js';
import { generator, randomTensor } from '../../ir/inputs.js';
import { expectNear, expectSameAsTypeScript } from './compare.js';

/** What a step does, without what is computed of scalars alone. */
async function stepOf(text: string, arrays: Readonly<Record<string, readonly number[]>>): Promise<string[]> {
  const random = generator(1);
  const data = new Map(
    Object.entries(arrays).map(([name, shape]) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const values = new Float64Array(size).map(() => (name === 'y' ? Math.floor(3 * random()) : random()));
      return [name, { kind: 'array', path: name, shape, data: values } as const];
    }),
  );
  const { compilation, diagnostics } = await compileSource({ path: 'lanes.opt', text }, { data });
  if (compilation === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const { schedules } = scheduleProgram(compilation.program, new Layout(inLanes));
  const found: string[] = [];
  const visit = (schedule: Schedule): void => {
    if (schedule.kind === 'sequence') schedule.steps.forEach(visit);
    else if (schedule.kind !== 'launch') found.push(schedule.kind);
    else if (schedule.launch.stages.some(({ units }) => units.some(({ space }) => space.length > 0))) {
      const { depth, stages } = schedule.launch;
      found.push(`launch of depth ${depth} with ${stages.length} stages`);
    }
  };
  const step = schedules.get('step_1');
  if (step !== undefined) visit(step);
  return found;
}

describe('for a machine with vectors', () => {
  it('an update, the product that it descends and the norm of its gradient are one pass over memory', async () => {
    const text =
      'data { c: real[P] }\nparam x: real[P] = 1\nminimize dot(c, x)\nsolve using adam() for 9 steps';
    expect(await stepOf(text, { c: [100] })).toEqual(['launch of depth 1 with 1 stages']);
  });

  it('so are those of many tensors side by side', async () => {
    const names = range(30).map((index) => `x${index}`);
    const text = [
      'data { c: real[T, S] }',
      ...names.map((name) => `param ${name}: real[7] = 1`),
      `minimize ${names.map((name, index) => `dot(c[${index}], ${name})`).join(' + ')}`,
      'solve using adam() for 9 steps',
    ].join('\n');
    expect(await stepOf(text, { c: [30, 7] })).toEqual(['launch of depth 1 with 1 stages']);
  });

  it('cross-entropy, its gradient and the step along it are done row by row, in place', async () => {
    const text = [
      'data { start: real[N, K] y: class(K)[N] }',
      'param logits: real[N, K] = start',
      'minimize mean(cross_entropy(logits, y))',
      'solve using gradient_descent(lr = 1) for 9 steps',
    ].join('\n');
    expect(await stepOf(text, { start: [12, 3], y: [12] })).toEqual(['launch of depth 1 with 5 stages']);
  });
});

describe('columns', () => {
  it.each([
    [8, 5],
    [16, 33],
    [12, 8],
    [7, 9],
  ])('are normalised, searched and summed up like rows (%i columns of %i)', (columns, rows) => {
    const b = new GraphBuilder();
    const x = b.parameter(real(rows, columns), 'x');
    const spread = (row: ReturnType<typeof b.reduce>): typeof row => b.broadcast(row, [rows, columns], [1]);
    const largest = b.reduce('max', x, [0]);
    const weights = b.unary('exp', b.binary('subtract', x, spread(largest)));
    const softmax = b.binary('divide', weights, spread(b.reduce('sum', weights, [0])));
    const last = b.transpose(softmax, [1, 0]);
    const region = b.region(
      [x],
      [
        softmax,
        b.reduce('sum', b.binary('multiply', last, last), [1]),
        b.argreduce('max', x, 0),
        b.argreduce('min', b.transpose(x, [1, 0]), 1),
        b.cumulative('sum', x, 0, { reverse: true }),
      ],
    );
    const inputs = [randomTensor(real(rows, columns), -1, 1, generator(rows))];
    expectSameAsTypeScript(region, inputs);
    expectNear(region, inputs, 'f32');
  });
});
