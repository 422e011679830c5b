/**
 * Fusion: units join launches. A launch is a set of units under common outer loops; a unit may join if it reads what
 * other members make only at its own outer index, and if nothing that it needs comes later. Within a launch, units
 * with the same inner loops share a stage when each reads the others only at its own point. Every decision looks
 * at a bounded number of launches, so fusion is linear in the size of the graph.
 */
import { sameIndex } from './nest-affine.js';
import type { Affine, Variable } from './nest-affine.js';
import { visitExpressions } from './nest-expressions.js';
import type { Contraction, Expression, Launch, Stage, Unit } from './nest.js';
import { at } from './types.js';

export type Reference = Extract<Expression, { kind: 'reference' }>;

/** Printed functions must stay small enough for the optimising compiler. */
const largestLaunch = 120;
/** Unrelated units over the same space share a launch only while it is small. */
const largestHorizontalLaunch = 60;

/** What the machine below wants of launches. */
export interface FusionPolicy {
  /**
   * The points of the outer loops run at once: a reduction's kept axes come first in its space, and no launch folds over its outer
   * loops.
   */
  readonly parallel: boolean;
  /** Which elementwise launches contractions take in after them (epilogues.ts); undefined where none. */
  readonly epilogues: ((contraction: Contraction, launch: Launch) => boolean) | undefined;
  /** Loops run in lanes of vectors: loops of a single turn are left out, and a dot product is a fold like any other. */
  readonly lanes: boolean;
}

export const sequential: FusionPolicy = { parallel: false, epilogues: undefined, lanes: false };
export const parallel: FusionPolicy = { parallel: true, epilogues: () => true, lanes: false };
export const inLanes: FusionPolicy = { parallel: false, epilogues: undefined, lanes: true };

interface OpenLaunch {
  readonly launch: Launch;
  readonly position: number;
  size: number;
}

export function referencesOf(unit: Unit): readonly Reference[] {
  const references: Reference[] = [];
  const roots: Expression[] = unit.value === undefined ? [] : [unit.value];
  for (const { variable } of [...unit.target, ...unit.guards.map((guard) => guard.index)].flatMap(
    (index) => index.terms,
  )) {
    if (variable.kind === 'value') roots.push(variable.value);
  }
  visitExpressions(roots, (expression) => {
    if (expression.kind === 'reference') references.push(expression);
  });
  return references;
}

export class Fusion {
  private readonly launchesAt = new Map<number, OpenLaunch>();
  private readonly latestOver = new Map<string, OpenLaunch>();

  /** `append` puts a new launch at the end of the schedule and says its position. */
  constructor(
    private readonly append: (launch: Launch) => number,
    private readonly policy: FusionPolicy,
  ) {}

  place(unit: Unit, size: number): void {
    const references = referencesOf(unit);
    let earliest = 0;
    for (const { unit: producer } of references) {
      earliest = Math.max(earliest, producer.sealed ? producer.position + 1 : producer.position);
    }
    const exclusive = unit.kind.kind === 'scatter';
    if (!exclusive) {
      const vertical = this.launchesAt.get(earliest);
      const related = references.some(({ unit: producer }) => producer.position === earliest);
      const producers = related ? vertical : undefined;
      if (producers !== undefined && this.join(unit, size, references, producers, largestLaunch)) return;
      for (const key of this.keysOf(unit)) {
        const other = this.latestOver.get(key);
        if (other === undefined || other.position < earliest || other === producers) continue;
        if (this.join(unit, size, references, other, largestHorizontalLaunch)) return;
      }
    }
    this.open(unit, size, exclusive);
  }

  private open(unit: Unit, size: number, exclusive: boolean): void {
    const depth = this.deepest(unit);
    const launch: Launch = { depth, units: [unit], stages: [], given: undefined };
    const position = this.append(launch);
    const open: OpenLaunch = { launch, position, size };
    this.settle(unit, open);
    if (exclusive) return;
    this.launchesAt.set(position, open);
    for (const key of this.keysOf(unit)) this.latestOver.set(key, open);
  }

  private join(
    unit: Unit,
    size: number,
    references: readonly Reference[],
    open: OpenLaunch,
    limit: number,
  ): boolean {
    const { launch, position } = open;
    const first = at(launch.units, 0);
    if (open.size + size > limit) return false;
    if (launch.depth === 0 || unit.space.length === 0) {
      const scalars = unit.space.length === 0 && first.space.length === 0;
      if (!scalars && !(this.policy.parallel && launch.depth === 0 && fitsOneTeam(unit))) return false;
    } else {
      let depth = commonDepth(unit, first, Math.min(launch.depth, this.deepest(unit)));
      for (const reference of references) {
        if (reference.unit.position !== position) continue;
        depth = Math.min(depth, alignedDepth(reference, unit));
      }
      if (depth === 0) {
        const related = references.some((reference) => reference.unit.position === position);
        if (!this.policy.parallel || !related || ![...launch.units, unit].every(fitsOneTeam)) return false;
      } else if (this.policy.parallel && starves([...launch.units, unit], depth)) {
        return false;
      }
      launch.depth = depth;
    }
    launch.units.push(unit);
    open.size += size;
    this.settle(unit, open);
    return true;
  }

