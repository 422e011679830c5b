/**
 * The typed syntax tree: what the checker hands to the evaluator and to elaboration. All names are resolved to
 * symbols, calls to one candidate with its dimensions instantiated, lifting and mapping are explicit, and modules
 * are one instance each with static loops over layers unrolled. Broadcasting stays implicit but is always one of:
 * scalar with array, equal shapes, trailing dimensions; so a consumer aligns operands at their last axes.
 *
 * Sizes are still symbolic. A consumer carries an environment: DimensionSymbol -> integer, RunSymbol -> sizes.
 */
import type { Span } from '../parser/source.js';
import type { SetOperation } from './set_operations.js';
import type { Dimension, DimensionSymbol, RunSymbol, ShapeType, Type } from './types.js';

// --------------------------------------------------------------------------------------------------- symbols

export type SymbolRole =
  | 'hyper'
  | 'data'
  | 'param'
  | 'let'
  | 'state'
  /** A parameter of a function, module, optimizer or schedule. */
  | 'argument'
  | 'binder'
  | 'loop'
  | 'local'
  /** `x`, `g`, `f`, `t`, `T` of an optimizer; `t`, `T` of a schedule; `grad_norm`, `value`, `step` in `until`. */
  | 'implicit'
  | 'model'
  | 'function';

/** A named value. Compared by identity. */
export interface ValueSymbol {
  readonly id: number;
  readonly name: string;
  readonly role: SymbolRole;
  readonly type: Type;
  readonly span: Span;
  /** For integers known at compile time: the dimension symbol that stands for the value in shapes. */
  readonly dimension: DimensionSymbol | undefined;
}

// ----------------------------------------------------------------------------------------------- expressions

interface Typed {
  readonly type: Type;
  readonly span: Span;
}

export type TypedExpression =
  | TypedConstant
  | TypedReference
  | TypedDimensionValue
  | TypedApply
  | TypedMatmul
  | TypedIf
  | TypedIndex
  | TypedComprehension
  | TypedReduce
  | TypedReduceAxes
  | TypedCall
  | TypedCallValue
  | TypedFunctionValue
  | TypedStructural
  | TypedList
  | TypedRecord
  | TypedField
  | TypedDerivative
  | TypedDraw
  | TypedRaw
  | TypedObjectiveQuery
  | TypedSetQuery
  | TypedApplyOptimizer
  | TypedOptimizerValue
  | TypedScheduleCall
  | TypedHostCall
  | TypedBlockExpression
  | TypedNested;

/** A number or truth value (0 or 1). Type int, real or bool, scalar. */
export interface TypedConstant extends Typed {
  readonly kind: 'constant';
  readonly value: number;
}

export interface TypedReference extends Typed {
  readonly kind: 'reference';
  readonly symbol: ValueSymbol;
}

/** The value of a dimension as an int: `log(n)`, `n - 1`. */
export interface TypedDimensionValue extends Typed {
  readonly kind: 'dimension';
  readonly dimension: Dimension;
  /** `total(N)`: under `batch`, the size of the whole table instead of the batch. */
  readonly total: boolean;
}

/** Elementwise operations of the language. Int operands of a real operation are widened by the consumer. */
export type ApplyName =
  | 'negate'
  | 'not'
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'power'
  | 'equal'
  | 'not_equal'
  | 'less'
  | 'less_equal'
  | 'greater'
  | 'greater_equal'
  | 'and'
  | 'or'
  | 'maximum'
  | 'minimum'
  | 'atan2'
  | 'floor_divide'
  | 'modulo'
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
  | 'erf'
  | 'erfc'
  | 'lgamma'
  | 'digamma'
  | 'is_finite'
  /** int/bool/class to real, and real to int (toward zero): `real(x)`, `int(x)`. */
  | 'to_real'
  | 'to_int';

/** Result type: int if all operands are int/class-as-number and the operation keeps ints (add, subtract, multiply, negate, maximum, minimum, abs, sign, floor_divide, modulo), bool for comparisons and logic, else real. */
export interface TypedApply extends Typed {
  readonly kind: 'apply';
  readonly operator: ApplyName;
  readonly operands: readonly TypedExpression[];
}

/** `a @ b`: last axis of a with second-to-last of b (or its only axis); vectors as in NumPy; leading runs broadcast. */
export interface TypedMatmul extends Typed {
  readonly kind: 'matmul';
  readonly left: TypedExpression;
  readonly right: TypedExpression;
}

