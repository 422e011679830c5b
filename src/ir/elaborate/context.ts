/**
 * What every part of elaboration shares: the current frame and environment, the conditions under which the current
 * expression counts, and the recursive entry points. The parts import this interface, not each other.
 */
import type {
  RawColumns,
  TypedApplyOptimizer,
  TypedDimensionValue,
  TypedExpression,
  TypedNested,
  TypedObjectiveQuery,
  TypedScheduleCall,
  TypedSetQuery,
  TypedStatement,
  ValueSymbol,
} from '../../check/typed.js';
import type { Type } from '../../check/types.js';
import type { Diagnostic } from '../../parser/diagnostic.js';
import type { Span } from '../../parser/source.js';
import type { Node } from '../graph.js';
import type { Report } from '../rewrite/rewrite.js';
import type { Environment, Journal } from './environment.js';
import type { Frame } from './frame.js';
import type { Axis, Tensor, Value } from './value.js';

/** Stops elaboration with one diagnostic; caught at the entry. */
export class ElaborationError extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

export function fail(code: string, span: Span, message: string, notes: readonly string[] = []): never {
  throw new ElaborationError({ code, severity: 'error', message, span, notes });
}

export interface Context {
  frame: Frame;
  environment: Environment;
  readonly root: Frame;
  readonly journal: Journal;
  /** Truth values (of mapped shape) under which the current expression is taken; see `guard.ts`. */
  readonly guards: Tensor[];
  /** Bindings that some derivative is taken by. */
  readonly targets: ReadonlySet<ValueSymbol>;
  /** True inside a step, false in reports. */
  readonly training: boolean;
  /** Told of every rewrite that is made before something is differentiated. */
  readonly report: Report;

  expression(expression: TypedExpression): Value;
  tensor(expression: TypedExpression): Tensor;
  statements(statements: readonly TypedStatement[]): void;
  /** A new mapped axis, deeper than every other. */
  axis(size: number, name: string): Axis;
  /** Runs `body` with another environment, then comes back. */
  within<T>(environment: Environment, body: () => T): T;

  /** The run's seed, a node of the root frame. */
  seed(): Node;
  /** The step, a node of the root frame. */
  step(): Node;
  /** The optimizer that is running, `solve.sam.adam`: its draws have this name. */
  readonly solver: string;
  /** The path of the parameter or column whose draw is being made. */
  drawName(): string;
  /** Positions in the whole table of the rows that a type of the file begins with, int [rows]; undefined for other types. */
  rowPositions(type: Type): Tensor | undefined;
  dimensionValue(expression: TypedDimensionValue): number;
  raw(columns: RawColumns): Value;

  /** Only inside an optimizer. */
  objective(query: TypedObjectiveQuery): Value;
  setQuery(query: TypedSetQuery): Value;
  applyOptimizer(application: TypedApplyOptimizer): Value;
  schedule(expression: TypedScheduleCall): Value;
  perTensor(body: readonly TypedStatement[]): void;

  /** The solution of a problem in an expression. */
  nested(expression: TypedNested): Value;

  /** Whether a loop's index stands in a shape of its body, so that each turn is elaborated by itself. */
  needsStatic(loop: Extract<TypedStatement, { kind: 'for' }>): boolean;
}
