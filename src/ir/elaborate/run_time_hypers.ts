/**
 * Which hyperparameters stay open until a program runs: real ones that no whole number is made of. Whole numbers may
 * be sizes, loop bounds and lengths, so a hyperparameter that one depends on is a constant of the program.
 */
import type {
  TypedExpression,
  TypedFunction,
  TypedHyper,
  TypedProblem,
  ValueSymbol,
} from '../../check/typed.js';
import { problemRoots } from './problem_roots.js';
import { enteringOnce, walkExpression, walkStatements } from './walk.js';

export function runTimeHypers(problem: TypedProblem): readonly TypedHyper[] {
  const whole = symbolsOfWholeNumbers(problem);
  // A hyperparameter's value may read an earlier one, which then is fixed with it.
  for (const { value } of problem.hypers) for (const symbol of symbolsIn(value)) whole.add(symbol);
  return problem.hypers.filter(
    ({ symbol }) => symbol.type.kind === 'array' && symbol.type.element.kind === 'real' && !whole.has(symbol),
  );
}

/** Every name that a conversion to a whole number depends on, through `let`s too. */
function symbolsOfWholeNumbers(problem: TypedProblem): Set<ValueSymbol> {
  const found = new Set<ValueSymbol>();
  const note = (expression: TypedExpression): void => {
    for (const symbol of symbolsIn(expression)) found.add(symbol);
  };
  const visitor = enteringOnce((expression) => {
    if (expression.kind === 'apply' && expression.operator === 'to_int') expression.operands.forEach(note);
    if (expression.kind === 'call' && convertsToWhole(expression.function))
      expression.arguments.forEach(note);
  });
  for (const root of problemRoots(problem)) walkExpression(root, visitor);
  for (const test of problem.tests) walkStatements(test.statements, visitor);
  // `lets` stand in dependency order, so one pass from the last to the first is enough.
  for (const { symbol, value } of [...problem.lets].reverse()) if (found.has(symbol)) note(value);
  return found;
}

function convertsToWhole(target: TypedFunction): boolean {
  let found = false;
  const visitor = enteringOnce((expression) => {
    if (expression.kind === 'apply' && expression.operator === 'to_int') found = true;
  });
  walkExpression(target.body, visitor);
  return found;
}

function symbolsIn(expression: TypedExpression): readonly ValueSymbol[] {
  const found: ValueSymbol[] = [];
  walkExpression(expression, {
    expression: (each) => {
      if (each.kind === 'reference') found.push(each.symbol);
    },
  });
  return found;
}
