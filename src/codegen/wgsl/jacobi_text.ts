/**
 * Jacobi's rotations as WGSL statements for one workgroup: the eigenvalues of symmetric matrices, and one-sided the
 * singular values of others. A round rotates disjoint pairs of columns at once; after as many rounds as there are other columns every
 * pair has met (the schedule of a round-robin tournament), and sweeps of rounds follow until one rotates nothing.
 */
import type { ModuleText } from './module_text.js';
import { strided } from './factorization_text.js';
import type { Matrices } from './factorization_text.js';
import { nanText, scaleLines } from './matrix_scale.js';

const mostSweeps = 40;

/** Reals beside the result for the eigenvalues of one matrix: the matrix, then cosine and sine of each pair. */
export function jacobiRoom(n: number): number {
  return n * n + 2 * Math.ceil(n / 2);
}

/** The columns p < q of pair t in a round; q = n where p has no partner. */
function pairLines(n: number): readonly string[] {
  const others = 2 * Math.ceil(n / 2) - 1;
  return [
    `let first_of_pair = select((round + t) % ${others}, ${others}, t == 0);`,
    `let second_of_pair = select((round - t + ${others}) % ${others}, round, t == 0);`,
    'let p = min(first_of_pair, second_of_pair);',
    'let q = max(first_of_pair, second_of_pair);',
  ];
}

/** Cosine and sine of the rotation that makes `off` zero between `first` and `second`. */
const rotation = [
  'let zeta = (second - first) / (2.0 * off);',
  'let tangent = select(1.0, -1.0, zeta < 0.0) / (abs(zeta) + sqrt(1.0 + zeta * zeta));',
  'let cosine = 1.0 / sqrt(1.0 + tangent * tangent);',
  'let sine = cosine * tangent;',
];

function rotateLines(array: string, x: string, y: string): readonly string[] {
  return [
    '{',
    `  let x = ${array}[${x}];`,
    `  let y = ${array}[${y}];`,
    `  ${array}[${x}] = cosine * x - sine * y;`,
    `  ${array}[${y}] = sine * x + cosine * y;`,
    '}',
  ];
}

/** Sweeps of rounds until no thread has set `turned`. */
function sweepLines(n: number, round: readonly string[], module: ModuleText): readonly string[] {
  const shared = module.scratch('f32', module.profile.threads);
  const flag = module.fresh('turned_anywhere');
  module.declare([`var<workgroup> ${flag}: u32;`]);
  return [
    `for (var sweep = 0; sweep < ${mostSweeps}; sweep += 1) {`,
    '  var turned = 0.0;',
    `  for (var round = 0; round < ${2 * Math.ceil(n / 2) - 1}; round += 1) {`,
    ...round.map((line) => `    ${line}`),
    '  }',
    `  ${shared}[thread] = turned;`,
    '  workgroupBarrier();',
    '  if (lane == 0) {',
    '    var any = 0u;',
    `    for (var i = 0; i < ${module.profile.threads}; i += 1) { if (${shared}[i] != 0.0) { any = 1u; } }`,
    `    ${flag} = any;`,
    '  }',
    `  if (workgroupUniformLoad(&${flag}) == 0u) { break; }`,
    '}',
  ];
}

/** Selection sort of columns by the row `values`; all threads find the same column, and share its entries out. */
function orderLines(
  array: string,
  top: string,
  rows: number,
  n: number,
  better: '<' | '>',
  threads: number,
): readonly string[] {
  return [
    `for (var j = 0; j < ${n - 1}; j += 1) {`,
    '  var best = j;',
    `  for (var k = j + 1; k < ${n}; k += 1) {`,
    `    if (${array}[values + k] ${better} ${array}[values + best]) { best = k; }`,
    '  }',
    '  storageBarrier();',
    `  ${strided('i', 'lane', rows, threads)}`,
    `    let moved = ${array}[${top} + i * ${n} + j];`,
    `    ${array}[${top} + i * ${n} + j] = ${array}[${top} + i * ${n} + best];`,
    `    ${array}[${top} + i * ${n} + best] = moved;`,
    '  }',
    '  storageBarrier();',
    '}',
  ];
}

/** `sign`: -1 where the first entry of (nearly) the largest magnitude in column j of `vectors` is negative. */
function signLines(array: string, n: number): readonly string[] {
  return [
    'var largest = 0.0;',
    `for (var i = 0; i < ${n}; i += 1) { largest = max(largest, abs(${array}[vectors + i * ${n} + j])); }`,
    'var sign = 0.0;',
    `for (var i = 0; i < ${n}; i += 1) {`,
    `  let entry = ${array}[vectors + i * ${n} + j];`,
    '  if (sign == 0.0 && abs(entry) >= 0.999 * largest) { sign = select(1.0, -1.0, entry < 0.0); }',
    '}',
  ];
}

