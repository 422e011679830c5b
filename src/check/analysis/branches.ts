/** Facts of `if`: what both branches say, each read with what the test has shown, and how the branches meet. */
import type { TypedExpression, TypedIf } from '../typed.js';
import type { Curvature } from './curvature.js';
import { joinCurvature } from './curvature.js';
import type { Abstract, Facts, Kink } from './facts.js';
import { joinAbstract, joinKinks } from './facts.js';
import { cutAt, noFlow, union, varies } from './flow.js';
import type { Analysis } from './interpreter.js';
import { factsOf, interpret, quietFacts } from './interpreter.js';
import { pointOf } from './interval.js';
import type { AtomRange, Meeting } from './pieces.js';
import { meetingOf } from './pieces.js';
import { refinementsOf } from './refine.js';
import { atomsOf } from './scalar_function.js';
import type { Scope } from './scope.js';

export function branchFacts(expression: TypedIf, scope: Scope, analysis: Analysis): Abstract {
  const { condition, then, otherwise } = expression;
  const test = factsOf(condition, scope, analysis);
  const branch = (body: TypedExpression, truth: boolean): Abstract =>
    interpret(body, scope.inner(refinementsOf(condition, truth, scope, analysis)), analysis);
  analysis.branching += 1;
  const a = branch(then, true);
  const b = branch(otherwise, false);
  analysis.branching -= 1;
  const joined = joinAbstract(a, b);
  if (joined.kind !== 'facts' || !varies(test.flow)) return joined.kind === 'facts' ? { ...joined } : joined;
  const cut = cutAt(test.flow, { span: condition.span, what: 'the condition of `if`' });
  const flow = cut === noFlow ? joined.flow : union(joined.flow, cut);
  const pieces = piecesOf(expression, scope, analysis);
  if (pieces === undefined || a.kind !== 'facts' || b.kind !== 'facts') {
    const kink: Kink = { span: condition.span, what: 'the condition of `if`', atZero: false, unsure: true };
    return { ...joined, flow, curvature: 'unknown', kink: joinKinks(kink, joined.kink) };
  }
  const { meeting, atoms } = pieces;
  return {
    ...joined,
    flow,
    curvature: pieces.single && !asksEquality(condition) ? meetingCurvature(a, b, meeting) : 'unknown',
    kink: joinKinks(...atoms.map(({ kink }) => kink), ownKink(expression, meeting)),
  };
}

interface Pieces {
  readonly meeting: Meeting;
  readonly atoms: readonly Facts[];
  /** One atom varies, so the expression is a function of one number. */
  readonly single: boolean;
}

/** An `if` in branches of others is part of their pieces, and is looked at by itself only near the surface. */
const deepestScan = 2;

function piecesOf(expression: TypedIf, scope: Scope, analysis: Analysis): Pieces | undefined {
  const atoms = analysis.branching > deepestScan ? undefined : atomsOf(expression);
  if (atoms === undefined) return undefined;
  const facts: Facts[] = [];
  const ranges: AtomRange[] = [];
  for (const [key, atom] of atoms) {
    const known = quietFacts(atom, scope, analysis);
    if (known === undefined) return undefined;
    facts.push(known);
    ranges.push({ key, interval: known.interval, varies: varies(known.flow) });
  }
  return {
    meeting: meetingOf(expression, ranges),
    atoms: facts,
    single: ranges.filter((range) => range.varies).length === 1,
  };
}

function ownKink({ condition }: TypedIf, { jump, up, down, atZero }: Meeting): Kink | undefined {
  if (!jump && !up && !down) return undefined;
  return { span: condition.span, what: 'the condition of `if`', atZero: atZero && !jump };
}

/** A test for equality singles out points, which no scan finds. */
function asksEquality(condition: TypedExpression): boolean {
  if (condition.kind !== 'apply') return false;
  const { operator, operands } = condition;
  return operator === 'equal' || operator === 'not_equal' || operands.some(asksEquality);
}

/** Convex on both sides and bent upwards where they meet is convex throughout. */
function meetingCurvature(then: Facts, otherwise: Facts, { jump, up, down }: Meeting): Curvature {
  const joined = joinCurvature(then.curvature, otherwise.curvature);
  if (jump || (up && down) || joined === 'unknown') return 'unknown';
  if (joined === 'constant') {
    const value = pointOf(then.interval);
    return value !== undefined && value === pointOf(otherwise.interval) ? 'constant' : 'unknown';
  }
  if (!up && !down) return joined;
  const bent: Curvature = up ? 'convex' : 'concave';
  return joined === 'affine' || joined === bent ? bent : 'unknown';
}
