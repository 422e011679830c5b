/**
 * The syntax tree: what a `.opt` file says, before names are resolved. Nodes are immutable, each carries the span
 * it came from, and doc comments belong to the declaration below them. Everything is a discriminated union on
 * `kind`, so that a new form of syntax shows up as a type error in every stage that must know it.
 */
import type { SourceFile, Span } from './source.js';

interface Syntax {
  readonly span: Span;
}

/** A name with its place. */
export interface Identifier extends Syntax {
  readonly name: string;
}

export interface FileSyntax extends Syntax {
  readonly kind: 'file';
  readonly source: SourceFile;
  readonly declarations: readonly Declaration[];
}

// ---------------------------------------------------------------------------------------------- declarations

interface Documented extends Syntax {
  /** The text of the `///` comment above, without the slashes; empty when there is none. */
  readonly doc: string;
}

export type Declaration =
  | ImportDeclaration
  | DimensionDeclaration
  | HyperDeclaration
  | DataDeclaration
  | ParamDeclaration
  | LetDeclaration
  | FunctionDeclaration
  | ModuleDeclaration
  | ModelDeclaration
  | ObjectiveDeclaration
  | SolveDeclaration
  | ProcessDeclaration
  | ReportDeclaration
  | PrecisionDeclaration
  | TestDeclaration
  | OptimizerDeclaration
  | ScheduleDeclaration
  | SetDeclaration
  | DistributionDeclaration
  | ConstraintDeclaration
  | StateDeclaration
  | UpdateDeclaration;

/** `import { mlp, linear as dense } from std.nn` or `from "./mine.opt"`. */
export interface ImportDeclaration extends Documented {
  readonly kind: 'import';
  readonly names: readonly { readonly name: Identifier; readonly alias: Identifier | undefined }[];
  readonly from: { readonly kind: 'library' | 'path'; readonly text: string; readonly span: Span };
}

/** `dim N` (bound by the host) or `dim K = 10`. */
export interface DimensionDeclaration extends Documented {
  readonly kind: 'dim';
  readonly name: Identifier;
  readonly value: Expression | undefined;
}

/** `hyper width: int in 8..512 = 64`. */
export interface HyperDeclaration extends Documented {
  readonly kind: 'hyper';
  readonly name: Identifier;
  readonly type: TypeSyntax;
  readonly interval: Expression | undefined;
  readonly value: Expression | undefined;
}

/** `data "file.csv" split train 80%, test 20% seed 1 { X: real[N, D] = columns(a..d) }`. */
export interface DataDeclaration extends Documented {
  readonly kind: 'data';
  readonly path: { readonly text: string; readonly span: Span } | undefined;
  /** `as csv`, `as tsv`, `as json`, `as npy`, `as text`: overrides the file's ending. */
  readonly format: Identifier | undefined;
  readonly splits: readonly { readonly name: Identifier; readonly percent: number; readonly span: Span }[];
  readonly seed: Expression | undefined;
  readonly columns: readonly DataColumn[];
}

export interface DataColumn extends Documented {
  readonly name: Identifier;
  readonly type: TypeSyntax;
  /** `= expression`, `~ distribution`, or nothing (filled by the host or `--data`). */
  readonly value: Binding | undefined;
}

/** How a name gets its value. */
export interface Binding extends Syntax {
  readonly operator: '=' | '~';
  readonly expression: Expression;
}

/** `in simplex(1) by projection`: the set that a parameter lies in, and how it is kept there. */
export interface SetClause extends Syntax {
  readonly set: Expression;
  readonly how: Expression | undefined;
}

/** `param w: real[D] in simplex = 0`. */
export interface ParamDeclaration extends Documented {
  readonly kind: 'param';
  readonly name: Identifier;
  readonly type: TypeSyntax;
  readonly membership: SetClause | undefined;
  readonly value: Binding | undefined;
}

/** One name of `let a = 1, b: real[N] = X @ w`. */
export interface LetBinding extends Syntax {
  readonly name: Identifier;
  readonly type: TypeSyntax | undefined;
  readonly value: Binding;
}

export interface LetDeclaration extends Documented {
  readonly kind: 'let';
  readonly bindings: readonly LetBinding[];
  readonly split: Identifier | undefined;
  readonly every: EveryClause | undefined;
}

/** `every 10 epochs`, behind `snapshot(e)`: how often the copy is made anew. */
export interface EveryClause extends Syntax {
  readonly count: Expression;
  readonly unit: 'steps' | 'epochs';
}

/** `state baseline: real = 0`: a value of the problem that is carried from step to step. */
export interface StateDeclaration extends Documented {
  readonly kind: 'problem_state';
  readonly bindings: readonly LetBinding[];
}

