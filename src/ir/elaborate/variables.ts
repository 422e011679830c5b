/**
 * The variables that one optimizer moves: some tensors of the parameter vector, joined to a vector of their own. The
 * regions of a program read all parameters; what an optimizer sees as `x` is cut from them and put back.
 */
import type { ValueSymbol } from '../../check/typed.js';
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import type { ParameterSlot } from '../program.js';
import { at, range } from '../types.js';
import type { ProblemFacts } from './facts.js';

export interface Variables {
  /** All tensors of the problem. */
  readonly all: readonly ParameterSlot[];
  /** Places among all of those that are moved, in order. */
  readonly own: readonly number[];
  /** The tensors that are moved, with offsets in their own vector. */
  readonly slots: readonly ParameterSlot[];
  /** Length of their own vector. */
  readonly size: number;
}

export function everyVariable(all: readonly ParameterSlot[]): Variables {
  return someVariables(all, range(all.length));
}

export function variablesNamed(
  facts: ProblemFacts,
  all: readonly ParameterSlot[],
  symbols: ReadonlySet<ValueSymbol>,
): Variables {
  const own = range(all.length).filter((index) => symbols.has(at(facts.problem.parameters, index).symbol));
  return someVariables(all, own);
}

export function someVariables(all: readonly ParameterSlot[], own: readonly number[]): Variables {
  let size = 0;
  const slots = own.map((index) => {
    const slot = at(all, index);
    size += slot.size;
    return { ...slot, offset: size - slot.size };
  });
  return { all, own, slots, size };
}

export function isEvery({ all, own }: Variables): boolean {
  return own.length === all.length;
}

/** The own vector, cut from all parameters. */
export function cut(builder: GraphBuilder, x: Node, variables: Variables): Node {
  if (isEvery(variables)) return x;
  const parts = variables.own.map((index) => {
    const { offset, size } = at(variables.all, index);
    return builder.sliceAxis(x, 0, offset, offset + size);
  });
  return parts.length === 0 ? builder.constant(0, 'real', [0]) : builder.concat(parts, 0);
}

/** All parameters, with the own ones from `y`. */
export function put(builder: GraphBuilder, x: Node, y: Node, variables: Variables): Node {
  if (isEvery(variables)) return y;
  const parts = variables.all.map(({ offset, size }, index) => {
    const place = variables.own.indexOf(index);
    if (place < 0) return builder.sliceAxis(x, 0, offset, offset + size);
    const start = at(variables.slots, place).offset;
    return builder.sliceAxis(y, 0, start, start + size);
  });
  return builder.concat(parts, 0);
}
