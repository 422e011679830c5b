/** What is known of the objectives before the run: curvature, smoothness, range. */
import type { ObjectiveFacts } from '../check/analysis/objective_facts.js';
import { objectiveFacts } from '../check/analysis/objective_facts.js';
import type { TypedProblem } from '../check/typed.js';
import { positionAt } from '../parser/source.js';

export function objectivesText(problem: TypedProblem): string {
  const lines = objectiveFacts(problem).map((facts) => {
    const { label } = facts.objective;
    return `  ${label === undefined ? '' : `${label}: `}${sentence(facts)}`;
  });
  return lines.length === 0 ? '' : ['objective', ...lines].join('\n');
}

function sentence(facts: ObjectiveFacts): string {
  return [curvatureText(facts), smoothnessText(facts), facts.range].join('; ');
}

export function curvatureText({ curvature, convexProblem, objective }: ObjectiveFacts): string {
  const optimum = objective.sense === 'minimize' ? 'minimum' : 'maximum';
  if (curvature === 'unknown') return 'curvature not known by the rules of composition';
  return convexProblem ? `${curvature}, so every local ${optimum} is global` : curvature;
}

function smoothnessText({ kink }: ObjectiveFacts): string {
  if (kink === undefined) return 'smooth';
  return `${kink.unsure ? 'perhaps ' : ''}kinked by ${kink.what} (line ${positionAt(kink.span.file, kink.span.start).line})`;
}
