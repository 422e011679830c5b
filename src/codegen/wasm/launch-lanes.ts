/**
 * Which loops can be written in lanes: the innermost one, where each value in it has a form in lanes and what it writes
 * lies side by side. Folds in lanes sum every eighth element by itself and then in pairs, whatever the lanes.
 */
import type { Monoid } from '../../ir/graph.js';
import { add } from '../../ir/nest-affine.js';
import type { Affine, Variable } from '../../ir/nest-affine.js';
import { flatIndex } from '../../ir/nest-expressions.js';
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

  private sideBySide(unit: Unit, variable: Variable): boolean {
    const index = flatIndex(unit.target, unit.strides);
    return this.isPlain(index, variable) && coefficientOf(index, variable) === 1;
  }

  /** Does the index vary with the loop by a multiple of its counter only? */
  private isPlain(index: Affine, variable: Variable): boolean {
    return index.terms.every(
      (term) => term.variable === variable || this.levelOfVariable(term.variable) <= depthOf(variable),
    );
  }

  private fits(expression: Expression, variable: Variable): boolean {
    const known = this.suitable.get(expression);
    if (known !== undefined) return known;
    const answer = this.levelOf(expression) <= depthOf(variable) || this.judge(expression, variable);
    this.suitable.set(expression, answer);
    return answer;
  }

  private judge(expression: Expression, variable: Variable): boolean {
    switch (expression.kind) {
      case 'constant':
        return true;
      case 'load':
      case 'reference': {
        const flat = this.flatOf(expression);
        if (flat === undefined) return true;
        const index = add(locate(flat.place).base, flat.index);
        if (!this.isPlain(index, variable)) return false;
        return expression.dtype === 'real' || [0, 1].includes(coefficientOf(index, variable));
      }
      case 'integer':
        return this.isPlain(expression.value, variable);
      case 'apply': {
        const { name, operands, dtype } = expression;
        if (dtype === 'int' && (name === 'modulo' || name === 'floor_divide')) return false;
        return operands.every((operand) => this.fits(operand, variable));
      }
      case 'cast':
        return this.fits(expression.operand, variable);
      case 'guarded': {
        const { guards, inside, outside } = expression;
        const uniform = guards.every(({ index }) =>
          index.terms.every((term) => this.levelOfVariable(term.variable) <= depthOf(variable)),
        );
        return uniform && this.fits(inside, variable) && this.fits(outside, variable);
      }
      case 'uniform':
        return false;
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
