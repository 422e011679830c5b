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
import { fieldAgainst, fieldAlong, fieldRegion, type Game, playersAmong } from './game.js';
import { overPoints, tensorsOfPoints, vectorsOfPoints } from './points.js';
import { residualRegion } from './residuals.js';
import { castTo } from './tensor.js';
import type { Variables } from './variables.js';
import { type RowsOfView, View } from './view.js';

export interface Objective {
  /** (tensors.., stored inputs..) -> f, to be minimized: a maximized objective is negated, several are summed. */
  readonly value: Region;
  /** Where there are several objectives: the same for each, in source order, and what makes one of them. */
  readonly several?: Several;
  /** Of objectives over different variables: what each player minimizes. `value` is then the first player's. */
  readonly game?: Game;
  readonly inputs: readonly RegionInput[];
  readonly slots: readonly ParameterSlot[];
  /** Of several, the first one. */
  readonly source: TypedObjective;
  /** Where barriers are added: the objective without them. */
  readonly plain?: Objective;
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
  variables: Variables,
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
  const starts = firstAggregatorStates(view, aggregation, variables.size);
  const states = { first: firstState, slots: starts.map(({ name, node }) => ({ name, type: node.type })) };
  return { value, several: { parts, aggregation, states }, inputs, slots, source: at(objectives, 0) };
}

