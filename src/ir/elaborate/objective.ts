/**
 * The objective as a function of all parameters, and the questions that an optimizer asks about it. The objective is
 * one closed region with a parameter for each tensor, so that gradients are made straight for each tensor's slice of
 * x; each question is a region derived from it, built in where it is asked.
 */
import type { TypedAggregation, TypedObjective } from '../../check/typed.js';
import { gradient, jvp, vjp } from '../differentiate/derivatives.js';
import type { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import type { ParameterSlot, RegionInput } from '../program.js';
import { at, range } from '../types.js';
import { prepare } from '../rewrite/passes.js';
import {
  type AggregatorStates,
  type Direction,
  firstAggregatorStates,
  jacobianRegion,
  scalarized,
} from './aggregation.js';
import { fail } from './context.js';
import type { ProblemFacts } from './facts.js';
import type { Frame } from './frame.js';
import { overPoints, tensorsOfPoints, vectorsOfPoints } from './points.js';
import { residualRegion } from './residuals.js';
import { castTo } from './tensor.js';
import { type RowsOfView, View } from './view.js';

export interface Objective {
  /** (tensors.., stored inputs..) -> f, to be minimized: a maximized objective is negated, several are summed. */
  readonly value: Region;
  /** Where there are several objectives: the same for each, in source order, and what makes one of them. */
  readonly several?: Several;
  readonly inputs: readonly RegionInput[];
  readonly slots: readonly ParameterSlot[];
  /** Of several, the first one. */
  readonly source: TypedObjective;
}

export interface Several {
  readonly parts: readonly Region[];
  readonly aggregation: TypedAggregation;
  readonly states: AggregatorStates;
}

export function objectiveRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  objective: TypedObjective,
  rows: RowsOfView,
): Objective {
  const view = new View(facts, { rows, training: true, parameters: 'slots', slots });
  const { region, inputs } = view.close([minimizedValue(view, objective)]);
  return { value: prepare(region, facts.report), inputs, slots, source: objective };
}

/** Several objectives: what is minimized, which is their sum unless a scalarization says what, and each. */
export function objectivesRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  objectives: readonly TypedObjective[],
  aggregation: TypedAggregation,
  rows: RowsOfView,
  firstState: number,
): Objective {
  const view = new View(facts, { rows, training: true, parameters: 'slots', slots });
  const values = objectives.map((objective) => minimizedValue(view, objective));
  const whole =
    aggregation.kind === 'scalarization'
      ? scalarized(view, aggregation, values)
      : values.reduce((total, value) => view.root.builder.binary('add', total, value));
  const { region, inputs } = view.close([whole, ...values]);
  const { parameters, results } = prepare(region, facts.report);
  const [value, ...parts] = results.map((result): Region => ({ parameters, results: [result] }));
  if (value === undefined) throw new Error('compiler bug: objectives without a value');
  const size = slots.reduce((total, slot) => total + slot.size, 0);
  const starts = firstAggregatorStates(view, aggregation, size);
  const states = { first: firstState, slots: starts.map(({ name, node }) => ({ name, type: node.type })) };
  return { value, several: { parts, aggregation, states }, inputs, slots, source: at(objectives, 0) };
}

/** A maximized objective is negated. */
function minimizedValue(view: View, { sense, value }: TypedObjective): Node {
  const { node } = castTo(view.frame, view.tensor(value), 'real');
  if (node.type.shape.length > 0) throw new Error('compiler bug: an objective that is no scalar');
  return sense === 'maximize' ? view.root.builder.unary('negate', node) : node;
}

/** Cuts x into its tensors. */
export function tensorsOf(builder: GraphBuilder, x: Node, slots: readonly ParameterSlot[]): Node[] {
  return slots.map((slot) =>
    builder.reshape(builder.sliceAxis(x, 0, slot.offset, slot.offset + slot.size), slot.shape),
  );
}

/** Joins tensors to a vector like x. */
export function vectorOf(
  builder: GraphBuilder,
  tensors: readonly Node[],
  slots: readonly ParameterSlot[],
): Node {
  const parts = tensors.map((tensor, index) => builder.reshape(tensor, [at(slots, index).size]));
  return parts.length === 0 ? builder.constant(0, 'real', [0]) : builder.concat(parts, 0);
}

export class ObjectiveQueries {
  private readonly derived = new Map<string, Region>();

  constructor(
    readonly objective: Objective,
    /** The nodes of the root frame that the objective's stored inputs are. */
    private readonly stored: readonly { readonly node: Node; readonly frame: Frame }[],
    /** What stands for the gradient of several objectives, of their Jacobian, in the frame in force. */
    private readonly aggregate?: (jacobian: Node, values: Node) => Direction,
  ) {}

  value(frame: Frame, y: Node): Node {
    return at(this.ask(frame, 'value', y, []), 0);
  }

  /** The value as a by-product of the gradient: one forward half for both, loops included. */
  valueAndGradient(frame: Frame, y: Node): { readonly value: Node; readonly gradient: Node } {
    if (this.objective.several?.aggregation.kind === 'direction') {
      const { value, direction } = this.aggregated(frame, y);
      return { value, gradient: direction };
    }
    const [value, ...slopes] = this.ask(frame, 'gradient', y, []);
    if (value === undefined) throw new Error('compiler bug: a gradient without its value');
    return { value, gradient: vectorOf(frame.builder, slopes, this.objective.slots) };
  }

