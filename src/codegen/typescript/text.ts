/** Numbers and strings as JavaScript, and the words that no printed name may be. */
import { precedence } from '../../ir/operators/elementwise/lowering.js';
import type { ScalarText } from '../../ir/operators/elementwise/lowering.js';

export function numberText(value: number): ScalarText {
  if (Number.isNaN(value)) return { text: 'NaN', precedence: precedence.primary };
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  const text = `${negative ? '-' : ''}${magnitude === Infinity ? 'Infinity' : String(magnitude)}`;
  return { text, precedence: negative ? precedence.unary : precedence.primary };
}

export function stringText(value: string): string {
  return JSON.stringify(value)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

export const reserved: ReadonlySet<string> = new Set(
  (
    'break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if import in instanceof new null return super switch this throw true try typeof var void while with ' +
    'yield let static await async of implements interface package private protected public arguments eval undefined ' +
    'NaN Infinity Math Number Array Object Error Promise Float64Array Float32Array Int32Array ArrayBuffer String ' +
    'Symbol JSON globalThis performance setTimeout reals integers seed data options any number string boolean never unknown type'
  ).split(' '),
);
