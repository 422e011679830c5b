/**
 * Facts of nested problems: the solution depends on whatever the inner objective reads from outside. An implicit
 * derivative is refused where the objective has a kink in the inner parameters.
 */
import type { TypedExpression, TypedNested } from '../typed.js';
import type { Abstract, Facts } from './facts.js';
import { constantFacts, unknownFacts } from './facts.js';
import { flowOf, unionOf, withoutSymbols } from './flow.js';
import { isLibrary } from './findings.js';
import type { Analysis } from './interpreter.js';
import { asFacts, factsOf, interpret, report } from './interpreter.js';
import { everything } from './interval.js';
import { Scope } from './scope.js';

export function nestedFacts(nested: TypedNested, scope: Scope, analysis: Analysis): Abstract {
  const objective = objectiveFacts(nested, scope.inner(), analysis);
  if (nested.differentiation.kind === 'implicit') refuseKinks(nested, scope, analysis);
  const around = [...nested.parameters.map(({ start }) => start), ...nested.optimizer.arguments].map(
    (each) =>
      each.kind === 'function_value' ? functionFacts(each, scope, analysis) : factsOf(each, scope, analysis),
  );
  const flow = unionOf([objective, ...around].map((facts) => facts.flow));
  const own = new Set(nested.parameters.map(({ symbol }) => symbol));
  const solution = unknownFacts(withoutSymbols(flow, own));
  if (nested.parameters.length === 1) return solution;
  return {
    kind: 'record',
    fields: new Map(nested.parameters.map(({ symbol }) => [symbol.name, { ...solution }])),
  };
}

/** What an optimizer that is given a function may depend on: a model's parameters, read in its body. */
function functionFacts(
  { target }: Extract<TypedExpression, { kind: 'function_value' }>,
  scope: Scope,
  analysis: Analysis,
): Facts {
  if (target.kind === 'builtin') return constantFacts(everything);
  const inner = scope.inner();
  for (const symbol of target.function.parameters) inner.bind(symbol, constantFacts(everything));
  return factsOf(target.function.body, inner, analysis);
}

/** The inner objective in a scope where the inner parameters vary freely. */
function objectiveFacts(nested: TypedNested, inner: Scope, analysis: Analysis): Facts {
  for (const { symbol } of nested.parameters) {
    const flow = flowOf(symbol);
    inner.bind(symbol, { kind: 'facts', interval: everything, curvature: 'affine', kink: undefined, flow });
  }
  for (const { symbol, value } of nested.lets) inner.bind(symbol, interpret(value, inner, analysis));
  return factsOf(nested.objective.value, inner, analysis);
}

/** Names around the problem, of which only the range is known: they do not move while it is solved. */
class StillScope extends Scope {
  constructor(private readonly around: Scope) {
    super(around);
  }

  override find(symbol: Parameters<Scope['find']>[0]): Abstract | undefined {
    const found = this.around.find(symbol);
    return found?.kind === 'facts' ? constantFacts(found.interval) : found;
  }
}

function refuseKinks(nested: TypedNested, scope: Scope, analysis: Analysis): void {
  const { findings } = analysis;
  analysis.findings = [];
  const { kink } = asFacts(objectiveFacts(nested, new StillScope(scope).inner(), analysis));
  analysis.findings = findings;
  const { differentiation, objective } = nested;
  if (differentiation.kind !== 'implicit' || kink === undefined || kink.unsure === true) return;
  const visible = !isLibrary(kink.span, analysis.problem.path);
  report(
    analysis,
    {
      code: 'AM2663',
      severity: 'error',
      message: `\`implicit\` needs second derivatives, and the inner objective has a kink from ${kink.what}`,
      span: differentiation.span,
      labels: [
        visible
          ? { span: kink.span, message: 'the kink' }
          : { span: objective.value.span, message: 'the inner objective' },
      ],
      notes: [
        'differentiate through the steps instead (leave `implicit` out, or write `truncated 5`), or use a smooth stand-in (`softplus` for `relu`, `huber` for `abs`)',
      ],
    },
    true,
  );
}
