/** Small facts about types and their constructors: scalars, elements, substitution of dimensions. */
import { substituteDimension, symbolsOf } from './dimension.js';
import type {
  ArrayType,
  Dimension,
  DimensionSymbol,
  ElementType,
  RunSymbol,
  ShapeType,
  Type,
} from './types.js';

export const realElement: ElementType = { kind: 'real' };
export const intElement: ElementType = { kind: 'int' };
export const boolElement: ElementType = { kind: 'bool' };

export const scalarShape: ShapeType = { run: undefined, dimensions: [] };
export const errorType: Type = { kind: 'error' };
export const realScalar: ArrayType = { kind: 'array', element: realElement, shape: scalarShape };
export const intScalar: ArrayType = { kind: 'array', element: intElement, shape: scalarShape };
export const boolScalar: ArrayType = { kind: 'array', element: boolElement, shape: scalarShape };

export function arrayType(element: ElementType, shape: ShapeType): ArrayType {
  return { kind: 'array', element, shape };
}

export function shapeOf(dimensions: readonly Dimension[], run?: RunSymbol): ShapeType {
  return { run, dimensions };
}

export function isScalar(shape: ShapeType): boolean {
  return shape.run === undefined && shape.dimensions.length === 0;
}

export function isScalarType(type: Type): boolean {
  return type.kind === 'array' && isScalar(type.shape);
}

export function isReal(type: Type): boolean {
  return type.kind === 'array' && type.element.kind === 'real';
}

export type DimensionLookup = (symbol: DimensionSymbol) => Dimension | undefined;
export type RunLookup = (symbol: RunSymbol) => ShapeType | undefined;

export function substituteShape(shape: ShapeType, lookup: DimensionLookup, runs: RunLookup): ShapeType {
  const dimensions = shape.dimensions.map((dimension) => substituteDimension(dimension, lookup));
  const run = shape.run === undefined ? undefined : runs(shape.run);
  if (run === undefined) return { run: shape.run, dimensions };
  return { run: run.run, dimensions: [...run.dimensions, ...dimensions] };
}

export function substituteType(type: Type, lookup: DimensionLookup, runs: RunLookup): Type {
  switch (type.kind) {
    case 'array':
      return {
        kind: 'array',
        element: substituteElement(type.element, lookup),
        shape: substituteShape(type.shape, lookup, runs),
      };
    case 'record':
      return {
        kind: 'record',
        fields: type.fields.map((field) => ({
          name: field.name,
          type: substituteType(field.type, lookup, runs),
        })),
      };
    case 'function':
      return {
        kind: 'function',
        parameters: type.parameters.map((parameter) => substituteType(parameter, lookup, runs)),
        result: substituteType(type.result, lookup, runs),
      };
    default:
      return type;
  }
}

export function substituteElement(element: ElementType, lookup: DimensionLookup): ElementType {
  return element.kind === 'class'
    ? { kind: 'class', classes: substituteDimension(element.classes, lookup) }
    : element;
}

/** Every dimension symbol that stands in a type. */
export function symbolsOfType(type: Type, found = new Set<DimensionSymbol>()): Set<DimensionSymbol> {
  if (type.kind === 'array') {
    if (type.element.kind === 'class') symbolsOf(type.element.classes, found);
    for (const dimension of type.shape.dimensions) symbolsOf(dimension, found);
  } else if (type.kind === 'record') {
    for (const field of type.fields) symbolsOfType(field.type, found);
  } else if (type.kind === 'function') {
    for (const parameter of type.parameters) symbolsOfType(parameter, found);
    symbolsOfType(type.result, found);
  }
  return found;
}
