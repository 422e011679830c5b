/**
 * Abstract interpretation of typed expressions: the evaluator's recursion, with facts in place of numbers. Functions
 * are entered at each call with the facts of their arguments, once for each distinct set of facts.
 */
import type { Diagnostic } from '../../parser/diagnostic.js';
import type {
  TypedBinder,
  TypedExpression,
  TypedFunction,
  TypedProblem,
  TypedReduce,
  TypedReduceAxes,
} from '../typed.js';
import type { Dimension, Type } from '../types.js';
import { applyFacts } from './apply_facts.js';
import { branchFacts } from './branches.js';
import { callAbstract, callValueAbstract } from './calls.js';
import { derivativeFacts } from './derivative_facts.js';
import type { StartsNonzero } from './domains.js';
import { domainFindings } from './domains.js';
import { equalityFindings } from './equality.js';
import type { Abstract, Facts } from './facts.js';
import { constantFacts, joinFacts, numberFacts, unknownFacts } from './facts.js';
import type { Finding } from './findings.js';
import { cutAt, noFlow, randomFlow, union, unionOf } from './flow.js';
import type { Interval } from './interval.js';
import {
  everything,
  interval,
  intersect,
  multiply,
  nonnegative,
  point,
  pointOf,
  subtract,
  unit,
} from './interval.js';
import { keyOf, sameValue } from './keys.js';
import { nestedFacts } from './nested_facts.js';
import { reductionFacts } from './reduction_facts.js';
import { refinementsOf } from './refine.js';
import type { Scope } from './scope.js';
import type { SizeFacts } from './sizes.js';
import { interpretStatements } from './statements.js';
import { structuralFacts } from './structural_facts.js';

/** What one analysis of a problem carries along. */
export interface Analysis {
  readonly problem: TypedProblem;
  readonly sizes: SizeFacts;
  readonly startsNonzero: StartsNonzero;
  /** Results of calls by function and facts of the arguments. */
  readonly calls: Map<
    TypedFunction,
    Map<string, { readonly result: Abstract; readonly findings: readonly Finding[] }>
  >;
  /** Where findings go now; exchanged while a function body is read. */
  findings: Finding[];
  /** Draws count as data: in `data` blocks and starts. */
  drawsAreData: boolean;
  /** How many branches of `if`s this is inside of, and how many side questions; both bound the work. */
  branching: number;
  asking: number;
}

export function interpret(expression: TypedExpression, scope: Scope, analysis: Analysis): Abstract {
  const value = interpretKind(expression, scope, analysis);
  if (value.kind !== 'facts') return value;
  const known = bounded(value, expression.type);
  return expression.kind === 'constant' || !scope.hasTests()
    ? known
    : scope.refined(keyOf(expression), known);
}

/** Truth values and classes have intervals of their own. */
function bounded(facts: Facts, type: Type): Facts {
  if (type.kind !== 'array') return facts;
  const range = type.element.kind === 'bool' ? unit : type.element.kind === 'class' ? nonnegative : undefined;
  if (range === undefined) return facts;
  const inside = intersect(facts.interval, range);
  return inside.low === facts.interval.low && inside.high === facts.interval.high
    ? facts
    : { ...facts, interval: inside };
}

export function factsOf(expression: TypedExpression, scope: Scope, analysis: Analysis): Facts {
  return asFacts(interpret(expression, scope, analysis));
}

export function asFacts(value: Abstract): Facts {
  switch (value.kind) {
    case 'facts':
      return value;
    case 'record':
      return [...value.fields.values()].map(asFacts).reduce(joinFacts, constantFacts(everything));
    case 'list':
      return value.elements.map(asFacts).reduce(joinFacts, constantFacts(everything));
    default:
      return constantFacts(everything);
  }
}

/** Side questions within side questions are not answered beyond this depth. */
const deepestQuestion = 2;

/** Facts without the findings of getting them: for questions asked on the side. Undefined when asked too deep. */
export function quietFacts(expression: TypedExpression, scope: Scope, analysis: Analysis): Facts | undefined {
  if (analysis.asking >= deepestQuestion) return undefined;
  const { findings, asking } = analysis;
  analysis.findings = [];
  analysis.asking += 1;
  const facts = factsOf(expression, scope, analysis);
  analysis.findings = findings;
  analysis.asking = asking;
  return facts;
}