/** The objectives of a game, each over its own variables. */
export function gameRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  objectives: readonly TypedObjective[],
  owner: Game['owner'],
  rows: RowsOfView,
): Objective {
  const view = new View(facts, { rows, training: true, parameters: 'slots', slots });
  const values = objectives.map((objective) => {
    const own: RowsOfView = rows.kind === 'split' ? { kind: 'split', name: objective.split } : rows;
    return view.onRows(own, () => minimizedValue(view, objective));
  });
  const { region, inputs } = view.close(values);
  const { parameters, results } = prepare(region, facts.report);
  const parts = results.map((result): Region => ({ parameters, results: [result] }));
  return { value: at(parts, 0), game: { parts, owner }, inputs, slots, source: at(objectives, 0) };
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

/** A node of a root frame. */
interface Stored {
  readonly node: Node;
  readonly frame: Frame;
}

/** The questions to an objective as a function of some variables, `y`; the others stand still. */
export class ObjectiveQueries {
  private readonly derived = new Map<string, Region>();

  constructor(
    readonly objective: Objective,
    readonly variables: Variables,
    /** Where the other variables stand, as a vector of all; undefined where there are none. */
    private readonly base: Stored | undefined,
    /** The nodes of the root frame that the objective's stored inputs are. */
    private readonly stored: readonly Stored[],
    /** What stands for the gradient of several objectives, of their Jacobian, in the frame in force. */
    private readonly aggregate?: (jacobian: Node, values: Node) => Direction,
    /** Makes the gradient at a point tangent to the manifolds that parameters lie on. */
    private readonly tangent?: (frame: Frame, y: Node, gradient: Node) => Node,
  ) {}

  /** Whether the variables belong to several players, so that no one value says how good a point is. */
  isField(): boolean {
    const { game } = this.objective;
    return game !== undefined && playersAmong(game, this.variables).length > 1;
  }

  /** What is minimized over the variables. */
  private scalar(): Region {
    const { game, value } = this.objective;
    if (game === undefined) return value;
    return at(game.parts, playersAmong(game, this.variables)[0] ?? 0);
  }

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
    return { value, gradient: this.along(frame, y, vectorOf(frame.builder, slopes, this.variables.slots)) };
  }

  private alongRows(frame: Frame, y: Node, jacobian: Node): Node {
    if (this.tangent === undefined) return jacobian;
    const { builder } = frame;
    const [count = 0, size = 0] = jacobian.type.shape;
    const rows = range(count).map((row) => {
      const slope = builder.reshape(builder.sliceAxis(jacobian, 0, row, row + 1), [size]);
      return builder.reshape(this.along(frame, y, slope), [1, size]);
    });
    return builder.concat(rows, 0);
  }

  private along(frame: Frame, y: Node, gradient: Node): Node {
    return this.tangent === undefined ? gradient : this.tangent(frame, y, gradient);
  }

  /** The value at each of many points [count, P]. */
  values(frame: Frame, points: Node): Node {
    return at(this.askPoints(frame, 'value', points), 0);
  }

  /** The gradient at each of many points, of a single objective. */
  gradients(frame: Frame, points: Node): Node {
    const slopes = this.askPoints(frame, 'gradient', points).slice(1);
    return vectorsOfPoints(frame.builder, slopes, this.variables.slots, at(points.type.shape, 0));
  }

  /** The sum of several objectives, the direction that their aggregator makes, and its states after that. */
  aggregated(frame: Frame, y: Node): Direction & { readonly value: Node } {
    const [value, jacobian, values] = this.ask(frame, 'jacobian', y, []);
    if (value === undefined || jacobian === undefined || values === undefined || !this.aggregate)
      throw new Error('compiler bug: no Jacobian');
    return { value, ...this.aggregate(this.alongRows(frame, y, jacobian), values) };
  }

  /** The value of one of several objectives. */
  part(frame: Frame, y: Node, index: number): Node {
    const { several, game } = this.objective;
    return at(this.inline(frame, at((several ?? game)?.parts ?? [], index), y, []), 0);
  }

  /** The derivative of the gradient, or of the field, along a direction. */
  hvp(frame: Frame, y: Node, direction: Node): Node {
    return this.curved(frame, 'hvp', y, direction);
  }

  /** A direction times the Jacobian of the gradient, or of the field. */
  vhp(frame: Frame, y: Node, direction: Node): Node {
    return this.curved(frame, this.isField() ? 'vhp' : 'hvp', y, direction);
  }

  private curved(frame: Frame, query: string, y: Node, direction: Node): Node {
    const pushed = tensorsOf(frame.builder, direction, this.variables.slots);
    return vectorOf(frame.builder, this.ask(frame, query, y, pushed), this.variables.slots);
  }

  residuals(frame: Frame, y: Node): Node {
    return at(this.ask(frame, 'residuals', y, []), 0);
  }

  residualJvp(frame: Frame, y: Node, direction: Node): Node {
    const pushed = tensorsOf(frame.builder, direction, this.variables.slots);
    return at(this.ask(frame, 'residual_jvp', y, pushed), 0);
  }

  residualVjp(frame: Frame, y: Node, direction: Node): Node {
    return vectorOf(frame.builder, this.ask(frame, 'residual_vjp', y, [direction]), this.variables.slots);
  }

  /** The number of residuals, R. */
  residualCount(): number | undefined {
    const region = residualRegion(this.scalar());
    return region === undefined ? undefined : at(at(region.results, 0).type.shape, 0);
  }

  private ask(frame: Frame, query: string, y: Node, more: readonly Node[]): Node[] {
    return this.inline(frame, this.region(query), y, more);
  }

  private askPoints(frame: Frame, query: string, points: Node): Node[] {
    const count = at(points.type.shape, 0);
    const key = `${query} at ${count}`;
    const region = this.derived.get(key) ?? overPoints(this.region(query), this.variables.own, count);
    this.derived.set(key, region);
    const moved = tensorsOfPoints(frame.builder, points, this.variables.slots);
    return this.inlined(frame, region, this.withOthers(frame, moved));
  }

  /** The tensors of all parameters at a point of the variables. */
  tensorsAt(frame: Frame, y: Node): readonly Node[] {
    return this.withOthers(frame, tensorsOf(frame.builder, y, this.variables.slots));
  }

  private inline(frame: Frame, region: Region, y: Node, more: readonly Node[]): Node[] {
    const moved = tensorsOf(frame.builder, y, this.variables.slots);
    return this.inlined(frame, region, this.withOthers(frame, moved), more);
  }

  /** The tensors of all parameters: those given, and the others as they stand. */
  private withOthers(frame: Frame, moved: readonly Node[]): readonly Node[] {
    const { all, own } = this.variables;
    const { base } = this;
    if (base === undefined) return moved;
    const others = tensorsOf(frame.builder, readIn(frame, base), all);
    own.forEach((index, place) => {
      others[index] = at(moved, place);
    });
    return others;
  }

  private inlined(
    frame: Frame,
    region: Region,
    tensors: readonly Node[],
    more: readonly Node[] = [],
  ): Node[] {
    const stored = this.stored.map((each) => readIn(frame, each));
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
    const { variables } = this;
    const { several, game } = this.objective;
    const field = this.isField() ? game : undefined;
    const value = this.scalar();
    const wrt = variables.own;
    switch (query) {
      case 'value':
        return value;
      case 'gradient':
        return field === undefined ? gradient(value, wrt) : fieldRegion(field, variables);
      case 'jacobian':
        return jacobianRegion(value, several?.parts ?? [], variables);
      case 'hvp': {
        if (field !== undefined) return fieldAlong(field, variables);
        const linear = jvp(gradients(value, wrt), wrt);
        return { parameters: linear.parameters, results: linear.results.slice(wrt.length) };
      }
      case 'vhp':
        if (field === undefined) throw new Error('compiler bug: a gradient is asked as a field');
        return fieldAgainst(field, variables);
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
    const region = residualRegion(this.scalar());
    if (region !== undefined) return region;
    return fail('AM5007', this.objective.source.value.span, 'this objective is not a sum of squares', [
      'The optimizer asks for residuals; write the objective as `sum(r^2)`, `mean(r^2)` or a sum of such terms.',
    ]);
  }
}

function readIn(frame: Frame, { node, frame: owner }: Stored): Node {
  return frame.read({ kind: 'tensor', node, axes: [], frame: owner, affine: undefined });
}

/** (parameters..) -> the gradients by the parameters `wrt` of a scalar region. */
export function gradients(region: Region, wrt: readonly number[]): Region {
  const { parameters, results } = gradient(region, wrt);
  return { parameters, results: results.slice(1) };
}
