/**
 * A written program as a module that can run: its bytes, and the JavaScript around it (views of its memory, what it
 * imports). Both are made from one `ProgramCode`.
 */
import type { Arena } from '../../ir/memory.js';
import type { HostFunction } from '../../runtime/host.js';
import { evaluateText } from '../typescript/evaluate-text.js';
import { withoutAssertions } from '../typescript/program-text.js';
import { numberText } from '../typescript/text.js';
import type { DefinedFunction } from './code.js';
import { encodeModule, importModule, pagesOf } from './encode.js';
import { printImport } from './program-code.js';
import type { ProgramCode } from './program-code.js';

export interface LoadedModule {
  readonly extern: Record<string, HostFunction> | undefined;
  readonly reals: Float64Array | Float32Array;
  readonly integers: Int32Array;
  readonly functions: Readonly<Record<string, (count?: number) => unknown>>;
  /** The JavaScript around the module. */
  readonly source: string;
}

interface Surroundings {
  readonly extern: Record<string, HostFunction> | undefined;
  readonly reals: Float64Array | Float32Array;
  readonly integers: Int32Array;
  readonly imports: Readonly<Record<string, () => number>>;
}

/** Undefined where the machine has no memory of this size. */
export function loadModule(
  program: ProgramCode,
  exports: readonly DefinedFunction[],
  sizes: Readonly<Record<Arena, number>>,
): LoadedModule | undefined {
  const memory = memoryOf(program.memorySize);
  if (memory === undefined) return undefined;
  const bytes = encodeModule({ exports, memory: program.memorySize });
  const source = surroundingText(program, sizes);
  const surround = evaluateText(source) as (memory: WebAssembly.Memory) => Surroundings;
  const { imports, ...rest } = surround(memory);
  const module = new WebAssembly.Module(bytes);
  const instance = new WebAssembly.Instance(module, { [importModule]: { memory, ...imports } });
  return {
    ...rest,
    functions: instance.exports as Readonly<Record<string, (count?: number) => unknown>>,
    source,
  };
}

function memoryOf(bytes: number): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: pagesOf(bytes) });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function surroundingText(program: ProgramCode, sizes: Readonly<Record<Arena, number>>): string {
  const extern = program.glue.declareExtern(false);
  const lines = [
    ...declareMemory(program, sizes),
    ...extern,
    ...program.glue.declareHelpers(false),
    `return { extern: ${extern.length > 0 ? 'extern' : 'undefined'}, reals, integers, imports: { ${printImports(program, false).join(', ')} } };`,
  ];
  return withoutAssertions(['return (memory) => {', ...lines, '};'].join('\n'));
}

/** Views of `memory`, and what stands in it from the start. */
export function declareMemory(program: ProgramCode, sizes: Readonly<Record<Arena, number>>): string[] {
  const array = program.precision === 'f64' ? 'Float64Array' : 'Float32Array';
  const literals = [...program.literals].map((buffer) => {
    const view = buffer.dtype === 'real' ? 'reals' : 'integers';
    const values = (buffer.values ?? []).map((value) => numberText(value).text);
    return `${view}.set([${values.join(', ')}], ${program.elementOf(buffer)});`;
  });
  const constants = [...program.constants.keys()].map((value) => numberText(value).text);
  if (constants.length > 0) {
    const place = Math.min(...program.constants.values());
    literals.push(`new ${array}(memory.buffer, ${place}).set([${constants.join(', ')}]);`);
  }
  return [
    `const reals = new ${array}(memory.buffer, ${program.startOf('real')}, ${sizes.real});`,
    `const integers = new Int32Array(memory.buffer, ${program.startOf('integer')}, ${sizes.integer});`,
    ...literals,
    ...program.glue.declareViews(),
  ];
}

/** `name: (p0) => Math.sin(p0)` for each function that the module imports beside its memory. */
export function printImports(program: ProgramCode, typed: boolean): string[] {
  return [...program.imports].map(([name, host]) => `${name}: ${printImport(host, typed)}`);
}
