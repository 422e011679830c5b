/** What routines promise, on matrices and lanes that are ordinary and that are not. */
import { describe, it } from 'vitest';
import { deviceFunctions } from '../../../src/codegen/wgsl/print_schedule.js';
import { GraphBuilder } from '../../../src/ir/builder.js';
import type { Node, Region } from '../../../src/ir/graph.js';
import { int, real } from '../../../src/ir/types.js';
import { generator } from '../../ir/inputs.js';
import { llvmpipe, swiftShader } from '../../support/device.js';
import { expectRight, near } from './kernels_alone.js';
import type { Print, Trial } from './kernels_alone.js';

type Matrix = readonly (readonly number[])[];

const print: Print = (schedule, module) =>
  schedule.kind === 'kernel' ? deviceFunctions(schedule, module) : [];

const product = (left: Matrix, right: Matrix): number[][] =>
  left.map((row) =>
    (right[0] ?? []).map((_, j) => row.reduce((sum, value, k) => sum + value * (right[k]?.[j] ?? NaN), 0)),
  );
const transpose = (matrix: Matrix): number[][] =>
  (matrix[0] ?? []).map((_, j) => matrix.map((row) => row[j] ?? NaN));
const scaleColumns = (matrix: Matrix, scales: readonly number[]): number[][] =>
  matrix.map((row) => row.map((value, j) => value * (scales[j] ?? NaN)));
const diagonal = (values: readonly number[]): number[][] =>
  values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));
const identity = (n: number): number[][] => diagonal(Array.from({ length: n }, () => 1));
const sizeOf = (matrix: Matrix): number => Math.hypot(...matrix.flat());

/** The largest difference, NaN where there is one. */
function distance(left: Matrix, right: Matrix): number {
  return left.reduce(
    (most, row, i) =>
      row.reduce((larger, value, j) => Math.max(larger, Math.abs(value - (right[i]?.[j] ?? NaN))), most),
    0,
  );
}

const descends = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value <= (values[index - 1] ?? NaN));

/** The first entry of nearly the largest magnitude in each column is not negative. */
function hasSigns(vectors: Matrix): boolean {
  return transpose(vectors).every((column) => {
    const largest = Math.max(...column.map(Math.abs));
    return (
      (column.find((entry) => Math.abs(entry) >= 0.9995 * largest) ?? 0) >= 0 ||
      column.some((entry) => entry > 0 && entry >= 0.998 * largest)
    );
  });
}

/** One kind of routine on a batch of matrices of one size. */
function trial(
  matrices: readonly Matrix[],
  make: (b: GraphBuilder, A: Node) => Node,
  judge: (factors: Matrix, matrix: Matrix) => Readonly<Record<string, boolean>>,
): Trial {
  const [rows, columns] = [matrices[0]?.length ?? 0, matrices[0]?.[0]?.length ?? 0];
  const b = new GraphBuilder();
  const A = b.parameter(real(matrices.length, rows, columns), 'A');
  const region = b.region([A], [make(b, A)]);
  return {
    region,
    inputs: [{ type: A.type, data: Float64Array.from(matrices.flat(2)).map(Math.fround) }],
    print,
    judge: ([cells]) => {
      const length = (cells?.length ?? 0) / matrices.length;
      for (const [index, matrix] of matrices.entries()) {
        const data = Array.from(cells ?? []).slice(index * length, (index + 1) * length);
        const factors = Array.from({ length: length / columns }, (_, i) =>
          data.slice(i * columns, (i + 1) * columns),
        );
        const rounded = matrix.map((row) => row.map(Math.fround));
        for (const [promise, kept] of Object.entries(judge(factors, rounded))) {
          if (!kept) return `${promise} does not hold for ${JSON.stringify({ matrix, factors })}`;
        }
      }
      return undefined;
    },
  };
}

const random = generator(3);
const ordinary = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => 2 * random() - 1));
const whole = (rows: number, columns: number): number[][] =>
  ordinary(rows, columns).map((row) => row.map((value) => Math.round(2 * value)));
const zeros = (rows: number, columns: number): number[][] =>
  ordinary(rows, columns).map((row) => row.map(() => 0));
const scaled = (matrix: Matrix, factor: number): number[][] =>
  matrix.map((row) => row.map((value) => value * factor));
