/** Random derivatives of random terms. Their size is not known beforehand, so they are squashed at once. */
import { element, fit, reference, squash } from './build.js';
import { interval, symmetric } from './interval.js';
import type { Choices, Scope, Variable } from './scope.js';
import type { Shape, Term } from './term.js';
import { isSameShape, lanesOf, limit, term } from './term.js';

type SomeTerm = (choices: Choices, scope: Scope, shape: Shape) => Term;

/** A squashed derivative of the wanted shape, or one reduced to a scalar. */
export function derivativeOf(
  choices: Choices,
  scope: Scope,
  shape: Shape,
  someTerm: SomeTerm,
): Term | undefined {
  if (scope.order >= 2) return undefined;
  const usable = scope.variables.filter(({ shape: own }) => own.every((dim) => dim.isRun !== true));
  const matching = usable.filter((variable) => isSameShape(variable.shape, shape));
  const inside = { ...scope, order: scope.order + 1 };
  if (shape.length === 0 && (matching.length === 0 || choices.chance(60))) {
    const variable = choices.maybe(usable.filter((other) => other.shape.length > 0));
    return variable && reduced(choices, inside, variable, someTerm);
  }
  const variable = choices.maybe(matching);
  if (variable === undefined) return undefined;
  const operator = choices.pick(['grad', 'grad', 'hvp'] as const);
  const value = scalarOf(choices, inside, variable, someTerm);
  if (operator === 'grad') return squash(derivative('grad', shape, variable, [value]));
  const direction = fit(someTerm(choices, inside, shape), symmetric(2));
  return squash(derivative('hvp', shape, variable, [value, direction]));
}

/** A scalar that mentions the variable, so that the derivative is rarely zero. */
function scalarOf(choices: Choices, scope: Scope, variable: Variable, someTerm: SomeTerm): Term {
  const favoured: Scope = {
    ...scope,
    variables: [...scope.variables, ...Array<Variable>(2 * scope.variables.length).fill(variable)],
  };
  const value = someTerm(choices, favoured, []);
  if (value.free.has(variable.name)) return value;
  const own =
    variable.shape.length === 0
      ? reference(variable)
      : (element(choices, { ...scope, variables: [variable] }) ??
        term({
          kind: 'sum',
          shape: [],
          parts: [reference(variable)],
          print: ([a]) => `sum(${a})`,
          range: () => symmetric(limit),
        }));
  return term({
    kind: 'mention',
    shape: [],
    parts: [fit(value, symmetric(10)), squash(own)],
    print: ([a, b]) => `(${b}^2 * ${a})`,
    range: ([a, b]) => (a === undefined || b === undefined ? undefined : symmetric(10)),
  });
}

/** How much more a derivative costs than its value. */
const costs = { grad: 4, vjp: 4, jvp: 12, hvp: 12, jacobian: 4, hessian: 8 } as const;

function derivative(
  operator: keyof typeof costs,
  shape: Shape,
  variable: Variable,
  parts: readonly Term[],
): Term {
  return term({
    kind: operator,
    shape,
    parts,
    names: [variable.name],
    repeats: costs[operator] * (operator === 'jacobian' || operator === 'hessian' ? lanesOf(shape) : 1),
    print: ([value, direction]) =>
      `${operator}(${[value, variable.name, ...(direction === undefined ? [] : [direction])].join(', ')})`,
    range: () => symmetric(limit),
  });
}

/** Derivatives of shapes of their own: Jacobians, Hessians, products, added up. */
function reduced(choices: Choices, scope: Scope, variable: Variable, someTerm: SomeTerm): Term | undefined {
  const dim = choices.maybe(scope.dims.filter((other) => other.isRun !== true));
  const operator = choices.pick(['grad', 'jacobian', 'hessian', 'jvp', 'vjp', 'jvp'] as const);
  const most = variable.shape.reduce((size, other) => size * other.most, 1);
  const wrap = (inner: Term): Term =>
    term({
      kind: 'sum of squashed',
      shape: [],
      parts: [inner],
      print: ([a]) => `sum(tanh(0.1 * ${a}))`,
      range: () => symmetric(most * Math.max(most, dim?.most ?? 1)),
    });
  switch (operator) {
    case 'grad':
      return wrap(
        derivative('grad', variable.shape, variable, [scalarOf(choices, scope, variable, someTerm)]),
      );
    case 'hessian':
      if (most > 6) return undefined;
      return wrap(
        derivative('hessian', [...variable.shape, ...variable.shape], variable, [
          scalarOf(choices, scope, variable, someTerm),
        ]),
      );
    default: {
      if (dim === undefined) return undefined;
      const value = someTerm(choices, scope, [dim]);
      if (operator === 'jacobian') {
        return wrap(derivative('jacobian', [dim, ...variable.shape], variable, [value]));
      }
      const shape = operator === 'jvp' ? variable.shape : [dim];
      const direction = fit(someTerm(choices, scope, shape), interval(-2, 2));
      return wrap(
        derivative(operator, operator === 'jvp' ? [dim] : variable.shape, variable, [value, direction]),
      );
    }
  }
}
