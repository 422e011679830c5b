/**
 * From a region to a schedule: nodes become units, units fuse into launches, contractions, factorizations and loops
 * stand between them, results go where the caller wants them (in place where nothing reads the old value any
 * more), and every temporary gets its address.
 */
import { attachEpilogues } from './epilogues.js';
import { formStages } from './fuse.js';
import { withoutReshapes } from './fuse-cost.js';
import { prepareForScheduling } from './fuse-prepare.js';
import type { Node, Region } from './graph.js';
import { constantIndex, scale, variableIndex, zero } from './nest-affine.js';
import type { Source } from './nest-expressions.js';
import type { Place, Schedule, Unit } from './nest.js';
import { lanesPass } from './rewrite/lanes.js';
import { rewriteRegion } from './rewrite/rewrite.js';
import { contractionOperands } from './schedule-contraction.js';
import { findDestinations } from './schedule-destinations.js';
import { allocate, markPassing, markStored } from './schedule-lifetimes.js';
import { makePlace, RegionUnits, sizeOfExpression } from './schedule-units.js';
import type { ScheduleContext, ScheduledRegion } from './schedule-units.js';
import { at, sizeOf } from './types.js';

export { makePlace, sizeOfExpression } from './schedule-units.js';
export type { ScheduleContext } from './schedule-units.js';

/**
 * @param sources what each parameter stands for
 * @param destinations where each result must end up; undefined leaves the choice to the plan
 */
export function scheduleRegion(
  region: Region,
  sources: readonly Source[],
  destinations: readonly (Place | undefined)[],
  context: ScheduleContext,
): ScheduledRegion {
  const prepared = prepareForScheduling(region);
  const nodes = context.fusion?.lanes === true ? rewriteRegion(prepared, lanesPass) : prepared;
  return new RegionScheduler(nodes, sources, destinations, context).run();
}

class RegionScheduler extends RegionUnits {
  run(): ScheduledRegion {
    for (const node of this.policy.lanes ? scalarsFirst(this.nodes) : this.nodes) this.visit(node);
    for (const { launch } of this.items) if (launch !== undefined) formStages(launch);
    this.attachEpilogues();
    markStored(
      this.items,
      this.wanted.flatMap((node) => (node === undefined ? [] : [this.unit(node)])),
    );
    const units = this.wanted.map((node) => (node === undefined ? undefined : this.unit(node)));
    for (const { from, to } of findDestinations(
      units,
      this.destinations,
      this.items,
      !this.policy.parallel,
    )) {
      this.item({ kind: 'copy', from, to, size: from.size }, [from, to]);
    }
    if (this.policy.lanes) markPassing(this.items, units);
    const results = units.map((unit, index) => {
      const place = unit?.place ?? this.destinations[index];
      if (place === undefined) throw new Error('compiler bug: a result has no place');
      return place;
    });
    const mine = new Set<Place>([...this.units.map((unit) => unit.place), ...this.controlPlaces]);
    const frames = allocate(this.items, mine, results, this.context);
    const steps = this.items.map((item) => item.schedule).filter((step) => !isEmpty(step));
    return { schedule: { kind: 'sequence', steps }, results, frames };
  }

  private attachEpilogues(): void {
    const { epilogues } = this.policy;
    if (epilogues === undefined) return;
    const results = this.wanted.flatMap((node) => (node === undefined ? [] : [this.unit(node)]));
    attachEpilogues(this.items, epilogues, ({ node }) => this.unit(node), results);
  }

  private visit(node: Node): void {
    const role = this.roles.get(node);
    if (role === 'control') this.control(node);
    if (role === 'assembly') this.assemble(node);
    if (role === 'unit') this.compute(node);
  }

