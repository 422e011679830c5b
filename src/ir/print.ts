/** A readable dump of a region: a line a node, labels from the source, nested regions indented below their node. */
import type { Node, Operator, Region } from './graph.js';
import { nodesOf } from './traverse.js';
import { showType } from './types.js';

export function printRegion(region: Region, name = 'region'): string {
  return regionLines(region, name).join('\n');
}

function regionLines(region: Region, name: string): string[] {
  const names = nameNodes(region);
  const nameOf = (node: Node): string => names.get(node) ?? '?';
  const parameters = region.parameters.map((node) => `${nameOf(node)}: ${showType(node.type)}`);
  const lines = [`${name}(${parameters.join(', ')}) {`];
  for (const node of nodesOf(region)) {
    if (node.operator.kind === 'parameter') continue;
    const inputs = node.inputs.map(nameOf).join(', ');
    const type = node.results === undefined ? showType(node.type) : node.results.map(showType).join(', ');
    lines.push(
      `  ${nameOf(node)}: ${type} = ${showOperator(node.operator)}${inputs === '' ? '' : ` ${inputs}`}`,
    );
    for (const [role, nested] of nestedRegions(node)) {
      lines.push(...regionLines(nested, role).map((line) => `    ${line}`));
    }
  }
  lines.push(`  return ${region.results.map(nameOf).join(', ')}`, '}');
  return lines;
}

/** Labels where they are unique, else the label with a number; unnamed nodes are numbered. */
function nameNodes(region: Region): ReadonlyMap<Node, string> {
  const names = new Map<Node, string>();
  const taken = new Set<string>();
  for (const node of nodesOf(region)) {
    const wanted = node.operator.kind === 'parameter' ? node.operator.name : node.label;
    const base = wanted ?? `%${names.size}`;
    let name = base;
    for (let copy = 2; taken.has(name); copy += 1) name = `${base}#${copy}`;
    taken.add(name);
    names.set(node, name);
  }
  return names;
}

function nestedRegions(node: Node): (readonly [string, Region])[] {
  const { operator } = node;
  if (operator.kind === 'cond') {
    return [
      ['then', operator.then],
      ['otherwise', operator.otherwise],
    ];
  }
  if (operator.kind === 'derivative_rule') return [['rule', operator.rule]];
  if (operator.kind === 'implicit_root') return [['residual', operator.residual]];
  if (operator.kind === 'linear_solve') return [['apply', operator.apply]];
  if (operator.kind !== 'loop') return [];
  const body = ['body', operator.body] as const;
  return operator.condition === undefined ? [body] : [body, ['while', operator.condition]];
}

export function showOperator(operator: Operator): string {
  switch (operator.kind) {
    case 'parameter':
      return `parameter ${operator.name}`;
    case 'constant':
      return String(operator.value);
    case 'elementwise':
      return operator.name;
    case 'loop':
      return `loop max=${operator.max} carries=${operator.carries} invariants=${operator.invariants}`;
    case 'cond':
    case 'derivative_rule':
      return operator.kind;
    case 'implicit_root':
    case 'linear_solve':
      return `${operator.kind} lanes=${operator.lanes} solver=${JSON.stringify(operator.solver)}`;
    default:
      return [operator.kind, ...attributesOf(operator)].join(' ');
  }
}

function attributesOf(operator: Operator): string[] {
  return Object.entries(operator)
    .filter(([key]) => key !== 'kind')
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}
