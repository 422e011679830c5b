/**
 * The units of one region while it is scheduled: the value of a node over loop variables, where it lies, and how
 * those that no nest computes are read and written.
 */
import { splitFold } from './fold-split.js';
import type { FoldSplit } from './fold-split.js';
import { Fusion, sequential } from './fuse.js';
import type { FusionPolicy } from './fuse.js';
import { decideRoles } from './fuse-cost.js';
import type { NodeRole } from './fuse-cost.js';
import type { DType, Monoid, Node, Region } from './graph.js';
import type { Arena } from './memory.js';
import { add, scale, variableIndex, zero } from './nest-affine.js';
import type { Affine, Variable, Variables } from './nest-affine.js';
import { fastest, neighboursAlong } from './nest-access.js';
import { ExpressionBuilder, flatIndex, judge, visitExpressions } from './nest-expressions.js';
import type { Source } from './nest-expressions.js';
import type { Buffer, Expression, Guard, Launch, Place, Schedule, Unit, UnitKind } from './nest.js';
import { monoidTable } from './operators/monoids.js';
import { rowsBehind } from './row-shapes.js';
import type { Rows } from './row-shapes.js';
import { reachableFrom } from './traverse.js';
import { at, range, sizeOf, stridesOf } from './types.js';

/** What all regions of a program share. */
export interface ScheduleContext {
  readonly variables: Variables;
  readonly makeBuffer: (dtype: DType, size: number, label: string) => Buffer;
  readonly literalOf: (literal: Node) => Place;
  /** `sequential` where nothing is said. */
  readonly fusion?: FusionPolicy;
  /** Reals that the routine or contraction for a node needs beside its inputs and its result. */
  readonly room?: (node: Node) => number;
  /** Elements of the largest run of memory, where memory comes in several. */
  readonly bank?: number | undefined;
}

export interface ScheduledRegion {
  readonly schedule: Schedule;
  readonly results: readonly Place[];
  /** The temporaries of the region; the caller places them. */
  readonly frames: Readonly<Record<Arena, Buffer>>;
}

export interface Item {
  schedule: Schedule;
  readonly launch: Launch | undefined;
  /** Places that it reads or writes, beside those of its units. */
  readonly touches: Place[];
  readonly frames: readonly Buffer[];
  /** Of a contraction with an epilogue: what it reads throughout, not only where it then writes. */
  readonly operands?: readonly Place[];
}

export function makePlace(dtype: DType, size: number, label: string, buffer?: Buffer): Place {
  return { dtype, size, label, within: undefined, buffer };
}

export class RegionUnits {
  protected readonly nodes: readonly Node[];
  protected readonly sources = new Map<Node, Source>();
  protected readonly unitOf = new Map<Node, Unit>();
  protected readonly items: Item[] = [];
  protected readonly units: Unit[] = [];
  protected readonly expressions: ExpressionBuilder;
  protected readonly fusion: Fusion;
  protected readonly policy: FusionPolicy;
  protected readonly roles: ReadonlyMap<Node, NodeRole>;
  /** Results to compute; undefined where a parameter already lies at its destination. */
  protected readonly wanted: readonly (Node | undefined)[];
  /** Scalars of control flow and room for routines, which belong to no unit. */
  protected readonly controlPlaces: Place[] = [];

  constructor(
    protected readonly region: Region,
    sources: readonly Source[],
    protected readonly destinations: readonly (Place | undefined)[],
    protected readonly context: ScheduleContext,
  ) {
    region.parameters.forEach((parameter, index) => this.sources.set(parameter, at(sources, index)));
    const sourceOf = (parameter: Node): Source => {
      const source = this.sources.get(parameter);
      if (source === undefined) throw new Error('compiler bug: a region reaches outside its parameters');
      return source;
    };
    this.wanted = region.results.map((node, index) => {
      const source = this.sources.get(node);
      const stays = source?.kind === 'place' && source.place === destinations[index];
      return stays ? undefined : node;
    });
    const roots = this.wanted.filter((node) => node !== undefined);
    this.nodes = reachableFrom(roots);
    this.roles = decideRoles(this.nodes, roots, sourceOf);
    this.expressions = new ExpressionBuilder({
      variables: context.variables,
      unitOf: this.unitOf,
      sourceOf,
      literalOf: context.literalOf,
    });
    this.policy = context.fusion ?? sequential;
    this.fusion = new Fusion((launch) => {
      this.items.push({ schedule: { kind: 'launch', launch }, launch, touches: [], frames: [] });
      return this.items.length - 1;
    }, this.policy);
  }