/** The condition is a scalar bool. Only the taken branch contributes a value or a derivative. */
export interface TypedIf extends Typed {
  readonly kind: 'if';
  readonly condition: TypedExpression;
  readonly then: TypedExpression;
  readonly otherwise: TypedExpression;
}

export type TypedIndexItem =
  | { readonly kind: 'at'; readonly value: TypedExpression }
  /** Elements from .. from + size - 1; keeps the axis. */
  | { readonly kind: 'range'; readonly from: TypedExpression; readonly size: Dimension };

/** Indices apply to the first axes; the remaining axes are kept. An `at` value may be an array of indices only when it is the only index (a gather). */
export interface TypedIndex extends Typed {
  readonly kind: 'index';
  readonly object: TypedExpression;
  readonly indices: readonly TypedIndexItem[];
}

/** The symbol runs over from .. from + size - 1. */
export interface TypedBinder {
  readonly symbol: ValueSymbol;
  readonly from: Dimension;
  readonly size: Dimension;
}

/** Shape: the binders' sizes, then the body's own shape. */
export interface TypedComprehension extends Typed {
  readonly kind: 'comprehension';
  readonly binders: readonly TypedBinder[];
  readonly body: TypedExpression;
}

export type ReduceName =
  | 'sum'
  | 'mean'
  | 'product'
  | 'max'
  | 'min'
  | 'any'
  | 'all'
  | 'logsumexp'
  | 'count'
  /** Euclidean norm (derivative 0 at 0), population variance, population standard deviation. */
  | 'norm'
  | 'variance'
  | 'deviation'
  | 'argmax'
  | 'argmin';

/** `sum(i in N where g: e)`. The body is a scalar. Guarded-out elements contribute nothing; an empty mean is 0. */
export interface TypedReduce extends Typed {
  readonly kind: 'reduce';
  readonly operator: ReduceName;
  readonly binders: readonly TypedBinder[];
  readonly guard: TypedExpression | undefined;
  readonly body: TypedExpression;
}

/** `sum(e)` or `sum(e over K)`. */
export interface TypedReduceAxes extends Typed {
  readonly kind: 'reduce_axes';
  readonly operator: ReduceName;
  readonly operand: TypedExpression;
  /** Axes counted from the end, 1 = last; or all, the run included. */
  readonly axes: readonly number[] | 'all';
}

/**
 * How a call is mapped over its arguments. `elementwise`: all parameters and the result are scalars, the arguments
 * broadcast to `shape`. `over`: the call runs once for each index of each listed dimension, which becomes a leading
 * axis of the result (in order); axes[a] is that dimension's axis in argument a counted from the end (1 = last), or
 * undefined where the argument does not have it.
 */
export type Lift =
  | { readonly kind: 'elementwise'; readonly shape: ShapeType }
  | {
      readonly kind: 'over';
      readonly over: readonly {
        readonly dimension: Dimension;
        readonly axes: readonly (number | undefined)[];
      }[];
    };

/** What the dimension and run parameters of a function are at one call. */
export interface Instantiation {
  readonly dimensions: readonly { readonly symbol: DimensionSymbol; readonly value: Dimension }[];
  readonly run: { readonly symbol: RunSymbol; readonly value: ShapeType } | undefined;
}

/** A call of a function of the file or library, or of a model (whose `forward` it is). All arguments are given, defaults filled in, in parameter order. */
export interface TypedCall extends Typed {
  readonly kind: 'call';
  readonly function: TypedFunction;
  readonly arguments: readonly TypedExpression[];
  readonly instantiation: Instantiation;
  readonly lift: Lift | undefined;
}

/** A call of a function-typed argument: `activation(h)`. */
export interface TypedCallValue extends Typed {
  readonly kind: 'call_value';
  readonly callee: ValueSymbol;
  readonly arguments: readonly TypedExpression[];
  readonly lift: Lift | undefined;
}

/** A function handed over as a value. `builtin` is an elementwise operation of one operand, e.g. `tanh`. */
export interface TypedFunctionValue extends Typed {
  readonly kind: 'function_value';
  readonly target:
    | { readonly kind: 'function'; readonly function: TypedFunction }
    | { readonly kind: 'builtin'; readonly operator: ApplyName };
}

