/** Warnings about legal but suspicious programs (AM3xxx), from the facts of a typed problem that has no errors. */
import type { Diagnostic } from '../../parser/diagnostic.js';
import type { TypedProblem } from '../typed.js';
import { batchStatistics } from './batch_statistics.js';
import { distinct } from './findings.js';
import { gradientPaths } from './gradient_paths.js';
import { optimizerNeeds } from './optimizer_needs.js';
import type { ProblemFacts } from './problem_facts.js';
import { problemFacts } from './problem_facts.js';
import { missingLengths, unboundedObjectives } from './solve_shape.js';

/** A program nested too deeply for the walk gets no warnings. */
export function analyse(problem: TypedProblem): Diagnostic[] {
  try {
    return warningsOf(problem);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function warningsOf(problem: TypedProblem): Diagnostic[] {
  const facts = problemFacts(problem);
  const diagnostics = [
    ...expressionFindings(facts),
    ...gradientPaths(facts),
    ...optimizerNeeds(facts),
    ...batchStatistics(facts),
    ...unboundedObjectives(facts),
    ...missingLengths(problem),
  ];
  return distinct(diagnostics).sort((a, b) => a.span.start - b.span.start);
}

/** What only matters for derivatives is told where an objective reads the expression. */
function expressionFindings({ objectives, reports, lets, reached }: ProblemFacts): Diagnostic[] {
  const optimized = [
    ...objectives.flatMap(({ findings }) => findings),
    ...[...lets].flatMap(([symbol, { findings }]) => (reached.has(symbol) ? findings : [])),
  ];
  const shown = [
    ...reports.flatMap(({ findings }) => findings),
    ...[...lets].flatMap(([symbol, { findings }]) => (reached.has(symbol) ? [] : findings)),
  ].filter(({ derivative }) => !derivative);
  return [...optimized, ...shown].map(({ diagnostic }) => diagnostic);
}
