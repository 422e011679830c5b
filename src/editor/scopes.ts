/**
 * The scopes of a declaration: which names it binds, where they are visible, and what each name in it refers to. Names
 * that nothing inside binds are left to the file. Mirrors the rules of the checker, without types.
 */
import type {
  Binder,
  Body,
  Declaration,
  Expression,
  FunctionDeclaration,
  Identifier,
  LetBinding,
  Parameter,
  Statement,
  TypeSyntax,
} from '../parser/ast.js';
import { dimensionExpressions, dimensionNames } from '../check/signature.js';
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

class Scope {
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

const implicitNames = {
  optimizer: ['x', 'g', 'f', 't', 'T', 'player', 'P', 'R'],
  handling: ['eq', 'ineq', 'stationarity', 'restart', 'E', 'I'],
  schedule: ['t', 'T'],
  until: ['grad_norm', 'value', 'step', 'kkt'],
} as const;

export interface Names {
  /** In the order of the source. */
  readonly uses: readonly Use[];
  readonly bindings: readonly Binding[];
  /** The uses that declare names of the file. */
  readonly declared: readonly (Use & { readonly declares: NonNullable<Use['declares']> })[];
}

export function namesIn(declarations: readonly Declaration[]): Names {
  const walker = new Walker();
  for (const declaration of declarations) walker.declaration(declaration, undefined);
  const uses = walker.uses.sort((first, second) => first.name.span.start - second.name.span.start);
  const declared = uses.flatMap((use) =>
    use.declares === undefined ? [] : [{ ...use, declares: use.declares }],
  );
  return { uses, bindings: walker.scopes.flatMap((scope) => [...scope.names.values()]), declared };
}

class Walker {
  readonly uses: Use[] = [];
  readonly scopes: Scope[] = [];

  // --------------------------------------------------------------------------------------------- bookkeeping

  private scope(parent: Scope | undefined, end: number): Scope {
    const scope = new Scope(parent, end);
    this.scopes.push(scope);
    return scope;
  }

