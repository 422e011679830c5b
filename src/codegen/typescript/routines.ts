/**
 * Routines that printed programs call, as text: random draws, factorizations, sorting. They are written with
 * TypeScript's element assertions; the parameters' types are added when a module is emitted.
 */
import type { HelperFunction } from '../../ir/operators/elementwise/lowering.js';
import { philoxUniform } from '../../ir/operators/philox.js';
import { factorizationRoutines } from './factorization-routines.js';
import type { FactorizationName } from './factorization-routines.js';
import { hostRoutines } from './host-routines.js';
import type { HostRoutineName } from './host-routines.js';

export interface Routine {
  readonly parameters: readonly (readonly [name: string, type: string])[];
  readonly result: string;
  readonly body: string;
  readonly helpers: readonly HelperFunction[];
}

export type RoutineName =
  'choleskyFactor' | 'triangularSolve' | FactorizationName | HostRoutineName | 'sortOrder' | 'shuffleRows';

const cells = 'Float64Array | Float32Array';

export const routines: Readonly<Record<RoutineName, Routine>> = {
  choleskyFactor: {
    parameters: [
      ['source', cells],
      ['from', 'number'],
      ['factor', cells],
      ['to', 'number'],
      ['count', 'number'],
      ['n', 'number'],
    ],
    result: 'void',
    helpers: [],
    body: `for (let b = 0; b < count; b += 1) {
  const s = from + b * n * n;
  const d = to + b * n * n;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      if (j > i) {
        factor[d + i * n + j] = 0;
        continue;
      }
      let rest = source[s + i * n + j]!;
      for (let k = 0; k < j; k += 1) rest -= factor[d + i * n + k]! * factor[d + j * n + k]!;
      factor[d + i * n + j] = i === j ? (rest > 0 ? Math.sqrt(rest) : NaN) : rest / factor[d + j * n + j]!;
    }
  }
}`,
  },
  triangularSolve: {
    parameters: [
      ['matrix', cells],
      ['from', 'number'],
      ['right', cells],
      ['at', 'number'],
      ['solution', cells],
      ['to', 'number'],
      ['count', 'number'],
      ['n', 'number'],
      ['columns', 'number'],
      ['lower', 'boolean'],
      ['transposed', 'boolean'],
      ['unit', 'boolean'],
    ],
    result: 'void',
    helpers: [],
    body: `const forward = lower !== transposed;
const across = transposed ? n : 1;
const along = transposed ? 1 : n;
for (let b = 0; b < count; b += 1) {
  const a = from + b * n * n;
  const s = at + b * n * columns;
  const d = to + b * n * columns;
  for (let r = 0; r < n; r += 1) {
    const i = forward ? r : n - 1 - r;
    for (let c = 0; c < columns; c += 1) {
      let rest = right[s + i * columns + c]!;
      for (let q = 0; q < r; q += 1) {
        const k = forward ? q : n - 1 - q;
        rest -= matrix[a + i * along + k * across]! * solution[d + k * columns + c]!;
      }
      solution[d + i * columns + c] = unit ? rest : rest / matrix[a + i * (n + 1)]!;
    }
  }
}`,
  },
  ...factorizationRoutines,
  ...hostRoutines,
  sortOrder: {
    parameters: [
      ['values', `${cells} | Int32Array`],
      ['from', 'number'],
      ['order', 'Int32Array'],
      ['to', 'number'],
      ['count', 'number'],
      ['n', 'number'],
      ['descending', 'boolean'],
      ['scratch', 'Int32Array'],
    ],
    result: 'void',
    helpers: [],
    body: `// A stable merge sort; NaN goes last.
for (let b = 0; b < count; b += 1) {
  const v = from + b * n;
  const o = to + b * n;
  for (let i = 0; i < n; i += 1) order[o + i] = i;
  for (let width = 1; width < n; width *= 2) {
    for (let i = 0; i < n; i += 1) scratch[i] = order[o + i]!;
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(start + width, n);
      const end = Math.min(start + 2 * width, n);
      let left = start;
      let right = middle;
      for (let i = start; i < end; i += 1) {
        let takesRight = left >= middle;
        if (!takesRight && right < end) {
          const x = values[v + scratch[left]!]!;
          const y = values[v + scratch[right]!]!;
          takesRight = (descending ? y > x : y < x) || (x !== x && y === y);
        }
        order[o + i] = takesRight ? scratch[right]! : scratch[left]!;
        if (takesRight) right += 1;
        else left += 1;
      }
    }
  }
}`,
  },
  shuffleRows: {
    parameters: [
      ['order', 'Int32Array'],
      ['count', 'number'],
      ['seed', 'number'],
      ['stream', 'number'],
      ['epoch', 'number'],
    ],
    result: 'void',
    helpers: [philoxUniform],
    body: `// Fisher and Yates' shuffle of 0 .. count - 1, keyed by seed, stream and epoch.
for (let i = 0; i < count; i += 1) order[i] = i;
for (let i = count - 1; i > 0; i -= 1) {
  const j = Math.floor(philoxUniform(seed, epoch, i, stream, 0) * (i + 1));
  const other = order[j]!;
  order[j] = order[i]!;
  order[i] = other;
}`,
  },
};

export function printRoutine(name: RoutineName, typed: boolean): string[] {
  const { parameters, result, body } = routines[name];
  const list = parameters
    .map(([parameter, type]) => (typed ? `${parameter}: ${type}` : parameter))
    .join(', ');
  return [
    `function ${name}(${list})${typed ? `: ${result}` : ''} {`,
    ...body.split('\n').map((line) => `  ${line}`),
    '}',
  ];
}
