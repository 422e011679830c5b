/** The result of a run as tables. */
import type { Nested, ResultObject } from '../../src/runtime/result.js';

function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(8)));
}

function valueText(value: Nested): string {
  if (typeof value === 'number') return numberText(value);
  const text = value.map(valueText).join(', ');
  const shown = text.length > 400 ? `${text.slice(0, 400)} …` : text;
  return `[${shown}]`;
}

function table(caption: string, rows: readonly (readonly [string, string])[]): HTMLElement | undefined {
  if (rows.length === 0) return undefined;
  const element = document.createElement('table');
  element.createCaption().textContent = caption;
  for (const [name, value] of rows) {
    const row = element.insertRow();
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = name;
    const cell = document.createElement('td');
    cell.className = 'number';
    cell.textContent = value;
    row.append(head, cell);
  }
  return element;
}

export function showFigures(target: HTMLElement, result: ResultObject): void {
  const named = (values: Readonly<Record<string, Nested>>): (readonly [string, string])[] =>
    Object.entries(values).map(([name, value]) => [name, valueText(value)]);
  const constraints = Object.entries(result.constraints).map(
    ([name, { violation, multiplier }]) =>
      [name, `violation ${numberText(violation)}, multiplier ${valueText(multiplier)}`] as const,
  );
  const tables = [
    table('objectives', named(result.objectives)),
    table('subject to', constraints),
    table('reports', named(result.reports)),
    table('parameters', named(result.params)),
  ];
  target.replaceChildren(...tables.filter((each) => each !== undefined));
}
