/**
 * Builds the nodes of one region. Equal nodes are made once (hash-consing), types come from the operators' type rules,
 * and scalar constants fold. A call that a type rule refuses is a compiler bug and throws.
 *
 * Parameters are the exception to consing: each belongs to one region. Build every nested region with a
 * builder of its own.
 */
import type { Span } from '../parser/source.js';
import type {
  BinaryElementwise,
  DType,
  ElementwiseName,
  Monoid,
  Node,
  Operator,
  Region,
  Shape,
  TensorType,
  UnaryElementwise,
} from './graph.js';
import { nodeKey } from './identity.js';
import { castFunction, scalarFunction } from './operators/elementwise/evaluate.js';
import { resultTypes } from './operators/types_table.js';
import { TypeRuleError } from './operators/type_rule.js';
import { nodesOf, regionsIn } from './traverse.js';
import { at, range, sameShape, sameType, showType } from './types.js';

let nextId = 0;

export interface LoopParts {
  readonly max: number;
  readonly carries: readonly Node[];
  readonly invariants?: readonly Node[];
  /** Arrays with a leading axis of `max`; turn k sees element k. */
  readonly xs?: readonly Node[];
  /** [k, carries.., invariants.., x slices..] -> [carries.., y slices..] */
  readonly body: Region;
  /** [k, carries.., invariants..] -> [bool] */
  readonly condition?: Region | undefined;
}

export interface CondParts {
  readonly condition: Node;
  readonly captured: readonly Node[];
  readonly then: Region;
  readonly otherwise: Region;
}

export interface ContractionAxes {
  readonly batch?: readonly (readonly [number, number])[];
  readonly contract: readonly (readonly [number, number])[];
}

export interface IndexingOptions {
  /** Leading axes that operand and indices share. */
  readonly batch?: number;
  /** The indices are known to be inside. */
  readonly inBounds?: boolean;
}

export class GraphBuilder {
  private readonly nodes = new Map<string, Node>();
  private parameterCount = 0;
  private span: Span | undefined;

  /** Nodes made inside `build` get this span; the node it returns gets the label. */
  withSpan<T>(span: Span | undefined, label: string | undefined, build: () => T): T {
    const outer = this.span;
    this.span = span ?? outer;
    try {
      const built = build();
      if (label !== undefined) nameNode(built, label);
      return built;
    } finally {
      this.span = outer;
    }
  }

  /** Any operator. `declared` is needed where inputs do not fix the type (constants, casts, broadcasts, reshapes). */
  node(operator: Operator, inputs: readonly Node[], declared?: TensorType): Node {
    const types = this.check(operator, inputs, declared);
    const multiple = operator.kind === 'loop' || operator.kind === 'cond';
    const type = types[0] ?? { dtype: 'real', shape: [] };
    return this.intern(operator, inputs, type, multiple ? types : undefined);
  }

  /** The node, made once. */
  private intern(
    operator: Operator,
    inputs: readonly Node[],
    type: TensorType,
    results: readonly TensorType[] | undefined,
  ): Node {
    const key = nodeKey(operator, type, inputs);
    const known = this.nodes.get(key);
    if (known !== undefined) return known;
    const node = this.make(operator, inputs, type, results);
    this.nodes.set(key, node);
    return node;
  }

  parameter(type: TensorType, name: string, options: { readonly span?: Span | undefined } = {}): Node {
    const operator: Operator = { kind: 'parameter', index: this.parameterCount, name };
    this.parameterCount += 1;
    return this.withSpan(options.span, name, () => this.make(operator, [], type, undefined));
  }

  constant(value: number, dtype: DType = 'real', shape: Shape = []): Node {
    return this.node({ kind: 'constant', value }, [], { dtype, shape });
  }

  literal(values: readonly number[], dtype: DType, shape: Shape): Node {
    const first = values[0];
    if (first !== undefined && values.every((value) => Object.is(value, first))) {
      return this.constant(first, dtype, shape);
    }
    return this.node({ kind: 'literal', values: [...values] }, [], { dtype, shape });
  }

  /** The constant with the type of another node. */
  like(node: Node, value: number): Node {
    return this.constant(value, node.type.dtype, node.type.shape);
  }

  elementwise(name: ElementwiseName, inputs: readonly Node[]): Node {
    const values = inputs.map((input) => constantValue(input));
    if (!values.every((value) => value !== undefined)) {
      return this.node({ kind: 'elementwise', name }, inputs);
    }
    const operator: Operator = { kind: 'elementwise', name };
    const type = at(this.check(operator, inputs, undefined), 0);
    const evaluate = scalarFunction(
      name,
      inputs.map((input) => input.type.dtype),
    );
    return this.constant(evaluate(...values), type.dtype, type.shape);
  }