export function report(analysis: Analysis, diagnostic: Diagnostic, certain = false): void {
  analysis.findings.push({ diagnostic, certain, derivative: false });
}

function interpretKind(expression: TypedExpression, scope: Scope, analysis: Analysis): Abstract {
  const facts = (part: TypedExpression): Facts => factsOf(part, scope, analysis);
  switch (expression.kind) {
    case 'constant':
      return numberFacts(expression.value);
    case 'reference':
      return scope.find(expression.symbol) ?? constantFacts(everything);
    case 'dimension':
      return constantFacts(analysis.sizes(scope.resolve(expression.dimension)));
    case 'apply': {
      const { operator, operands, span } = expression;
      const given = operands.map(facts);
      const [left, right] = operands;
      const same =
        left !== undefined && right !== undefined && (given[0] === given[1] || sameValue(left, right));
      analysis.findings.push(
        ...domainFindings(expression, given, analysis.startsNonzero),
        ...equalityFindings(expression, given),
      );
      return applyFacts(operator, given, span, same);
    }
    case 'matmul':
      return matmulFacts(expression, scope, analysis);
    case 'if':
      return branchFacts(expression, scope, analysis);
    case 'index':
      return indexAbstract(expression, scope, analysis);
    case 'comprehension':
      return copy(interpret(expression.body, withBinders(expression.binders, scope, analysis), analysis));
    case 'reduce':
      return reduceFacts(expression, scope, analysis);
    case 'reduce_axes': {
      const count = countOf(reducedDimensions(expression, scope), analysis);
      return reductionFacts(expression.operator, facts(expression.operand), count, expression.span);
    }
    case 'call':
      return copy(callAbstract(expression, scope, analysis));
    case 'call_value':
      return copy(callValueAbstract(expression, scope, analysis));
    case 'function_value':
      return { kind: 'function', target: expression.target };
    case 'structural':
      return structuralFacts(expression, expression.operands.map(facts), analysis, scope);
    case 'list': {
      const elements = expression.elements.map((element) => interpret(element, scope, analysis));
      const [first, ...rest] = elements;
      if (first === undefined) return constantFacts(everything);
      if (!elements.every((element) => element.kind === 'facts')) return { kind: 'list', elements };
      return { ...rest.map(asFacts).reduce(joinFacts, asFacts(first)) };
    }
    case 'record':
      return {
        kind: 'record',
        fields: new Map(
          expression.fields.map(({ name, value }) => [name, interpret(value, scope, analysis)]),
        ),
      };
    case 'field': {
      const object = interpret(expression.object, scope, analysis);
      const value = object.kind === 'record' ? object.fields.get(expression.name) : undefined;
      return value ?? unknownFacts(asFacts(object).flow);
    }
    case 'derivative':
      return derivativeFacts(expression, scope, analysis);
    case 'draw': {
      const range = expression.noise === 'uniform' ? insideUnit : everything;
      return unknownFacts(analysis.drawsAreData ? noFlow : randomFlow, range);
    }
    case 'raw':
      return constantFacts(rangeOfType(expression.raw.type, scope, analysis));
    case 'objective':
    case 'set_query':
    case 'apply_optimizer':
    case 'optimizer_value':
    case 'schedule_call':
      return constantFacts(everything);
    case 'host_call':
      return unknownFacts(unionOf(expression.arguments.map((argument) => facts(argument).flow)));
    case 'block': {
      const inner = scope.inner();
      interpretStatements(expression.statements, inner, analysis);
      return interpret(expression.result, inner, analysis);
    }
    case 'nested':
      return nestedFacts(expression, scope, analysis);
    default:
      return expression satisfies never;
  }
}

/** A value of its own: only references share the object of what they name. */
function copy(value: Abstract): Abstract {
  return value.kind === 'facts' ? { ...value } : value;
}

/** Uniform noise is the middle of one of 2^23 equal parts. */
const insideUnit = interval(2 ** -24, 1 - 2 ** -24);

export function rangeOfType(type: Type, scope: Scope, analysis: Analysis): Interval {
  if (type.kind !== 'array') return everything;
  switch (type.element.kind) {
    case 'bool':
      return unit;
    case 'class':
      return interval(0, Math.max(0, analysis.sizes(scope.resolve(type.element.classes)).high - 1));
    case 'int':
    case 'real':
      return everything;
    default:
      return type.element satisfies never;
  }
}

