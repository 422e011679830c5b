/**
 * The factorizations whose factors stand one below the other, as text. All work in place in the memory of their
 * result, but for the symmetric eigen decomposition, which needs room for one matrix.
 */
import type { Routine } from './routines.js';

export type FactorizationName = 'symmetricEigen' | 'householderQr' | 'jacobiSvd';

const cells = 'Float64Array | Float32Array';

const common = [
  ['source', cells],
  ['from', 'number'],
  ['factors', cells],
  ['to', 'number'],
  ['count', 'number'],
] as const;

/** Makes the first entry of (nearly) the largest magnitude positive in column j of the n rows from `vectors` on. */
const fixSign = (alsoFlip: string): string => `  for (let j = 0; j < n; j += 1) {
    let largest = 0;
    for (let i = 0; i < n; i += 1) largest = Math.max(largest, Math.abs(factors[vectors + i * n + j]!));
    let i = 0;
    while (i < n - 1 && !(Math.abs(factors[vectors + i * n + j]!) >= 0.999 * largest)) i += 1;
    if (!(factors[vectors + i * n + j]! < 0)) continue;
    for (let k = 0; k < n; k += 1) factors[vectors + k * n + j] = -factors[vectors + k * n + j]!;${alsoFlip}
  }`;

/** Cosine and sine of the rotation that makes `off` zero between `first` and `second`. */
const rotation = `const zeta = (second - first) / (2 * off);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        const sine = cosine * tangent;`;

