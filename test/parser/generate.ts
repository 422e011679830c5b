/** Random expressions as text, for property tests: every form of expression, with names that are contextual words. */
import fc from 'fast-check';

const name = fc.constantFrom('a', 'x1', 'long_name_of_a_variable', 'over', 'batch', 'test', 'from', 'argmax');
const binderName = fc.constantFrom('i', 'seed', 'order');
const number = fc.constantFrom('0', '1', '2.5', '1e-3', '1_000', '12345678901234567890');
const operator = fc.constantFrom('+', '-', '*', '/', '^', '@', 'and', 'or');
const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=', '..');

export const expressionText: fc.Arbitrary<string> = fc.letrec<{ expression: string; operand: string }>(
  (tie) => {
    const expression = tie('expression');
    const operand = tie('operand');
    const list = fc.array(expression, { maxLength: 4 }).map((parts) => parts.join(','));
    return {
      operand: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        name,
        number,
        fc.constantFrom('true', '"a \\"text\\""'),
        expression.map((inner) => `(${inner})`),
        list.map((inner) => `[${inner}]`),
        fc.tuple(binderName, expression).map(([binder, inner]) => `[${binder} in N, j in 0..3: ${inner}]`),
        fc.tuple(expression, expression).map(([first, second]) => `{ a = ${first}, b = ${second} }`),
        fc.tuple(name, list).map(([callee, inner]) => `${callee}(${inner})`),
        fc
          .tuple(name, expression)
          .map(([callee, inner]) => `${callee}(${inner}, key = 1 over K, L on fresh)`),
        fc
          .tuple(name, expression, expression)
          .map(([f, guard, inner]) => `${f}(i in N where ${guard}: ${inner})`),
        fc.tuple(name, expression).map(([object, inner]) => `${object}[${inner}, 1..2].field`),
        operand.map((inner) => `-${inner}`),
        operand.map((inner) => `(not ${inner})`),
      ),
      expression: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        operand,
        fc.tuple(operand, operator, operand).map((parts) => parts.join(' ')),
        fc.tuple(operand, operator, operand, operator, operand).map((parts) => parts.join(' ')),
        fc.tuple(operand, comparison, operand).map((parts) => `(${parts.join(' ')})`),
        fc.tuple(expression, expression, expression).map(([c, a, b]) => `(if ${c} then ${a} else ${b})`),
      ),
    };
  },
).expression;
