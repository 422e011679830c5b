/**
 * Turns graph nodes into expressions over loop variables. Broadcasts, reshapes, transposes, slices, pads, gathers and
 * the like only change the index at which their input is asked; nodes that have been made units end the descent.
 */
import type { DType, ElementwiseName, Node } from './graph.js';
import {
  add,
  constantIndex,
  indexKey,
  offset,
  rangeOf,
  scale,
  subtract,
  variableIndex,
  zero,
} from './nest-affine.js';
import type { Affine, Variable, Variables } from './nest-affine.js';
import type { Expression, Guard, Place, Unit } from './nest.js';
import { at, sizeOf, stridesOf } from './types.js';

/** What a parameter of a region stands for. */
export type Source =
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'constant'; readonly value: number }
  /** A strided view of something that lies in memory. */
  | { readonly kind: 'view'; readonly place: Place; readonly at: (index: readonly Affine[]) => Expression };

export interface ExpressionContext {
  readonly variables: Variables;
  readonly unitOf: ReadonlyMap<Node, Unit>;
  readonly sourceOf: (parameter: Node) => Source;
  readonly literalOf: (literal: Node) => Place;
}

export function flatIndex(index: readonly Affine[], strides: readonly number[]): Affine {
  let flat = zero;
  index.forEach((part, axis) => {
    flat = add(flat, scale(part, at(strides, axis)));
  });
  return flat;
}

export class ExpressionBuilder {
  private readonly known = new Map<string, Expression>();
  private readonly keys = new Map<Expression, number>();

  constructor(private readonly context: ExpressionContext) {}

  /** The value of a node at an element. */
  at(node: Node, index: readonly Affine[]): Expression {
    const unit = this.context.unitOf.get(node);
    return this.remember(`${node.id}@${index.map(indexKey).join()}`, () =>
      unit === undefined
        ? this.compute(node, index)
        : { kind: 'reference', unit, index, dtype: node.type.dtype },
    );
  }

  /** As `at`, but computed here even where the node is a unit. */
  compute(node: Node, index: readonly Affine[]): Expression {
    const { operator, inputs } = node;
    const { dtype, shape } = node.type;
    const input = (position: number): Node => at(inputs, position);
    const axis = (position: number): Affine => at(index, position);
    switch (operator.kind) {
      case 'parameter': {
        const source = this.context.sourceOf(node);
        if (source.kind === 'constant') return this.constant(source.value, node);
        if (source.kind === 'view') return source.at(index);
        return this.load(source.place, flatIndex(index, stridesOf(shape)), node);
      }
      case 'constant':
        return this.constant(operator.value, node);
      case 'literal':
        return this.load(this.context.literalOf(node), flatIndex(index, stridesOf(shape)), node);
      case 'elementwise':
        return this.apply(
          operator.name,
          inputs.map((operand) => this.at(operand, index)),
          dtype,
        );
      case 'cast':
        return { kind: 'cast', operand: this.at(input(0), index), dtype };
      case 'broadcast':
        return this.at(
          input(0),
          operator.axes.map((position, from) => (input(0).type.shape[from] === 1 ? zero : axis(position))),
        );
      case 'reshape':
        return this.at(input(0), this.reshaped(index, shape, input(0).type.shape));
      case 'transpose': {
        const permuted = new Array<Affine>(index.length).fill(zero);
        operator.permutation.forEach((from, to) => {
          permuted[from] = axis(to);
        });
        return this.at(input(0), permuted);
      }
      case 'reverse':
        return this.at(
          input(0),
          index.map((part, position) =>
            operator.axes.includes(position) ? subtract(constantIndex(at(shape, position) - 1), part) : part,
          ),
        );
      case 'slice':
        return this.at(
          input(0),
          index.map((part, position) =>
            offset(scale(part, at(operator.strides, position)), at(operator.starts, position)),
          ),
        );
      case 'pad':
        return this.pad(node, operator, index);
      case 'concat':
        return this.concat(node, operator.axis, index);
      case 'iota':
        return { kind: 'integer', value: axis(operator.axis), dtype: 'int' };
      case 'gather':
        return this.gather(node, operator, index);
      case 'uniform':
        return {
          kind: 'uniform',
          seed: this.at(input(0), []),
          step: this.at(input(1), []),
          index: this.at(input(2), index),
          stream: operator.stream,
          word: operator.word,
          dtype: 'real',
        };
      case 'stop_gradient':
      case 'mask_tangent':
      case 'derivative_rule':
      case 'implicit_root':
        return this.at(input(0), index);
      case 'reduce':
      case 'argreduce':
      case 'cumulative':
      case 'contraction':
      case 'scatter_add':
      case 'scatter_set':
      case 'argsort':
      case 'cholesky':
      case 'triangular_solve':
      case 'symmetric_eigen':
      case 'qr':
      case 'svd':
      case 'linear_solve':
      case 'host_call':
      case 'loop':
      case 'cond':
      case 'result':
        throw new Error(`compiler bug: ${operator.kind} has no unit`);
      default:
        throw new Error(
          `compiler bug: unknown operator ${(operator satisfies never as Node['operator']).kind}`,
        );
    }
  }

