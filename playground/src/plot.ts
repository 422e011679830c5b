/** A drawing that fills its place: drawn anew when the place gets another width, so that its text keeps its size. */

export interface Box {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

type Drawing = (box: Box) => SVGElement;

export class Plot {
  private drawing: Drawing | undefined;

  constructor(private readonly place: HTMLElement) {
    let width = 0;
    new ResizeObserver(() => {
      if (place.clientWidth === width || place.clientWidth === 0) return;
      width = place.clientWidth;
      this.draw();
    }).observe(place);
  }

  show(drawing: Drawing): void {
    this.drawing = drawing;
    this.draw();
  }

  clear(): void {
    this.drawing = undefined;
    this.place.replaceChildren();
  }

  private draw(): void {
    if (this.drawing === undefined) return;
    // A place in a hidden panel has no width yet.
    const width = this.place.clientWidth || 640;
    const height = Math.round(Math.max(180, Math.min(280, width * 0.42)));
    const box = { width, height, left: 58, right: width - 16, top: 26, bottom: height - 38 };
    this.place.replaceChildren(this.drawing(box));
  }
}

export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly place: number; readonly text: string }[];
}

function roundStep(low: number, high: number, count: number): number {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
}

/** Some round values between two others, at most about `count`. */
function roundValues(low: number, high: number, count: number): number[] {
  const step = roundStep(low, high, count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

function valueText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3))
    return value
      .toExponential()
      .replace(/^(.*\..{3}).*e/, '$1e')
      .replace('e+', 'e');
  return String(Number(value.toPrecision(6)));
}

/**
 * @param count how many marks the axis has room for
 * @param widened the axis begins and ends at a mark
 */
export function linearScale(
  values: readonly number[],
  from: number,
  to: number,
  count: number,
  widened = true,
): Scale {
  let [low, high] = rangeOf(values);
  if (widened) {
    const step = roundStep(low, high, count);
    [low, high] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  }
  const at = (value: number): number => from + ((value - low) / (high - low)) * (to - from);
  return {
    at,
    ticks: roundValues(low, high, count).map((value) => ({ place: at(value), text: valueText(value) })),
  };
}

/** Marks are powers of ten, or, where too few of them lie in the range, round values. */
export function logarithmicScale(values: readonly number[], from: number, to: number, count: number): Scale {
  const [low, high] = rangeOf(values.map(Math.log10));
  const place = (power: number): number => from + ((power - low) / (high - low)) * (to - from);
  const at = (value: number): number => place(Math.log10(value));
  const powers = roundValues(low, high, Math.min(count, high - low)).filter(Number.isInteger);
  const marks =
    powers.length >= 2 ? powers.map((power) => 10 ** power) : roundValues(10 ** low, 10 ** high, count);
  return { at, ticks: marks.map((value) => ({ place: at(value), text: valueText(value) })) };
}

function rangeOf(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  if (low < high) return [low, high];
  const room = Math.max(Math.abs(low) * 0.1, 1e-6);
  return [low - room, high + room];
}

export function svg(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly (SVGElement | string)[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** Axes with their marks and names. */
export function frame(
  label: string,
  box: Box,
  x: Scale,
  y: Scale,
  names: readonly [string, string],
): SVGElement {
  const { width, height, left, right, bottom } = box;
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label },
    ...y.ticks.map(({ place }) => svg('line', { class: 'grid', x1: left, x2: right, y1: place, y2: place })),
    svg('line', { class: 'axis', x1: left, x2: right, y1: bottom, y2: bottom }),
    ...x.ticks.map(({ place, text }) =>
      svg('text', { x: place, y: bottom + 16, 'text-anchor': place > right - 20 ? 'end' : 'middle' }, text),
    ),
    ...y.ticks.map(({ place, text }) =>
      svg('text', { x: left - 8, y: place + 4, 'text-anchor': 'end' }, text),
    ),
    svg('text', { class: 'name', x: (left + right) / 2, y: height - 6, 'text-anchor': 'middle' }, names[0]),
    svg('text', { class: 'name', x: 4, y: 14 }, names[1]),
  );
}
