/** What a random term may mention where it stands: variables, binders, dimensions, functions. */
import type * as fc from 'fast-check';
import type { Interval } from './interval.js';
import { interval } from './interval.js';
import type { Dim, Shape, Term } from './term.js';

export interface Variable {
  readonly name: string;
  readonly shape: Shape;
  readonly interval: Interval;
  /** On the grid of leaves: no two elements alike, none near a threshold. */
  readonly exact: boolean;
}

/** Class labels, `y: class(K)[N]`. */
export interface Labels {
  readonly name: string;
  readonly shape: Shape;
  readonly classes: Dim;
}

/** An int from 0 to below the dimension's size (from `first` on). */
export interface Binder {
  readonly name: string;
  readonly dim: Dim;
  readonly first: number;
}

export interface FunctionParameter {
  readonly name: string;
  readonly shape: Shape;
  /** A parameter that is itself a function of one number. */
  readonly isFunction: boolean;
}

/** A function of the program. Every real argument lies in `argumentInterval`. */
export interface RandomFunction {
  readonly name: string;
  readonly parameters: readonly FunctionParameter[];
  readonly quantified: readonly Dim[];
  readonly hasRun: boolean;
  readonly result: Shape;
  /** Where results lie, whatever the body is simplified to. */
  readonly interval: Interval;
  readonly body: Term;
  /** The value of the parameter `W` of a model; undefined for a function. */
  readonly weight: number | undefined;
}

export interface Scope {
  readonly dims: readonly Dim[];
  readonly variables: readonly Variable[];
  readonly labels: readonly Labels[];
  readonly binders: readonly Binder[];
  readonly functions: readonly RandomFunction[];
  /** Function-typed parameters in scope. */
  readonly callbacks: readonly string[];
  /** How many derivatives are around this place. */
  readonly order: number;
}

export const argumentInterval = interval(-2, 2);

/** Choices drawn from fast-check's generator, which alone decides everything. */
export class Choices {
  private counter = 0;
  /** Nodes that may still be made; leaves only when it is used up. */
  fuel: number;

  constructor(
    private readonly random: fc.Random,
    fuel: number,
  ) {
    this.fuel = fuel;
  }

  integer(least: number, most: number): number {
    return this.random.nextInt(least, most);
  }

  chance(percent: number): boolean {
    return this.integer(1, 100) <= percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('nothing to choose from');
    return items[this.integer(0, items.length - 1)] as Item;
  }

  maybe<Item>(items: readonly Item[]): Item | undefined {
    return items.length === 0 ? undefined : this.pick(items);
  }

  fresh(prefix: string): string {
    this.counter += 1;
    return `${prefix}${this.counter}`;
  }
}