  private compute(node: Node): void {
    const { operator, inputs } = node;
    switch (operator.kind) {
      case 'reduce':
        return this.fold(node, { kind: 'reduce', monoid: operator.monoid }, operator.axes);
      case 'argreduce':
        return this.foldLast(node, { kind: 'argreduce', direction: operator.direction }, operator.axis);
      case 'cumulative':
        return this.foldLast(
          node,
          { kind: 'scan', monoid: operator.monoid, reverse: operator.reverse },
          operator.axis,
        );
      case 'scatter_add':
      case 'scatter_set':
        return this.scatter(node, operator.kind === 'scatter_add', operator.batch);
      case 'contraction':
        return this.contract(node);
      case 'argsort':
      case 'cholesky':
      case 'triangular_solve':
      case 'symmetric_eigen':
      case 'qr':
      case 'svd':
      case 'host_call': {
        const places = inputs.map((input) => this.placeOf(input));
        const output = this.opaque(node);
        const scratch = this.scratchFor(node);
        const touches = [...places, output, ...(scratch === undefined ? [] : [scratch])];
        this.item({ kind: 'kernel', call: { node, inputs: places, output, scratch } }, touches);
        return;
      }
      case 'result':
        // Made together with its loop or cond.
        return;
      default:
        this.addMap(node, node, undefined);
    }
  }

  private scratchFor(node: Node): Place | undefined {
    const size = this.context.room?.(node) ?? 0;
    if (size === 0) return undefined;
    const scratch = makePlace('real', size, 'scratch');
    this.controlPlaces.push(scratch);
    return scratch;
  }

  private contract(node: Node): void {
    const operands = contractionOperands(node, {
      spaceOver: (extents) => this.spaceOver(extents),
      expressionAt: (operand, index) => this.expressions.at(operand, index),
      materialize: (operand, space, index) => {
        const value = this.expressions.at(operand, index);
        const target = space.map(variableIndex);
        const unit = this.makeUnit(
          operand,
          { kind: 'map' },
          space,
          space.map(() => true),
          target,
          value,
        );
        unit.stored = true;
        this.fusion.place(unit, sizeOfExpression(value));
        return unit.place;
      },
      stored: (unit) => {
        unit.stored = true;
        return unit.place;
      },
    });
    const output = this.opaque(node);
    const scratch = this.scratchFor(node);
    const contraction = { node, ...operands, output, epilogue: undefined, scratch };
    const places = [operands.left.place, operands.right.place, output];
    this.item({ kind: 'contraction', contraction }, scratch === undefined ? places : [...places, scratch]);
  }

  /** Pieces that have a place of their own move into the concatenation; others are copied there. */
  private assemble(node: Node): void {
    const unit = this.opaqueUnit(node, node.type.dtype, sizeOf(node.type.shape));
    unit.stored = true;
    let start = 0;
    const moved = new Set<Unit>();
    for (const piece of node.inputs) {
      const offset = constantIndex(start);
      const source = this.unitOf.get(withoutReshapes(piece));
      const movable =
        source !== undefined &&
        source.place.within === undefined &&
        !moved.has(source) &&
        source.place.size > 0 &&
        !this.region.results.includes(source.node);
      if (movable) {
        source.place.within = { place: unit.place, offset };
        source.stored = true;
        moved.add(source);
        unit.position = Math.max(unit.position, source.position);
      } else {
        const copy = this.addMap(piece, piece, { place: unit.place, offset });
        unit.position = Math.max(unit.position, copy.position);
      }
      start += sizeOf(piece.type.shape);
    }
    this.unitOf.set(node, unit);
  }

  private control(node: Node): void {
    if (node.operator.kind === 'loop') this.loop(node);
    else this.cond(node);
  }

