/** Statements: names are bound and updated in order, branches are joined, loops are run until nothing changes. */
import type { TypedStatement, ValueSymbol } from '../typed.js';
import type { Abstract } from './facts.js';
import { constantFacts, joinAbstract, sameAbstract, widenAbstract } from './facts.js';
import { cutAt, noFlow, union, varies } from './flow.js';
import type { Analysis } from './interpreter.js';
import { asFacts, factsOf, interpret } from './interpreter.js';
import { interval } from './interval.js';
import { refinementsOf } from './refine.js';
import type { Scope } from './scope.js';

type Loop = Extract<TypedStatement, { kind: 'for' }>;
type Branch = Extract<TypedStatement, { kind: 'if' }>;

export function interpretStatements(
  statements: readonly TypedStatement[],
  scope: Scope,
  analysis: Analysis,
): void {
  for (const statement of statements) interpretStatement(statement, scope, analysis);
}

function interpretStatement(statement: TypedStatement, scope: Scope, analysis: Analysis): void {
  switch (statement.kind) {
    case 'let':
    case 'state':
      scope.bind(statement.symbol, interpret(statement.value, scope, analysis));
      return;
    case 'update': {
      const value = interpret(statement.value, scope, analysis);
      const before = scope.find(statement.symbol);
      const part = statement.indices.length > 0 && before !== undefined;
      scope.update(statement.symbol, part ? joinAbstract(before, value) : value);
      return;
    }
    case 'for':
      interpretLoop(statement, scope, analysis);
      return;
    case 'if':
      interpretBranch(statement, scope, analysis);
      return;
    case 'per_tensor':
      interpretStatements(statement.body, scope.inner(), analysis);
      return;
    case 'assert':
      return;
    default:
      statement satisfies never;
  }
}

/** More turns than any chain of widenings is long. */
const mostTurns = 12;

function interpretLoop(statement: Loop, scope: Scope, analysis: Analysis): void {
  const from = factsOf(statement.from, scope, analysis).interval;
  const to = factsOf(statement.to, scope, analysis).interval;
  const turn = (): void => {
    const body = scope.inner();
    body.bind(statement.symbol, constantFacts(interval(from.low, Math.max(from.low, to.high))));
    if (statement.condition !== undefined) factsOf(statement.condition, body, analysis);
    interpretStatements(statement.body, body, analysis);
  };
  const { findings } = analysis;
  let before = scope.snapshot();
  for (let count = 0; count < mostTurns; count += 1) {
    analysis.findings = [];
    turn();
    const after = scope.snapshot();
    const next = merge(before, after, count < 2 ? joinAbstract : widenAbstract);
    const stable = [...next].every(([symbol, value]) => sameAbstract(before.get(symbol) ?? value, value));
    before = next;
    scope.restore(next);
    if (stable) break;
  }
  analysis.findings = findings;
  turn();
  scope.restore(before);
}

function merge(
  before: ReadonlyMap<ValueSymbol, Abstract>,
  after: ReadonlyMap<ValueSymbol, Abstract>,
  join: (a: Abstract, b: Abstract) => Abstract,
): ReadonlyMap<ValueSymbol, Abstract> {
  return new Map(
    [...before].map(([symbol, value]) => {
      const other = after.get(symbol);
      return [symbol, other === undefined || other === value ? value : join(value, other)] as const;
    }),
  );
}

function interpretBranch(statement: Branch, scope: Scope, analysis: Analysis): void {
  const test = factsOf(statement.condition, scope, analysis);
  const before = scope.snapshot();
  const run = (body: readonly TypedStatement[], truth: boolean): ReadonlyMap<ValueSymbol, Abstract> => {
    const inner = scope.inner(refinementsOf(statement.condition, truth, scope, analysis));
    interpretStatements(body, inner, analysis);
    const after = scope.snapshot();
    scope.restore(before);
    return after;
  };
  const then = run(statement.then, true);
  const otherwise = run(statement.otherwise, false);
  const cut = cutAt(test.flow, { span: statement.condition.span, what: 'the condition of `if`' });
  for (const [symbol, value] of before) {
    const a = then.get(symbol) ?? value;
    const b = otherwise.get(symbol) ?? value;
    if (a === b) {
      if (a !== value) scope.update(symbol, a);
      continue;
    }
    const joined = joinAbstract(a, b);
    if (cut === noFlow || joined.kind !== 'facts') scope.update(symbol, joined);
    else {
      const facts = asFacts(joined);
      const kink = varies(test.flow)
        ? {
            span: statement.condition.span,
            what: 'the condition of `if`',
            atZero: false,
            unsure: true as const,
          }
        : facts.kink;
      scope.update(symbol, { ...facts, curvature: 'unknown', kink, flow: union(facts.flow, cut) });
    }
  }
}
