/**
 * Which loops can be written in lanes: the innermost one, where each value in it has a form in lanes and what it writes
 * lies side by side. Folds in lanes sum every eighth element by itself and then in pairs, whatever the lanes.
 */
import type { Monoid } from '../../ir/graph.js';
import { add } from '../../ir/nest-affine.js';
import type { Affine, Variable } from '../../ir/nest-affine.js';
import { flatIndex, visitExpressions } from '../../ir/nest-expressions.js';
import { locate } from '../../ir/nest.js';
import type { Expression, Stage, Unit } from '../../ir/nest.js';
import { monoidTable } from '../../ir/operators/monoids.js';
import { at } from '../../ir/types.js';
import { get, operate, operateBy, vectorOf } from './code.js';
import type { Code, Local } from './code.js';
import { coefficientOf, depthOf, LaunchValues } from './launch-values.js';
import { laneOf } from './program-code.js';
import { lanesOf, realConstant } from './real.js';
import type { RealForm } from './real.js';

/** Sums that a fold in lanes keeps. */
const foldWidth = 8;

export abstract class LaunchLanes extends LaunchValues {
  private readonly suitable = new Map<Expression, boolean>();

  protected get laneForm(): RealForm {
    return lanesOf[this.program.precision];
  }

  /** How many vectors of turns one body has; undefined where the loop is written for one turn at a time. */
  protected vectorsOf(stage: Stage, variable: Variable): number | undefined {
    if (!this.program.options.vectors || variable.kind !== 'loop') return undefined;
    const { lanes } = this.laneForm;
    const folds = stage.units.some((unit) => this.folds(unit, variable));
    const vectors = folds ? foldWidth / lanes : 1;
    if (this.extentOf(variable) < vectors * lanes) return undefined;
    this.suitable.clear();
    return stage.units.every((unit) => this.suits(unit, variable)) ? vectors : undefined;
  }

  /** Whether all stages can be written for several turns of an outer loop at once. */
  protected suitsAcross(variable: Variable): boolean {
    const { lanes } = this.laneForm;
    if (this.extentOf(variable) % lanes !== 0) return false;
    return this.launch.stages.every(({ units }, index) => {
      this.stage = index;
      this.levels.clear();
      this.suitable.clear();
      return units.every((unit) => this.unitSuitsAcross(unit, variable));
    });
  }

  /** The innermost of the outer loops, if all stages are cheaper in its lanes than each in those of its own innermost loop. */
  protected worthAcross(variable: Variable, plain: LaunchLanes): boolean {
    if (!this.suitsAcross(variable)) return false;
    const { lanes } = this.laneForm;
    let [across, alone] = [0, 0];
    this.launch.stages.forEach((stage, index) => {
      [this.stage, plain.stage] = [index, index];
      plain.levels.clear();
      const loops = [...this.outerLoops(), ...stage.inner];
      const points = loops.reduce((product, { extent }) => product * extent, 1);
      const innermost = loops.findLast((loop) => plain.hasLoop(loop));
      across += points * this.workOf(stage, variable);
      if (innermost === undefined) return;
      const inLanes =
        (stage.inner.length > 0 || this.launch.stages.length === 1) &&
        plain.vectorsOf(stage, innermost) !== undefined;
      alone += points * (inLanes ? plain.workOf(stage, innermost) : lanes * plain.workOf(stage, undefined));
    });
    return across < 0.8 * alone;
  }

  protected outerLoops(): readonly Variable[] {
    return at(this.launch.units, 0).space.slice(0, this.launch.depth);
  }

  /** Operations of one point, of which an element that lies apart from its neighbour along the loop costs several. */
  private workOf(stage: Stage, variable: Variable | undefined): number {
    const { lanes } = this.laneForm;
    const reach = (index: Affine): number => {
      const stride = variable === undefined ? 1 : Math.abs(coefficientOf(index, variable));
      return stride > 1 ? lanes : 1;
    };
    let work = 0;
    const roots: Expression[] = [];
    for (const unit of stage.units) {
      if (unit.value !== undefined) roots.push(unit.value);
      if (unit.stored) work += reach(flatIndex(unit.target, this.stridesOf(unit)));
    }
    visitExpressions(roots, (expression) => {
      const flat = this.flatOf(expression);
      work += flat === undefined ? 1 : reach(add(locate(flat.place).base, flat.index));
    });
    return work;
  }

  private unitSuitsAcross(unit: Unit, variable: Variable): boolean {
    const { kind, node, value } = unit;
    if (value === undefined || (!unit.stored && !this.unitUses.has(unit))) return true;
    if (!this.fits(value, variable, true)) return false;
    const { dtype } = node.type;
    const wide = this.laneForm.lanes === 4;
    const written = !unit.stored || ((dtype === 'real' || wide) && this.sideBySide(unit, variable, true));
    switch (kind.kind) {
      case 'map':
        return written;
      case 'scan':
        return written && dtype === 'real';
      case 'reduce':
        if (this.folds(unit, variable)) return dtype !== 'int' && keepsFirst(unit);
        return written && dtype !== 'int' && keepsFirst(unit);
      case 'argreduce':
        return written && value.dtype === 'real';
      case 'scatter':
      case 'opaque':
        return false;
      default:
        return kind satisfies never;
    }
  }