export const factorizationRoutines: Readonly<Record<FactorizationName, Routine>> = {
  symmetricEigen: {
    parameters: [...common, ['n', 'number'], ['work', 'Float64Array']],
    result: 'void',
    helpers: [],
    body: `// Cyclic Jacobi rotations; eigenvalues ascending above the columns of eigenvectors.
for (let b = 0; b < count; b += 1) {
  const s = from + b * n * n;
  const values = to + b * (n + 1) * n;
  const vectors = values + n;
  let largest = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      const entry = i < j ? source[s + j * n + i]! : source[s + i * n + j]!;
      work[i * n + j] = entry;
      largest = Math.max(largest, Math.abs(entry));
      factors[vectors + i * n + j] = i === j ? 1 : 0;
    }
  }
  if (!(largest < Infinity)) {
    for (let i = 0; i < (n + 1) * n; i += 1) factors[values + i] = NaN;
    continue;
  }
  const least = 1e-18 * largest;
  for (let sweep = 0, turned = true; turned && sweep < 40; sweep += 1) {
    turned = false;
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) {
        const off = work[p * n + q]!;
        if (!(Math.abs(off) > least)) continue;
        turned = true;
        const first = work[p * n + p]!;
        const second = work[q * n + q]!;
        ${rotation}
        for (let k = 0; k < n; k += 1) {
          const x = work[k * n + p]!;
          const y = work[k * n + q]!;
          work[k * n + p] = cosine * x - sine * y;
          work[k * n + q] = sine * x + cosine * y;
        }
        for (let k = 0; k < n; k += 1) {
          const x = work[p * n + k]!;
          const y = work[q * n + k]!;
          work[p * n + k] = cosine * x - sine * y;
          work[q * n + k] = sine * x + cosine * y;
        }
        for (let k = 0; k < n; k += 1) {
          const x = factors[vectors + k * n + p]!;
          const y = factors[vectors + k * n + q]!;
          factors[vectors + k * n + p] = cosine * x - sine * y;
          factors[vectors + k * n + q] = sine * x + cosine * y;
        }
        work[p * n + q] = 0;
        work[q * n + p] = 0;
      }
    }
  }
  for (let j = 0; j < n; j += 1) factors[values + j] = work[j * n + j]!;
  for (let j = 0; j < n; j += 1) {
    let best = j;
    for (let k = j + 1; k < n; k += 1) if (factors[values + k]! < factors[values + best]!) best = k;
    if (best === j) continue;
    for (let i = 0; i <= n; i += 1) {
      const moved = factors[values + i * n + j]!;
      factors[values + i * n + j] = factors[values + i * n + best]!;
      factors[values + i * n + best] = moved;
    }
  }
${fixSign('')}
}`,
  },
  householderQr: {
    parameters: [...common, ['m', 'number'], ['n', 'number']],
    result: 'void',
    helpers: [],
    body: `// Householder reflections I - t v v' with v[j] = 1, kept below the diagonal with t on it, then multiplied out.
for (let b = 0; b < count; b += 1) {
  const s = from + b * m * n;
  const q = to + b * (m + n) * n;
  const r = q + m * n;
  for (let i = 0; i < m * n; i += 1) factors[q + i] = source[s + i]!;
  for (let i = 0; i < n * n; i += 1) factors[r + i] = 0;
  for (let j = 0; j < n; j += 1) {
    let square = 0;
    for (let i = j; i < m; i += 1) square += factors[q + i * n + j]! * factors[q + i * n + j]!;
    const norm = Math.sqrt(square);
    const head = factors[q + j * n + j]!;
    const image = head < 0 ? norm : -norm;
    const t = norm === 0 ? 0 : (image - head) / image;
    for (let i = j + 1; norm !== 0 && i < m; i += 1) factors[q + i * n + j] = factors[q + i * n + j]! / (head - image);
    for (let k = j + 1; k < n; k += 1) {
      let share = factors[q + j * n + k]!;
      for (let i = j + 1; i < m; i += 1) share += factors[q + i * n + j]! * factors[q + i * n + k]!;
      share *= t;
      factors[r + j * n + k] = factors[q + j * n + k]! - share;
      for (let i = j + 1; i < m; i += 1) {
        factors[q + i * n + k] = factors[q + i * n + k]! - share * factors[q + i * n + j]!;
      }
    }
    factors[r + j * n + j] = image;
    factors[q + j * n + j] = t;
  }
  for (let j = n - 1; j >= 0; j -= 1) {
    const t = factors[q + j * n + j]!;
    for (let k = j + 1; k < n; k += 1) {
      let share = 0;
      for (let i = j + 1; i < m; i += 1) share += factors[q + i * n + j]! * factors[q + i * n + k]!;
      share *= t;
      factors[q + j * n + k] = -share;
      for (let i = j + 1; i < m; i += 1) {
        factors[q + i * n + k] = factors[q + i * n + k]! - share * factors[q + i * n + j]!;
      }
    }
    factors[q + j * n + j] = 1 - t;
    for (let i = j + 1; i < m; i += 1) factors[q + i * n + j] = -t * factors[q + i * n + j]!;
  }
  for (let j = 0; j < n; j += 1) {
    if (!(factors[r + j * n + j]! < 0)) continue;
    for (let k = j; k < n; k += 1) factors[r + j * n + k] = -factors[r + j * n + k]!;
    for (let i = 0; i < m; i += 1) factors[q + i * n + j] = -factors[q + i * n + j]!;
  }
}`,
  },
  jacobiSvd: {
    parameters: [...common, ['m', 'number'], ['n', 'number']],
    result: 'void',
    helpers: [],
    body: `// One-sided Jacobi rotations until the columns are orthogonal; their norms are the singular values, descending.
const precision = factors.BYTES_PER_ELEMENT === 4 ? 1.1920928955078125e-7 : 2.220446049250313e-16;
for (let b = 0; b < count; b += 1) {
  const s = from + b * m * n;
  const u = to + b * (m + 1 + n) * n;
  const values = u + m * n;
  const vectors = values + n;
  for (let i = 0; i < m * n; i += 1) factors[u + i] = source[s + i]!;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) factors[vectors + i * n + j] = i === j ? 1 : 0;
  }
  for (let sweep = 0, turned = true; turned && sweep < 40; sweep += 1) {
    turned = false;
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) {
        let first = 0;
        let second = 0;
        let off = 0;
        for (let i = 0; i < m; i += 1) {
          const x = factors[u + i * n + p]!;
          const y = factors[u + i * n + q]!;
          first += x * x;
          second += y * y;
          off += x * y;
        }
        if (!(Math.abs(off) > 4.5 * precision * Math.sqrt(first) * Math.sqrt(second))) continue;
        turned = true;
        ${rotation}
        for (let i = 0; i < m; i += 1) {
          const x = factors[u + i * n + p]!;
          const y = factors[u + i * n + q]!;
          factors[u + i * n + p] = cosine * x - sine * y;
          factors[u + i * n + q] = sine * x + cosine * y;
        }
        for (let i = 0; i < n; i += 1) {
          const x = factors[vectors + i * n + p]!;
          const y = factors[vectors + i * n + q]!;
          factors[vectors + i * n + p] = cosine * x - sine * y;
          factors[vectors + i * n + q] = sine * x + cosine * y;
        }
      }
    }
  }
  for (let j = 0; j < n; j += 1) {
    let square = 0;
    for (let i = 0; i < m; i += 1) square += factors[u + i * n + j]! * factors[u + i * n + j]!;
    factors[values + j] = Math.sqrt(square);
  }
  for (let j = 0; j < n; j += 1) {
    let best = j;
    for (let k = j + 1; k < n; k += 1) if (factors[values + k]! > factors[values + best]!) best = k;
    if (best === j) continue;
    for (let i = 0; i < m + 1 + n; i += 1) {
      const moved = factors[u + i * n + j]!;
      factors[u + i * n + j] = factors[u + i * n + best]!;
      factors[u + i * n + best] = moved;
    }
  }
  const least = m * precision * factors[values]!;
  for (let j = 0; j < n; j += 1) {
    const value = factors[values + j]!;
    for (let i = 0; i < m; i += 1) factors[u + i * n + j] = value <= least ? 0 : factors[u + i * n + j]! / value;
  }
${fixSign(`
    for (let k = 0; k < m; k += 1) factors[u + k * n + j] = -factors[u + k * n + j]!;`)}
}`,
  },
};
