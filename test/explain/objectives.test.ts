import { describe, expect, it } from 'vitest';
import { objectivesText } from '../../src/explain/objectives.js';
import { problemOf } from '../check/analysis/analysing.js';

const said = (text: string): string => objectivesText(problemOf(text));

describe('what is said of objectives', () => {
  it('names curvature, smoothness and range', () => {
    expect(said('param w: real[3] = 1\nminimize sum(w^2)')).toBe(
      'objective\n  convex, so every local minimum is global; smooth; at least 0',
    );
  });

  it('names the label, and the kink with its line', () => {
    expect(said('param w: real[3] = 1\nmaximize size: sum(abs(w))')).toBe(
      'objective\n  size: convex; kinked by `abs` (line 2); at least 0',
    );
  });

  it('claims nothing that the rules cannot show', () => {
    expect(said('param w: real[3] = 1\nminimize sum(sin(w))')).toContain(
      'curvature not known by the rules of composition',
    );
  });

  it('is empty without an objective', () => {
    expect(said('param w: real[3] = 1')).toBe('');
  });
});
