/** The parameters of a model, those of all its parts included. */
import type { ModelValue } from './entities.js';
import type { TypedParameter } from './typed.js';

export function parametersOf(model: ModelValue): readonly TypedParameter[] {
  return model.kind === 'instance' ? model.parameters : model.elements.flatMap(parametersOf);
}
