/** Documents for the tests: a text with a mark `|` where the cursor is, or several. */
import type { Document, Workspace } from '../../src/editor/document.js';
import { openDocument } from '../../src/editor/document.js';
import type { Location } from '../../src/editor/document.js';
import { librarySources } from '../../src/package.js';

export function workspaceOf(
  files: Readonly<Record<string, string>> = {},
  columns?: readonly string[],
): Workspace {
  const sources = new Map(Object.entries(files).map(([path, text]) => [path, { path, text }]));
  return {
    library: librarySources(),
    read: (path) => sources.get(path.replace(/^\.\//, '')),
    columns: () => columns,
  };
}

export interface Marked {
  readonly document: Document;
  /** Where the marks stood, in order. */
  readonly offsets: readonly number[];
  /** The first of them. */
  readonly offset: number;
}

/** `let a| = 1` is the document `let a = 1` with the cursor behind the `a`. */
export function marked(text: string, workspace: Workspace = workspaceOf()): Marked {
  const parts = text.split('|');
  const offsets: number[] = [];
  for (const part of parts.slice(0, -1)) offsets.push((offsets.at(-1) ?? 0) + part.length);
  return { document: openDocument(workspace, 'test.opt', parts.join('')), offsets, offset: offsets[0] ?? 0 };
}

/** The text at a place, with the path of its file when it is another one. */
export function shown(document: Document, location: Location | undefined): string | undefined {
  if (location === undefined) return undefined;
  const { file, range } = location;
  const text = (file ?? document.source).text.slice(range.start, range.end);
  const line = (file ?? document.source).text.slice(0, range.start).split('\n').length;
  return `${file === undefined ? '' : `${file.path} `}${line}: ${text}`;
}

/** A file of two thousand lines: functions, `let`s and reports. */
export function longText(blocks = 111): string {
  const parts = Array.from(
    { length: blocks },
    (_, i) => `/// Huber number ${i}.
fn huber${i}(r: real, delta: real = 1): real =
  if abs(r) <= delta then r^2 / 2 else delta * (abs(r) - delta / 2)

/// A function with a loop.
fn nce${i}(a: real[B, E], c: real[B, E], tau: real = 0.1): real {
  let S = [i in B, j in B: dot(a[i], c[j]) / tau]
  let total = 0.0
  for k in 1..3 {
    total <- total + huber${i}(S[0, 0], delta = ${i} + 1.5)
  }
  return mean(i in B: logsumexp(j in B: S[i, j]) - S[i, i]) + total
}

let margin${i} = (2 * y - 1) * (X @ w + b) / ${i + 1}
let loss${i} = mean(softplus(-margin${i})) + 1e-3 * sum(w^2)
report accuracy${i} = mean(margin${i} > 0)
`,
  );
  return `data {
  X: real[N, D]
  y: class(2)[N]
}

param w: real[D] = 0
param b: real = 0

${parts.join('\n')}
minimize loss0
solve using lbfgs(memory = 10) until grad_norm < 1e-8 for 100 steps
`;
}
