/** Calls of routines and of the host's functions, as text: what a schedule does that is no loop. */
import type { Node } from '../../ir/graph.js';
import type { KernelCall, Place } from '../../ir/nest.js';
import { at, sizeOf } from '../../ir/types.js';
import type { ProgramText } from './program-text.js';
import { stringText } from './text.js';

/** @param argument a place as two arguments: the array, and where it begins there */
export function printKernelCall(
  call: KernelCall,
  program: ProgramText,
  argument: (place: Place) => string,
): string {
  const { node, inputs, output } = call;
  const { operator } = node;
  if (operator.kind === 'host_call') return printHostCall(call, operator, program, argument);
  const { shape } = at(node.inputs, 0).type;
  const operands = [...inputs, output].map(argument).join(', ');
  const n = shape.at(-1) ?? 1;
  switch (operator.kind) {
    case 'cholesky':
      return `${program.routine('choleskyFactor')}(${operands}, ${sizeOf(shape.slice(0, -2))}, ${n});`;
    case 'triangular_solve': {
      const flags = `${operator.lower}, ${operator.transposed}, ${operator.unitDiagonal}`;
      const columns = node.type.shape.at(-1) ?? 1;
      return `${program.routine('triangularSolve')}(${operands}, ${sizeOf(shape.slice(0, -2))}, ${n}, ${columns}, ${flags});`;
    }
    case 'symmetric_eigen':
      return `${program.routine('symmetricEigen')}(${operands}, ${sizeOf(shape.slice(0, -2))}, ${n}, ${program.realScratch(n * n)});`;
    case 'qr':
      return `${program.routine('householderQr')}(${operands}, ${sizeOf(shape.slice(0, -2))}, ${shape.at(-2) ?? 1}, ${n});`;
    case 'svd':
      return `${program.routine('jacobiSvd')}(${operands}, ${sizeOf(shape.slice(0, -2))}, ${shape.at(-2) ?? 1}, ${n});`;
    case 'argsort':
      return `${program.routine('sortOrder')}(${operands}, ${sizeOf(shape.slice(0, -1))}, ${n}, ${operator.descending}, ${program.scratch(n)});`;
    default:
      throw new Error(`compiler bug: no routine for ${operator.kind}`);
  }
}

function printHostCall(
  { node, inputs, output }: KernelCall,
  { name, lanes }: Extract<Node['operator'], { kind: 'host_call' }>,
  program: ProgramText,
  argument: (place: Place) => string,
): string {
  const given = inputs.map((place, index) => {
    const { dtype, shape } = at(node.inputs, index).type;
    return `[${argument(place)}, [${shape.slice(lanes).join(', ')}], ${dtype === 'bool'}]`;
  });
  const { shape } = node.type;
  return `${program.hostCall()}, ${stringText(name)}, [${given.join(', ')}], ${argument(output)}, ${sizeOf(shape.slice(0, lanes))}, [${shape.slice(lanes).join(', ')}]);`;
}