export type StructuralName =
  /** One operand, a scalar; the result type gives the shape: zeros(n, m), ones(n), full(v, n), and widening a scalar to an annotated shape. */
  | 'fill'
  /** No operand; the result is [n, n]. */
  | 'identity'
  /** Swaps the last two axes. */
  | 'transpose'
  /** Along the first own axis (after a run). Any number of operands. */
  | 'concat'
  /** To the result type's shape, row-major. */
  | 'reshape'
  /** pick(a[..., K], label[...]) = a[..., label]. */
  | 'pick'
  /** Along the last axis. */
  | 'cumsum'
  | 'cumprod'
  | 'sort'
  | 'argsort'
  | 'reverse'
  /** Lower factor of a symmetric positive definite matrix. */
  | 'cholesky'
  /** solve_lower(L, b), solve_upper(U, b): triangular; b is a vector or a matrix. */
  | 'solve_lower'
  | 'solve_upper'
  /** Factors of one matrix, made from `eigh`, `qr` and `svd`: see `factorizations.ts`. */
  | 'eigen_values'
  | 'eigen_vectors'
  | 'qr_q'
  | 'qr_r'
  | 'svd_u'
  | 'svd_s'
  | 'svd_v'
  /** diag(v) makes a matrix, diagonal(A) takes the vector. */
  | 'diag'
  | 'diagonal'
  /** The identity with derivative zero. */
  | 'stop'
  /** A draw and a truth value: the draw, or where its parameters are impossible NaN. */
  | 'possible'
  /** No operand: true while an optimizer's step is taken, false in reports. */
  | 'training'
  /** No operand; the result is real [shape]: initial weights, uniform in +-sqrt(6 / (fan_in + fan_out)); normal with variance 2 / fan_in; 1 / fan_in. `key` names the draw. */
  | 'glorot'
  | 'he'
  | 'lecun';

export interface TypedStructural extends Typed {
  readonly kind: 'structural';
  readonly operator: StructuralName;
  readonly operands: readonly TypedExpression[];
}

/** `[a, b, c]`: a new leading axis. */
export interface TypedList extends Typed {
  readonly kind: 'list';
  readonly elements: readonly TypedExpression[];
}

export interface TypedRecord extends Typed {
  readonly kind: 'record';
  readonly fields: readonly { readonly name: string; readonly value: TypedExpression }[];
}

export interface TypedField extends Typed {
  readonly kind: 'field';
  readonly object: TypedExpression;
  readonly name: string;
}

/**
 * Derivatives of `value` with respect to the named binding `variable`: everything computed from that binding, `let`s
 * in between included, counts as a function of it. gradient: value scalar, result of variable's shape. jacobian: value's shape, then variable's.
 * hessian: variable's shape twice. hvp, jvp take a direction of variable's shape, vjp one of value's shape.
 */
export interface TypedDerivative extends Typed {
  readonly kind: 'derivative';
  readonly operator: 'gradient' | 'jacobian' | 'hessian' | 'hvp' | 'jvp' | 'vjp';
  readonly value: TypedExpression;
  readonly variable: ValueSymbol;
  readonly direction: TypedExpression | undefined;
}

/** Primitive noise: in `data` once for the table, in `param` once for the start, in a `let` at every step. */
export interface TypedDraw extends Typed {
  readonly kind: 'draw';
  /** Standard normal, or uniform between 0 and 1; what a distribution makes of it is a call of its `sample`. */
  readonly noise: 'normal' | 'uniform';
  /** Tells the several numbers apart that one element of a draw takes; from 0. */
  readonly lane: number;
  /** The path of a name that is drawn at every step, `net.drop.keep`, or `.z` in an optimizer, whose own path goes before it; undefined for what is drawn once, which has the name of its column or parameter. */
  readonly path: string | undefined;
  /** The loops around the name, outermost first: each turn draws anew. */
  readonly turns?: readonly Turn[];
}

export interface Turn {
  readonly symbol: ValueSymbol;
  readonly from: TypedExpression;
  readonly to: TypedExpression;
}

/** Columns of the data file (or the host's array) of a `data` block. */
export interface TypedRaw extends Typed {
  readonly kind: 'raw';
  readonly raw: RawColumns;
}

