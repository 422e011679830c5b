/** Drawings of a run: the objective against the steps while it goes on, and a Pareto front. */

const width = 640;
const height = 240;
const margin = { left: 64, right: 12, top: 10, bottom: 28 };

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly place: number; readonly text: string }[];
}

function scaleOf(values: readonly number[], from: number, to: number, logarithmic: boolean): Scale {
  const image = logarithmic ? Math.log10 : (value: number): number => value;
  const seen = values.map(image).filter(Number.isFinite);
  let [low, high] = [Math.min(...seen), Math.max(...seen)];
  if (seen.length === 0) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const at = (value: number): number => from + ((image(value) - low) / (high - low)) * (to - from);
  const ticks = [0, 0.5, 1].map((part) => {
    const value = low + part * (high - low);
    return { place: from + part * (to - from), text: (logarithmic ? 10 ** value : value).toPrecision(3) };
  });
  return { at, ticks };
}

function svg(name: string, attributes: Readonly<Record<string, string | number>>, text?: string): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

function frame(label: string, x: Scale, y: Scale, names: readonly [string, string]): SVGElement {
  const bottom = height - margin.bottom;
  const drawing = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label });
  drawing.append(
    svg('line', { class: 'axis', x1: margin.left, x2: width - margin.right, y1: bottom, y2: bottom }),
    svg('line', { class: 'axis', x1: margin.left, x2: margin.left, y1: margin.top, y2: bottom }),
    ...x.ticks.map(({ place, text }) =>
      svg('text', { x: place, y: bottom + 14, 'text-anchor': 'middle' }, text),
    ),
    ...y.ticks.map(({ place, text }) =>
      svg('text', { x: margin.left - 6, y: place + 4, 'text-anchor': 'end' }, text),
    ),
    svg('text', { x: (margin.left + width) / 2, y: height - 2, 'text-anchor': 'middle' }, names[0]),
    svg('text', { x: margin.left + 6, y: margin.top + 10 }, names[1]),
  );
  return drawing;
}

/** Falls over powers of ten are shown on a logarithmic axis. */
export function drawCurve(target: HTMLElement, points: readonly Point[], name: string): void {
  if (points.length === 0) {
    target.replaceChildren();
    return;
  }
  const values = points.map(({ y }) => y);
  const logarithmic = values.every((value) => value > 0) && Math.max(...values) > 20 * Math.min(...values);
  const x = scaleOf(
    points.map((point) => point.x),
    margin.left,
    width - margin.right,
    false,
  );
  const y = scaleOf(values, height - margin.bottom, margin.top, logarithmic);
  const drawing = frame(`${name} against steps`, x, y, ['step', name]);
  const path = points
    .filter((point) => Number.isFinite(point.y))
    .map(
      (point, index) => `${index === 0 ? 'M' : 'L'}${x.at(point.x).toFixed(1)} ${y.at(point.y).toFixed(1)}`,
    )
    .join('');
  drawing.append(svg('path', { class: 'line', d: path, 'data-points': points.length }));
  target.replaceChildren(drawing);
}

export function drawFront(target: HTMLElement, points: readonly Readonly<Record<string, number>>[]): void {
  const [first = '', second = ''] = Object.keys(points[0] ?? {});
  if (second === '') {
    target.replaceChildren();
    return;
  }
  const values = (name: string): number[] => points.map((point) => point[name] ?? NaN);
  const x = scaleOf(values(first), margin.left, width - margin.right, false);
  const y = scaleOf(values(second), height - margin.bottom, margin.top, false);
  const drawing = frame('Pareto front', x, y, [first, second]);
  for (const point of points) {
    drawing.append(
      svg('circle', { class: 'point', r: 3, cx: x.at(point[first] ?? NaN), cy: y.at(point[second] ?? NaN) }),
    );
  }
  target.replaceChildren(drawing);
}

/** Keeps a curve short: beyond the limit, every other point goes. */
export class Curve {
  private readonly points: Point[] = [];
  private every = 1;
  private seen = 0;

  add(point: Point): void {
    this.seen += 1;
    if (this.seen % this.every !== 0) return;
    this.points.push(point);
    if (this.points.length <= 1000) return;
    this.every *= 2;
    for (let index = 0; 2 * index < this.points.length; index += 1) {
      const kept = this.points[2 * index];
      if (kept !== undefined) this.points[index] = kept;
    }
    this.points.length = Math.ceil(this.points.length / 2);
  }

  all(): readonly Point[] {
    return this.points;
  }
}
