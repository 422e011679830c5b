/** The colours of the playground can be read, light and dark: the ratios of WCAG 2.2, level AA. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const style = readFileSync('playground/src/style.css', 'utf8');
const blocks = [...style.matchAll(/:root \{(.*?)\}/gs)].map(([, body = '']) =>
  Object.fromEntries([...body.matchAll(/--(\w+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value])),
);
const light = blocks[0] ?? {};
const themes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['light', light],
  ['dark', { ...light, ...blocks[1] }],
];

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(first: string, second: string): number {
  const [low = 0, high = 0] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

describe.each(themes)('in the %s theme', (_, colours) => {
  const of = (name: string): string => {
    const colour = colours[name];
    if (colour === undefined) throw new Error(`there is no colour ${name}`);
    return colour;
  };

  it('text stands out from every ground that it is on', () => {
    const poor = ['front', 'faint', 'accent', 'error', 'warning'].flatMap((text) =>
      ['back', 'panel', 'selection', 'linked']
        // Errors are not selected, nor linked.
        .filter((ground) => text !== 'error' || ground === 'back' || ground === 'panel')
        .filter((ground) => ratio(of(text), of(ground)) < 4.5)
        .map((ground) => `${text} on ${ground}: ${ratio(of(text), of(ground)).toFixed(2)}`),
    );
    expect(poor).toEqual([]);
    expect(ratio(of('back'), of('accent'))).toBeGreaterThan(4.5);
  });

  it('borders of controls and the ring of the focus stand out from what is beside them', () => {
    for (const ground of ['back', 'panel']) {
      expect(ratio(of('edge'), of(ground)), ground).toBeGreaterThan(3);
      expect(ratio(of('accent'), of(ground)), ground).toBeGreaterThan(3);
    }
  });
});
