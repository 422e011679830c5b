/**
 * What one elementwise operator is: its signature, how it prints as a JavaScript and as a WGSL expression, how a tangent
 * passes through it, and the facts that the convexity and domain checks ask for.
 *
 * The lowering is also the evaluation (it is compiled for the interpreter), so the two cannot disagree.
 */
import type { GraphBuilder } from '../../builder.js';
import type { Node } from '../../graph.js';
import type { AcceptedDType, Signature } from '../elementwise_types.js';
import type { ScalarLowering } from './lowering.js';
import type { WgslLowering } from './wgsl/lowering.js';

/**
 * The output's tangent that operand tangent `t` causes. It must be linear in `t`, built from operators that have a
 * transpose rule, with everything else computed from the primal operands `x` and output `y`.
 */
export type TangentRule = (b: GraphBuilder, t: Node, x: readonly Node[], y: Node) => Node | undefined;

export type Curvature = 'constant' | 'affine' | 'convex' | 'concave' | 'none';

/** `by_sign`: decreasing where the operand is negative, increasing where it is positive. */
export type Monotonicity = 'increasing' | 'decreasing' | 'by_sign' | 'none';

export type Sign = 'positive' | 'nonnegative' | 'nonpositive' | 'negative' | 'any';

/** Where the result is a number. `unit` is [-1, 1], `open_unit` its interior, `above_minus_one` x > -1. */
export type Domain =
  'all' | 'positive' | 'nonnegative' | 'nonzero' | 'above_minus_one' | 'at_least_one' | 'unit' | 'open_unit';

export interface OperandFacts {
  readonly monotonicity: Monotonicity;
  readonly domain: Domain;
}

interface RowOf<S extends Signature> {
  readonly signature: S;
  readonly lowering: ScalarLowering;
  /** How it prints as WGSL, for each dtype that the signature accepts: f32, i32 and bool never mix there. */
  readonly wgsl: Readonly<Record<AcceptedDType<S>, WgslLowering>>;
  /** One rule an operand; undefined where the derivative is zero (at kinks this is the chosen subgradient). */
  readonly tangents: readonly (TangentRule | undefined)[];
  /** Joint curvature in all operands, on the domain. */
  readonly curvature: Curvature;
  readonly operands: readonly OperandFacts[];
  /** Sign of the result, whatever the operands. */
  readonly sign: Sign;
  /** `kinks`: not at some points, where the rule picks a subgradient; `steps`: the derivative is zero or undefined. */
  readonly differentiable: 'everywhere' | 'kinks' | 'steps';
}

export type ElementwiseRow = { readonly [S in Signature]: RowOf<S> }[Signature];