  private use(
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

  private declare(
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

  private bind(
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

  private implicit(scope: Scope, start: number, names: readonly string[]): Scope {
    for (const name of names) {
      const visible = { start, end: scope.end };
      const common = { span: undefined, callable: false, ofSignature: false, type: undefined };
      scope.names.set(name, { name, kind: 'implicit', visible, ...common });
    }
    return scope;
  }

  // -------------------------------------------------------------------------------------------- declarations

  /** `scope` is that of the nested problem around it, if any. */
  declaration(declaration: Declaration, scope: Scope | undefined): void {
    const expression = (value: Expression | undefined, within = scope): void =>
      this.expression(value, within);
    const split = (name: Identifier | undefined): void => {
      if (name !== undefined) this.use(name, 'read', undefined, { namespace: 'split' });
    };
    switch (declaration.kind) {
      case 'import':
        for (const { name, alias } of declaration.names) {
          if (alias !== undefined) this.use(name, 'imported', undefined);
          this.declare(alias ?? name, 'import', declaration, scope);
        }
        break;
      case 'dim':
        this.declare(declaration.name, 'dim', declaration, scope);
        expression(declaration.value);
        break;
      case 'hyper':
        this.declare(declaration.name, 'hyper', declaration, scope);
        this.type(declaration.type, scope);
        expression(declaration.interval);
        expression(declaration.value);
        break;
      case 'data':
        for (const { name } of declaration.splits) this.declare(name, 'split', declaration, scope, 'split');
        expression(declaration.seed);
        for (const column of declaration.columns) {
          this.declare(column.name, 'data', declaration, scope);
          this.type(column.type, scope, declaration);
          expression(column.value?.expression);
        }
        break;
      case 'param':
        this.declare(declaration.name, 'param', declaration, scope);
        this.type(declaration.type, scope, scope === undefined ? declaration : undefined);
        expression(declaration.membership?.set);
        expression(declaration.membership?.how);
        expression(declaration.value?.expression);
        break;
      case 'let':
      case 'problem_state':
        for (const { name, type, value } of declaration.bindings) {
          this.declare(name, declaration.kind === 'let' ? 'let' : 'state', declaration, scope);
          this.type(type, scope);
          expression(value.expression);
        }
        if (declaration.kind === 'let') {
          split(declaration.split);
          expression(declaration.every?.count);
        }
        break;
      case 'problem_update':
        this.use(declaration.name, 'write', scope);
        declaration.indices.forEach((index) => expression(index));
        expression(declaration.value);
        break;
      case 'fn':
        this.declare(declaration.name, 'fn', declaration, scope);
        this.function(declaration, scope);
        break;
      case 'module': {
        this.declare(declaration.name, 'module', declaration, scope);
        const inner = this.scope(scope, declaration.span.end);
        this.signature([...declaration.statics, ...declaration.parameters], declaration.result, inner);
        this.body(declaration.body, inner);
        break;
      }
      case 'model':
        this.declare(declaration.name, 'model', declaration, scope);
        expression(declaration.value);
        expression(declaration.every?.count);
        break;
      case 'objective':
        if (declaration.label !== undefined) {
          this.declare(declaration.label, 'objective', declaration, scope, 'objective');
        }
        expression(declaration.value);
        declaration.over?.forEach((name) => this.use(name, 'read', scope));
        split(declaration.split);
        break;
      case 'constraint':
        if (declaration.label !== undefined) {
          this.declare(declaration.label, 'constraint', declaration, scope, 'constraint');
        }
        expression(declaration.value);
        expression(declaration.proxy);
        break;
      case 'solve': {
        declaration.labels.forEach((name) => this.use(name, 'read', undefined, { namespace: 'objective' }));
        expression(declaration.front);
        for (const { optimizer, over, times } of declaration.using) {
          expression(optimizer);
          over?.forEach((name) => this.use(name, 'read', scope));
          expression(times);
        }
        expression(declaration.aggregator);
        expression(declaration.handler);
        expression(declaration.batch?.size);
        expression(declaration.length?.count);
        expression(declaration.until, this.untilScope(declaration.span, scope));
        expression(declaration.seed);
        expression(declaration.differentiation?.detail);
        break;
      }
      case 'process': {
        expression(declaration.count);
        expression(declaration.until, this.untilScope(declaration.span, scope));
        expression(declaration.seed);
        const inner = this.scope(scope, declaration.span.end);
        this.implicit(inner, declaration.body.span.start, implicitNames.schedule);
        this.body(declaration.body, inner);
        break;
      }
      case 'report':
        this.declare(declaration.name, 'report', declaration, scope, 'report');
        expression(declaration.value);
        split(declaration.split);
        expression(declaration.samples);
        break;
      case 'precision':
        break;
      case 'test':
        this.body(declaration.body, this.scope(scope, declaration.span.end));
        break;
      case 'optimizer': {
        this.declare(declaration.name, 'optimizer', declaration, scope);
        const inner = this.scope(scope, declaration.span.end);
        this.implicit(inner, declaration.span.start, implicitNames.optimizer);
        if (declaration.handles !== undefined) {
          this.implicit(inner, declaration.span.start, implicitNames.handling);
        }
        const parameters = this.scope(inner, inner.end);
        this.signature(declaration.parameters, undefined, parameters);
        const body = this.scope(parameters, declaration.body.span.end);
        const before = declaration.handles?.before ?? 0;
        this.statements(declaration.body.statements.slice(0, before), body);
        expression(declaration.handles?.objective, body);
        this.statements(declaration.body.statements.slice(before), body);
        break;
      }
      case 'schedule': {
        this.declare(declaration.name, 'schedule', declaration, scope);
        const inner = this.scope(scope, declaration.span.end);
        this.implicit(inner, declaration.span.start, implicitNames.schedule);
        const parameters = this.scope(inner, inner.end);
        this.signature(declaration.parameters, undefined, parameters);
        this.body(declaration.body, parameters);
        break;
      }
      case 'set':
      case 'distribution': {
        this.declare(declaration.name, declaration.kind, declaration, scope);
        const inner = this.scope(scope, declaration.span.end);
        this.signature(declaration.parameters, undefined, inner);
        for (const operation of declaration.operations) {
          this.bind(operation.name, 'fn', inner, { from: declaration.span.start });
        }
        for (const operation of declaration.operations) this.function(operation, inner);
        break;
      }
      default:
        declaration satisfies never;
    }
  }

  private untilScope(span: Span, scope: Scope | undefined): Scope {
    return this.implicit(this.scope(scope, span.end), span.start, implicitNames.until);
  }

  private function(declaration: FunctionDeclaration, scope: Scope | undefined): void {
    const inner = this.scope(scope, declaration.span.end);
    this.signature(declaration.parameters, declaration.result, inner);
    this.body(declaration.body, inner);
    if (declaration.derivative === undefined) return;
    const { cotangent, body, span } = declaration.derivative;
    const rule = this.scope(inner, span.end);
    this.bind(cotangent, 'parameter', rule);
    this.body(body, rule);
  }

  /** Parameters, and the dimensions that stand bare in their types. */
  private signature(parameters: readonly Parameter[], result: TypeSyntax | undefined, scope: Scope): void {
    const own = new Set(parameters.map(({ name }) => name.name));
    for (const { type } of parameters) {
      for (const name of dimensionExpressions(type).flatMap((each) => [...dimensionNames(each)])) {
        if (own.has(name.name) || scope.find(name.name, () => true) !== undefined) continue;
        const binding: Binding = {
          name: name.name,
          kind: 'dimension',
          span: name.span,
          visible: { start: name.span.end, end: scope.end },
          callable: false,
          ofSignature: true,
          type: undefined,
        };
        scope.names.set(name.name, binding);
      }
    }
    for (const { name, type } of parameters) {
      const callable =
        type.kind === 'function_type' ||
        (type.kind === 'array_type' && ['optimizer', 'schedule', 'error'].includes(type.element));
      this.bind(name, 'parameter', scope, { callable, type });
    }
    for (const { type, defaultValue } of parameters) {
      this.type(type, scope);
      this.expression(defaultValue, scope);
    }
    this.type(result, scope);
  }

  // ---------------------------------------------------------------------------------------------- statements

  private body(body: Body, scope: Scope): void {
    if (body.kind === 'expression') this.expression(body.expression, scope);
    else this.statements(body.statements, this.scope(scope, body.span.end));
  }

  private statements(statements: readonly Statement[], scope: Scope): void {
    for (const statement of statements) this.statement(statement, scope);
  }

  private statement(statement: Statement, scope: Scope): void {
    switch (statement.kind) {
      case 'let_statement':
      case 'state':
        for (const binding of statement.bindings) {
          this.letBinding(binding, statement.kind === 'state' ? 'state' : 'let', scope);
        }
        break;
      case 'param':
        this.type(statement.type, scope);
        this.expression(statement.membership?.set, scope);
        this.expression(statement.membership?.how, scope);
        this.expression(statement.value?.expression, scope);
        this.bind(statement.name, 'param', scope, { from: statement.span.end, type: statement.type });
        break;
      case 'model':
        this.expression(statement.value, scope);
        this.bind(statement.name, 'model', scope, { from: statement.span.end });
        break;
      case 'update':
        this.use(statement.name, 'write', scope);
        statement.indices.forEach((index) => this.expression(index, scope));
        this.expression(statement.value, scope);
        break;
      case 'for': {
        this.expression(statement.range, scope);
        const inner = this.scope(scope, statement.span.end);
        this.bind(statement.name, 'loop', inner);
        this.expression(statement.condition, inner);
        this.statements(statement.body.statements, inner);
        break;
      }
      case 'if_statement':
        this.expression(statement.condition, scope);
        this.body(statement.then, scope);
        if (statement.otherwise !== undefined) this.body(statement.otherwise, scope);
        break;
      case 'return':
        this.expression(statement.value, scope);
        break;
      case 'per_tensor':
        this.body(statement.body, scope);
        break;
      case 'assert':
        this.expression(statement.condition, scope);
        this.expression(statement.tolerance, scope);
        break;
      default:
        statement satisfies never;
    }
  }

  private letBinding({ name, type, value, span }: LetBinding, kind: BindingKind, scope: Scope): void {
    this.type(type, scope);
    this.expression(value.expression, scope);
    this.bind(name, kind, scope, { from: span.end, type });
  }

  // --------------------------------------------------------------------------------------------- expressions

  private expression(expression: Expression | undefined, scope: Scope | undefined): void {
    // Chains of operators lean to the left and may be long: they are a loop, not a recursion.
    let current = expression;
    while (current?.kind === 'binary') {
      this.expression(current.right, scope);
      current = current.left;
    }
    if (current !== undefined) this.operand(current, scope);
  }

  private operand(expression: Expression, scope: Scope | undefined): void {
    switch (expression.kind) {
      case 'number':
      case 'boolean':
      case 'string':
      case 'error':
        break;
      case 'all_except':
        for (const name of expression.names) this.use(name, 'column', scope);
        break;
      case 'name':
        this.use(expression, 'read', scope);
        break;
      case 'unary':
        this.expression(expression.operand, scope);
        break;
      case 'binary':
        this.expression(expression, scope);
        break;
      case 'range':
        this.expression(expression.from, scope);
        this.expression(expression.to, scope);
        break;
      case 'if':
        this.expression(expression.condition, scope);
        this.expression(expression.then, scope);
        this.expression(expression.otherwise, scope);
        break;
      case 'call':
        this.call(expression, scope);
        break;
      case 'binder_call': {
        this.use(expression.callee, 'call', scope);
        const inner = this.binders(expression.binders, expression.span, scope);
        this.expression(expression.guard, inner);
        this.expression(expression.body, inner);
        break;
      }
      case 'comprehension':
        this.expression(expression.body, this.binders(expression.binders, expression.span, scope));
        break;
      case 'index':
        this.expression(expression.object, scope);
        expression.indices.forEach((index) => this.expression(index, scope));
        break;
      case 'member':
        this.expression(expression.object, scope);
        this.use(expression.member, 'member', scope, { of: expression.object });
        break;
      case 'list':
        expression.elements.forEach((element) => this.expression(element, scope));
        break;
      case 'record':
        for (const { name, value } of expression.fields) {
          this.use(name, 'field', scope);
          this.expression(value, scope);
        }
        break;
      case 'nested':
        this.nested(expression, scope);
        break;
      default:
        expression satisfies never;
    }
  }

  private call(expression: Extract<Expression, { kind: 'call' }>, scope: Scope | undefined): void {
    const { callee, over, on } = expression;
    const isColumn = callee.kind === 'name' && (callee.name === 'column' || callee.name === 'columns');
    if (callee.kind === 'name') this.use(callee, 'call', scope);
    else this.expression(callee, scope);
    for (const { name, value } of expression.arguments) {
      if (name !== undefined) {
        this.use(name, 'argument', scope, callee.kind === 'name' ? { callee } : {});
      }
      if (isColumn) this.columns(value, scope);
      else this.expression(value, scope);
    }
    for (const name of over) this.use(name, 'read', scope);
    if (on !== undefined) this.use(on, 'clause', scope);
  }

  /** The arguments of `columns` are names in the data file. */
  private columns(expression: Expression, scope: Scope | undefined): void {
    if (expression.kind === 'name') this.use(expression, 'column', scope);
    else if (expression.kind === 'range') {
      this.columns(expression.from, scope);
      this.columns(expression.to, scope);
    } else this.expression(expression, scope);
  }

  private binders(binders: readonly Binder[], span: Span, scope: Scope | undefined): Scope {
    let inner = this.scope(scope, span.end);
    for (const { name, domain } of binders) {
      this.expression(domain, inner);
      inner = this.scope(inner, span.end);
      this.bind(name, 'binder', inner, { callable: true, from: domain.span.end });
    }
    return inner;
  }

  /** The declarations of a nested problem may stand in any order. */
  private nested(expression: Extract<Expression, { kind: 'nested' }>, scope: Scope | undefined): void {
    const inner = this.scope(scope, expression.span.end);
    for (const declaration of expression.declarations) {
      const bound =
        declaration.kind === 'let'
          ? declaration.bindings.map(({ name, type }) => ({ name, type }))
          : declaration.kind === 'param'
            ? [{ name: declaration.name, type: declaration.type }]
            : [];
      for (const { name, type } of bound) {
        inner.names.set(name.name, {
          name: name.name,
          kind: declaration.kind === 'let' ? 'let' : 'param',
          span: name.span,
          visible: { start: expression.span.start, end: expression.span.end },
          callable: false,
          ofSignature: false,
          type,
        });
      }
    }
    for (const declaration of expression.declarations) this.declaration(declaration, inner);
  }

  // ---------------------------------------------------------------------------------------------------- types

  /** `binds` is the declaration for which bare names are dimensions of the file. */
  private type(syntax: TypeSyntax | undefined, scope: Scope | undefined, binds?: Declaration): void {
    if (syntax === undefined) return;
    switch (syntax.kind) {
      case 'array_type':
        for (const expression of syntax.classes === undefined
          ? syntax.dimensions
          : [syntax.classes, ...syntax.dimensions]) {
          this.dimension(expression, scope, binds);
        }
        break;
      case 'function_type':
        for (const each of [...syntax.parameters, syntax.result]) this.type(each, scope, binds);
        break;
      case 'record_type':
        for (const { name, type: inner } of syntax.fields) {
          this.use(name, 'field', scope);
          this.type(inner, scope, binds);
        }
        break;
      default:
        return syntax satisfies never;
    }
  }

  private dimension(expression: Expression, scope: Scope | undefined, binds: Declaration | undefined): void {
    if (binds !== undefined && expression.kind === 'binary') {
      this.dimension(expression.left, scope, binds);
      return this.dimension(expression.right, scope, binds);
    }
    if (binds === undefined || expression.kind !== 'name') return this.expression(expression, scope);
    const declares = { kind: 'dimension' as const, declaration: binds };
    this.uses.push({ name: expression, namespace: 'value', role: 'read', binding: undefined, declares });
  }
}