export function symmetricEigenLines(
  a: string,
  f: string,
  w: string,
  { threads, columns: n }: Matrices,
  module: ModuleText,
): readonly string[] {
  const half = Math.ceil(n / 2);
  const turn = [
    strided('u', 'lane', half * n, threads),
    `  let t = u % ${half};`,
    `  let k = u / ${half};`,
    ...pairLines(n).map((line) => `  ${line}`),
    `  let cosine = ${w}[work + ${n * n} + 2 * t];`,
    `  let sine = ${w}[work + ${n * n} + 2 * t + 1];`,
    '  if (sine != 0.0) {',
  ];
  const round = [
    strided('t', 'lane', half, threads),
    ...pairLines(n).map((line) => `  ${line}`),
    `  ${w}[work + ${n * n} + 2 * t] = 1.0;`,
    `  ${w}[work + ${n * n} + 2 * t + 1] = 0.0;`,
    `  if (q < ${n}) {`,
    `    let off = ${w}[work + p * ${n} + q];`,
    '    if (abs(off) > 1e-12) {',
    '      turned = 1.0;',
    `      let first = ${w}[work + p * ${n + 1}];`,
    `      let second = ${w}[work + q * ${n + 1}];`,
    ...rotation.map((line) => `      ${line}`),
    `      ${w}[work + ${n * n} + 2 * t] = cosine;`,
    `      ${w}[work + ${n * n} + 2 * t + 1] = sine;`,
    '    }',
    '  }',
    '}',
    'storageBarrier();',
    ...turn,
    ...rotateLines(w, `work + k * ${n} + p`, `work + k * ${n} + q`).map((line) => `    ${line}`),
    ...rotateLines(f, `vectors + k * ${n} + p`, `vectors + k * ${n} + q`).map((line) => `    ${line}`),
    '  }',
    '}',
    'storageBarrier();',
    ...turn,
    ...rotateLines(w, `work + p * ${n} + k`, `work + q * ${n} + k`).map((line) => `    ${line}`),
    `    if (k == q) { ${w}[work + p * ${n} + k] = 0.0; }`,
    `    if (k == p) { ${w}[work + q * ${n} + k] = 0.0; }`,
    '  }',
    '}',
    'storageBarrier();',
  ];
  return [
    `let vectors = values + ${n};`,
    ...scaleLines(a, 'source', n * n, module),
    strided('t', 'lane', n * n, threads),
    `  let i = t / ${n};`,
    `  let j = t % ${n};`,
    `  ${w}[work + t] = ${a}[source + max(i, j) * ${n} + min(i, j)] * down;`,
    `  ${f}[vectors + t] = select(0.0, 1.0, i == j);`,
    '}',
    'storageBarrier();',
    ...sweepLines(n, round, module),
    `${strided('j', 'lane', n, threads)} ${f}[values + j] = ${w}[work + j * ${n + 1}] * up; }`,
    'storageBarrier();',
    ...orderLines(f, 'values', n + 1, n, '<', threads),
    strided('j', 'lane', n, threads),
    ...signLines(f, n).map((line) => `  ${line}`),
    `  for (var i = 0; i < ${n}; i += 1) { ${f}[vectors + i * ${n} + j] *= sign; }`,
    `  if (!finite) { for (var i = 0; i <= ${n}; i += 1) { ${f}[values + i * ${n} + j] = ${nanText(module)}; } }`,
    '}',
  ];
}

export function singularValueLines(
  a: string,
  f: string,
  { threads, rows: m, columns: n }: Matrices,
  module: ModuleText,
): readonly string[] {
  const precision = 2 ** -23;
  const round = [
    strided('t', 'lane', Math.ceil(n / 2), threads),
    ...pairLines(n).map((line) => `  ${line}`),
    `  if (q < ${n}) {`,
    '    var first = 0.0;',
    '    var second = 0.0;',
    '    var off = 0.0;',
    `    for (var i = 0; i < ${m}; i += 1) {`,
    `      let x = ${f}[u + i * ${n} + p];`,
    `      let y = ${f}[u + i * ${n} + q];`,
    '      first += x * x;',
    '      second += y * y;',
    '      off += x * y;',
    '    }',
    `    if (abs(off) > ${4.5 * precision} * sqrt(first) * sqrt(second)) {`,
    '      turned = 1.0;',
    ...rotation.map((line) => `      ${line}`),
    `      for (var i = 0; i < ${m}; i += 1) {`,
    ...rotateLines(f, `u + i * ${n} + p`, `u + i * ${n} + q`).map((line) => `        ${line}`),
    '      }',
    `      for (var i = 0; i < ${n}; i += 1) {`,
    ...rotateLines(f, `vectors + i * ${n} + p`, `vectors + i * ${n} + q`).map((line) => `        ${line}`),
    '      }',
    '    }',
    '  }',
    '}',
    'storageBarrier();',
  ];
  return [
    `let values = u + ${m * n};`,
    `let vectors = values + ${n};`,
    ...scaleLines(a, 'source', m * n, module),
    `${strided('i', 'lane', m * n, threads)} ${f}[u + i] = ${a}[source + i] * down; }`,
    `${strided('i', 'lane', n * n, threads)} ${f}[vectors + i] = select(0.0, 1.0, i / ${n} == i % ${n}); }`,
    'storageBarrier();',
    ...sweepLines(n, round, module),
    strided('j', 'lane', n, threads),
    '  var square = 0.0;',
    `  for (var i = 0; i < ${m}; i += 1) { square += ${f}[u + i * ${n} + j] * ${f}[u + i * ${n} + j]; }`,
    `  ${f}[values + j] = sqrt(square);`,
    '}',
    'storageBarrier();',
    ...orderLines(f, 'u', m + 1 + n, n, '>', threads),
    `let least = ${m * precision} * ${f}[values];`,
    'storageBarrier();',
    strided('j', 'lane', n, threads),
    ...signLines(f, n).map((line) => `  ${line}`),
    `  let value = ${f}[values + j];`,
    '  var inverse = 0.0;',
    '  if (value > least) { inverse = sign / value; }',
    `  for (var i = 0; i < ${m}; i += 1) { ${f}[u + i * ${n} + j] *= inverse; }`,
    `  for (var i = 0; i < ${n}; i += 1) { ${f}[vectors + i * ${n} + j] *= sign; }`,
    `  ${f}[values + j] = value * up;`,
    `  if (!finite) { for (var i = 0; i < ${m + 1 + n}; i += 1) { ${f}[u + i * ${n} + j] = ${nanText(module)}; } }`,
    '}',
  ];
}