// ------------------------------------------------------------------------------------- binders, reductions

export function countOf(dimensions: readonly Dimension[], analysis: Analysis): Interval {
  return dimensions.map(analysis.sizes).reduce(multiply, point(1));
}

function withBinders(binders: readonly TypedBinder[], scope: Scope, analysis: Analysis): Scope {
  const inner = scope.inner();
  for (const { symbol, from, size } of binders) {
    const first = analysis.sizes(scope.resolve(from));
    const last = subtract(analysis.sizes(scope.resolve(size)), point(1));
    inner.bind(symbol, constantFacts(interval(first.low, first.high + Math.max(0, last.high))));
  }
  return inner;
}

function reduceFacts(expression: TypedReduce, scope: Scope, analysis: Analysis): Facts {
  const { binders, guard, body, operator, span } = expression;
  const inner = withBinders(binders, scope, analysis);
  const all = countOf(
    binders.map(({ size }) => scope.resolve(size)),
    analysis,
  );
  if (guard === undefined) return reductionFacts(operator, factsOf(body, inner, analysis), all, span);
  const test = factsOf(guard, inner, analysis);
  const tested = inner.inner(refinementsOf(guard, true, inner, analysis));
  const cut = cutAt(test.flow, { span: guard.span, what: 'the guard `where`' });
  const facts = reductionFacts(operator, factsOf(body, tested, analysis), interval(0, all.high), span);
  if (operator === 'mean') emptyMean(expression, test, analysis);
  return { ...facts, flow: union(facts.flow, cut), curvature: cut === noFlow ? facts.curvature : 'unknown' };
}

/** A mean over nothing is 0, which is seldom what is meant when the guard changes from step to step. */
function emptyMean(expression: TypedReduce, test: Facts, analysis: Analysis): void {
  if (test.flow.live.size + test.flow.cut.size === 0 && !test.flow.random) return;
  report(analysis, {
    code: 'AM3007',
    severity: 'warning',
    message: 'this mean is 0 when its guard lets nothing through',
    span: expression.guard?.span ?? expression.span,
    notes: [
      'the guard depends on parameters, so it may become empty during the run, and the gradient with it',
      'weigh the elements instead (`sum(weight * e) / max(sum(weight), 1e-12)`), or say what an empty mean is with `if`',
    ],
  });
}

export function reducedDimensions({ operand, axes }: TypedReduceAxes, scope: Scope): readonly Dimension[] {
  if (operand.type.kind !== 'array') return [];
  const { dimensions } = scope.resolveShape(operand.type.shape);
  return axes === 'all' ? dimensions : axes.flatMap((axis) => dimensions[dimensions.length - axis] ?? []);
}

function matmulFacts(
  { left, right, span }: Extract<TypedExpression, { kind: 'matmul' }>,
  scope: Scope,
  analysis: Analysis,
): Facts {
  const a = factsOf(left, scope, analysis);
  const b = factsOf(right, scope, analysis);
  const vectors = [left, right].every(
    ({ type }) => type.kind === 'array' && type.shape.dimensions.length === 1,
  );
  const same = vectors && (a === b || sameValue(left, right));
  const shape = left.type.kind === 'array' ? left.type.shape : undefined;
  const contracted = shape?.dimensions.at(-1);
  const count =
    contracted === undefined ? interval(0, Infinity) : countOf([scope.resolve(contracted)], analysis);
  return reductionFacts('sum', applyFacts('multiply', [a, b], span, same), count, span);
}

function indexAbstract(
  expression: Extract<TypedExpression, { kind: 'index' }>,
  scope: Scope,
  analysis: Analysis,
): Abstract {
  const object = interpret(expression.object, scope, analysis);
  const places = expression.indices.map((item) =>
    factsOf(item.kind === 'at' ? item.value : item.from, scope, analysis),
  );
  if (object.kind === 'list') {
    const [place] = places;
    const position = place && pointOf(place.interval);
    return object.elements[position ?? 0] ?? constantFacts(everything);
  }
  const facts = asFacts(object);
  const choice = unionOf(
    places.map(({ flow }) => cutAt(flow, { span: expression.span, what: 'the choice of an index' })),
  );
  if (choice === noFlow) return { ...facts };
  return { ...facts, flow: union(facts.flow, choice), curvature: 'unknown' };
}