  /** The value at each of many points [count, P]. */
  values(frame: Frame, points: Node): Node {
    return at(this.askPoints(frame, 'value', points), 0);
  }

  /** The gradient at each of many points, of a single objective. */
  gradients(frame: Frame, points: Node): Node {
    const slopes = this.askPoints(frame, 'gradient', points).slice(1);
    return vectorsOfPoints(frame.builder, slopes, this.objective.slots, at(points.type.shape, 0));
  }

  /** The sum of several objectives, the direction that their aggregator makes, and its states after that. */
  aggregated(frame: Frame, y: Node): Direction & { readonly value: Node } {
    const [value, jacobian, values] = this.ask(frame, 'jacobian', y, []);
    if (value === undefined || jacobian === undefined || values === undefined || !this.aggregate)
      throw new Error('compiler bug: no Jacobian');
    return { value, ...this.aggregate(jacobian, values) };
  }

  /** The value of one of several objectives. */
  part(frame: Frame, y: Node, index: number): Node {
    return at(this.inline(frame, at(this.objective.several?.parts ?? [], index), y, []), 0);
  }

  hvp(frame: Frame, y: Node, direction: Node): Node {
    const pushed = tensorsOf(frame.builder, direction, this.objective.slots);
    return vectorOf(frame.builder, this.ask(frame, 'hvp', y, pushed), this.objective.slots);
  }

  residuals(frame: Frame, y: Node): Node {
    return at(this.ask(frame, 'residuals', y, []), 0);
  }

  residualJvp(frame: Frame, y: Node, direction: Node): Node {
    const pushed = tensorsOf(frame.builder, direction, this.objective.slots);
    return at(this.ask(frame, 'residual_jvp', y, pushed), 0);
  }

  residualVjp(frame: Frame, y: Node, direction: Node): Node {
    return vectorOf(frame.builder, this.ask(frame, 'residual_vjp', y, [direction]), this.objective.slots);
  }

  /** The number of residuals, R. */
  residualCount(): number | undefined {
    const region = residualRegion(this.objective.value);
    return region === undefined ? undefined : at(at(region.results, 0).type.shape, 0);
  }

  private ask(frame: Frame, query: string, y: Node, more: readonly Node[]): Node[] {
    return this.inline(frame, this.region(query), y, more);
  }

  private askPoints(frame: Frame, query: string, points: Node): Node[] {
    const { slots } = this.objective;
    const count = at(points.type.shape, 0);
    const key = `${query} at ${count}`;
    const region = this.derived.get(key) ?? overPoints(this.region(query), slots, count);
    this.derived.set(key, region);
    return this.inlined(frame, region, tensorsOfPoints(frame.builder, points, slots));
  }

  private inline(frame: Frame, region: Region, y: Node, more: readonly Node[]): Node[] {
    return this.inlined(frame, region, tensorsOf(frame.builder, y, this.objective.slots), more);
  }

  private inlined(
    frame: Frame,
    region: Region,
    tensors: readonly Node[],
    more: readonly Node[] = [],
  ): Node[] {
    const stored = this.stored.map(({ node, frame: owner }) =>
      frame.read({ kind: 'tensor', node, axes: [], frame: owner, affine: undefined }),
    );
    return frame.builder.inline(region, [...tensors, ...stored, ...more]);
  }

  private region(query: string): Region {
    const known = this.derived.get(query);
    if (known !== undefined) return known;
    const made = this.derive(query);
    this.derived.set(query, made);
    return made;
  }

  private derive(query: string): Region {
    const { value, slots } = this.objective;
    const wrt = range(slots.length);
    switch (query) {
      case 'value':
        return value;
      case 'gradient':
        return gradient(value, wrt);
      case 'jacobian':
        return jacobianRegion(value, this.objective.several?.parts ?? [], slots);
      case 'hvp': {
        const linear = jvp(gradients(value, wrt), wrt);
        return { parameters: linear.parameters, results: linear.results.slice(slots.length) };
      }
      case 'residuals':
        return this.residualsOrFail();
      case 'residual_jvp': {
        const linear = jvp(this.residualsOrFail(), wrt);
        return { parameters: linear.parameters, results: linear.results.slice(1) };
      }
      case 'residual_vjp': {
        const linear = vjp(this.residualsOrFail(), wrt);
        return { parameters: linear.parameters, results: linear.results.slice(1) };
      }
      default:
        throw new Error(`compiler bug: no question ${query}`);
    }
  }

  private residualsOrFail(): Region {
    const region = residualRegion(this.objective.value);
    if (region !== undefined) return region;
    return fail('AM5007', this.objective.source.value.span, 'this objective is not a sum of squares', [
      'The optimizer asks for residuals; write the objective as `sum(r^2)`, `mean(r^2)` or a sum of such terms.',
    ]);
  }
}

/** (parameters..) -> the gradients by the parameters `wrt` of a scalar region. */
export function gradients(region: Region, wrt: readonly number[]): Region {
  const { parameters, results } = gradient(region, wrt);
  return { parameters, results: results.slice(1) };
}
