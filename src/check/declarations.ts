/** Declarations become entities when a name is first used; a circle among them is an error. */
import type {
  DimensionDeclaration,
  HyperDeclaration,
  LetBinding,
  ModelDeclaration,
  TypeSyntax,
} from '../parser/ast.js';
import type { Context } from './context.js';
import { topContext } from './context.js';
import { constant, fit, isError } from './convert.js';
import { copiedModel, copiedValue, stateEntity } from './carried.js';
import type { Declared, Entity, FileScope } from './entities.js';
import { checkExpression } from './expression.js';
import { resolveImport } from './imports.js';
import { levelOf } from './levels.js';
import { makeModel } from './models.js';
import { parametersOf } from './model_parameters.js';
import { derivedModel } from './model_vectors.js';
import { distributionDefinition } from './distributions.js';
import { setDefinition } from './sets.js';
import { printType } from './print_type.js';
import { freshDimension, freshSymbol } from './session.js';
import type { Level, Session } from './session.js';
import { staticValue } from './static_values.js';
import { checkBindingValue } from './statements.js';
import { isScalarType } from './type_facts.js';
import { requireStatic, resolveType } from './type_syntax.js';
import type { SymbolRole, TypedExpression } from './typed.js';

export function resolveDeclared(session: Session, file: FileScope, declared: Declared): Entity {
  if (declared.state === 'done') return declared.entity ?? { kind: 'error' };
  if (declared.state === 'active') {
    circle(session, declared);
    declared.entity = { kind: 'error' };
    return declared.entity;
  }
  const settle = session.begin();
  declared.state = 'active';
  session.resolving.push(declared);
  const entity = makeEntity(session, file, declared);
  session.resolving.pop();
  settle();
  declared.state = 'done';
  // A circle found meanwhile has made this name an error.
  declared.entity = declared.entity ?? entity;
  return declared.entity;
}

function circle(session: Session, declared: Declared): void {
  const start = session.resolving.indexOf(declared);
  const names = session.resolving.slice(start).map(({ name }) => `\`${name}\``);
  session.error('AM2003', declared.span, `\`${declared.name}\` is defined by itself`, {
    notes: [`the circle is ${[...names, names[0]].join(' -> ')}`],
  });
}

function makeEntity(session: Session, file: FileScope, declared: Declared): Entity {
  const { declaration } = declared;
  switch (declaration.kind) {
    case 'import':
      return resolveImport(session, file, declared);
    case 'fn':
      return {
        kind: 'function',
        definition: {
          kind: 'function',
          syntax: declaration,
          file,
          state: 'new',
          signature: undefined,
          typed: undefined,
        },
      };
    case 'module':
      return {
        kind: 'module',
        definition: { kind: 'module', syntax: declaration, file, active: false, instances: 0 },
      };
    case 'optimizer':
      return {
        kind: 'optimizer',
        definition: {
          kind: 'optimizer',
          syntax: declaration,
          file,
          state: 'new',
          signature: undefined,
          typed: undefined,
        },
      };
    case 'schedule':
      return {
        kind: 'schedule',
        definition: {
          kind: 'schedule',
          syntax: declaration,
          file,
          state: 'new',
          signature: undefined,
          typed: undefined,
        },
      };
    case 'set':
      return { kind: 'set', definition: setDefinition(file, declaration) };
    case 'distribution':
      return { kind: 'distribution', definition: distributionDefinition(file, declaration) };
    case 'let':
      return declared.binding === undefined
        ? { kind: 'error' }
        : (copiedValue(session, file, declaration, declared.binding) ??
            letEntity(session, file, declared.binding));
    case 'problem_state':
      if (!onlyInProgram(session, file, declared, 'state')) return { kind: 'error' };
      return declared.binding === undefined
        ? { kind: 'error' }
        : stateEntity(session, file, declared.binding);
    case 'dim':
      return dimensionEntity(session, file, declaration);
    case 'hyper':
      return hyperEntity(session, file, declaration);
    case 'data': {
      const column = declaration.columns.find(({ name }) => name.name === declared.name);
      return column === undefined
        ? { kind: 'error' }
        : typedEntity(session, file, declared, column.type, 'data');
    }
    case 'param':
      return typedEntity(session, file, declared, declaration.type, 'param');
    case 'model':
      return modelEntity(session, file, declaration);
    default:
      return { kind: 'error' };
  }
}

/** Files other than the program itself hold definitions and constants. */
function onlyInProgram(
  session: Session,
  file: FileScope,
  declared: Pick<Declared, 'name' | 'span'>,
  kind: string,
): boolean {
  if (file.role === 'main') return true;
  session.error('AM2010', declared.span, `a ${kind} stands in the program, not in a file that is imported`, {
    notes: ['imported files define functions, modules, optimizers and schedules'],
  });
  return false;
}

// ------------------------------------------------------------------------------------------------------- let

function letEntity(session: Session, file: FileScope, binding: LetBinding): Entity {
  const { name, span } = binding.name;
  const context = topContext(session, file, 'problem');
  const value = checkBindingValue(context, binding);
  if (value.type.kind === 'error') return { kind: 'error' };
  const known = staticValue(session, value);
  const isInt = known?.kind === 'int' && isScalarType(value.type);
  const dimension = isInt ? freshDimension(name, span, 'static') : undefined;
  const symbol = freshSymbol(name, 'let', value.type, span, dimension);
  if (dimension !== undefined && known?.kind === 'int') {
    session.definitions.set(dimension, session.expand(known.value));
    session.dimensions.push({ symbol: dimension, value });
  } else if (known !== undefined) session.statics.set(symbol, known);
  session.levels.set(symbol, levelOf(session, value));
  session.lets.push({ symbol, value, split: session.splitOf.get(binding) });
  return { kind: 'value', symbol };
}

