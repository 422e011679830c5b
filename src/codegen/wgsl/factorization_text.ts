/**
 * Cholesky's factorization, triangular systems and Householder's QR as WGSL statements for one workgroup. `lane` is the
 * number of the thread; the names `source`, `factor`, .. say where the matrices begin.
 */
import type { ModuleText } from './module_text.js';
import { nanText, scaleLines } from './matrix_scale.js';

export interface Matrices {
  readonly threads: number;
  readonly rows: number;
  readonly columns: number;
}

/** A loop of which each thread takes every threads-th turn. */
export function strided(name: string, from: string, count: string | number, threads: number): string {
  return `for (var ${name} = ${from}; ${name} < ${count}; ${name} += ${threads}) {`;
}

/** Every thread computes the pivot of a column itself; then the rows below are shared out. */
export function choleskyLines(
  a: string,
  l: string,
  { threads, columns: n }: Matrices,
  nan: string,
): readonly string[] {
  return [
    `for (var j = 0; j < ${n}; j += 1) {`,
    `  var square = ${a}[source + j * ${n + 1}];`,
    '  for (var k = 0; k < j; k += 1) {',
    `    let entry = ${l}[factor + j * ${n} + k];`,
    '    square -= entry * entry;',
    '  }',
    `  var pivot = ${nan};`,
    '  if (square > 0.0) { pivot = sqrt(square); }',
    `  ${strided('i', 'lane', n, threads)}`,
    '    var entry = 0.0;',
    '    if (i == j) { entry = pivot; }',
    '    if (i > j) {',
    `      var rest = ${a}[source + i * ${n} + j];`,
    `      for (var k = 0; k < j; k += 1) { rest -= ${l}[factor + i * ${n} + k] * ${l}[factor + j * ${n} + k]; }`,
    '      entry = rest / pivot;',
    '    }',
    `    ${l}[factor + i * ${n} + j] = entry;`,
    '  }',
    '  storageBarrier();',
    '}',
  ];
}

/** Row after row leaves the rows that are still open; the divisions come last, all at once. */
export function triangularSolveLines(
  a: string,
  b: string,
  x: string,
  { threads, columns: n }: Matrices,
  width: number,
  flags: { readonly lower: boolean; readonly transposed: boolean; readonly unitDiagonal: boolean },
): readonly string[] {
  const forward = flags.lower !== flags.transposed;
  const [row, other] = forward
    ? ['turn', `turn + 1 + t / ${width}`]
    : [`${n - 1} - turn`, `${n - 2} - turn - t / ${width}`];
  const entry = flags.transposed ? `row * ${n} + other` : `other * ${n} + row`;
  const divided = (value: string, diagonal: string): string =>
    flags.unitDiagonal ? value : `${value} / ${a}[matrix + ${diagonal} * ${n + 1}]`;
  return [
    `${strided('t', 'lane', n * width, threads)} ${x}[solution + t] = ${b}[right + t]; }`,
    'storageBarrier();',
    `for (var turn = 0; turn < ${n - 1}; turn += 1) {`,
    `  let row = ${row};`,
    `  ${strided('t', 'lane', `(${n - 1} - turn) * ${width}`, threads)}`,
    `    let other = ${other};`,
    `    let column = t % ${width};`,
    `    let known = ${divided(`${x}[solution + row * ${width} + column]`, 'row')};`,
    `    ${x}[solution + other * ${width} + column] -= ${a}[matrix + ${entry}] * known;`,
    '  }',
    '  storageBarrier();',
    '}',
    ...(flags.unitDiagonal
      ? []
      : [
          strided('t', 'lane', n * width, threads),
          `  ${x}[solution + t] = ${divided(`${x}[solution + t]`, `(t / ${width})`)};`,
          '}',
        ]),
  ];
}

/**
 * Householder reflections I - t v v' with v[j] = 1. The rest of v stays unscaled below the diagonal of Q, the head of the
 * column on it, and its image on the diagonal of R; from these every thread finds t and the scale again.
 */
export function qrLines(
  a: string,
  f: string,
  { threads, rows: m, columns: n }: Matrices,
  module: ModuleText,
): readonly string[] {
  const reflection = [
    `let head = ${f}[q + j * ${n + 1}];`,
    'var t = 0.0;',
    'var inverse = 0.0;',
    'if (image != 0.0) { t = (image - head) / image; inverse = 1.0 / (head - image); }',
  ];
  const below = (k: string): string => `${f}[q + i * ${n} + ${k}]`;
  const downwards = `for (var i = j + 1; i < ${m}; i += 1) {`;
  return [
    ...scaleLines(a, 'source', m * n, module),
    `let r = q + ${m * n};`,
    `${strided('i', 'lane', m * n, threads)} ${f}[q + i] = ${a}[source + i] * down; }`,
    `${strided('i', 'lane', n * n, threads)} ${f}[r + i] = 0.0; }`,
    'storageBarrier();',
    `for (var j = 0; j < ${n}; j += 1) {`,
    '  var square = 0.0;',
    `  for (var i = j; i < ${m}; i += 1) { square += ${below('j')} * ${below('j')}; }`,
    '  var image = -sqrt(square);',
    `  if (${f}[q + j * ${n + 1}] < 0.0) { image = -image; }`,
    ...reflection.map((line) => `  ${line}`),
    `  ${strided('k', 'j + 1 + lane', n, threads)}`,
    '    var share = 0.0;',
    `    ${downwards} share += ${below('j')} * ${below('k')}; }`,
    `    share = t * (${f}[q + j * ${n} + k] + inverse * share);`,
    `    ${f}[r + j * ${n} + k] = ${f}[q + j * ${n} + k] - share;`,
    `    ${downwards} ${below('k')} -= share * inverse * ${below('j')}; }`,
    '  }',
    `  if (lane == 0) { ${f}[r + j * ${n + 1}] = image; }`,
    '  storageBarrier();',
    '}',
    `for (var j = ${n - 1}; j >= 0; j -= 1) {`,
    `  let image = ${f}[r + j * ${n + 1}];`,
    ...reflection.map((line) => `  ${line}`),
    `  ${strided('k', 'j + 1 + lane', n, threads)}`,
    '    var share = 0.0;',
    `    ${downwards} share += ${below('j')} * ${below('k')}; }`,
    '    share *= t * inverse;',
    `    ${f}[q + j * ${n} + k] = -share;`,
    `    ${downwards} ${below('k')} -= share * inverse * ${below('j')}; }`,
    '  }',
    '  storageBarrier();',
    `  ${strided('i', 'lane', m, threads)}`,
    `    if (i == j) { ${below('j')} = 1.0 - t; }`,
    `    if (i > j) { ${below('j')} *= -t * inverse; }`,
    '  }',
    '  storageBarrier();',
    '}',
    strided('j', 'lane', n, threads),
    `  let sign = select(1.0, -1.0, ${f}[r + j * ${n + 1}] < 0.0);`,
    `  for (var k = j; k < ${n}; k += 1) { ${f}[r + j * ${n} + k] *= sign * up; }`,
    `  for (var i = 0; i < ${m}; i += 1) { ${below('j')} *= sign; }`,
    '}',
    'storageBarrier();',
    `if (!finite) { ${strided('i', 'lane', (m + n) * n, threads)} ${f}[q + i] = ${nanText(module)}; } }`,
  ];
}
