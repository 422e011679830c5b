/**
 * One region as a JavaScript function on arrays: the smallest thing the back end can run, for tests and for
 * evaluations outside a training program.
 */
import type { DType, Node, Region, TensorType } from '../../ir/graph.js';
import { arenaOf } from '../../ir/memory.js';
import type { Arena } from '../../ir/memory.js';
import { Variables } from '../../ir/nest-affine.js';
import type { Buffer, Place } from '../../ir/nest.js';
import { locate } from '../../ir/nest.js';
import { makePlace, scheduleRegion } from '../../ir/schedule.js';
import type { ScheduleContext } from '../../ir/schedule.js';
import { at, sizeOf } from '../../ir/types.js';
import { printFunction } from './print-schedule.js';
import { ProgramText, withoutAssertions } from './program-text.js';

export type Precision = 'f64' | 'f32';
export type Cells = Float64Array | Float32Array | Int32Array;

/** Hands out fixed addresses in both arenas. */
export class Layout {
  readonly sizes: Record<Arena, number> = { real: 0, integer: 0 };
  private readonly literals = new Map<string, Place>();
  private nextBuffer = 0;

  readonly context: ScheduleContext = {
    variables: new Variables(),
    makeBuffer: (dtype, size, label) => this.buffer(dtype, size, label),
    literalOf: (literal) => this.literal(literal),
  };

  buffer(dtype: DType, size: number, label: string, values?: readonly number[]): Buffer {
    this.nextBuffer += 1;
    return { id: this.nextBuffer, dtype, size, label, home: { kind: 'unplaced' }, values };
  }

  /** Memory that keeps its content. */
  fixed(type: TensorType, label: string, values?: readonly number[]): Place {
    const size = sizeOf(type.shape);
    const buffer = this.buffer(type.dtype, size, label, values);
    this.settle(buffer, size);
    return makePlace(type.dtype, size, label, buffer);
  }

  /** Frames of regions that never run at once share their memory. */
  settleFrames(frames: readonly Readonly<Record<Arena, Buffer>>[]): void {
    for (const arena of ['real', 'integer'] as const) {
      const start = this.sizes[arena];
      for (const frame of frames) frame[arena].home = { kind: 'fixed', offset: start };
      this.sizes[arena] = start + Math.max(0, ...frames.map((frame) => frame[arena].size));
    }
  }

  private settle(buffer: Buffer, size: number): void {
    const arena = arenaOf(buffer);
    buffer.home = { kind: 'fixed', offset: this.sizes[arena] };
    this.sizes[arena] += size < 8 ? size : Math.ceil(size / 8) * 8;
  }

  private literal(node: Node): Place {
    if (node.operator.kind !== 'literal') throw new Error('compiler bug: not a literal');
    const { values } = node.operator;
    const key = `${node.type.dtype} ${values.join()}`;
    let place = this.literals.get(key);
    if (place === undefined) {
      place = this.fixed(node.type, node.label ?? 'literal', values);
      this.literals.set(key, place);
    }
    return place;
  }
}

export interface CompiledRegion {
  /** Where to write the inputs, and where the results stand after `run`. */
  readonly inputs: readonly Cells[];
  readonly results: readonly Cells[];
  readonly run: () => void;
  readonly source: string;
}

let nonce = 0;

/** Evaluates printed text. Each evaluation gets a text of its own, so that programs do not share type feedback. */
export function evaluateText(body: string): unknown {
  nonce += 1;
  const make = new Function(`'use strict'; // ${nonce}\n${body}`) as () => unknown;
  return make();
}

export function compileRegion(region: Region, precision: Precision = 'f64'): CompiledRegion {
  const layout = new Layout();
  const inputs = region.parameters.map((parameter, index) =>
    layout.fixed(parameter.type, parameter.label ?? `input_${index}`),
  );
  const outputs = region.results.map((result, index) =>
    layout.fixed(result.type, result.label ?? `result_${index}`),
  );
  const { schedule, frames } = scheduleRegion(
    region,
    inputs.map((place) => ({ kind: 'place', place })),
    outputs,
    layout.context,
  );
  layout.settleFrames([frames]);
  const program = new ProgramText(['inputs', 'results', 'run']);
  const name = printFunction(schedule, 'region', program);
  const list = (places: readonly Place[]): string =>
    `[${places.map((place) => program.view(locate(place).buffer)).join(', ')}]`;
  const [inputList, resultList] = [list(inputs), list(outputs)];
  const array = precision === 'f64' ? 'Float64Array' : 'Float32Array';
  const source = withoutAssertions(
    [
      `const reals = new ${array}(${layout.sizes.real});`,
      `const integers = new Int32Array(${layout.sizes.integer});`,
      ...program.declareViews(),
      ...program.declareHelpers(false),
      ...program.declareFunctions(),
      `return { inputs: ${inputList}, results: ${resultList}, run: ${name} };`,
    ].join('\n'),
  );
  const made = evaluateText(source) as Omit<CompiledRegion, 'source'>;
  return { ...made, source };
}

/** Runs a region once on copies of the inputs; truth values and ints are numbers. */
export function runRegion(
  region: Region,
  inputs: readonly ArrayLike<number>[],
  precision: Precision = 'f64',
): Float64Array[] {
  const compiled = compileRegion(region, precision);
  compiled.inputs.forEach((cells, index) => cells.set(at(inputs, index)));
  compiled.run();
  return compiled.results.map((cells) => Float64Array.from(cells));
}
