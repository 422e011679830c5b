/** Tangents and transposes of branches. The separate form recomputes the branch in a second, linear cond. */
import type { GraphBuilder } from '../builder.js';
import { GraphBuilder as Builder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { at } from '../types.js';
import { spread } from './loop_tangent.js';
import { keepParameters, usedParameters } from './parameters.js';
import type { ControlContext, Differential, DifferentiateInto, LoopForm, Of, Tangent } from './rule.js';
import type { TransposeContext, TransposeInto } from './rule.js';
import { orZero } from './rule.js';

type Cond = Of<'cond'>;

export function condTangent(context: ControlContext<Cond>): Differential {
  const { b, operator, inputs, tangents, form, differentiate } = context;
  const captured = inputs.slice(1);
  const changes = tangents.slice(1);
  const given = changes.map((tangent) => tangent !== undefined);
  const active = activeResults(operator, given, differentiate);
  const branch = (region: Region, withPrimals: boolean): Region =>
    differentiatedBranch(region, given, active, withPrimals, form, differentiate);
  const condition = at(inputs, 0);
  const capturedTangents = changes.filter((tangent) => tangent !== undefined);
  const joint = form === 'joint';
  const primals = joint ? [] : b.cond({ condition, captured, ...pickBranches(operator) });
  const results = prunedCond(b, {
    condition,
    captured: [...captured, ...capturedTangents],
    then: branch(operator.then, joint),
    otherwise: branch(operator.otherwise, joint),
  });
  const count = operator.then.results.length;
  return joint
    ? { primals: results.slice(0, count), tangents: spread(results.slice(count), active) }
    : { primals, tangents: spread(results, active) };
}

function pickBranches({ then, otherwise }: Cond): { then: Region; otherwise: Region } {
  return { then, otherwise };
}

/** A result has a tangent if it has one in either branch. */
function activeResults(
  operator: Cond,
  given: readonly boolean[],
  differentiate: DifferentiateInto,
): boolean[] {
  const [first, second] = [operator.then, operator.otherwise].map((region) => {
    const b = new Builder();
    const { primals, tangents } = copies(b, region, given);
    return differentiate(b, region, primals, tangents, 'joint').tangents;
  });
  return operator.then.results.map(
    (_, index) => first?.[index] !== undefined || second?.[index] !== undefined,
  );
}

function copies(
  b: GraphBuilder,
  region: Region,
  given: readonly boolean[],
): { primals: Node[]; tangents: Tangent[] } {
  const name = (node: Node): string => (node.operator.kind === 'parameter' ? node.operator.name : 'value');
  const primals = region.parameters.map((node) => b.parameter(node.type, name(node)));
  const tangents = region.parameters.map((node, index) =>
    given[index] === true ? b.parameter(node.type, `d_${name(node)}`) : undefined,
  );
  return { primals, tangents };
}

function differentiatedBranch(
  region: Region,
  given: readonly boolean[],
  active: readonly boolean[],
  withPrimals: boolean,
  form: LoopForm,
  differentiate: DifferentiateInto,
): Region {
  const b = new Builder();
  const { primals, tangents } = copies(b, region, given);
  const result = differentiate(b, region, primals, tangents, form);
  const dense = result.primals.flatMap((primal, index) =>
    active[index] === true ? [orZero(b, result.tangents[index], primal)] : [],
  );
  const parameters = [...primals, ...tangents.filter((tangent) => tangent !== undefined)];
  return b.region(parameters, withPrimals ? [...result.primals, ...dense] : dense);
}

interface Parts {
  readonly condition: Node;
  readonly captured: readonly Node[];
  readonly then: Region;
  readonly otherwise: Region;
}

/** Captures only what a branch reads. */
function prunedCond(b: GraphBuilder, { condition, captured, then, otherwise }: Parts): Node[] {
  const inThen = usedParameters(then);
  const keep = usedParameters(otherwise).map((used, index) => used || inThen[index] === true);
  return b.cond({
    condition,
    captured: captured.filter((_, index) => keep[index] === true),
    then: keepParameters(then, keep),
    otherwise: keepParameters(otherwise, keep),
  });
}

export function condTranspose(context: TransposeContext<Cond>): readonly Tangent[] {
  const { b, operator, inputs, linear, cotangents, transposeInto } = context;
  const isLinear = linear.slice(1);
  const known = inputs.slice(1).filter((_, index) => isLinear[index] !== true);
  const given = cotangents.filter((cotangent) => cotangent !== undefined);
  const backward = (region: Region): BackwardBranch =>
    backwardBranch(region, isLinear, cotangents, transposeInto);
  const [then, otherwise] = [backward(operator.then), backward(operator.otherwise)];
  const active = isLinear.map(
    (_, index) => then.reached[index] !== undefined || otherwise.reached[index] !== undefined,
  );
  const results = prunedCond(b, {
    condition: at(inputs, 0),
    captured: [...known, ...given],
    then: then.close(active),
    otherwise: otherwise.close(active),
  });
  return [undefined, ...spread(results, active)];
}

interface BackwardBranch {
  readonly reached: readonly Tangent[];
  readonly close: (active: readonly boolean[]) => Region;
}

/** [known captured.., cotangents of results..] -> cotangents of the active linear captured */
function backwardBranch(
  region: Region,
  isLinear: readonly boolean[],
  cotangents: readonly Tangent[],
  transposeInto: TransposeInto,
): BackwardBranch {
  const b = new Builder();
  const values = region.parameters.map((node, index) =>
    isLinear[index] === true
      ? undefined
      : b.parameter(node.type, node.operator.kind === 'parameter' ? node.operator.name : 'value'),
  );
  const given = region.results.map((node, index) =>
    cotangents[index] === undefined ? undefined : b.parameter(node.type, `c_${index}`),
  );
  const reached = transposeInto(b, region, values, given);
  const parameters = [...values, ...given].filter((node) => node !== undefined);
  const close = (active: readonly boolean[]): Region =>
    b.region(
      parameters,
      region.parameters.flatMap((node, index) =>
        active[index] === true ? [orZero(b, reached[index], node)] : [],
      ),
    );
  return { reached, close };
}
