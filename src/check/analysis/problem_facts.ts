/** The facts of a whole problem: data, parameters and `let`s are names of one scope, objectives and reports are read in it. */
import { childrenOf } from '../traverse.js';
import type {
  TypedExpression,
  TypedHyper,
  TypedObjective,
  TypedParameter,
  TypedProblem,
  TypedReport,
  ValueSymbol,
} from '../typed.js';
import type { Abstract, Facts } from './facts.js';
import { constantFacts } from './facts.js';
import type { Finding } from './findings.js';
import { flowOf } from './flow.js';
import type { Analysis } from './interpreter.js';
import { asFacts, factsOf, interpret } from './interpreter.js';
import type { Interval } from './interval.js';
import { contains, everything, interval, pointOf } from './interval.js';
import { Scope } from './scope.js';
import { sizeFacts } from './sizes.js';

interface Read<Item> {
  readonly item: Item;
  readonly facts: Facts;
  readonly findings: readonly Finding[];
}

export interface ProblemFacts {
  readonly problem: TypedProblem;
  readonly objectives: readonly Read<TypedObjective>[];
  /** As derivatives are taken of them: the stand-in where there is one. */
  readonly constraints: readonly Read<{ readonly value: TypedExpression }>[];
  readonly reports: readonly Read<TypedReport>[];
  readonly lets: ReadonlyMap<ValueSymbol, Read<TypedExpression>>;
  /** The `let`s that some objective or constraint reads, through others too. */
  readonly reached: ReadonlySet<ValueSymbol>;
}

const known = new WeakMap<TypedProblem, ProblemFacts>();

export function problemFacts(problem: TypedProblem): ProblemFacts {
  const facts = known.get(problem) ?? readProblem(problem);
  known.set(problem, facts);
  return facts;
}

function readProblem(problem: TypedProblem): ProblemFacts {
  const scope = new Scope();
  const starts = new Map<ValueSymbol, Interval>();
  const analysis: Analysis = {
    problem,
    sizes: sizeFacts(problem),
    startsNonzero: (expression) => startsNonzero(expression, starts),
    calls: new Map(),
    findings: [],
    drawsAreData: false,
    branching: 0,
    asking: 0,
  };
  bindInputs(problem, scope, analysis, starts);
  const lets = new Map<ValueSymbol, Read<TypedExpression>>();
  for (const { symbol, value } of problem.lets) {
    scope.bindLater(symbol, () => {
      const { value: result, findings } = apart(analysis, false, () => interpret(value, scope, analysis));
      lets.set(symbol, { item: value, facts: asFacts(result), findings });
      return result;
    });
  }
  // In dependency order, so that long chains do not nest.
  for (const { symbol } of problem.lets) scope.find(symbol);
  const read = <Item extends { readonly value: TypedExpression }>(item: Item): Read<Item> => {
    const { value: facts, findings } = apart(analysis, false, () => factsOf(item.value, scope, analysis));
    return { item, facts, findings };
  };
  return {
    problem,
    objectives: problem.objectives.map(read),
    constraints: problem.constraints.map(({ value, proxy }) => read({ value: proxy ?? value })),
    reports: problem.reports.map(read),
    lets,
    reached: reachedLets(problem),
  };
}

/** Runs `body` with a list of findings of its own. */
function apart<Value>(
  analysis: Analysis,
  drawsAreData: boolean,
  body: () => Value,
): { readonly value: Value; readonly findings: readonly Finding[] } {
  const before = { findings: analysis.findings, drawsAreData: analysis.drawsAreData };
  analysis.findings = [];
  analysis.drawsAreData = drawsAreData;
  const value = body();
  const { findings } = analysis;
  analysis.findings = before.findings;
  analysis.drawsAreData = before.drawsAreData;
  return { value, findings };
}

function bindInputs(
  problem: TypedProblem,
  scope: Scope,
  analysis: Analysis,
  starts: Map<ValueSymbol, Interval>,
): void {
  const asData = (value: TypedExpression): Abstract =>
    apart(analysis, true, () => interpret(value, scope, analysis)).value;
  for (const hyper of problem.hypers) {
    scope.bindLater(hyper.symbol, () => constantFacts(rangeOfHyper(hyper, asData)));
  }
  for (const { symbol, value } of problem.data.flatMap(({ columns }) => columns)) {
    scope.bindLater(symbol, () => asData(value));
  }
  for (const parameter of problem.parameters) {
    scope.bind(parameter.symbol, parameterFacts(parameter, everything));
    const { membership } = parameter;
    const projection = membership?.operations.project;
    if (membership !== undefined && projection !== undefined) {
      scope.bind(membership.point, parameterFacts(parameter, everything));
      const kept = apart(analysis, false, () => factsOf(projection, scope, analysis)).value.interval;
      scope.bind(parameter.symbol, parameterFacts(parameter, kept));
    }
    starts.set(parameter.symbol, asFacts(asData(parameter.start)).interval);
  }
}

function parameterFacts({ symbol }: TypedParameter, range: Interval): Facts {
  const flow = flowOf(symbol);
  return { kind: 'facts', interval: range, curvature: 'affine', kink: undefined, flow };
}

function rangeOfHyper(
  { value, interval: declared }: TypedHyper,
  asData: (value: TypedExpression) => Abstract,
): Interval {
  if (declared === undefined) return asFacts(asData(value)).interval;
  const from = asFacts(asData(declared.from)).interval;
  const to = asFacts(asData(declared.to)).interval;
  return interval(from.low, to.high);
}

/** A parameter that starts away from 0, or a product or power of such. */
function startsNonzero(expression: TypedExpression, starts: ReadonlyMap<ValueSymbol, Interval>): boolean {
  const inner = (part: TypedExpression): boolean => startsNonzero(part, starts);
  switch (expression.kind) {
    case 'constant':
      return expression.value !== 0;
    case 'reference': {
      const start = starts.get(expression.symbol);
      return start !== undefined && !contains(start, 0) && pointOf(start) !== 0;
    }
    case 'index':
      return inner(expression.object);
    case 'apply': {
      const { operator, operands } = expression;
      const [base] = operands;
      if (operator === 'power') return base !== undefined && inner(base);
      const product = ['multiply', 'divide', 'negate', 'abs', 'to_real'].includes(operator);
      return product && operands.every(inner);
    }
    default:
      return false;
  }
}

function reachedLets(problem: TypedProblem): ReadonlySet<ValueSymbol> {
  const values = new Map(problem.lets.map(({ symbol, value }) => [symbol, value]));
  const reached = new Set<ValueSymbol>();
  const walk = (expression: TypedExpression): void => {
    const symbol =
      expression.kind === 'reference'
        ? expression.symbol
        : expression.kind === 'derivative'
          ? expression.variable
          : undefined;
    const value = symbol && values.get(symbol);
    if (symbol !== undefined && value !== undefined && !reached.has(symbol)) {
      reached.add(symbol);
      walk(value);
    }
    for (const child of childrenOf(expression)) walk(child);
  };
  for (const { value } of problem.objectives) walk(value);
  for (const { value, proxy } of problem.constraints) walk(proxy ?? value);
  return reached;
}