/** `baseline <- e`: what a state of the problem becomes at each step. */
export interface UpdateDeclaration extends Documented {
  readonly kind: 'problem_update';
  readonly name: Identifier;
  readonly indices: readonly Expression[];
  readonly value: Expression;
}

export interface Parameter extends Syntax {
  readonly name: Identifier;
  readonly type: TypeSyntax;
  readonly defaultValue: Expression | undefined;
}

/** A body is one expression (`= e`) or a block that ends in `return`. */
export type Body = { readonly kind: 'expression'; readonly expression: Expression } | Block;

export interface Block extends Syntax {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
}

export interface FunctionDeclaration extends Documented {
  readonly kind: 'fn';
  /** `aggregator upgrad(J: real[m, n]): real[n]`: a function that a `solve` may apply to the Jacobian (`on`). */
  readonly aggregator: boolean;
  /** `is non_conflicting`: what an aggregator claims, for `argmin test` to try. */
  readonly properties: readonly Identifier[];
  /** `extern fn f(x: real[n]): real`: the host supplies it, and the body is empty (an `error` expression). */
  readonly extern?: true;
  readonly name: Identifier;
  readonly parameters: readonly Parameter[];
  readonly result: TypeSyntax | undefined;
  readonly body: Body;
  /** `derivative(u) = { x = e }`: a rule of its own. */
  readonly derivative:
    { readonly cotangent: Identifier; readonly body: Body; readonly span: Span } | undefined;
}

/** `module linear(inputs: int, outputs: int)(x: real[..., inputs]): real[..., outputs] { ... }`. */
export interface ModuleDeclaration extends Documented {
  readonly kind: 'module';
  readonly name: Identifier;
  readonly statics: readonly Parameter[];
  readonly parameters: readonly Parameter[];
  readonly result: TypeSyntax | undefined;
  readonly body: Block;
}

/** `model net = mlp(inputs = D, hidden = [32], outputs = K)`; also a statement of a module body. */
export interface ModelDeclaration extends Documented {
  readonly kind: 'model';
  readonly name: Identifier;
  readonly value: Expression;
  readonly every: EveryClause | undefined;
}

export interface ObjectiveDeclaration extends Documented {
  readonly kind: 'objective';
  readonly sense: 'minimize' | 'maximize';
  readonly label: Identifier | undefined;
  readonly value: Expression;
  /** `over u, net`: the variables that this objective chooses; undefined for those that no other claims. */
  readonly over: readonly Identifier[] | undefined;
  readonly split: Identifier | undefined;
}

/** `using adam(1e-3) over critic 5 times`. */
export interface UsingClause {
  readonly optimizer: Expression;
  readonly over: readonly Identifier[] | undefined;
  readonly times: Expression | undefined;
  readonly span: Span;
}

/** `solve using adam(1e-3) batch 64 for 20 epochs until grad_norm < 1e-8 seed 7`. */
export interface SolveDeclaration extends Documented {
  readonly kind: 'solve';
  readonly labels: readonly Identifier[];
  /** `front 32`: how many points of the Pareto front. */
  readonly front: Expression | undefined;
  /** Of the first `using`. */
  readonly optimizer: Expression;
  /** All of them, the first included. */
  readonly using: readonly UsingClause[];
  /** `alternating` or `simultaneous`. */
  readonly order: { readonly kind: 'alternating' | 'simultaneous'; readonly span: Span } | undefined;
  /** `on upgrad`, `on cagrad(c = 0.5)`. */
  readonly aggregator: Expression | undefined;
  /** `by augmented_lagrangian()`. */
  readonly handler: Expression | undefined;
  readonly batch: { readonly size: Expression; readonly inOrder: boolean; readonly span: Span } | undefined;
  readonly length:
    { readonly count: Expression; readonly unit: 'steps' | 'epochs'; readonly span: Span } | undefined;
  readonly until: Expression | undefined;
  readonly seed: Expression | undefined;
  /** Of a nested problem: how its solution is differentiated. */
  readonly differentiation: DifferentiationClause | undefined;
  /** Of a nested problem: `warm` goes on from the solution of the last step. */
  readonly start: { readonly kind: 'warm' | 'cold'; readonly span: Span } | undefined;
}

/** `unrolled`, `truncated 5`, `implicit`, `implicit cg(iterations = 50)`. */
export interface DifferentiationClause extends Syntax {
  readonly kind: 'unrolled' | 'truncated' | 'implicit';
  /** The number of steps of `truncated`, the solver of `implicit`. */
  readonly detail: Expression | undefined;
}

/** `solve for 10000 steps until change < 1e-9 { ... }`: a body of updates, run at every step, without an optimizer. */
export interface ProcessDeclaration extends Documented {
  readonly kind: 'process';
  readonly count: Expression;
  readonly until: Expression | undefined;
  readonly seed: Expression | undefined;
  readonly body: Block;
}