  /**
   * The sigmoid family shares one exponential of -|x| where several of its members are asked of one x, as a loss and
   * its gradient do; otherwise the operation as it is. The bits are those of the library functions.
   */
  private apply(name: ElementwiseName, operands: readonly Expression[], dtype: DType): Expression {
    const [x] = operands;
    if (x === undefined || !sigmoidFamily.has(name)) return { kind: 'apply', name, operands, dtype };
    const call = (inner: ElementwiseName, ...own: readonly Expression[]): Expression => {
      return { kind: 'apply', name: inner, operands: own, dtype: 'real' };
    };
    const real = (value: number): Expression => ({ kind: 'constant', value, dtype: 'real' });
    const key = this.keyOf(x);
    const decay = this.remember(`exp -|${key}|`, () => call('exp', call('negate', call('abs', x))));
    if (name === 'sigmoid') {
      const total = this.remember(`1 + exp -|${key}|`, () => call('add', real(1), decay));
      const numerator: Expression = {
        kind: 'apply',
        name: 'select',
        operands: [
          { kind: 'apply', name: 'greater_equal', operands: [x, real(0)], dtype: 'bool' },
          real(1),
          decay,
        ],
        dtype: 'real',
      };
      return call('divide', numerator, total);
    }
    const tail = this.remember(`log1p exp -|${key}|`, () => call('log1p', decay));
    if (name === 'softplus') return call('add', call('maximum', x, real(0)), tail);
    return call('subtract', call('minimum', x, real(0)), tail);
  }

  /** The index that an int expression denotes, and the guards under which it is within 0 .. extent - 1. */
  indexFrom(value: Expression, extent: number): { readonly index: Affine; readonly guard: Guard } {
    const affine = this.asAffine(value);
    if (affine !== undefined) return { index: affine, guard: { index: affine, low: 0, high: extent } };
    const key = String(this.keyOf(value));
    const { variables } = this.context;
    const unchecked = variables.value(key, value, unboundedExtent);
    return {
      index: variableIndex(variables.value(key, value, extent)),
      guard: { index: variableIndex(unchecked), low: 0, high: extent },
    };
  }

  /** Integer arithmetic over loop counters is affine again. */
  private asAffine(value: Expression): Affine | undefined {
    switch (value.kind) {
      case 'integer':
        return value.value;
      case 'constant':
        return constantIndex(value.value);
      case 'load': {
        const turn = this.context.variables.turnAt(value.place);
        return turn === undefined ? undefined : variableIndex(turn);
      }
      case 'apply': {
        if (!affineOperations.has(value.name)) return undefined;
        const operands = value.operands.map((operand) => this.asAffine(operand));
        const [left, right] = operands;
        if (left === undefined || operands.includes(undefined)) return undefined;
        if (value.name === 'negate') return scale(left, -1);
        if (right === undefined) return undefined;
        if (value.name === 'add') return add(left, right);
        if (value.name === 'subtract') return subtract(left, right);
        if (right.terms.length === 0) return scale(left, right.constant);
        return left.terms.length === 0 ? scale(right, left.constant) : undefined;
      }
      default:
        return undefined;
    }
  }

  private gather(
    node: Node,
    operator: { readonly batch: number; readonly inBounds: boolean },
    index: readonly Affine[],
  ): Expression {
    const [operand, indices] = [at(node.inputs, 0), at(node.inputs, 1)];
    const rank = indices.type.shape.length;
    const { index: position, guard } = this.indexFrom(
      this.at(indices, index.slice(0, rank)),
      at(operand.type.shape, operator.batch),
    );
    const inside = this.at(operand, [...index.slice(0, operator.batch), position, ...index.slice(rank)]);
    if (operator.inBounds) return inside;
    return this.guarded([guard], inside, this.constant(node.type.dtype === 'real' ? NaN : 0, node));
  }

  private pad(
    node: Node,
    operator: { readonly low: readonly number[]; readonly interior: readonly number[] },
    index: readonly Affine[],
  ): Expression {
    const operand = at(node.inputs, 0);
    const guards: Guard[] = [];
    const inner = index.map((part, axis) => {
      const step = at(operator.interior, axis) + 1;
      const extent = at(operand.type.shape, axis);
      const shifted = offset(part, -at(operator.low, axis));
      guards.push({ index: shifted, low: 0, high: (extent - 1) * step + 1 });
      if (step === 1) return shifted;
      const quotient = this.context.variables.quotient(shifted, step, extent);
      guards.push({ index: subtract(shifted, scale(quotient, step)), low: 0, high: 1 });
      return quotient;
    });
    return this.guarded(guards, this.at(operand, inner), this.constant(0, node));
  }