  private loop(node: Node): void {
    const { operator, inputs } = node;
    if (operator.kind !== 'loop') return;
    const { max, carries, invariants, body, condition } = operator;
    const outputs = this.resultPlaces(node);
    const carried = outputs.slice(0, carries);
    inputs.slice(0, carries).forEach((input, index) => {
      this.addMap(input, input, { place: at(carried, index), offset: zero });
    });
    const turn = makePlace('int', 1, 'turn');
    this.controlPlaces.push(turn);
    const turnIndex = variableIndex(this.context.variables.turn(turn, max));
    const slice = (place: Place, size: number): Place => {
      const part = makePlace(place.dtype, size, place.label);
      part.within = { place, offset: scale(turnIndex, size) };
      return part;
    };
    const constants = inputs.slice(carries, carries + invariants).map((input) => this.sourceFor(input));
    const carrySources = carried.map((place): Source => ({ kind: 'place', place }));
    const turnSource: Source = { kind: 'place', place: turn };
    const xs = inputs.slice(carries + invariants).map((input, index): Source => {
      const source = this.sourceFor(input);
      if (source.kind === 'constant') return source;
      if (source.kind === 'view') {
        return { kind: 'view', place: source.place, at: (inner) => source.at([turnIndex, ...inner]) };
      }
      const parameter = at(body.parameters, 1 + carries + invariants + index);
      return { kind: 'place', place: slice(source.place, sizeOf(parameter.type.shape)) };
    });
    const ys = outputs.slice(carries).map((place, index) => {
      return slice(place, sizeOf(at(body.results, carries + index).type.shape));
    });
    const turnBody = scheduleRegion(
      body,
      [turnSource, ...carrySources, ...constants, ...xs],
      [...carried, ...ys],
      this.context,
    );
    const touches = [turn, ...outputs, ...[...constants, ...xs].flatMap(placesOf)];
    const frames = Object.values(turnBody.frames);
    let test: { readonly schedule: Schedule; readonly flag: Place } | undefined;
    if (condition !== undefined) {
      const flag = makePlace('bool', 1, 'continues');
      this.controlPlaces.push(flag);
      touches.push(flag);
      const sources = [turnSource, ...carrySources, ...constants];
      const scheduled = scheduleRegion(condition, sources, [flag], this.context);
      frames.push(...Object.values(scheduled.frames));
      test = { schedule: scheduled.schedule, flag };
    }
    const steps: Schedule[] = [];
    if (condition !== undefined) {
      for (const place of outputs.slice(carries)) {
        steps.push({ kind: 'fill', to: place, size: place.size, value: 0 });
      }
    }
    steps.push({ kind: 'repeat', max, turn, condition: test, body: turnBody.schedule });
    this.item(steps.length === 1 ? at(steps, 0) : { kind: 'sequence', steps }, touches, frames);
    this.settleResults();
  }

  private cond(node: Node): void {
    const { operator, inputs } = node;
    if (operator.kind !== 'cond') return;
    const outputs = this.resultPlaces(node);
    const sources = inputs.map((input) => this.sourceFor(input));
    const flag = at(sources, 0);
    const [then, otherwise] = [operator.then, operator.otherwise].map((branch) =>
      scheduleRegion(branch, sources.slice(1), outputs, this.context),
    );
    if (then === undefined || otherwise === undefined) return;
    const frames = [...Object.values(then.frames), ...Object.values(otherwise.frames)];
    const schedule: Schedule =
      flag.kind === 'constant'
        ? (flag.value === 0 ? otherwise : then).schedule
        : { kind: 'if', flag: flag.place, then: then.schedule, otherwise: otherwise.schedule };
    this.item(schedule, [...outputs, ...sources.flatMap(placesOf)], frames);
    this.settleResults();
  }

  /** Places for all results of a loop or cond, also for those that nobody reads. */
  private resultPlaces(node: Node): Place[] {
    const units = (node.results ?? []).map((type, index) => {
      const read = this.nodes.find(
        (other) =>
          other.operator.kind === 'result' && other.operator.index === index && other.inputs[0] === node,
      );
      const unit = this.opaqueUnit(read ?? node, type.dtype, sizeOf(type.shape));
      unit.stored = true;
      if (read !== undefined) this.unitOf.set(read, unit);
      return unit;
    });
    this.pending = units;
    return units.map((unit) => unit.place);
  }

  private pending: readonly Unit[] = [];

  private settleResults(): void {
    const position = this.items.length - 1;
    for (const unit of this.pending) unit.position = position;
  }
}

/** What is computed of scalars alone goes before everything else, so that it does not stand between loops. */
function scalarsFirst(nodes: readonly Node[]): readonly Node[] {
  const early = new Set<Node>();
  for (const node of nodes) {
    const { operator, inputs, type } = node;
    const simple = operator.kind === 'elementwise' || operator.kind === 'cast' || inputs.length === 0;
    if (simple && type.shape.length === 0 && inputs.every((input) => early.has(input))) early.add(node);
  }
  return [...nodes.filter((node) => early.has(node)), ...nodes.filter((node) => !early.has(node))];
}

/** What is left of a launch that has become an epilogue. */
function isEmpty(step: Schedule): boolean {
  return step.kind === 'sequence' && step.steps.length === 0;
}

function placesOf(source: Source): readonly Place[] {
  return source.kind === 'constant' ? [] : [source.place];
}
