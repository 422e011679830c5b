/**
 * Functions with which the threads of a workgroup put together what each has: folds as trees in workgroup memory,
 * running folds, and the search for the best value. All threads call them together; all get the result; the
 * workgroup memory is free again afterwards. The number of threads is a power of two.
 */
import type { DType, Monoid } from '../../ir/graph.js';
import { notANumber, wgslFunction, wgslTypes } from '../../ir/operators/elementwise/wgsl/lowering.js';
import { isNaNF32 } from '../../ir/operators/elementwise/wgsl/exact.js';
import { primary } from '../launch-text.js';
import { ScalarPrinter } from './launch_dialect.js';
import type { ModuleText } from './module_text.js';

/** `name(thread, value)`: the fold of all threads' values. */
export function teamFold(monoid: Monoid, dtype: DType, module: ModuleText): string {
  const type = wgslTypes[dtype];
  const cells = module.scratch(type, module.profile.threads);
  const name = `team_${monoid}_${type}`;
  const parameters = [
    ['thread', 'u32'],
    ['value', type],
  ] as const;
  const body = module.profile.features.has('subgroups')
    ? bySubgroups(monoid, dtype, cells, module)
    : asTree(monoid, dtype, cells, module);
  module.helpers([wgslFunction(name, parameters, type, body)]);
  return name;
}

function asTree(monoid: Monoid, dtype: DType, cells: string, module: ModuleText): string {
  const [left, right] = [`${cells}[thread]`, `${cells}[thread + width]`];
  return `  ${cells}[thread] = value;
  workgroupBarrier();
  for (var width = threads / 2u; width > 0u; width /= 2u) {
    if (thread < width) {
      ${left} = ${combined(monoid, dtype, left, right, module)};
    }
    workgroupBarrier();
  }
  let result = ${cells}[0];
  workgroupBarrier();
  return result;`;
}

const subgroupFolds: Readonly<Record<Monoid, string>> = {
  sum: 'subgroupAdd',
  product: 'subgroupMul',
  max: 'subgroupMax',
  min: 'subgroupMin',
  and: 'subgroupAll',
  or: 'subgroupAny',
};

/**
 * What the subgroups come to lies in the cells of their first threads, the identity in all others; then each subgroup puts
 * all of them together. Nothing is taken for granted of the size of a subgroup, nor of which threads it holds.
 */
function bySubgroups(monoid: Monoid, dtype: DType, cells: string, module: ModuleText): string {
  module.enable('subgroups');
  // What an extreme of a subgroup makes of a NaN is not specified.
  const extreme = dtype === 'real' && (monoid === 'max' || monoid === 'min');
  if (extreme) module.helpers([isNaNF32, notANumber]);
  const fold = (value: string): string => {
    const folded = `${subgroupFolds[monoid]}(${value})`;
    return extreme ? `select(${folded}, not_a_number(), subgroupAny(is_nan_f32(${value})))` : folded;
  };
  const identity = new ScalarPrinter(module).identity(monoid, dtype);
  return `  let part = ${fold('value')};
  ${cells}[thread] = select(${identity}, part, subgroupElect());
  let lane = subgroupExclusiveAdd(1u);
  let lanes = subgroupAdd(1u);
  workgroupBarrier();
  var rest = ${identity};
  for (var other = lane; other < threads; other += lanes) {
    rest = ${combined(monoid, dtype, 'rest', `${cells}[other]`, module)};
  }
  workgroupBarrier();
  return ${fold('rest')};`;
}

/** `name(thread, value)`: the fold of the values of all threads before this one. */
export function teamScan(monoid: Monoid, dtype: DType, module: ModuleText): string {
  const type = wgslTypes[dtype];
  const cells = module.scratch(type, module.profile.threads);
  const name = `team_scan_${monoid}_${type}`;
  module.helpers([
    wgslFunction(
      name,
      [
        ['thread', 'u32'],
        ['value', type],
      ],
      type,
      `  var running = value;
  ${cells}[thread] = running;
  workgroupBarrier();
  for (var width = 1u; width < threads; width *= 2u) {
    if (thread >= width) {
      running = ${combined(monoid, dtype, `${cells}[thread - width]`, 'running', module)};
    }
    workgroupBarrier();
    ${cells}[thread] = running;
    workgroupBarrier();
  }
  var before = ${new ScalarPrinter(module).identity(monoid, dtype)};
  if (thread > 0u) {
    before = ${cells}[thread - 1u];
  }
  workgroupBarrier();
  return before;`,
    ),
  ]);
  return name;
}

/** `name(thread, best, index)`: the index of the best value, the smallest of several; a NaN is only there if it came first. */
export function teamBest(direction: 'max' | 'min', dtype: 'real' | 'int', module: ModuleText): string {
  const type = wgslTypes[dtype];
  const { threads } = module.profile;
  const [cells, places] = [module.scratch(type, threads), module.scratch('i32', threads, 1)];
  const name = `team_arg${direction}_${type}`;
  const better = direction === 'max' ? '>' : '<';
  const beats = `other ${better} mine || (other == mine && ${places}[thread + width] < ${places}[thread])`;
  const wins = dtype === 'int' ? beats : `!${isNaNF32.name}(mine) && (${isNaNF32.name}(other) || ${beats})`;
  module.helpers([
    wgslFunction(
      name,
      [
        ['thread', 'u32'],
        ['best', type],
        ['index', 'i32'],
      ],
      'i32',
      `  ${cells}[thread] = best;
  ${places}[thread] = index;
  workgroupBarrier();
  for (var width = threads / 2u; width > 0u; width /= 2u) {
    if (thread < width) {
      let mine = ${cells}[thread];
      let other = ${cells}[thread + width];
      if (${wins}) {
        ${cells}[thread] = other;
        ${places}[thread] = ${places}[thread + width];
      }
    }
    workgroupBarrier();
  }
  let result = ${places}[0];
  workgroupBarrier();
  return result;`,
      dtype === 'real' ? [isNaNF32] : [],
    ),
  ]);
  return name;
}

function combined(monoid: Monoid, dtype: DType, left: string, right: string, module: ModuleText): string {
  return new ScalarPrinter(module).combine(monoid, dtype, primary(left), primary(right));
}
