/** The problem as LaTeX: one aligned block with the objective, what it is minimized over, and where the names come from. */
import { printDimension } from '../check/dimension.js';
import type { TypedProblem } from '../check/typed.js';
import type { ElementType, Type } from '../check/types.js';
import type { Declaration, FileSyntax } from '../parser/ast.js';
import { mathematics } from './mathematics.js';
import { latex } from './notation.js';

export function latexProblem(file: FileSyntax, problem: TypedProblem): string {
  const lines: string[] = [];
  const memberships = new Map(
    file.declarations.flatMap((declaration) =>
      declaration.kind === 'param' && declaration.membership !== undefined
        ? [[declaration.name.name, declaration.membership.set] as const]
        : [],
    ),
  );
  const variables = problem.parameters.map(({ symbol, path }) => {
    const name = path.includes('.') ? `\\mathit{${path.replaceAll('_', '\\_')}}` : latex.name(path);
    const set = memberships.get(path);
    const kept = set === undefined ? '' : ` \\cap ${mathematics(set, latex)}`;
    return `${name} \\in ${typeText(symbol.type)}${kept}`;
  });
  for (const declaration of file.declarations) {
    if (declaration.kind !== 'objective') continue;
    const sense = declaration.sense === 'minimize' ? '\\min' : '\\max';
    const { label, value, over } = declaration;
    const own = over?.map((each) => latex.name(each.name)).join(',\\; ');
    const named = label === undefined ? '' : ` \\qquad \\text{(${label.name.replaceAll('_', '\\_')})}`;
    lines.push(
      `${sense}_{${own ?? (variables.length > 3 ? '\\theta' : variables.join(',\\; '))}} \\quad & ${mathematics(value, latex)}${named}`,
    );
  }
  const restrictions = file.declarations.filter((declaration) => declaration.kind === 'constraint');
  if (restrictions.length > 0 && !file.declarations.some(({ kind }) => kind === 'objective')) {
    lines.push(`\\text{find} \\quad & ${variables.length > 3 ? '\\theta' : variables.join(',\\; ')}`);
  }
  restrictions.forEach(({ label, value, proxy }, index) => {
    const named = label === undefined ? '' : ` \\qquad \\text{(${label.name.replaceAll('_', '\\_')})}`;
    const stands =
      proxy === undefined ? '' : ` \\quad \\text{(derivatives of } ${mathematics(proxy, latex)}\\text{)}`;
    lines.push(
      `${index === 0 ? '\\text{subject to}' : ''} \\quad & ${mathematics(value, latex)}${stands}${named}`,
    );
  });
  if (variables.length > 3) lines.push(`\\text{over} \\quad & \\theta = (${variables.join(',\\; ')})`);
  definitions(file.declarations).forEach((text, index) =>
    lines.push(`${index === 0 ? '\\text{where}' : ''} \\quad & ${text}`),
  );
  const data = problem.data.flatMap(({ columns }) => columns);
  data.forEach(({ symbol }, index) =>
    lines.push(
      `${index === 0 ? '\\text{data}' : ''} \\quad & ${latex.name(symbol.name)} \\in ${typeText(symbol.type)}`,
    ),
  );
  return `\\begin{aligned}\n${lines.map((line) => `  ${line.trimStart()}`).join(' \\\\\n')}\n\\end{aligned}`;
}

function definitions(declarations: readonly Declaration[]): readonly string[] {
  return declarations.flatMap((declaration) => {
    if (declaration.kind === 'model') {
      return [`${latex.name(declaration.name.name)} = ${mathematics(declaration.value, latex)}`];
    }
    if (declaration.kind !== 'let') return [];
    return declaration.bindings.map(({ name, value }) => {
      const sign = value.operator === '~' ? '\\sim' : '=';
      return `${latex.name(name.name)} ${sign} ${mathematics(value.expression, latex)}`;
    });
  });
}

/** `real[N, D]` as R to the N times D. */
function typeText(type: Type): string {
  if (type.kind !== 'array') return '\\cdot';
  const sizes = type.shape.dimensions.map((dimension) => printDimension(dimension).replaceAll('*', ' '));
  const base = elementText(type.element);
  return sizes.length === 0 ? base : `${base}^{${sizes.join(' \\times ')}}`;
}

function elementText(element: ElementType): string {
  switch (element.kind) {
    case 'real':
      return '\\mathbb{R}';
    case 'int':
      return '\\mathbb{Z}';
    case 'bool':
      return '\\{0, 1\\}';
    case 'class':
      return `\\{0, \\dots, ${printDimension(element.classes)} - 1\\}`;
  }
}
