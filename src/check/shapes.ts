/**
 * How shapes meet: broadcasting is scalar with array, equal shapes, or a trailing run of the same named dimensions,
 * and nothing else. Dimensions line up by name; a dimension that occurs twice does not line up at all.
 */
import { constantValue } from './dimension.js';
import type { Session } from './session.js';
import { isScalar } from './type_facts.js';
import type { Dimension, ShapeType } from './types.js';
import { printDimension } from './dimension.js';
import type { Span } from '../parser/source.js';

export type Broadcast =
  { readonly ok: true; readonly shape: ShapeType } | { readonly ok: false; readonly reason: string };

export function broadcast(session: Session, left: ShapeType, right: ShapeType, span: Span): Broadcast {
  if (isScalar(left)) return { ok: true, shape: right };
  if (isScalar(right)) return { ok: true, shape: left };
  const leftLonger =
    left.dimensions.length > right.dimensions.length ||
    (left.dimensions.length === right.dimensions.length && left.run !== undefined);
  const [longer, shorter] = leftLonger ? [left, right] : [right, left];
  if (shorter.run !== undefined && shorter.run !== longer.run) {
    return { ok: false, reason: 'their leading dimensions `...` are not the same' };
  }
  if (shorter.run !== undefined && shorter.dimensions.length !== longer.dimensions.length) {
    return { ok: false, reason: 'after `...` they have different numbers of dimensions' };
  }
  const offset = longer.dimensions.length - shorter.dimensions.length;
  const trailing = longer.dimensions.slice(offset);
  for (let index = trailing.length - 1; index >= 0; index -= 1) {
    const a = trailing[index];
    const b = shorter.dimensions[index];
    if (a !== undefined && b !== undefined && !session.agree(a, b, span)) {
      return { ok: false, reason: differenceOf(b, a) };
    }
  }
  const twice =
    offset > 0 || shorter.run !== longer.run ? occursTwice(longer, shorter.dimensions) : undefined;
  if (twice !== undefined) {
    return {
      ok: false,
      reason: `${printDimension(twice)} occurs twice in one of them, so it is not clear which is meant`,
    };
  }
  return { ok: true, shape: longer };
}

export function differenceOf(left: Dimension, right: Dimension): string {
  const bothNumbers = constantValue(left) !== undefined && constantValue(right) !== undefined;
  const verb = bothNumbers ? 'is not equal to' : 'is not';
  return `lining up trailing dimensions by name, ${printDimension(left)} ${verb} ${printDimension(right)}`;
}

function occursTwice(shape: ShapeType, among: readonly Dimension[]): Dimension | undefined {
  return among.find(
    (wanted) => shape.dimensions.filter((dimension) => dimension.key === wanted.key).length > 1,
  );
}

/** Equal shapes, without broadcasting. */
export function sameShape(session: Session, left: ShapeType, right: ShapeType, span: Span): boolean {
  if (left.run !== right.run || left.dimensions.length !== right.dimensions.length) return false;
  return left.dimensions.every((dimension, index) => {
    const other = right.dimensions[index];
    return other !== undefined && session.agree(dimension, other, span);
  });
}