  private concat(node: Node, axis: number, index: readonly Affine[]): Expression {
    const position = at(index, axis);
    let start = 0;
    const pieces = node.inputs.map((piece) => {
      const piecePosition = offset(position, -start);
      const extent = at(piece.type.shape, axis);
      const guard: Guard = { index: position, low: start, high: start + extent };
      start += extent;
      return {
        guard,
        value: () =>
          this.at(
            piece,
            index.map((part, other) => (other === axis ? piecePosition : part)),
          ),
      };
    });
    let result: Expression | undefined;
    for (const { guard, value } of pieces.reverse()) {
      if (guard.low === guard.high) continue;
      result = result === undefined ? value() : this.guarded([guard], value(), result);
    }
    return result ?? this.constant(0, node);
  }

  private guarded(guards: readonly Guard[], inside: Expression, outside: Expression): Expression {
    const open: Guard[] = [];
    for (const guard of guards) {
      const verdict = judge(guard);
      if (verdict === 'never') return outside;
      if (verdict === 'depends') open.push(guard);
    }
    if (open.length === 0) return inside;
    return { kind: 'guarded', guards: open, inside, outside, dtype: inside.dtype };
  }

  private reshaped(
    index: readonly Affine[],
    from: readonly number[],
    to: readonly number[],
  ): readonly Affine[] {
    let rest = flatIndex(index, stridesOf(from));
    const strides = stridesOf(to);
    return to.map((extent, axis) => {
      if (extent === 1) return zero;
      const stride = at(strides, axis);
      const part = this.context.variables.quotient(rest, stride, extent);
      rest = subtract(rest, scale(part, stride));
      return part;
    });
  }

  private load(place: Place, index: Affine, node: Node): Expression {
    return { kind: 'load', place, index, dtype: node.type.dtype };
  }

  private constant(value: number, node: Node): Expression {
    const { dtype } = node.type;
    return this.remember(`${dtype} ${Object.is(value, -0) ? '-0' : value}`, () => ({
      kind: 'constant',
      value,
      dtype,
    }));
  }

  private remember(key: string, make: () => Expression): Expression {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.known.set(key, made);
    return made;
  }

  private keyOf(value: Expression): number {
    let key = this.keys.get(value);
    if (key === undefined) {
      key = nextKey;
      nextKey += 1;
      this.keys.set(value, key);
    }
    return key;
  }
}

const affineOperations: ReadonlySet<string> = new Set(['add', 'subtract', 'multiply', 'negate']);

const sigmoidFamily: ReadonlySet<ElementwiseName> = new Set(['sigmoid', 'softplus', 'log_sigmoid']);

let nextKey = 0;

/** Stands for "any integer" where an index has not been checked yet. */
const unboundedExtent = 2 ** 31;

/** Whether a guard is decided by the ranges of the loops alone. */
export function judge(guard: Guard): 'always' | 'never' | 'depends' {
  if (guard.index.terms.some(({ variable }) => readsData(variable))) return 'depends';
  const { low, high } = rangeOf(guard.index);
  if (low >= guard.low && high < guard.high) return 'always';
  return high < guard.low || low >= guard.high ? 'never' : 'depends';
}

function readsData(variable: Variable): boolean {
  if (variable.kind === 'value') return !variable.bounded;
  return variable.kind === 'quotient' && variable.dividend.terms.some((term) => readsData(term.variable));
}

/** Every expression that a root is computed from, each once, operands first; indices and guards included. */
export function visitExpressions(
  roots: readonly Expression[],
  visit: (expression: Expression) => void,
): void {
  const seen = new Set<Expression>();
  const enter = (expression: Expression): void => {
    if (seen.has(expression)) return;
    seen.add(expression);
    for (const operand of operandsOf(expression)) enter(operand);
    for (const index of indicesOf(expression)) enterIndex(index);
    visit(expression);
  };
  const enterIndex = (index: Affine): void => {
    for (const { variable } of index.terms) {
      if (variable.kind === 'value') enter(variable.value);
      if (variable.kind === 'quotient') enterIndex(variable.dividend);
    }
  };
  roots.forEach(enter);
}

export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'apply':
      return expression.operands;
    case 'cast':
      return [expression.operand];
    case 'guarded':
      return [expression.inside, expression.outside];
    case 'uniform':
      return [expression.seed, expression.step, expression.index];
    case 'load':
    case 'reference':
    case 'constant':
    case 'integer':
      return [];
    default:
      return expression satisfies never;
  }
}

export function indicesOf(expression: Expression): readonly Affine[] {
  switch (expression.kind) {
    case 'load':
      return [expression.index];
    case 'reference':
      return expression.index;
    case 'integer':
      return [expression.value];
    case 'guarded':
      return expression.guards.map((guard) => guard.index);
    case 'apply':
    case 'cast':
    case 'uniform':
    case 'constant':
      return [];
    default:
      return expression satisfies never;
  }
}

export function elementCount(node: Node): number {
  return sizeOf(node.type.shape);
}
