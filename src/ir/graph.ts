/**
 * The graph IR: immutable, hash-consed, statically shaped SSA nodes in closed regions. A `Region` is a function:
 * its results are computed from its parameters and from nothing else, so differentiation, batching and inlining are
 * functions from regions to regions and never depend on the identity of a node in some larger graph.
 *
 * Shapes never broadcast by themselves: a `broadcast` node says which output axes carry the input's axes. Everything
 * an operator means (type rule, evaluation, derivative, transpose, batching, lowering) stands in its row of the
 * operator table; this file only says what operators there are.
 */
import type { Span } from '../parser/source.js';

/** `int` values are exact integers of magnitude below 2^31; `bool` is false or true. */
export type DType = 'real' | 'int' | 'bool';

/** A static size. (A symbolic row extent will become a second alternative; treat sizes through `Extent`.) */
export type Extent = number;
export type Shape = readonly Extent[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** `round` takes ties to the even neighbour. */
export type UnaryElementwise =
  | 'negate'
  | 'abs'
  | 'sign'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sqrt'
  | 'square'
  | 'reciprocal'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'sigmoid'
  | 'softplus'
  | 'log_sigmoid'
  | 'erf'
  | 'erfc'
  | 'lgamma'
  | 'digamma'
  | 'trigamma'
  | 'not'
  | 'is_finite';

/**
 * Arithmetic works on two reals or two ints and gives the same dtype (`divide`, `power`, `atan2` are real only;
 * `floor_divide` and `modulo` follow the floor, on ints and reals; `modulo` has the sign of the divisor).
 * Comparisons take two operands of one dtype and give bool.
 */
export type BinaryElementwise =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'power'
  | 'maximum'
  | 'minimum'
  | 'atan2'
  | 'floor_divide'
  | 'modulo'
  | 'equal'
  | 'not_equal'
  | 'less'
  | 'less_equal'
  | 'greater'
  | 'greater_equal'
  | 'and'
  | 'or';

/** `select(condition: bool, then, otherwise)`. */
export type TernaryElementwise = 'select';

export type ElementwiseName = UnaryElementwise | BinaryElementwise | TernaryElementwise;

export type Monoid = 'sum' | 'product' | 'max' | 'min' | 'and' | 'or';

export type Operator =
  /** Input number `index` of the region. Each region owns its parameters; they are never shared or consed. */
  | { readonly kind: 'parameter'; readonly index: number; readonly name: string }
  /** One value in every element. Bools are 0 and 1. NaN and infinities are allowed. */
  | { readonly kind: 'constant'; readonly value: number }
  /** Few given values in row-major order (splits, lists, weights). */
  | { readonly kind: 'literal'; readonly values: readonly number[] }
  /** All inputs have the output's shape. */
  | { readonly kind: 'elementwise'; readonly name: ElementwiseName }
  /** real <-> int <-> bool. real to int truncates; to bool is `!= 0`. */
  | { readonly kind: 'cast' }
  /** Input axis a becomes output axis `axes[a]` (strictly increasing); the other output axes repeat the input. */
  | { readonly kind: 'broadcast'; readonly axes: readonly number[] }
  | { readonly kind: 'reshape' }
  /** Output axis a is input axis `permutation[a]`. */
  | { readonly kind: 'transpose'; readonly permutation: readonly number[] }
  | { readonly kind: 'reverse'; readonly axes: readonly number[] }
  /** Elements start, start + stride, ... below limit on each axis. */
  | {
      readonly kind: 'slice';
      readonly starts: readonly number[];
      readonly limits: readonly number[];
      readonly strides: readonly number[];
    }
  /** Zeros (false) before, after and `interior` many between neighbours, on each axis. */
  | {
      readonly kind: 'pad';
      readonly low: readonly number[];
      readonly high: readonly number[];
      readonly interior: readonly number[];
    }
  | { readonly kind: 'concat'; readonly axis: number }
  /** Each element is its own index on `axis`, as an int. */
  | { readonly kind: 'iota'; readonly axis: number }
  /** The axes disappear. An empty sum is 0, product 1, max -inf, min inf, and true, or false. */
  | { readonly kind: 'reduce'; readonly monoid: Monoid; readonly axes: readonly number[] }
  /** Index of the first extreme element on `axis`, as an int; the axis disappears. */
  | { readonly kind: 'argreduce'; readonly direction: 'max' | 'min'; readonly axis: number }
  /** Inclusive scan; `reverse` runs from the end. */
  | {
      readonly kind: 'cumulative';
      readonly monoid: 'sum' | 'product' | 'max' | 'min';
      readonly axis: number;
      readonly reverse: boolean;
    }
  /**
   * Sum of products of two reals over the paired `contract` axes. `batch` and `contract` list pairs [left axis,
   * right axis]. Output axes: the batch axes in order, then the left's free axes, then the right's.
   */
  | {
      readonly kind: 'contraction';
      readonly batch: readonly (readonly [number, number])[];
      readonly contract: readonly (readonly [number, number])[];
    }
  /**
   * inputs: operand [batch.., K, rest..], indices int [batch.., index..]; output [batch.., index.., rest..]. `batch` leading
   * axes are shared. Unless `inBounds`, an index outside 0..K-1 gives NaN (0 for int and bool).
   */
  | { readonly kind: 'gather'; readonly batch: number; readonly inBounds: boolean }
  /** inputs: base [batch.., K, rest..], indices as in gather, updates [batch.., index.., rest..]; adds (repeated indices add up); out-of-range updates are dropped. */
  | { readonly kind: 'scatter_add'; readonly batch: number; readonly inBounds: boolean }
  /** As scatter_add, but sets. Where indices repeat the last one in row-major order wins. */
  | { readonly kind: 'scatter_set'; readonly batch: number; readonly inBounds: boolean }
  /** The stable order that sorts the last axis, as ints. */
  | { readonly kind: 'argsort'; readonly descending: boolean }
  /**
   * inputs: seed (int, scalar), step (int, scalar), index (int, any shape). Output real of index's shape, uniform in
   * (0, 1): word `word` (0..3) of Philox4x32-10 with counter (index, step, 0, 0) and key (seed, stream), taken as
   * ((word >>> 9) + 0.5) * 2^-23, which is exact in f32.
   */
  | { readonly kind: 'uniform'; readonly stream: number; readonly word: 0 | 1 | 2 | 3 }
  /** inputs: A real [.., n, n], symmetric (the lower triangle is read). Output lower L with L L' = A; NaN where A is not positive definite. */
  | { readonly kind: 'cholesky' }
  /** inputs: A real [.., n, n] triangular, B real [.., n, k]. Output X with op(A) X = B, op = transpose if `transposed`. */
  | {
      readonly kind: 'triangular_solve';
      readonly lower: boolean;
      readonly transposed: boolean;
      readonly unitDiagonal: boolean;
    }
  /**
   * Factorizations whose factors have as many columns stand in one result, one below the other (see `factorizations.ts`).
   * inputs: A real [.., n, n], symmetric (the lower triangle is read). Output [.., 1 + n, n]: the eigenvalues, ascending,
   * and the matrix whose columns are the eigenvectors.
   */
  | { readonly kind: 'symmetric_eigen' }
  /** inputs: A real [.., m, n], m >= n. Output [.., m + n, n]: Q with orthonormal columns, R upper with a diagonal >= 0. */
  | { readonly kind: 'qr' }
  /** inputs: A real [.., m, n], m >= n. Output [.., m + 1 + n, n]: U, the singular values, descending, V; A = U diag(s) V'. */
  | { readonly kind: 'svd' }
  /**
   * A function of the host (`extern fn`), called once for each index of the leading `lanes` axes, which all inputs and
   * the output share. Output real, of a declared shape. It has no derivative.
   */
  | { readonly kind: 'host_call'; readonly name: string; readonly lanes: number }
  /**
   * Multi-result. inputs: the initial carries, then the invariants, then the xs (leading axis = max).
   * body parameters: [k: int scalar, carries.., invariants.., x slices..]; body results: [carries.., y slices..].
   * condition parameters: [k, carries.., invariants..]; result [bool scalar], tested before each turn; the loop stops at the first
   * false. Results: the final carries, then the ys stacked on a leading axis of size max (zeros for turns not taken).
   */
  | {
      readonly kind: 'loop';
      readonly max: number;
      readonly carries: number;
      readonly invariants: number;
      readonly body: Region;
      readonly condition: Region | undefined;
    }
  /** Multi-result. inputs: condition (bool scalar), then the captured values, which are the parameters of both regions. */
  | { readonly kind: 'cond'; readonly then: Region; readonly otherwise: Region }
  /** Result `index` of a multi-result node. */
  | { readonly kind: 'result'; readonly index: number }
  /** The identity, with derivative zero. */
  | { readonly kind: 'stop_gradient' }
  /**
   * inputs: value (real), condition (bool, same shape). The identity on value; its derivative is the identity where
   * the condition holds and exactly 0 elsewhere, even when the incoming tangent or cotangent is NaN or infinite there.
   */
  | { readonly kind: 'mask_tangent' }
  /**
   * inputs: value (real), then x1.., then captured values. The identity on value, which is taken for a function of x1..;
   * `rule`: [u like value, x1.., captured..] -> for each x, u times the Jacobian by it. Captured values have derivative zero.
   */
  | { readonly kind: 'derivative_rule'; readonly rule: Region }
  /**
   * inputs: x real [lanes.., n], then captured values. The identity on x, which is taken for the root of `residual`:
   * [x, captured..] -> real [lanes.., n]; its derivative by the captured values is that of the root. The Jacobian of
   * the residual by x is symmetric and does not mix the `lanes` leading axes.
   */
  | {
      readonly kind: 'implicit_root';
      readonly lanes: number;
      readonly residual: Region;
      readonly solver: LinearSolver;
    }
  /**
   * inputs: right side real [lanes.., n], then captured values. The z with apply(z, captured..) = right side, for an
   * `apply` that is linear and symmetric in z and does not mix lanes.
   */
  | {
      readonly kind: 'linear_solve';
      readonly lanes: number;
      readonly apply: Region;
      readonly solver: LinearSolver;
    };

/**
 * `cg`: conjugate gradients, at most `iterations` (twice n where it is -1), until the residual is `tolerance` times the right
 * side. `neumann`: `iterations` terms of tolerance * sum of (I - tolerance * A)^k.
 */
export interface LinearSolver {
  readonly method: 'cg' | 'neumann';
  readonly iterations: number;
  readonly tolerance: number;
}

export type OperatorKind = Operator['kind'];

export interface Node {
  /** Unique within the process; grows with construction order, so inputs always have smaller ids. */
  readonly id: number;
  readonly operator: Operator;
  readonly inputs: readonly Node[];
  /** The type of the only result; of the first one for multi-result nodes. */
  readonly type: TensorType;
  /** All result types of a multi-result node (`loop`, `cond`), which only `result` nodes may consume. */
  readonly results: readonly TensorType[] | undefined;
  /** Where the value comes from in the source, for messages; not part of the node's identity. */
  readonly span: Span | undefined;
  /** The name of the `let`, parameter or state that it holds, for readable output; not part of the identity. */
  readonly label: string | undefined;
}

/** A closed function from parameters to results. */
export interface Region {
  readonly parameters: readonly Node[];
  readonly results: readonly Node[];
}