  /** A unit with one value an element of the node's shape; `within` puts it into a place that exists already. */
  protected addMap(node: Node, owner: Node, within: { place: Place; offset: Affine } | undefined): Unit {
    const { space, index } = this.spaceOf(node);
    const anonymous = within !== undefined;
    const value = anonymous ? this.expressions.at(node, index) : this.expressions.compute(node, index);
    const unit = this.makeUnit(
      owner,
      { kind: 'map' },
      space,
      space.map(() => true),
      index,
      value,
      [],
      undefined,
      node.type.shape,
    );
    if (anonymous) {
      unit.place.within = within;
      unit.stored = true;
    } else {
      this.unitOf.set(node, unit);
    }
    this.fusion.place(unit, sizeOfExpression(value));
    return unit;
  }

  /** Loops over the elements of a node, and the index of each: those of what a vector is made of, where that has rows. */
  private spaceOf(node: Node): { readonly space: readonly Variable[]; readonly index: readonly Affine[] } {
    const rows = this.policy.lanes ? rowsBehind(node, this.rows) : undefined;
    const space = this.spaceOver(rows ?? node.type.shape);
    const index = space.map(variableIndex);
    return { space, index: rows === undefined ? index : [flatIndex(index, stridesOf(rows))] };
  }

  private readonly rows: Rows = new Map();

  protected fold(node: Node, kind: UnitKind, axes: readonly number[]): void {
    const operand = at(node.inputs, 0);
    const { shape } = operand.type;
    if (this.policy.lanes && shape.length === 1 && axes.length === 1) {
      const { space, index } = this.spaceOf(operand);
      const kept = space.map(() => false);
      this.addFold(node, kind, space, kept, [], this.expressions.at(operand, index));
      return;
    }
    const natural = range(shape.length);
    const isKept = (axis: number): boolean => !axes.includes(axis);
    const order = this.policy.parallel
      ? [...natural.filter(isKept), ...natural.filter((axis) => !isKept(axis))]
      : natural;
    const { space, index } = this.spaceInOrder(shape, order);
    const value = this.expressions.at(operand, index);
    const keptLoops = order.map(isKept);
    if (this.policy.parallel && kind.kind === 'reduce') {
      const results = fastest(space.filter((_, depth) => keptLoops[depth]));
      const turns = fastest(space);
      const byThreads = neighboursAlong(value, results, turns) > neighboursAlong(value, turns);
      const split = splitFold(shape, natural.map(isKept), byThreads ? 'threads' : 'teams');
      if (split !== undefined) {
        this.foldInRuns(node, kind.monoid, natural.map(isKept), split, byThreads);
        return;
      }
    }
    const target = index.filter((_, axis) => isKept(axis));
    this.addFold(node, kind, space, keptLoops, target, value);
  }

  /** A fold of runs, then a fold of what those come to. */
  private foldInRuns(
    node: Node,
    monoid: Monoid,
    kept: readonly boolean[],
    split: FoldSplit,
    runsFirst: boolean,
  ): void {
    const operand = at(node.inputs, 0);
    const { shape } = operand.type;
    const { axis, runs, length } = split;
    const results = range(shape.length).filter((position) => kept[position]);
    const folded = range(shape.length).filter((position) => kept[position] !== true);
    const extentOf = (position: number): number => (position === axis ? length : at(shape, position));
    const outer = results.map((position) => at(shape, position));
    const own = runsFirst ? [runs, ...outer] : [...outer, runs];
    const space = this.spaceOver([...own, ...folded.map(extentOf)]);
    const counters = space.map(variableIndex);
    const run = at(counters, runsFirst ? 0 : outer.length);
    const index = new Array<Affine>(shape.length).fill(zero);
    results.forEach((position, depth) => {
      index[position] = at(counters, depth + (runsFirst ? 1 : 0));
    });
    folded.forEach((position, depth) => {
      index[position] = at(counters, own.length + depth);
    });
    const element = add(scale(run, length), at(index, axis));
    index[axis] = element;
    const inside = this.expressions.at(operand, index);
    const { dtype } = inside;
    const guards = [{ index: element, low: 0, high: at(shape, axis) }];
    const outside: Expression = { kind: 'constant', value: monoidTable[monoid].identity, dtype };
    const value: Expression = split.uneven ? { kind: 'guarded', guards, inside, outside, dtype } : inside;
    const place = makePlace(dtype, sizeOf(own), `${nameOf(node)}_runs`);
    const partial = this.makeUnit(
      node,
      { kind: 'reduce', monoid },
      space,
      space.map((_, depth) => depth < own.length),
      counters.slice(0, own.length),
      value,
      [],
      place,
      own,
    );
    // Together in one launch they would be as slow as a single fold.
    partial.sealed = true;
    this.fusion.place(partial, sizeOfExpression(value) + 2);
    const again = this.spaceOver([...outer, runs]);
    const last = again.map(variableIndex);
    const read: Expression = {
      kind: 'reference',
      unit: partial,
      index: runsFirst ? [at(last, outer.length), ...last.slice(0, -1)] : last,
      dtype,
    };
    const keptAgain = again.map((_, depth) => depth < outer.length);
    this.addFold(node, { kind: 'reduce', monoid }, again, keptAgain, last.slice(0, -1), read);
  }

