/** Derivatives of regions, as regions; closed under composition. */
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { at } from '../types.js';
import { placeholder, transposeLinear } from './backward.js';
import { differentiate } from './forward.js';
import type { Tangent } from './rule.js';
import { orZero } from './rule.js';

/**
 * Forward mode. Parameters: the original ones, then the tangents of `wrt`. Results: the original ones, then the
 * tangent of each real result.
 */
export function jvp(region: Region, wrt: readonly number[]): Region {
  const b = new GraphBuilder();
  const { parameters, chosen } = originalParameters(b, region, wrt);
  const directions = chosen.map((node) => b.parameter(node.type, `d_${nameOf(node)}`));
  const tangents = parameters.map((_, index): Tangent => directions[wrt.indexOf(index)]);
  const result = differentiate(b, region, parameters, tangents, 'joint');
  const moved = result.primals.flatMap((primal, index) =>
    primal.type.dtype === 'real' ? [orZero(b, result.tangents[index], primal)] : [],
  );
  return b.region([...parameters, ...directions], [...result.primals, ...moved]);
}

/**
 * Reverse mode. Parameters: the original ones, then a cotangent for each real result. Results: the original ones, then
 * the cotangent of each of `wrt`.
 */
export function vjp(region: Region, wrt: readonly number[]): Region {
  const b = new GraphBuilder();
  const { parameters, chosen } = originalParameters(b, region, wrt);
  const cotangents = region.results.map((result, index) =>
    result.type.dtype === 'real' ? b.parameter(result.type, `c_${result.label ?? index}`) : undefined,
  );
  const { primals, pulled } = pullBack(b, region, parameters, wrt, cotangents);
  const dense = pulled.map((cotangent, index) => orZero(b, cotangent, at(chosen, index)));
  return b.region(
    [...parameters, ...cotangents.filter((cotangent) => cotangent !== undefined)],
    [...primals, ...dense],
  );
}

/**
 * The results, then the gradient of the first one, a real scalar, in each of `wrt`: `vjp` with the cotangent 1.
 */
export function gradient(region: Region, wrt: readonly number[]): Region {
  const b = new GraphBuilder();
  const { parameters, chosen } = originalParameters(b, region, wrt);
  const objective = at(region.results, 0);
  if (objective.type.dtype !== 'real' || objective.type.shape.length > 0) {
    throw new Error('compiler bug: the gradient of what is no real scalar');
  }
  const { primals, pulled } = pullBack(b, region, parameters, wrt, [b.constant(1)]);
  const dense = pulled.map((cotangent, index) => orZero(b, cotangent, at(chosen, index)));
  return b.region(parameters, [...primals, ...dense]);
}

/** Inside a builder: the results of a region and the cotangents of its `wrt` parameters, undefined where zero. */
export function pullBack(
  b: GraphBuilder,
  region: Region,
  values: readonly Node[],
  wrt: readonly number[],
  cotangents: readonly Tangent[],
): { primals: readonly Node[]; pulled: Tangent[] } {
  const sources = wrt.map((index) => placeholder(at(region.parameters, index)));
  const tangents = values.map((_, index): Tangent => sources[wrt.indexOf(index)]);
  const result = differentiate(b, region, values, tangents, 'separate');
  return { primals: result.primals, pulled: transposeLinear(b, sources, result.tangents, cotangents) };
}

/** Inside a builder: the results of a region and their tangents, undefined where zero. */
export function pushForward(
  b: GraphBuilder,
  region: Region,
  values: readonly Node[],
  tangents: readonly Tangent[],
): { primals: readonly Node[]; tangents: readonly Tangent[] } {
  return differentiate(b, region, values, tangents, 'joint');
}

function originalParameters(
  b: GraphBuilder,
  region: Region,
  wrt: readonly number[],
): { parameters: Node[]; chosen: Node[] } {
  const parameters = region.parameters.map((node) =>
    b.parameter(node.type, nameOf(node), { span: node.span }),
  );
  const chosen = wrt.map((index) => at(parameters, index));
  for (const node of chosen) {
    if (node.type.dtype !== 'real')
      throw new Error(`compiler bug: derivative in the ${node.type.dtype} ${nameOf(node)}`);
  }
  return { parameters, chosen };
}

function nameOf(node: Node): string {
  return node.operator.kind === 'parameter' ? node.operator.name : (node.label ?? 'value');
}