export interface RawColumns {
  readonly id: number;
  /** Name for the host: the declared column's, with a number after it when an expression reads several. */
  readonly name: string;
  /**
   * `columns(a..b, c)` / `columns(all except d)` give real[N, D]; `column(c)` gives the declared element type [N]; `host` is an array handed
   * in from outside; `characters` is a text file as class(K)[N] with K its distinct characters in code point order; `array` is a whole NPY or JSON array.
   */
  readonly selection:
    | {
        readonly kind: 'columns';
        readonly items: readonly (
          | { readonly kind: 'one'; readonly name: string; readonly span: Span }
          | { readonly kind: 'range'; readonly from: string; readonly to: string; readonly span: Span }
        )[];
      }
    | {
        readonly kind: 'all_except';
        readonly names: readonly { readonly name: string; readonly span: Span }[];
      }
    | { readonly kind: 'column'; readonly name: string; readonly span: Span }
    | { readonly kind: 'host' }
    | { readonly kind: 'characters' }
    | { readonly kind: 'array' };
  readonly type: Type;
  /** As written, `columns(p0..p63)`. */
  readonly text: string;
  readonly span: Span;
}

/** Questions an optimizer asks about the objective, on the step's batch and draws. Each `at` is real[P]. */
export interface TypedObjectiveQuery extends Typed {
  readonly kind: 'objective';
  /**
   * value(y), grad(y), hvp(y, v) and vhp(y, u), the Jacobian of the gradient times v and u times it, residuals(y) (of an objective that is a sum or mean of squares), jvp of residuals residual_jvp(y, v), residual_vjp(y, u);
   * equalities(y), inequalities(y) where a method treats constraints itself.
   */
  readonly query:
    | 'value'
    | 'gradient'
    | 'hvp'
    | 'vhp'
    | 'residuals'
    | 'residual_jvp'
    | 'residual_vjp'
    | 'equalities'
    | 'inequalities';
  readonly at: TypedExpression;
  readonly direction: TypedExpression | undefined;
  /** `on fresh`: a new batch. */
  readonly fresh: boolean;
}

/** What the sets of all variables make of vectors over them, each variable's set of its part: `project(y)`, `retract(x, v)`. real[P]. */
export interface TypedSetQuery extends Typed {
  readonly kind: 'set_query';
  readonly operation: SetOperation;
  readonly operands: readonly TypedExpression[];
}

/** `inner(x, g)`: one step of a wrapped optimizer from `at` with gradient `gradient`; its state and step count are its own. */
export interface TypedApplyOptimizer extends Typed {
  readonly kind: 'apply_optimizer';
  readonly optimizer: ValueSymbol;
  readonly at: TypedExpression;
  readonly gradient: TypedExpression;
}

/** `adam(lr = 1e-3)`: arguments in parameter order, defaults filled in. */
export interface TypedOptimizerValue extends Typed {
  readonly kind: 'optimizer_value';
  readonly optimizer: TypedOptimizer;
  readonly arguments: readonly TypedExpression[];
}

/** `cosine(3e-3, warmup = 50)` where a real is expected: its value at the current step. */
export interface TypedScheduleCall extends Typed {
  readonly kind: 'schedule_call';
  readonly schedule: TypedSchedule;
  readonly arguments: readonly TypedExpression[];
}

/** The body of an `extern fn`: the host's function on the function's own parameters. It has no derivative. */
export interface TypedHostCall extends Typed {
  readonly kind: 'host_call';
  readonly name: string;
  /** References to the parameters. */
  readonly arguments: readonly TypedExpression[];
}

/** Statements, then a value. */
export interface TypedBlockExpression extends Typed {
  readonly kind: 'block';
  readonly statements: readonly TypedStatement[];
  readonly result: TypedExpression;
}

/**
 * `argmin { ... }`: a problem in a problem. Its value is the solution that its optimizer reaches: the array of its one
 * parameter, or a record of several. Everything in it may read the names around it.
 */
export interface TypedNested extends Typed {
  readonly kind: 'nested';
  readonly word: 'argmin' | 'argmax';
  readonly parameters: readonly TypedParameter[];
  /** In dependency order. */
  readonly lets: readonly { readonly symbol: ValueSymbol; readonly value: TypedExpression }[];
  readonly objective: TypedObjective;
  readonly optimizer: TypedOptimizerValue;
  /** The largest number of steps, an int known before the run. */
  readonly steps: TypedExpression;
  readonly until: { readonly condition: TypedExpression; readonly names: TypedProblem['until'] } | undefined;
  readonly differentiation: TypedDifferentiation;
}

