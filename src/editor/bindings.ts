/** Names that a declaration binds and uses, and the scopes in which they are found. Positions count from the piece's start. */
import type { Declaration, Expression, Identifier, TypeSyntax } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import type { TextRange } from './document.js';

export type BindingKind =
  | 'import'
  | 'dim'
  | 'dimension'
  | 'hyper'
  | 'data'
  | 'param'
  | 'let'
  | 'state'
  | 'fn'
  | 'module'
  | 'model'
  | 'optimizer'
  | 'schedule'
  | 'set'
  | 'distribution'
  | 'objective'
  | 'constraint'
  | 'report'
  | 'split'
  | 'parameter'
  | 'binder'
  | 'loop'
  /** `x`, `g`, `t` of an optimizer: bound by no text. */
  | 'implicit';

/** Objectives, constraints, reports and splits are told apart from values. */
export type Namespace = 'value' | 'objective' | 'constraint' | 'report' | 'split';

/** A name that is bound within a declaration. Its positions, as all in this file, count from the piece's start. */
export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  /** Undefined for names that the language binds. */
  readonly span: Span | undefined;
  readonly visible: TextRange;
  /** Whether a call of the name means it: a parameter may hold a function, a `let` never does. */
  readonly callable: boolean;
  /** A dimension that stands bare in a signature, unless the file has a size of that name. */
  readonly ofSignature: boolean;
  /** What it was declared with, as far as it was. */
  readonly type: TypeSyntax | undefined;
}

export interface Use {
  readonly name: Identifier;
  readonly namespace: Namespace;
  readonly role:
    'bind' | 'read' | 'write' | 'call' | 'imported' | 'argument' | 'member' | 'field' | 'column' | 'clause';
  readonly binding: Binding | undefined;
  /** Present where the use declares a name of the file. */
  readonly declares: { readonly kind: BindingKind; readonly declaration: Declaration } | undefined;
  /** The callee that an argument belongs to. */
  readonly callee?: Identifier;
  /** What a member is a member of. */
  readonly of?: Expression;
}

export interface Names {
  /** In the order of the source. */
  readonly uses: readonly Use[];
  readonly bindings: readonly Binding[];
  /** The uses that declare names of the file. */
  readonly declared: readonly (Use & { readonly declares: NonNullable<Use['declares']> })[];
}

export class Scope {
  readonly names = new Map<string, Binding>();
  constructor(
    readonly parent: Scope | undefined,
    readonly end: number,
  ) {}

  find(name: string, accepts: (binding: Binding) => boolean): Binding | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const found = scope.names.get(name);
      if (found !== undefined && accepts(found)) return found;
    }
    return undefined;
  }
}

/** Gathers uses and bindings while a declaration is walked. */
export class Gatherer {
  readonly uses: Use[] = [];
  readonly scopes: Scope[] = [];

  protected scope(parent: Scope | undefined, end: number): Scope {
    const scope = new Scope(parent, end);
    this.scopes.push(scope);
    return scope;
  }

  protected use(
    name: Identifier,
    role: Use['role'],
    scope: Scope | undefined,
    more: Partial<Pick<Use, 'namespace' | 'declares' | 'callee' | 'of'>> = {},
  ): void {
    const namespace = more.namespace ?? 'value';
    const binding =
      namespace !== 'value' || ['imported', 'argument', 'member', 'field', 'column', 'clause'].includes(role)
        ? undefined
        : scope?.find(name.name, (found) => role !== 'call' || found.callable);
    this.uses.push({ name, role, binding, declares: undefined, ...more, namespace });
  }

  protected declare(
    name: Identifier,
    kind: BindingKind,
    declaration: Declaration,
    scope: Scope | undefined,
    namespace: Namespace = 'value',
  ): void {
    if (scope !== undefined && namespace === 'value') return this.bind(name, kind, scope, { already: true });
    const declares = scope === undefined ? { kind, declaration } : undefined;
    this.uses.push({ name, namespace, role: 'bind', binding: undefined, declares });
  }

  protected bind(
    name: Identifier,
    kind: BindingKind,
    scope: Scope,
    details: {
      readonly callable?: boolean;
      readonly ofSignature?: boolean;
      readonly type?: TypeSyntax | undefined;
      readonly from?: number;
      /** Of a nested problem: its names are known before its declarations are walked. */
      readonly already?: boolean;
    } = {},
  ): void {
    let binding = details.already === true ? scope.names.get(name.name) : undefined;
    binding ??= {
      name: name.name,
      kind,
      span: name.span,
      visible: { start: details.from ?? name.span.end, end: scope.end },
      callable: details.callable ?? (kind === 'model' || kind === 'loop' || kind === 'fn'),
      ofSignature: details.ofSignature ?? false,
      type: details.type,
    };
    scope.names.set(name.name, binding);
    this.uses.push({ name, namespace: 'value', role: 'bind', binding, declares: undefined });
  }

  protected implicit(scope: Scope, start: number, names: readonly string[]): Scope {
    for (const name of names) {
      const visible = { start, end: scope.end };
      const common = { span: undefined, callable: false, ofSignature: false, type: undefined };
      scope.names.set(name, { name, kind: 'implicit', visible, ...common });
    }
    return scope;
  }
}
