/**
 * Prints the routines that are no loop nests: one workgroup a matrix, rows and columns strided over its threads, with
 * barriers between steps that read what others wrote. Every sum has one order, so the bits depend on nothing but the input.
 */
import type { Node } from '../../ir/graph.js';
import { locate } from '../../ir/nest.js';
import type { KernelCall, Place } from '../../ir/nest.js';
import { at, sizeOf } from '../../ir/types.js';
import type { DeviceFunction } from './device_function.js';
import { choleskyLines, qrLines, triangularSolveLines } from './factorization_text.js';
import type { Matrices } from './factorization_text.js';
import { jacobiRoom, singularValueLines, symmetricEigenLines } from './jacobi_text.js';
import type { ModuleText } from './module_text.js';
import { nanText } from './matrix_scale.js';
import { printArgsort } from './sort_text.js';

/** Reals that a routine needs beside its inputs and its result. */
export function roomOfRoutine(node: Node): number {
  if (node.operator.kind !== 'symmetric_eigen') return 0;
  const { shape } = node.type;
  return sizeOf(shape.slice(0, -2)) * jacobiRoom(shape.at(-1) ?? 0);
}

/** The functions of a routine; none where nothing is to be computed. Functions of the host do not run on devices. */
export function printRoutine(call: KernelCall, module: ModuleText): readonly DeviceFunction[] {
  const { node, inputs, output } = call;
  const { operator } = node;
  if (sizeOf(node.type.shape) === 0) return [];
  const { shape } = at(node.inputs, 0).type;
  const count = sizeOf(shape.slice(0, -2));
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const matrices: Matrices = { threads: module.profile.threads, rows, columns };
  const input = (index: number, size: number): Cells => cellsOf(at(inputs, index), size, module);
  const result = (size: number): Cells => cellsOf(output, size, module);
  const perMatrix = (name: string, lines: readonly string[]): readonly DeviceFunction[] => [
    {
      name: module.fresh(name),
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
        ...choleskyLines(source.array, factor.array, matrices, nanText(module)),
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
      const work = cellsOf(call.scratch, jacobiRoom(columns), module);
      return perMatrix('symmetric_eigen', [
        `let source = ${source.start};`,
        `let values = ${factors.start};`,
        `let work = ${work.start};`,
        ...symmetricEigenLines(source.array, factors.array, work.array, matrices, module),
      ]);
    }
    case 'qr': {
      const [source, factors] = [input(0, rows * columns), result((rows + columns) * columns)];
      return perMatrix('qr', [
        `let source = ${source.start};`,
        `let q = ${factors.start};`,
        ...qrLines(source.array, factors.array, matrices, module),
      ]);
    }
    case 'svd': {
      const [source, factors] = [input(0, rows * columns), result((rows + 1 + columns) * columns)];
      return perMatrix('svd', [
        `let source = ${source.start};`,
        `let u = ${factors.start};`,
        ...singularValueLines(source.array, factors.array, matrices, module),
      ]);
    }
    case 'argsort':
      return [
        printArgsort(
          {
            values: placeText(at(inputs, 0), module),
            isReal: at(node.inputs, 0).type.dtype === 'real',
            order: placeText(output, module),
            length: columns,
            lanes: sizeOf(shape.slice(0, -1)),
            descending: operator.descending,
            span: node.span,
          },
          module,
        ),
      ];
    default:
      throw new Error(`compiler bug: no routine for ${operator.kind}`);
  }
}

function placeText(place: Place, module: ModuleText): { readonly array: string; readonly base: string } {
  return { array: module.arena(locate(place).buffer), base: module.startText(place) };
}

interface Cells {
  readonly array: string;
  /** Where those of the current team begin. */
  readonly start: string;
}

function cellsOf(place: Place, size: number, module: ModuleText): Cells {
  const { array, base } = placeText(place, module);
  return { array, start: `${base} + i32(team) * ${size}` };
}
