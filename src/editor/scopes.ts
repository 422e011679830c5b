/**
 * The scopes of a declaration: which names it binds, where they are visible, and what each name in it refers to. Names
 * that nothing inside binds are left to the file. Mirrors the rules of the checker, without types.
 */
import type { Declaration, Expression, Identifier } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import type { Names, Scope } from './bindings.js';
import { ExpressionNames } from './expression_names.js';

const implicitNames = {
  optimizer: ['x', 'g', 'f', 't', 'T', 'player', 'P', 'R'],
  handling: ['eq', 'ineq', 'stationarity', 'restart', 'E', 'I'],
  schedule: ['t', 'T'],
  until: ['grad_norm', 'value', 'step', 'kkt'],
} as const;

export function namesIn(declarations: readonly Declaration[]): Names {
  const walker = new Walker();
  for (const declaration of declarations) walker.declaration(declaration, undefined);
  const uses = walker.uses.sort((first, second) => first.name.span.start - second.name.span.start);
  const declared = uses.flatMap((use) =>
    use.declares === undefined ? [] : [{ ...use, declares: use.declares }],
  );
  return { uses, bindings: walker.scopes.flatMap((scope) => [...scope.names.values()]), declared };
}

class Walker extends ExpressionNames {
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
}
