/** Types as a person writes them in a source file. */
import { printDimension } from './dimension.js';
import type { ElementType, ShapeType, Type } from './types.js';

export function printElement(element: ElementType): string {
  return element.kind === 'class' ? `class(${printDimension(element.classes)})` : element.kind;
}

/** `[..., K]`; nothing for a scalar. */
export function printShape(shape: ShapeType): string {
  const parts = shape.dimensions.map(printDimension);
  if (shape.run !== undefined) parts.unshift('...');
  return parts.length === 0 ? '' : `[${parts.join(', ')}]`;
}

export function printType(type: Type): string {
  switch (type.kind) {
    case 'array':
      return printElement(type.element) + printShape(type.shape);
    case 'record':
      return `{ ${type.fields.map((field) => `${field.name}: ${printType(field.type)}`).join(', ')} }`;
    case 'function':
      return `fn(${type.parameters.map(printType).join(', ')}): ${printType(type.result)}`;
    case 'model':
      return `model ${type.name}`;
    case 'list':
      return `list of ${type.elements.length}`;
    case 'optimizer':
    case 'schedule':
    case 'text':
      return type.kind;
    case 'error':
      return '?';
    default:
      return type satisfies never;
  }
}