/** Small whole numbers make equal, dependent and zero columns common. */
const kinds = (rows: number, columns: number): Matrix[] => [
  ordinary(rows, columns),
  whole(rows, columns),
  whole(rows, columns),
  zeros(rows, columns),
  scaled(ordinary(rows, columns), 1e25),
  scaled(ordinary(rows, columns), 1e-25),
];
const symmetric = (matrix: Matrix): number[][] =>
  matrix.map((row, i) => row.map((value, j) => value + (matrix[j]?.[i] ?? NaN)));
const definite = (n: number): number[][] => {
  const root = ordinary(n, n);
  return product(root, transpose(root)).map((row, i) => row.map((value, j) => value + (i === j ? 1 : 0)));
};

const eps = 2 ** -24;

function eigenTrial(matrices: readonly Matrix[]): Trial {
  return trial(
    matrices.map(symmetric),
    (b, A) => b.symmetricEigen(A),
    ([values = [], ...vectors], matrix) => {
      const n = matrix.length;
      const scale = 8 * n * eps;
      return {
        'V diag(w) V = A':
          distance(product(scaleColumns(vectors, values), transpose(vectors)), matrix) <=
          scale * sizeOf(matrix),
        'orthonormal vectors': distance(product(transpose(vectors), vectors), identity(n)) <= scale * 2,
        'ascending values': descends([...values].reverse()),
        signs: hasSigns(vectors),
      };
    },
  );
}

function qrTrial(matrices: readonly Matrix[]): Trial {
  return trial(
    matrices,
    (b, A) => b.qr(A),
    (stack, matrix) => {
      const [m, n] = [matrix.length, matrix[0]?.length ?? 0];
      const [q, r] = [stack.slice(0, m), stack.slice(m)];
      const scale = 8 * (m + n) * eps;
      return {
        'Q R = A': distance(product(q, r), matrix) <= scale * sizeOf(matrix),
        'orthonormal columns': distance(product(transpose(q), q), identity(n)) <= scale,
        'R is upper, its diagonal not negative': r.every((row, i) =>
          row.every((value, j) => (i > j ? value === 0 : i < j || value >= 0)),
        ),
      };
    },
  );
}

function svdTrial(matrices: readonly Matrix[]): Trial {
  return trial(
    matrices,
    (b, A) => b.svd(A),
    (stack, matrix) => {
      const [m, n] = [matrix.length, matrix[0]?.length ?? 0];
      const [u, values = [], v] = [stack.slice(0, m), stack[m], stack.slice(m + 1)];
      const scale = 8 * (m + n) * eps;
      const present = values.map((value) => Number(value > m * 2 ** -23 * (values[0] ?? 0)));
      // Of columns that are nearly dependent, what is orthogonal is lost with the values.
      const clear = values.every((value) => value === 0 || value >= 1e-3 * (values[0] ?? 0));
      return {
        'U diag(s) V = A':
          distance(product(scaleColumns(u, values), transpose(v)), matrix) <= scale * sizeOf(matrix),
        'orthonormal right vectors': distance(product(transpose(v), v), identity(n)) <= scale,
        'orthonormal left vectors':
          !clear || distance(product(transpose(u), u), diagonal(present)) <= scale * 100,
        'descending values': descends(values),
        signs: hasSigns(v),
      };
    },
  );
}

function choleskyTrial(matrices: readonly Matrix[]): Trial {
  return trial(
    matrices,
    (b, A) => b.cholesky(A),
    (L, matrix) => ({
      "L L' = A": distance(product(L, transpose(L)), matrix) <= 4 * matrix.length * eps * sizeOf(matrix),
      lower: L.every((row, i) => row.every((value, j) => j <= i || value === 0)),
    }),
  );
}

function solveTrial(n: number, width: number, flags: readonly [boolean, boolean, boolean]): Trial {
  const [lower, transposed, unitDiagonal] = flags;
  const b = new GraphBuilder();
  const [A, B] = [b.parameter(real(2, n, n), 'A'), b.parameter(real(2, n, width), 'B')];
  const region = b.region([A, B], [b.triangularSolve(A, B, { lower, transposed, unitDiagonal })]);
  const inputs = region.parameters.map((parameter, index) => ({
    type: parameter.type,
    data: Float64Array.from({ length: 2 * n * (index === 0 ? n : width) }, (_, position) => {
      const onDiagonal = index === 0 && (position % (n * n)) % (n + 1) === 0;
      return Math.fround(onDiagonal ? 2 + random() : (2 * random() - 1) / (index === 0 ? n : 1));
    }),
  }));
  return { region, inputs, print, judge: near(1e-5) };
}

