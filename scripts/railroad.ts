/** Railroad diagrams of the grammar, as one HTML page of plain SVG without scripts. */
import type { Part, Rule } from './grammar-model.js';

/** A drawn part: the track enters at the left and leaves at the right, at height 0. */
interface Drawing {
  readonly width: number;
  /** Above and below the track. */
  readonly up: number;
  readonly down: number;
  readonly draw: (x: number, y: number) => string;
}

const gap = 10;
const characterWidth = 7.3;
const boxHalf = 11;

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const track = (path: string): string => `<path d="${path}"/>`;

function box(text: string, isRule: boolean): Drawing {
  const width = Math.ceil(text.length * characterWidth) + 18;
  return {
    width,
    up: boxHalf,
    down: boxHalf,
    draw: (x, y) => {
      const label = `<text x="${x + width / 2}" y="${y + 4}">${escape(text)}</text>`;
      const shape = `<rect class="${isRule ? 'rule' : 'word'}" x="${x}" y="${y - boxHalf}" width="${width}" height="${2 * boxHalf}" rx="${isRule ? 0 : boxHalf}"/>`;
      return isRule ? `${shape}<a href="#${text}">${label}</a>` : shape + label;
    },
  };
}

const empty: Drawing = { width: 0, up: 0, down: 0, draw: () => '' };

function sequence(parts: readonly Drawing[]): Drawing {
  if (parts.length === 0) return empty;
  return {
    width: parts.reduce((sum, part) => sum + part.width, 0) + gap * (parts.length - 1),
    up: Math.max(...parts.map((part) => part.up)),
    down: Math.max(...parts.map((part) => part.down)),
    draw: (x, y) => {
      let at = x;
      return parts
        .map((part, index) => {
          const join = index === 0 ? '' : track(`M${at} ${y}h${gap}`);
          at += index === 0 ? 0 : gap;
          const drawn = part.draw(at, y);
          at += part.width;
          return join + drawn;
        })
        .join('');
    },
  };
}

/** The first branch on the track, the others below it. */
function choice(parts: readonly Drawing[]): Drawing {
  const [first = empty, ...others] = parts;
  const inner = Math.max(...parts.map((part) => part.width));
  const side = 2 * gap;
  const offsets: number[] = [];
  let below = first.down;
  for (const part of others) {
    offsets.push(below + gap + part.up);
    below += gap + part.up + part.down;
  }
  return {
    width: inner + 2 * side,
    up: first.up,
    down: below,
    draw: (x, y) => {
      const drawn = [
        track(`M${x} ${y}h${side}`),
        first.draw(x + side, y),
        track(`M${x + side + first.width} ${y}h${inner - first.width + side}`),
      ];
      others.forEach((part, index) => {
        const down = offsets[index] ?? 0;
        drawn.push(
          track(`M${x} ${y}q${gap} 0 ${gap} ${gap}v${down - 2 * gap}q0 ${gap} ${gap} ${gap}`),
          part.draw(x + side, y + down),
          track(
            `M${x + side + part.width} ${y + down}h${inner - part.width}q${gap} 0 ${gap} -${gap}v-${down - 2 * gap}q0 -${gap} ${gap} -${gap}`,
          ),
        );
      });
      return drawn.join('');
    },
  };
}

/** The way around the part goes above it. */
function option(part: Drawing): Drawing {
  const rise = part.up + gap;
  return {
    width: part.width + 4 * gap,
    up: rise,
    down: part.down,
    draw: (x, y) =>
      track(
        `M${x} ${y}q${gap} 0 ${gap} -${gap}v-${rise - 2 * gap}q0 -${gap} ${gap} -${gap}h${part.width}q${gap} 0 ${gap} ${gap}v${rise - 2 * gap}q0 ${gap} ${gap} ${gap}`,
      ) +
      track(`M${x} ${y}h${2 * gap}`) +
      part.draw(x + 2 * gap, y) +
      track(`M${x + 2 * gap + part.width} ${y}h${2 * gap}`),
  };
}

/** The way back goes below the part. */
function loop(part: Drawing): Drawing {
  const fall = part.down + gap;
  return {
    width: part.width + 2 * gap,
    up: part.up,
    down: fall,
    draw: (x, y) =>
      track(`M${x} ${y}h${gap}`) +
      part.draw(x + gap, y) +
      track(`M${x + gap + part.width} ${y}h${gap}`) +
      track(
        `M${x + gap + part.width} ${y}q${gap} 0 ${gap} ${gap}v${fall - 2 * gap}q0 ${gap} -${gap} ${gap}h-${part.width}q-${gap} 0 -${gap} -${gap}v-${fall - 2 * gap}q0 -${gap} ${gap} -${gap}`,
      ),
  };
}

function drawingOf(part: Part): Drawing {
  switch (part.kind) {
    case 'text':
      return box(part.text, false);
    case 'rule':
      return box(part.name, true);
    case 'sequence':
      return sequence(part.parts.map(drawingOf));
    case 'choice':
      return choice(part.parts.map(drawingOf));
    case 'option':
      return option(drawingOf(part.part));
    case 'repetition':
      return option(loop(drawingOf(part.part)));
    default:
      return part satisfies never;
  }
}

function svgOf(part: Part): string {
  const drawing = drawingOf(part);
  const width = drawing.width + 4 * gap;
  const height = drawing.up + drawing.down + 2 * gap;
  const y = drawing.up + gap;
  const ends = track(`M${gap} ${y - 6}v12`) + track(`M${width - gap} ${y - 6}v12`);
  const lead = track(`M${gap} ${y}h${gap}`) + track(`M${2 * gap + drawing.width} ${y}h${gap}`);
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${ends}${lead}${drawing.draw(2 * gap, y)}</svg>`;
}

const style = `body { font-family: sans-serif; margin: 2em auto; max-width: 72em; }
svg { display: block; max-width: 100%; height: auto; }
path { fill: none; stroke: #333; stroke-width: 1.5; }
rect { stroke: #333; stroke-width: 1.2; } rect.word { fill: #e8f2e8; } rect.rule { fill: #eef; }
text { font: 12px monospace; text-anchor: middle; } h2 { font: bold 15px monospace; margin: 1.6em 0 0.3em; }
.reserved h2::after { content: "  (reserved for later)"; color: #888; font-weight: normal; }`;

export function railroadPage(
  rules: readonly Rule[],
  lexical: readonly (readonly [string, string])[],
): string {
  const sections = rules.map(
    ({ name, part, isReserved }) =>
      `<section id="${name}"${isReserved ? ' class="reserved"' : ''}><h2>${name}</h2>${svgOf(part)}</section>`,
  );
  const words = lexical.map(
    ([name, text]) => `<section id="${name}"><h2>${name}</h2><p>${escape(text)}</p></section>`,
  );
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>The grammar of Argmin</title>\n<style>\n${style}\n</style>\n<h1>The grammar of Argmin</h1>\n${[...sections, ...words].join('\n')}\n</html>\n`;
}