/** How a nested problem's solution is differentiated. */
export type TypedDifferentiation =
  | { readonly kind: 'unrolled' }
  /** Only through the last `steps`. */
  | { readonly kind: 'truncated'; readonly steps: TypedExpression }
  /**
   * By the implicit function theorem, at a point where the gradient is 0. `cg`: at most `iterations` conjugate gradient
   * steps until the residual is `tolerance` times what it was; `neumann`: `iterations` terms of the series with step `tolerance`.
   */
  | {
      readonly kind: 'implicit';
      readonly solver: 'cg' | 'neumann';
      /** An int known before the run; -1 for as many as there are unknowns. */
      readonly iterations: TypedExpression;
      readonly tolerance: TypedExpression;
      readonly span: Span;
    };

// ------------------------------------------------------------------------------------------------ statements

export type TypedStatement =
  | {
      readonly kind: 'let';
      readonly symbol: ValueSymbol;
      readonly value: TypedExpression;
      readonly span: Span;
    }
  /** Only in optimizers. The initial value may read `x`. */
  | {
      readonly kind: 'state';
      readonly symbol: ValueSymbol;
      readonly value: TypedExpression;
      readonly span: Span;
    }
  | {
      readonly kind: 'update';
      readonly symbol: ValueSymbol;
      readonly indices: readonly TypedIndexItem[];
      readonly value: TypedExpression;
      readonly span: Span;
    }
  /** Bounds are ints; the trip count must be known when sizes are. `condition` is tested before each turn. */
  | {
      readonly kind: 'for';
      readonly symbol: ValueSymbol;
      readonly from: TypedExpression;
      readonly to: TypedExpression;
      readonly condition: TypedExpression | undefined;
      readonly body: readonly TypedStatement[];
      readonly span: Span;
    }
  /** Scalar condition. The branches only update names bound outside, or bind names of their own. */
  | {
      readonly kind: 'if';
      readonly condition: TypedExpression;
      readonly then: readonly TypedStatement[];
      readonly otherwise: readonly TypedStatement[];
      readonly span: Span;
    }
  /** Only in optimizers: the body once for each parameter tensor; P and every value of shape [.., P] are those of that tensor. */
  | { readonly kind: 'per_tensor'; readonly body: readonly TypedStatement[]; readonly span: Span }
  | {
      readonly kind: 'assert';
      readonly condition: TypedExpression;
      readonly tolerance: TypedExpression | undefined;
      readonly span: Span;
    };

// --------------------------------------------------------------------------------------------- declarations

/** Checked once for all calls: dimensions and run are parameters. Also the `forward` of a model instance. */
export interface TypedFunction {
  readonly name: string;
  readonly doc: string;
  readonly parameters: readonly ValueSymbol[];
  readonly dimensions: readonly DimensionSymbol[];
  readonly run: RunSymbol | undefined;
  readonly result: Type;
  readonly body: TypedExpression;
  /** A derivative rule of its own, in place of that of the body. */
  readonly derivative?: TypedDerivativeRule;
  readonly span: Span;
}

/** u -> u times the Jacobian, over the function's parameters and `cotangent`, which is like the result. */
export interface TypedDerivativeRule {
  readonly cotangent: ValueSymbol;
  /** One for each parameter that has a derivative, of its type; the others have derivative zero. */
  readonly parts: readonly { readonly parameter: ValueSymbol; readonly field: string }[];
  /** A record with these fields. */
  readonly body: TypedExpression;
}

export interface TypedOptimizer {
  readonly name: string;
  readonly doc: string;
  readonly parameters: readonly ValueSymbol[];
  /** Implicit names: x: real[P], g: real[P], f: real, t: int, T: int. */
  readonly implicit: {
    readonly x: ValueSymbol;
    readonly g: ValueSymbol;
    readonly f: ValueSymbol;
    readonly t: ValueSymbol;
    readonly T: ValueSymbol;
    /** int[P]: whose each variable is, by place among the objectives of the game; 0 outside of one. */
    readonly player: ValueSymbol;
  };
  /** Of a handler, or of an optimizer that treats constraints itself: what it minimizes, and what else it sees and says. */
  readonly handles: TypedHandling | undefined;
  readonly isHandler: boolean;
  /** The dimension P of all parameters, and R, the number of residuals. */
  readonly size: DimensionSymbol;
  readonly residuals: DimensionSymbol;
  readonly statements: readonly TypedStatement[];
  readonly span: Span;
}

