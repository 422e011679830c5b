/** Evaluation of scalar operations: the printed lowering, compiled. Truth values are 0 and 1 on this side. */
import type { DType, ElementwiseName } from '../../graph.js';
import { range } from '../../types.js';
import { castLowering } from './cast.js';
import type { HelperFunction, ScalarLowering } from './lowering.js';
import { helpersWithCallees, precedence, printHelper, printLowering } from './lowering.js';
import { elementwiseTable } from './table.js';

export type ScalarFunction = (...operands: readonly number[]) => number;

const compiled = new Map<string, ScalarFunction>();

/** The operator as a function of numbers. `boolOperands` says which operands are truth values. */
export function scalarFunction(name: ElementwiseName, operandTypes: readonly DType[]): ScalarFunction {
  return cached(`${name} ${operandTypes.join()}`, elementwiseTable[name].lowering, operandTypes);
}

export function castFunction(from: DType, to: DType): ScalarFunction {
  return cached(`cast ${from} ${to}`, castLowering(from, to), [from]);
}

function cached(key: string, lowering: ScalarLowering, operandTypes: readonly DType[]): ScalarFunction {
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const made = compileLowering(lowering, operandTypes);
  compiled.set(key, made);
  return made;
}

function compileLowering(lowering: ScalarLowering, operandTypes: readonly DType[]): ScalarFunction {
  const names = range(operandTypes.length).map((index) => `x${index}`);
  const operands = names.map((name, index) =>
    operandTypes[index] === 'bool'
      ? { text: `${name} !== 0`, precedence: precedence.equality }
      : { text: name, precedence: precedence.primary },
  );
  const helpers = helpersWithCallees(lowering.helpers).map(printHelper).join('\n');
  const { text } = printLowering(lowering, operands);
  const build = new Function(
    `${helpers}\nreturn (${names.join(', ')}) => +(${text});`,
  ) as () => ScalarFunction;
  return build();
}

/** A helper function as a function of numbers. */
export function compileHelper(helper: HelperFunction): ScalarFunction {
  const known = compiled.get(helper.name);
  if (known !== undefined) return known;
  const source = helpersWithCallees([helper]).map(printHelper).join('\n');
  const build = new Function(`${source}\nreturn ${helper.name};`) as () => ScalarFunction;
  const made = build();
  compiled.set(helper.name, made);
  return made;
}
