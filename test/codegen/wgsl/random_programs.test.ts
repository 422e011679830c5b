/**
 * A thousand random programs on each driver: what the device makes of them lies within what single precision allows,
 * which is derived from each program (`test/support/rounding.ts`). Half of them run as one dispatch, half as a
 * dispatch for each function. A failure is reported at the first value of the program that is wrong by itself.
 */
import { describe, expect, it } from 'vitest';
import type { Region } from '../../../src/ir/graph.js';
import { elementwiseTable } from '../../../src/ir/operators/elementwise/table.js';
import { operatorTable } from '../../../src/ir/operators/table.js';
import { printRegion } from '../../../src/ir/print.js';
import { nodesOf } from '../../../src/ir/traverse.js';
import { at, range } from '../../../src/ir/types.js';
import { cases } from '../../ir/cases.js';
import { generator, inputsOf, singleInputs } from '../../ir/inputs.js';
import type { Driver } from '../../support/device.js';
import { llvmpipe, swiftShader } from '../../support/device.js';
import { compileRegions } from '../../support/device_regions.js';
import type { RegionCall } from '../../support/device_regions.js';
import { compareResults, expectedInSingle } from '../../support/rounding.js';
import type { Disagreement, Expected } from '../../support/rounding.js';
import { randomRegion } from '../random-region.js';

const programs = 1000;
const perModule = 5;
const blocks = 10;

type Composition = 'grid' | 'workgroup';
const compositionOf = (seed: number): Composition =>
  Math.floor(seed / perModule) % 2 === 0 ? 'workgroup' : 'grid';

interface RandomProgram extends RegionCall {
  readonly seed: number;
  readonly expected: readonly Expected[];
}

function randomProgram(seed: number): RandomProgram {
  const region = randomRegion(seed, 3 + (seed % 10), { costly: 0.1 });
  const random = generator(seed);
  const inputs = singleInputs(region, random);
  return { seed, region, inputs, expected: expectedInSingle(region, inputs, random) };
}

/** What a driver gets wrong of some programs; a refused module is an error. */
async function failures(
  driver: Driver,
  some: readonly RandomProgram[],
  composition: Composition,
): Promise<readonly { readonly program: RandomProgram; readonly wrong: readonly Disagreement[] }[]> {
  const { work, resultsIn } = compileRegions(some, composition);
  const outcome = await driver.runKernels(work);
  if (outcome.kind === 'refused') {
    const [first] = outcome.messages;
    const seeds = some.map(({ seed }) => seed).join(', ');
    throw new Error(`${driver.name}, ${composition}, seeds ${seeds}: line ${first?.line}: ${first?.text}`);
  }
  const results = resultsIn(outcome.arenas);
  return some.flatMap((program, index) => {
    const { disagreements } = compareResults(at(results, index), program.expected);
    return disagreements.length > 0 ? [{ program, wrong: disagreements }] : [];
  });
}

/** The program cut down to the first value that is wrong with nothing else around it. */
async function smallest(driver: Driver, program: RandomProgram, composition: Composition): Promise<string> {
  const { seed, region, inputs } = program;
  for (const node of nodesOf(region)) {
    if (node.operator.kind === 'parameter' || node.results !== undefined) continue;
    const cut: Region = { parameters: region.parameters, results: [node] };
    const expected = expectedInSingle(cut, inputs, generator(seed));
    const [failure] = await failures(driver, [{ seed, region: cut, inputs, expected }], composition);
    if (failure !== undefined) return describeFailure(cut, failure.wrong);
  }
  return `only the whole of it:\n${describeFailure(region, [])}`;
}

function describeFailure(region: Region, wrong: readonly Disagreement[]): string {
  const places = wrong
    .slice(0, 4)
    .map(
      ({ result, element, found, wanted, allowed }) =>
        `result ${result}[${element}]: ${found} instead of ${wanted} (allowed: ${allowed})`,
    );
  return [...places, printRegion(region)].join('\n');
}

const drivers = await Promise.all([swiftShader(), llvmpipe()]);
const present = drivers.flatMap(({ driver }) => driver ?? []);
const reason = drivers.map((found) => found.reason).join('');

/** What the programs of all blocks contain. */
const seen = new Set<string>();
let [elements, open] = [0, 0];

describe.skipIf(present.length === 0)(
  `random programs on ${present.map(({ name }) => name).join(' and ')}${reason}`,
  () => {
    /** Runs programs on all drivers, and says what is wrong, cut down. */
    async function check(some: readonly RandomProgram[], composition: Composition): Promise<void> {
      for (const { region, expected } of some) {
        note(region);
        const compared = compareResults(
          expected.map(({ value }) => value.data),
          expected,
        );
        elements += compared.elements;
        open += compared.open;
      }
      const found = await Promise.all(
        present.map(async (driver) => {
          const [failure] = await failures(driver, some, composition);
          if (failure === undefined) return [];
          const { program, wrong } = failure;
          const small = await smallest(driver, program, composition);
          const about = `${driver.name}, ${composition}, seed ${program.seed}`;
          return [`${about}:\n${describeFailure(program.region, wrong)}\nwhich comes down to\n${small}`];
        }),
      );
      expect(found.flat().join('\n\n')).toBe('');
    }

    it.each(range(blocks))(
      'give what the interpreter gives, as far as single precision can (block %i)',
      { timeout: 240_000 },
      async (block) => {
        const size = programs / blocks;
        for (let first = block * size; first < (block + 1) * size; first += perModule)
          await check(range(perModule, first).map(randomProgram), compositionOf(first));
      },
    );

    it('so do the cases of all operators', { timeout: 240_000 }, async () => {
      const all = cases.map((one, seed) => {
        const inputs = inputsOf(one).map(({ type, data }) => ({ type, data: data.map(Math.fround) }));
        return {
          seed,
          region: one.region,
          inputs,
          expected: expectedInSingle(one.region, inputs, generator(seed)),
        };
      });
      for (let first = 0; first < all.length; first += 10)
        await check(all.slice(first, first + 10), first % 20 === 0 ? 'grid' : 'workgroup');
    });

    it('contain every operator that a device runs', () => {
      // Those of derivatives and of the host are gone before a device sees a program.
      const gone = ['derivative_rule', 'implicit_root', 'linear_solve', 'host_call'];
      const kinds = Object.keys(operatorTable).filter(
        (kind) => !gone.includes(kind) && kind !== 'elementwise',
      );
      const wanted = [...kinds, ...Object.keys(elementwiseTable), 'loop', 'cond'];
      expect(wanted.filter((name) => !seen.has(name))).toEqual([]);
    });

    it('leave little open: nearly every element has a value that it must have', () => {
      expect(open / elements).toBeLessThan(0.05);
    });
  },
);

function note(region: Region): void {
  for (const { operator } of nodesOf(region)) {
    seen.add(operator.kind === 'elementwise' ? operator.name : operator.kind);
    if (operator.kind === 'loop') note(operator.body);
    if (operator.kind === 'cond') [operator.then, operator.otherwise].forEach(note);
  }
}