export interface ReportDeclaration extends Documented {
  readonly kind: 'report';
  readonly name: Identifier;
  readonly value: Expression;
  readonly split: Identifier | undefined;
  /** `samples = 64`: the mean over so many fresh draws. */
  readonly samples: Expression | undefined;
}

export interface PrecisionDeclaration extends Documented {
  readonly kind: 'precision';
  readonly precision: Identifier;
}

export interface TestDeclaration extends Documented {
  readonly kind: 'test';
  readonly name: string;
  readonly body: Block;
}

/** `optimizer adam(lr: real = 1e-3) { state m = 0 ... }`. */
export interface OptimizerDeclaration extends Documented {
  readonly kind: 'optimizer';
  readonly name: Identifier;
  readonly parameters: readonly Parameter[];
  readonly body: Block;
  /** A `handler`, which prepares the problem for an optimizer that moves the point. */
  readonly isHandler: boolean;
  /** What is minimized in place of the objective, and how many statements stand before it: of a handler, or of an optimizer that treats constraints itself. */
  readonly handles: { readonly objective: Expression; readonly before: number } | undefined;
}

/** `subject to risk: p @ Sigma @ p <= 0.04`. */
export interface ConstraintDeclaration extends Documented {
  readonly kind: 'constraint';
  readonly label: Identifier | undefined;
  readonly value: Expression;
  /** `proxy p`: what stands for the left side where derivatives are taken. */
  readonly proxy: Expression | undefined;
}

/** A function of the step `t` and the length `T`. */
export interface ScheduleDeclaration extends Documented {
  readonly kind: 'schedule';
  readonly name: Identifier;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
}

/** `set simplex(total: real = 1) { fn project(v: real[n]): real[n] = ... }`: operations that see the set's parameters. */
export interface SetDeclaration extends Documented {
  readonly kind: 'set';
  readonly name: Identifier;
  readonly parameters: readonly Parameter[];
  readonly operations: readonly FunctionDeclaration[];
}

/** `distribution normal(mean: real = 0, deviation: real = 1) { fn sample(): real { ... } }`: as a set, of draws. */
export interface DistributionDeclaration extends Documented {
  readonly kind: 'distribution';
  readonly name: Identifier;
  readonly parameters: readonly Parameter[];
  readonly operations: readonly FunctionDeclaration[];
}

// ------------------------------------------------------------------------------------------------ statements

export type Statement =
  | LetStatement
  | StateStatement
  | ParamDeclaration
  | ModelDeclaration
  | UpdateStatement
  | ForStatement
  | IfStatement
  | ReturnStatement
  | PerTensorStatement
  | AssertStatement;

export interface LetStatement extends Syntax {
  readonly kind: 'let_statement';
  readonly bindings: readonly LetBinding[];
}

/** `state m = 0, v: real[P] = 0`: kept between the calls of an optimizer. */
export interface StateStatement extends Syntax {
  readonly kind: 'state';
  readonly bindings: readonly LetBinding[];
}

/** `x <- e` or `out[t, i] <- e`. */
export interface UpdateStatement extends Syntax {
  readonly kind: 'update';
  readonly name: Identifier;
  readonly indices: readonly Expression[];
  readonly value: Expression;
}

/** `for k in 1..n while condition { ... }`; the `while` is optional and tested before each turn. */
export interface ForStatement extends Syntax {
  readonly kind: 'for';
  readonly name: Identifier;
  readonly range: Expression;
  readonly condition: Expression | undefined;
  readonly body: Block;
}

export interface IfStatement extends Syntax {
  readonly kind: 'if_statement';
  readonly condition: Expression;
  readonly then: Block;
  readonly otherwise: Block | undefined;
}

export interface ReturnStatement extends Syntax {
  readonly kind: 'return';
  readonly value: Expression;
}

/** `per tensor { ... }`: the body once for each parameter tensor, its vectors cut to that tensor. */
export interface PerTensorStatement extends Syntax {
  readonly kind: 'per_tensor';
  readonly body: Block;
}

/** `assert huber(2) == 1.5 within 1e-12`. */
export interface AssertStatement extends Syntax {
  readonly kind: 'assert';
  readonly condition: Expression;
  readonly tolerance: Expression | undefined;
}

// ----------------------------------------------------------------------------------------------- expressions

export type Expression =
  | NumberLiteral
  | BooleanLiteral
  | StringLiteral
  | NameExpression
  | UnaryExpression
  | BinaryExpression
  | RangeExpression
  | IfExpression
  | CallExpression
  | BinderCallExpression
  | IndexExpression
  | MemberExpression
  | ComprehensionExpression
  | ListExpression
  | RecordExpression
  | AllExceptExpression
  | NestedExpression
  | ErrorExpression;

