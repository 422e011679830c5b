/** Facts of the objectives in the words of `explain`: curvature, smoothness, range. */
import type { Span } from '../../parser/source.js';
import type { TypedObjective, TypedProblem } from '../typed.js';
import type { Curvature } from './curvature.js';
import type { Interval } from './interval.js';
import { describe } from './interval.js';
import { problemFacts } from './problem_facts.js';

export interface ObjectiveFacts {
  readonly objective: TypedObjective;
  /** With respect to all parameters together; `unknown` when the rules cannot tell. */
  readonly curvature: Curvature;
  readonly smooth: boolean;
  /** Where smoothness ends, and what it comes from: "`abs`", "`relu`". */
  readonly kink:
    | {
        readonly what: string;
        readonly span: Span;
        /** The analysis cannot tell. */ readonly unsure: boolean;
      }
    | undefined;
  readonly interval: Interval;
  /** "at least 0", "of any sign". */
  readonly range: string;
  /** Paths of the parameters that a derivative reaches. */
  readonly parameters: readonly string[];
  /** Every local optimum is a global one. */
  readonly convexProblem: boolean;
}

export function objectiveFacts(problem: TypedProblem): readonly ObjectiveFacts[] {
  return problemFacts(problem).objectives.map(({ item, facts }) => {
    const { curvature, kink, interval, flow } = facts;
    const wanted: Curvature = item.sense === 'minimize' ? 'convex' : 'concave';
    return {
      objective: item,
      curvature,
      smooth: kink === undefined,
      kink: kink && { what: kink.what, span: kink.span, unsure: kink.unsure === true },
      interval,
      range: describe(interval),
      parameters: problem.parameters.filter(({ symbol }) => flow.live.has(symbol)).map(({ path }) => path),
      convexProblem: curvature === wanted || curvature === 'affine' || curvature === 'constant',
    };
  });
}

export function curvatureOf(problem: TypedProblem, objective: TypedObjective): Curvature {
  return objectiveFacts(problem).find((facts) => facts.objective === objective)?.curvature ?? 'unknown';
}
