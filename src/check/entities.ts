/**
 * What names stand for. A scope maps names to entities; a file's scope maps them to declarations that become
 * entities when they are first used, so that declarations may stand in any order.
 */
import type {
  Declaration,
  DistributionDeclaration,
  FunctionDeclaration,
  LetBinding,
  ModuleDeclaration,
  OptimizerDeclaration,
  Parameter,
  ScheduleDeclaration,
  SetDeclaration,
} from '../parser/ast.js';
import type { SourceFile, Span } from '../parser/source.js';
import type { Builtin } from './builtins.js';
import type {
  Turn,
  TypedExpression,
  TypedFunction,
  TypedOptimizer,
  TypedParameter,
  TypedSchedule,
  ValueSymbol,
} from './typed.js';
import type { Dimension, DimensionSymbol, RunSymbol, Type } from './types.js';

/** What the checker knows of a value before the run: an integer as a polynomial, or a list of such. */
export type StaticValue =
  | { readonly kind: 'int'; readonly value: Dimension }
  | { readonly kind: 'list'; readonly elements: readonly StaticValue[] };

export type Entity =
  | { readonly kind: 'value'; readonly symbol: ValueSymbol }
  /** Stands for an expression wherever the name occurs: `pi`, a real argument of a module instance. */
  | { readonly kind: 'inline'; readonly value: TypedExpression; readonly span: Span | undefined }
  /** An integer or list of integers without a place at run time. */
  | { readonly kind: 'static'; readonly value: StaticValue; readonly span: Span }
  | { readonly kind: 'dimension'; readonly symbol: DimensionSymbol }
  | { readonly kind: 'function'; readonly definition: FunctionDefinition }
  | { readonly kind: 'module'; readonly definition: ModuleDefinition }
  | { readonly kind: 'optimizer'; readonly definition: OptimizerDefinition }
  | { readonly kind: 'schedule'; readonly definition: ScheduleDefinition }
  | { readonly kind: 'set'; readonly definition: SetDefinition }
  | { readonly kind: 'distribution'; readonly definition: DistributionDefinition }
  | { readonly kind: 'model'; readonly value: ModelValue; readonly span: Span }
  | { readonly kind: 'builtin'; readonly builtin: Builtin }
  /** Has a diagnostic already. */
  | { readonly kind: 'error' };

/** A model instance, or a static list of them. */
export type ModelValue = ModelInstance | { readonly kind: 'list'; readonly elements: readonly ModelValue[] };

export interface ModelInstance {
  readonly kind: 'instance';
  readonly name: string;
  readonly path: string;
  readonly members: ReadonlyMap<string, Entity>;
  readonly forward: TypedFunction;
  /** In source order, those of submodels included. */
  readonly parameters: readonly TypedParameter[];
  /** One more instance of the same module with the same static arguments, under another path. */
  readonly again: (path: string) => ModelInstance;
}

// --------------------------------------------------------------------------------------------- definitions

/** A parameter list with its dimension and run parameters. */
export interface Signature {
  readonly parameters: readonly SignatureParameter[];
  readonly dimensions: readonly DimensionSymbol[];
  readonly run: RunSymbol | undefined;
  readonly result: Type | undefined;
  /** The names that the body sees. */
  readonly scope: Scope;
}

export interface SignatureParameter {
  readonly symbol: ValueSymbol;
  readonly syntax: Parameter;
}

export interface FunctionDefinition {
  readonly kind: 'function';
  readonly syntax: FunctionDeclaration;
  readonly file: FileScope;
  state: 'new' | 'active' | 'done';
  signature: Signature | undefined;
  typed: TypedFunction | undefined;
}

export interface ModuleDefinition {
  readonly kind: 'module';
  readonly syntax: ModuleDeclaration;
  readonly file: FileScope;
  active: boolean;
  instances: number;
}

export interface OptimizerDefinition {
  readonly kind: 'optimizer';
  readonly syntax: OptimizerDeclaration;
  readonly file: FileScope;
  state: 'new' | 'active' | 'done';
  signature: Signature | undefined;
  typed: TypedOptimizer | undefined;
}

export interface ScheduleDefinition {
  readonly kind: 'schedule';
  readonly syntax: ScheduleDeclaration;
  readonly file: FileScope;
  state: 'new' | 'active' | 'done';
  signature: Signature | undefined;
  typed: TypedSchedule | undefined;
}

export interface SetDefinition {
  readonly kind: 'set';
  readonly syntax: SetDeclaration;
  readonly file: FileScope;
  /** Each operation as a function of its own parameters, then those of the set. */
  readonly operations: ReadonlyMap<string, FunctionDefinition>;
}

export interface DistributionDefinition {
  readonly kind: 'distribution';
  readonly syntax: DistributionDeclaration;
  readonly file: FileScope;
  /** The parameters alone, for their types and defaults. */
  readonly header: FunctionDefinition;
  /** Each operation as a function of its own parameters, then those of the distribution. */
  readonly operations: ReadonlyMap<string, FunctionDefinition>;
  /** `sample` as a function of the parameters and of the noise that it draws; made when first needed. */
  sampler: Sampler | undefined;
}

/** The noise stands behind the distribution's own parameters, in the order in which the body draws it. */
export interface Sampler {
  readonly function: TypedFunction;
  readonly noise: readonly { readonly kind: 'normal' | 'uniform'; readonly symbol: ValueSymbol }[];
}

// -------------------------------------------------------------------------------------------------- scopes

/** What stands between a scope and its parent: updates through it must keep types, and statics end at a run-time loop. */
export type ScopeKind = 'plain' | 'loop' | 'branch' | 'unrolled' | 'per_tensor';

export class Scope {
  readonly names = new Map<string, Entity>();
  /** Of a loop's scope: the loop; of one turn of an unrolled loop: which turn. */
  loop: Turn | undefined;
  unrolled: number | undefined;

  constructor(
    readonly parent: Scope | undefined,
    readonly kind: ScopeKind = 'plain',
  ) {}

  find(name: string): { readonly entity: Entity; readonly scope: Scope } | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const entity = scope.names.get(name);
      if (entity !== undefined) return { entity, scope };
    }
    return undefined;
  }

  *visibleNames(): Iterable<string> {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      yield* scope.names.keys();
    }
  }
}

/** A name declared at the top of a file, resolved when first used. */
export interface Declared {
  readonly name: string;
  readonly span: Span;
  readonly declaration: Declaration;
  /** The binding, for one name of a `let`. */
  readonly binding: LetBinding | undefined;
  state: 'new' | 'active' | 'done';
  entity: Entity | undefined;
}

export interface FileScope {
  readonly source: SourceFile;
  readonly role: 'main' | 'import' | 'library';
  readonly declared: Map<string, Declared>;
  readonly hasModels: boolean;
  /** Of the file that is checked: where an import may be added. */
  readonly declarations?: readonly Declaration[];
  /** Dimensions that types of the file bind: N, D. */
  readonly dimensions: Map<string, DimensionSymbol>;
}
