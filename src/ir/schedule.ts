/**
 * From a region to a schedule: nodes become units, units fuse into launches, contractions, factorizations and loops
 * stand between them, results go where the caller wants them (in place where nothing reads the old value any
 * more), and every temporary gets its address.
 */
import { Fusion, formStages, isLocal, referencesOf } from './fuse.js';
import { decideRoles, withoutReshapes } from './fuse-cost.js';
import type { NodeRole } from './fuse-cost.js';
import { prepareForScheduling } from './fuse-prepare.js';
import type { DType, Node, Region } from './graph.js';
import { arenaOf, planFrame } from './memory.js';
import type { Arena, Lifetime } from './memory.js';
import { constantIndex, scale, variableIndex, zero } from './nest-affine.js';
import type { Affine, Variable, Variables } from './nest-affine.js';
import { ExpressionBuilder, flatIndex, judge, visitExpressions } from './nest-expressions.js';
import type { Source } from './nest-expressions.js';
import { locate, rootPlace } from './nest.js';
import type { Buffer, Expression, Guard, Launch, Place, Schedule, Unit, UnitKind } from './nest.js';
import { contractionOperands } from './schedule-contraction.js';
import { findDestinations } from './schedule-destinations.js';
import { at, range, sizeOf, stridesOf } from './types.js';

/** What all regions of a program share. */
export interface ScheduleContext {
  readonly variables: Variables;
  readonly makeBuffer: (dtype: DType, size: number, label: string) => Buffer;
  readonly literalOf: (literal: Node) => Place;
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
}

export function makePlace(dtype: DType, size: number, label: string, buffer?: Buffer): Place {
  return { dtype, size, label, within: undefined, buffer };
}

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
  return new RegionScheduler(prepareForScheduling(region), sources, destinations, context).run();
}

class RegionScheduler {
  private readonly nodes: readonly Node[];
  private readonly sources = new Map<Node, Source>();
  private readonly unitOf = new Map<Node, Unit>();
  private readonly items: Item[] = [];
  private readonly units: Unit[] = [];
  private readonly expressions: ExpressionBuilder;
  private readonly fusion: Fusion;
  private readonly roles: ReadonlyMap<Node, NodeRole>;
  /** Results to compute; undefined where a parameter already lies at its destination. */
  private readonly wanted: readonly (Node | undefined)[];
  /** Scalars of control flow, which belong to no unit. */
  private readonly controlPlaces: Place[] = [];

  constructor(
    private readonly region: Region,
    sources: readonly Source[],
    private readonly destinations: readonly (Place | undefined)[],
    private readonly context: ScheduleContext,
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
    this.nodes = inOrder(roots);
    this.roles = decideRoles(this.nodes, roots, sourceOf);
    this.expressions = new ExpressionBuilder({
      variables: context.variables,
      unitOf: this.unitOf,
      sourceOf,
      literalOf: context.literalOf,
    });
    this.fusion = new Fusion((launch) => {
      this.items.push({ schedule: { kind: 'launch', launch }, launch, touches: [], frames: [] });
      return this.items.length - 1;
    });
  }

