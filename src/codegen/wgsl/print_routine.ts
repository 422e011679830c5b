/**
 * Prints the routines that are no loop nests: one workgroup a matrix, rows and columns strided over its threads, with
 * barriers between steps that read what others wrote. Every sum has one order, so the bits depend on nothing but the input.
 */
import type { Affine } from '../../ir/nest-affine.js';
import { zero } from '../../ir/nest-affine.js';
import type { Node } from '../../ir/graph.js';
import type { KernelCall, Place } from '../../ir/nest.js';
import { at, sizeOf } from '../../ir/types.js';
import type { DeviceFunction } from './device_function.js';
import { choleskyLines, qrLines, triangularSolveLines } from './factorization_text.js';
import type { Matrices } from './factorization_text.js';
import { jacobiRoom, singularValueLines, symmetricEigenLines } from './jacobi_text.js';
import type { KernelText } from './kernel_text.js';
import { printArgsort } from './sort_text.js';

/** Reals that a routine needs beside its inputs and its result. */
export function roomOfRoutine(node: Node): number {
  if (node.operator.kind !== 'symmetric_eigen') return 0;
  const { shape } = node.type;
  return sizeOf(shape.slice(0, -2)) * jacobiRoom(shape.at(-1) ?? 0);
}

/** The functions of a routine; none where nothing is to be computed. Functions of the host do not run on devices. */
export function printRoutine(call: KernelCall, text: KernelText): readonly DeviceFunction[] {
  const { node, inputs, output } = call;
  const { operator } = node;
  if (sizeOf(node.type.shape) === 0) return [];
  const { shape } = at(node.inputs, 0).type;
  const count = sizeOf(shape.slice(0, -2));
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const matrices: Matrices = { threads: text.threads, rows, columns };
  const input = (index: number, size: number): Cells => cellsOf(at(inputs, index), size, text);
  const result = (size: number): Cells => cellsOf(output, size, text);
  const perMatrix = (name: string, lines: readonly string[]): readonly DeviceFunction[] => [
    {
      name: text.fresh(name),
      lines: [
        'let lane = i32(thread);',
        `for (var team = group; team < ${count}u; team += groups) {`,
        ...lines.map((line) => `  ${line}`),
        '}',
      ],
      work: { kind: 'teams', count },
      span: node.span,
    },
  ];
  const square = columns * columns;
  switch (operator.kind) {
    case 'cholesky': {
      const [source, factor] = [input(0, square), result(square)];
      return perMatrix('cholesky', [
        `let source = ${source.start};`,
        `let factor = ${factor.start};`,
        ...choleskyLines(source.array, factor.array, matrices, text.nan()),
      ]);
    }
    case 'triangular_solve': {
      const width = node.type.shape.at(-1) ?? 1;
      const [matrix, right] = [input(0, square), input(1, columns * width)];
      const solution = result(columns * width);
      return perMatrix('triangular_solve', [
        `let matrix = ${matrix.start};`,
        `let right = ${right.start};`,
        `let solution = ${solution.start};`,
        ...triangularSolveLines(matrix.array, right.array, solution.array, matrices, width, operator),
      ]);
    }
    case 'symmetric_eigen': {
      if (call.scratch === undefined) throw new Error('compiler bug: no room for the rotations');
      const [source, factors] = [input(0, square), result(square + columns)];
      const work = cellsOf(call.scratch, jacobiRoom(columns), text);
      return perMatrix('symmetric_eigen', [
        `let source = ${source.start};`,
        `let values = ${factors.start};`,
        `let work = ${work.start};`,
        ...symmetricEigenLines(source.array, factors.array, work.array, matrices, text),
      ]);
    }
    case 'qr': {
      const [source, factors] = [input(0, rows * columns), result((rows + columns) * columns)];
      return perMatrix('qr', [
        `let source = ${source.start};`,
        `let q = ${factors.start};`,
        ...qrLines(source.array, factors.array, matrices, text),
      ]);
    }
    case 'svd': {
      const [source, factors] = [input(0, rows * columns), result((rows + 1 + columns) * columns)];
      return perMatrix('svd', [
        `let source = ${source.start};`,
        `let u = ${factors.start};`,
        ...singularValueLines(source.array, factors.array, matrices, text),
      ]);
    }
    case 'argsort':
      return [
        printArgsort(
          {
            values: text.element(at(inputs, 0), zero),
            isReal: at(node.inputs, 0).type.dtype === 'real',
            order: text.element(output, zero),
            length: columns,
            lanes: sizeOf(shape.slice(0, -1)),
            descending: operator.descending,
            span: node.span,
          },
          text,
        ),
      ];
    default:
      throw new Error(`compiler bug: no routine for ${operator.kind}`);
  }
}

interface Cells {
  readonly array: string;
  /** Where those of the current team begin. */
  readonly start: string;
}

function cellsOf(place: Place, size: number, text: KernelText, plus: Affine = zero): Cells {
  const { array, base } = text.element(place, plus);
  return { array, start: `${base} + i32(team) * ${size}` };
}