  unary(name: UnaryElementwise, operand: Node): Node {
    return this.elementwise(name, [operand]);
  }

  binary(name: BinaryElementwise, left: Node, right: Node): Node {
    return this.elementwise(name, [left, right]);
  }

  select(condition: Node, then: Node, otherwise: Node): Node {
    return then === otherwise ? then : this.elementwise('select', [condition, then, otherwise]);
  }

  cast(operand: Node, dtype: DType): Node {
    const from = operand.type.dtype;
    if (from === dtype) return operand;
    const value = constantValue(operand);
    if (value !== undefined)
      return this.constant(castFunction(from, dtype)(value), dtype, operand.type.shape);
    return this.node({ kind: 'cast' }, [operand], { dtype, shape: operand.type.shape });
  }

  /** Input axis a becomes output axis `axes[a]`; the other axes of `shape` repeat it. */
  broadcast(operand: Node, shape: Shape, axes: readonly number[]): Node {
    const declared: TensorType = { dtype: operand.type.dtype, shape };
    if (operand.operator.kind === 'constant') {
      this.check({ kind: 'broadcast', axes }, [operand], declared);
      return this.constant(operand.operator.value, operand.type.dtype, shape);
    }
    if (axes.length === shape.length && sameShape(operand.type.shape, shape)) return operand;
    return this.node({ kind: 'broadcast', axes }, [operand], declared);
  }

  broadcastScalar(operand: Node, shape: Shape): Node {
    return this.broadcast(operand, shape, []);
  }

  reshape(operand: Node, shape: Shape): Node {
    if (sameShape(operand.type.shape, shape)) return operand;
    const declared: TensorType = { dtype: operand.type.dtype, shape };
    if (operand.operator.kind === 'constant') {
      this.check({ kind: 'reshape' }, [operand], declared);
      return this.constant(operand.operator.value, operand.type.dtype, shape);
    }
    return this.node({ kind: 'reshape' }, [operand], declared);
  }

  /** Output axis a is input axis `permutation[a]`. */
  transpose(operand: Node, permutation: readonly number[]): Node {
    const operator: Operator = { kind: 'transpose', permutation };
    if (operand.operator.kind === 'constant') {
      const type = at(this.check(operator, [operand], undefined), 0);
      return this.constant(operand.operator.value, type.dtype, type.shape);
    }
    const identity =
      permutation.length === operand.type.shape.length && permutation.every((axis, index) => axis === index);
    return identity ? operand : this.node(operator, [operand]);
  }

  reverse(operand: Node, axes: readonly number[]): Node {
    if (axes.length === 0 || operand.operator.kind === 'constant') return operand;
    return this.node({ kind: 'reverse', axes }, [operand]);
  }

  slice(
    operand: Node,
    starts: readonly number[],
    limits: readonly number[],
    strides?: readonly number[],
  ): Node {
    const steps = strides ?? starts.map(() => 1);
    const operator: Operator = { kind: 'slice', starts, limits, strides: steps };
    const type = at(this.check(operator, [operand], undefined), 0);
    if (sameShape(type.shape, operand.type.shape)) return operand;
    if (operand.operator.kind === 'constant') {
      return this.constant(operand.operator.value, type.dtype, type.shape);
    }
    return this.node(operator, [operand]);
  }

  /** Elements start .. limit - 1 of one axis. */
  sliceAxis(operand: Node, axis: number, start: number, limit: number): Node {
    const { shape } = operand.type;
    return this.slice(
      operand,
      shape.map((_, index) => (index === axis ? start : 0)),
      shape.map((extent, index) => (index === axis ? limit : extent)),
    );
  }

  pad(operand: Node, low: readonly number[], high: readonly number[], interior?: readonly number[]): Node {
    const between = interior ?? low.map(() => 0);
    if ([...low, ...high, ...between].every((count) => count === 0)) return operand;
    return this.node({ kind: 'pad', low, high, interior: between }, [operand]);
  }

  concat(operands: readonly Node[], axis: number): Node {
    return operands.length === 1 ? at(operands, 0) : this.node({ kind: 'concat', axis }, operands);
  }

  iota(shape: Shape, axis: number): Node {
    return this.node({ kind: 'iota', axis }, [], { dtype: 'int', shape });
  }

  reduce(monoid: Monoid, operand: Node, axes: readonly number[]): Node {
    const sorted = [...axes].sort((left, right) => left - right);
    return sorted.length === 0 ? operand : this.node({ kind: 'reduce', monoid, axes: sorted }, [operand]);
  }

  /** Over every axis, to a scalar. */
  reduceAll(monoid: Monoid, operand: Node): Node {
    return this.reduce(monoid, operand, range(operand.type.shape.length));
  }

