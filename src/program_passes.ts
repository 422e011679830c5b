/**
 * Rewrites of whole programs: the region passes of `src/ir/`, each run on every region that a program holds.
 */
import type { Region } from './ir/graph.js';
import type { BoundRegion, Program } from './ir/program.js';
import { contractions, eraseDerivativeMarks, simplify } from './ir/rewrite/passes.js';
import type { Report } from './ir/rewrite/rewrite.js';
import type { Span } from './parser/source.js';

/** One rewrite that was applied, for `explain`. */
export interface Rewrite {
  readonly pass: string;
  readonly name: string;
  readonly span: Span | undefined;
}

export interface ProgramPass {
  readonly name: string;
  readonly does: string;
  readonly run: (
    program: Program,
  ) => Promise<{ readonly program: Program; readonly rewrites: readonly Rewrite[] }>;
}

type RegionPass = (region: Region, report: Report) => Region;

function programPass(name: string, does: string, pass: RegionPass): ProgramPass {
  return {
    name,
    does,
    run: (program) => {
      const rewrites: Rewrite[] = [];
      const report: Report = ({ name: rule, span }) => rewrites.push({ pass: name, name: rule, span });
      return Promise.resolve({ program: mapRegions(program, (region) => pass(region, report)), rewrites });
    },
  };
}

/** After elaboration nothing is differentiated any more. */
export const programPasses: readonly ProgramPass[] = [
  programPass('erase', 'drops the marks that only derivatives read', (region) =>
    eraseDerivativeMarks(region),
  ),
  programPass('simplify', 'algebraic identities, merged data movement, loop-invariant code', simplify),
  programPass('contract', 'turns sums of products into contractions', contractions),
  programPass('tidy', 'simplifies what the contractions left', simplify),
];

/** The program with each of its regions replaced. */
export function mapRegions(program: Program, change: (region: Region, name: string) => Region): Program {
  const bound = (name: string, { region, inputs }: BoundRegion): BoundRegion => ({
    region: change(region, name),
    inputs,
  });
  return {
    ...program,
    prepare: bound('prepare', program.prepare),
    initial: bound('initial', program.initial),
    phases: program.phases.map((phase, index) => ({
      ...phase,
      start: bound(`start ${index}`, phase.start),
      step: bound(`step ${index}`, phase.step),
      evaluate: bound(`evaluate ${index}`, phase.evaluate),
    })),
    reports: program.reports.map((report) => ({
      ...report,
      value: bound(`report ${report.name}`, report.value),
    })),
  };
}

/** Every region of a program with a name for dumps, in the order of a run. */
export function regionsOf(program: Program): readonly { readonly name: string; readonly region: Region }[] {
  const found: { readonly name: string; readonly region: Region }[] = [];
  mapRegions(program, (region, name) => {
    found.push({ name, region });
    return region;
  });
  return found;
}