  /** A reduction that keeps its first axes is complete at the end of their loops; one that folds them ends the launch. */
  private deepest(unit: Unit): number {
    if (unit.kind.kind === 'scan') return unit.space.length - 1;
    const folded = unit.kept.indexOf(false);
    if (folded === 0 && (this.policy.parallel || unit.kind.kind === 'argreduce')) return 0;
    return folded <= 0 ? unit.space.length : folded;
  }

  /** Where launches over like spaces are found. What a single team does goes together. */
  private keysOf(unit: Unit): readonly string[] {
    const keys = spaceKeys(unit);
    return this.policy.parallel && this.deepest(unit) === 0 ? [...new Set(['scalar', ...keys])] : keys;
  }

  private settle(unit: Unit, open: OpenLaunch): void {
    unit.launch = open.launch;
    unit.position = open.position;
    unit.sealed ||= unit.kept.slice(0, open.launch.depth).includes(false) || unit.kind.kind === 'scatter';
  }
}

/** So few points that one team of threads may as well do them along with other things. */
const smallestSpace = 512;

function fitsOneTeam(unit: Unit): boolean {
  return pointsOf(unit.space) <= smallestSpace;
}

/** Teams so few, with inner loops so long, would leave a parallel machine idle. */
function starves(units: readonly Unit[], depth: number): boolean {
  const points = pointsOf(at(units, 0).space.slice(0, depth));
  return points < 256 && units.some(({ space }) => pointsOf(space.slice(depth)) > 16384);
}

function pointsOf(loops: readonly Variable[]): number {
  return loops.reduce((product, { extent }) => product * extent, 1);
}

function spaceKeys(unit: Unit): readonly string[] {
  const whole = unit.space.map((variable) => variable.id).join();
  const first = unit.space[0];
  return first === undefined ? ['scalar'] : [whole, `${first.id}..`];
}

function commonDepth(left: Unit, right: Unit, limit: number): number {
  let depth = 0;
  while (depth < limit && left.space[depth] === right.space[depth]) depth += 1;
  return depth;
}

/** How many outer loops a consumer may share with what it reads here. */
function alignedDepth(reference: Reference, consumer: Unit): number {
  const { unit: producer, index } = reference;
  const own = readsOwnPoint(reference);
  for (let depth = 0; ; depth += 1) {
    const variable = producer.space[depth];
    if (variable === undefined || variable !== consumer.space[depth] || producer.kept[depth] === false)
      return depth;
    if (variable.extent === 1 || own) continue;
    const axis = producer.target.findIndex((part) => isVariable(part, variable));
    if (axis < 0 || !isVariable(at(index, axis), variable)) return depth;
  }
}

function isVariable(index: Affine, variable: Variable): boolean {
  const [term, ...rest] = index.terms;
  return index.constant === 0 && rest.length === 0 && term?.variable === variable && term.coefficient === 1;
}

/** Is this exactly the element that the producer yields at the same point of the space? */
export function readsOwnPoint(reference: Reference): boolean {
  const { unit: producer, index } = reference;
  return producer.target.every((part, axis) => sameIndex(part, at(index, axis)));
}

export function innerLoops(unit: Unit, launch: Launch): readonly Variable[] {
  return unit.space.slice(launch.depth);
}

/** Distributes the members of a launch over stages; after this no unit may join. */
export function formStages(launch: Launch): void {
  const stages: { inner: readonly Variable[]; units: Unit[] }[] = [];
  const byLoops = new Map<string, number[]>();
  for (const unit of launch.units) {
    const inner = innerLoops(unit, launch);
    let earliest = 0;
    for (const reference of referencesOf(unit)) {
      const { unit: producer } = reference;
      if (producer.launch !== launch) continue;
      const together =
        yieldsEachPoint(producer) &&
        sameLoops(inner, innerLoops(producer, launch)) &&
        readsOwnPoint(reference);
      earliest = Math.max(earliest, together ? producer.stage : producer.stage + 1);
    }
    const key = inner.map((variable) => variable.id).join();
    const candidates = byLoops.get(key) ?? [];
    byLoops.set(key, candidates);
    let stage = candidates.find((candidate) => candidate >= earliest);
    if (stage === undefined) {
      stage = stages.length;
      stages.push({ inner, units: [] });
      candidates.push(stage);
    }
    unit.stage = stage;
    at(stages, stage).units.push(unit);
  }
  launch.stages = stages satisfies Stage[];
}

function yieldsEachPoint(unit: Unit): boolean {
  return unit.kind.kind === 'map' || unit.kind.kind === 'scan';
}

function sameLoops(left: readonly Variable[], right: readonly Variable[]): boolean {
  return left.length === right.length && left.every((variable, index) => variable === right[index]);
}

/** Whether the printed code finds the referenced value in a local variable; otherwise it must be loaded. */
export function isLocal(reference: Reference, consumer: Unit): boolean {
  const { unit: producer } = reference;
  const { launch } = consumer;
  if (launch?.given === producer) return true;
  if (launch === undefined || producer.launch !== launch || !readsOwnPoint(reference)) return false;
  if (producer.stage === consumer.stage) return yieldsEachPoint(producer);
  const inner = innerLoops(producer, launch);
  return yieldsEachPoint(producer) ? inner.length === 0 : !producer.kept.slice(launch.depth).includes(true);
}