  /** Loops over the axes of a shape, outermost first as `order` says, and their counters axis by axis. */
  private spaceInOrder(
    shape: readonly number[],
    order: readonly number[],
  ): { readonly space: readonly Variable[]; readonly index: Affine[] } {
    const space = this.spaceOver(order.map((axis) => at(shape, axis)));
    const index = new Array<Affine>(space.length).fill(zero);
    order.forEach((axis, depth) => {
      index[axis] = variableIndex(at(space, depth));
    });
    return { space, index };
  }

  /** The loop over `axis` goes last. */
  protected foldLast(node: Node, kind: UnitKind, axis: number): void {
    const operand = at(node.inputs, 0);
    const order = [...range(operand.type.shape.length).filter((other) => other !== axis), axis];
    const { space, index } = this.spaceInOrder(operand.type.shape, order);
    if (kind.kind === 'scan' && kind.reverse) {
      index[axis] = reversed(at(space, space.length - 1));
    }
    const value = this.expressions.at(operand, index);
    const scan = kind.kind === 'scan';
    const kept = space.map((_, depth) => scan || depth < space.length - 1);
    this.addFold(
      node,
      kind,
      space,
      kept,
      scan ? index : index.filter((_, position) => position !== axis),
      value,
    );
  }

  private addFold(
    node: Node,
    kind: UnitKind,
    space: readonly Variable[],
    kept: readonly boolean[],
    target: readonly Affine[],
    value: Expression,
  ): void {
    const unit = this.makeUnit(node, kind, space, kept, target, value);
    this.unitOf.set(node, unit);
    this.fusion.place(unit, sizeOfExpression(value) + 2);
  }

  protected scatter(node: Node, adds: boolean, batch: number): void {
    const [base, indices, updates] = [at(node.inputs, 0), at(node.inputs, 1), at(node.inputs, 2)];
    const space = this.spaceOver(updates.type.shape);
    const index = space.map(variableIndex);
    const rank = indices.type.shape.length;
    const { index: position, guard } = this.expressions.indexFrom(
      this.expressions.at(indices, index.slice(0, rank)),
      at(node.type.shape, batch),
    );
    const target = [...index.slice(0, batch), position, ...index.slice(rank)];
    const inBounds = 'inBounds' in node.operator && node.operator.inBounds;
    const guards: readonly Guard[] = inBounds || judge(guard) === 'always' ? [] : [guard];
    const value = this.expressions.at(updates, index);
    const kept = space.map(() => true);
    const unit = this.makeUnit(node, { kind: 'scatter', add: adds }, space, kept, target, value, guards);
    unit.stored = true;
    this.addMap(base, node, { place: unit.place, offset: zero });
    this.unitOf.set(node, unit);
    this.fusion.place(unit, sizeOfExpression(value));
  }

  protected sourceFor(node: Node): Source {
    if (node.operator.kind === 'constant') return { kind: 'constant', value: node.operator.value };
    const given = this.unitOf.has(node) ? undefined : this.sources.get(node);
    if (given !== undefined) return given;
    if (!this.unitOf.has(node) && node.operator.kind !== 'literal') {
      const view = this.viewOf(node);
      if (view !== undefined) return view;
      this.addMap(node, node, undefined);
    }
    return { kind: 'place', place: this.placeOf(node) };
  }

  /** The node as a view of something stored, if that is what its expression says. */
  private viewOf(node: Node): Source | undefined {
    const load = (index: readonly Affine[]): Expression => {
      const expression = this.expressions.at(node, index);
      if (expression.kind !== 'reference') return expression;
      const { unit, dtype } = expression;
      unit.stored = true;
      return { kind: 'load', place: unit.place, index: flatIndex(expression.index, unit.strides), dtype };
    };
    const sample = load(this.spaceOver(node.type.shape).map(variableIndex));
    const strided = sample.kind === 'load' && sample.index.terms.every(({ variable }) => isCounter(variable));
    return strided ? { kind: 'view', place: sample.place, at: load } : undefined;
  }

