/** Where an expression stands: the names in scope and what the place allows. */
import type { Entity, FileScope } from './entities.js';
import { Scope } from './entities.js';
import type { ScopeKind } from './entities.js';
import type { NoiseSource } from './noise.js';
import type { Session } from './session.js';
import type { TypedHandling, TypedOptimizer } from './typed.js';
import type { ArrayType, Dimension, RunSymbol } from './types.js';

export type Place =
  | 'problem'
  | 'process'
  | 'report'
  | 'data'
  | 'start'
  | 'function'
  | 'module'
  | 'optimizer'
  | 'schedule'
  | 'test'
  | 'argument';

export interface Context {
  readonly session: Session;
  readonly file: FileScope;
  readonly scope: Scope;
  readonly place: Place;
  /** Inside an optimizer's body. */
  readonly optimizer:
    | (Pick<TypedOptimizer, 'implicit' | 'size' | 'residuals'> & {
        readonly isHandler: boolean;
        readonly handling?: Pick<TypedHandling, 'restart' | 'stationarity' | 'equalities' | 'inequalities'>;
      })
    | undefined;
  /** What `...` means here. */
  readonly run: RunSymbol | undefined;
  /** Inside a data column: its declared type and whether its value is nothing but the raw column. */
  readonly column: ColumnPlace | undefined;
  /** Names that the body updates somewhere. */
  readonly updated: ReadonlySet<string>;
  /** Under a condition or a guard, where an index out of range may be avoided. */
  readonly guarded: boolean;
  /** In the body of a module: the instance's path, after which draws are named. */
  readonly path?: string | undefined;
  /** In the body of an aggregator: its name. Like an optimizer it may keep states and draw. */
  readonly aggregator?: string | undefined;
  /** In the body of a distribution's `sample`: where its draws come from. */
  readonly noise?: NoiseSource | undefined;
}

export interface ColumnPlace {
  readonly name: string;
  readonly type: ArrayType;
  readonly rows: Dimension | undefined;
  readonly bare: boolean;
  readonly counter: { reads: number };
}

/** The top of a file, before any scope of its own. */
export function topContext(session: Session, file: FileScope, place: Place): Context {
  return {
    session,
    file,
    scope: new Scope(undefined),
    place,
    optimizer: undefined,
    run: undefined,
    column: undefined,
    updated: new Set(),
    guarded: false,
  };
}

export function within(context: Context, kind: ScopeKind = 'plain'): Context {
  return { ...context, scope: new Scope(context.scope, kind) };
}

export function withName(context: Context, name: string, entity: Entity): Context {
  const inner = within(context);
  inner.scope.names.set(name, entity);
  return inner;
}