// ------------------------------------------------------------------------------------------------------- dim

function dimensionEntity(session: Session, file: FileScope, declaration: DimensionDeclaration): Entity {
  const { name } = declaration;
  const symbol = freshDimension(name.name, name.span, 'file');
  const entity: Entity = { kind: 'dimension', symbol };
  if (declaration.value === undefined) {
    if (onlyInProgram(session, file, { name: name.name, span: name.span }, '`dim` without a value')) {
      session.dimensions.push({ symbol, value: undefined });
    }
    return entity;
  }
  const typed = checkExpression(topContext(session, file, 'problem'), declaration.value);
  const value = requireStatic(topContext(session, file, 'problem'), typed, `the dimension \`${name.name}\``);
  if (value === undefined) return { kind: 'error' };
  session.definitions.set(symbol, session.expand(value));
  session.dimensions.push({ symbol, value: typed });
  return entity;
}

// ----------------------------------------------------------------------------------------------------- hyper

function hyperEntity(session: Session, file: FileScope, declaration: HyperDeclaration): Entity {
  const { name } = declaration;
  if (!onlyInProgram(session, file, { name: name.name, span: name.span }, 'hyper')) return { kind: 'error' };
  const context = topContext(session, file, 'problem');
  const type = resolveType(context, declaration.type);
  if (type.kind === 'error') return { kind: 'error' };
  const scalar = isScalarType(type) && type.kind === 'array' && type.element.kind !== 'class';
  if (!scalar) {
    session.error(
      'AM2603',
      declaration.type.span,
      `a hyperparameter is one real, int or bool, and this is ${printType(type)}`,
    );
    return { kind: 'error' };
  }
  const value = hyperValue(context, declaration, type);
  if (value === undefined) return { kind: 'error' };
  const isInt = type.element.kind === 'int';
  const dimension = isInt ? freshDimension(name.name, name.span, 'static') : undefined;
  const symbol = freshSymbol(name.name, 'hyper', type, name.span, dimension);
  const interval = hyperInterval(context, declaration, type);
  session.levels.set(symbol, 'constant');
  session.hypers.set(declaration, { symbol, value, interval, doc: declaration.doc });
  if (dimension !== undefined) {
    const known = staticValue(session, value);
    const number = known?.kind === 'int' ? session.concrete(known.value) : undefined;
    if (number !== undefined) session.hyperValues.set(dimension, number);
    session.dimensions.push({
      symbol: dimension,
      value: { kind: 'reference', symbol, type, span: name.span },
    });
  }
  return { kind: 'value', symbol };
}

function hyperValue(
  context: Context,
  declaration: HyperDeclaration,
  type: TypedExpression['type'],
): TypedExpression | undefined {
  const { session } = context;
  const { name, value } = declaration;
  const setting = session.settings.get(name.name);
  if (setting !== undefined) return constant(setting, type, name.span);
  if (value === undefined) {
    session.error('AM2603', name.span, `the hyperparameter \`${name.name}\` has no value`, {
      notes: ['give it one here (`= 0.1`) or when the program is run (`--set name=value`)'],
    });
    return undefined;
  }
  const fitted = fit(context, checkExpression(context, value), type, `\`${name.name}\``);
  if (isError(fitted)) return undefined;
  if (levelOf(session, fitted) === 'constant') return fitted;
  session.error('AM2503', value.span, 'a hyperparameter is known before data and parameters', {
    notes: ['it may use literals, dimensions and other hyperparameters'],
  });
  return undefined;
}

function hyperInterval(
  context: Context,
  declaration: HyperDeclaration,
  type: TypedExpression['type'],
): { readonly from: TypedExpression; readonly to: TypedExpression } | undefined {
  const { interval } = declaration;
  if (interval === undefined || interval.kind === 'error') return undefined;
  if (interval.kind !== 'range') {
    context.session.error('AM2603', interval.span, 'the values of a hyperparameter are an interval', {
      notes: ['write `in 8..512`'],
    });
    return undefined;
  }
  const from = fit(context, checkExpression(context, interval.from), type, 'the lower end');
  const to = fit(context, checkExpression(context, interval.to), type, 'the upper end');
  return isError(from) || isError(to) ? undefined : { from, to };
}

// ------------------------------------------------------------------------------- data, parameters and models

/** Data columns and parameters have their declared type; their values are checked when the problem is put together. */
function typedEntity(
  session: Session,
  file: FileScope,
  declared: Declared,
  syntax: TypeSyntax,
  role: SymbolRole & ('data' | 'param'),
): Entity {
  const kind = role === 'data' ? 'data column' : 'param';
  if (!onlyInProgram(session, file, declared, kind)) return { kind: 'error' };
  const type = resolveType(topContext(session, file, 'problem'), syntax);
  if (type.kind === 'error') return { kind: 'error' };
  const symbol = freshSymbol(declared.name, role, type, declared.span);
  const level: Level = role === 'data' ? 'data' : 'parameter';
  session.levels.set(symbol, level);
  return { kind: 'value', symbol };
}

function modelEntity(session: Session, file: FileScope, declaration: ModelDeclaration): Entity {
  const { name } = declaration;
  if (!onlyInProgram(session, file, { name: name.name, span: name.span }, 'model')) return { kind: 'error' };
  const copy = copiedModel(session, file, declaration);
  if (copy !== undefined) return copy;
  const derived = derivedModel(session, file, declaration);
  if (derived !== undefined) return derived;
  const value = makeModel(topContext(session, file, 'problem'), declaration.value, name.name, 0);
  if (value === undefined) return { kind: 'error' };
  session.parameters.set(declaration, parametersOf(value));
  return { kind: 'model', value, span: name.span };
}
