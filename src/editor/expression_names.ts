/** The names of signatures, bodies, expressions and types. */
import type {
  Binder,
  Body,
  Declaration,
  Expression,
  FunctionDeclaration,
  LetBinding,
  Parameter,
  Statement,
  TypeSyntax,
} from '../parser/ast.js';
import { dimensionExpressions, dimensionNames } from '../check/signature.js';
import type { Span } from '../parser/source.js';
import { Gatherer } from './bindings.js';
import type { Binding, BindingKind, Scope } from './bindings.js';

export abstract class ExpressionNames extends Gatherer {
  /** A nested problem holds declarations; `scope` is that of the problem. */
  abstract declaration(declaration: Declaration, scope: Scope | undefined): void;

  protected function(declaration: FunctionDeclaration, scope: Scope | undefined): void {
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
  protected signature(parameters: readonly Parameter[], result: TypeSyntax | undefined, scope: Scope): void {
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

  protected body(body: Body, scope: Scope): void {
    if (body.kind === 'expression') this.expression(body.expression, scope);
    else this.statements(body.statements, this.scope(scope, body.span.end));
  }

  protected statements(statements: readonly Statement[], scope: Scope): void {
    for (const statement of statements) this.statement(statement, scope);
  }

  protected statement(statement: Statement, scope: Scope): void {
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

  protected letBinding({ name, type, value, span }: LetBinding, kind: BindingKind, scope: Scope): void {
    this.type(type, scope);
    this.expression(value.expression, scope);
    this.bind(name, kind, scope, { from: span.end, type });
  }

  // --------------------------------------------------------------------------------------------- expressions

  protected expression(expression: Expression | undefined, scope: Scope | undefined): void {
    // Chains of operators lean to the left and may be long: they are a loop, not a recursion.
    let current = expression;
    while (current?.kind === 'binary') {
      this.expression(current.right, scope);
      current = current.left;
    }
    if (current !== undefined) this.operand(current, scope);
  }

  protected operand(expression: Expression, scope: Scope | undefined): void {
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

  protected call(expression: Extract<Expression, { kind: 'call' }>, scope: Scope | undefined): void {
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
  protected columns(expression: Expression, scope: Scope | undefined): void {
    if (expression.kind === 'name') this.use(expression, 'column', scope);
    else if (expression.kind === 'range') {
      this.columns(expression.from, scope);
      this.columns(expression.to, scope);
    } else this.expression(expression, scope);
  }

  protected binders(binders: readonly Binder[], span: Span, scope: Scope | undefined): Scope {
    let inner = this.scope(scope, span.end);
    for (const { name, domain } of binders) {
      this.expression(domain, inner);
      inner = this.scope(inner, span.end);
      this.bind(name, 'binder', inner, { callable: true, from: domain.span.end });
    }
    return inner;
  }

  /** The declarations of a nested problem may stand in any order. */
  protected nested(expression: Extract<Expression, { kind: 'nested' }>, scope: Scope | undefined): void {
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
  protected type(syntax: TypeSyntax | undefined, scope: Scope | undefined, binds?: Declaration): void {
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

  protected dimension(
    expression: Expression,
    scope: Scope | undefined,
    binds: Declaration | undefined,
  ): void {
    if (binds !== undefined && expression.kind === 'binary') {
      this.dimension(expression.left, scope, binds);
      return this.dimension(expression.right, scope, binds);
    }
    if (binds === undefined || expression.kind !== 'name') return this.expression(expression, scope);
    const declares = { kind: 'dimension' as const, declaration: binds };
    this.uses.push({ name: expression, namespace: 'value', role: 'read', binding: undefined, declares });
  }
}