/** What makes an optimizer's form a handler: f, eq: real[E] and ineq: real[I] are the problem at x; g is of what it minimizes. */
export interface TypedHandling {
  readonly eq: ValueSymbol;
  readonly ineq: ValueSymbol;
  /** How far a step along the gradient, projected on the sets, would move: norm(g) where there are none. */
  readonly stationarity: ValueSymbol;
  /** Set to true, the step is dropped and the optimizer begins anew at x. */
  readonly restart: ValueSymbol;
  readonly equalities: DimensionSymbol;
  readonly inequalities: DimensionSymbol;
  /** Over f, eq and ineq (stand-ins where constraints have them), the states, and the names that the statements before it bind. */
  readonly objective: TypedExpression;
  readonly before: readonly TypedStatement[];
}

/** `subject to a <= b`: `value`, any real array, is at most 0, or equal to 0. */
export interface TypedConstraint {
  readonly name: string;
  readonly relation: 'equal' | 'at_most';
  readonly value: TypedExpression;
  /** What stands for `value` wherever derivatives are taken. */
  readonly proxy: TypedExpression | undefined;
  readonly span: Span;
}

export interface TypedSchedule {
  readonly name: string;
  readonly parameters: readonly ValueSymbol[];
  readonly implicit: { readonly t: ValueSymbol; readonly T: ValueSymbol };
  readonly body: TypedExpression;
  readonly span: Span;
}

export interface TypedDataColumn {
  readonly symbol: ValueSymbol;
  readonly value: TypedExpression;
  readonly doc: string;
}

export interface TypedData {
  readonly path: { readonly text: string; readonly span: Span } | undefined;
  readonly format: 'csv' | 'tsv' | 'json' | 'npy' | 'text' | undefined;
  readonly splits: readonly { readonly name: string; readonly percent: number }[];
  readonly seed: TypedExpression | undefined;
  /** The row dimension: the first dimension of the columns that are tables. */
  readonly rows: DimensionSymbol | undefined;
  readonly columns: readonly TypedDataColumn[];
  readonly span: Span;
}

export interface TypedParameter {
  readonly symbol: ValueSymbol;
  /** `net.layers[0].W`. */
  readonly path: string;
  /** The starting value, of the parameter's shape or a scalar to fill it; zeros when absent in the source. */
  readonly start: TypedExpression;
  /** The set that the parameter is kept in. One kept by `map` has none: what is optimized are its coordinates. */
  readonly membership: TypedMembership | undefined;
  readonly doc: string;
}

/** How a parameter is kept in its set; by `lmo` and by its own retractions the optimizer does it. */
export type Keeping = 'projection' | 'retraction' | 'mirror' | 'barrier' | 'lmo';

export interface TypedMembership {
  /** As written: `simplex(2)`. */
  readonly set: string;
  readonly keeping: Keeping;
  /** A point of the parameter's shape, and what else an operation of two takes. */
  readonly point: ValueSymbol;
  readonly other: ValueSymbol;
  /** What the set defines, over `point` and `other`. */
  readonly operations: Readonly<Partial<Record<SetOperation, TypedExpression>>>;
  /** The parameter after a step, over `point`, where it was, and `other`, where the optimizer put it. */
  readonly keep: TypedExpression | undefined;
  /** By barrier: what is added to the objective at step t of T, as a function of the parameter itself. */
  readonly added: TypedExpression | undefined;
  readonly span: Span;
}

/** A parameter kept by `map`: its own symbol is bound by a `let`, `coordinates` is a parameter. */
export interface TypedMapped {
  readonly symbol: ValueSymbol;
  readonly coordinates: ValueSymbol;
  readonly path: string;
}

export interface TypedLet {
  readonly symbol: ValueSymbol;
  readonly value: TypedExpression;
  readonly split: string | undefined;
}

/**
 * What is carried from step to step beside the parameters, without derivative: a `state` of the problem, a frozen copy, a
 * moving average. It is given before the first step; a state becomes `value` as at the start of a step, all at once; a copy
 * or an average takes `value` as at the end of the step.
 */