  run(): ScheduledRegion {
    for (const node of this.nodes) this.visit(node);
    for (const { launch } of this.items) if (launch !== undefined) formStages(launch);
    this.markStored();
    const units = this.wanted.map((node) => (node === undefined ? undefined : this.unit(node)));
    for (const { from, to } of findDestinations(units, this.destinations, this.items)) {
      this.item({ kind: 'copy', from, to, size: from.size }, [from, to]);
    }
    const results = units.map((unit, index) => {
      const place = unit?.place ?? this.destinations[index];
      if (place === undefined) throw new Error('compiler bug: a result has no place');
      return place;
    });
    const frames = this.allocate(results);
    const steps = this.items.map((item) => item.schedule);
    return { schedule: { kind: 'sequence', steps }, results, frames };
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
      case 'svd': {
        const places = inputs.map((input) => this.placeOf(input));
        const output = this.opaque(node);
        this.item({ kind: 'kernel', call: { node, inputs: places, output } }, [...places, output]);
        return;
      }
      case 'result':
        // Made together with its loop or cond.
        return;
      default:
        this.addMap(node, node, undefined);
    }
  }

  /** A unit with one value an element of the node's shape; `within` puts it into a place that exists already. */
  private addMap(node: Node, owner: Node, within: { place: Place; offset: Affine } | undefined): Unit {
    const space = this.spaceOver(node.type.shape);
    const index = space.map(variableIndex);
    const anonymous = within !== undefined;
    const value = anonymous ? this.expressions.at(node, index) : this.expressions.compute(node, index);
    const unit = this.makeUnit(
      owner,
      { kind: 'map' },
      space,
      space.map(() => true),
      index,
      value,
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

  private fold(node: Node, kind: UnitKind, axes: readonly number[]): void {
    const operand = at(node.inputs, 0);
    const space = this.spaceOver(operand.type.shape);
    const kept = space.map((_, axis) => !axes.includes(axis));
    const index = space.map(variableIndex);
    this.addFold(
      node,
      kind,
      space,
      kept,
      index.filter((_, axis) => kept[axis]),
      this.expressions.at(operand, index),
    );
  }

  /** The loop over `axis` goes last. */
  private foldLast(node: Node, kind: UnitKind, axis: number): void {
    const operand = at(node.inputs, 0);
    const order = [...range(operand.type.shape.length).filter((other) => other !== axis), axis];
    const space = this.spaceOver(order.map((position) => at(operand.type.shape, position)));
    const index = new Array<Affine>(space.length).fill(zero);
    order.forEach((position, depth) => {
      index[position] = variableIndex(at(space, depth));
    });
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

  private scatter(node: Node, adds: boolean, batch: number): void {
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

  private contract(node: Node): void {
    const operands = contractionOperands(node, {
      variables: this.context.variables,
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
    this.item({ kind: 'contraction', contraction: { node, ...operands, output } }, [
      operands.left.place,
      operands.right.place,
      output,
    ]);
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

  private sourceFor(node: Node): Source {
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

  private placeOf(node: Node): Place {
    if (node.operator.kind === 'literal' && !this.unitOf.has(node)) return this.context.literalOf(node);
    const source = this.unitOf.has(node) ? undefined : this.sources.get(node);
    if (source?.kind === 'place') return source.place;
    const unit = this.unit(node);
    unit.stored = true;
    return unit.place;
  }

  private unit(node: Node): Unit {
    const unit = this.unitOf.get(node);
    if (unit === undefined) throw new Error(`compiler bug: ${node.operator.kind} was not made a unit`);
    return unit;
  }

  private opaque(node: Node): Place {
    const unit = this.opaqueUnit(node, node.type.dtype, sizeOf(node.type.shape));
    unit.stored = true;
    unit.position = this.items.length;
    this.unitOf.set(node, unit);
    return unit.place;
  }

  private opaqueUnit(node: Node, dtype: DType, size: number): Unit {
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

  private makeUnit(
    node: Node,
    kind: UnitKind,
    space: readonly Variable[],
    kept: readonly boolean[],
    target: readonly Affine[],
    value: Expression | undefined,
    guards: readonly Guard[] = [],
    place?: Place,
  ): Unit {
    const { dtype, shape } = node.type;
    nextUnit += 1;
    const own = value !== undefined && kind.kind === 'map' ? space.map((variable) => variable.extent) : shape;
    const unit: Unit = {
      id: nextUnit,
      node,
      kind,
      space,
      kept,
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
      launch: undefined,
      position: 0,
      stage: 0,
      sealed: false,
    };
    this.units.push(unit);
    return unit;
  }

  private spaceOver(shape: readonly number[]): Variable[] {
    return shape.map((extent, depth) => this.context.variables.loop(depth, extent));
  }

  private item(schedule: Schedule, touches: Place[], frames: readonly Buffer[] = []): void {
    this.items.push({ schedule, launch: undefined, touches, frames });
  }

  /** Finds out which units are read from memory, and what each launch touches. */
  private markStored(): void {
    for (const node of this.wanted) if (node !== undefined) this.unit(node).stored = true;
    for (const item of this.items) {
      for (const unit of item.launch?.units ?? []) {
        for (const reference of referencesOf(unit)) {
          if (isLocal(reference, unit)) continue;
          reference.unit.stored = true;
          item.touches.push(reference.unit.place);
        }
        item.touches.push(...loadedPlaces(unit));
      }
    }
    for (const item of this.items) {
      for (const unit of item.launch?.units ?? []) if (unit.stored) item.touches.push(unit.place);
    }
  }

  /** Buffers for all places that are nowhere yet, with lifetimes from first to last touch. */
  private allocate(results: readonly Place[]): Record<Arena, Buffer> {
    const lifetimes = new Map<Buffer, Lifetime>();
    const own = new Set<Buffer>();
    const mine = new Set<Place>([...this.units.map((unit) => unit.place), ...this.controlPlaces]);
    const touch = (place: Place, position: number): void => {
      const root = rootPlace(place);
      if (root.buffer === undefined && mine.has(root)) {
        root.buffer = this.context.makeBuffer(root.dtype, root.size, root.label);
        own.add(root.buffer);
      }
      if (root.buffer !== undefined && own.has(root.buffer)) live(root.buffer, position);
    };
    const live = (buffer: Buffer, position: number): void => {
      const lifetime = lifetimes.get(buffer);
      if (lifetime === undefined) lifetimes.set(buffer, { buffer, first: position, last: position });
      else lifetime.last = Math.max(lifetime.last, position);
    };
    this.items.forEach((item, position) => {
      for (const place of item.touches) touch(place, position);
      for (const frame of item.frames) live(frame, position);
    });
    for (const place of results) touch(place, this.items.length);
    const frames = {} as Record<Arena, Buffer>;
    for (const arena of ['real', 'integer'] as const) {
      const members = [...lifetimes.values()].filter(({ buffer }) => arenaOf(buffer) === arena);
      const dtype = arena === 'real' ? 'real' : 'int';
      const placeholder = this.context.makeBuffer(dtype, 0, 'frame');
      const size = planFrame(members, placeholder);
      const frame = this.context.makeBuffer(dtype, size, 'frame');
      placeholder.home = { kind: 'part', of: frame, offset: 0 };
      frames[arena] = frame;
    }
    return frames;
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

function placesOf(source: Source): readonly Place[] {
  return source.kind === 'constant' ? [] : [source.place];
}

function loadedPlaces(unit: Unit): readonly Place[] {
  const places: Place[] = [];
  const roots: Expression[] = unit.value === undefined ? [] : [unit.value];
  for (const index of [...unit.target, ...unit.guards.map((guard) => guard.index)]) {
    for (const { variable } of index.terms) if (variable.kind === 'value') roots.push(variable.value);
  }
  visitExpressions(roots, (expression) => {
    if (expression.kind === 'load') places.push(expression.place);
  });
  return places;
}

function sizeOfExpression(value: Expression): number {
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

/** Everything that the roots need, inputs first. */
function inOrder(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>(roots);
  const pending = [...seen];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const input of node.inputs) {
      if (seen.has(input)) continue;
      seen.add(input);
      pending.push(input);
    }
  }
  return [...seen].sort((left, right) => left.id - right.id);
}

export function bufferOf(place: Place): Buffer {
  return locate(place).buffer;
}