  argreduce(direction: 'max' | 'min', operand: Node, axis: number): Node {
    return this.node({ kind: 'argreduce', direction, axis }, [operand]);
  }

  cumulative(
    monoid: 'sum' | 'product' | 'max' | 'min',
    operand: Node,
    axis: number,
    options: { readonly reverse?: boolean } = {},
  ): Node {
    return this.node({ kind: 'cumulative', monoid, axis, reverse: options.reverse ?? false }, [operand]);
  }

  contraction(left: Node, right: Node, axes: ContractionAxes): Node {
    const operator: Operator = { kind: 'contraction', batch: axes.batch ?? [], contract: axes.contract };
    return this.node(operator, [left, right]);
  }

  gather(operand: Node, indices: Node, options: IndexingOptions = {}): Node {
    const operator: Operator = {
      kind: 'gather',
      batch: options.batch ?? 0,
      inBounds: options.inBounds ?? false,
    };
    return this.node(operator, [operand, indices]);
  }

  scatterAdd(base: Node, indices: Node, updates: Node, options: IndexingOptions = {}): Node {
    const operator: Operator = {
      kind: 'scatter_add',
      batch: options.batch ?? 0,
      inBounds: options.inBounds ?? false,
    };
    return this.node(operator, [base, indices, updates]);
  }

  scatterSet(base: Node, indices: Node, updates: Node, options: IndexingOptions = {}): Node {
    const operator: Operator = {
      kind: 'scatter_set',
      batch: options.batch ?? 0,
      inBounds: options.inBounds ?? false,
    };
    return this.node(operator, [base, indices, updates]);
  }

  argsort(operand: Node, options: { readonly descending?: boolean } = {}): Node {
    return this.node({ kind: 'argsort', descending: options.descending ?? false }, [operand]);
  }

  uniform(seed: Node, step: Node, index: Node, stream: number, word: 0 | 1 | 2 | 3 = 0): Node {
    return this.node({ kind: 'uniform', stream, word }, [seed, step, index]);
  }

  cholesky(matrix: Node): Node {
    return this.node({ kind: 'cholesky' }, [matrix]);
  }

  triangularSolve(
    matrix: Node,
    right: Node,
    options: { readonly lower: boolean; readonly transposed?: boolean; readonly unitDiagonal?: boolean },
  ): Node {
    const { lower, transposed = false, unitDiagonal = false } = options;
    return this.node({ kind: 'triangular_solve', lower, transposed, unitDiagonal }, [matrix, right]);
  }

  /** The eigenvalues above the matrix of eigenvectors; `eigenParts` takes them apart. */
  symmetricEigen(matrix: Node): Node {
    return this.node({ kind: 'symmetric_eigen' }, [matrix]);
  }

  /** Q above R. */
  qr(matrix: Node): Node {
    return this.node({ kind: 'qr' }, [matrix]);
  }

  /** U above the singular values above V. */
  svd(matrix: Node): Node {
    return this.node({ kind: 'svd' }, [matrix]);
  }

  /** The final carries, then the stacked ys. */
  loop(parts: LoopParts): Node[] {
    const { max, carries, invariants = [], xs = [], body, condition } = parts;
    const operator: Operator = {
      kind: 'loop',
      max,
      carries: carries.length,
      invariants: invariants.length,
      body,
      condition,
    };
    return this.resultsOf(this.node(operator, [...carries, ...invariants, ...xs]));
  }

  cond(parts: CondParts): Node[] {
    const operator: Operator = { kind: 'cond', then: parts.then, otherwise: parts.otherwise };
    return this.resultsOf(this.node(operator, [parts.condition, ...parts.captured]));
  }

  stopGradient(operand: Node): Node {
    return operand.type.dtype === 'real' ? this.node({ kind: 'stop_gradient' }, [operand]) : operand;
  }

  maskTangent(value: Node, condition: Node): Node {
    return value.type.dtype === 'real' ? this.node({ kind: 'mask_tangent' }, [value, condition]) : value;
  }

  /** Closes a region over parameters of this builder. Nodes may be results of several regions, parameters not. */
  region(parameters: readonly Node[], results: readonly Node[]): Region {
    return closeRegion(parameters, results);
  }

