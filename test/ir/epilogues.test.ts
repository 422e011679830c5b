/** Where a launch may become part of a contraction, and where its results may then lie. */
import { describe, expect, it } from 'vitest';
import { Layout } from '../../src/codegen/layout.js';
import { GraphBuilder } from '../../src/ir/builder.js';
import { parallel, sequential } from '../../src/ir/fuse.js';
import type { FusionPolicy } from '../../src/ir/fuse.js';
import type { Node } from '../../src/ir/graph.js';
import type { Place, Schedule } from '../../src/ir/nest.js';
import { scheduleRegion } from '../../src/ir/schedule.js';
import { at, real } from '../../src/ir/types.js';

interface Scheduled {
  readonly steps: readonly Schedule[];
  readonly inputs: readonly Place[];
}

/** @param into for each result the parameter that it replaces, or undefined */
function schedule(
  make: (b: GraphBuilder) => readonly [parameters: readonly Node[], results: readonly Node[]],
  into: readonly (number | undefined)[] = [],
  policy: FusionPolicy = parallel,
): Scheduled {
  const layout = new Layout(policy);
  const b = new GraphBuilder();
  const [parameters, results] = make(b);
  const region = b.region(parameters, results);
  const inputs = parameters.map((parameter) => layout.fixed(parameter.type, 'input'));
  const destinations = results.map((result, index) => {
    const replaced = into[index];
    return replaced === undefined ? layout.fixed(result.type, 'result') : at(inputs, replaced);
  });
  const sources = inputs.map((place) => ({ kind: 'place', place }) as const);
  const scheduled = scheduleRegion(region, sources, destinations, layout.context).schedule;
  return { steps: scheduled.kind === 'sequence' ? scheduled.steps : [scheduled], inputs };
}

const kinds = ({ steps }: Scheduled): readonly string[] =>
  steps.map((step) =>
    step.kind === 'contraction' && step.contraction.epilogue !== undefined ? 'with epilogue' : step.kind,
  );

const product = (b: GraphBuilder, x: Node, y: Node): Node => b.contraction(x, y, { contract: [[1, 0]] });

describe('a contraction', () => {
  it('takes nothing in where the back end does not ask for it', () => {
    const found = schedule(
      (b) => {
        const [x, y] = [b.parameter(real(3, 4), 'x'), b.parameter(real(4, 5), 'y')];
        return [[x, y], [b.unary('exp', product(b, x, y))]];
      },
      [],
      sequential,
    );
    expect(kinds(found)).toEqual(['contraction', 'launch']);
  });

  it('is not stored where only its epilogue reads it', () => {
    const { steps } = schedule((b) => {
      const [x, y] = [b.parameter(real(3, 4), 'x'), b.parameter(real(4, 5), 'y')];
      return [[x, y], [b.unary('exp', product(b, x, y))]];
    });
    const [step] = steps;
    expect(step?.kind === 'contraction' && step.contraction.epilogue?.given?.stored).toBe(false);
    expect(step?.kind === 'contraction' && step.contraction.output.buffer).toBe(undefined);
  });

  it('writes in place what it does not read itself', () => {
    const found = schedule(
      (b) => {
        const [x, y] = [b.parameter(real(3, 4), 'x'), b.parameter(real(4, 5), 'y')];
        const w = b.parameter(real(3, 5), 'w');
        return [[x, y, w], [b.binary('subtract', w, product(b, x, y))]];
      },
      [2],
    );
    expect(kinds(found)).toEqual(['with epilogue']);
  });

  it('does not write over its own operands while it reads them', () => {
    const found = schedule(
      (b) => {
        const [a, x] = [b.parameter(real(4, 4), 'a'), b.parameter(real(4, 4), 'x')];
        return [[a, x], [b.binary('subtract', x, product(b, a, x))]];
      },
      [1],
    );
    expect(kinds(found)).toEqual(['with epilogue', 'copy']);
  });

  it('is not written where its epilogue still reads', () => {
    const found = schedule(
      (b) => {
        const [x, y] = [b.parameter(real(4, 3), 'x'), b.parameter(real(3, 4), 'y')];
        const w = b.parameter(real(4, 4), 'w');
        const made = product(b, x, y);
        return [
          [x, y, w],
          [made, b.binary('add', made, b.transpose(w, [1, 0]))],
        ];
      },
      [2],
    );
    expect(kinds(found)).toEqual(['with epilogue', 'copy']);
  });

  it('waits for what its epilogue reads beside it', () => {
    const found = schedule((b) => {
      const [x, y] = [b.parameter(real(4, 4), 'x'), b.parameter(real(4, 4), 'y')];
      const first = product(b, x, y);
      const second = product(b, y, x);
      return [[x, y], [b.binary('multiply', first, product(b, second, second))]];
    });
    expect(kinds(found)).toEqual(['contraction', 'contraction', 'with epilogue']);
  });

  it('stays where somebody reads it before what its epilogue needs is there', () => {
    const found = schedule((b) => {
      const [x, y] = [b.parameter(real(4, 4), 'x'), b.parameter(real(4, 4), 'y')];
      const first = product(b, x, y);
      const u = b.parameter(real(4), 'u');
      const weights = b.broadcast(product(b, first, u), [4, 4], [1]);
      return [[x, y, u], [b.binary('divide', first, weights)]];
    });
    expect(kinds(found)).toEqual(['contraction', 'contraction', 'launch']);
  });
});
