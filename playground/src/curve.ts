/** Drawings of a run: the objective against the steps while it goes on, and a Pareto front. */
import type { Plot } from './plot.js';
import { frame, linearScale, logarithmicScale, svg } from './plot.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Falls over powers of ten are shown on a logarithmic axis. */
export function drawCurve(plot: Plot, points: readonly Point[], name: string): void {
  const seen = points.filter(({ y }) => Number.isFinite(y));
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined) {
    plot.clear();
    return;
  }
  const values = seen.map(({ y }) => y);
  const logarithmic = values.every((value) => value > 0) && Math.max(...values) > 20 * Math.min(...values);
  const label = `${name} against steps: ${first.y.toPrecision(4)} at step ${first.x}, ${last.y.toPrecision(4)} at step ${last.x}`;
  plot.show((box) => {
    const steps = seen.map(({ x }) => x);
    const x = linearScale(steps, box.left, box.right, box.width / 90, false);
    const y = (logarithmic ? logarithmicScale : linearScale)(values, box.bottom, box.top, 5);
    const path = seen.map((point) => `${x.at(point.x).toFixed(1)} ${y.at(point.y).toFixed(1)}`).join('L');
    const drawing = frame(label, box, x, y, ['step', logarithmic ? `${name}, logarithmic` : name]);
    drawing.append(svg('path', { class: 'line', d: `M${path}`, 'data-points': points.length }));
    return drawing;
  });
}

export function drawFront(plot: Plot, points: readonly Readonly<Record<string, number>>[]): void {
  const [first = '', second = ''] = Object.keys(points[0] ?? {});
  if (second === '') {
    plot.clear();
    return;
  }
  const values = (name: string): number[] => points.map((point) => point[name] ?? NaN);
  plot.show((box) => {
    const x = linearScale(values(first), box.left, box.right, box.width / 90);
    const y = linearScale(values(second), box.bottom, box.top, 5);
    const label = `Pareto front: ${points.length} points, ${second} against ${first}`;
    const drawing = frame(label, box, x, y, [first, second]);
    const radius = points.length > 100 ? 2 : 3.5;
    for (const point of points) {
      const [a, b] = [point[first] ?? NaN, point[second] ?? NaN];
      const name = svg('title', {}, `${first} ${a.toPrecision(5)}, ${second} ${b.toPrecision(5)}`);
      drawing.append(svg('circle', { class: 'point', r: radius, cx: x.at(a), cy: y.at(b) }, name));
    }
    return drawing;
  });
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