function sortTrial(lanes: number, length: number, descending: boolean, whole = false): Trial {
  const b = new GraphBuilder();
  const x = b.parameter(whole ? int(lanes, length) : real(lanes, length), 'x');
  const specials = [NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-40];
  const data = Float64Array.from({ length: lanes * length }, () => {
    const choice = Math.floor(random() * 30);
    const small = Math.round(8 * random()) - 4;
    return whole ? small * (choice === 0 ? 2 ** 28 : 1) : Math.fround(specials[choice] ?? small);
  });
  return {
    region: b.region([x], [b.argsort(x, { descending })]),
    inputs: [{ type: x.type, data }],
    print,
    judge: ([order]) => {
      const before = (left: number, right: number): number => {
        if (Number.isNaN(left) || Number.isNaN(right))
          return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
        return left === right ? 0 : left < right === descending ? 1 : -1;
      };
      for (let lane = 0; lane < lanes; lane += 1) {
        const values = data.subarray(lane * length, (lane + 1) * length);
        const sorted = Array.from(values, (_, index) => index).sort((i, j) => before(values[i]!, values[j]!));
        const found = Array.from(order ?? []).slice(lane * length, (lane + 1) * length);
        if (found.join() !== sorted.join())
          return `${[...values].join()}: ${found.join()}, not ${sorted.join()}`;
      }
      return undefined;
    },
  };
}

function region(make: (b: GraphBuilder) => readonly [readonly Node[], readonly Node[]]): Region {
  const b = new GraphBuilder();
  const [parameters, results] = make(b);
  return b.region(parameters, results);
}

const sides = [true, false];

for (const find of [swiftShader, llvmpipe]) {
  const { driver, reason } = await find();
  describe.skipIf(driver === undefined)(`routines on ${driver?.name ?? 'a device'}${reason}`, () => {
    it('factor symmetric matrices into eigenvectors and eigenvalues', () =>
      expectRight(
        driver!,
        [1, 2, 3, 5, 8, 33].map((n) => eigenTrial(kinds(n, n))),
      ));

    it('factor matrices by reflections', () =>
      expectRight(
        driver!,
        (
          [
            [1, 1],
            [3, 3],
            [5, 2],
            [40, 33],
          ] as const
        ).map(([m, n]) => qrTrial(kinds(m, n))),
      ));

    it('factor matrices into singular vectors and values', () =>
      expectRight(
        driver!,
        (
          [
            [1, 1],
            [3, 3],
            [5, 2],
            [7, 4],
            [40, 21],
          ] as const
        ).map(([m, n]) => svdTrial(kinds(m, n))),
      ));

    it('factor definite matrices, and find others', () => {
      const broken = {
        ...choleskyTrial([
          [
            [1, 2, 0],
            [2, 1, 0],
            [0, 0, 1],
          ],
        ]),
        judge: near(1e-6),
      };
      return expectRight(driver!, [
        ...[1, 2, 7, 40].map((n) => choleskyTrial([definite(n), definite(n), definite(n)])),
        broken,
      ]);
    });

    it('solve triangular systems of every kind', () => {
      const all = sides.flatMap((lower) =>
        sides.flatMap((transposed) => sides.map((unit) => [lower, transposed, unit] as const)),
      );
      return expectRight(
        driver!,
        all.map((flags, index) => solveTrial([1, 4, 19, 50][index % 4] ?? 1, [1, 3][index % 2] ?? 1, flags)),
      );
    });

    it('sort stably, NaN last', () =>
      expectRight(driver!, [
        sortTrial(3, 1, false),
        sortTrial(5, 17, false),
        sortTrial(5, 17, true),
        sortTrial(3, 777, false),
        sortTrial(2, 1024, true),
        sortTrial(4, 20, true, true),
        sortTrial(2, 300, false, true),
      ]));

    it('do nothing where there is nothing', () =>
      expectRight(driver!, [
        sortTrial(0, 5, false),
        {
          region: region((b) => {
            const A = b.parameter(real(0, 3, 3), 'A');
            return [[A], [b.cholesky(A)]];
          }),
          inputs: [{ type: real(0, 3, 3), data: new Float64Array() }],
          print,
          judge: near(0),
        },
        sortTrial(1, 2, false),
      ]));
  });
}
