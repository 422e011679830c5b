/**
 * Draws with impossible parameters. Elaboration makes of such a draw the root of -1, chosen by what the distribution
 * says of its parameters; behind that choice stands the comparison that failed, with the numbers that it compared.
 */
import type { Node } from '../ir/graph.js';
import type { Tensor } from '../ir/tensor.js';
import type { Span } from '../parser/source.js';

export interface Refusal {
  /** Of the condition in the distribution. */
  readonly span: Span | undefined;
  /** The two sides of the comparison. */
  readonly compared: readonly number[];
}

const comparisons = new Set(['less', 'less_equal', 'greater', 'greater_equal', 'equal', 'not_equal']);

/** The condition of a draw that did not hold, where `node` is the NaN of such a draw. */
export function refusalOf(node: Node, values: ReadonlyMap<Node, Tensor>): Refusal | undefined {
  const choice = named(node, 'sqrt') ? node.inputs[0] : undefined;
  if (choice === undefined || !named(choice, 'select')) return undefined;
  const [condition, fine, wrong] = choice.inputs;
  if (condition === undefined || numberOf(fine, values) !== 1 || numberOf(wrong, values) !== -1)
    return undefined;
  const pending = [condition];
  const seen = new Set(pending);
  for (let each = pending.shift(); each !== undefined; each = pending.shift()) {
    const place = values.get(each)?.data.findIndex((holds) => holds === 0) ?? -1;
    if (place !== -1 && each.operator.kind === 'elementwise' && comparisons.has(each.operator.name)) {
      return { span: each.span, compared: each.inputs.map((input) => elementAt(values.get(input), place)) };
    }
    for (const input of each.inputs) {
      if (!seen.has(input)) pending.push(input);
      seen.add(input);
    }
  }
  return { span: undefined, compared: [] };
}

function named(node: Node, name: string): boolean {
  return node.operator.kind === 'elementwise' && node.operator.name === name;
}

function elementAt(value: Tensor | undefined, place: number): number {
  return value?.data[value.data.length === 1 ? 0 : place] ?? NaN;
}

/** The one number that a value holds everywhere. */
function numberOf(node: Node | undefined, values: ReadonlyMap<Node, Tensor>): number | undefined {
  const data = node && values.get(node)?.data;
  return data?.every((each) => each === data[0]) === true ? data[0] : undefined;
}