export interface TypedCarried {
  readonly symbol: ValueSymbol;
  /** `baseline`, `ref.layers[0].W`. */
  readonly path: string;
  /** Before the first step of the run; of a snapshot, before the first step of each phase. Scalars fill the shape. */
  readonly start: TypedExpression;
  readonly rule:
    | { readonly kind: 'state'; readonly value: TypedExpression | undefined }
    /** Written by the run, not by any step. */
    | { readonly kind: 'given'; readonly value: undefined }
    | {
        readonly kind: 'snapshot';
        readonly value: TypedExpression;
        readonly every: Every | undefined;
      }
    | { readonly kind: 'ema'; readonly value: TypedExpression; readonly decay: TypedExpression }
    /** A column of `data` that reads snapshots: made anew whenever they are, over the whole table. */
    | { readonly kind: 'remade'; readonly value: TypedExpression; readonly every: Every | undefined }
    /** `history(e)`: [steps, axes of e..], the value at every step of one phase; NaN for steps not taken. */
    | { readonly kind: 'history'; readonly value: TypedExpression; readonly phase: number };
  readonly span: Span;
}

export interface Every {
  readonly count: TypedExpression;
  readonly unit: 'steps' | 'epochs';
}

export interface TypedObjective {
  readonly label: string | undefined;
  readonly sense: 'minimize' | 'maximize';
  readonly value: TypedExpression;
  /** What it is optimized over, name by name; undefined for all variables that no other objective claims. */
  readonly over: readonly TypedVariables[] | undefined;
  readonly split: string | undefined;
  readonly span: Span;
}

/** A name after `over`: a parameter, or a model for all parameters of its own. */
export interface TypedVariables {
  readonly name: string;
  readonly symbols: readonly ValueSymbol[];
  readonly span: Span;
}

/** An optimizer of a `solve` and the parameters that it moves. */
export interface TypedGroup {
  readonly optimizer: TypedOptimizerValue;
  readonly variables: ReadonlySet<ValueSymbol>;
  /** `5 times`: turns in a row, where optimizers alternate. */
  readonly times: TypedExpression | undefined;
  readonly span: Span;
}

/** One objective of a game and the parameters that follow its gradient. */
export interface TypedPlayer {
  /** Its place among the objectives of the problem. */
  readonly objective: number;
  readonly variables: ReadonlySet<ValueSymbol>;
}

/**
 * What makes several objectives one. `on cagrad(c = 0.5)` is a direction: a call over `jacobian`, which stands for the
 * gradient. `on chebyshev(w)` is a scalarization: a call over `losses`, the number that is minimized.
 */
export interface TypedAggregation {
  readonly kind: 'direction' | 'scalarization';
  /** real[P] of a direction, real of a scalarization. */
  readonly value: TypedCall;
  /** real[count of objectives, P]: rows in source order, those of maximized objectives negated. */
  readonly jacobian: ValueSymbol;
  /** real[count of objectives]: the values, those of maximized objectives negated. */
  readonly losses: ValueSymbol;
  /** The step, an int. */
  readonly step: ValueSymbol;
  /** What a direction carries from step to step. */
  readonly states: readonly Extract<TypedStatement, { kind: 'state' }>[];
  /** The number of all parameters, P. */
  readonly size: DimensionSymbol;
  /** As written. */
  readonly title: string;
  readonly span: Span;
}

/** `front 32`: the solve is one of many, which the run makes. */
export interface TypedFront {
  /** An int. */
  readonly count: TypedExpression;
  /** real[objectives], of the point that is sought; carried, and given by the run. */
  readonly preference: ValueSymbol;
  /** real[count, objectives], all to be minimized, for reports; carried, and given by the run. */
  readonly points: ValueSymbol;
  readonly span: Span;
}

export type AggregatorProperty = 'non_conflicting' | 'permutation_invariant' | 'linear_under_scaling';

/** `is non_conflicting`: a property that an aggregator declares, and a call of it on a Jacobian of any sizes. */
export interface TypedProperty {
  /** The aggregator's. */
  readonly name: string;
  readonly property: AggregatorProperty;
  readonly call: TypedCall;
  readonly given: Readonly<Record<'jacobian' | 'losses' | 'preference' | 'step', ValueSymbol>>;
  readonly rows: DimensionSymbol;
  readonly columns: DimensionSymbol;
  readonly span: Span;
}