  protected folds(unit: Unit, variable: Variable): boolean {
    return unit.kind.kind === 'reduce' && unit.kept[depthOf(variable)] === false;
  }

  private suits(unit: Unit, variable: Variable): boolean {
    const { kind, node, value } = unit;
    if (value === undefined || (!unit.stored && !this.unitUses.has(unit))) return true;
    if (!this.fits(value, variable)) return false;
    const { dtype } = node.type;
    switch (kind.kind) {
      case 'map':
        return (
          !unit.stored || ((dtype === 'real' || this.laneForm.lanes === 4) && this.sideBySide(unit, variable))
        );
      case 'reduce':
        if (this.folds(unit, variable)) return dtype !== 'int' && keepsFirst(unit);
        return dtype === 'real' && !keepsFirst(unit) && this.sideBySide(unit, variable);
      case 'argreduce':
      case 'scan':
      case 'scatter':
      case 'opaque':
        return false;
      default:
        return kind satisfies never;
    }
  }

  private sideBySide(unit: Unit, variable: Variable, across = false): boolean {
    const index = flatIndex(unit.target, this.stridesOf(unit));
    return this.isPlain(index, variable, across) && coefficientOf(index, variable) === 1;
  }

  /** Does the index vary with the loop by a multiple of its counter only? */
  private isPlain(index: Affine, variable: Variable, across: boolean): boolean {
    return index.terms.every(
      (term) => term.variable === variable || !this.variableDepends(term.variable, variable, across),
    );
  }

  private fits(expression: Expression, variable: Variable, across = false): boolean {
    const known = this.suitable.get(expression);
    if (known !== undefined) return known;
    const answer = !this.dependsOn(expression, variable, across) || this.judge(expression, variable, across);
    this.suitable.set(expression, answer);
    return answer;
  }

  private judge(expression: Expression, variable: Variable, across: boolean): boolean {
    switch (expression.kind) {
      case 'constant':
        return true;
      case 'load':
      case 'reference': {
        const flat = this.flatOf(expression);
        if (flat === undefined) return true;
        const index = add(locate(flat.place).base, flat.index);
        if (!this.isPlain(index, variable, across)) return false;
        return expression.dtype === 'real' || [0, 1].includes(coefficientOf(index, variable));
      }
      case 'integer':
        return this.isPlain(expression.value, variable, across);
      case 'apply': {
        const { name, operands, dtype } = expression;
        if (dtype === 'int' && (name === 'modulo' || name === 'floor_divide')) return false;
        return operands.every((operand) => this.fits(operand, variable, across));
      }
      case 'cast':
        return this.fits(expression.operand, variable, across);
      case 'guarded': {
        const { guards, inside, outside } = expression;
        const uniform = guards.every(({ index }) =>
          index.terms.every((term) => !this.variableDepends(term.variable, variable, across)),
        );
        return uniform && this.fits(inside, variable, across) && this.fits(outside, variable, across);
      }
      case 'uniform':
        return [expression.seed, expression.step, expression.index].every((part) =>
          this.fits(part, variable, across),
        );
      default:
        return expression satisfies never;
    }
  }
}

/** Are the axes that are kept the outer ones, so that a fold lives in a local? */
export function keepsFirst({ kept }: Unit): boolean {
  return kept.lastIndexOf(true) < kept.filter((each) => each).length;
}

export function laneIdentity(form: RealForm, monoid: Monoid): Code {
  if (monoid === 'and') return vectorOf(Int32Array.of(-1, -1, -1, -1));
  return monoid === 'or' ? vectorOf(new Int32Array(4)) : realConstant(form, monoidTable[monoid].identity);
}

/** All lanes of the totals as one value: halves upon halves. */
export function acrossLanes(
  form: RealForm,
  monoid: Monoid,
  totals: readonly Local[],
  combine: (left: Code, right: Code, inLanes: boolean) => Code,
): Code {
  let vectors: readonly Code[] = totals.map((total) => get(total));
  while (vectors.length > 1) {
    const half = vectors.length / 2;
    vectors = vectors.slice(0, half).map((vector, index) => combine(vector, at(vectors, half + index), true));
  }
  const all = at(vectors, 0);
  if (monoid === 'and') return operateBy('i32', form.lanes === 2 ? 'i64x2.all_true' : 'i32x4.all_true', all);
  if (monoid === 'or') return operate('v128.any_true', all as Code<'v128'>);
  const lane = (index: number): Code => laneOf(form, all, index);
  if (form.lanes === 2) return combine(lane(0), lane(1), false);
  return combine(combine(lane(0), lane(2), false), combine(lane(1), lane(3), false), false);
}