export interface NumberLiteral extends Syntax {
  readonly kind: 'number';
  readonly value: number;
  /** As written, so that the formatter keeps `1e-3`. */
  readonly text: string;
  /** Written without point and exponent. */
  readonly isInteger: boolean;
}

export interface BooleanLiteral extends Syntax {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface StringLiteral extends Syntax {
  readonly kind: 'string';
  readonly value: string;
}

export interface NameExpression extends Syntax {
  readonly kind: 'name';
  readonly name: string;
}

export type UnaryOperator = '-' | 'not';
export type BinaryOperator =
  '+' | '-' | '*' | '/' | '^' | '@' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or';

export interface UnaryExpression extends Syntax {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

export interface BinaryExpression extends Syntax {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
}

/** `a..b`, both ends included. Also a run of columns, `p0..p63`. */
export interface RangeExpression extends Syntax {
  readonly kind: 'range';
  readonly from: Expression;
  readonly to: Expression;
}

export interface IfExpression extends Syntax {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}

export interface Argument extends Syntax {
  readonly name: Identifier | undefined;
  readonly value: Expression;
}

/** `f(a, b, scale = 2 over K, M on fresh)`. `argmax` and `argmin` called like functions are calls of that name. */
export interface CallExpression extends Syntax {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly arguments: readonly Argument[];
  readonly over: readonly Identifier[];
  readonly on: Identifier | undefined;
}

export interface Binder extends Syntax {
  readonly name: Identifier;
  /** A dimension, an integer expression, or a range. */
  readonly domain: Expression;
}

/** `sum(i in N, j in N where i != j: e)`. */
export interface BinderCallExpression extends Syntax {
  readonly kind: 'binder_call';
  readonly callee: Identifier;
  readonly binders: readonly Binder[];
  readonly guard: Expression | undefined;
  readonly body: Expression;
}

/** `a[i, 2..4]`. */
export interface IndexExpression extends Syntax {
  readonly kind: 'index';
  readonly object: Expression;
  readonly indices: readonly Expression[];
}

export interface MemberExpression extends Syntax {
  readonly kind: 'member';
  readonly object: Expression;
  readonly member: Identifier;
}

/** `[i in N, j in M: e]`. */
export interface ComprehensionExpression extends Syntax {
  readonly kind: 'comprehension';
  readonly binders: readonly Binder[];
  readonly body: Expression;
}

export interface ListExpression extends Syntax {
  readonly kind: 'list';
  readonly elements: readonly Expression[];
}

/** `{ values = v, vectors = Q }`. */
export interface RecordExpression extends Syntax {
  readonly kind: 'record';
  readonly fields: readonly { readonly name: Identifier; readonly value: Expression }[];
}

/** `all except diagnosis, id`: only as the argument of `columns`. */
export interface AllExceptExpression extends Syntax {
  readonly kind: 'all_except';
  readonly names: readonly Identifier[];
}

/** `argmin { param v: real = 0  minimize ...  solve using ... }`: a problem in a problem, whose value is its solution. */
export interface NestedExpression extends Syntax {
  readonly kind: 'nested';
  readonly word: 'argmin' | 'argmax';
  readonly declarations: readonly Declaration[];
}

/** Where recovery left a hole. Later stages give it the error type and stay silent. */
export interface ErrorExpression extends Syntax {
  readonly kind: 'error';
}

// ----------------------------------------------------------------------------------------------------- types

export type TypeSyntax = ArrayTypeSyntax | FunctionTypeSyntax | RecordTypeSyntax;

/** `real`, `real[..., K]`, `class(K)[N]`, `int`, `bool`, `optimizer`, `schedule`, `text`. */
export interface ArrayTypeSyntax extends Syntax {
  readonly kind: 'array_type';
  readonly element: 'real' | 'int' | 'bool' | 'class' | 'optimizer' | 'schedule' | 'error';
  /** The K of `class(K)`. */
  readonly classes: Expression | undefined;
  /** A leading `...`: one shared run of dimensions. */
  readonly run: boolean;
  readonly dimensions: readonly Expression[];
  /** Distinguishes `real` from `real[]`-like errors: whether brackets were written. */
  readonly hasBrackets: boolean;
}

/** `fn(real, real[N]): real`. */
export interface FunctionTypeSyntax extends Syntax {
  readonly kind: 'function_type';
  readonly parameters: readonly TypeSyntax[];
  readonly result: TypeSyntax;
}

/** `{ values: real[n], vectors: real[n, n] }`. */
export interface RecordTypeSyntax extends Syntax {
  readonly kind: 'record_type';
  readonly fields: readonly { readonly name: Identifier; readonly type: TypeSyntax }[];
}
