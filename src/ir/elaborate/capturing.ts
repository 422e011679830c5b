/**
 * The names around a nested problem as the problem sees them. A nested problem is elaborated by itself, for one element
 * of the comprehensions it stands in; what has mapped axes outside becomes a parameter of the problem's region, and the
 * whole region is batched over those axes afterwards. So an inner point is always one vector.
 */
import { batchRegion } from '../batching/batch.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { at, range } from '../types.js';
import type { ValueSymbol } from '../../check/typed.js';
import { Cell, Environment } from './environment.js';
import type { Frame } from './frame.js';
import { tensor } from './tensor.js';
import { type Axis, ownShape, type Tensor, unionAxes, type Value } from './value.js';

/** A value with mapped axes, and the parameter that stands for one element of it. */
interface Laned {
  readonly outer: Tensor;
  readonly parameter: Node;
}

export class Captures {
  private readonly laned: Laned[] = [];

  constructor(
    readonly inner: Frame,
    readonly outer: Frame,
  ) {}

  /** The value inside of the problem's frame. */
  take(value: Value): Value {
    switch (value.kind) {
      case 'tensor':
        return value.axes.length === 0 ? value : this.takeLaned(value);
      case 'record':
        return {
          kind: 'record',
          fields: new Map([...value.fields].map(([name, field]) => [name, this.take(field)])),
        };
      case 'function':
      case 'builtin_function':
      case 'optimizer':
        return value;
      default:
        return value satisfies never;
    }
  }

  private takeLaned(value: Tensor): Tensor {
    const known = this.laned.find(({ outer }) => outer.node === value.node && outer.frame === value.frame);
    if (known !== undefined) return tensor(this.inner, known.parameter);
    const type = { dtype: value.node.type.dtype, shape: ownShape(value) };
    const parameter = this.inner.builder.parameter(type, value.node.label ?? 'captured');
    this.laned.push({ outer: value, parameter });
    return tensor(this.inner, parameter);
  }

  /** Closes the problem's region and builds it into the frame around it, once for each element of the mapped axes. */
  close(results: readonly Node[]): readonly Tensor[] {
    const { outer, inner } = this.inner.captured();
    const plain = inner.map((parameter, index) => ({
      parameter,
      node: at(outer, index),
      axes: [] as readonly Axis[],
    }));
    const laned = this.laned.map(({ outer: value, parameter }) => ({
      parameter,
      node: this.outer.read(value),
      axes: value.axes,
    }));
    const inputs = [...plain, ...laned].sort(
      (left, right) => indexOf(left.parameter) - indexOf(right.parameter),
    );
    const region = this.inner.close(
      inputs.map(({ parameter }) => parameter),
      results,
    );
    const axes = unionAxes(inputs.map((input) => input.axes));
    const { builder } = this.outer;
    const nodes = builder.inline(
      overAxes(region, inputs, axes),
      inputs.map(({ node }) => node),
    );
    return nodes.map((node) => tensor(this.outer, node, axes));
  }
}

function indexOf({ operator }: Node): number {
  return operator.kind === 'parameter' ? operator.index : -1;
}

/** The deepest axis first, so that the outermost one leads in the end. */
function overAxes(
  region: Region,
  inputs: readonly { readonly axes: readonly Axis[] }[],
  axes: readonly Axis[],
): Region {
  let current = region;
  for (const axis of [...axes].reverse()) {
    const flags = inputs.map((input) => input.axes.includes(axis));
    const { region: wide, batched } = batchRegion(current, flags, axis.size);
    current = batched.every(Boolean) ? wide : inEveryLane(wide, batched, axis.size);
  }
  return current;
}

function inEveryLane(region: Region, batched: readonly boolean[], size: number): Region {
  const builder = new GraphBuilder();
  const parameters = region.parameters.map((node) =>
    builder.parameter(node.type, node.operator.kind === 'parameter' ? node.operator.name : 'value'),
  );
  const results = builder.inline(region, parameters).map((node, index) => {
    const { shape } = node.type;
    return batched[index] === true ? node : builder.broadcast(node, [size, ...shape], range(shape.length, 1));
  });
  return builder.region(parameters, results);
}

/** What function bodies and expressions inside of the problem find: every name around it, captured when first read. */
export class CapturingEnvironment extends Environment {
  private readonly known = new Map<ValueSymbol, Cell>();

  constructor(
    private readonly around: Environment,
    private readonly captures: Captures,
    /** Runs something as if outside of the problem. */
    private readonly outside: <T>(body: () => T) => T,
  ) {
    super(around);
  }

  override find(symbol: ValueSymbol): Cell | undefined {
    const known = this.known.get(symbol);
    if (known !== undefined) return known;
    const cell = this.outside(() => this.around.find(symbol));
    if (cell === undefined) return undefined;
    const inside = new Cell(symbol.name, () => this.captures.take(this.outside(() => cell.read())));
    this.known.set(symbol, inside);
    return inside;
  }

  override outermostEnvironment(): Environment {
    return this;
  }
}
