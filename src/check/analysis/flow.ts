/**
 * Which parameters a value depends on: those that a derivative reaches, and those whose derivative is cut on every
 * way, with the step that cut it. Flows are shared and unions that add nothing give back what was there.
 */
import type { Span } from '../../parser/source.js';
import type { ValueSymbol } from '../typed.js';

/** A step whose derivative is zero by definition. */
export interface Cut {
  readonly span: Span;
  /** As a person would name it: "`argmax`", "the comparison `>`". */
  readonly what: string;
}

export interface Flow {
  readonly id: number;
  readonly live: ReadonlySet<ValueSymbol>;
  readonly cut: ReadonlyMap<ValueSymbol, Cut>;
  /** Depends on a draw made at every step. */
  readonly random: boolean;
}

let flows = 0;

function makeFlow(live: ReadonlySet<ValueSymbol>, cut: ReadonlyMap<ValueSymbol, Cut>, random: boolean): Flow {
  flows += 1;
  return { id: flows, live, cut, random };
}

export const noFlow: Flow = makeFlow(new Set(), new Map(), false);
export const randomFlow: Flow = makeFlow(new Set(), new Map(), true);

export function flowOf(symbol: ValueSymbol): Flow {
  return makeFlow(new Set([symbol]), new Map(), false);
}

function covers(a: Flow, b: Flow): boolean {
  return (
    (a.random || !b.random) &&
    [...b.live].every((symbol) => a.live.has(symbol)) &&
    [...b.cut.keys()].every((symbol) => a.cut.has(symbol))
  );
}

export function union(a: Flow, b: Flow): Flow {
  if (a === b || b === noFlow) return a;
  if (a === noFlow) return b;
  if (covers(a, b)) return a;
  if (covers(b, a)) return b;
  return makeFlow(new Set([...a.live, ...b.live]), new Map([...b.cut, ...a.cut]), a.random || b.random);
}

/** What is left once some names are bound inside of the value. */
export function withoutSymbols(flow: Flow, symbols: ReadonlySet<ValueSymbol>): Flow {
  return makeFlow(
    new Set([...flow.live].filter((symbol) => !symbols.has(symbol))),
    new Map([...flow.cut].filter(([symbol]) => !symbols.has(symbol))),
    flow.random,
  );
}

export function unionOf(parts: readonly Flow[]): Flow {
  return parts.reduce(union, noFlow);
}

/** Nothing differentiable is left. */
export function cutAt(flow: Flow, cut: Cut): Flow {
  if (flow.live.size === 0) return flow;
  const cuts = new Map([...flow.live].map((symbol) => [symbol, cut] as const));
  return makeFlow(new Set(), new Map([...cuts, ...flow.cut]), flow.random);
}

/** Whether a value changes from step to step. */
export function varies(flow: Flow): boolean {
  return flow.random || flow.live.size > 0 || flow.cut.size > 0;
}
