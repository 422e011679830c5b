/** Measured times over sizes as an SVG drawing: a panel for each series, both axes logarithmic, with the line that was fitted. */
import { escaped, fixed } from '../../src/cli/plot.js';

export interface Series {
  readonly title: string;
  /** What grows along the horizontal axis. */
  readonly size: string;
  readonly points: readonly { readonly size: number; readonly microseconds: number }[];
  /** Microseconds = overhead + each * size. */
  readonly fit: { readonly overhead: number; readonly each: number };
}

const [width, height] = [300, 260];
const box = { left: 52, right: 288, top: 34, bottom: 212 } as const;

/** From a value to a coordinate, and the powers of `base` on the way. */
class LogarithmicAxis {
  readonly ticks: readonly number[];
  private readonly low: number;
  private readonly high: number;

  constructor(
    values: readonly number[],
    base: number,
    private readonly start: number,
    private readonly end: number,
  ) {
    const power = (value: number): number => Math.log(value) / Math.log(base);
    const [first, last] = [Math.floor(power(Math.min(...values))), Math.ceil(power(Math.max(...values)))];
    this.ticks = Array.from({ length: last - first + 1 }, (_, index) => base ** (first + index));
    this.low = Math.log(this.ticks[0] ?? 1);
    this.high = Math.log(this.ticks.at(-1) ?? 1);
  }

  at(value: number): string {
    const share = (Math.log(value) - this.low) / (this.high - this.low);
    return fixed(this.start + share * (this.end - this.start));
  }
}

export function plotSeries(all: readonly Series[]): string {
  const whole = width * all.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${whole} ${height}" width="${whole}" height="${height}" font-size="11" font-family="sans-serif">`,
    `<rect width="${whole}" height="${height}" fill="white"/>`,
    ...all.map((series, index) => `<g transform="translate(${index * width} 0)">\n${panelOf(series)}\n</g>`),
    '</svg>\n',
  ].join('\n');
}

function panelOf({ title, size, points, fit }: Series): string {
  const across = new LogarithmicAxis(
    points.map((point) => point.size),
    4,
    box.left,
    box.right,
  );
  const fitted = (at: number): number => fit.overhead + fit.each * at;
  const heights = points.flatMap((point) => [point.microseconds, fitted(point.size)]);
  const up = new LogarithmicAxis(heights, 10, box.bottom, box.top);
  const line = points.map((point) => `${across.at(point.size)},${up.at(fitted(point.size))}`).join(' ');
  const middle = (box.left + box.right) / 2;
  return [
    `<path d="M${box.left} ${box.top}V${box.bottom}H${box.right}" stroke="black" fill="none"/>`,
    `<text x="${middle}" y="16" text-anchor="middle">${escaped(title)}</text>`,
    `<text x="${middle}" y="${height - 12}" text-anchor="middle">${escaped(size)}</text>`,
    ...across.ticks.map(
      (tick) => `<text x="${across.at(tick)}" y="${box.bottom + 16}" text-anchor="middle">${tick}</text>`,
    ),
    ...up.ticks.map(
      (tick) => `<text x="${box.left - 6}" y="${up.at(tick)}" dy="4" text-anchor="end">${tick} µs</text>`,
    ),
    `<polyline points="${line}" stroke="#999999" fill="none"/>`,
    ...points.map(
      (point) =>
        `<circle cx="${across.at(point.size)}" cy="${up.at(point.microseconds)}" r="3" fill="#1f5fa8"/>`,
    ),
  ].join('\n');
}