  protected placeOf(node: Node): Place {
    if (node.operator.kind === 'literal' && !this.unitOf.has(node)) return this.context.literalOf(node);
    const source = this.unitOf.has(node) ? undefined : this.sources.get(node);
    if (source?.kind === 'place') return source.place;
    const unit = this.unit(node);
    unit.stored = true;
    return unit.place;
  }

  protected unit(node: Node): Unit {
    const unit = this.unitOf.get(node);
    if (unit === undefined) throw new Error(`compiler bug: ${node.operator.kind} was not made a unit`);
    return unit;
  }

  protected opaque(node: Node): Place {
    const unit = this.opaqueUnit(node, node.type.dtype, sizeOf(node.type.shape));
    unit.stored = true;
    unit.position = this.items.length;
    this.unitOf.set(node, unit);
    return unit.place;
  }

  protected opaqueUnit(node: Node, dtype: DType, size: number): Unit {
    const unit = this.makeUnit(
      node,
      { kind: 'opaque' },
      [],
      [],
      [],
      undefined,
      [],
      makePlace(dtype, size, nameOf(node)),
    );
    unit.sealed = true;
    return unit;
  }

  protected makeUnit(
    node: Node,
    kind: UnitKind,
    space: readonly Variable[],
    kept: readonly boolean[],
    target: readonly Affine[],
    value: Expression | undefined,
    guards: readonly Guard[] = [],
    place?: Place,
    layout?: readonly number[],
  ): Unit {
    const { dtype, shape } = node.type;
    nextUnit += 1;
    const loops = this.policy.lanes ? this.withoutSingleTurns(kind, space, kept) : { space, kept };
    const own =
      layout ??
      (value !== undefined && kind.kind === 'map' ? space.map((variable) => variable.extent) : shape);
    const unit: Unit = {
      id: nextUnit,
      node,
      kind,
      ...loops,
      target,
      strides: stridesOf(own),
      guards,
      value,
      place:
        place ??
        makePlace(
          kind.kind === 'map' && value !== undefined ? value.dtype : dtype,
          sizeOf(own),
          nameOf(node),
        ),
      stored: false,
      passing: false,
      launch: undefined,
      position: 0,
      stage: 0,
      sealed: false,
    };
    this.units.push(unit);
    return unit;
  }

  protected spaceOver(shape: readonly number[]): Variable[] {
    const { variables } = this.context;
    if (!this.policy.lanes) return shape.map((extent, depth) => variables.loop(depth, extent));
    let depth = -1;
    return shape.map((extent) => {
      if (extent !== 1) depth += 1;
      return variables.loop(Math.max(depth, 0), extent);
    });
  }

  /** The loops with more than one turn; a fold keeps one that it folds. */
  private withoutSingleTurns(
    kind: UnitKind,
    space: readonly Variable[],
    kept: readonly boolean[],
  ): Pick<Unit, 'space' | 'kept'> {
    const taken = range(space.length).filter((position) => at(space, position).extent !== 1);
    const last = kind.kind === 'reduce' ? kept.lastIndexOf(false) : space.length - 1;
    const folds = kind.kind === 'scan' || kind.kind === 'argreduce' || kind.kind === 'reduce';
    const complete =
      kind.kind === 'reduce' ? taken.some((position) => kept[position] === false) : taken.includes(last);
    if (folds && !complete && last >= 0) taken.push(last);
    return {
      space: taken.map((position, depth) => {
        const variable = at(space, position);
        return variable.extent === 1 ? this.context.variables.loop(depth, 1) : variable;
      }),
      kept: taken.map((position) => at(kept, position)),
    };
  }

  protected item(schedule: Schedule, touches: Place[], frames: readonly Buffer[] = []): void {
    this.items.push({ schedule, launch: undefined, touches, frames });
  }
}

let nextUnit = 0;

function reversed(variable: Variable): Affine {
  return variable.extent === 1
    ? zero
    : { constant: variable.extent - 1, terms: [{ variable, coefficient: -1 }] };
}

function isCounter(variable: Variable): boolean {
  return variable.kind === 'loop' || (variable.kind === 'value' && variable.bounded);
}

export function sizeOfExpression(value: Expression): number {
  let size = 0;
  visitExpressions([value], () => {
    size += 1;
  });
  return size;
}

function nameOf(node: Node): string {
  if (node.label !== undefined) return node.label;
  const { operator } = node;
  return operator.kind === 'elementwise' ? operator.name : operator.kind;
}