  /** Rebuilds a region's body here, its parameters replaced by the arguments. */
  inline(region: Region, inlinedArguments: readonly Node[]): Node[] {
    if (inlinedArguments.length !== region.parameters.length) {
      throw new Error(
        `compiler bug: ${inlinedArguments.length} arguments for a region of ${region.parameters.length} parameters`,
      );
    }
    const built = new Map<Node, Node>();
    region.parameters.forEach((parameter, index) => {
      const argument = at(inlinedArguments, index);
      if (showType(argument.type) !== showType(parameter.type)) {
        throw new Error(
          `compiler bug: argument ${index} is ${showType(argument.type)} instead of ${showType(parameter.type)}`,
        );
      }
      built.set(parameter, argument);
    });
    const lookup = (node: Node): Node => {
      const copy = built.get(node);
      if (copy === undefined) throw new Error('compiler bug: a region reaches outside its parameters');
      return copy;
    };
    for (const node of nodesOf(region)) {
      if (!built.has(node)) built.set(node, this.rebuild(node, node.inputs.map(lookup)));
    }
    return region.results.map(lookup);
  }

  /** The same operator on other inputs (of the same types), with the original's span and label. */
  rebuild(node: Node, inputs: readonly Node[]): Node {
    return this.withSpan(node.span, node.label, () =>
      isSameNode(node, inputs)
        ? this.intern(node.operator, inputs, node.type, undefined)
        : this.apply(node.operator, inputs, node.type),
    );
  }

  /** As `node`, but folds constants and drops operators that change nothing. */
  private apply(operator: Operator, inputs: readonly Node[], type: TensorType): Node {
    const [first] = inputs;
    if (first === undefined) return this.node(operator, inputs, type);
    switch (operator.kind) {
      case 'elementwise':
        return this.elementwise(operator.name, inputs);
      case 'cast':
        return this.cast(first, type.dtype);
      case 'broadcast':
        return this.broadcast(first, type.shape, operator.axes);
      case 'reshape':
        return this.reshape(first, type.shape);
      case 'transpose':
        return this.transpose(first, operator.permutation);
      case 'reverse':
        return this.reverse(first, operator.axes);
      case 'slice':
        return this.slice(first, operator.starts, operator.limits, operator.strides);
      default:
        return this.node(operator, inputs, type);
    }
  }

  /** The `result` nodes of a loop or cond. */
  resultsOf(node: Node): Node[] {
    const types = node.results;
    if (types === undefined) throw new Error(`compiler bug: ${node.operator.kind} has a single result`);
    return types.map((type, index) => this.node({ kind: 'result', index }, [node], type));
  }

  private make(
    operator: Operator,
    inputs: readonly Node[],
    type: TensorType,
    results: readonly TensorType[] | undefined,
  ): Node {
    nextId += 1;
    return { id: nextId, operator, inputs, type, results, span: this.span, label: undefined };
  }

  private check(
    operator: Operator,
    inputs: readonly Node[],
    declared: TensorType | undefined,
  ): readonly TensorType[] {
    for (const input of inputs) {
      if ((input.results !== undefined) !== (operator.kind === 'result')) {
        throw new Error(`compiler bug: ${operator.kind} of a multi-result ${input.operator.kind}`);
      }
    }
    try {
      return resultTypes(
        operator,
        inputs.map((input) => input.type),
        declared,
      );
    } catch (error) {
      if (!(error instanceof TypeRuleError)) throw error;
      const name = operator.kind === 'elementwise' ? operator.name : operator.kind;
      throw new Error(`compiler bug: ${name}: ${error.message}`, { cause: error });
    }
  }
}

/** A region from nodes of one builder. Its parameters are numbered as they stand here. */
export function closeRegion(parameters: readonly Node[], results: readonly Node[]): Region {
  parameters.forEach((parameter, index) => {
    if (parameter.operator.kind !== 'parameter' || parameter.operator.index !== index) {
      throw new Error(`compiler bug: parameter ${index} of a region is not its builder's parameter ${index}`);
    }
  });
  return { parameters, results };
}

/**
 * On inputs of the same types, none of them a constant, nothing folds that did not fold before, and the type is known.
 * Most nodes of a rewrite are rebuilt like this.
 */
function isSameNode(node: Node, inputs: readonly Node[]): boolean {
  if (node.results !== undefined || node.operator.kind === 'result' || regionsIn(node).length > 0)
    return false;
  return (
    inputs.length === node.inputs.length &&
    inputs.every(
      (input, index) =>
        input.results === undefined &&
        input.operator.kind !== 'constant' &&
        sameType(input.type, at(node.inputs, index).type),
    )
  );
}

/** Integers that are not finite or whole (1 / 0, a wrong cast) stay unfolded. */
function constantValue(node: Node): number | undefined {
  return node.operator.kind === 'constant' ? node.operator.value : undefined;
}

/** Labels are no part of a node's identity: the first one given to a node stays. */
function nameNode(built: unknown, label: string): void {
  if (typeof built !== 'object' || built === null || !('operator' in built) || !('label' in built)) return;
  const node = built as { label: string | undefined };
  node.label ??= label;
}
