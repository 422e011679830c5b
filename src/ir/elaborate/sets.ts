/**
 * What the sets of all parameters make of vectors over them: each parameter's operation of its part, as one region
 * over the whole tables whatever the step samples. Built in where it is asked, in a view that holds the arrays which
 * the sets read.
 */
import type { SetOperation } from '../../check/set_operations.js';
import { operationsAsked } from '../../check/set_needs.js';
import type { TypedExpression, TypedMembership, TypedOptimizerValue } from '../../check/typed.js';
import type { Node, Region } from '../graph.js';
import type { ParameterSlot, RegionInput } from '../program.js';
import { at } from '../types.js';
import { Environment } from './environment.js';
import type { ProblemFacts } from './facts.js';
import type { Frame } from './frame.js';
import { tensorsOf, vectorOf } from './objective.js';
import { castTo, expand, tensor } from './tensor.js';
import { cut, everyVariable, type Variables } from './variables.js';
import { View } from './view.js';

export interface SetMap {
  /** (vectors.., stored inputs..) -> a vector like x. */
  readonly region: Region;
  readonly inputs: readonly RegionInput[];
  readonly vectors: number;
}

interface Part {
  readonly membership: TypedMembership;
  readonly expression: TypedExpression;
}

/** Undefined when no parameter's part changes: `free` is then the whole answer. */
function setMap(
  facts: ProblemFacts,
  { own: places, slots, size, all }: Variables,
  vectors: 1 | 2,
  partOf: (membership: TypedMembership) => TypedExpression | undefined,
  free: (frame: Frame, parts: readonly Node[]) => Node,
): SetMap | undefined {
  const parts = places.map((place): Part | undefined => {
    const { membership } = at(facts.problem.parameters, place);
    const expression = membership && partOf(membership);
    return membership === undefined || expression === undefined ? undefined : { membership, expression };
  });
  if (parts.every((part) => part === undefined)) return undefined;
  const view = new View(facts, { rows: { kind: 'all' }, training: false, parameters: 'none', slots: all });
  const { root } = view;
  const whole = Array.from({ length: vectors }, (_, index) =>
    root.builder.parameter({ dtype: 'real', shape: [size] }, index === 0 ? 'x' : 'v'),
  );
  const cut = whole.map((vector) => tensorsOf(root.builder, vector, slots));
  const tensors = parts.map((part, index) => {
    const own = cut.map((pieces) => at(pieces, index));
    if (part === undefined) return free(root, own);
    const environment = new Environment(view.environment.outermostEnvironment());
    const { point, other } = part.membership;
    [point, other].slice(0, vectors).forEach((symbol, position) => {
      environment.bind(symbol, tensor(root, at(own, position)));
    });
    const value = view.within(environment, () => view.tensor(part.expression));
    return expand(root, castTo(root, value, 'real'), [], at(slots, index).shape);
  });
  const { inputs, nodes } = view.parameterNodes();
  const result = vectorOf(root.builder, tensors, slots);
  return { region: root.close([...whole, ...nodes], [result]), inputs, vectors };
}

/** The map built into a frame of a view. */
export function applySets(view: View, map: SetMap, vectors: readonly Node[], frame: Frame = view.root): Node {
  return at(frame.builder.inline(map.region, [...vectors, ...view.stored(map, frame)]), 0);
}

/** `project(y)`, `retract(x, v)`: a parameter without a set is its own projection, retraction and mirror image. */
export function operationOf(
  facts: ProblemFacts,
  variables: Variables,
  operation: SetOperation,
): SetMap | undefined {
  const vectors = operation === 'retract' || operation === 'tangent' ? 2 : 1;
  return setMap(
    facts,
    variables,
    vectors,
    ({ operations }) => operations[operation],
    (frame, parts) => freeAnswer(frame, operation, parts),
  );
}

/** What the operation is of a parameter without a set. */
export function freeAnswer(frame: Frame, operation: SetOperation, [first, second]: readonly Node[]): Node {
  if (first === undefined) throw new Error('compiler bug: a set operation without a point');
  if (operation === 'retract' && second !== undefined) return frame.builder.binary('add', first, second);
  return operation === 'tangent' && second !== undefined ? second : first;
}

/** The nearest point at which every parameter that has one lies in its set. */
export function projectionOf(facts: ProblemFacts, slots: readonly ParameterSlot[]): SetMap | undefined {
  return operationOf(facts, everyVariable(slots), 'project');
}

export function project(view: View, projection: SetMap, x: Node): Node {
  return applySets(view, projection, [x]);
}

/** How far a step of length 1 along the gradient of the variables, projected, would move them. */
export function stationarityAt(view: View, x: Node, gradient: Node, variables: Variables): Node {
  const { builder } = view.root;
  const y = cut(builder, x, variables);
  const beyond = builder.binary('subtract', y, gradient);
  const projection = operationOf(view.facts, variables, 'project');
  const nearest = projection === undefined ? beyond : applySets(view, projection, [beyond]);
  const squares = builder.unary('square', builder.binary('subtract', y, nearest));
  return builder.unary('sqrt', builder.reduceAll('sum', squares));
}

/** Where parameters are after a step, of where they were and where the optimizer put them. */
export function keepingOf(
  facts: ProblemFacts,
  variables: Variables,
  optimizer: TypedOptimizerValue,
): SetMap | undefined {
  const retracts = operationsAsked(optimizer).has('retract');
  return setMap(
    facts,
    variables,
    2,
    ({ keeping, keep }) => (keeping === 'retraction' && retracts ? undefined : keep),
    (_, parts) => at(parts, 1),
  );
}

/** The gradient with that of each parameter on a manifold made tangent; undefined where there is none. */
export function tangentOf(facts: ProblemFacts, variables: Variables): SetMap | undefined {
  return setMap(
    facts,
    variables,
    2,
    ({ keeping, operations }) => (keeping === 'retraction' ? operations.tangent : undefined),
    (_, parts) => at(parts, 1),
  );
}
