/** Damage to sources, repeatable: tokens and characters deleted, doubled, swapped, replaced. */
import { tokenize } from '../../src/parser/tokens.js';

/** A small generator of numbers, so that a failure can be repeated. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export type Below = (below: number) => number;

export function mutateTokens(text: string, below: Below): string {
  const { tokens } = tokenize(text);
  const one = tokens[below(tokens.length)];
  const other = tokens[below(tokens.length)];
  if (one === undefined || other === undefined) return text;
  const start = one.startOffset;
  const end = start + one.image.length;
  const insert = [`${one.image} ${other.image}`, '', other.image][below(3)] ?? '';
  return text.slice(0, start) + insert + text.slice(end);
}

export function mutateCharacters(text: string, below: Below): string {
  const place = below(text.length);
  switch (below(3)) {
    case 0:
      return text.slice(0, place) + text.slice(place + 1);
    case 1:
      return text.slice(0, place) + text.charAt(below(text.length)) + text.slice(place);
    default:
      return text.slice(0, place) + String.fromCharCode(below(256)) + text.slice(place + 1);
  }
}
