/**
 * The forms of the two halves of differentiation. A tangent rule says how the tangents of the inputs become those of
 * the results, in operators that are linear in them; a transpose rule runs one linear operator backwards.
 * `undefined` is a tangent or cotangent that is zero by structure: nothing is built for it.
 */
import type { GraphBuilder } from '../builder.js';
import type { Node, Operator, Region } from '../graph.js';

export type Tangent = Node | undefined;

/**
 * `joint`: loops carry primal and tangent together (forward mode). `separate`: the primal loop saves its
 * carries and a second, linear loop computes the tangents from them, so that it can be transposed.
 */
export type LoopForm = 'joint' | 'separate';

export interface Differential {
  readonly primals: readonly Node[];
  readonly tangents: readonly Tangent[];
}

/** Differentiates a region's body inside a builder; rules for nested regions receive it. */
export type DifferentiateInto = (
  b: GraphBuilder,
  region: Region,
  primals: readonly Node[],
  tangents: readonly Tangent[],
  form: LoopForm,
) => Differential;

export interface TangentContext<O extends Operator> {
  readonly b: GraphBuilder;
  readonly operator: O;
  readonly inputs: readonly Node[];
  readonly tangents: readonly Tangent[];
  /** The primal result, already built. */
  readonly output: Node;
}

/** For operators with one result. At least one tangent is there. */
export type TangentRule<O extends Operator> = (context: TangentContext<O>) => Tangent;

export interface ControlContext<O extends Operator> {
  readonly b: GraphBuilder;
  readonly operator: O;
  readonly inputs: readonly Node[];
  readonly tangents: readonly Tangent[];
  readonly form: LoopForm;
  readonly differentiate: DifferentiateInto;
}

/** For operators with several results, which build their primal together with the tangents. */
export type ControlTangentRule<O extends Operator> = (context: ControlContext<O>) => Differential;

/** Rebuilds a region's body with placeholders for its linear parameters and runs it backwards. */
export type TransposeInto = (
  b: GraphBuilder,
  region: Region,
  /** The arguments; undefined for the parameters in which the region is linear. */
  values: readonly (Node | undefined)[],
  cotangents: readonly Tangent[],
) => readonly Tangent[];

export interface TransposeContext<O extends Operator> {
  readonly b: GraphBuilder;
  readonly operator: O;
  readonly node: Node;
  readonly inputs: readonly Node[];
  /** Which inputs the cotangent must reach; the others are known values. */
  readonly linear: readonly boolean[];
  /** One for each result. */
  readonly cotangents: readonly Tangent[];
  readonly transposeInto: TransposeInto;
}

/** Cotangents of the inputs; those of inputs that are not linear are ignored. */
export type TransposeRule<O extends Operator> = (context: TransposeContext<O>) => readonly Tangent[];

export type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

export function addTangents(b: GraphBuilder, left: Tangent, right: Tangent): Tangent {
  if (left === undefined) return right;
  return right === undefined ? left : b.binary('add', left, right);
}

export function orZero(b: GraphBuilder, tangent: Tangent, like: Node): Node {
  return tangent ?? b.like(like, 0);
}
