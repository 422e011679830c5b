/**
 * A module that nothing instantiates is checked with stand-ins for its static arguments: fresh dimensions for ints,
 * lists of two for lists of ints, so that its mistakes are found where it is written.
 */
import type { Parameter } from '../parser/ast.js';
import { topContext } from './context.js';
import type { constant } from './convert.js';
import { constantDimension, symbolDimension } from './dimension.js';
import type { Entity, ModuleDefinition } from './entities.js';
import { instantiate } from './models.js';
import { freshDimension, freshSymbol } from './session.js';
import type { Session } from './session.js';
import { resolveType } from './type_syntax.js';

export function checkModuleAlone(session: Session, definition: ModuleDefinition): void {
  if (definition.instances > 0 || definition.active) return;
  const context = topContext(session, definition.file, 'module');
  const statics = new Map<string, Entity>();
  for (const parameter of definition.syntax.statics) standIn(session, definition, parameter, statics);
  definition.active = true;
  const lets = session.sizeChecks.length;
  instantiate(context, definition, statics, definition.syntax.name.name, 0);
  session.sizeChecks.length = lets;
  definition.active = false;
}

function standIn(
  session: Session,
  definition: ModuleDefinition,
  parameter: Parameter,
  statics: Map<string, Entity>,
): void {
  const { name, span } = parameter.name;
  const { type } = parameter;
  if (type.kind === 'array_type' && type.element === 'int') {
    const fresh = (suffix: string) => {
      const symbol = freshDimension(`${name}${suffix}`, span, 'static');
      // Where a number must be known (how many submodels, turns of an unrolled loop), two stands for any.
      session.hyperValues.set(symbol, 2);
      return { kind: 'int' as const, value: symbolDimension(symbol) };
    };
    const isList = type.dimensions.length > 0;
    const value = isList ? ({ kind: 'list', elements: [fresh('[0]'), fresh('[1]')] } as const) : fresh('');
    statics.set(name, { kind: 'static', value, span });
    const [length] = type.dimensions;
    if (length?.kind === 'name' && !statics.has(length.name)) {
      statics.set(length.name, { kind: 'static', value: { kind: 'int', value: constantDimension(2) }, span });
    }
    return;
  }
  const resolved = resolveType(topContext(session, definition.file, 'module'), type);
  if (resolved.kind === 'error') statics.set(name, { kind: 'error' });
  else if (resolved.kind === 'function') {
    statics.set(name, { kind: 'value', symbol: freshSymbol(name, 'argument', resolved, span) });
  } else statics.set(name, { kind: 'inline', value: standInValue(session, resolved, span), span });
}

/** A reference, not a constant: a constant truth value would choose a branch. */
function standInValue(session: Session, type: Parameters<typeof constant>[1], span: Parameter['span']) {
  const symbol = freshSymbol('static', 'argument', type, span);
  session.levels.set(symbol, 'constant');
  return { kind: 'reference', symbol, type, span } as const;
}
