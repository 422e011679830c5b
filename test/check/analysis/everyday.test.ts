/** Correct everyday programs get no warnings: the examples, the library, and a list of common models. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/check/analysis/analyse.js';
import { objectiveFacts } from '../../../src/check/analysis/objective_facts.js';
import { checkFile } from '../../../src/check/check.js';
import { libraryLoader } from '../../../src/check/library.js';
import type { TypedProblem } from '../../../src/check/typed.js';
import { parse } from '../../../src/parser/parse.js';
import { standardLibrary } from '../checking.js';
import { warningsOf } from './analysing.js';
import { everydayPrograms } from './everyday_programs.js';

const root = new URL('../../../', import.meta.url);

function filesIn(folder: string): string[] {
  return readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.opt'))
    .map((name) => folder + name);
}

function problemAt(path: string): TypedProblem {
  const text = readFileSync(new URL(path, root), 'utf8');
  const loader = libraryLoader(standardLibrary, (name, from) => {
    const beside = new URL(name, new URL(from.path, root));
    return { path: name, text: readFileSync(beside, 'utf8') };
  });
  const { problem } = checkFile(parse({ path, text }).file, loader);
  if (problem === undefined) throw new Error(`${path} cannot be understood`);
  return problem;
}

describe('no warnings', () => {
  it.each([...filesIn('examples/'), ...filesIn('std/')])('for %s', (path) => {
    expect(analyse(problemAt(path)).map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  });

  it.each(everydayPrograms)('for $name', ({ source }) => {
    const warnings = warningsOf(source).filter(({ severity }) => severity !== 'info');
    expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  });
});

describe('the examples', () => {
  it.each([
    ['logistic', 'convex', true],
    ['softmax', 'convex', true],
    ['poisson', 'convex', true],
    ['robust', 'convex', true],
    ['quantile', 'convex', false],
    ['own_optimizer', 'convex', true],
    ['digits', 'unknown', true],
    ['factorization', 'unknown', true],
    ['rosenbrock', 'unknown', true],
  ])('%s is %s, and smooth: %s', (name, curvature, smooth) => {
    const [facts] = objectiveFacts(problemAt(`examples/${name}.opt`));
    expect([facts?.curvature, facts?.smooth]).toEqual([curvature, smooth]);
  });
});