export interface TypedSolve {
  readonly labels: readonly string[];
  readonly front: TypedFront | undefined;
  /** That of the first group. */
  readonly optimizer: TypedOptimizerValue;
  /** One for each `using`, in source order. Parameters of no group keep their values. */
  readonly groups: readonly TypedGroup[];
  /** Present exactly where the chosen objectives are over different variables: each of them. */
  readonly players: readonly TypedPlayer[] | undefined;
  /** The groups move one after the other, each from where the earlier ones stand, instead of all at once. */
  readonly alternates: boolean;
  /** Present exactly where several objectives over the same variables are chosen; it replaces the gradient. */
  readonly aggregation: TypedAggregation | undefined;
  /** `by augmented_lagrangian()`: present where there are constraints, unless the optimizer treats them itself. */
  readonly handler: TypedOptimizerValue | undefined;
  /** The optimizer as written. */
  readonly title: string;
  readonly batch:
    { readonly size: TypedExpression; readonly inOrder: boolean; readonly span: Span } | undefined;
  readonly length: { readonly count: TypedExpression; readonly unit: 'steps' | 'epochs' } | undefined;
  /** A bool over the implicit names of `TypedProblem.until`. */
  readonly until: TypedExpression | undefined;
  readonly seed: TypedExpression | undefined;
  readonly span: Span;
}

/** `solve for 1000 steps { ... }`: statements run in order at every step, over parameters and states as they are then. */
export interface TypedProcess {
  /** How many of `TypedProblem.solves` come before it. */
  readonly position: number;
  readonly statements: readonly TypedStatement[];
  /** The parameters and states of the file that the statements update. */
  readonly updated: readonly ValueSymbol[];
  /** The step from 1, and how many there are. */
  readonly implicit: { readonly t: ValueSymbol; readonly T: ValueSymbol };
  readonly title: string;
  readonly count: TypedExpression;
  /** Tested before each step, over names of the file and the `step` of `TypedProblem.until`. */
  readonly until: TypedExpression | undefined;
  readonly seed: TypedExpression | undefined;
  readonly span: Span;
}

export interface TypedReport {
  readonly name: string;
  readonly value: TypedExpression;
  readonly split: string | undefined;
  /** Draws are made anew so many times, as at the steps -1, -2, ..., and the value is the mean. */
  readonly samples: TypedExpression | undefined;
  readonly doc: string;
  readonly span: Span;
}

export interface TypedTest {
  readonly name: string;
  readonly statements: readonly TypedStatement[];
  readonly span: Span;
}

export interface TypedHyper {
  readonly symbol: ValueSymbol;
  readonly value: TypedExpression;
  readonly interval: { readonly from: TypedExpression; readonly to: TypedExpression } | undefined;
  readonly doc: string;
}

/** `left` and `right` were assumed equal at `span`; to be verified when sizes are known. */
export interface SizeCheck {
  readonly left: Dimension;
  readonly right: Dimension;
  readonly span: Span;
}

export interface TypedProblem {
  readonly path: string;
  readonly precision: 'f64' | 'f32';
  /** Dimensions of the file, those with a value given in the source with it. */
  readonly dimensions: readonly {
    readonly symbol: DimensionSymbol;
    readonly value: TypedExpression | undefined;
  }[];
  readonly hypers: readonly TypedHyper[];
  /** The `extern fn` that the program calls. */
  readonly externs: readonly TypedFunction[];
  readonly data: readonly TypedData[];
  /** In source order, those of models included; this is the order of x. */
  readonly parameters: readonly TypedParameter[];
  /** Parameters that are given by coordinates; results show them and not the coordinates. */
  readonly mapped: readonly TypedMapped[];
  /** In dependency order. */
  readonly lets: readonly TypedLet[];
  readonly carried: readonly TypedCarried[];
  readonly objectives: readonly TypedObjective[];
  readonly constraints: readonly TypedConstraint[];
  readonly solves: readonly TypedSolve[];
  readonly processes: readonly TypedProcess[];
  /** Sizes that must be equal for the program to make sense and could not be compared yet. */
  readonly sizeChecks: readonly SizeCheck[];
  /** The symbols that `until` conditions read: grad_norm, value (objective), step, and kkt, how far the first-order conditions are from holding. */
  readonly until: {
    readonly gradNorm: ValueSymbol;
    readonly value: ValueSymbol;
    readonly step: ValueSymbol;
    readonly kkt: ValueSymbol;
  };
  readonly reports: readonly TypedReport[];
  readonly tests: readonly TypedTest[];
  /** What the aggregators of the file declare. */
  readonly properties: readonly TypedProperty[];
}
