/**
 * Work that nothing reads, and work that every turn repeats. Pruning drops carries, stacked results, invariants and
 * xs of loops (and captured values and results of branches) that no result of the region depends on; hoisting
 * computes what depends on invariants only once, before the loop.
 */
import { GraphBuilder } from '../builder.js';
import { keepParameters, usedParameters } from '../differentiate/parameters.js';
import type { Node, Operator, Region } from '../graph.js';
import { nodesOf, reachableFrom } from '../traverse.js';
import { at } from '../types.js';
import { hoistInvariants, withMoreParameters } from './hoist.js';

type Loop = Extract<Operator, { kind: 'loop' }>;
type Cond = Extract<Operator, { kind: 'cond' }>;

/** Prunes and hoists in a region and in all nested ones. */
export function pruneRegion(region: Region): Region {
  const b = new GraphBuilder();
  const built = new Map<Node, readonly (Node | undefined)[]>();
  const parameters = region.parameters.map((parameter) => {
    const name = parameter.operator.kind === 'parameter' ? parameter.operator.name : 'value';
    const copy = b.parameter(parameter.type, name, { span: parameter.span });
    built.set(parameter, [copy]);
    return copy;
  });
  const lookup = (node: Node): Node => {
    const isResult = node.operator.kind === 'result';
    const values = built.get(isResult ? at(node.inputs, 0) : node);
    const value = values?.[node.operator.kind === 'result' ? node.operator.index : 0];
    if (value === undefined) throw new Error('compiler bug: a pruned value is read');
    return value;
  };
  const nodes = nodesOf(region);
  const read = readResults(nodes);
  for (const node of nodes) {
    if (built.has(node) || node.operator.kind === 'result') continue;
    const inputs = node.inputs.map(lookup);
    built.set(
      node,
      b.withSpan(node.span, undefined, () => pruneNode(b, node, inputs, read.get(node) ?? new Set())),
    );
  }
  for (const node of nodes) {
    if (node.operator.kind === 'result' && node.label !== undefined) {
      b.withSpan(undefined, node.label, () => lookup(node));
    }
  }
  return b.region(parameters, region.results.map(lookup));
}

/** For each node with several results, those that are read. */
function readResults(nodes: readonly Node[]): Map<Node, Set<number>> {
  const read = new Map<Node, Set<number>>();
  for (const node of nodes) {
    if (node.operator.kind !== 'result') continue;
    const owner = at(node.inputs, 0);
    read.set(owner, (read.get(owner) ?? new Set()).add(node.operator.index));
  }
  return read;
}

function pruneNode(
  b: GraphBuilder,
  node: Node,
  inputs: readonly Node[],
  read: ReadonlySet<number>,
): readonly (Node | undefined)[] {
  const { operator } = node;
  if (operator.kind === 'loop') return pruneLoop(b, operator, inputs, read);
  if (operator.kind === 'cond') return pruneCond(b, operator, inputs, read);
  return [b.rebuild(node, inputs)];
}

/** Spreads a shorter list over the positions that were kept. */
function scatter<T>(items: readonly T[], keep: readonly boolean[]): (T | undefined)[] {
  let next = 0;
  return keep.map((kept) => {
    if (!kept) return undefined;
    next += 1;
    return at(items, next - 1);
  });
}

function pruneCond(
  b: GraphBuilder,
  operator: Cond,
  inputs: readonly Node[],
  read: ReadonlySet<number>,
): (Node | undefined)[] {
  const condition = at(inputs, 0);
  const captured = inputs.slice(1);
  const keepResults = operator.then.results.map((_, index) => read.has(index));
  const branch = (region: Region): Region =>
    pruneRegion({ ...region, results: region.results.filter((_, index) => keepResults[index] === true) });
  const [then, otherwise] = [branch(operator.then), branch(operator.otherwise)];
  if (condition.operator.kind === 'constant') {
    return scatter(b.inline(condition.operator.value === 0 ? otherwise : then, captured), keepResults);
  }
  const inThen = usedParameters(then);
  const keep = usedParameters(otherwise).map((used, index) => used || inThen[index] === true);
  const results = b.cond({
    condition,
    captured: captured.filter((_, index) => keep[index] === true),
    then: keepParameters(then, keep),
    otherwise: keepParameters(otherwise, keep),
  });
  return scatter(results, keepResults);
}

/** Carries that are read afterwards, by the condition, or by the body for something that is kept. */
function liveCarries(operator: Loop, read: ReadonlySet<number>): boolean[] {
  const { body, condition, carries } = operator;
  const tested = condition === undefined ? [] : usedParameters(condition);
  let live = Array.from({ length: carries }, (_, index) => read.has(index) || tested[1 + index] === true);
  for (;;) {
    const roots = body.results.filter((_, index) =>
      index < carries ? live[index] === true : read.has(index),
    );
    const reached = new Set(reachableFrom(roots));
    const grown = live.map((alive, index) => alive || reached.has(at(body.parameters, 1 + index)));
    if (grown.every((alive, index) => alive === live[index])) return live;
    live = grown;
  }
}

function pruneLoop(
  b: GraphBuilder,
  operator: Loop,
  inputs: readonly Node[],
  read: ReadonlySet<number>,
): (Node | undefined)[] {
  const { carries, invariants, max } = operator;
  const live = liveCarries(operator, read);
  const keepResults = operator.body.results.map((_, index) =>
    index < carries ? live[index] === true : read.has(index),
  );
  const body = pruneRegion({
    ...operator.body,
    results: operator.body.results.filter((_, index) => keepResults[index] === true),
  });
  const condition = operator.condition && pruneRegion(operator.condition);
  const inBody = usedParameters(body);
  const inCondition = condition === undefined ? [] : usedParameters(condition);
  const keep = inBody.map((used, position) => {
    if (position === 0) return true;
    if (position <= carries) return live[position - 1] === true;
    return used || inCondition[position] === true;
  });
  const keptInputs = inputs.filter((_, index) => keep[1 + index] === true);
  const carryCount = live.filter((alive) => alive).length;
  const invariantCount = keep.slice(1 + carries, 1 + carries + invariants).filter((kept) => kept).length;
  const hoisted = hoistInvariants(b, keepParameters(body, keep), keptInputs, carryCount, invariantCount);
  const keptCondition = condition && keepParameters(condition, keep.slice(0, condition.parameters.length));
  const results = b.loop({
    max,
    carries: keptInputs.slice(0, carryCount),
    invariants: [...keptInputs.slice(carryCount, carryCount + invariantCount), ...hoisted.values],
    xs: keptInputs.slice(carryCount + invariantCount),
    body: hoisted.body,
    condition: keptCondition && withMoreParameters(keptCondition, hoisted.values),
  });
  return scatter(results, keepResults);
}
