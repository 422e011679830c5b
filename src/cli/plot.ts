/** A front as an SVG drawing: a panel for each pair of objectives, its points, and, hollow, those that others dominate. */
import type { FrontOutcome } from '../runtime/front.js';
import { numberText } from './table.js';

const panel = { width: 360, height: 300, left: 64, right: 16, top: 16, bottom: 48 } as const;

interface Axis {
  readonly name: string;
  readonly ticks: readonly number[];
  readonly low: number;
  readonly high: number;
}

export function plotFront(front: FrontOutcome): string {
  const names = front.points[0]?.objectives.map(({ name }) => name) ?? [];
  const pairs = names.flatMap((_, x) => names.flatMap((__, y) => (x < y ? [[x, y] as const] : [])));
  const width = panel.width * Math.max(1, pairs.length);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${panel.height}" viewBox="0 0 ${width} ${panel.height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${panel.height}" fill="white"/>`,
    ...pairs.map(([x, y], index) => drawPanel(front, x, y, index * panel.width)),
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel(front: FrontOutcome, x: number, y: number, shift: number): string {
  const across = axisOf(front, x);
  const up = axisOf(front, y);
  const [left, right] = [panel.left, panel.width - panel.right];
  const [top, bottom] = [panel.top, panel.height - panel.bottom];
  const atX = (value: number): number =>
    left + ((value - across.low) / (across.high - across.low)) * (right - left);
  const atY = (value: number): number => bottom - ((value - up.low) / (up.high - up.low)) * (bottom - top);
  const marks = front.points.map(({ objectives, dominated }) => {
    const place = `cx="${fixed(atX(objectives[x]?.value ?? NaN))}" cy="${fixed(atY(objectives[y]?.value ?? NaN))}"`;
    return dominated
      ? `<circle ${place} r="2.5" fill="none" stroke="#bbbbbb"/>`
      : `<circle ${place} r="3" fill="#1f5fa8"/>`;
  });
  return [
    `<g transform="translate(${shift} 0)">`,
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="black"/>`,
    ...across.ticks.map(
      (tick) =>
        `<path d="M${fixed(atX(tick))} ${bottom}v4" stroke="black"/><text x="${fixed(atX(tick))}" y="${bottom + 16}" text-anchor="middle">${numberText(tick, 6)}</text>`,
    ),
    ...up.ticks.map(
      (tick) =>
        `<path d="M${left} ${fixed(atY(tick))}h-4" stroke="black"/><text x="${left - 7}" y="${fixed(atY(tick) + 4)}" text-anchor="end">${numberText(tick, 6)}</text>`,
    ),
    `<text x="${(left + right) / 2}" y="${panel.height - 10}" text-anchor="middle">${escaped(across.name)}</text>`,
    `<text transform="translate(14 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(up.name)}</text>`,
    ...marks,
    '</g>',
  ].join('\n');
}

function axisOf(front: FrontOutcome, index: number): Axis {
  const values = front.points.map(({ objectives }) => objectives[index]?.value ?? NaN);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const extent = most > least ? most - least : Math.max(1e-9, Math.abs(most));
  const step = niceStep(extent / 5);
  const low = Math.floor(least / step) * step;
  const high = Math.max(Math.ceil(most / step) * step, low + step);
  const count = Math.round((high - low) / step);
  const ticks = Array.from({ length: count + 1 }, (_, tick) => Number((low + tick * step).toPrecision(12)));
  return { name: front.points[0]?.objectives[index]?.name ?? '', ticks, low, high };
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least) ?? 10 * power;
}

/** A coordinate in a drawing. */
export function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** Text in a drawing. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
